import { type ReactNode, useRef } from 'react';
import IconSearch from '@tabler/icons-react/dist/esm/icons/IconSearch.mjs';
import type { Id } from '#shared/kernel/ids.ts';
import { useCall } from '#renderer/app/api.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { TextField } from '#renderer/ui/fields.tsx';
import { highlightOf } from '#renderer/ui/highlight.tsx';
import { textOf } from '../records/record-values.ts';

export type FoundContact = { readonly id: Id; readonly name: string };

/** Who takes the seat: somebody from the contacts, or a name typed here, which then becomes a contact. */
export function MemberSearch({
  person,
  typed,
  onType,
  onPick,
  error,
}: {
  person: FoundContact | null;
  typed: string;
  onType: (name: string) => void;
  onPick: (person: FoundContact | null) => void;
  error: ReactNode;
}) {
  const { t } = useTranslation('commissions');
  const format = useFormat();
  const list = useRef<HTMLUListElement>(null);
  const search = typed.trim();
  const found = useCall(
    'contacts.list',
    { group: 'all', search: search.slice(0, 300), country: null, locale: format.locale, offset: 0, limit: 6 },
    { enabled: person === null && search.length >= 2, keepPrevious: true },
  );
  const rows = person === null && search.length >= 2 ? (found.value?.rows ?? []) : [];
  if (person !== null) {
    return (
      <div>
        <span className="lb">{t('memberForm.person')}</span>
        <div className="commissions-person">
          <span className="b grow">{person.name}</span>
          <Button variant="subtle" size="small" onClick={() => onPick(null)}>
            {t('memberForm.another')}
          </Button>
        </div>
        {error !== undefined && (
          <p className="sm b brick" role="alert">
            {error}
          </p>
        )}
      </div>
    );
  }
  const marked = highlightOf(search);
  return (
    <div>
      <TextField
        label={t('memberForm.person')}
        hint={t('memberForm.personHint')}
        letters
        autoFocus
        icon={IconSearch}
        value={typed}
        error={error}
        onChange={onType}
        onKeyDown={(event) => {
          if (event.code !== 'ArrowDown') return;
          event.preventDefault();
          list.current?.querySelector('button')?.focus();
        }}
      />
      {rows.length > 0 && (
        <ul
          ref={list}
          className="sheet commissions-found"
          aria-label={t('memberForm.found')}
          onKeyDown={(event) => {
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
            if (step === undefined) return;
            const buttons = [...event.currentTarget.querySelectorAll('button')];
            const next = buttons[buttons.findIndex((button) => button === document.activeElement) + step];
            if (next === undefined) return;
            event.preventDefault();
            next.focus();
          }}
        >
          {rows.map((row) => (
            <li key={row.id}>
              <button type="button" onClick={() => onPick({ id: row.id, name: textOf(row, 'name') })}>
                <span className="b">{marked(textOf(row, 'name'))}</span>
                <span className="sm mut">{textOf(row, 'organisation')}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
