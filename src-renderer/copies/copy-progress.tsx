import type { CopyTask } from '#shared/copies/contract.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { ProgressBar } from '#renderer/ui/tabs.tsx';

/** What is under way with a copy: which step, how much, how long yet, what is safe meanwhile, and the way to end it. */
export function CopyProgress({ task }: { task: CopyTask }) {
  const { t } = useTranslation('copies');
  const format = useFormat();
  const cancel = useCommand('copies.cancel');
  const { step, done, total, secondsLeft } = task;
  // Before anything of a copy is read its code is proved: that is no preparing of one.
  const words = t(`task.${task.doing === 'put-back' && step === 'prepare' ? 'read' : step}`);
  const isCounted = total > 0 && step !== 'prove';
  return (
    <div className="col g3">
      <p className="b" role="status">
        {words}
      </p>
      <div className="row g4 wrap">
        <ProgressBar percent={isCounted ? Math.floor((done * 100) / total) : 0} label={words} />
        {isCounted && (
          <span className="num nw sm">
            {t('task.amount', { done: format.bytes(done), total: format.bytes(total) })}
          </span>
        )}
        {secondsLeft !== null && <span className="mut nw sm">{format.timeLeft(Math.ceil(secondsLeft / 60))}</span>}
      </div>
      <div className="row g3 wrap">
        <p className="sm mut grow">{t(task.doing === 'write' ? 'task.keepStick' : 'task.nothingChanged')}</p>
        <Button variant="default" size="small" onClick={() => void cancel.run({})}>
          {t('task.stop')}
        </Button>
      </div>
    </div>
  );
}
