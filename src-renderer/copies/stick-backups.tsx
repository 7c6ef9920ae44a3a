import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { useConfirm } from '#renderer/ui/dialog.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { copyKey, useCopyWords } from './copy-list.tsx';
import { CopyProgress } from './copy-progress.tsx';
import { useCopies } from './use-copies.ts';
import './copies.css';

/** This laptop's copies on sticks, to take the place of its damaged store; a PIN has proved who asks. */
export function StickBackups({
  slot,
  pin,
  onRestored,
}: {
  slot: string;
  pin: string;
  onRestored: () => Promise<void>;
}) {
  const { t } = useTranslation('copies');
  const { t: tAccess } = useTranslation('access');
  const format = useFormat();
  const restore = useCommand('copies.restore');
  const [ask, dialog] = useConfirm();
  const state = useCopies();
  const wordsOf = useCopyWords(state?.places ?? []);
  const copies = state?.copies.filter(({ isOwn, problem }) => isOwn && problem === null) ?? [];
  const put = async (place: string, copy: string, madeAt: number): Promise<void> => {
    const isSure = await ask({
      title: tAccess('backup.askTitle', { when: format.dateTime(madeAt) }),
      text: tAccess('backup.askText'),
      confirm: tAccess('backup.confirm'),
      cancel: tAccess('backup.cancel'),
    });
    if (isSure && (await restore.run({ place, copy, slot, pin })).ok) await onRestored();
  };
  return (
    <Sheet title={t('store.title')}>
      {restore.failure !== null && (
        <div style={{ padding: 16 }}>
          <FailureNote failure={restore.failure} />
        </div>
      )}
      {state?.task?.doing === 'put-back' && (
        <div className="bd">
          <CopyProgress task={state.task} />
        </div>
      )}
      <ul className="rows">
        {copies.map((copy) => (
          <li key={copyKey(copy)} style={{ alignItems: 'center' }}>
            <span className="grow num">{wordsOf(copy).facts}</span>
            <Button
              size="small"
              busy={restore.isBusy && tAccess('backup.restoring')}
              onClick={() => void put(copy.place, copy.copy, copy.madeAt ?? 0)}
            >
              {tAccess('backup.restore')}
            </Button>
          </li>
        ))}
        {copies.length === 0 && <li className="mut">{t('store.none')}</li>}
      </ul>
      {dialog}
    </Sheet>
  );
}
