import { describe, expect, it } from 'vitest';
import { locales } from '#shared/i18n/locales.ts';
import { readCatalogues } from '../../scripts/catalogue-files.ts';
import { pseudoCatalogue, pseudoText } from '../../scripts/pseudo-locale.ts';

describe('the pseudo-language', () => {
  const catalogues = readCatalogues('locales');

  it('keeps placeholders and makes everything else two fifths longer', () => {
    expect(pseudoText('Осталось {{count}} из {{total, number}}')).toMatch(
      /^\S+ \{\{count\}\} \S+ \{\{total, number\}\}/,
    );
    let [before, after] = [0, 0];
    for (const strings of Object.values(catalogues.ru ?? {})) {
      for (const text of Object.values(strings)) {
        before += text.length;
        after += pseudoText(text).length;
        expect(pseudoText(text).match(/\{\{.*?\}\}/g)).toEqual(text.match(/\{\{.*?\}\}/g));
      }
    }
    expect(after / before).toBeGreaterThan(1.3);
    expect(after / before).toBeLessThan(1.6);
  });

  it('is never shorter than a real translation', () => {
    for (const [domain, strings] of Object.entries(catalogues.ru ?? {})) {
      const translations = locales.map((locale) => catalogues[locale]?.[domain] ?? {});
      const pseudo = pseudoCatalogue(strings, translations);
      for (const [key, text] of Object.entries(pseudo)) {
        for (const translation of translations)
          expect(text.length, `${domain}:${key}`).toBeGreaterThanOrEqual(translation[key]?.length ?? 0);
      }
    }
  });
});
