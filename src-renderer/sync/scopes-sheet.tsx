import IconEraser from '@tabler/icons-react/dist/esm/icons/IconEraser.mjs';
import IconFolderPlus from '@tabler/icons-react/dist/esm/icons/IconFolderPlus.mjs';
import type { ScopeView, SyncStatus } from '#shared/sync/contract.ts';
import { usePlaceName } from '#renderer/app/place-name.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { useConfirm } from '#renderer/ui/dialog.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';

type Leaving = SyncStatus['scopes']['leaving'][number];
const isDone = ({ waiting, files }: Leaving): boolean => waiting + files === 0;

/** What the hub has changed of what this laptop may keep: nothing to see for most laptops, ever. */
export function ScopesSheet({ status }: { status: SyncStatus }) {
  const { t } = useTranslation('scopes');
  const format = useFormat();
  const drop = useCommand('sync.dropPartition');
  const [ask, dialog] = useConfirm();
  const { leaving, changes } = status.scopes;
  if (leaving.length === 0 && changes.length === 0) return null;
  const counts = ({ waiting, files }: Leaving) => ({ number: format.number(waiting), files: format.number(files) });
  const isRefused = ({ partition }: Leaving): boolean =>
    status.problem?.code === 'sync/partition-left' && status.problem['partition'] === partition;
  const erase = async (left: Leaving): Promise<void> => {
    const isSure = await ask({
      title: t('drop.title'),
      text: t(left.files > 0 ? 'drop.textFiles' : 'drop.text', counts(left)),
      confirm: t('drop.confirm'),
      cancel: t('drop.cancel'),
      danger: true,
    });
    if (isSure) await drop.run({ partition: left.partition });
  };
  return (
    <Sheet title={t('title')}>
      <ul className="rows">
        {leaving.map((each) => (
          <li key={each.partition}>
            <Icon of={IconEraser} />
            <span className="grow">
              <ScopeName of={each} />
              <br />
              {isDone(each)
                ? t('leaving.done')
                : t(each.files > 0 ? 'leaving.waitingFiles' : 'leaving.waiting', counts(each))}{' '}
              {!isDone(each) && t(isRefused(each) ? 'leaving.refused' : 'leaving.until')}
              {!isDone(each) && (
                <span className="row" style={{ marginTop: 8 }}>
                  <Button variant="danger" size="small" disabled={drop.isBusy} onClick={() => void erase(each)}>
                    {t('drop.button')}
                  </Button>
                </span>
              )}
            </span>
          </li>
        ))}
        {changes.map((change) => (
          <li key={`${change.partition} ${change.at}`}>
            <Icon of={change.what === 'joined' ? IconFolderPlus : IconEraser} />
            <span className="grow">
              <ScopeName of={change} />
              <br />
              <span className="mut num">{format.dateTime(change.at)}</span>
              <br />
              {t(`what.${change.what}`)}
            </span>
          </li>
        ))}
      </ul>
      <FailureNote failure={drop.failure} />
      {dialog}
    </Sheet>
  );
}

function ScopeName({ of }: { of: ScopeView }) {
  const { name, path } = usePlaceName()(of);
  return (
    <>
      <b className="b">{name}</b>
      {path !== null && <span className="mut nw"> ({path})</span>}
    </>
  );
}
