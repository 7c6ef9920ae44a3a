import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { localeFacts, locales } from '#shared/i18n/locales.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import {
  checkFallbacks,
  checkForm,
  checkGlossary,
  checkGlyphs,
  checkKeys,
  checkPlaceholders,
  checkResourceTypes,
  checkScript,
  checkUntranslated,
} from '../../scripts/catalogue-rules.ts';
import type { AllowList, Catalogues, Problem } from '../../scripts/catalogue-rules.ts';
import { checkContexts, contextOf } from '../../scripts/catalogue-context.ts';
import { checkReview, reviewDigest, statusOf } from '../../scripts/catalogue-status.ts';
import { readFontCoverage } from '../../scripts/font-cmap.ts';
import { resourceTypesSource } from '../../scripts/i18n-check.ts';

const allowList: AllowList = { latin: ['PIN', 'PDF'], cyrillic: ['Русский'] };

const sound: Record<Locale, Record<string, string>> = {
  ru: {
    title: 'Новые контакты',
    rows_one: '{{count}} запись',
    rows_few: '{{count}} записи',
    rows_many: '{{count}} записей',
    rows_other: '{{count}} записи',
    pin: 'Введите PIN-код, {{name}}',
  },
  kk: {
    title: 'Жаңа байланыстар',
    rows_one: 'бір жазба',
    rows_other: '{{count}} жазба',
    pin: 'PIN-кодты енгізіңіз, {{name}}',
  },
  ky: {
    title: 'Жаңы байланыштар',
    rows_one: '{{count}} жазуу',
    rows_other: '{{count}} жазуу',
    pin: 'PIN-кодду киргизиңиз, {{name}}',
  },
  uz: {
    title: 'Yangi aloqalar',
    rows_one: '{{count}} yozuv',
    rows_other: '{{count}} yozuv',
    pin: 'PIN-kodni kiriting, oʻrtoq {{name}}',
  },
  'uz-Cyrl': {
    title: 'Янги алоқалар',
    rows_one: '{{count}} ёзув',
    rows_other: '{{count}} ёзув',
    pin: 'PIN-кодни киритинг, {{name}}',
  },
  tg: { title: 'Тамосҳои нав', rows_other: '{{count}} сабт', pin: 'Рамзи PIN-ро ворид кунед, {{name}}' },
  en: {
    title: 'New contacts',
    rows_one: '{{count}} record',
    rows_other: '{{count}} records',
    pin: 'Enter the PIN, {{name}}',
  },
};

/** The sound catalogues with one thing changed; `undefined` takes a key away. */
function planted(locale: Locale, key: string, text: string | undefined): Catalogues {
  const catalogues: Catalogues = {};
  for (const each of locales) {
    const strings = { ...sound[each] };
    if (each === locale) {
      delete strings[key];
      if (text !== undefined) strings[key] = text;
    }
    catalogues[each] = { contacts: strings };
  }
  return catalogues;
}

function allProblems(catalogues: Catalogues): Problem[] {
  return [
    ...checkKeys(catalogues),
    ...checkPlaceholders(catalogues),
    ...checkForm(catalogues),
    ...checkScript(catalogues, allowList),
    ...checkUntranslated(catalogues, allowList),
  ];
}

describe('catalogue rules', () => {
  it('find nothing in sound catalogues', () => {
    expect(allProblems(planted('ru', 'title', sound.ru.title))).toEqual([]);
  });

  it.each<[what: string, locale: Locale, key: string, text: string | undefined, rule: Problem['rule']]>([
    ['a missing key', 'kk', 'title', undefined, 'key'],
    ['a key the source lacks', 'ky', 'subtitle', 'Жаңы', 'key'],
    ['a missing plural form', 'uz', 'rows_one', undefined, 'plural'],
    ['a Russian form in another language', 'kk', 'rows_few', '{{count}} жазба', 'plural'],
    ['a singular in Tajik', 'tg', 'rows_one', '{{count}} сабт', 'plural'],
    ['a missing source form', 'ru', 'rows_many', undefined, 'plural'],
    ['a lost placeholder', 'tg', 'pin', 'Рамзи PIN-ро ворид кунед', 'placeholder'],
    ['a misspelled placeholder', 'en', 'pin', 'Enter the PIN, {{nane}}', 'placeholder'],
    ['a plural that never shows the number', 'tg', 'rows_other', 'сабт', 'placeholder'],
    ['an empty string', 'ky', 'title', ' ', 'empty'],
    ['an outer space', 'ky', 'title', 'Жаңы байланыштар ', 'form'],
    ['decomposed letters', 'tg', 'title', 'Тамосҳои нави\u0304', 'form'],
    ['a plain apostrophe in Uzbek', 'uz', 'title', "Yangi qo'ngʻiroqlar", 'form'],
    ['an English word in Tajik', 'tg', 'title', 'Contacts нав', 'script'],
    ['a Latin look-alike inside a Cyrillic word', 'ru', 'title', 'Нoвые контакты', 'script'],
    ['a Russian word in English', 'en', 'title', 'New контакты', 'script'],
    ['a Kazakh letter in Kyrgyz', 'ky', 'title', 'Жаңа байланыстар қазақ', 'letter'],
    ['a Russian letter Uzbek lacks', 'uz-Cyrl', 'title', 'Новый рўйхат', 'letter'],
    ['a Russian string left in Kyrgyz', 'ky', 'title', 'Новые контакты', 'untranslated'],
  ])('report %s', (_, locale, key, text, rule) => {
    const problems = allProblems(planted(locale, key, text));
    expect(problems.map((problem) => problem.rule)).toContain(rule);
    expect(problems.every((problem) => problem.domain === 'contacts')).toBe(true);
  });

  it('report a missing file, and a file without source', () => {
    const catalogues = planted('ru', 'title', sound.ru.title);
    delete catalogues.tg;
    expect(checkKeys(catalogues)).toEqual([
      expect.objectContaining({ rule: 'file', locale: 'tg', domain: 'contacts' }),
    ]);
    expect(checkKeys({ en: { extra: { a: 'b' } } })).toEqual([
      expect.objectContaining({ rule: 'file', locale: 'ru', domain: 'extra' }),
    ]);
  });

  it('report review lists that name nothing', () => {
    const catalogues = planted('ru', 'title', sound.ru.title);
    const doubted = (domain: string, locale: string, keys: string[]) => ({
      [domain]: { uncertain: { [locale]: keys }, reviewed: {} },
    });
    expect(checkReview(catalogues, doubted('contacts', 'tg', ['title', 'rows']))).toEqual([]);
    expect(checkReview(catalogues, doubted('contacts', 'tg', ['tittle']))).toHaveLength(1);
    expect(checkReview(catalogues, doubted('contacts', 'tj', ['title']))).toHaveLength(1);
    expect(checkReview(catalogues, doubted('kontakts', 'tg', ['title']))).toHaveLength(1);
    const both = { contacts: { uncertain: { tg: ['title'] }, reviewed: { tg: { title: '0' } } } };
    expect(checkReview(catalogues, both)).toHaveLength(1);
  });

  it('forget a reader’s verdict when the string or its source has changed', () => {
    const catalogues = planted('ru', 'title', sound.ru.title);
    const accepted = reviewDigest(sound.ru['title'] ?? '', sound.tg['title'] ?? '');
    const lists = { contacts: { uncertain: { tg: ['rows'] }, reviewed: { tg: { title: accepted } } } };
    expect(statusOf(lists, catalogues, 'tg', 'contacts', 'title')).toBe('reviewed');
    expect(statusOf(lists, catalogues, 'tg', 'contacts', 'rows_other')).toBe('uncertain');
    expect(statusOf(lists, catalogues, 'tg', 'contacts', 'pin')).toBe('drafted');
    for (const changed of [planted('tg', 'title', 'Тамосҳо'), planted('ru', 'title', 'Контакты')])
      expect(statusOf(lists, changed, 'tg', 'contacts', 'title')).toBe('drafted');
  });

  it('warn where a glossary term is rendered otherwise, through cases and suffixes', () => {
    const glossary = { contact: { ru: 'контакт', kk: 'байланыс', tg: 'тамос', uz: 'aloqa; kontakt' } };
    expect(checkGlossary(planted('ru', 'title', sound.ru.title), glossary, [])).toEqual([]);
    const otherwise = planted('tg', 'title', 'Робитаҳои нав');
    expect(checkGlossary(otherwise, glossary, [])).toEqual([
      expect.objectContaining({ rule: 'glossary', locale: 'tg', key: 'title' }),
    ]);
    const excuse = { term: 'contact', key: 'contacts:title', reason: 'a test' };
    expect(checkGlossary(otherwise, glossary, [excuse])).toEqual([]);
    expect(checkGlossary(otherwise, glossary, [{ ...excuse, locales: ['kk'] }])).toHaveLength(2);
    // An excuse for nothing is one too many.
    expect(checkGlossary(planted('ru', 'title', sound.ru.title), glossary, [excuse])).toHaveLength(1);
  });

  it('say where a text is seen, and warn of texts of which nobody said it', () => {
    const catalogues = planted('ru', 'title', sound.ru.title);
    const lists = {
      contacts: { '': { where: 'Контакты', screen: 'contacts' }, rows: { where: 'Строка списка' } },
    };
    expect(contextOf(lists, 'contacts', 'title')).toEqual({ where: 'Контакты; заголовок', screen: 'contacts' });
    expect(contextOf(lists, 'contacts', 'rows_few').where).toBe('Контакты; форма при 2, 3, 4, 22');
    expect(checkContexts(catalogues, lists, new Set(['contacts']))).toHaveLength(1);
    expect(checkContexts(catalogues, { contacts: lists.contacts }, new Set())).toHaveLength(2);
    expect(checkContexts(catalogues, {}, new Set())).toHaveLength(1);
  });

  it('report a language that falls back to nothing an official reads', () => {
    expect(checkFallbacks()).toEqual([]);
    for (const chain of [
      ['ru', 'kk'],
      ['kk', 'en'],
      ['kk', 'ru', 'ru'],
    ] as const) {
      expect(checkFallbacks({ ...localeFacts, kk: { contentFallback: chain } })).toEqual([
        expect.objectContaining({ rule: 'fallback', locale: 'kk' }),
      ]);
    }
  });

  it('report a domain without typed keys', () => {
    const source = resourceTypesSource(['app', 'first-run']);
    expect(checkResourceTypes(['app', 'first-run'], source)).toEqual([]);
    expect(checkResourceTypes(['app', 'contacts'], source)).toEqual([
      expect.objectContaining({ rule: 'types', domain: 'contacts' }),
    ]);
  });
});

describe('font coverage', () => {
  const font = readFileSync(
    join(import.meta.dirname, '../../node_modules/@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf'),
  );
  const coverage = readFontCoverage(font);

  it('knows what the font has and what it has not', () => {
    for (const char of 'AzЯҚқҢңӨөҰұҮүҺһІіӘәҒғӢӣӮӯҶҷҲҳЎўʻʼ№–—«»…')
      expect(coverage.has(char.codePointAt(0) ?? 0), char).toBe(true);
    for (const char of '漢გ\u{1f600}') expect(coverage.has(char.codePointAt(0) ?? 0), char).toBe(false);
  });

  it('reports a character the font lacks', () => {
    const problems = checkGlyphs(planted('en', 'title', 'New contacts 漢'), { alphabet: 'abc' }, coverage);
    expect(problems).toEqual([expect.objectContaining({ rule: 'glyph', locale: 'en', key: 'title' })]);
    expect(checkGlyphs({}, { sign: 'გ' }, coverage)).toHaveLength(1);
  });

  it('refuses bytes that are no font', () => {
    expect(() => readFontCoverage(new Uint8Array(64))).toThrow(RangeError);
  });
});
