import { useEffect, useRef, useState } from 'react';
import IconArrowLeft from '@tabler/icons-react/dist/esm/icons/IconArrowLeft.mjs';
import IconArrowRight from '@tabler/icons-react/dist/esm/icons/IconArrowRight.mjs';
import { addDays, calendarNames, formatDate } from '#shared/i18n/format.ts';
import { toIsoDate, weekdayIndex } from '#shared/i18n/dates.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Icon } from './icon.tsx';

/** A month of days, Monday first. Arrows move by day and week, Page Up and Down by month, Enter picks. */
export function CalendarMonth({ value, onPick }: { value: string | null; onPick: (day: string) => void }) {
  const { t } = useTranslation('app');
  const { locale, today } = useFormat();
  const [at, setAt] = useState(value ?? today());
  const table = useRef<HTMLTableElement>(null);
  useEffect(() => {
    table.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, [at]);
  const names = calendarNames(locale);
  const year = Number(at.slice(0, 4));
  const month = Number(at.slice(5, 7));
  const first = toIsoDate(year, month, 1);
  const start = addDays(first, -weekdayIndex(first));
  const turn = (months: number) => {
    const index = year * 12 + month - 1 + months;
    setAt(toIsoDate(Math.floor(index / 12), (index % 12) + 1, 1));
  };
  return (
    <div className="calendar" role="dialog" aria-label={t('date.openCalendar')}>
      <div className="row between">
        <button
          type="button"
          className="btn subtle small iconic"
          aria-label={t('date.previousMonth')}
          onClick={() => turn(-1)}
        >
          <Icon of={IconArrowLeft} />
        </button>
        <span className="b" aria-live="polite">
          {formatDate(locale, first, 'monthYear')}
        </span>
        <button
          type="button"
          className="btn subtle small iconic"
          aria-label={t('date.nextMonth')}
          onClick={() => turn(1)}
        >
          <Icon of={IconArrowRight} />
        </button>
      </div>
      <table
        ref={table}
        role="grid"
        onKeyDown={(event) => {
          const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.code];
          if (days !== undefined) setAt(addDays(at, days));
          else if (event.code === 'PageUp') turn(-1);
          else if (event.code === 'PageDown') turn(1);
          else return;
          event.preventDefault();
        }}
      >
        <thead>
          <tr>
            {names.weekdaysShort.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[0, 1, 2, 3, 4, 5].map((week) => (
            <tr key={week}>
              {[0, 1, 2, 3, 4, 5, 6].map((weekday) => {
                const day = addDays(start, week * 7 + weekday);
                return (
                  <td key={day}>
                    <button
                      type="button"
                      className={day.slice(0, 7) === at.slice(0, 7) ? '' : 'other'}
                      aria-label={formatDate(locale, day, 'weekdayLong')}
                      aria-selected={day === value}
                      aria-current={day === today() ? 'date' : undefined}
                      tabIndex={day === at ? 0 : -1}
                      onClick={() => onPick(day)}
                    >
                      {Number(day.slice(8))}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
