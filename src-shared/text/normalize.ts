/**
 * Tidying of typed text before it is stored: canonical composition (NFC), no outer spaces, and in Uzbek Latin the two
 * apostrophes the orthography knows. Nothing else is changed; a lone surrogate stays where it is. Idempotent.
 */
import type { Locale } from '../i18n/locales.ts';
import { apostrophes } from './alphabets.ts';

const letterPart = '\u02BB';
const tutuqBelgisi = '\u02BC';

/** Apostrophe-like characters that are never anything else between letters. The low quotes appear in old converted texts. */
const apostropheSet = new Set(apostrophes);

function isLatinLetter(char: string): boolean {
  return (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z');
}

/**
 * NFC, outer spaces removed and, for `uz` (the language of the text, which need not be the language of the screen), apostrophes:
 * after o and g U+02BB, elsewhere between letters U+02BC. A quotation such as 'Tong' or ‘Tong’ keeps its marks.
 */
export function normalizeText(text: string, locale: Locale): string {
  const composed = text.normalize('NFC').trim();
  return locale === 'uz' ? normalizeUzbekApostrophes(composed) : composed;
}

/** Only the apostrophe part of `normalizeText`, for Uzbek Latin text. */
export function normalizeUzbekApostrophes(text: string): string {
  let result = '';
  let openedBy: string | null = null;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? '';
    if (!apostropheSet.has(char)) {
      result += char;
      continue;
    }
    const before = text[index - 1] ?? '';
    const after = text[index + 1] ?? '';
    const closes = openedBy !== null && !isLatinLetter(after) && closesQuotation(openedBy, char);
    if (!isLatinLetter(before)) {
      // At the start of a word: a quotation opens (or the mark stands alone).
      if (isLatinLetter(after)) openedBy = char;
      result += char;
    } else if (closes) {
      openedBy = null;
      result += char;
    } else if ('oOgG'.includes(before)) {
      result += letterPart;
    } else {
      result += isLatinLetter(after) ? tutuqBelgisi : char;
    }
  }
  return result;
}

function closesQuotation(opening: string, char: string): boolean {
  if (opening === '\u2018' || opening === '\u201A' || opening === '\u201B')
    return char === '\u2019' || char === '\u2018';
  return opening === char;
}
