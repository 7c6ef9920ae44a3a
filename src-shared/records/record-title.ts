/** Which text of a record stands for it, and in which language. */
import { type Locale, locales, pickContentLocale } from '../i18n/locales.ts';
import { localizedField, type Values } from '../kinds/define-kind.ts';

export type LocalizedText = { readonly text: string; readonly locale: Locale };

/** A localized field in the reader's language, else in the nearest that the record has. Null where it has none. */
export function localizedText(record: { readonly values: Values }, base: string, wanted: Locale): LocalizedText | null {
  const textIn = (locale: Locale): string => {
    const value = record.values[localizedField(base, locale)];
    return typeof value === 'string' ? value : '';
  };
  const locale = pickContentLocale(
    wanted,
    locales.filter((candidate) => textIn(candidate) !== ''),
  );
  return locale === null ? null : { text: textIn(locale), locale };
}

/**
 * What a paper in `locale` says in a field that has both a text for all languages and texts of single ones (place, signatories of a
 * decision): that of the language, else the common one, else the nearest language's. '' where there is none.
 */
export function paperText(record: { readonly values: Values }, base: string, locale: Locale): string {
  const own = record.values[localizedField(base, locale)];
  if (typeof own === 'string' && own !== '') return own;
  const common = record.values[base];
  if (typeof common === 'string' && common !== '') return common;
  return localizedText(record, base, locale)?.text ?? '';
}

/** What a list shows first of a record: title, name or number. `locale` is null for a text that is of no known language. */
export function recordTitle(
  record: { readonly values: Values },
  wanted: Locale,
): { text: string; locale: Locale | null } {
  for (const base of ['title', 'name']) {
    const localized = localizedText(record, base, wanted);
    if (localized !== null) return localized;
    const plain = record.values[base];
    if (typeof plain === 'string' && plain !== '') return { text: plain, locale: null };
  }
  const { number } = record.values;
  return { text: typeof number === 'string' ? number : '', locale: null };
}
