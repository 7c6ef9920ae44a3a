/**
 * The seven interface and content languages, as data. Everything that must know a language by its code asks here.
 * Codes are BCP 47 tags. `ru` is the source of the catalogues; `uz` is Uzbek in Latin letters, `uz-Cyrl` in Cyrillic.
 */
/**
 * Every locale. The order numbers the fields of localized records on the wire (kinds/define-kind.ts): append only, never reorder.
 */
export const locales = ['ru', 'kk', 'ky', 'uz', 'uz-Cyrl', 'tg', 'en'] as const;

export type Locale = (typeof locales)[number];

/** The order in which people choose a language: those of the region first, then Russian and English. */
export const localesAsListed: readonly Locale[] = ['kk', 'ky', 'uz', 'uz-Cyrl', 'tg', 'ru', 'en'];

/** The source language of all catalogues: the one whose keys type the others. */
export const sourceLocale: Locale = 'ru';

export type Script = 'Cyrl' | 'Latn';

export type LocaleFacts = {
  /** The language's name in itself, as the sign-in screen shows it. */
  ownName: string;
  script: Script;
  /** Value of the `lang` attribute in HTML. `uz` names its script because browsers guess Cyrillic voices and hyphenation otherwise. */
  htmlLang: string;
  /** Lower-case letters that a Russian or English keyboard lacks, in alphabet order: the row of letter buttons of a text field. */
  extraLetters: readonly string[];
  /** Where content is looked for, first to last, beginning with the language itself. */
  contentFallback: readonly Locale[];
};

export const localeFacts: Readonly<Record<Locale, LocaleFacts>> = {
  kk: {
    ownName: 'Қазақша',
    script: 'Cyrl',
    htmlLang: 'kk',
    extraLetters: ['ә', 'ғ', 'қ', 'ң', 'ө', 'ұ', 'ү', 'һ', 'і'],
    contentFallback: ['kk', 'ru', 'en'],
  },
  ky: {
    ownName: 'Кыргызча',
    script: 'Cyrl',
    htmlLang: 'ky',
    extraLetters: ['ң', 'ө', 'ү'],
    contentFallback: ['ky', 'ru', 'en'],
  },
  uz: {
    ownName: 'Oʻzbekcha',
    script: 'Latn',
    htmlLang: 'uz-Latn',
    // U+02BB is part of the letters oʻ and gʻ; U+02BC is the tutuq belgisi.
    extraLetters: ['oʻ', 'gʻ', 'ʼ'],
    contentFallback: ['uz', 'uz-Cyrl', 'ru', 'en'],
  },
  'uz-Cyrl': {
    ownName: 'Ўзбекча',
    script: 'Cyrl',
    htmlLang: 'uz-Cyrl',
    extraLetters: ['ў', 'қ', 'ғ', 'ҳ'],
    contentFallback: ['uz-Cyrl', 'uz', 'ru', 'en'],
  },
  tg: {
    ownName: 'Тоҷикӣ',
    script: 'Cyrl',
    htmlLang: 'tg',
    extraLetters: ['ғ', 'ӣ', 'қ', 'ӯ', 'ҳ', 'ҷ'],
    contentFallback: ['tg', 'ru', 'en'],
  },
  ru: { ownName: 'Русский', script: 'Cyrl', htmlLang: 'ru', extraLetters: [], contentFallback: ['ru', 'en'] },
  en: { ownName: 'English', script: 'Latn', htmlLang: 'en', extraLetters: [], contentFallback: ['en', 'ru'] },
};

/** True for one of our seven codes; narrows a string from a file or a setting. */
export function isLocale(value: unknown): value is Locale {
  // Widened: a list of literals asks for one of them.
  return (locales as readonly unknown[]).includes(value);
}

/** Where content in `locale` is looked for, first to last, beginning with the language itself. */
function fallbackChain(locale: Locale): readonly Locale[] {
  return localeFacts[locale].contentFallback;
}

/**
 * The language in which to show content that exists in `available`: the first of the locale's declared chain, then any
 * that exists. Null if the content exists in no language. The caller says so on screen when the answer is not `wanted`.
 */
export function pickContentLocale(wanted: Locale, available: readonly Locale[]): Locale | null {
  for (const locale of fallbackChain(wanted)) {
    if (available.includes(locale)) return locale;
  }
  return locales.find((locale) => available.includes(locale)) ?? null;
}

/**
 * The locale for the first start, from the operating system's language tag ('kk-KZ', 'uz_UZ', 'en-US'). Russian when the
 * system speaks none of ours, because it is the one language most officials of the region read.
 */
export function localeFromSystemTag(tag: string): Locale {
  const parts = tag.toLowerCase().split(/[-_.@]/);
  const language = parts[0] ?? '';
  if (language === 'uz') return parts.includes('cyrl') || parts.includes('cyrillic') ? 'uz-Cyrl' : 'uz';
  return isLocale(language) ? language : sourceLocale;
}
