/** Finding a commission by any of its names, in any script. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Country, type CountryCode } from '#shared/commissions/country.ts';
import { createCommissionSearch } from '#shared/commissions/country-search.ts';

const country = (code: CountryCode) =>
  Country.parse(JSON.parse(readFileSync(new URL(`../../assets/country/${code}.json`, import.meta.url), 'utf8')));
const kz = country('kz');
const kg = country('kg');
const uz = country('uz');
const tj = country('tj');
const ids = (document: Country, text: string, level?: string) =>
  createCommissionSearch(document)(text, level === undefined ? {} : { level }).map(({ commission }) => commission.id);

describe('createCommissionSearch', () => {
  test.each(['ош', 'Ош', 'osh', 'OSH', 'Ӯш'])('«%s»: the city first, then the districts of the oblast', (text) => {
    const found = createCommissionSearch(kg)(text, { level: 'tec' });
    expect(found[0]?.commission.id).toBe('kg-go-tec');
    expect(found[0]?.place).toBe('unit');
    const districts = found.filter(({ unit }) => unit.parent === 'kg-o');
    expect(districts).toHaveLength(7);
    expect(districts.every(({ place }) => place === 'above')).toBe(true);
  });

  test.each(['алматы', 'Almaty', 'Алма-Ата', 'Olmaota', 'Алмато'])('«%s» finds the oblast and the city', (text) => {
    expect(ids(kz, text).slice(0, 2).toSorted()).toEqual(['kz-19-tec_oblast', 'kz-75-tec_oblast']);
  });

  test.each(['Хуҷанд', 'Худжанд', 'Khujand', 'Суғд', 'Согд', 'Sughd', 'Ленинобод', 'ленинабад'])(
    '«%s» finds Sughd',
    (text) => {
      expect(ids(tj, text)).toEqual(['tj-su-local']);
    },
  );

  test.each([
    [kg, 'Джалал-Абад', 'kg-x-manas-tec', '2025-09-27'],
    [kg, 'Kara-Buura', 'kg-t-aitmatov-tec', '2023-04-18'],
    [kg, 'Қара-Бура', 'kg-t-aitmatov-tec', '2023-04-18'],
    [kz, 'Южно-Казахстанская', 'kz-61-tec_oblast', '2018'],
    [kz, 'нурсултан', 'kz-71-tec_oblast', '2022'],
  ] as const)('former name %#: leads to the present unit and is named', (document, text, id, until) => {
    const first = createCommissionSearch(document)(text)[0];
    expect(first?.commission.id).toBe(id);
    expect(first?.place).toBe('former');
    expect(first?.formerName?.until).toBe(until);
  });

  test.each([
    [uz, 'Фарғона', 'uz-fa-tec'],
    [uz, 'fargona', 'uz-fa-tec'],
    [uz, 'Ферганская', 'uz-fa-tec'],
    [uz, 'каракалпак', 'uz-qr-tec'],
    [kz, 'Өскемен', 'kz-63-tec_oblast'],
    [kz, 'оскемен', 'kz-63-tec_oblast'],
    [kg, 'Өзгөн', 'kg-o-uzgen-tec'],
    [kg, 'узген', 'kg-o-uzgen-tec'],
  ] as const)('another script %#', (document, text, id) => {
    expect(ids(document, text)[0]).toBe(id);
  });

  test('finds at every letter typed', () => {
    for (const text of ['Khujand', 'Хуҷанд', 'Sughd']) {
      for (let length = 1; length <= text.length; length += 1) {
        expect([text.slice(0, length), ids(tj, text.slice(0, length)).includes('tj-su-local')]).toEqual([
          text.slice(0, length),
          true,
        ]);
      }
    }
  });

  test('every word must be found, in any order', () => {
    expect(ids(kg, 'нарын городская')).toEqual(['kg-n-naryn-city-tec']);
    expect(ids(kg, 'ош нарын')).toEqual([]);
    expect(ids(kg, 'тик ош алай')[0]).toBe('kg-o-alay-tec');
  });

  test('a middle of a name only after its beginnings', () => {
    const found = ids(kg, 'алай');
    expect(found.slice(0, 2).toSorted()).toEqual(['kg-o-alay-tec', 'kg-o-chong-alay-tec']);
    expect(ids(kg, 'згон')).toEqual(['kg-o-uzgen-tec']);
    expect(ids(kg, 'зг')).toEqual([]);
    expect(ids(kg, 'карасуу')[0]).toBe('kg-o-kara-suu-tec');
  });

  test('a blank text gives all of a level, in the order of the document; nonsense gives nothing', () => {
    expect(ids(kg, '  ')).toEqual(kg.commissions.map(({ id }) => id));
    expect(ids(kg, '', 'tec')).toHaveLength(54);
    expect(ids(kg, 'ош', 'pec')).toEqual([]);
    expect(ids(kg, 'хххщ')).toEqual([]);
    expect(ids(kg, '"(*')).toEqual(kg.commissions.map(({ id }) => id));
  });

  test('the kept search answers as the single one', () => {
    const search = createCommissionSearch(kz);
    for (const text of ['шым', 'жетису', 'область', '']) {
      expect(search(text).map(({ commission }) => commission.id)).toEqual(ids(kz, text));
    }
  });
});
