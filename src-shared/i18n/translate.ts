/**
 * Looking up and filling a catalogue string, for the processes that have no i18next: native menus, notifications, printed documents,
 * the command line. The rules are those of the renderer's i18next set-up, and a test holds them together:
 * flat keys; with a numeric `count` the key's form `_one _few _many _other` by `pluralCategory`; `{{name}}` is replaced by the value,
 * `{{count}}` and `{{name, number}}` by the number in the locale's grouping. A value is never interpreted again.
 */
import { formatNumber } from './format.ts';
import type { Locale } from './locales.ts';
import { pluralCategory } from './plural.ts';

/** One catalogue file, or several merged: flat keys to strings. */
export type Catalogue = Readonly<Record<string, string>>;
export type TranslateValues = Readonly<Record<string, string | number>>;
/** A missing key comes back as the key itself, visible but harmless; a missing value as ''. */
export type Translate = (key: string, values?: TranslateValues) => string;

/** The translator of one catalogue. */
export function createTranslate(catalogue: Catalogue, locale: Locale): Translate {
  return (key, values = {}) => {
    const count = values.count;
    const form =
      typeof count === 'number'
        ? (catalogue[`${key}_${pluralCategory(locale, count)}`] ?? catalogue[`${key}_other`])
        : undefined;
    return fillPlaceholders(form ?? catalogue[key] ?? key, values, locale);
  };
}

/** Replaces the `{{…}}` of a catalogue string. */
function fillPlaceholders(text: string, values: TranslateValues, locale: Locale): string {
  if (!text.includes('{{')) return text;
  return text.replaceAll(/\{\{\s*([\w.]+)\s*(?:,\s*(\w+)\s*)?\}\}/g, (_, name: string, format: string | undefined) =>
    formatPlaceholder(values[name], name, format, locale),
  );
}

/** One placeholder's value as text; shared with the renderer's i18next so that the two cannot drift apart. */
export function formatPlaceholder(value: unknown, name: string, format: string | undefined, locale: Locale): string {
  if (typeof value === 'number' && (name === 'count' || format === 'number')) return formatNumber(locale, value);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
