/**
 * What old 8-bit fonts and code pages put in place of the national letters, as it looks once such a text has been read as windows-1251.
 *
 * Sources: KZ-1048 (the Kazakh standard ST RK 1048-2002) and PTCP154 («Asian Cyrillic»), both in the IANA registry of character sets, compared byte by byte
 * with windows-1251; the Tajik and Uzbek sets of the fonts in the manner of «Times New Roman Tj», as seen in kmir.tj («Суѓд», «Рањмонов») and azkurs.org;
 * ə for ә (erkindikqanaty.com), ѳ for ө (shailoo.gov.kg). Uncertain: the Kyrgyz use of PTCP154 (no text of the survey shows it), ђ and љ in Kazakh and
 * Uzbek texts, which differ from font to font and are therefore left alone.
 */
import type { Locale } from '../i18n/locales.ts';

/** One way of writing the letters of a language, small and big: stand-in → letter. */
export type StandIns = Readonly<Record<string, string>>;

/** `kz1048`, `ptcp154`: each letter of the page that differs from windows-1251. A text uses one page or the other. */
const kz1048: StandIns = {
  Ќ: 'Қ',
  ќ: 'қ',
  Ћ: 'Һ',
  ћ: 'һ',
  Ў: 'Ұ',
  ў: 'ұ',
  Ј: 'Ә',
  ј: 'ә',
  Ґ: 'Ө',
  ґ: 'ө',
  Є: 'Ғ',
  є: 'ғ',
  Ї: 'Ү',
  ї: 'ү',
  Ѕ: 'Ң',
  ѕ: 'ң',
};
const ptcp154: StandIns = {
  Ќ: 'Қ',
  ќ: 'қ',
  Ћ: 'Һ',
  ћ: 'һ',
  Ѓ: 'Ғ',
  ѓ: 'ғ',
  Њ: 'Ң',
  њ: 'ң',
  Є: 'Ә',
  є: 'ә',
  '¦': 'Ұ',
  '±': 'ұ',
  '¤': 'Ө',
  µ: 'ө',
  '‡': 'Ү',
  '‰': 'ү',
};
const kyrgyz: StandIns = { Њ: 'Ң', њ: 'ң', '¤': 'Ө', µ: 'ө', '‡': 'Ү', '‰': 'ү', Ѳ: 'Ө', ѳ: 'ө' };
const uzbek: StandIns = { Ќ: 'Қ', ќ: 'қ', Ѓ: 'Ғ', ѓ: 'ғ', Њ: 'Ҳ', њ: 'ҳ' };
const tajik: StandIns = {
  ...uzbek,
  Ї: 'Ӣ',
  ї: 'ӣ',
  Ў: 'Ӯ',
  ў: 'ӯ',
  Љ: 'Ҷ',
  љ: 'ҷ',
};
const schwaAndFita: StandIns = { Ə: 'Ә', ə: 'ә', Ѳ: 'Ө', ѳ: 'ө' };

/** The ways a language's letters were replaced; a text is read by the one that explains most of it, the first of equals. */
export const legacyPages: Readonly<Record<Locale, readonly StandIns[]>> = {
  ru: [],
  en: [],
  uz: [],
  kk: [
    { ...kz1048, ...schwaAndFita },
    { ...ptcp154, ...schwaAndFita },
  ],
  ky: [kyrgyz],
  'uz-Cyrl': [uzbek],
  tg: [tajik],
};

/**
 * Latin letters among Cyrillic ones whose meaning depends on the language: in Kazakh i and h are letters of their own, in Kazakh and Kyrgyz a big
 * Y is the shape of Ү.
 */
export const latinOfLanguage: Readonly<Partial<Record<Locale, StandIns>>> = {
  kk: { Y: 'Ү' },
  ky: { Y: 'Ү' },
};

/** Bytes 0x80–0xBF of windows-1251 and 0x80–0x9F of windows-1252, in order; a byte without a letter is the control of its number. */
export const windows1251Upper = 'ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u0098™љ›њќћџ\u00A0ЎўЈ¤Ґ¦§Ё©Є«¬\u00AD®Ї°±Ііґµ¶·ё№є»јЅѕї';
export const windows1252Upper = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ';
