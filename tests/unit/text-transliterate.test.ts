import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphabets, upperLetter } from '#shared/text/alphabets.ts';
import { passportSpellings } from '#shared/text/passport-latin.ts';
import { matchesKey, searchIndexText } from '#shared/text/search-key.ts';
import { doubtfulUzbekWords, uzbekToCyrillic, uzbekToLatin } from '#shared/text/transliterate-uzbek.ts';

describe('Uzbek in its two alphabets', () => {
  // By the spelling rules of 24 August 1995 and, for the terms, lex.uz in both alphabets.
  it.each([
    ['Ўзбекистон Республикаси Марказий сайлов комиссияси', 'Oʻzbekiston Respublikasi Markaziy saylov komissiyasi'],
    ['участка сайлов комиссияси аъзоси', 'uchastka saylov komissiyasi aʼzosi'],
    ['сайловчилар рўйхати', 'saylovchilar roʻyxati'],
    ['овоз бериш биноси', 'ovoz berish binosi'],
    ['Йўлдошев Ўктам Ғайратович', 'Yoʻldoshev Oʻktam Gʻayratovich'],
    ['Исҳоқ Асҳоб', 'Isʼhoq Asʼhob'],
    ['ШАРИФ ЧОРИЕВ, Шариф Чориев', 'SHARIF CHORIYEV, Sharif Choriyev'],
    ['Ер, поезд, Зиёев', 'Yer, poyezd, Ziyoyev'],
    ['конституция', 'konstitutsiya'],
    ['2026 йил 23 ноябрь', '2026 yil 23 noyabr'],
    ['сентябрь, октябрь, бюджет', 'sentabr, oktabr, budjet'],
    ['эртага', 'ertaga'],
  ])('writes «%s» as «%s» and back', (cyrillic, latin) => {
    expect(uzbekToLatin(cyrillic)).toBe(latin);
    expect(uzbekToCyrillic(latin)).toBe(cyrillic);
    expect(doubtfulUzbekWords(cyrillic)).toEqual([]);
  });

  // The list of the module's head: what is lost.
  it.each([
    ['мўъжиза', 'moʻjiza', 'мўжиза'],
    ['объект', 'obyekt', 'обект'],
    ['акция', 'aksiya', 'аксия'],
    ['цирк', 'sirk', 'сирк'],
    ['бульон', 'bulyon', 'булён'],
    ['щётка', 'shyotka', 'шётка'],
    ['Рыскул', 'Riskul', 'Рискул'],
  ])('says that «%s» does not come back from «%s»', (cyrillic, latin, back) => {
    expect(uzbekToLatin(cyrillic)).toBe(latin);
    expect(uzbekToCyrillic(latin)).toBe(back);
    expect(doubtfulUzbekWords(`${cyrillic} ва ${cyrillic}`)).toEqual([cyrillic]);
  });

  it('says which Latin words may be written otherwise', () => {
    expect(doubtfulUzbekWords("aksiya, dotsent va komissiya a'zosi sirkda")).toEqual(['aksiya', 'dotsent', 'sirkda']);
  });

  it('takes any apostrophe, and leaves what is not Uzbek alone', () => {
    for (const mark of "'`‘’ʻʼ´") expect(uzbekToCyrillic(`O${mark}ktam, ma${mark}no`)).toBe('Ўктам, маъно');
    expect(uzbekToLatin('Oʻktam 112 გიორგი')).toBe('Oʻktam 112 გიორგი');
    expect(uzbekToCyrillic('Ўктам 112 გიორგი')).toBe('Ўктам 112 გიორგი');
  });

  it('comes back from Latin for every word of letters that both alphabets tell apart', () => {
    // Without the letters and joins that the list of losses names.
    const letters = alphabets.uz.filter((letter) => !['ng', 's', 't', 'y', 'e'].includes(letter));
    const word = fc
      .array(fc.constantFrom(...letters, 'ya', 'yu'), { minLength: 2, maxLength: 8 })
      .map((parts) => upperLetter(parts.join('')))
      .filter((text) => !/[sc]h?h|yuʻ/.test(text.replaceAll(/[sc]h/g, '')));
    fc.assert(
      fc.property(word, (text) => {
        expect(uzbekToLatin(uzbekToCyrillic(text))).toBe(text);
      }),
    );
  });

  it('meets itself in the search, whichever alphabet is typed', () => {
    const word = fc
      .array(fc.constantFrom(...alphabets['uz-Cyrl'].filter((letter) => !'ьъцй'.includes(letter))), {
        minLength: 3,
        maxLength: 9,
      })
      .map((letters) => upperLetter(letters.join('')));
    fc.assert(
      fc.property(word, (text) => {
        expect(matchesKey(searchIndexText(uzbekToLatin(text)), text), `${text} ${uzbekToLatin(text)}`).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('passportSpellings', () => {
  it.each([
    ['kz', 'Жұмабаев Қайрат Серікұлы', ['Zhumabayev Kairat Serikuly', 'Zhumabaev Kairat Serikuly']],
    ['kz', 'Есенов Сергей', ['Yesenov Sergey', 'Esenov Sergei']],
    ['kz', 'Хилл', ['Khill']],
    ['kz', 'ЩЕРБАКОВА ЮЛИЯ', ['SHCHERBAKOVA YULIYA', 'SHCHERBAKOVA IULIIA']],
    ['kg', 'Жээнбеков Өмүрбек', ['Zheenbekov Omurbek', 'Jeenbekov Omurbek']],
    ['kg', 'Кыялбек уулу Нурлан', ['Kyialbek uulu Nurlan']],
    ['kg', 'Объедков Илья', ['Obieedkov Ilia']],
    ['uz', 'Ўктам Қодиров', ['Oʻktam Qodirov', 'Uktam Kodirov']],
    ['uz', 'ҲАСАНОВА ШАҲЛО', ['HASANOVA SHAHLO', 'KHASANOVA SHAKHLO']],
    ['tj', 'Раҳмонов Ҷамшед', ['Rahmonov Jamshed', 'Rakhmonov Chamshed']],
    ['tj', 'Ёров-Бек Эмомалӣ', ['Yorov-Bek Emomali', 'Erov-Bek Emomali']],
  ] as const)('writes as %s does: %s', (country, name, spellings) => {
    expect(passportSpellings(name, country)).toEqual(spellings);
  });

  it('has nothing to say of a Latin name, and the same of NFD', () => {
    expect(passportSpellings('Oʻktam Qodirov', 'uz')).toEqual([]);
    expect(passportSpellings('', 'kz')).toEqual([]);
    expect(passportSpellings('Рањмонов', 'tj')).toEqual([]);
    expect(passportSpellings('Сергей Алӣ'.normalize('NFD'), 'tj')).toEqual(passportSpellings('Сергей Алӣ', 'tj'));
  });

  it('gives Latin letters only, for every name of every alphabet, and the search finds the name by them', () => {
    const countries = { kk: 'kz', ky: 'kg', 'uz-Cyrl': 'uz', tg: 'tj', ru: 'kz' } as const;
    const named = fc
      .constantFrom('kk', 'ky', 'uz-Cyrl', 'tg', 'ru')
      .chain((locale) =>
        fc
          .array(fc.constantFrom(...alphabets[locale]), { minLength: 3, maxLength: 9 })
          .map((letters) => ({ country: countries[locale], name: upperLetter(letters.join('')) })),
      );
    fc.assert(
      fc.property(named, ({ country, name }) => {
        for (const spelling of passportSpellings(name, country)) expect(spelling).toMatch(/^[A-Za-zʻʼ]*$/);
      }),
    );
  });
});
