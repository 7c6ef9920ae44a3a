import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locales } from '#shared/i18n/locales.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import { pluralCategories } from '#shared/i18n/plural.ts';
import { createTranslate } from '#shared/i18n/translate.ts';
import type { Catalogue } from '#shared/i18n/translate.ts';
import { createI18n, switchLocale } from '#renderer/i18n/create-i18n.ts';

/** A catalogue whose plural forms name themselves, so that the form chosen can be read from the result. */
function catalogueOf(locale: Locale): Catalogue {
  const strings: Record<string, string> = {
    'list.title': `title ${locale}`,
    hello: '{{name}} & {{year}} {{total, number}}',
  };
  for (const category of pluralCategories[locale]) strings[`rows_${category}`] = `${category} {{count}}`;
  return strings;
}

const loaded: Locale[] = [];
const loadCatalogues = async (locale: Locale): Promise<ReadonlyMap<string, Catalogue>> => {
  loaded.push(locale);
  return new Map([
    ['app', catalogueOf(locale)],
    ['contacts', { only: `contacts ${locale}` }],
  ]);
};

describe('the window’s i18next', () => {
  // The one DOM object that a switch of language touches.
  beforeEach(() => {
    loaded.length = 0;
    Object.assign(globalThis, { document: { documentElement: { lang: '' } } });
  });
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'document');
  });

  it('gives the same text as createTranslate for every locale, number and placeholder', async () => {
    for (const locale of locales) {
      const i18n = await createI18n({ loadCatalogues, locale });
      // Keys of the test's own catalogue, which the typed keys of the app do not know.
      const t = i18n.t as unknown as (key: string, values?: Record<string, string | number>) => string;
      const plain = createTranslate(catalogueOf(locale), locale);
      for (const count of [0, 1, 1.5, 2, 5, 11, 21, 22, 111, 12_345]) {
        expect(t('rows', { count }), `${locale} ${count}`).toBe(plain('rows', { count }));
      }
      const values = { name: '<b>{{count}}</b>', year: 2026, total: 12_416 };
      expect(t('hello', values)).toBe(plain('hello', values));
      expect(t('contacts:only')).toBe(`contacts ${locale}`);
      expect(t('list.title')).toBe(`title ${locale}`);
    }
    expect(loaded).toEqual([...locales]);
  });

  it('switches in place, loads each language once and names the language of the page', async () => {
    const i18n = await createI18n({ loadCatalogues, locale: 'ru' });
    const t = i18n.t as unknown as (key: string) => string;
    await switchLocale(i18n, loadCatalogues, 'uz-Cyrl');
    expect(t('list.title')).toBe('title uz-Cyrl');
    expect(document.documentElement.lang).toBe('uz-Cyrl');
    await switchLocale(i18n, loadCatalogues, 'ru');
    await switchLocale(i18n, loadCatalogues, 'uz');
    expect(document.documentElement.lang).toBe('uz-Latn');
    expect(loaded).toEqual(['ru', 'uz-Cyrl', 'uz']);
  });

  it('stays in the old language when the new one cannot be read', async () => {
    const i18n = await createI18n({ loadCatalogues, locale: 'ru' });
    await expect(switchLocale(i18n, () => Promise.reject(new Error('unreadable')), 'tg')).rejects.toThrow('unreadable');
    expect(i18n.language).toBe('ru');
  });
});
