/**
 * All formatting of dates, times, numbers, sizes, lists and names of countries and languages, by our own tables.
 *
 * Guarantee: the same input gives the same text in Electron's main process, its windows, the core and the hub, under any
 * language of the operating system. No `Intl`, no `toLocale…`, no clock and no time zone database is asked: Chromium's own data
 * has no Kyrgyz and Tajik, and answers for the system's language without a word. Dates are ISO strings 'YYYY-MM-DD'; instants are ms
 * UTC with an offset in minutes east of UTC. A value that is no date is shown as it is, so that a damaged record stays visible.
 */
import { clockTimeOf, daysBetween, isoDateOf, pad2, parseIsoDate, weekdayIndex } from './dates.ts';
import type { CalendarDay } from './dates.ts';
import { formatWords } from './format-words.ts';
import type { CountPattern, CountryCode } from './format-words.ts';
import type { Locale } from './locales.ts';
import { pluralCategory } from './plural.ts';

export {
  addDays,
  clockTimeOf,
  daysBetween,
  isoDateOf,
  parseDateInput,
  parseNumberInput,
  parseTimeInput,
} from './dates.ts';
export { pluralCategory } from './plural.ts';
export type { CountryCode } from './format-words.ts';

/**
 * `long` «23 ноября 2026 г.» in running text · `official` «23 ноября 2026 года» in documents · `short` «23.11.2026» in lists and fields ·
 * `dayMonth` «23 ноября» · `monthYear` «Ноябрь 2026», a heading · `weekdayLong` «понедельник, 23 ноября 2026 г.» ·
 * `weekdayDayMonth` «понедельник, 23 ноября» · `weekday` «понедельник» · `weekdayShort` «пн».
 */
export type DateStyle =
  | 'long'
  | 'official'
  | 'short'
  | 'dayMonth'
  | 'monthYear'
  | 'weekdayLong'
  | 'weekdayDayMonth'
  | 'weekday'
  | 'weekdayShort';

function shortDate({ year, month, day }: CalendarDay): string {
  return `${pad2(day)}.${pad2(month)}.${String(year).padStart(4, '0')}`;
}

function fillDate(locale: Locale, pattern: string, date: CalendarDay, days: string, weekday: string): string {
  const words = formatWords[locale];
  return pattern.replaceAll(/\{([dmMyw])\}/g, (_, part: string) => {
    if (part === 'd') return days;
    if (part === 'm') return words.months[date.month - 1] ?? '';
    if (part === 'M') return words.monthsInDate[date.month - 1] ?? '';
    return part === 'y' ? String(date.year) : weekday;
  });
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** A calendar day in words or figures. Text that is no ISO date comes back unchanged. */
export function formatDate(locale: Locale, isoDate: string, style: DateStyle): string {
  const date = parseIsoDate(isoDate);
  if (date === null) return isoDate;
  const words = formatWords[locale];
  const fill = (pattern: string): string =>
    fillDate(locale, pattern, date, String(date.day), words.weekdays[weekdayIndex(isoDate)] ?? '');
  switch (style) {
    case 'short':
      return shortDate(date);
    case 'long':
      return fill(words.dateLong);
    case 'official':
      return fill(words.dateOfficial);
    case 'dayMonth':
      return fill(words.dayMonth);
    case 'monthYear':
      return capitalised(fill(words.monthYear));
    case 'weekdayLong':
      return fill(words.weekdayLong);
    case 'weekdayDayMonth':
      return fill(words.weekdayDayMonth);
    case 'weekday':
      return words.weekdays[weekdayIndex(isoDate)] ?? '';
    case 'weekdayShort':
      return words.weekdaysShort[weekdayIndex(isoDate)] ?? '';
  }
}

/**
 * A span of days, both ends included: «12.01.2022 – 12.01.2027», or in `long` style «23–25 ноября 2026 г.». An open end (null)
 * reads «с 14.11.2026» or «до 27.11.2026» (always in figures: a word date would need another case in four languages).
 * Two open ends give ''.
 */
export function formatDateRange(
  locale: Locale,
  startIso: string | null,
  endIso: string | null,
  style: 'short' | 'long' = 'short',
): string {
  const words = formatWords[locale];
  if (startIso === null && endIso === null) return '';
  if (endIso === null) return words.since.replace('{date}', formatDate(locale, startIso ?? '', 'short'));
  if (startIso === null) return words.until.replace('{date}', formatDate(locale, endIso, 'short'));
  if (startIso === endIso) return formatDate(locale, startIso, style);
  const start = parseIsoDate(startIso);
  const end = parseIsoDate(endIso);
  const sameMonth = start !== null && end !== null && start.year === end.year && start.month === end.month;
  if (style === 'long' && sameMonth) return fillDate(locale, words.dateLong, start, `${start.day}–${end.day}`, '');
  return `${formatDate(locale, startIso, style)} – ${formatDate(locale, endIso, style)}`;
}

/** HH:MM, 24 hours, the same in every language. `ms` UTC, `offsetMinutes` east of UTC. */
export function formatTime(ms: number, offsetMinutes: number): string {
  return clockTimeOf(ms, offsetMinutes);
}

/** «23.11.2026, 14:40». */
export function formatDateTime(locale: Locale, ms: number, offsetMinutes: number): string {
  return `${formatDate(locale, isoDateOf(ms, offsetMinutes), 'short')}, ${clockTimeOf(ms, offsetMinutes)}`;
}

/** «сегодня, 09:12», «вчера, 18:40», else «12.11.2026, 09:12», as seen at `nowMs` in the same place. */
export function formatRecentDateTime(locale: Locale, ms: number, nowMs: number, offsetMinutes: number): string {
  const days = daysBetween(isoDateOf(nowMs, offsetMinutes), isoDateOf(ms, offsetMinutes));
  const words = formatWords[locale];
  const day = days === 0 ? words.today : days === -1 ? words.yesterday : null;
  return day === null ? formatDateTime(locale, ms, offsetMinutes) : `${day}, ${clockTimeOf(ms, offsetMinutes)}`;
}

/**
 * A number with grouped digits: «12 416 759» with no-break spaces, «12,416,759» in English. Without `fractionDigits` up to three
 * decimals are shown and trailing zeros dropped; with it exactly that many. Halves round away from zero.
 */
export function formatNumber(locale: Locale, n: number, options: { fractionDigits?: number } = {}): string {
  if (!Number.isFinite(n)) return '–';
  const words = formatWords[locale];
  const decimals = options.fractionDigits ?? 3;
  let fixed = roundedText(Math.abs(n), decimals);
  if (options.fractionDigits === undefined && fixed.includes('.')) fixed = fixed.replace(/\.?0+$/, '');
  const [whole = '0', fraction] = fixed.split('.');
  let grouped = '';
  for (let index = 0; index < whole.length; index += 1) {
    if (index > 0 && (whole.length - index) % 3 === 0) grouped += words.group;
    grouped += whole[index] ?? '';
  }
  const text = fraction === undefined ? grouped : `${grouped}${words.decimal}${fraction}`;
  return n < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}

/** `toFixed` rounds the binary value (1.005 → 1.00); shifting the printed decimal rounds what people see (1.01). */
function roundedText(value: number, decimals: number): string {
  const printed = String(value);
  if (printed.includes('e')) return value.toFixed(decimals);
  return Number(`${Math.round(Number(`${printed}e${decimals}`))}e-${decimals}`).toFixed(decimals);
}

/** A share (0.4762) as «47,62 %» (Russian has the space). Up to two decimals unless `fractionDigits` is given. */
export function formatPercent(locale: Locale, share: number, options: { fractionDigits?: number } = {}): string {
  const percent = Number.isFinite(share) ? Number(roundedSigned(share * 100, options.fractionDigits ?? 2)) : share;
  return formatWords[locale].percent.replace('{n}', formatNumber(locale, percent, options));
}

function roundedSigned(value: number, decimals: number): string {
  const text = roundedText(Math.abs(value), decimals);
  return value < 0 ? `-${text}` : text;
}

/** A size of `bytes` in decimal units (1 МБ = 1 000 000 Б, as printed on sticks): «95 МБ», «9,1 ГБ»; one decimal below ten. */
export function formatBytes(locale: Locale, bytes: number): string {
  const words = formatWords[locale];
  let value = Math.max(0, bytes);
  let unit = 0;
  // 999.5 would be printed as «1 000 КБ»; it belongs to the next unit.
  while (value >= 999.5 && unit < words.byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const rounded = unit > 0 && value < 9.95 ? Math.round(value * 10) / 10 : Math.round(value);
  return `${formatNumber(locale, rounded)}\u00A0${words.byteUnits[unit] ?? ''}`;
}

function fillCount(locale: Locale, pattern: CountPattern, n: number): string {
  return (pattern[pluralCategory(locale, n)] ?? pattern.other).replace('{n}', formatNumber(locale, n));
}

/** How long something takes, from whole minutes: «40 мин», «1 ч 20 мин», «2 ч». */
export function formatDuration(locale: Locale, minutes: number): string {
  const words = formatWords[locale];
  const whole = Math.max(0, Math.round(minutes));
  const hours = Math.floor(whole / 60);
  const hourText = `${formatNumber(locale, hours)}\u00A0${words.hourShort}`;
  const minuteText = `${whole % 60}\u00A0${words.minuteShort}`;
  if (hours === 0) return minuteText;
  return whole % 60 === 0 ? hourText : `${hourText} ${minuteText}`;
}

/** Time left of a running task: «осталось около 3 минут», «осталось около 2 часов», «осталось меньше минуты». */
export function formatTimeLeft(locale: Locale, minutes: number): string {
  const words = formatWords[locale];
  if (minutes < 1) return words.lessThanMinuteLeft;
  const whole = Math.round(minutes);
  if (whole < 90) return fillCount(locale, words.minutesLeft, whole);
  return fillCount(locale, words.hoursLeft, Math.round(whole / 60));
}

/** Position in a clip from seconds: «2:05», «1:02:05». The same in every language. */
export function formatClip(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${pad2(minutes)}:${pad2(whole % 60)}` : `${minutes}:${pad2(whole % 60)}`;
}

/** A day relative to today, from `daysBetween(today, day)`: «сегодня», «вчера», «завтра», «4 дня назад», «через 4 дня». */
export function formatRelativeDays(locale: Locale, days: number): string {
  const words = formatWords[locale];
  if (days === 0) return words.today;
  if (days === -1) return words.yesterday;
  if (days === 1) return words.tomorrow;
  return fillCount(locale, days < 0 ? words.daysAgo : words.inDays, Math.abs(days));
}

/**
 * A moment relative to `nowMs` (ms UTC): «только что», «5 минут назад», «через 2 часа», from a day on in days as the calendar of that place counts
 * them («вчера», «4 дня назад»). A text that says it must be drawn again as time goes by.
 */
export function formatRelativeTime(locale: Locale, ms: number, nowMs: number, offsetMinutes: number): string {
  const words = formatWords[locale];
  const minutes = Math.floor(Math.abs(ms - nowMs) / 60_000);
  const isPast = ms <= nowMs;
  if (minutes === 0) return words.justNow;
  if (minutes < 60) return fillCount(locale, isPast ? words.minutesAgo : words.inMinutes, minutes);
  if (minutes < 1440) return fillCount(locale, isPast ? words.hoursAgo : words.inHours, Math.floor(minutes / 60));
  return formatRelativeDays(locale, daysBetween(isoDateOf(nowMs, offsetMinutes), isoDateOf(ms, offsetMinutes)));
}

/** A deadline relative to today, from `daysBetween(today, deadline)`: «осталось 4 дня», «срок сегодня», «просрочено на 2 дня». */
export function formatDeadline(locale: Locale, days: number): string {
  const words = formatWords[locale];
  if (days === 0) return words.dueToday;
  return fillCount(locale, days < 0 ? words.daysOverdue : words.daysLeft, Math.abs(days));
}

/** «А, Б и В» or «А, Б или В». No comma before the last word in any of our languages. */
export function formatList(locale: Locale, items: readonly string[], kind: 'and' | 'or' = 'and'): string {
  const last = items[items.length - 1] ?? '';
  if (items.length < 2) return last;
  return `${items.slice(0, -1).join(', ')} ${formatWords[locale][kind]} ${last}`;
}

export type Gender = 'masculine' | 'feminine' | 'neuter';

/**
 * A whole number as an ordinal before its noun, as documents write it in figures: «1-е» (заседание), «1-» (отырыс: a hyphen alone says it in the
 * Turkic languages, and the noun follows without a space), «1-ум» behind a Tajik noun in izafet (ҷаласаи 1-ум), «1st». `gender` of the Russian noun.
 */
export function formatOrdinal(locale: Locale, n: number, gender: Gender = 'masculine'): string {
  const count = Math.abs(Math.trunc(n));
  switch (locale) {
    case 'ru':
      return `${n}-${gender === 'masculine' ? 'й' : gender === 'feminine' ? 'я' : 'е'}`;
    case 'tg':
      return `${n}-${endsInVowelInTajik(count) ? 'юм' : 'ум'}`;
    case 'en':
      return `${n}${englishEnding(count)}`;
    case 'kk':
    case 'ky':
    case 'uz':
    case 'uz-Cyrl':
      return `${n}-`;
  }
}

/** Tajik ду, се and сӣ end in a vowel, alone and at the end of a longer numeral: дуюм, сеюм, сиюм, бисту дуюм. */
function endsInVowelInTajik(count: number): boolean {
  const tens = count % 100;
  if (tens === 30) return true;
  return (tens < 10 || tens > 20) && (tens % 10 === 2 || tens % 10 === 3);
}

function englishEnding(count: number): string {
  const tens = count % 100;
  if (tens >= 11 && tens <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][tens % 10] ?? 'th';
}

/** The name of a country of the region; null for a code we do not name. */
export function countryName(locale: Locale, code: string): string | null {
  const countries = formatWords[locale].countries;
  return isCountryCode(code) ? countries[code] : null;
}

/** True for the four codes we name; narrows a string from a record. */
export function isCountryCode(code: string): code is CountryCode {
  return code === 'kz' || code === 'kg' || code === 'uz' || code === 'tj';
}

/** The name of one of our languages, said in `locale` («кыргызский»). For its own name see `localeFacts`. */
export function languageName(locale: Locale, language: Locale): string {
  return formatWords[locale].languages[language];
}

/** Names for a calendar: twelve months as headings, seven short weekdays from Monday. */
export function calendarNames(locale: Locale): { months: readonly string[]; weekdaysShort: readonly string[] } {
  const words = formatWords[locale];
  return { months: words.months.map(capitalised), weekdaysShort: words.weekdaysShort };
}
