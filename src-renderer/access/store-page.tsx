import { lazy, Suspense, useEffect, useState } from 'react';
import type { Output } from '#renderer/app/bridge.ts';
import type { Failure } from '#shared/kernel/result.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { call } from '#renderer/app/bridge.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { Button } from '#renderer/ui/button.tsx';
import { useConfirm } from '#renderer/ui/dialog.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { Mark } from '#renderer/ui/weave.tsx';
import './access.css';

/** Seldom needed: not part of what the first screen waits for. */
const PutBackPage = lazy(async () => ({ default: (await import('../copies/put-back-page.tsx')).PutBackPage }));

/** The store could not be opened: says why, offers the newest backup or the hub, never a blank window. */
export function StorePage({ failure, onRetry }: { failure: Failure; onRetry: () => Promise<void> }) {
  const { t } = useTranslation('access');
  const { t: tCopies } = useTranslation('copies');
  const [isPuttingBack, setIsPuttingBack] = useState(false);
  const isDamaged = failure.code === 'store/damaged';
  if (isPuttingBack) {
    return (
      <Suspense fallback={null}>
        <PutBackPage
          leave={tCopies('putBack.leaveStore')}
          onLeave={() => setIsPuttingBack(false)}
          onDone={() => void onRetry()}
        />
      </Suspense>
    );
  }
  return (
    <main className="lone" data-screen="store">
      <div className="col g4">
        <div className="row g3">
          <Mark size={44} />
          <h1>
            {t(isDamaged ? 'store.damaged' : failure.code === 'store/from-future' ? 'store.future' : 'store.closed')}
          </h1>
        </div>
        <FailureNote
          failure={failure}
          actions={
            <>
              <Button size="small" onClick={() => void onRetry()}>
                {t('store.retry')}
              </Button>
              {isDamaged && (
                <Button size="small" onClick={() => setIsPuttingBack(true)}>
                  {tCopies('putBack.action')}
                </Button>
              )}
            </>
          }
        />
        {isDamaged && <Backups onRestored={onRetry} />}
      </div>
    </main>
  );
}

/** Backups newest first; the damaged file is kept beside the one put in its place. */
export function Backups({
  onRestored,
  startAfresh,
}: {
  onRestored: () => Promise<void>;
  /** Opens an empty store beside the damaged one; offered where a PIN has proved who asks. */
  startAfresh?: () => Promise<void>;
}) {
  const { t } = useTranslation('access');
  const format = useFormat();
  const restore = useCommand('access.restoreBackup');
  const [ask, dialog] = useConfirm();
  const [items, setItems] = useState<Output<'access.backups'>['items'] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    void call('access.backups', {}).then((result) => {
      if (result.ok) setItems(result.value.items);
      else setFailure(result.error);
    });
  }, []);
  const put = async (id: string, madeAt: number) => {
    const isSure = await ask({
      title: t('backup.askTitle', { when: format.dateTime(madeAt) }),
      text: t('backup.askText'),
      confirm: t('backup.confirm'),
      cancel: t('backup.cancel'),
    });
    if (isSure && (await restore.run({ id })).ok) await onRestored();
  };
  const begin = async () => {
    const isSure = await ask({
      title: t('afresh.askTitle'),
      text: t('afresh.askText'),
      confirm: t('afresh.confirm'),
      cancel: t('backup.cancel'),
    });
    if (isSure) await startAfresh?.();
  };
  return (
    <Sheet title={t('backup.title')}>
      {failure !== null && (
        <div className="bd">
          <FailureNote failure={failure} />
        </div>
      )}
      {restore.failure !== null && (
        <div className="bd" style={{ padding: 16 }}>
          <FailureNote failure={restore.failure} />
        </div>
      )}
      {items !== null && (
        <ul className="rows">
          {items.map((item, index) => (
            <li key={item.id} style={{ alignItems: 'center' }}>
              <span className="grow">
                <b className="b num">{format.dateTime(item.madeAt)}</b>
                <span className="sm mut"> · {format.bytes(item.bytes)}</span>
              </span>
              <Button
                variant={index === 0 ? 'filled' : 'default'}
                size="small"
                busy={restore.isBusy && t('backup.restoring')}
                onClick={() => void put(item.id, item.madeAt)}
              >
                {t('backup.restore')}
              </Button>
            </li>
          ))}
          {items.length === 0 && <li>{t('backup.none')}</li>}
        </ul>
      )}
      <div className="col g3" style={{ padding: '0 20px 16px' }}>
        <p className="sm mut">{t('backup.resync')}</p>
        {startAfresh !== undefined && (
          <div>
            <Button size="small" onClick={() => void begin()}>
              {t('afresh.action')}
            </Button>
          </div>
        )}
      </div>
      {dialog}
    </Sheet>
  );
}
