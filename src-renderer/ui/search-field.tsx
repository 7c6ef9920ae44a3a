import { type KeyboardEvent, type ReactNode, type Ref, useRef } from 'react';
import IconSearch from '@tabler/icons-react/dist/esm/icons/IconSearch.mjs';
import IconX from '@tabler/icons-react/dist/esm/icons/IconX.mjs';
import { useShortcut } from '#renderer/app/shortcuts.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Icon } from './icon.tsx';
import { LetterRow } from './letter-row.tsx';

/** The filter of a list: magnifier, clear button, Ctrl F, Esc clears, extra letters below. `side` is e.g. «5 из 54». */
export function SearchField({
  label,
  value,
  onChange,
  side,
  placeholder,
  letters = true,
  onKeyDown,
  inputRef,
  autoFocus,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  side?: ReactNode;
  placeholder?: string;
  letters?: boolean;
  onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void;
  inputRef?: Ref<HTMLInputElement>;
  autoFocus?: boolean;
}) {
  const { t } = useTranslation('app');
  const own = useRef<HTMLInputElement>(null);
  useShortcut('filter', () => own.current?.select());
  return (
    <div className="search-field">
      <div className="field" role="search">
        <Icon of={IconSearch} />
        <input
          ref={(element) => {
            own.current = element;
            if (typeof inputRef === 'function') inputRef(element);
            else if (inputRef) inputRef.current = element;
          }}
          type="search"
          aria-label={label}
          autoComplete="off"
          spellCheck={false}
          // The page's own next step; the person asked for it by opening the page.
          autoFocus={autoFocus}
          placeholder={placeholder ?? label}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.code === 'Escape' && value !== '') {
              event.stopPropagation();
              onChange('');
            } else onKeyDown?.(event);
          }}
        />
        {side !== undefined && <span className="sm mut nw num">{side}</span>}
        {value !== '' && (
          <button type="button" className="clear" aria-label={t('search.clear')} onClick={() => onChange('')}>
            <Icon of={IconX} size={16} />
          </button>
        )}
      </div>
      {letters && <LetterRow target={own} />}
    </div>
  );
}
