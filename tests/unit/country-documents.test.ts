/** The shipped country documents: valid, complete in seven languages, each in its own script, and connected. */
import { readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createPlaceNames } from '#core/commissions/country-documents.ts';
import { commissionPartition } from '#shared/access/partitions.ts';
import { Commission } from '#shared/commissions/commission.ts';
import {
  Country,
  type CountryCode,
  findCommission,
  findUnit,
  type Names,
  nameIn,
  oblastOf,
  unitsAbove,
} from '#shared/commissions/country.ts';
import { type Locale, localeFacts, locales } from '#shared/i18n/locales.ts';
import { checkValues } from '#shared/kinds/define-kind.ts';

const codes = ['kz', 'kg', 'uz', 'tj'] as const satisfies readonly CountryCode[];
const fileOf = (code: string) => new URL(`../../assets/country/${code}.json`, import.meta.url);
const raw = (code: CountryCode): unknown => JSON.parse(readFileSync(fileOf(code), 'utf8'));
const countries = new Map(codes.map((code) => [code, Country.parse(raw(code))]));
const country = (code: CountryCode) => {
  const found = countries.get(code);
  if (found === undefined) throw new Error(code);
  return found;
};

/** Letters an alphabet does not have: a name that uses one was left in another language. */
const foreignLetters: Readonly<Record<Locale, RegExp>> = {
  ru: /[a-zәғқңөұүһўҳҷӣӯ]/i,
  kk: /[a-zўҳҷӣӯ]/i,
  ky: /[a-zәғқұһіўҳҷӣӯ]/i,
  uz: /[а-яёәғқңөұүһіўҳҷӣӯ'’‘`]/i,
  'uz-Cyrl': /[a-zщыәңөұүһіҷӣӯ]/i,
  tg: /[a-zщыцьәңөұүһіў]/i,
  en: /[а-яёәғқңөұүһіўҳҷӣӯʻʼ]/i,
};
/** Russian has three official names with Kazakh letters. */
const officialExceptions = ['Жетісу', 'Ұлытау'];

function* everyName(document: Country): Generator<[string, Names]> {
  yield ['country', document.names];
  for (const group of ['levels', 'roles', 'nominatingBodies', 'units', 'commissions'] as const) {
    for (const row of document[group]) yield [row.id, row.names];
  }
  for (const level of document.levels) yield [`${level.id} short`, level.shortNames];
  for (const unit of document.units) if (unit.centre !== null) yield [`${unit.id} centre`, unit.centre.names];
}

describe.each(codes)('%s', (code) => {
  const document = country(code);

  test('is small and dated', () => {
    expect(statSync(fileOf(code)).size).toBeLessThan(200_000);
    expect(document.code).toBe(code);
    expect(document.notes.length).toBeGreaterThan(0);
    expect(document.sources.length).toBeGreaterThan(0);
  });

  test('names everything in all seven locales', () => {
    const missing = [...everyName(document)].flatMap(([id, names]) =>
      locales.filter((locale) => names[locale] === undefined).map((locale) => `${id} ${locale}`),
    );
    expect(missing).toEqual([]);
  });

  test('writes every name in the letters of its language', () => {
    const former = document.units.flatMap((unit): [string, Names][] =>
      [...unit.formerNames, ...(unit.centre?.formerNames ?? [])].map(({ names }) => [`${unit.id} former`, names]),
    );
    const wrong = [...everyName(document), ...former].flatMap(([id, names]) =>
      locales
        .filter((locale) => {
          const text = officialExceptions.reduce((rest, exception) => rest.replace(exception, ''), names[locale] ?? '');
          return foreignLetters[locale].test(text);
        })
        .map((locale) => `${id} ${locale}: ${names[locale]}`),
    );
    expect(wrong).toEqual([]);
  });

  test('has one central commission above all others', () => {
    const roots = document.commissions.filter((commission) => commission.parent === null);
    expect(roots.map((commission) => commission.unit)).toEqual([code]);
    expect(new Set(document.commissions.slice(1).map((commission) => commission.parent))).toEqual(
      new Set([roots[0]?.id]),
    );
  });

  test('gives every commission a partition and a level that fit the record kind', () => {
    for (const commission of document.commissions) {
      const unit = oblastOf(document, commission.unit);
      const path = commissionPartition(code, unit?.id ?? code, commission.id);
      expect(checkValues(Commission, { country: code, partitionPath: path, level: commission.level })).toEqual([]);
    }
  });

  test('confirms no name outside the languages of the country and English', () => {
    const foreign = locales.filter(
      (locale) => !document.languages.includes(locale) && locale !== 'ru' && locale !== 'en',
    );
    for (const commission of document.commissions) expect(commission.review).toEqual(expect.arrayContaining(foreign));
  });
});

describe('what the countries hold', () => {
  test('as many commissions as the sources say', () => {
    expect(country('kz').commissions.filter(({ level }) => level === 'tec_oblast')).toHaveLength(20);
    expect(country('kg').commissions.filter(({ level }) => level === 'tec')).toHaveLength(54);
    expect(country('uz').commissions.filter(({ level }) => level === 'tec')).toHaveLength(14);
    expect(country('kg').units.filter(({ kind }) => kind === 'district')).toHaveLength(40);
  });

  test('Kyrgyzstan has no commission of an oblast', () => {
    const oblasts = country('kg').units.filter(({ kind }) => kind === 'oblast');
    expect(oblasts).toHaveLength(7);
    expect(country('kg').commissions.filter(({ unit }) => oblasts.some((oblast) => oblast.id === unit))).toEqual([]);
  });

  test('official names keep each language’s grammar', () => {
    const nameOf = (code: CountryCode, id: string, locale: Locale) => {
      const commission = findCommission(country(code), id);
      return commission === null ? null : nameIn(commission.names, locale).text;
    };
    expect(nameOf('kz', 'kz-19-tec_oblast', 'kk')).toBe('Алматы облыстық аумақтық сайлау комиссиясы');
    expect(nameOf('kz', 'kz-19-tec_oblast', 'ru')).toBe('Алматинская областная территориальная избирательная комиссия');
    expect(nameOf('kg', 'kg-o-uzgen-tec', 'ky')).toBe('Өзгөн аймактык шайлоо комиссиясы');
    expect(nameOf('uz', 'uz-xo-tec', 'uz')).toBe('Xorazm viloyati hududiy saylov komissiyasi');
    expect(nameOf('uz', 'uz-xo-tec', 'uz-Cyrl')).toBe('Хоразм вилояти ҳудудий сайлов комиссияси');
    expect(nameOf('tj', 'tj-ccer', 'tg')).toBe('Комиссияи марказии интихобот ва раъйпурсии Ҷумҳурии Тоҷикистон');
    expect(nameOf('tj', 'tj-zz-local', 'tg')).toBeNull();
  });
});

describe('reading the tree', () => {
  test('walks up to the oblast', () => {
    expect(unitsAbove(country('kg'), 'kg-o-alay').map(({ id }) => id)).toEqual(['kg-o']);
    expect(oblastOf(country('kg'), 'kg-o-alay')?.id).toBe('kg-o');
    expect(oblastOf(country('kg'), 'kg-gb')?.id).toBe('kg-gb');
    expect(oblastOf(country('kg'), 'kg')).toBeNull();
    expect(findUnit(country('kg'), 'kz-19')).toBeNull();
  });

  test('falls back along the locale’s chain and says in which language it answers', () => {
    expect(nameIn({ 'uz-Cyrl': 'Ўш', ru: 'Ош' }, 'uz')).toEqual({ text: 'Ўш', locale: 'uz-Cyrl' });
    expect(nameIn({ ru: 'Ош', en: 'Osh' }, 'tg')).toEqual({ text: 'Ош', locale: 'ru' });
    expect(nameIn({ tg: 'Ӯш' }, 'en')).toEqual({ text: 'Ӯш', locale: 'tg' });
    expect(Object.keys(localeFacts)).toHaveLength(7);
  });
});

describe('a broken document is refused', () => {
  const broken = (change: (document: Country) => Country) =>
    Country.safeParse(change(structuredClone(country('tj')))).error?.issues.map(({ message }) => message) ?? [];

  test('an id used twice', () => {
    expect(broken((document) => ({ ...document, units: [...document.units, ...document.units.slice(-1)] }))).toContain(
      'units: id tj-ra is not unique',
    );
  });

  test('a parent that does not exist, and parents in a circle', () => {
    const withParents = (parents: Record<string, string>) =>
      broken((document) => ({
        ...document,
        units: document.units.map((unit) => ({ ...unit, parent: parents[unit.id] ?? unit.parent })),
      }));
    expect(withParents({ 'tj-su': 'tj-nowhere' })).toEqual(['units: the parents of tj-su do not lead to a root']);
    expect(withParents({ 'tj-su': 'tj-kt', 'tj-kt': 'tj-su' })).toHaveLength(2);
  });

  test('a commission at an unknown level or with an id of its own', () => {
    expect(
      broken((document) => ({
        ...document,
        commissions: document.commissions.map((row) => (row.id === 'tj-su-local' ? { ...row, level: 'oblast' } : row)),
      })),
    ).toEqual(['commissions: tj-su-local has an unknown level', 'commissions: tj-su-local is not <unit>-<level>']);
  });

  test('a date that is none and a field nobody knows', () => {
    const wrong = { ...country('tj'), asOf: '2026-13-01', flag: 'x' };
    expect(Country.safeParse(wrong).success).toBe(false);
    expect(Country.safeParse({ ...country('tj'), asOf: '2026-12-01' }).success).toBe(true);
  });
});

test('a partition of a country has the name of what it stands for', async () => {
  const namesOf = createPlaceNames();
  const commission = country('kz').commissions.find(({ id }) => id === 'kz-19-tec_oblast');
  expect((await namesOf('kz'))?.ru).toBe('Казахстан');
  expect(await namesOf('kz/kz-19')).toEqual(country('kz').units.find(({ id }) => id === 'kz-19')?.names);
  expect(await namesOf('kz/kz-19/kz-19-tec_oblast')).toEqual(commission?.names);
  // What a person added by hand, and what lies in no country, has no name there.
  for (const unknown of ['kz/kz-19/added-by-hand', 'kz/nowhere', 'region', 'xx'])
    expect(await namesOf(unknown)).toBeNull();
});
