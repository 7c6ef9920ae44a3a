/**
 * Sort keys: strings whose order is the national order of a language.
 *
 * `sortKey(a, locale) < sortKey(b, locale)` puts a before b. The key is well-formed text without NUL, surrogates or U+E000 and
 * above except U+FFFD, so JavaScript's `<` and SQLite's BINARY collation (memcmp of UTF-8) agree on it: store it in a `text` column and index that.
 * Keys of different locales must not be mixed in one column. A letter of the locale's own script costs one byte.
 *
 * What decides, in this order:
 *   1. words by the alphabet; a break between words (space, hyphen) comes before any letter, then digits by their value («№ 7» before
 *      «№ 10»), then the locale's own script, the other script of the region, and all other writing by code point;
 *      letters the alphabet lacks stand after the letter they derive from (ә after а in Russian); marks are ignored here;
 *   2. accents: ё after е in Russian only (a letter of its own elsewhere, as in CLDR kk and ky), é after e, ə as ә from old fonts;
 *   3. small letters before capitals;
 *   4. punctuation, apostrophes and the kind of break, so that only canonically equal texts share a key.
 * Texts that are equal under NFC have the same key. Uzbek oʻ and gʻ are recognised with any apostrophe; ng is not a unit (as in CLDR).
 */
import type { Locale } from '../i18n/locales.ts';
import { alphabets, apostrophes } from './alphabets.ts';
import { unitsToString } from './unit-buffer.ts';

const tableSize = 0x530;
const levelEnd = '\u0001';
const wordBreak = 0x02;
const digitRunBase = 0x10;
const digitBase = 0x20;
const ownLetterBase = 0x30;
const otherScriptBase = 0x80;

// An entry of a table: bits 0–7 the primary weight (0: see kind), bit 8 capital, bits 9–12 accent, bits 13–15 kind.
const capitalBit = 0x100;
const accentShift = 9;
const kindShift = 13;
const kindLetter = 0;
const kindIgnored = 1;
const kindBreak = 2;
const kindDigit = 3;
/** A letter that may begin a two-character letter of Uzbek Latin (o, g, s, c). */
const kindPairStart = 4;
/** Anything the table does not decide: other writing, and combining marks, which ask for NFC first. */
const kindOther = 5;

/** Letters of the region that an alphabet may lack, each with the letter after which it stands, in this order. */
const derivedLetters: readonly (readonly [letter: string, after: string])[] = [
  ['ә', 'а'],
  ['ґ', 'г'],
  ['ғ', 'г'],
  ['ђ', 'д'],
  ['ё', 'е'],
  ['є', 'е'],
  ['җ', 'ж'],
  ['ѕ', 'з'],
  ['ї', 'и'],
  ['ӣ', 'и'],
  ['ј', 'й'],
  ['қ', 'к'],
  ['љ', 'л'],
  ['ң', 'н'],
  ['ө', 'о'],
  ['ћ', 'т'],
  ['ў', 'у'],
  ['ӯ', 'у'],
  ['ү', 'у'],
  ['ұ', 'у'],
  ['һ', 'х'],
  ['ҳ', 'х'],
  ['ц', 'х'],
  ['ҷ', 'ч'],
  ['џ', 'ч'],
  ['щ', 'ш'],
  ['ы', 'ъ'],
  ['і', 'ы'],
  ['ь', 'і'],
];

/** Look-alikes of old fonts: the same letter at the first level, told apart at the second. */
const cyrillicVariants: readonly (readonly [variant: string, letter: string])[] = [
  ['ѳ', 'ө'],
  ['ə', 'ә'],
  ['ѓ', 'ғ'],
  ['ќ', 'қ'],
  ['њ', 'ң'],
  ['ѐ', 'е'],
  ['ѝ', 'и'],
];

/** Latin letters with marks that have their own code point, by base letter; the place in the string is the accent's rank. */
const latinVariants: Readonly<Record<string, string>> = {
  a: 'áàăâåäãąā',
  c: 'ćĉčċç',
  d: 'ďđð',
  e: 'éèĕêěëėęē',
  g: 'ğĝġģ',
  h: 'ĥħ',
  i: 'íìĭîïĩįīı',
  j: 'ĵ',
  k: 'ķ',
  l: 'ĺľļłŀ',
  n: 'ńňñņŉŋ',
  o: 'óòŏôöőõøō',
  r: 'ŕřŗ',
  s: 'śŝšşș',
  t: 'ťţŧț',
  u: 'úùŭûůüűũųū',
  w: 'ŵ',
  y: 'ýŷÿ',
  z: 'źžż',
};

const uzbekLatin = [...'abcdefghijklmnopqrstuvwxyz', 'oʻ', 'gʻ', 'sh', 'ch'];
const plainLatin = [...'abcdefghijklmnopqrstuvwxyz'];

/** The full Cyrillic order of a locale: its alphabet, with the letters it lacks after those they derive from. */
function cyrillicOrder(alphabet: readonly string[]): string[] {
  const order = [...alphabet];
  const lacking = derivedLetters.filter(([letter]) => !alphabet.includes(letter));
  for (const [letter, after] of lacking) {
    let place = order.indexOf(after) + 1;
    // Several letters derived from one keep the order of the list.
    while (place < order.length && lacking.some(([other, base]) => other === order[place] && base === after))
      place += 1;
    order.splice(place, 0, letter);
  }
  return order;
}

/** Locales whose dictionaries give ё a place of its own (CLDR kk, ky); in Russian it only follows е when all else is equal. */
const separateYo: readonly Locale[] = ['kk', 'ky', 'uz-Cyrl', 'tg'];

type Table = {
  entries: Uint16Array;
  /** Weights of the two-character letters of Uzbek Latin; 0 where the locale has none. */
  pairs: { o: number; g: number; s: number; c: number };
};

function buildTable(locale: Locale): Table {
  const entries = new Uint16Array(tableSize).fill(kindOther << kindShift);
  const latinFirst = locale === 'uz' || locale === 'en';
  const latin = locale === 'uz' ? uzbekLatin : plainLatin;
  const cyrillic = cyrillicOrder(latinFirst ? alphabets.ru : alphabets[locale]);
  const weights = new Map<string, number>();
  (latinFirst ? latin : cyrillic).forEach((letter, index) => weights.set(letter, ownLetterBase + index));
  (latinFirst ? cyrillic : latin).forEach((letter, index) => weights.set(letter, otherScriptBase + index));

  // Everything below U+0530 that is not listed is punctuation, a sign or a control: decided last.
  for (let code = 0; code < 0x300; code += 1) {
    const char = String.fromCharCode(code);
    if (char.toLowerCase() === char.toUpperCase()) entries[code] = kindIgnored << kindShift;
  }
  for (const char of apostrophes)
    if (char.charCodeAt(0) < tableSize) entries[char.charCodeAt(0)] = kindIgnored << kindShift;
  for (const char of '\t\n\v\f\r \u00A0-\u00AD') entries[char.charCodeAt(0)] = (kindBreak << kindShift) | wordBreak;
  for (let digit = 0; digit < 10; digit += 1) entries[48 + digit] = (kindDigit << kindShift) | (digitBase + digit);

  const set = (char: string, weight: number, accent: number, kind: number): void => {
    const code = char.charCodeAt(0);
    const upper = char.toUpperCase();
    entries[code] = weight | (accent << accentShift) | (kind << kindShift);
    // ı and ŉ have a capital of another letter or none of one character.
    if (upper.length === 1 && upper !== char && upper.toLowerCase() === char) {
      entries[upper.charCodeAt(0)] = weight | capitalBit | (accent << accentShift) | (kind << kindShift);
    }
  };
  for (const [letter, weight] of weights) {
    if (letter.length > 1) continue;
    const startsPair = locale === 'uz' && 'ogsc'.includes(letter);
    set(letter, weight, 0, startsPair ? kindPairStart : kindLetter);
  }
  const weightOf = (letter: string): number => weights.get(letter) ?? 0;
  if (!separateYo.includes(locale)) set('ё', weightOf('е'), 1, kindLetter);
  for (const [variant, letter] of cyrillicVariants) set(variant, weightOf(letter), 1, kindLetter);
  for (const [letter, variants] of Object.entries(latinVariants)) {
    [...variants].forEach((variant, index) => set(variant, weightOf(letter), index + 1, kindLetter));
  }
  entries[0x130] = weightOf('i') | capitalBit | (15 << accentShift);
  const pairs = { o: weightOf('oʻ'), g: weightOf('gʻ'), s: weightOf('sh'), c: weightOf('ch') };
  return { entries, pairs };
}

const tables: Readonly<Record<Locale, Table>> = {
  ru: buildTable('ru'),
  kk: buildTable('kk'),
  ky: buildTable('ky'),
  uz: buildTable('uz'),
  'uz-Cyrl': buildTable('uz-Cyrl'),
  tg: buildTable('tg'),
  en: buildTable('en'),
};

const isApostrophe = new Uint8Array(0x10000);
for (const char of apostrophes) isApostrophe[char.charCodeAt(0)] = 1;

// Room for the first level and the case level of one key, reused so that a list of names makes no garbage. It carries nothing from
// one call to the next.
const scratch = { primary: new Uint16Array(1024), cases: new Uint16Array(1024) };

/**
 * The sort key of `text` in `locale`: see the head of this file for what it guarantees. Length about 1.3 times the text.
 */
export function sortKey(text: string, locale: Locale): string {
  return buildKey(text, tables[locale], false);
}

function buildKey(text: string, table: Table, composed: boolean): string {
  const { entries, pairs } = table;
  const length = text.length;
  // A supplementary character takes three units, a run of digits one more than its digits.
  if (scratch.primary.length < length * 3 + 8) {
    scratch.primary = new Uint16Array(length * 4 + 8);
    scratch.cases = new Uint16Array(length * 4 + 8);
  }
  const { primary, cases } = scratch;
  let size = 0;
  let caseCount = 0;
  let caseBits = 0;
  let anyCapital = false;
  let breakPending = false;
  let letters = 0;
  let accents = '';
  let tail = '';

  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    const entry = code < tableSize ? (entries[code] ?? 0) : kindOther << kindShift;
    let kind = entry >> kindShift;
    let weight = entry & 0xff;

    if (kind === kindOther) {
      if (!composed) {
        const normal = text.normalize('NFC');
        if (normal !== text) return buildKey(normal, table, true);
        composed = true;
      }
      kind = kindOfOther(code);
      if (kind === kindBreak) weight = wordBreak;
    }
    if (kind === kindBreak) {
      if (code !== 32 || breakPending || size === 0) tail += tailMark(size, code);
      breakPending = size > 0;
      continue;
    }
    if (kind === kindIgnored) {
      tail += tailMark(size, code);
      continue;
    }
    if (breakPending) {
      primary[size++] = wordBreak;
      breakPending = false;
    }
    if (kind === kindDigit) {
      let end = index + 1;
      while (end < length && text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end += 1;
      let start = index;
      while (start < end && text.charCodeAt(start) === 48) start += 1;
      const run = end - start;
      // A zero that stands alone is the number nought; more zeros only decide last.
      if (start > index && !(run === 0 && start === index + 1)) tail += tailMark(size, 0x30 + (start - index));
      primary[size++] = digitRunBase + Math.min(run, 15);
      if (run >= 15) primary[size++] = digitBase + Math.min(run, 0x7000);
      for (let place = start; place < end; place += 1) primary[size++] = digitBase + text.charCodeAt(place) - 48;
      index = end - 1;
      continue;
    }

    let capital = (entry & capitalBit) !== 0 ? 1 : 0;
    let accent = (entry >> accentShift) & 0xf;
    if (kind === kindPairStart) {
      const next = index + 1 < length ? text.charCodeAt(index + 1) : 0;
      const small = code | 0x20;
      if ((small === 0x6f || small === 0x67) && isApostrophe[next] === 1) {
        weight = small === 0x6f ? pairs.o : pairs.g;
        if (next !== 0x2bb) tail += tailMark(size, next);
        index += 1;
      } else if ((small === 0x73 || small === 0x63) && (next | 0x20) === 0x68) {
        weight = small === 0x73 ? pairs.s : pairs.c;
        caseBits = (caseBits << 1) | capital;
        if (capital === 1) anyCapital = true;
        caseCount += 1;
        if (caseCount % 6 === 0) {
          cases[caseCount / 6 - 1] = 0x30 + caseBits;
          caseBits = 0;
        }
        capital = next === 0x48 ? 1 : 0;
        index += 1;
      }
      primary[size++] = weight;
    } else if (kind === kindOther) {
      const point = text.codePointAt(index) ?? code;
      const char = String.fromCodePoint(point);
      const lower = char.toLowerCase();
      const lowerPoint = lower.codePointAt(0) ?? point;
      capital = lower === char ? 0 : 1;
      accent = 0;
      if (capital === 1 && lower.toUpperCase() !== char) tail += tailMark(size, code);
      if (lowerPoint > 0xdfff || (lowerPoint >= 0xd800 && lowerPoint <= 0xdfff)) {
        primary[size++] = 0xfffd;
        primary[size++] = 0x100 + (lowerPoint >> 12);
        primary[size++] = 0x1100 + (lowerPoint & 0xfff);
      } else {
        primary[size++] = lowerPoint;
      }
      if (point > 0xffff) index += 1;
    } else {
      primary[size++] = weight;
    }
    if (accent > 0) accents = accents.padEnd(letters, '\u0002') + String.fromCharCode(2 + accent);
    letters += 1;
    if (capital === 1) anyCapital = true;
    caseBits = (caseBits << 1) | capital;
    caseCount += 1;
    if (caseCount % 6 === 0) {
      cases[caseCount / 6 - 1] = 0x30 + caseBits;
      caseBits = 0;
    }
  }
  if (breakPending && text.charCodeAt(length - 1) === 32) tail += tailMark(size, 32);

  let key = unitsToString(primary, size);
  if (!anyCapital && accents === '' && tail === '') return key;
  key += `${levelEnd}${accents}`;
  if (anyCapital) {
    let chunks = Math.floor(caseCount / 6);
    if (caseCount % 6 !== 0) cases[chunks++] = 0x30 + (caseBits << (6 - (caseCount % 6)));
    while (chunks > 0 && cases[chunks - 1] === 0x30) chunks -= 1;
    key += `${levelEnd}${unitsToString(cases, chunks)}`;
  } else if (tail !== '') {
    key += levelEnd;
  }
  return tail === '' ? key : `${key}${levelEnd}${tail}`;
}

/** Where the table does not reach: combining marks and signs are ignored, wide spaces and dashes break words, the rest are letters. */
function kindOfOther(code: number): number {
  if (code >= 0x300 && code <= 0x36f) return kindIgnored;
  if (code >= 0x2000 && code <= 0x206f) {
    const breaks =
      code <= 0x200a ||
      (code >= 0x2010 && code <= 0x2015) ||
      code === 0x2028 ||
      code === 0x2029 ||
      code === 0x202f ||
      code === 0x205f;
    return breaks ? kindBreak : kindIgnored;
  }
  if (code === 0x3000) return kindBreak;
  if ((code >= 0x20a0 && code <= 0x2bff) || (code >= 0xfe00 && code <= 0xfe0f) || code === 0xfeff) return kindIgnored;
  return kindOther;
}

/** A mark of the last level: where in the first level it stands, and which it is; no NUL, no surrogate. */
function tailMark(position: number, code: number): string {
  return String.fromCharCode(
    0x21 + Math.min(position, 0x7000),
    code < 0x20 ? 0x100 + code : code >= 0xd800 ? 0x1000 + (code & 0x7fff) : code,
  );
}
