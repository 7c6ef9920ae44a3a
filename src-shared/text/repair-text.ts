/**
 * Finds what old fonts, wrong code pages and mixed keyboards did to a text, and says what it would be. Pure; changes nothing by itself:
 * **a caller offers the changes, shows them, and can take them back.**
 *
 * Reasons: `encoding` (windows-1251 or UTF-8 read as another code page: «Êàðèìîâ», «РљР°СЂРёРјРѕРІ»), `old-font` (stand-in letters of 8-bit fonts:
 * «Рањмонов»), `look-alike` (Latin letters inside a Cyrillic word or the other way round: «Кapимов»). Clean text of the language has no changes, and
 * what has been repaired has none again. Where a letter could mean two things, the word is left alone.
 */
import type { Locale } from '../i18n/locales.ts';
import { alphabets } from './alphabets.ts';
import { latinOfLanguage, legacyPages, type StandIns, windows1251Upper, windows1252Upper } from './legacy-letters.ts';
import { cyrillicAsLatin, latinAsCyrillic } from './search-fold.ts';

export type RepairReason = 'encoding' | 'old-font' | 'look-alike';
/** One word: `start` in UTF-16 units of the given text. */
export type RepairChange = {
  readonly start: number;
  readonly from: string;
  readonly to: string;
  readonly reason: RepairReason;
};
export type Repair = { readonly text: string; readonly changes: readonly RepairChange[] };

/** A name or a paper; past this nobody reads a list of changes, and a file wants an import. */
const longest = 20_000;

/** What `text`, written in `locale`, would be. Without changes `text` is the given one, and so it is beyond 20,000 units. */
export function repairText(text: string, locale: Locale): Repair {
  if (text.length > longest || !mayNeedRepair.test(text)) return { text, changes: [] };
  const page = pageOf(
    text.replaceAll(piecePattern, (piece) => decode(piece) ?? piece),
    locale,
  );
  const changes: RepairChange[] = [];
  const repaired = text.replaceAll(piecePattern, (piece: string, at: number) => {
    const decoded = decode(piece);
    const source = decoded ?? piece;
    const result = source.replaceAll(wordPattern, (word: string, place: number) => {
      const { to, reason } = repairWord(word, page, locale);
      if (to !== word && decoded === null) changes.push({ start: at + place, from: word, to, reason });
      return to;
    });
    if (decoded !== null) changes.push({ start: at, from: piece, to: result, reason: 'encoding' });
    return result;
  });
  return changes.length === 0 ? { text, changes } : { text: repaired, changes };
}

/** Any of: letters outside ASCII and the six alphabets, signs that stand for letters, two scripts in one word. */
const mayNeedRepair =
  /[\u0080-\u00FF\u0152-\u0192\u018F\u0259Ђ-ЏЎѐђ-џѢ-ѵҐґ‚„†‡‰‹›™€]|[A-Za-z][\u0400-\u052F]|[\u0400-\u052F][A-Za-z]/;
/** Between plain spaces: a no-break space may be half of a letter that was read wrongly. */
const piecePattern = /[^ \t\r\n]+/g;
/** A word with the signs that stand for letters in it. */
const wordPattern = /[\p{L}\p{M}¦±¤µ‡‰]+/gu;
const latinLetter = /[A-Za-z]/;
const cyrillicLetter = /[\u0400-\u052F]/;
const plainCyrillic = /[А-Яа-яЁё]/;

const ownLetters: Readonly<Record<Locale, ReadonlySet<string>>> = {
  ru: lettersOf('ru'),
  kk: lettersOf('kk'),
  ky: lettersOf('ky'),
  uz: lettersOf('uz'),
  'uz-Cyrl': lettersOf('uz-Cyrl'),
  tg: lettersOf('tg'),
  en: lettersOf('en'),
};
const regionLetters: ReadonlySet<string> = new Set(Object.values(ownLetters).flatMap((letters) => [...letters]));

/** The alphabet and the Russian one, which every text of the region may quote. */
function lettersOf(locale: Locale): ReadonlySet<string> {
  return new Set([...alphabets[locale], ...alphabets.ru].filter((letter) => letter.length === 1));
}

/**
 * How the stand-ins of a text are to be read: by the page that explains most of them, and what it lacks by the others. Empty when the only
 * sign of a page is a letter that another language of the region has.
 */
function pageOf(text: string, locale: Locale): StandIns {
  let best: StandIns | null = null;
  let most = 0;
  for (const page of legacyPages[locale]) {
    const standIns = [...text].filter((char) => page[char] !== undefined);
    // «Ўктам» in a Kazakh list is an Uzbek name, unless the text has other letters of the old page. Tajik ў is no such sign: it is everywhere.
    const isSure = locale === 'tg' || standIns.some((char) => !regionLetters.has(char.toLowerCase()));
    if (isSure && standIns.length > most) {
      best = page;
      most = standIns.length;
    }
  }
  return best === null ? {} : Object.assign({}, ...legacyPages[locale], best);
}

function repairWord(word: string, page: StandIns, locale: Locale): { to: string; reason: RepairReason } {
  const letters = [...word];
  const isWord = letters.some((char) => plainCyrillic.test(char)) || letters.every((char) => cyrillicLetter.test(char));
  if (letters.length < 2 || !isWord) return { to: word, reason: 'look-alike' };
  const read = letters.map((char) => page[char] ?? char).join('');
  const reason: RepairReason = read !== word && !latinLetter.test(word) ? 'old-font' : 'look-alike';
  if (!latinLetter.test(read)) return { to: read, reason };
  return { to: oneScript(read, locale) ?? word, reason };
}

/** A word of two scripts in one of them; null when neither can write all its letters. */
function oneScript(word: string, locale: Locale): string | null {
  const letters = [...word];
  const latin = letters.filter((char) => latinLetter.test(char)).length;
  const cyrillic = letters.filter((char) => cyrillicLetter.test(char)).length;
  const toCyrillic: StandIns = { ...latinAsCyrillic, ...latinOfLanguage[locale] };
  const asCyrillic = letters.map((char) => (latinLetter.test(char) ? (toCyrillic[char] ?? char) : char));
  const asLatin = letters.map((char) => cyrillicAsLatin[char] ?? char);
  const own = ownLetters[locale];
  const isCyrillic = asCyrillic.every((char) => own.has(char.toLowerCase()));
  const isLatin = asLatin.every((char) => latinLetter.test(char));
  if (isCyrillic && (cyrillic >= latin || !isLatin)) return asCyrillic.join('');
  return isLatin ? asLatin.join('') : null;
}

/** A piece between spaces that was read in the wrong code page, as it should be; null when nothing says so. */
function decode(piece: string): string | null {
  return decodeUtf8(piece, windows1251Bytes) ?? decodeUtf8(piece, windows1252Bytes) ?? decodeWindows1251(piece);
}

const windows1251Bytes: ReadonlyMap<string, number> = new Map([
  ...[...windows1251Upper].map((char, index) => [char, 0x80 + index] as const),
  ...Array.from({ length: 64 }, (_, index) => [String.fromCharCode(0x410 + index), 0xc0 + index] as const),
]);
const windows1252Bytes: ReadonlyMap<string, number> = new Map([
  ...[...windows1252Upper].map((char, index) => [char, 0x80 + index] as const),
  ...Array.from({ length: 96 }, (_, index) => [String.fromCharCode(0xa0 + index), 0xa0 + index] as const),
]);

/** UTF-8 that was read byte by byte: every run of high bytes must be whole sequences of letters or signs of the region. */
function decodeUtf8(piece: string, bytes: ReadonlyMap<string, number>): string | null {
  let result = '';
  let sequences = 0;
  const chars = [...piece];
  for (let index = 0; index < chars.length; index += 1) {
    const char = chars[index] ?? '';
    if (char < '\u0080') {
      result += char;
      continue;
    }
    const lead = bytes.get(char) ?? 0;
    const second = bytes.get(chars[index + 1] ?? '') ?? 0;
    const third = bytes.get(chars[index + 2] ?? '') ?? 0;
    if (lead >= 0xc2 && lead <= 0xdf && isContinuation(second)) {
      result += String.fromCharCode(((lead & 0x1f) << 6) | (second & 0x3f));
      index += 1;
    } else if (lead === 0xe2 && isContinuation(second) && isContinuation(third)) {
      result += String.fromCharCode(((lead & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f));
      index += 2;
    } else {
      return null;
    }
    sequences += 1;
  }
  const isText = /^[\u0020-\u007E\u00AB\u00BB\u02BB\u02BC\u0400-\u052F\u2010-\u2026\u2116]+$/.test(result);
  // One sequence alone may be chance, but for the apostrophes of Uzbek: «OÊ»zbek», «Oâ€˜zbek».
  const isSure = sequences >= 2 ? cyrillicLetter.test(result) : /[a-z][\u02BB\u02BC\u2018\u2019]/i.test(result);
  return isText && isSure ? result : null;
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf;
}

/** windows-1251 read as windows-1252: three letters or more, none of them ASCII, and every one a Cyrillic letter then. */
function decodeWindows1251(piece: string): string | null {
  if (latinLetter.test(piece) || !/[\u00C0-\u00FF]{2}/.test(piece)) return null;
  let result = '';
  let letters = 0;
  for (const char of piece) {
    const byte = char < '\u0080' ? null : windows1252Bytes.get(char);
    if (byte === undefined) return null;
    const read = byte === null ? char : letterOf1251(byte);
    if (byte !== null && /\p{L}/u.test(read)) letters += 1;
    result += read;
  }
  return letters >= 3 ? result : null;
}

function letterOf1251(byte: number): string {
  return byte >= 0xc0 ? String.fromCharCode(0x410 + byte - 0xc0) : windows1251Upper.charAt(byte - 0x80);
}
