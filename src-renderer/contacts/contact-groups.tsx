import type { ContactGroup } from '#shared/contacts/contract.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';

const groups = ['all', 'chair', 'secretary', 'member', 'trainer', 'partner'] as const;
const checks = ['needs-check', 'no-consent'] as const;

/** The groups left of the list, with how many are in each; what needs checking stands apart. */
export function ContactGroups({
  group,
  counts,
  onPick,
}: {
  group: ContactGroup;
  counts: Record<ContactGroup, number> | null;
  onPick: (group: ContactGroup) => void;
}) {
  const { t } = useTranslation('contacts');
  const format = useFormat();
  const row = (name: ContactGroup) => (
    <li key={name}>
      <button type="button" aria-current={group === name} onClick={() => onPick(name)}>
        <span className="grow">{t(`group.${name}`)}</span>
        <span className="num">{counts === null ? '' : format.number(counts[name])}</span>
      </button>
    </li>
  );
  return (
    <nav className="sheet contacts-groups" aria-label={t('group.label')}>
      <ul>{groups.map(row)}</ul>
      <h2 className="xs b mut">{t('group.checks')}</h2>
      <ul>{checks.map(row)}</ul>
    </nav>
  );
}
