import IconPaperclip from '@tabler/icons-react/dist/esm/icons/IconPaperclip.mjs';
import type { FileView } from '#shared/files/contract.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureLine } from '#renderer/ui/failure-note.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Road } from '#renderer/ui/road.tsx';
import { ProgressBar } from '#renderer/ui/tabs.tsx';

/** One file: its name and size, where it is, and the ways to it. */
export function AttachmentRow({
  kind,
  id,
  file,
  onRemoved,
}: {
  kind: RecordView['kind'];
  id: Id;
  file: FileView;
  /** Given where the list may be changed. */
  onRemoved?: () => void;
}) {
  const { t } = useTranslation('files');
  const format = useFormat();
  const notify = useNotify();
  const open = useCommand('shell.openFile');
  const save = useCommand('shell.saveFile');
  const remove = useCommand('files.remove');
  const fetch = useCommand('files.fetch');
  const stop = useCommand('files.stop');
  const { sha256, name, bytes, here, atHub, moving, problem } = file;
  const target = { kind, id, sha256, name };
  const percent = moving === null ? 0 : Math.min(100, Math.floor((moving.done * 100) / bytes));
  const state = stateOf(file);
  const said = [open.failure, save.failure, remove.failure, fetch.failure].find(
    (failure) => failure !== null && !['shell/cancelled', 'sync/stopped', 'files/no-blob'].includes(failure.code),
  );
  const isWaiting = problem?.code === 'files/no-blob';
  return (
    <li>
      <Icon of={IconPaperclip} />
      <div className="grow col g1">
        <span className="files-name b">{name}</span>
        <span className="row g2 sm mut num">
          <span className="grow">{format.bytes(bytes)}</span>
          {here && moving === null && <Road road={atHub ? 'received' : 'saved'} />}
        </span>
        {moving !== null && <ProgressBar percent={percent} label={t(`state.${moving.way}`, { percent: '' })} />}
        {state !== null && (
          <span className="sm mut" role="status">
            {state === 'up' || state === 'down'
              ? t(`state.${state}`, { percent: format.percent(Math.floor(percent / 5) / 20) })
              : t(`state.${state}`)}
          </span>
        )}
        <FailureLine failure={said ?? (isWaiting || problem === null ? null : problem)} />
        <span className="row g3 wrap files-acts">
          {here ? (
            <>
              <button
                type="button"
                className="linklike sm"
                disabled={open.isBusy}
                onClick={() => void open.run(target)}
              >
                {open.isBusy ? t('opening') : t('open')}
                <span className="vh">: {name}</span>
              </button>
              <button
                type="button"
                className="linklike sm"
                disabled={save.isBusy}
                onClick={() =>
                  void save.run(target).then((result) => {
                    if (result.ok) notify({ text: 'files:saved', values: { name: result.value.fileName } });
                  })
                }
              >
                {save.isBusy ? t('saving') : t('save')}
                <span className="vh">: {name}</span>
              </button>
            </>
          ) : moving !== null || file.asked ? (
            <Button size="small" variant="default" onClick={() => void stop.run({ sha256 })}>
              {t('stop')}
              <span className="vh">: {name}</span>
            </Button>
          ) : (
            <Button size="small" onClick={() => void fetch.run({ sha256 })}>
              {t('fetch')}
              <span className="vh">: {name}</span>
            </Button>
          )}
          {onRemoved !== undefined && (
            <button
              type="button"
              className="linklike sm"
              disabled={remove.isBusy}
              onClick={() =>
                void remove.run({ kind, id, sha256 }).then((result) => {
                  if (result.ok) onRemoved();
                })
              }
            >
              {t('remove')}
              <span className="vh">: {name}</span>
            </button>
          )}
        </span>
      </div>
    </li>
  );
}

/** What is worth a word: of a file that is here the road says it. */
function stateOf(file: FileView): 'up' | 'down' | 'away' | 'asked' | 'noBlob' | null {
  if (file.moving !== null) return file.moving.way;
  if (file.here) return null;
  if (file.asked) return 'asked';
  return file.problem?.code === 'files/no-blob' ? 'noBlob' : 'away';
}
