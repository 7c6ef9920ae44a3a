import IconCircle from '@tabler/icons-react/dist/esm/icons/IconCircle.mjs';
import IconCircleCheck from '@tabler/icons-react/dist/esm/icons/IconCircleCheck.mjs';
import IconCircleDot from '@tabler/icons-react/dist/esm/icons/IconCircleDot.mjs';
import IconPlayerPause from '@tabler/icons-react/dist/esm/icons/IconPlayerPause.mjs';
import IconPlayerPlay from '@tabler/icons-react/dist/esm/icons/IconPlayerPlay.mjs';
import type { ImportJob, PackOffer } from '#shared/packs/contract.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { ProgressBar } from '#renderer/ui/tabs.tsx';
import { titleIn } from './course-texts.ts';
import type { ImportState, Source } from './import-state.ts';

/** Courses on their way to this laptop: how much, how long, which step, and what is safe to do now. */
export function ImportPanel({
  state,
  sources,
  offers,
}: {
  state: ImportState;
  sources: readonly Source[];
  offers: readonly PackOffer[];
}) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const pause = useCommand('packs.pauseImport');
  const resume = useCommand('packs.resumeImport');
  const cancel = useCommand('packs.cancelImport');
  const clear = useCommand('packs.clearJobs');
  const { phase, jobs, current, copied, bytes } = state;
  const percent = bytes === 0 ? 0 : Math.min(100, Math.floor((copied * 100) / bytes));
  const offer = offers.find(({ id }) => id === current.offer);
  const source = sources.find(({ id }) => id === offer?.source);
  const live = jobs.filter(({ step }) => step !== 'done' && step !== 'failed');
  const failed = jobs.filter(({ step }) => step === 'failed');
  const gone = jobs.find(({ step, problem }) => step === 'paused' && problem !== null);
  const all = (command: { run: (input: { offer: string }) => Promise<unknown> }) => async () => {
    // One after another: the queue begins the first and keeps the order of the list.
    for (const job of live) await command.run({ offer: job.offer });
  };
  const from =
    source === undefined
      ? null
      : t(source.type === 'stick' ? 'import.fromStick' : 'import.fromFolder', { name: source.name });
  const publisher =
    offer?.publisher === null || offer === undefined ? null : t('import.publisher', { publisher: offer.publisher });
  const names = jobs.map((job) => titleIn(job.titles, format.locale).text).filter((name) => name !== '');
  return (
    <section className="sheet training-import" aria-labelledby="training-import">
      <div className="row g4 top wrap">
        <div className="grow training-import-head">
          <h3 id="training-import">{t(`import.title.${phase}`, { count: jobs.length })}</h3>
          <p className="sm mut">
            {[from, publisher, ...(from === null ? names : [])].filter((part) => part !== null).join(' · ')}
          </p>
        </div>
        {phase === 'running' && (
          <Button size="small" icon={IconPlayerPause} onClick={() => void all(pause)()}>
            {t('import.pause')}
          </Button>
        )}
        {phase === 'paused' && gone === undefined && (
          <Button size="small" variant="filled" icon={IconPlayerPlay} onClick={() => void all(resume)()}>
            {t('import.resume')}
          </Button>
        )}
        {(phase === 'running' || phase === 'paused') && (
          <Button size="small" variant="default" onClick={() => void all(cancel)()}>
            {t('import.stop')}
          </Button>
        )}
        {(phase === 'done' || phase === 'failed') && (
          <Button size="small" variant="default" onClick={() => void clear.run({})}>
            {t('import.hide')}
          </Button>
        )}
      </div>
      {phase === 'done' && <p className="sm training-import-safe">{t('import.safe.done')}</p>}
      {(phase === 'running' || phase === 'paused') && (
        <>
          <div className="row g4 wrap training-import-bar">
            <ProgressBar percent={percent} label={t('import.progress')} />
            <span className="num nw b">
              {t('import.amount', { copied: format.bytes(copied), total: format.bytes(bytes) })}
            </span>
            {state.minutesLeft !== null && <span className="mut nw sm">{format.timeLeft(state.minutesLeft)}</span>}
          </div>
          <Steps job={current} done={state.stepsDone} isRunning={phase === 'running'} />
          {gone === undefined && <p className="sm training-import-safe">{t(`import.safe.${phase}`)}</p>}
        </>
      )}
      {gone !== undefined && <FailureNote failure={gone.problem} />}
      {failed.map((job) => (
        <FailureNote
          key={job.offer}
          failure={job.problem}
          actions={
            <Button size="small" onClick={() => void resume.run({ offer: job.offer })}>
              {t('import.again')}
            </Button>
          }
        />
      ))}
      <p className="vh" role="status">
        {phase === 'done'
          ? t('import.safe.done')
          : phase === 'running' && bytes > 0
            ? t('import.copied', { percent: format.percent(Math.floor(percent / 10) / 10) })
            : ''}
      </p>
    </section>
  );
}

function Steps({ job, done, isRunning }: { job: ImportJob; done: number; isRunning: boolean }) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const words = (['signature', 'room', 'copy', 'list'] as const).map((step, index) => {
    const state = index < done ? 'done' : index === done && isRunning && job.step !== 'queued' ? 'now' : 'next';
    if (step === 'room' && state === 'done' && job.free !== null)
      return { step, state, text: t('import.room.free', { free: format.bytes(job.free) }) };
    return { step, state, text: t(`import.${step}.${state}`) };
  });
  return (
    <ol className="training-steps">
      {words.map(({ step, state, text }) => (
        <li key={step} className={state} aria-current={state === 'now' ? 'step' : undefined}>
          <Icon of={state === 'done' ? IconCircleCheck : state === 'now' ? IconCircleDot : IconCircle} />
          <span>{text}</span>
        </li>
      ))}
    </ol>
  );
}
