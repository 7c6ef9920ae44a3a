import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphabets, upperLetter } from '#shared/text/alphabets.ts';
import { locales } from '#shared/i18n/locales.ts';
import { ftsMatch, matchesKey, matchRanges, searchKey, searchTerms } from '#shared/text/search-key.ts';

/** Spellings of one name. Sources: the transliteration and look-alike tables of the field survey, passport (ICAO) and BGN forms. */
const sameName: readonly (readonly string[])[] = [
  ['Қаримов', 'Каримов', 'Karimov', 'Qarimov', 'КАРИМОВ', 'ќаримов', 'Kаpимов', 'Kарimoв'],
  ['Шарипов', 'Sharipov', 'SHARIPOV', 'шарипов', 'Şaripov'],
  ['Ўктам', 'Oʻktam', "O'ktam", 'O‘ktam', 'O’ktam', 'O`ktam', 'Oʼktam', 'Uktam', 'Õktam'],
  ['Жээнбеков', 'Jeenbekov', 'Zheenbekov', 'Djeenbekov', 'Жеенбеков'],
  ['Ҷӯрабой', 'Juraboy', 'Dzhuraboy', 'Djuraboy', 'Ҷўрабой', 'Джурабой', 'Juraboi'],
  ['Ҳасанов', 'Хасанов', 'Hasanov', 'Khasanov', 'Xasanov', 'Њасанов', 'Һасанов'],
  ['Раҳмонов', 'Рахмонов', 'Rahmonov', 'Rakhmonov', 'Raxmonov', 'Рањмонов'],
  ['Әбдірахманов', 'Абдирахманов', 'Abdirakhmanov', 'Abdirahmanov', 'Əбдірахманов', 'Әбдiрахманов'],
  ['Ғафуров', 'Гафуров', 'Gʻafurov', "G'afurov", 'Gafurov', 'Ghafurov', 'Ѓафуров', 'Ğafurov'],
  ['Фёдоров', 'Федоров', 'Fyodorov', 'Fedorov'],
  ['Ёқубов', 'Yoqubov', 'Екубов', 'Ёкубов', 'Yokubov'],
  ['Йўлдошев', 'Yoʻldoshev', "Yo'ldoshev", 'Юлдошев', 'Yuldoshev', 'Iuldoshev'],
  ['Якубов', 'Yakubov', 'Iakubov', 'Yaqubov'],
  ['Өмүрбеков', 'Омурбеков', 'Omurbekov', 'Ѳмүрбеков', 'Ömürbekov'],
  ['Нұрсұлтан', 'Нурсултан', 'Nursultan', 'Nūrsūltan', 'НҰРСҰЛТАН'],
  ['Маъруф', 'Маруф', 'Maʼruf', "Ma'ruf", 'Maruf', 'Ma’ruf'],
  ['Маңғыстау', 'Мангыстау', 'Mangystau', 'Mangghystau', 'Mañğystau'],
  ['Бакыт', 'Bakyt', 'Bakit', 'Бақыт'],
  ['Хуҷанд', 'Худжанд', 'Khujand', 'Xujand', 'Khudzhand'],
  ['Абдулла', 'Абдула', 'Abdulla'],
  ['Баев', 'Bayev', 'Baev'],
  ['Зиёев', 'Ziyoyev', 'Зиеев', 'Zieev'],
  ['Исҳоқ', 'Исхок', 'Ishoq', 'Ishok', 'Iskhok'],
  ['Қайрат', 'Кайрат', 'Qairat', 'Kairat', 'Kayrat'],
  ['Республикасыныњ', 'Республикасының'],
  ['Щербаков', 'Shcherbakov'],
  ['Дмитрий', 'Dmitriy', 'Dmitry', 'Dmitrii', 'Dmitri'],
  ['Ильин', 'Ilyin', 'Ilin'],
];

const differentNames: readonly (readonly [string, string])[] = [
  ['Каримов', 'Керимов'],
  ['Шарипов', 'Зарипов'],
  ['Насыров', 'Касыров'],
  ['Алиев', 'Валиев'],
  ['Осмонов', 'Асанов'],
  ['Жусупов', 'Юсупов'],
  ['Рустам', 'Рустем'],
  ['Саид', 'Сабит'],
  ['Олим', 'Алим'],
  ['Тохтаев', 'Тоштаев'],
  ['Чориев', 'Ториев'],
  ['Бобоев', 'Бабаев'],
];

const nameOf = fc
  .constantFrom(...locales)
  .chain((locale) =>
    fc
      .array(fc.constantFrom(...alphabets[locale]), { minLength: 2, maxLength: 10 })
      .map((letters) => upperLetter(letters.join(''))),
  );
const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const regionText = fc.string({
  unit: fc.constantFrom(..."АәЁйиӣУӯяюжшдзoOʻ'‘gGhkzdjyYeE xXcn09-.њїЉќ\u0306\u0304\u0308\u0301éşİıẞ\u{1f600}ა한"),
  maxLength: 20,
});

describe('searchKey', () => {
  it.each(sameName)('lets the spellings of %s meet', (...spellings) => {
    expect(new Set(spellings.map(searchKey))).toEqual(new Set([searchKey(spellings[0] ?? '')]));
  });

  it.each(differentNames)('keeps %s and %s apart', (left, right) => {
    expect(searchKey(left)).not.toBe(searchKey(right));
  });

  it.each([
    ['ѳ', 'ө'],
    ['ə', 'ә'],
    ['ѓ', 'ғ'],
    ['ќ', 'қ'],
    ['њ', 'ҳ'],
    ['љ', 'ҷ'],
    ['ђ', 'ғ'],
  ])('reads the old font’s %s as %s, small and big', (standIn, letter) => {
    expect(searchKey(`му${standIn}ам`)).toBe(searchKey(`му${letter}ам`));
    expect(searchKey(`${standIn.toUpperCase()}ам`)).toBe(searchKey(`${letter.toUpperCase()}ам`));
  });

  it.each([...'aeopcxyik'])('reads a Latin %s among Cyrillic letters as the Cyrillic one', (latin) => {
    const cyrillic: Readonly<Record<string, string>> = {
      a: 'а',
      e: 'е',
      o: 'о',
      p: 'р',
      c: 'с',
      x: 'х',
      y: 'у',
      i: 'і',
      k: 'к',
    };
    expect(searchKey(`Жұ${latin}дыз`)).toBe(searchKey(`Жұ${cyrillic[latin] ?? ''}дыз`));
  });

  it('gives words of a–z and 0–9 with one space between', () => {
    expect(searchKey('  Ҷӯрабоев Ўктам,  Қодирович (УИК № 112/4) ')).toBe('juraboev uktam kodirovich uik 112 4');
    expect(searchKey('Ахмед-Али')).toBe('ahmed ali');
    expect(searchKey('…№ «»')).toBe('');
    expect(searchKey('გიორგი ΑΝΝΑ')).toBe('გიორგი αννα');
    expect(searchKey('2000')).toBe('2000');
  });

  it('is idempotent and the same for NFC and NFD, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, regionText, nameOf), (text) => {
        const key = searchKey(text);
        expect(searchKey(key)).toBe(key);
        expect(searchKey(text.normalize('NFD'))).toBe(key);
        expect(key.isWellFormed()).toBe(true);
        expect(key).not.toMatch(/^ | {2}| $/);
      }),
      { numRuns: 5000 },
    );
  });

  it('ignores case in every alphabet', () => {
    fc.assert(
      fc.property(nameOf, (name) => {
        expect(searchKey(name.toUpperCase())).toBe(searchKey(name));
        expect(searchKey(name.toLowerCase())).toBe(searchKey(name));
      }),
    );
  });

  it('takes lone surrogates and 100,000 letters', () => {
    expect(searchKey('Анна\ud800Бек')).toBe('ana bek');
    expect(searchKey('Қа'.repeat(50_000)).length).toBe(100_000);
  });
});

describe('searchTerms', () => {
  it('finds a name from each of its beginnings, in every alphabet', () => {
    fc.assert(
      fc.property(nameOf, fc.nat(), (name, place) => {
        const typed = name.slice(0, 1 + (place % name.length));
        expect(matchesKey(searchKey(`Анна ${name}`), typed), `${typed} of ${name}`).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    'Dzhuraboy',
    'Zhumabayev',
    'Khasanov',
    'Fyodorov',
    "O'ktam",
    'Shcherbakov',
    'Yoʻldoshev',
    'Джураев',
    'Йўлдош',
  ])('finds %s while it is being typed', (name) => {
    for (let length = 1; length <= name.length; length += 1) {
      expect(matchesKey(searchKey(name), name.slice(0, length)), name.slice(0, length)).toBe(true);
    }
  });

  it('makes an FTS5 expression', () => {
    expect(ftsMatch('Қарим D')).toBe('"karim"* AND ("d"* OR "j"*)');
    expect(ftsMatch(' «» ')).toBeNull();
    expect(ftsMatch('a" OR b')).toBe('"a"* AND "or"* AND "b"*');
    expect(searchTerms("Oʻ O' Kz")).toEqual([
      ['u', 'o'],
      ['o', 'u'],
      ['kz', 'kj'],
    ]);
  });
});

describe('matchRanges', () => {
  const tinted = (text: string, query: string): string[] =>
    matchRanges(query)(text).map(({ start, end }) => text.slice(start, end));

  it('marks the typed beginning in whatever script the text is', () => {
    expect(tinted('Қаримов Ҷӯрабой Oʻktamovich', 'kar')).toEqual(['Қар']);
    expect(tinted('Қаримов Ҷӯрабой Oʻktamovich', 'dzhu УК')).toEqual(['Ҷӯ', 'Oʻk']);
    expect(tinted('Sharipov', 'Ш')).toEqual(['Sh']);
    expect(tinted('Ghafurov', 'Ғ')).toEqual(['Gh']);
    expect(tinted('Maʼruf', 'мару')).toEqual(['Maʼru']);
    expect(tinted('Каримов', 'Шар')).toEqual([]);
    expect(tinted('Каримов', '')).toEqual([]);
  });

  it('gives spans in order, inside the text, where there is a match at all', () => {
    fc.assert(
      fc.property(fc.oneof(regionText, nameOf), fc.oneof(regionText, nameOf), (text, query) => {
        let last = 0;
        for (const { start, end } of matchRanges(query)(text)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          last = end;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
