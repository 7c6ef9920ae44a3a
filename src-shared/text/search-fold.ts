/**
 * The letters of the search fold: what each character below U+0530 becomes, and how letters meet. Read by `search-key.ts`.
 * One row per letter of the fold; every spelling that people use for it in the six orthographies, passports and old fonts stands beside it.
 */
import { apostrophes } from './alphabets.ts';

export const foldTableSize = 0x530;

// Values of the fold table. 48–57 and 97–122 are the digit or letter itself.
export const foldBreak = 0;
export const foldIgnored = 1;
export const foldOther = 2;
/** Latin y and Cyrillic й: with a following e or o they make е/ё, else they are i. */
export const foldY = 3;
export const foldApostrophe = 4;
/** Values from here on index `foldPairs`. */
export const foldPairBase = 128;

/** Letters that fold to several. */
export const foldPairs: readonly string[] = ['ia', 'iu', 'sh', 'shch', 'ch', 'ts'];

// Bits of the class table.
export const classLatin = 1;
export const classCyrillic = 2;
/** Latin that looks like Cyrillic, or Cyrillic that looks like Latin. */
export const classLookalike = 4;
/** A stand-in letter of an old font whose meaning depends on the language of the word. */
export const classLegacy = 8;
/** A letter only Kazakh and Kyrgyz words have: tells how to read the stand-ins of the same word. */
export const classTurkic = 16;

const singles: Readonly<Record<string, string>> = {
  a: 'aáàăâåäãąāаәəæ',
  b: 'bб',
  c: 'cćĉċ',
  d: 'dďđðд',
  // ё is е in Russian papers; Latin ye and yo meet it through foldY.
  e: 'eéèĕêěëėęēеёэєѐ',
  f: 'fф',
  g: 'gğĝġģгғѓґђ',
  h: 'hĥħxхҳһњћ',
  i: 'iíìĭîïĩįīıиіыӣїѝ',
  j: 'jĵžжҷҗљјџ',
  k: 'kķqкқќ',
  l: 'lĺľļłŀл',
  m: 'mм',
  // ң is written n in passports, ng or нг elsewhere: the fold drops g after n.
  n: 'nńňñņŋнң',
  // õ is the letter oʻ of the 2023 draft, ō that of the 1993 law: both are u here, with ў.
  o: 'oóòŏôöőøоөѳ',
  p: 'pп',
  r: 'rŕřŗр',
  s: 'sśŝсѕ',
  t: 'tťţŧțт',
  u: 'uúùŭûůüűũųūõōуўӯүұ',
  v: 'vwŵв',
  z: 'zźżз',
};
const pairs: Readonly<Record<string, string>> = { ia: 'я', iu: 'ю', sh: 'шšşș', shch: 'щ', ch: 'чçč', ts: 'ц' };

/** Latin letters that stand in for Cyrillic ones, and what they then are; capitals differ from small letters. */
export const latinAsCyrillic: Readonly<Record<string, string>> = {
  a: 'а',
  c: 'с',
  e: 'е',
  h: 'һ',
  i: 'і',
  j: 'ј',
  k: 'к',
  m: 'м',
  o: 'о',
  p: 'р',
  s: 'ѕ',
  t: 'т',
  x: 'х',
  y: 'у',
  A: 'А',
  B: 'В',
  C: 'С',
  E: 'Е',
  H: 'Н',
  I: 'І',
  J: 'Ј',
  K: 'К',
  M: 'М',
  O: 'О',
  P: 'Р',
  S: 'Ѕ',
  T: 'Т',
  X: 'Х',
  Y: 'У',
};

/** Cyrillic letters among Latin ones. */
export const cyrillicAsLatin: Readonly<Record<string, string>> = {
  а: 'a',
  с: 'c',
  е: 'e',
  һ: 'h',
  і: 'i',
  ј: 'j',
  к: 'k',
  м: 'm',
  о: 'o',
  р: 'p',
  ѕ: 's',
  т: 't',
  х: 'x',
  у: 'y',
  А: 'A',
  В: 'B',
  С: 'C',
  Е: 'E',
  Н: 'H',
  І: 'I',
  Ј: 'J',
  К: 'K',
  М: 'M',
  О: 'O',
  Р: 'P',
  Ѕ: 'S',
  Т: 'T',
  Х: 'X',
  У: 'Y',
};

/**
 * How Kazakh fonts used the stand-ins that Tajik and Uzbek fonts used otherwise («Республикасыныњ», but «Рањмонов»). The table above holds
 * the Tajik reading; this one is used where the word has a letter that Tajik and Uzbek lack.
 */
export const turkicStandIns: Readonly<Record<string, string>> = { њ: 'ң', Њ: 'Ң', ї: 'ү', Ї: 'Ү' };

type FoldTables = { fold: Uint8Array; classes: Uint8Array };

function buildFoldTables(): FoldTables {
  const fold = new Uint8Array(foldTableSize).fill(foldOther);
  const classes = new Uint8Array(foldTableSize);
  for (let code = 0; code < 0x300; code += 1) {
    const char = String.fromCharCode(code);
    if (char.toLowerCase() === char.toUpperCase()) fold[code] = foldBreak;
  }
  fold[0xad] = foldIgnored;
  for (let digit = 48; digit < 58; digit += 1) fold[digit] = digit;
  for (const char of apostrophes) if (char.charCodeAt(0) < foldTableSize) fold[char.charCodeAt(0)] = foldApostrophe;

  const set = (char: string, value: number): void => {
    const upper = char.toUpperCase();
    for (const form of upper.length === 1 ? [char, upper] : [char]) {
      const code = form.charCodeAt(0);
      fold[code] = value;
      if (code === 0x259 || code === 0x18f) continue;
      classes[code] = code >= 0x400 ? classCyrillic : classLatin;
    }
  };
  for (const [letter, forms] of Object.entries(singles)) for (const form of forms) set(form, letter.charCodeAt(0));
  foldPairs.forEach((pair, index) => {
    for (const form of pairs[pair] ?? '') set(form, foldPairBase + index);
  });
  for (const form of 'yýŷÿй') set(form, foldY);
  for (const form of 'ъь') set(form, foldIgnored);
  fold[0x130] = 'i'.charCodeAt(0);
  classes[0x130] = classLatin;

  const mark = (chars: string, bit: number): void => {
    for (const char of chars) classes[char.charCodeAt(0)] = (classes[char.charCodeAt(0)] ?? 0) | bit;
  };
  mark(Object.keys(latinAsCyrillic).join(''), classLookalike);
  mark(Object.keys(cyrillicAsLatin).join(''), classLookalike);
  mark(Object.keys(turkicStandIns).join(''), classLegacy);
  mark('ыЫіІөӨѳѲәӘəƏұҰүҮ', classTurkic);
  return { fold, classes };
}

export const foldTables: Readonly<FoldTables> = buildFoldTables();
