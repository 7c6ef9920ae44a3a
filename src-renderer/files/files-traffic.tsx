import { useCall } from '#renderer/app/api.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { ProgressBar } from '#renderer/ui/tabs.tsx';

/** Large things on the line to the hub: what moves and how long it takes, what waits, and why. Nothing to say: not there. */
export function FilesTraffic() {
  const { t } = useTranslation('files');
  const format = useFormat();
  const traffic = useCall('files.traffic', {});
  const line = useCall('files.line', {});
  const move = useCommand('files.moveAll');
  if (traffic.value === undefined) return null;
  const { toSend, toFetch, moving, problem } = traffic.value;
  const isWaiting = toSend.files + toFetch.files > 0;
  if (!isWaiting && moving === null) return null;
  const parts = [
    toSend.files > 0 && t('traffic.send', { number: format.number(toSend.files), bytes: format.bytes(toSend.bytes) }),
    toFetch.files > 0 &&
      t('traffic.fetch', { number: format.number(toFetch.files), bytes: format.bytes(toFetch.bytes) }),
  ].filter((part) => part !== false);
  const percent =
    moving === null || moving.total === 0 ? 0 : Math.min(100, Math.floor((moving.done * 100) / moving.total));
  return (
    <div className="col g2 sync-files">
      <p className="b">{moving === null ? t('traffic.title') : t(`traffic.${moving.way}`)}</p>
      {moving !== null && (
        <div className="row g3 wrap">
          <ProgressBar percent={percent} label={t(`traffic.${moving.way}`)} />
          <span className="sm num nw">
            {t('traffic.amount', { done: format.bytes(moving.done), total: format.bytes(moving.total) })}
          </span>
          {moving.secondsLeft !== null && (
            <span className="sm mut nw">{format.timeLeft(Math.ceil(moving.secondsLeft / 60))}</span>
          )}
        </div>
      )}
      {(moving === null ? parts : []).map((part) => (
        <p key={part} className="sm num">
          {part}
        </p>
      ))}
      {moving === null && line.value?.metered === true && <p className="sm mut">{t('traffic.metered')}</p>}
      <FailureNote failure={move.failure ?? (moving === null ? problem : null)} />
      {moving === null && (
        <div>
          <Button size="small" onClick={() => void move.run({})}>
            {t('traffic.move')}
          </Button>
        </div>
      )}
    </div>
  );
}
