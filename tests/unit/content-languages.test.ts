/** Contents and papers in a language of their own, whatever the window speaks. */
import { describe, expect, it } from 'vitest';
import { type Locale, locales, pickContentLocale } from '#shared/i18n/locales.ts';
import { paperText } from '#shared/records/record-title.ts';
import { contentLocale } from '#shared/training/course.ts';

/** Which language is shown when a course has ever fewer: the declared chain, read off from the outside. */
function chainOf(wanted: Locale): Locale[] {
  const left = [...locales];
  const chain: Locale[] = [];
  for (let found = pickContentLocale(wanted, left); found !== null; found = pickContentLocale(wanted, left)) {
    chain.push(found);
    left.splice(left.indexOf(found), 1);
  }
  return chain;
}

describe('content in another language', () => {
  it.each<[Locale, Locale[]]>([
    ['uz-Cyrl', ['uz-Cyrl', 'uz', 'ru', 'en']],
    ['uz', ['uz', 'uz-Cyrl', 'ru', 'en']],
    ['kk', ['kk', 'ru', 'en']],
    ['ky', ['ky', 'ru', 'en']],
    ['tg', ['tg', 'ru', 'en']],
    ['ru', ['ru', 'en']],
    ['en', ['en', 'ru']],
  ])('%s falls back by its declared chain', (wanted, chain) => {
    expect(chainOf(wanted).slice(0, chain.length)).toEqual(chain);
    // What exists at all is shown at last.
    expect(chainOf(wanted)).toHaveLength(locales.length);
    for (const [index, locale] of chain.entries()) expect(contentLocale(chain.slice(index), wanted)).toBe(locale);
  });
});

describe('the place and the names on a paper', () => {
  const decision = { values: { place: 'посёлок', place_kk: 'кент', chair: null, chair_en: 'A. Sample' } };

  it('are those of its language, else the common ones, else the nearest', () => {
    expect(paperText(decision, 'place', 'kk')).toBe('кент');
    expect(paperText(decision, 'place', 'ru')).toBe('посёлок');
    expect(paperText(decision, 'place', 'en')).toBe('посёлок');
    expect(paperText(decision, 'chair', 'kk')).toBe('A. Sample');
    expect(paperText(decision, 'secretary', 'kk')).toBe('');
  });
});
