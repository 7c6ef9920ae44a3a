import type { SignInRow } from '#shared/access/contract.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { initialsOf } from '#renderer/app/initials.ts';

/** How a person is shown before sign-in: the words and the circle, nothing more than they chose. */
export function usePersonLabel(rows: readonly SignInRow[]): (row: SignInRow) => { words: string; circle: string } {
  const { t } = useTranslation('app');
  return (row) => {
    const role = t(`role.${row.role}`);
    const isOneOfSeveral = rows.filter((other) => other.role === row.role && other.label.show === 'role').length > 1;
    switch (row.label.show) {
      case 'name':
        return { words: row.label.name, circle: initialsOf(row.label.name) };
      case 'initials':
        return { words: `${row.label.initials} · ${role}`, circle: row.label.initials.slice(0, 2).toUpperCase() };
      case 'role':
        return {
          words: isOneOfSeveral ? `${role}, ${row.ordinal}` : role,
          circle: `${role.slice(0, 1).toUpperCase()}${isOneOfSeveral ? row.ordinal : ''}`,
        };
    }
  };
}
