/**
 * Characters and words as the search fold sees them: what separates words, what is ignored, which letters of another script are meant.
 */
import { apostrophes } from './alphabets.ts';
import {
  classCyrillic,
  classLatin,
  classLookalike,
  classTurkic,
  cyrillicAsLatin,
  foldApostrophe,
  foldBreak,
  foldIgnored,
  foldOther,
  foldTableSize,
  foldTables,
  latinAsCyrillic,
  turkicStandIns,
} from './search-fold.ts';

const { fold, classes } = foldTables;

/** True for every character that people use as an Uzbek apostrophe. */
export function isApostrophe(code: number): boolean {
  return code < foldTableSize ? fold[code] === foldApostrophe : apostrophes.includes(String.fromCharCode(code));
}

/** True for what the fold skips: hard and soft signs, combining and invisible marks. */
export function isIgnored(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  const value = code < foldTableSize ? (fold[code] ?? foldOther) : foldOther;
  return (value === foldOther ? readOther(text, index).value : value) === foldIgnored;
}

export type OtherCharacter = { value: number; extra: number; letters: string };

/** What to do with a character the table does not hold. `extra`: how many units more than one it takes. */
export function readOther(text: string, index: number): OtherCharacter {
  const code = text.charCodeAt(index);
  const point = text.codePointAt(index) ?? code;
  const extra = point > 0xffff ? 1 : 0;
  if (isApostrophe(code)) return { value: foldApostrophe, extra, letters: '' };
  if ((code >= 0x300 && code <= 0x36f) || (code >= 0x483 && code <= 0x489) || (code >= 0x200b && code <= 0x200f)) {
    return { value: foldIgnored, extra, letters: '' };
  }
  if ((code >= 0xfe00 && code <= 0xfe0f) || code === 0xfeff) return { value: foldIgnored, extra, letters: '' };
  if (isSign(code, point)) return { value: foldBreak, extra, letters: '' };
  if (code >= 0x1e00 && code <= 0x1eff) {
    const base = text.charAt(index).normalize('NFD').charCodeAt(0);
    if (base < 0x80) return { value: fold[base] ?? foldBreak, extra, letters: '' };
  }
  return { value: foldOther, extra, letters: String.fromCodePoint(point).toLowerCase() };
}

/** Punctuation, symbols, emoji and lone surrogates: they separate words. */
function isSign(code: number, point: number): boolean {
  if (point > 0xffff) return point >= 0x1f000 && point <= 0x1faff;
  return (
    (code >= 0x2000 && code <= 0x2bff) ||
    (code >= 0x3000 && code <= 0x303f) ||
    (code >= 0xd800 && code <= 0xf8ff) ||
    code >= 0xfff0
  );
}

/** The text with each word of two scripts read as one of them, and the stand-ins of Kazakh fonts as the letters they mean. */
export function unmix(text: string): string {
  let result = '';
  for (const { start, end } of splitWords(text)) {
    result += ` ${unmixWord(text.slice(start, end))}`;
  }
  return result;
}

function unmixWord(word: string): string {
  let latin = 0;
  let cyrillic = 0;
  let latinLookalike = true;
  let cyrillicLookalike = true;
  let turkic = false;
  for (let index = 0; index < word.length; index += 1) {
    const bits = classOf(word.charCodeAt(index));
    const lookalike = (bits & classLookalike) !== 0;
    if ((bits & classTurkic) !== 0) turkic = true;
    if ((bits & classLatin) !== 0) {
      latin += 1;
      latinLookalike &&= lookalike;
    } else if ((bits & classCyrillic) !== 0) {
      cyrillic += 1;
      cyrillicLookalike &&= lookalike;
    }
  }
  let result = turkic ? replaceLetters(word, turkicStandIns) : word;
  if (latin === 0 || cyrillic === 0) return result;
  if (latinLookalike && (!cyrillicLookalike || cyrillic >= latin)) result = replaceLetters(result, latinAsCyrillic);
  else if (cyrillicLookalike) result = replaceLetters(result, cyrillicAsLatin);
  return result;
}

function classOf(code: number): number {
  return code < foldTableSize ? (classes[code] ?? 0) : 0;
}

function replaceLetters(word: string, letters: Readonly<Record<string, string>>): string {
  let result = '';
  for (const char of word) result += letters[char] ?? char;
  return result;
}

/** Half-open, in UTF-16 units. */
export type Span = { start: number; end: number };

/** The words of a text as the fold sees them: spans of units between separators. */
export function splitWords(text: string): Span[] {
  const words: Span[] = [];
  let start = -1;
  for (let index = 0; index <= text.length; index += 1) {
    let separates = true;
    let extra = 0;
    if (index < text.length) {
      const code = text.charCodeAt(index);
      const value = code < foldTableSize ? (fold[code] ?? foldOther) : foldOther;
      const other = value === foldOther ? readOther(text, index) : null;
      separates = (other?.value ?? value) === foldBreak;
      extra = other?.extra ?? 0;
    }
    if (separates && start >= 0) {
      words.push({ start, end: index });
      start = -1;
    } else if (!separates && start < 0) {
      start = index;
    }
    index += extra;
  }
  return words;
}
