import IconEraser from '@tabler/icons-react/dist/esm/icons/IconEraser.mjs';
import IconFolderPlus from '@tabler/icons-react/dist/esm/icons/IconFolderPlus.mjs';
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
              <b className="b">{nameOf(each, format.locale)}</b>
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
              <b className="b">{nameOf(change, format.locale)}</b>
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

/** The commission's name; what lies above commissions has none, and is called by its path. */
function nameOf({ names, partition }: ScopeView, locale: Locale): string {
  const known = names === null ? null : pickContentLocale(locale, Object.keys(names) as Locale[]); // the contract's keys
  return (known === null ? undefined : names?.[known]) ?? partition;
}
