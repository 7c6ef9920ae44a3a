import { useNavigate } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState } from 'react';
import IconSearch from '@tabler/icons-react/dist/esm/icons/IconSearch.mjs';
import IconX from '@tabler/icons-react/dist/esm/icons/IconX.mjs';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Icon } from '#renderer/ui/icon.tsx';
import { useDismiss } from '#renderer/ui/menu.tsx';
import { useCall } from '../api.ts';
import { kindIcon, recordAddress } from '../record-address.ts';

/** Ctrl K: one field over all records, three spellings. Arrows choose, Enter opens. */
export function SearchBox({ focusTurn }: { focusTurn: number }) {
  const { t } = useTranslation('app');
  const { locale } = useFormat();
  const navigate = useNavigate();
  const id = useId();
  const area = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [isOpen, setIsOpen] = useState(false);
  const [at, setAt] = useState(0);
  useDismiss(area, isOpen, () => {
    setIsOpen(false);
    setText('');
  });
  useEffect(() => {
    if (focusTurn > 0) input.current?.select();
  }, [focusTurn]);
  const words = text.trim();
  const { value } = useCall(
    'records.searchAll',
    { text: words, locale },
    { enabled: isOpen && words !== '', keepPrevious: true },
  );
  const hits = words === '' ? [] : (value?.hits ?? []);
  const chosen = hits[Math.min(at, hits.length - 1)];
  const open = (hit: (typeof hits)[number]) => {
    setIsOpen(false);
    setText('');
    void navigate(recordAddress(hit.kind, hit.id));
  };
  return (
    <div className="head-search" ref={area} role="search">
      <div className="field">
        <Icon of={IconSearch} />
        <input
          ref={input}
          type="search"
          role="combobox"
          aria-expanded={isOpen && words !== ''}
          aria-controls={`${id}-hits`}
          aria-autocomplete="list"
          aria-activedescendant={isOpen && chosen !== undefined ? `${id}-${chosen.id}` : undefined}
          aria-label={t('search.all')}
          placeholder={t('search.all')}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onFocus={() => setIsOpen(true)}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
            setIsOpen(true);
          }}
          onKeyDown={(event) => {
            if (event.code === 'ArrowDown') setAt(Math.min(at + 1, hits.length - 1));
            else if (event.code === 'ArrowUp') setAt(Math.max(at - 1, 0));
            else if (event.code === 'Enter' && chosen !== undefined) open(chosen);
            else return;
            event.preventDefault();
          }}
        />
        {text === '' ? (
          <span className="kbd">Ctrl K</span>
        ) : (
          <button type="button" className="clear" aria-label={t('search.clear')} onClick={() => setText('')}>
            <Icon of={IconX} size={16} />
          </button>
        )}
      </div>
      {isOpen && words !== '' && value !== undefined && (
        <div className="pop" id={`${id}-hits`} role="listbox" aria-label={t('search.hits')}>
          {hits.length === 0 && (
            <p className="sm mut" style={{ padding: '8px 10px' }}>
              {t('search.nothing', { text: words })}
            </p>
          )}
          {hits.map((hit, index) => (
            <div
              key={hit.id}
              id={`${id}-${hit.id}`}
              role="option"
              aria-selected={hit === chosen}
              tabIndex={-1}
              onMouseMove={() => setAt(index)}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => open(hit)}
            >
              <Icon of={kindIcon(hit.kind)} />
              <span className="grow" lang={hit.locale ?? undefined}>
                <span className="b">{hit.title}</span>
                {hit.detail !== '' && (
                  <span className="sm mut" style={{ display: 'block' }}>
                    {hit.detail}
                  </span>
                )}
              </span>
              <span className="xs mut nw">{t(`kind.${hit.kind}`)}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
