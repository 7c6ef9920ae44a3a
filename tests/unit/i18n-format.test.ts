import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weekdayIndex } from '#shared/i18n/dates.ts';
import {
  addDays,
  clockTimeOf,
  countryName,
  daysBetween,
  formatBytes,
  formatClip,
  formatDate,
  formatDateRange,
  formatDateTime,
  formatDeadline,
  formatDuration,
  formatList,
  formatNumber,
  formatOrdinal,
  formatPercent,
  formatRecentDateTime,
  formatRelativeDays,
  formatRelativeTime,
  formatTimeLeft,
  isoDateOf,
  parseDateInput,
  parseNumberInput,
  parseTimeInput,
  pluralCategory,
} from '#shared/i18n/format.ts';
import { locales, localeFromSystemTag, pickContentLocale } from '#shared/i18n/locales.ts';
import { createTranslate } from '#shared/i18n/translate.ts';

// The languages' own forms are proven in tests/i18n, inside Electron; here the arithmetic and the edges.
describe('dates', () => {
  it('knows the calendar', () => {
    const day = fc.integer({ min: -200_000, max: 200_000 }).map((number) => addDays('1970-01-01', number));
    fc.assert(
      fc.property(day, fc.integer({ min: -5000, max: 5000 }), (iso, days) => {
        expect(daysBetween(iso, addDays(iso, days))).toBe(days);
        expect(parseDateInput(formatDate('ru', iso, 'short'))).toBe(iso);
        expect((weekdayIndex(iso) + 1) % 7).toBe(new Date(`${iso}T00:00:00Z`).getUTCDay());
      }),
    );
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  });

  it('reads what people type, and no day that does not exist', () => {
    for (const text of [
      '23.11.2026',
      '23/11/2026',
      '23-11-2026',
      '23,11,2026',
      '23 11 2026',
      ' 23. 11. 2026 ',
      '23112026',
      '2026-11-23',
      '23ю11ю2026',
    ]) {
      expect(parseDateInput(text), text).toBe('2026-11-23');
    }
    expect(parseDateInput('3.1.2026')).toBe('2026-01-03');
    for (const text of [
      '31.11.2026',
      '29.02.2026',
      '23.13.2026',
      '23.11.26',
      '23.11',
      '',
      'завтра',
      '23.11.2026.',
      '23...11.2026',
      '2026-13-01',
      '00.01.2026',
    ]) {
      expect(parseDateInput(text), text).toBeNull();
    }
  });

  it('takes a year of two digits only when the field has been left', () => {
    for (const text of ['31/12/26', '31.12.26', '31-12-26', '31,12,26', '311226', '31.12.2026']) {
      expect(parseDateInput(text, 'short'), text).toBe('2026-12-31');
    }
    expect(parseDateInput('1.2.68', 'short')).toBe('2068-02-01');
    expect(parseDateInput('1.2.69', 'short')).toBe('1969-02-01');
    for (const text of ['31.12.6', '31.12.026', '31.11.26', '26-12-31-1', '٣١.١٢.٢٠٢٦']) {
      expect(parseDateInput(text, 'short'), text).toBeNull();
    }
  });

  it('reads times and numbers', () => {
    expect(parseTimeInput('9:05')).toBe('09:05');
    expect(parseTimeInput('0905')).toBe('09:05');
    expect(parseTimeInput('24:00')).toBeNull();
    expect(parseNumberInput('12 416 759,5')).toBe(12_416_759.5);
    expect(parseNumberInput('12\u00A0416.5')).toBe(12_416.5);
    expect(parseNumberInput('1,234,567')).toBeNull();
    expect(parseNumberInput('')).toBeNull();
    expect(parseNumberInput('1ю5')).toBe(1.5);
    expect(parseNumberInput('\u22123,25')).toBe(-3.25);
    for (const text of ['١٢', '12.', '1.2.3', '5 чел', '1e3', '--1']) expect(parseNumberInput(text), text).toBeNull();
  });

  it('places an instant on the laptop’s day and clock', () => {
    const ms = Date.UTC(2026, 10, 22, 19, 30);
    expect(isoDateOf(ms, 300)).toBe('2026-11-23');
    expect(isoDateOf(ms, 0)).toBe('2026-11-22');
    expect(clockTimeOf(ms, 300)).toBe('00:30');
    expect(clockTimeOf(-1, 0)).toBe('23:59');
    expect(formatDateTime('ru', ms, 300)).toBe('23.11.2026, 00:30');
    expect(formatRecentDateTime('ru', ms, ms + 3_600_000, 300)).toBe('сегодня, 00:30');
    expect(formatRecentDateTime('ru', ms, ms + 86_400_000, 300)).toBe('вчера, 00:30');
    expect(formatRecentDateTime('ru', ms, ms + 3 * 86_400_000, 300)).toBe('23.11.2026, 00:30');
  });

  it('shows a damaged date as it is', () => {
    expect(formatDate('kk', '2026-02-30', 'official')).toBe('2026-02-30');
  });

  it('writes ranges', () => {
    expect(formatDateRange('ru', '2026-11-28', '2026-12-02', 'long')).toBe('28 ноября 2026 г. – 2 декабря 2026 г.');
    expect(formatDateRange('ru', '2026-11-23', '2026-11-23')).toBe('23.11.2026');
    expect(formatDateRange('kk', '2026-11-02', null)).toBe('02.11.2026 бастап');
    expect(formatDateRange('ru', null, '2026-11-27')).toBe('до 27.11.2026');
    expect(formatDateRange('ru', null, null)).toBe('');
  });
});

describe('numbers', () => {
  it('groups, rounds as people read, and keeps the sign of what is shown', () => {
    expect(formatNumber('ru', 1234)).toBe('1\u00A0234');
    expect(formatNumber('ru', 999)).toBe('999');
    expect(formatNumber('en', 1_005.005, { fractionDigits: 2 })).toBe('1,005.01');
    expect(formatNumber('en', -0.001, { fractionDigits: 2 })).toBe('0.00');
    expect(formatNumber('en', 1e-7)).toBe('0');
    expect(formatNumber('ru', Number.NaN)).toBe('–');
    expect(formatPercent('ru', 1)).toBe('100\u00A0%');
  });

  it('agrees with ICU on whole numbers and three decimals', () => {
    const english = new Intl.NumberFormat('en');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer(),
          fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((n) => Math.round(n * 100) / 100),
        ),
        (n) => {
          expect(formatNumber('en', n)).toBe(Object.is(n, -0) ? '0' : english.format(n));
        },
      ),
    );
  });

  it('writes sizes', () => {
    expect(formatBytes('ru', 0)).toBe('0\u00A0Б');
    expect(formatBytes('ru', 999_499)).toBe('999\u00A0КБ');
    expect(formatBytes('ru', 999_500)).toBe('1\u00A0МБ');
    expect(formatBytes('uz', 9_140_000_000)).toBe('9,1\u00A0GB');
  });

  it('writes spans of time', () => {
    expect(formatDuration('ru', 0)).toBe('0\u00A0мин');
    expect(formatDuration('ru', 80)).toBe('1\u00A0ч 20\u00A0мин');
    expect(formatDuration('ru', 120)).toBe('2\u00A0ч');
    expect(formatTimeLeft('ru', 0.4)).toBe('осталось меньше минуты');
    expect(formatTimeLeft('ru', 1)).toBe('осталось около 1 минуты');
    expect(formatTimeLeft('ru', 3)).toBe('осталось около 3 минут');
    expect(formatTimeLeft('ru', 125)).toBe('осталось около 2 часов');
    expect(formatClip(125)).toBe('2:05');
    expect(formatClip(3725)).toBe('1:02:05');
  });
});

describe('plurals', () => {
  it('agrees with ICU where ICU knows the language', () => {
    for (const locale of ['ru', 'kk', 'ky', 'uz', 'en'] as const) {
      const rules = new Intl.PluralRules(locale);
      for (const n of [...Array.from({ length: 250 }, (_, index) => index), 1.5, 0.1, 1000, 1001, 1_000_000]) {
        expect(pluralCategory(locale, n), `${locale} ${n}`).toBe(rules.select(n));
      }
    }
    for (const n of [0, 1, 2, 21]) expect(pluralCategory('tg', n)).toBe('other');
    expect(pluralCategory('uz-Cyrl', 1)).toBe('one');
  });

  it('counts moments in minutes, hours, then days of the calendar', () => {
    const now = Date.UTC(2026, 10, 23, 9, 40);
    const minutes = (n: number): string => formatRelativeTime('ru', now + n * 60_000, now, 300);
    expect([0, -0.9, -1, -59, -60, -119, -1439].map(minutes)).toEqual([
      'только что',
      'только что',
      '1 минуту назад',
      '59 минут назад',
      '1 час назад',
      '1 час назад',
      '23 часа назад',
    ]);
    expect([-1440, -3 * 1440, 5, 1440].map(minutes)).toEqual(['вчера', '3 дня назад', 'через 5 минут', 'завтра']);
  });

  it('writes ordinals by each language’s rule', () => {
    expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111].map((n) => formatOrdinal('en', n)).join(' ')).toBe(
      '1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 101st 111th',
    );
    expect([2, 3, 4, 10, 12, 13, 20, 22, 30, 33, 102].map((n) => formatOrdinal('tg', n)).join(' ')).toBe(
      '2-юм 3-юм 4-ум 10-ум 12-ум 13-ум 20-ум 22-юм 30-юм 33-юм 102-юм',
    );
    expect(formatOrdinal('ru', 3)).toBe('3-й');
    expect(formatOrdinal('ru', 3, 'feminine')).toBe('3-я');
    expect(`${formatOrdinal('kk', 3)}отырыс`).toBe('3-отырыс');
  });

  it('inflects the words of time in Russian', () => {
    expect([1, 2, 5, 11, 21, 22].map((n) => formatDeadline('ru', n))).toEqual([
      'остался 1 день',
      'осталось 2 дня',
      'осталось 5 дней',
      'осталось 11 дней',
      'остался 21 день',
      'осталось 22 дня',
    ]);
    expect([-2, -1, 0, 1, 2].map((n) => formatRelativeDays('ru', n))).toEqual([
      '2 дня назад',
      'вчера',
      'сегодня',
      'завтра',
      'через 2 дня',
    ]);
  });
});

describe('lists, names, choices of language', () => {
  it('joins lists', () => {
    expect(formatList('ru', [])).toBe('');
    expect(formatList('ru', ['А'])).toBe('А');
    expect(formatList('ru', ['А', 'Б'], 'or')).toBe('А или Б');
    expect(formatList('ru', ['А', 'Б', 'В'])).toBe('А, Б и В');
  });

  it('names only countries it knows', () => {
    expect(countryName('kk', 'kg')).toBe('Қырғызстан');
    expect(countryName('kk', 'constructor')).toBeNull();
  });

  it('chooses a language for content and for the first start', () => {
    expect(pickContentLocale('uz-Cyrl', ['ru', 'uz'])).toBe('uz');
    expect(pickContentLocale('uz-Cyrl', ['ru', 'en'])).toBe('ru');
    expect(pickContentLocale('kk', ['tg'])).toBe('tg');
    expect(pickContentLocale('kk', [])).toBeNull();
    expect(localeFromSystemTag('kk-KZ')).toBe('kk');
    expect(localeFromSystemTag('uz-Cyrl-UZ')).toBe('uz-Cyrl');
    expect(localeFromSystemTag('uz_UZ.UTF-8')).toBe('uz');
    expect(localeFromSystemTag('de-DE')).toBe('ru');
    for (const locale of locales) expect(pickContentLocale(locale, locales)).toBe(locale);
  });
});

describe('createTranslate', () => {
  const catalogue = {
    hello: 'Здравствуйте, {{name}}',
    rows_one: '{{count}} запись',
    rows_few: '{{count}} записи',
    rows_many: '{{count}} записей',
    rows_other: '{{count}} записи',
    size: 'Год {{year}}, всего {{total, number}}',
  };
  const t = createTranslate(catalogue, 'ru');

  it('fills placeholders once and chooses plural forms', () => {
    expect(t('hello', { name: '{{name}} $t(rows)' })).toBe('Здравствуйте, {{name}} $t(rows)');
    expect(t('hello')).toBe('Здравствуйте, ');
    expect([1, 3, 5, 1.5].map((count) => t('rows', { count }))).toEqual([
      '1 запись',
      '3 записи',
      '5 записей',
      '1,5 записи',
    ]);
    expect(t('rows', { count: 12_345 })).toBe('12\u00A0345 записей');
    expect(t('size', { year: 2026, total: 12_416 })).toBe('Год 2026, всего 12\u00A0416');
    expect(t('no.such.key')).toBe('no.such.key');
  });
});
