/**
 * The formats of `#shared/i18n/format.ts` bound to the window's language and the laptop's time zone.
 */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import * as formats from '#shared/i18n/format.ts';
import type { DateStyle, Gender } from '#shared/i18n/format.ts';
import { isLocale, sourceLocale } from '#shared/i18n/locales.ts';
import type { Locale } from '#shared/i18n/locales.ts';

/** Minutes east of UTC that the laptop's clock showed at that instant. */
function offsetAt(ms: number): number {
  return -new Date(ms).getTimezoneOffset();
}

/** Every format of the window. Dates are ISO strings 'YYYY-MM-DD', instants ms UTC. */
export type Formats = {
  locale: Locale;
  /** Today's ISO date on this laptop. */
  today: () => string;
  /** The ISO date of an instant on this laptop. */
  dayOf: (ms: number) => string;
  /** Default style `short`: 23.11.2026. */
  date: (isoDate: string, style?: DateStyle) => string;
  dateRange: (startIso: string | null, endIso: string | null, style?: 'short' | 'long') => string;
  time: (ms: number) => string;
  dateTime: (ms: number) => string;
  /** «сегодня, 09:12», «вчера, 18:40», else date and time. */
  recent: (ms: number) => string;
  /** «сегодня», «4 дня назад», «через 4 дня». */
  relativeDay: (isoDate: string) => string;
  /** «только что», «5 минут назад», «вчера», of an instant. */
  ago: (ms: number) => string;
  /** «осталось 4 дня», «срок сегодня», «просрочено на 2 дня». */
  deadline: (isoDate: string) => string;
  number: (n: number, options?: { fractionDigits?: number }) => string;
  /** A share 0–1. */
  percent: (share: number, options?: { fractionDigits?: number }) => string;
  bytes: (bytes: number) => string;
  /** Whole minutes. */
  duration: (minutes: number) => string;
  timeLeft: (minutes: number) => string;
  /** Seconds. */
  clip: (seconds: number) => string;
  list: (items: readonly string[], kind?: 'and' | 'or') => string;
  /** «1-е», «1-», «1-ум»: see `formatOrdinal`. */
  ordinal: (n: number, gender?: Gender) => string;
  country: (code: string) => string | null;
  language: (language: Locale) => string;
};

/** The formats of one locale on this laptop, for code outside React. */
export function createFormats(locale: Locale): Formats {
  const today = (): string => formats.isoDateOf(Date.now(), offsetAt(Date.now()));
  return {
    locale,
    today,
    dayOf: (ms) => formats.isoDateOf(ms, offsetAt(ms)),
    date: (isoDate, style = 'short') => formats.formatDate(locale, isoDate, style),
    dateRange: (startIso, endIso, style = 'short') => formats.formatDateRange(locale, startIso, endIso, style),
    time: (ms) => formats.formatTime(ms, offsetAt(ms)),
    dateTime: (ms) => formats.formatDateTime(locale, ms, offsetAt(ms)),
    recent: (ms) => formats.formatRecentDateTime(locale, ms, Date.now(), offsetAt(ms)),
    relativeDay: (isoDate) => formats.formatRelativeDays(locale, formats.daysBetween(today(), isoDate)),
    ago: (ms) => formats.formatRelativeTime(locale, ms, Date.now(), offsetAt(ms)),
    deadline: (isoDate) => formats.formatDeadline(locale, formats.daysBetween(today(), isoDate)),
    number: (n, options = {}) => formats.formatNumber(locale, n, options),
    percent: (share, options = {}) => formats.formatPercent(locale, share, options),
    bytes: (bytes) => formats.formatBytes(locale, bytes),
    duration: (minutes) => formats.formatDuration(locale, minutes),
    timeLeft: (minutes) => formats.formatTimeLeft(locale, minutes),
    clip: (seconds) => formats.formatClip(seconds),
    list: (items, kind = 'and') => formats.formatList(locale, items, kind),
    ordinal: (n, gender = 'masculine') => formats.formatOrdinal(locale, n, gender),
    country: (code) => formats.countryName(locale, code),
    language: (language) => formats.languageName(locale, language),
  };
}

/** The formats of the window's language; the same object until the language changes. */
export function useFormat(): Formats {
  const { i18n } = useTranslation();
  const locale = isLocale(i18n.language) ? i18n.language : sourceLocale;
  return useMemo(() => createFormats(locale), [locale]);
}
