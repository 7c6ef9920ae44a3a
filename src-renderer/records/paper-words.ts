/** The words printed on a paper: in the paper's language, whatever the window speaks. */
import { useEffect, useState } from 'react';
import { isLocale, type Locale } from '#shared/i18n/locales.ts';
import { type Catalogue, createTranslate, type Translate } from '#shared/i18n/translate.ts';

// locales/review/ holds statuses, no texts.
const files = import.meta.glob<Catalogue>(['../../locales/*/records.json', '!../../locales/review/*.json'], {
  import: 'default',
});

/** A translator per language; null until all are read. A language whose catalogue cannot be read is left out. */
export function usePaperWords(wanted: readonly Locale[]): ReadonlyMap<Locale, Translate> | null {
  const [words, setWords] = useState<ReadonlyMap<Locale, Translate> | null>(null);
  // The list is a new array each time; its words are the key.
  const key = wanted.join(',');
  useEffect(() => {
    let isWanted = true;
    const load = async () => {
      const entries = await Promise.all(
        key
          .split(',')
          .filter(isLocale)
          .map(async (locale): Promise<[Locale, Translate][]> => {
            const catalogue = await files[`../../locales/${locale}/records.json`]?.().catch(() => null);
            return catalogue ? [[locale, createTranslate(catalogue, locale)]] : [];
          }),
      );
      if (isWanted) setWords(new Map(entries.flat()));
    };
    void load();
    return () => {
      isWanted = false;
    };
  }, [key]);
  return words;
}
