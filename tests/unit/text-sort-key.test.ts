import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localeFacts, locales } from '#shared/i18n/locales.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import { alphabets, upperLetter } from '#shared/text/alphabets.ts';
import { sortKey } from '#shared/text/sort-key.ts';

function compare(locale: Locale): (left: string, right: string) => number {
  return (left, right) => {
    const leftKey = sortKey(left, locale);
    const rightKey = sortKey(right, locale);
    return leftKey < rightKey ? -1 : leftKey > rightKey ? 1 : 0;
  };
}

function sorted(locale: Locale, texts: readonly string[]): string[] {
  return texts.toSorted(compare(locale));
}

/** Words of an alphabet's letters, as names look: a capital first. No ё where ICU and dictionaries differ. */
function names(locale: Locale, count: number, without = ''): string[] {
  const letters = alphabets[locale].filter((letter) => !without.includes(letter));
  const letter = fc.constantFrom(...letters);
  const name = fc
    .array(fc.array(letter, { minLength: 2, maxLength: 9 }), { minLength: 1, maxLength: 3 })
    .map((words) => words.map((word) => upperLetter(word.join(''))).join(' '));
  return fc.sample(name, { numRuns: count, seed: 20261123 });
}

function collatorAgrees(locale: Locale, tag: string, without = ''): void {
  const collator = new Intl.Collator(tag);
  expect(collator.resolvedOptions().locale, 'this Node has full ICU').toBe(tag.startsWith('uz') ? 'uz' : tag);
  const list = names(locale, 5000, without);
  const wrong: string[] = [];
  const order = compare(locale);
  for (let index = 1; index < list.length; index += 1) {
    const left = list[index - 1] ?? '';
    const right = list[index] ?? '';
    if (Math.sign(order(left, right)) !== Math.sign(collator.compare(left, right))) wrong.push(`${left} | ${right}`);
  }
  // Neighbours share prefixes only by chance; sorting the lot compares close names too.
  expect(sorted(locale, list)).toEqual(list.toSorted(collator.compare));
  expect(wrong).toEqual([]);
}

/** The national order written the plain way: compare letter by letter, a space before any letter, capitals last of all. */
function oracle(locale: Locale): (left: string, right: string) => number {
  const ranks = new Map([' ', ...alphabets[locale]].map((letter, index) => [letter, index]));
  return (left, right) => {
    const length = Math.max(left.length, right.length);
    for (let index = 0; index < length; index += 1) {
      const difference =
        (ranks.get(left.charAt(index).toLowerCase()) ?? -1) - (ranks.get(right.charAt(index).toLowerCase()) ?? -1);
      if (difference !== 0) return difference;
    }
    for (let index = 0; index < length; index += 1) {
      const leftCapital = left.charAt(index) !== left.charAt(index).toLowerCase();
      const rightCapital = right.charAt(index) !== right.charAt(index).toLowerCase();
      if (leftCapital !== rightCapital) return leftCapital ? 1 : -1;
    }
    return 0;
  };
}

describe('alphabets', () => {
  it('have the letters of the national alphabets, each once', () => {
    const counts = { ru: 33, kk: 42, ky: 36, uz: 29, 'uz-Cyrl': 35, tg: 35, en: 26 };
    for (const locale of locales) {
      expect(new Set(alphabets[locale]).size, locale).toBe(counts[locale]);
      expect(alphabets[locale].length, locale).toBe(counts[locale]);
      // The tutuq belgisi is a sign, not a letter.
      const extra = localeFacts[locale].extraLetters.filter((letter) => letter !== 'ʼ');
      expect(alphabets[locale]).toEqual(expect.arrayContaining([...extra]));
    }
  });
});

describe('sortKey', () => {
  it.each(locales)('keeps the alphabet of %s in order, small letters before capitals', (locale) => {
    // Uzbek ng is a letter of the alphabet but no unit of sorting (CLDR uz).
    const letters = alphabets[locale]
      .filter((letter) => letter !== 'ng')
      .flatMap((letter) => [letter, upperLetter(letter)]);
    expect(sorted(locale, letters.toReversed())).toEqual(letters);
  });

  it('agrees with ICU on Russian', () => collatorAgrees('ru', 'ru'));
  it('agrees with ICU on Kazakh', () => collatorAgrees('kk', 'kk'));
  it('agrees with ICU on Kyrgyz', () => collatorAgrees('ky', 'ky'));
  it('agrees with ICU on Uzbek in Latin letters', () => collatorAgrees('uz', 'uz-Latn', 'ng'));

  it.each(['tg', 'uz-Cyrl'] as const)('agrees with the plain alphabet comparison on %s', (locale) => {
    const list = names(locale, 5000);
    expect(sorted(locale, list)).toEqual(list.toSorted(oracle(locale)));
  });

  it('puts ў қ ғ ҳ after я in Uzbek Cyrillic, and the Uzbek Latin letters after z', () => {
    expect(sorted('uz-Cyrl', ['Ҳасан', 'Яшин', 'Ғани', 'Анвар', 'Қодир', 'Ўктам'])).toEqual([
      'Анвар',
      'Яшин',
      'Ўктам',
      'Қодир',
      'Ғани',
      'Ҳасан',
    ]);
    expect(sorted('uz', ['Choriyev', 'Sharipov', 'Gʻaniyev', 'Zokirov', 'Sobirov', 'Oʻktamov', 'Olimov'])).toEqual([
      'Olimov',
      'Sobirov',
      'Zokirov',
      'Oʻktamov',
      'Gʻaniyev',
      'Sharipov',
      'Choriyev',
    ]);
  });

  it('follows each alphabet where its own letters meet the Russian ones', () => {
    expect(
      sorted('kk', ['Ідірис', 'Юсуп', 'Ырыс', 'Ьа', 'Ұлан', 'Үміт', 'Улан', 'Әсел', 'Анар', 'Болат', 'Һас', 'Хан']),
    ).toEqual(['Анар', 'Әсел', 'Болат', 'Улан', 'Ұлан', 'Үміт', 'Хан', 'Һас', 'Ырыс', 'Ідірис', 'Ьа', 'Юсуп']);
    expect(sorted('ky', ['Үсөн', 'Улан', 'Фатима', 'Өмүр', 'Осмон', 'Павел', 'Ңа', 'Назгүл'])).toEqual([
      'Назгүл',
      'Ңа',
      'Осмон',
      'Өмүр',
      'Павел',
      'Улан',
      'Үсөн',
      'Фатима',
    ]);
    expect(
      sorted('tg', ['Ҷамшед', 'Шариф', 'Чорӣ', 'Ҳаким', 'Хуршед', 'Қодир', 'Карим', 'Ғулом', 'Гулнор', 'Латиф']),
    ).toEqual(['Гулнор', 'Ғулом', 'Карим', 'Қодир', 'Латиф', 'Хуршед', 'Ҳаким', 'Чорӣ', 'Ҷамшед', 'Шариф']);
  });

  it('lets punctuation and case decide last of all, digits before letters', () => {
    expect(sorted('ru', ['Ким', 'ким', '«Ким»', 'КИМ', 'Ким.', 'Кима', '2 Ким', '10 Ким'])).toEqual([
      '2 Ким',
      '10 Ким',
      'ким',
      'Ким',
      '«Ким»',
      'Ким.',
      'КИМ',
      'Кима',
    ]);
  });

  it('is a total order: any two texts compare one way, and a list sorts the same from any beginning', () => {
    const text = fc.string({ unit: fc.constantFrom(..."АаӘәЁёИӣӯўoOʻ'gGsShcNg 09-.«"), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), fc.constantFrom(...locales), (texts, locale) => {
        const unique = [...new Set(texts.map((each) => each.normalize('NFC')))];
        const order = sorted(locale, unique);
        expect(sorted(locale, unique.toReversed())).toEqual(order);
        order.forEach((left, place) => {
          for (const right of order.slice(place + 1)) expect(compare(locale)(left, right)).toBe(-1);
        });
      }),
    );
  });

  it('treats ӣ and ӯ as letters in Tajik and ё as a variant in Russian', () => {
    expect(sorted('tg', ['Ӯктам', 'Умар', 'Усмон', 'иӣа', 'иид', 'иӣб'])).toEqual([
      'иид',
      'иӣа',
      'иӣб',
      'Умар',
      'Усмон',
      'Ӯктам',
    ]);
    expect(sorted('ru', ['Семён', 'Семенов', 'Семен', 'Ёлкин', 'Елкин', 'Елкина'])).toEqual([
      'Елкин',
      'Ёлкин',
      'Елкина',
      'Семен',
      'Семён',
      'Семенов',
    ]);
  });

  it('sorts digits by value, words before longer words, foreign script last', () => {
    expect(sorted('ru', ['УИК № 112', 'УИК № 12', 'УИК № 7', 'УИК'])).toEqual([
      'УИК',
      'УИК № 7',
      'УИК № 12',
      'УИК № 112',
    ]);
    expect(sorted('kk', ['Кима Анна', 'Ким Яна', 'Ким-Анна', 'Ким Анна'])).toEqual([
      'Ким Анна',
      'Ким-Анна',
      'Ким Яна',
      'Кима Анна',
    ]);
    expect(sorted('ru', ['გიორგი', 'Zafar', 'Яна', 'Анна'])).toEqual(['Анна', 'Яна', 'Zafar', 'გიორგი']);
    expect(sorted('uz', ['Яна', 'Zafar', 'Shahlo', 'Анна'])).toEqual(['Zafar', 'Shahlo', 'Анна', 'Яна']);
  });

  it('takes any apostrophe as part of the Uzbek letters and look-alikes of old fonts for the letters they mean', () => {
    const between = (middle: string): void => {
      expect(sorted('uz', [`Oʻktamov`, middle, 'Oʻktama'])).toEqual(
        ['Oʻktama', middle === 'Oʻktam' ? middle : 'Oʻktamov', middle].toSorted(compare('uz')),
      );
      expect(compare('uz')(middle, 'Zokir')).toBe(1);
      expect(compare('uz')(middle, 'Gʻani')).toBe(-1);
    };
    for (const mark of "'`‘’ʼ´") between(`O${mark}ktam`);
    expect(sorted('ky', ['Осмон', 'ѳрик', 'Өрөк', 'Павел'])).toEqual(['Осмон', 'ѳрик', 'Өрөк', 'Павел']);
  });

  const anyText = fc.string({ unit: 'binary', maxLength: 40 });
  const regionText = fc.string({
    unit: fc.constantFrom(..."АаӘәЁёеЕИиӢӣйУӯўOoʻ'‘gGsShHcC NnZz09-—.№\u0306\u0304\u0308\u0301éÉşİı\u{1f600}"),
    maxLength: 24,
  });

  it.each(locales)('is the same for NFC and NFD, and tells all else apart, in %s', (locale) => {
    fc.assert(
      fc.property(fc.oneof(anyText, regionText), fc.oneof(anyText, regionText), (left, right) => {
        expect(sortKey(left.normalize('NFD'), locale)).toBe(sortKey(left, locale));
        const equal = sortKey(left, locale) === sortKey(right, locale);
        expect(equal).toBe(left.normalize('NFC') === right.normalize('NFC'));
      }),
      { numRuns: 400 },
    );
  });

  it('orders the same by UTF-16 units as by UTF-8 bytes, and never holds NUL or a surrogate', () => {
    const bytes = new TextEncoder();
    fc.assert(
      fc.property(
        fc.oneof(anyText, regionText),
        fc.oneof(anyText, regionText),
        fc.constantFrom(...locales),
        (left, right, locale) => {
          const leftKey = sortKey(left, locale);
          const rightKey = sortKey(right, locale);
          expect(leftKey.isWellFormed()).toBe(true);
          expect(leftKey.includes('\0')).toBe(false);
          const byBytes = Buffer.compare(bytes.encode(leftKey), bytes.encode(rightKey));
          expect(byBytes).toBe(leftKey < rightKey ? -1 : leftKey > rightKey ? 1 : 0);
        },
      ),
    );
  });

  it('takes lone surrogates and very long names', () => {
    expect(sortKey('\ud800Анна\udc00', 'ru').isWellFormed()).toBe(true);
    const long = 'Қуанышбек'.repeat(12_000);
    expect(sortKey(long, 'kk').length).toBeGreaterThan(100_000);
    expect(compare('kk')(long, `${long}а`)).toBe(-1);
  });
});
