/**
 * Which letters of a language a text field offers to a person whose keyboard lacks them.
 */
import { type Locale, localeFacts, locales } from '#shared/i18n/locales.ts';

export type FieldLetters = { readonly locale: Locale; readonly letters: readonly string[] };

/** The letters a window in Russian or English offers in a field of no declared language: those of the country's own names. */
const ofCountry: Readonly<Record<string, readonly [cyrillic: Locale, latin: Locale]>> = {
  kz: ['kk', 'kk'],
  kg: ['ky', 'ky'],
  uz: ['uz-Cyrl', 'uz'],
  tj: ['tg', 'tg'],
};

/**
 * The extra letters of a field. A language declared on the field itself (`lang`) decides alone: the Kazakh text of a decision has
 * Kazakh letters whatever the window speaks, an English one has none. Else the window's language; and where that has no
 * letters of its own, the language of the person's country, as names are written in it.
 * @param fieldLang value of the field's `lang` attribute, '' for none
 * @param country two small letters, null where not known
 * @returns null where there is nothing to offer
 */
export function fieldLetters(fieldLang: string, window: Locale, country: string | null): FieldLetters | null {
  const declared = locales.find((locale) => fieldLang === locale || fieldLang === localeFacts[locale].htmlLang);
  if (fieldLang !== '') return declared === undefined ? null : withLetters(declared);
  const [cyrillic, latin] = ofCountry[country ?? ''] ?? [];
  return withLetters(window) ?? withLetters(localeFacts[window].script === 'Latn' ? latin : cyrillic);
}

function withLetters(locale: Locale | undefined): FieldLetters | null {
  const letters = locale === undefined ? [] : localeFacts[locale].extraLetters;
  return locale === undefined || letters.length === 0 ? null : { locale, letters };
}
