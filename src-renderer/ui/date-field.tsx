import { useEffect, useRef, useState } from 'react';
import IconCalendar from '@tabler/icons-react/dist/esm/icons/IconCalendar.mjs';
import { formatDate, parseDateInput } from '#shared/i18n/format.ts';
import { daysInMonth } from '#shared/i18n/dates.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { CalendarMonth } from './calendar-month.tsx';
import { type FieldFrame, FormField } from './form-field.tsx';
import { Icon } from './icon.tsx';
import { useDismiss } from './menu.tsx';

export type DateFieldProps = FieldFrame & {
  /** `YYYY-MM-DD`, null for none. */
  value: string | null;
  /** Called with a day that exists, or null when the field was emptied; never with half a date. */
  onChange: (value: string | null) => void;
  onBlur?: () => void;
  disabled?: boolean;
};

/** A day typed as DD.MM.YYYY with any separators, a calendar beside it. A year of two digits counts once the field is left. */
export function DateField({ value, onChange, onBlur, disabled, error, ...frame }: DateFieldProps) {
  const { t } = useTranslation('app');
  const { locale } = useFormat();
  const shown = value === null ? '' : formatDate(locale, value, 'short');
  const [typed, setTyped] = useState(shown);
  const [wrong, setWrong] = useState<string | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const area = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useDismiss(area, isOpen, () => {
    setIsOpen(false);
    if (area.current?.contains(document.activeElement) === true) button.current?.focus();
  });
  useEffect(() => {
    // A value that changed elsewhere replaces what is shown, unless the person is in the middle of typing that same day.
    setTyped((now) => (parseDateInput(now) === value && now !== '' ? now : shown));
    setWrong(null);
  }, [shown, value]);

  function take(text: string) {
    setTyped(text);
    setWrong(null);
    if (text.trim() === '') onChange(null);
    else {
      const day = parseDateInput(text);
      if (day !== null && day !== value) onChange(day);
    }
  }

  function leave() {
    const day = parseDateInput(typed, 'short');
    if (day !== null) {
      setTyped(formatDate(locale, day, 'short'));
      if (day !== value) onChange(day);
    } else if (typed.trim() !== '') setWrong(whatIsWrong(typed));
    onBlur?.();
  }

  function whatIsWrong(text: string): string {
    const parts = /^\s*(\d{1,2})\D+(\d{1,2})\D+(\d{4})\s*$/.exec(text);
    const month = Number(parts?.[2]);
    if (parts !== null && month >= 1 && month <= 12) {
      return t('date.daysInMonth', { count: daysInMonth(Number(parts[3]), month) });
    }
    return t('date.wrong');
  }

  return (
    <FormField {...frame} error={wrong ?? error}>
      {(ids) => (
        <div className="date-field pop-anchor" ref={area}>
          <div
            className={`field num${ids['aria-invalid'] === true ? ' invalid' : ''}${disabled === true ? ' read-only' : ''}`}
          >
            <input
              {...ids}
              type="text"
              inputMode="numeric"
              autoComplete="off"
              placeholder={t('date.placeholder')}
              disabled={disabled}
              value={typed}
              onChange={(event) => take(event.currentTarget.value)}
              onBlur={leave}
              onKeyDown={(event) => {
                // Enter may send the form without the field being left.
                if (event.code === 'Enter') leave();
                else if (event.code === 'ArrowDown' && event.altKey) setIsOpen(true);
              }}
              size={10}
            />
            <button
              ref={button}
              type="button"
              className="clear"
              disabled={disabled}
              aria-label={t('date.openCalendar')}
              aria-expanded={isOpen}
              onClick={() => setIsOpen(!isOpen)}
            >
              <Icon of={IconCalendar} />
            </button>
          </div>
          {isOpen && (
            <div className="pop">
              <CalendarMonth
                value={value}
                onPick={(day) => {
                  onChange(day);
                  setTyped(formatDate(locale, day, 'short'));
                  setWrong(null);
                  setIsOpen(false);
                  button.current?.focus();
                }}
              />
            </div>
          )}
        </div>
      )}
    </FormField>
  );
}
