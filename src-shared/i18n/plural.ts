/**
 * Plural categories by our own rules (Unicode CLDR 48 plurals.xml, and for Tajik none: its nouns stay singular after a
 * numeral). `Intl.PluralRules` is not asked: in Electron it does not know Kyrgyz or Tajik and answers for the system's language.
 */
import type { Locale } from './locales.ts';

export type PluralCategory = 'one' | 'few' | 'many' | 'other';

/** The plural forms a catalogue must hold for each locale, in the order of CLDR. */
export const pluralCategories: Readonly<Record<Locale, readonly PluralCategory[]>> = {
  ru: ['one', 'few', 'many', 'other'],
  kk: ['one', 'other'],
  ky: ['one', 'other'],
  uz: ['one', 'other'],
  'uz-Cyrl': ['one', 'other'],
  tg: ['other'],
  en: ['one', 'other'],
};

/** The plural category of `n` things. A fraction is `other` in Russian («1,5 часа» counts as a part of one). */
export function pluralCategory(locale: Locale, n: number): PluralCategory {
  const count = Math.abs(n);
  switch (locale) {
    case 'tg':
      return 'other';
    case 'ru': {
      if (!Number.isInteger(count)) return 'other';
      const tens = count % 100;
      const units = count % 10;
      if (units === 1 && tens !== 11) return 'one';
      if (units >= 2 && units <= 4 && (tens < 12 || tens > 14)) return 'few';
      return 'many';
    }
    default:
      return count === 1 ? 'one' : 'other';
  }
}
