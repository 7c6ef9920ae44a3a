/**
 * The national alphabets in their legal order, as data. Lower case; a letter may be two characters (Uzbek sh, ch, oʻ, gʻ).
 *
 * Sources: the alphabets taught in the five states, counts 33 ru, 42 kk, 36 ky, 29 uz (+ tutuq belgisi ʼ), 35 uz-Cyrl, 35 tg.
 * Uzbek Cyrillic closes with ў қ ғ ҳ after я, Uzbek Latin with oʻ gʻ sh ch ng after z; the Tajik ӣ and ӯ are letters, not accents.
 */
import type { Locale } from '../i18n/locales.ts';

export const alphabets: Readonly<Record<Locale, readonly string[]>> = {
  ru: [...'абвгдеёжзийклмнопрстуфхцчшщъыьэюя'],
  kk: [...'аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя'],
  ky: [...'абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя'],
  uz: [...'abdefghijklmnopqrstuvxyz', 'oʻ', 'gʻ', 'sh', 'ch', 'ng'],
  'uz-Cyrl': [...'абвгдеёжзийклмнопрстуфхцчшъьэюяўқғҳ'],
  tg: [...'абвгғдеёжзиӣйкқлмнопрстуӯфхҳчҷшъэюя'],
  en: [...'abcdefghijklmnopqrstuvwxyz'],
};

/** Characters that people, keyboards and old files use for the Uzbek ʻ (U+02BB) and ʼ (U+02BC). */
export const apostrophes =
  "'`\u00B4\u02B9\u02BB\u02BC\u02BD\u02BE\u02BF\u02C8\u2017\u2018\u2019\u201A\u201B\u201E\u2032\u2035\uFF07";

/** The upper-case form of an alphabet's letter as it begins a name: 'oʻ' → 'Oʻ', 'sh' → 'Sh'. */
export function upperLetter(letter: string): string {
  return letter.slice(0, 1).toUpperCase() + letter.slice(1);
}
