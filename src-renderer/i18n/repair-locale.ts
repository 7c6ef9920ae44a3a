/** Which language's letters a text field looks for when it offers to mend what an old font left. */
import { type Locale, localeFacts, locales } from '#shared/i18n/locales.ts';

const ofCountry: Readonly<Record<string, Locale>> = { kz: 'kk', kg: 'ky', uz: 'uz-Cyrl', tj: 'tg' };

/**
 * The language in which the Cyrillic words of a field are read: the one declared on the field (`lang`), else that of the country the text is
 * about, else the window's. Uzbek words in Cyrillic letters are read in their own alphabet whichever the field is in.
 * @param fieldLang value of the field's `lang` attribute, '' for none
 * @param country two small letters, null where not known
 */
export function repairLocale(fieldLang: string, window: Locale, country: string | null): Locale {
  const declared = locales.find((locale) => fieldLang === locale || fieldLang === localeFacts[locale].htmlLang);
  const locale = declared ?? ofCountry[country ?? ''] ?? window;
  return locale === 'uz' ? 'uz-Cyrl' : locale;
}
