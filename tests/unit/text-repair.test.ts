import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Locale, locales } from '#shared/i18n/locales.ts';
import { alphabets, upperLetter } from '#shared/text/alphabets.ts';
import { repairText } from '#shared/text/repair-text.ts';

const repaired = (text: string, locale: Locale): string => repairText(text, locale).text;
const reasons = (text: string, locale: Locale): string[] =>
  repairText(text, locale).changes.map(({ reason }) => reason);

/** Places of the Kazakh letters in the code page KZ-1048 (IANA registry), the only ones where it differs from windows-1251. */
const kz1048: Readonly<Record<string, number>> = {
  Қ: 0x8d,
  қ: 0x9d,
  Һ: 0x8e,
  һ: 0x9e,
  Ұ: 0xa1,
  ұ: 0xa2,
  Ә: 0xa3,
  ә: 0xbc,
  Ө: 0xa5,
  ө: 0xb4,
  Ғ: 0xaa,
  ғ: 0xba,
  Ү: 0xaf,
  ү: 0xbf,
  Ң: 0xbd,
  ң: 0xbe,
};
const windows1251 = new TextDecoder('windows-1251');
const windows1252 = new TextDecoder('windows-1252');
const byteOf1251 = new Map(
  Array.from({ length: 256 }, (_, byte) => [windows1251.decode(Uint8Array.of(byte)), byte] as const),
);
const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from([...text].map((char) => kz1048[char] ?? byteOf1251.get(char) ?? 0x3f));

const wordOf = (letters: readonly string[]) =>
  fc.array(fc.constantFrom(...letters), { minLength: 2, maxLength: 9 }).map((word) => upperLetter(word.join('')));

describe('repairText', () => {
  it.each([
    ['tg', 'Рањмонов Ќодир, вилояти Суѓд, гўшаи', 'Раҳмонов Қодир, вилояти Суғд, гӯшаи'],
    ['tg', 'Љамшед ва Саидї', 'Ҷамшед ва Саидӣ'],
    ['kk', 'Ќазаќстан Республикасыныњ', 'Қазақстан Республикасының'],
    ['kk', 'Јділет Ґмір Їкімет Єалым', 'Әділет Өмір Үкімет Ғалым'],
    ['kk', 'бiрыңғай əділ', 'бірыңғай әділ'],
    ['ky', 'белгилѳѳ жѳнүндѳ', 'белгилөө жөнүндө'],
    ['ky', 'Yсөн', 'Үсөн'],
    ['uz-Cyrl', 'Ќодиров Њасан, Ўктам', 'Қодиров Ҳасан, Ўктам'],
    ['ru', 'Кapимов Aнна', 'Каримов Анна'],
    ['en', 'Каrimov', 'Karimov'],
  ] as const)('reads %s «%s»', (locale, seen, meant) => {
    expect(repaired(seen, locale)).toBe(meant);
  });

  it('says what it would change, where, and why', () => {
    expect(repairText('Рањмонов Kарим Êàðèìîâ', 'tg').changes).toEqual([
      { start: 0, from: 'Рањмонов', to: 'Раҳмонов', reason: 'old-font' },
      { start: 9, from: 'Kарим', to: 'Карим', reason: 'look-alike' },
      { start: 15, from: 'Êàðèìîâ', to: 'Каримов', reason: 'encoding' },
    ]);
  });

  it('reads windows-1251 and UTF-8 that were taken for another page', () => {
    for (const name of ['Каримов', 'Областная', 'Щербаков-Ёлкин', '«Сайлау»']) {
      const bytes = bytesOf(name);
      expect(repaired(windows1252.decode(bytes), 'ru'), name).toBe(name);
      const utf8 = new TextEncoder().encode(name);
      expect(repaired(windows1252.decode(utf8), 'ru'), name).toBe(name);
      expect(repaired(windows1251.decode(utf8), 'ru'), name).toBe(name);
    }
    expect(reasons(windows1252.decode(bytesOf('Каримов')), 'ru')).toEqual(['encoding']);
    for (const mark of 'ʻ‘') {
      const utf8 = new TextEncoder().encode(`O${mark}ktamov`);
      expect(repaired(windows1252.decode(utf8), 'uz')).toBe(`O${mark}ktamov`);
    }
  });

  it('reads every Kazakh word of a KZ-1048 file that came as windows-1251 or windows-1252', () => {
    const standIn = fc.constantFrom(...'әғқңөұүһ');
    fc.assert(
      fc.property(wordOf(alphabets.kk), wordOf(alphabets.kk), standIn, (first, second, letter) => {
        // Ў alone is an Uzbek letter: another letter of the page makes the page sure.
        const text = `${first} ${second}${letter} қазақ`;
        expect(repaired(windows1251.decode(bytesOf(text)), 'kk')).toBe(text);
        const long = `${first}оба`;
        expect(repaired(windows1252.decode(bytesOf(long)), 'kk')).toBe(
          repaired(windows1251.decode(bytesOf(long)), 'kk'),
        );
      }),
    );
  });

  it.each(locales)('leaves clean text of %s alone, and Russian and Latin words in it', (locale) => {
    const word = fc.oneof(wordOf(alphabets[locale]), wordOf(alphabets.ru), wordOf(alphabets.uz), wordOf(alphabets.en));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (words) => {
        const text = words.join(' ');
        expect(repairText(text, locale)).toEqual({ text, changes: [] });
      }),
    );
  });

  it.each([
    ['kk', 'Ўктам Қодиров'],
    ['kk', 'Əliyev, USB-диск, PIN-код'],
    ['ru', 'été café naïve Müller Şaripov'],
    ['ru', '5±3 ¤ 10‰ «Ёлка» µm'],
    ['tg', 'Wi-Fi 3G Ҷамшед'],
    ['uz', 'Oʻktam ‘Tong’'],
  ] as const)('leaves %s «%s» alone', (locale, text) => {
    expect(repairText(text, locale)).toEqual({ text, changes: [] });
  });

  it('finds nothing more in what it has repaired, and its changes are the difference', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({ unit: fc.constantFrom(...'рсоакapcoyYiќњѓўЎЈѕѳə¤µ±‡ÀàÐÑ°Р±  -Қғ'), maxLength: 20 }),
    );
    fc.assert(
      fc.property(anything, fc.constantFrom(...locales), (text, locale) => {
        const { text: after, changes } = repairText(text, locale);
        expect(repairText(after, locale).changes).toEqual([]);
        let rest = '';
        let end = 0;
        for (const { start, from, to } of changes) {
          expect(text.slice(start, start + from.length)).toBe(from);
          rest += text.slice(end, start) + to;
          end = start + from.length;
        }
        expect(rest + text.slice(end)).toBe(after);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not read files', () => {
    const long = 'Рањмонов '.repeat(3000);
    expect(repairText(long, 'tg')).toEqual({ text: long, changes: [] });
  });
});
