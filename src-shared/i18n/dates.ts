/**
 * Calendar days as plain ISO strings ('2026-11-23') and clock times from milliseconds: arithmetic, input and checks, no
 * language and no time zone database. A time zone is an offset in minutes east of UTC (Kazakhstan +300), which the caller passes.
 */

const dayMs = 86_400_000;

export type CalendarDay = { year: number; month: number; day: number };

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return Number.NaN;
    value = value * 10 + code - 48;
  }
  return value;
}

/** Days in a month (1–12) of the Gregorian calendar. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** The parts of 'YYYY-MM-DD', or null if it is not a day that exists. */
export function parseIsoDate(isoDate: string): CalendarDay | null {
  if (isoDate.length !== 10 || isoDate[4] !== '-' || isoDate[7] !== '-') return null;
  const year = digits(isoDate, 0, 4);
  const month = digits(isoDate, 5, 7);
  const day = digits(isoDate, 8, 10);
  return isCalendarDay(year, month, day) ? { year, month, day } : null;
}

export function pad2(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

export function toIsoDate(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${pad2(month)}-${pad2(day)}`;
}

/** Days since 1 January 1970 of an existing ISO date; NaN otherwise. */
function isoDateToDayNumber(isoDate: string): number {
  const parts = parseIsoDate(isoDate);
  if (parts === null) return Number.NaN;
  const instant = new Date(0);
  instant.setUTCFullYear(parts.year, parts.month - 1, parts.day);
  return instant.getTime() / dayMs;
}

function dayNumberToIsoDate(dayNumber: number): string {
  const instant = new Date(dayNumber * dayMs);
  return toIsoDate(instant.getUTCFullYear(), instant.getUTCMonth() + 1, instant.getUTCDate());
}

/** The ISO date `days` later (negative: earlier). The input must be an existing ISO date, else RangeError. */
export function addDays(isoDate: string, days: number): string {
  const dayNumber = isoDateToDayNumber(isoDate);
  if (Number.isNaN(dayNumber)) throw new RangeError('addDays: not an ISO date');
  return dayNumberToIsoDate(dayNumber + days);
}

/** Whole days from `fromIso` to `toIso`: positive when `toIso` is later. NaN if either is not a date. */
export function daysBetween(fromIso: string, toIso: string): number {
  return isoDateToDayNumber(toIso) - isoDateToDayNumber(fromIso);
}

/** 0 = Monday … 6 = Sunday (weeks start on Monday in all our countries). */
export function weekdayIndex(isoDate: string): number {
  // 1 January 1970 was a Thursday (index 3).
  return (((isoDateToDayNumber(isoDate) + 3) % 7) + 7) % 7;
}

/** The calendar day, at a place `offsetMinutes` east of UTC, of an instant in ms UTC. */
export function isoDateOf(ms: number, offsetMinutes: number): string {
  return dayNumberToIsoDate(Math.floor((ms + offsetMinutes * 60_000) / dayMs));
}

/** HH:MM of an instant in ms UTC, at a place `offsetMinutes` east of UTC. The same in every language. */
export function clockTimeOf(ms: number, offsetMinutes: number): string {
  const minutes = Math.floor((ms + offsetMinutes * 60_000) / 60_000);
  const minuteOfDay = ((minutes % 1440) + 1440) % 1440;
  return `${pad2(Math.floor(minuteOfDay / 60))}:${pad2(minuteOfDay % 60)}`;
}

/**
 * What a person typed as a date, as ISO, or null if it is no day that exists. Day first, as in all our countries; the
 * separator may be a dot, comma, slash, hyphen or space, or ю and б, which sit on the keys of dot and comma in the Russian
 * layout. Also 'YYYY-MM-DD' and eight bare digits DDMMYYYY. Only the digits 0 to 9 count.
 *
 * A year of two digits is refused unless `years` is `short`: while «31.12.2026» is being typed, «31.12.20» is not yet a day. When the
 * person has left the field it is one: 00 to 68 are 2000 to 2068, 69 to 99 are 1969 to 1999 (the rule of POSIX `strptime`).
 */
export function parseDateInput(text: string, years: 'full' | 'short' = 'full'): string | null {
  const groups: string[] = [];
  let current = '';
  let separators = 0;
  for (const char of text.trim()) {
    if (char >= '0' && char <= '9') {
      current += char;
      continue;
    }
    if (!'.,/- \u00A0юЮбБ–‐‑'.includes(char)) return null;
    if (current !== '') {
      groups.push(current);
      current = '';
      separators = 0;
    }
    separators += 1;
    // «23. 11. 2026» has a dot and a space; more than two separators in a row is a slip of the hand.
    if (separators > 2 || groups.length === 0) return null;
  }
  if (current === '') return null;
  groups.push(current);
  const [first, second, third] = groups;
  if (groups.length === 1 && first !== undefined && (first.length === 8 || (first.length === 6 && years === 'short'))) {
    return partsToIso(fullYear(first.slice(4), years), first.slice(2, 4), first.slice(0, 2));
  }
  if (groups.length !== 3 || first === undefined || second === undefined || third === undefined) return null;
  if (first.length === 4) return partsToIso(first, second, third);
  return partsToIso(fullYear(third, years), second, first);
}

function fullYear(year: string, years: 'full' | 'short'): string {
  if (years === 'full' || year.length !== 2) return year;
  return `${Number(year) < 69 ? '20' : '19'}${year}`;
}

function partsToIso(year: string, month: string, day: string): string | null {
  if (year.length !== 4 || month.length > 2 || day.length > 2) return null;
  return isCalendarDay(Number(year), Number(month), Number(day))
    ? toIsoDate(Number(year), Number(month), Number(day))
    : null;
}

/** What a person typed as a clock time ('9:05', '0905', '9.05'), as HH:MM, or null. */
export function parseTimeInput(text: string): string | null {
  const match = /^(\d{1,2})[:.,\s-]?(\d{2})$/.exec(text.trim());
  if (match === null) return null;
  const hours = Number(match[1]);
  const minutes = Number(match[2]);
  return hours < 24 && minutes < 60 ? `${pad2(hours)}:${pad2(minutes)}` : null;
}

/**
 * What a person typed as a number, or null. Spaces of any kind group the digits; comma and dot both are the decimal sign, and so
 * are ю and б, which sit on their keys in the Russian layout. Only the digits 0 to 9 count.
 * «1,234,567» with several commas or dots is refused rather than guessed.
 */
export function parseNumberInput(text: string): number | null {
  const compact = text
    .replaceAll(/[\s\u00A0\u202F]/g, '')
    .replace(/^[\u2212–]/, '-')
    .replace(/[юбЮБ]/, '.');
  if (!/^-?[0-9]+([.,][0-9]+)?$/.test(compact)) return null;
  const value = Number(compact.replace(',', '.'));
  return Number.isFinite(value) ? value : null;
}
