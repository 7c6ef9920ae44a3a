import IconEraser from '@tabler/icons-react/dist/esm/icons/IconEraser.mjs';
import IconFolderPlus from '@tabler/icons-react/dist/esm/icons/IconFolderPlus.mjs';
import { sharedPartition } from '#shared/access/partitions.ts';
import { type Locale, pickContentLocale } from '#shared/i18n/locales.ts';
import type { ScopeView, SyncStatus } from '#shared/sync/contract.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { useConfirm } from '#renderer/ui/dialog.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';

/** What the hub has changed of what this laptop may keep: nothing to see for most laptops, ever. */
export function ScopesSheet({ status }: { status: SyncStatus }) {
  const { t } = useTranslation('scopes');
  const format = useFormat();
  const drop = useCommand('sync.dropPartition');
  const nameOf = useScopeName();
  const [ask, dialog] = useConfirm();
  const { leaving, changes } = status.scopes;
  if (leaving.length === 0 && changes.length === 0) return null;
  const erase = async (partition: string, waiting: number): Promise<void> => {
    const isSure = await ask({
      title: t('drop.title'),
      text: t('drop.text', { number: format.number(waiting) }),
      confirm: t('drop.confirm'),
      cancel: t('drop.cancel'),
      danger: true,
    });
    if (isSure) await drop.run({ partition });
  };
  return (
    <Sheet title={t('title')}>
      <ul className="rows">
        {leaving.map((each) => (
          <li key={each.partition}>
            <Icon of={IconEraser} />
            <span className="grow">
              <b className="b">{nameOf(each)}</b>
              <br />
              {each.waiting > 0 ? t('leaving.waiting', { number: format.number(each.waiting) }) : t('leaving.done')}
              <br />
              {each.waiting > 0 && (
                <Button
                  variant="danger"
                  size="small"
                  disabled={drop.isBusy}
                  onClick={() => void erase(each.partition, each.waiting)}
                >
                  {t('drop.button')}
                </Button>
              )}
            </span>
          </li>
        ))}
        {changes.map((change) => (
          <li key={`${change.partition} ${change.at}`}>
            <Icon of={change.what === 'joined' ? IconFolderPlus : IconEraser} />
            <span className="grow">
              <b className="b">{nameOf(change)}</b>
              <span className="mut num"> · {format.dateTime(change.at)}</span>
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

/** A commission by its name; what lies above commissions by who shares it; what has no name here by its path, said to be one. */
function useScopeName(): (scope: ScopeView) => string {
  const { t } = useTranslation('scopes');
  const { locale } = useFormat();
  return ({ names, partition }) => {
    if (partition === sharedPartition) return t('place.everyone');
    const known = names === null ? null : pickContentLocale(locale, Object.keys(names) as Locale[]); // the contract's keys
    const name = known === null ? undefined : names?.[known];
    if (name === undefined) return t('place.unnamed', { path: partition });
    return partition.split('/').length < 3 ? t('place.shared', { name }) : name;
  };
}
