/**
 * Search keys: a fold in which the spellings of one name meet, whatever the script, alphabet reform, passport rule or old font.
 *
 * `searchKey(text)` gives words of a–z and 0–9 with one space between them (writing of other parts of the world passes in small
 * letters, NFC), so that it feeds SQLite FTS5. It is idempotent, the same for NFC and NFD, and never throws. Examples: Қаримов, Каримов, Karimov,
 * Qarimov → karimov · Ўктам, Oʻktam, O'ktam, Uktam → uktam · Ҷӯрабой, Juraboy, Dzhuraboy → juraboi · Жээнбеков, Jeenbekov → jenbekov.
 *
 * Typing: a person who types the beginning of a word must see it. Latin digraphs (dzh, zh, kh, yo) begin with a letter that vanishes when the
 * next one comes, so query with `searchTerms` or `ftsMatch`, which offer both readings of an unfinished end.
 *
 * What is lost, on purpose: case; ё/е/э and Latin ye/yo; doubled letters; soft and hard signs, apostrophes; the marks of қ ғ ҳ ҷ ң ө ү ұ ә ӣ ӯ ў;
 * g in ng/нг; ж with дж and zh; х with ҳ, kh and x. What meets only through an index and `searchTerms` (see search-readings.ts): x for ks,
 * c for к, oʻ written o, w for u, ҷ written ch. What does not meet: Uzbek s for ц, vowels and ends heard otherwise (Rahmon / Рахман, Dilmurat /
 * Дилмурод), names translated (Julia, Alexander), -ов / -off.
 */
import {
  classCyrillic,
  classLatin,
  classLegacy,
  foldApostrophe,
  foldBreak,
  foldIgnored,
  foldOther,
  foldPairBase,
  foldTableSize,
  foldTables,
  foldY,
} from './search-fold.ts';
import { otherSpellings } from './search-readings.ts';
import { isApostrophe, isIgnored, readOther, splitWords, unmix } from './search-words.ts';
import type { Span } from './search-words.ts';
import { unitsToString } from './unit-buffer.ts';

const { fold, classes } = foldTables;
const letterA = 0x61;
const letterC = 0x63;
const letterD = 0x64;
const letterE = 0x65;
const letterG = 0x67;
const letterH = 0x68;
const letterI = 0x69;
const letterJ = 0x6a;
const letterK = 0x6b;
const letterN = 0x6e;
const letterO = 0x6f;
const letterS = 0x73;
const letterT = 0x74;
const letterU = 0x75;
const letterZ = 0x7a;

const bothScripts = classLatin | classCyrillic;

// The key under construction, reused so that indexing a list makes no garbage. It carries nothing from one call to the next.
const out = { units: new Uint16Array(1024), size: 0, tokenStart: 0, droppedG: false };

/**
 * Appends one letter to the word and lets it meet its neighbour: kh → h, gh → g, zh and dj → j, ng → n, doubled letters once.
 * What is in the buffer is always irreducible, which makes the fold idempotent.
 */
function push(letter: number): void {
  const last = out.size > out.tokenStart ? (out.units[out.size - 1] ?? 0) : 0;
  if (letter === letterH) {
    if (last === letterG || out.droppedG) return;
    if (last === letterK) {
      out.size -= 1;
      push(letterH);
      return;
    }
    if (last === letterZ) {
      out.size -= 1;
      push(letterJ);
      return;
    }
  } else if (letter === letterJ) {
    if (last === letterD) {
      out.size -= 1;
      push(letterJ);
      return;
    }
  } else if (letter === letterG && last === letterN) {
    out.droppedG = true;
    return;
  }
  out.droppedG = false;
  if (letter === last) return;
  out.units[out.size] = letter;
  out.size += 1;
}

/** The letters of `foldPairs[value - foldPairBase]`, spelled out because a loop over a string costs a third more. */
function pushPair(value: number): void {
  switch (value - foldPairBase) {
    case 0:
      push(letterI);
      push(letterA);
      return;
    case 1:
      push(letterI);
      push(letterU);
      return;
    case 2:
      push(letterS);
      push(letterH);
      return;
    case 3:
      push(letterS);
      push(letterH);
      push(letterC);
      push(letterH);
      return;
    case 4:
      push(letterC);
      push(letterH);
      return;
    default:
      push(letterT);
      push(letterS);
  }
}

/** The folded form of `text`: words separated by one space; '' when nothing in it can be searched. */
export function searchKey(text: string): string {
  return foldText(text, false, false);
}

/**
 * What an index holds for `text`: its key, then the words that `search-readings.ts` reads in another way too («Ўктам» → «uktam oktam»).
 * Only for indexes that `searchTerms` asks; to tell whether two names are one, compare `searchKey`.
 */
export function searchIndexText(text: string): string {
  const key = searchKey(text);
  const more = otherKeys(text.normalize('NFC'));
  return more.length === 0 ? key : `${key} ${more.join(' ')}`;
}

/** The keys of the other readings of each word in a composed text. */
function otherKeys(composed: string): string[] {
  if (otherSpellings(composed).length === 0) return [];
  const keys = splitWords(composed).flatMap(({ start, end }) =>
    otherSpellings(composed.slice(start, end)).map((spelling) => searchKey(spelling)),
  );
  return [...new Set(keys)].filter((key) => key !== '');
}

/** `composed`: the text is known to be NFC. `unmixed`: words of two scripts and stand-in letters have been put right. */
function foldText(text: string, composed: boolean, unmixed: boolean): string {
  const length = text.length;
  if (out.units.length < length * 4 + 8) out.units = new Uint16Array(length * 5 + 8);
  out.size = 0;
  out.tokenStart = 0;
  out.droppedG = false;
  let yPending = false;
  let seen = 0;
  let foreign = false;

  for (let index = 0; index <= length; index += 1) {
    const code = index < length ? text.charCodeAt(index) : 0x20;
    let value = code < foldTableSize ? (fold[code] ?? foldOther) : foldOther;

    if (value === foldOther) {
      if (!composed) {
        const normal = text.normalize('NFC');
        if (normal !== text) return foldText(normal, true, unmixed);
        composed = true;
      }
      const other = readOther(text, index);
      index += other.extra;
      value = other.value;
      if (value === foldOther) {
        foreign = true;
        if (yPending) push(letterI);
        yPending = false;
        for (let place = 0; place < other.letters.length; place += 1) {
          out.units[out.size++] = other.letters.charCodeAt(place);
        }
        out.droppedG = false;
        continue;
      }
    }
    if (value === foldBreak) {
      if (yPending) push(letterI);
      yPending = false;
      if (!unmixed && ((seen & bothScripts) === bothScripts || (seen & classLegacy) !== 0)) {
        return foldText(unmix(text.normalize('NFC')), true, true);
      }
      if (out.size > out.tokenStart) {
        out.units[out.size++] = 0x20;
        out.tokenStart = out.size;
      }
      out.droppedG = false;
      seen = 0;
      continue;
    }
    if (code < foldTableSize) seen |= classes[code] ?? 0;
    if (value === foldIgnored || value === foldApostrophe) continue;
    if (value === foldY) {
      if (yPending) push(letterI);
      yPending = true;
      continue;
    }
    if (value === letterO && (code | 0x20) === letterO && isLetterMark(text, index + 1)) {
      if (yPending) push(letterI);
      yPending = false;
      push(letterU);
      index += 1;
      continue;
    }
    if (yPending) {
      yPending = false;
      if (value === letterE || value === letterO) {
        push(letterE);
        continue;
      }
      push(letterI);
    }
    if (value >= foldPairBase) pushPair(value);
    else if (value >= letterA) push(value);
    else {
      out.units[out.size++] = value;
      out.droppedG = false;
    }
  }
  const size = out.size > 0 && out.units[out.size - 1] === 0x20 ? out.size - 1 : out.size;
  const key = unitsToString(out.units, size);
  return foreign ? key.normalize('NFC') : key;
}

/** True if the character at `index` makes the o before it the Uzbek letter oʻ, rather than closing a quotation. */
function isLetterMark(text: string, index: number): boolean {
  if (index >= text.length) return false;
  const code = text.charCodeAt(index);
  if (code === 0x2bb) return true;
  if (!isApostrophe(code) || index + 1 >= text.length) return false;
  const next = text.charCodeAt(index + 1);
  return next < foldTableSize && (fold[next] ?? foldBreak) > foldApostrophe;
}

/**
 * What a person may mean while typing `query`: one list per word, each the alternative beginnings of a folded word, the plain
 * fold first. A word matches when one of its alternatives begins a word of the searched key; all words must match.
 */
export function searchTerms(query: string): string[][] {
  const composed = query.normalize('NFC');
  return splitWords(composed).flatMap(({ start, end }) => {
    const terms = beginnings(composed.slice(start, end));
    return terms.length === 0 ? [] : [terms];
  });
}

/** The folded word, and what it may become when the digraph at its end is finished: d → dzh, z → zh, k → kh, y → yo, o → oʻ. */
function beginnings(word: string): string[] {
  const key = searchKey(word);
  if (key === '' || key.includes(' ')) return key === '' ? [] : [key];
  const bare = withoutTrailingMarks(word);
  const last = bare.charAt(bare.length - 1);
  const continued = ['h', 'j', 'zh'].map((end) => searchKey(key + end));
  if (last === 'y' || last === 'Y') continued.push(searchKey(`${bare}e`));
  if (last === 'й' || last === 'Й') continued.push(searchKey(`${bare}е`));
  if (last === 'o' || last === 'O') continued.push(searchKey(`${bare}\u02BB`));
  continued.push(...otherKeys(word));
  const terms = [key];
  for (const term of continued) {
    // A continuation that begins with the key itself is found by the key's own prefix search.
    if (term !== '' && !terms.some((known) => term.startsWith(known))) terms.push(term);
  }
  return terms;
}

function withoutTrailingMarks(word: string): string {
  let end = word.length;
  while (end > 0 && (isApostrophe(word.charCodeAt(end - 1)) || isIgnored(word, end - 1))) end -= 1;
  return word.slice(0, end);
}

/**
 * The FTS5 MATCH expression for `query` over a column of search keys: every word as a prefix, unfinished digraphs in both readings, for
 * example `("d"* OR "j"*) AND "karim"*`. Null when the query holds nothing to search for (show the unfiltered list).
 */
export function ftsMatch(query: string): string | null {
  const terms = searchTerms(query);
  if (terms.length === 0) return null;
  return terms
    .map((alternatives) => {
      const prefixes = alternatives.map((term) => `"${term}"*`);
      return prefixes.length === 1 ? (prefixes[0] ?? '') : `(${prefixes.join(' OR ')})`;
    })
    .join(' AND ');
}

/** True if every word of `query` begins some word of `key` (from `searchIndexText` or `searchKey`): the same answer as `ftsMatch` gives in SQLite. */
export function matchesKey(key: string, query: string): boolean {
  const words = key.split(' ');
  return searchTerms(query).every((alternatives) =>
    alternatives.some((term) => words.some((word) => word.startsWith(term))),
  );
}

/**
 * For many texts and one typed `query`: the parts of a displayed text that it matches, in any script, as half-open spans of UTF-16 units
 * in order and not overlapping: for tinting. Empty when nothing matches.
 */
export function matchRanges(query: string): (text: string) => { start: number; end: number }[] {
  const terms = searchTerms(query).flat();
  return terms.length === 0 ? () => [] : (text) => rangesOf(text, terms);
}

function rangesOf(text: string, terms: readonly string[]): Span[] {
  const ranges: Span[] = [];
  for (const { start, end } of splitWords(text)) {
    const keys = keysOf(text.slice(start, end));
    const found = terms.filter((term) => keys.some((key) => key.startsWith(term)));
    const term = found.reduce((longest, each) => (each.length > longest.length ? each : longest), '');
    if (term === '') continue;
    let stop = start + 1;
    while (stop < end && !keysOf(text.slice(start, stop)).some((key) => key.startsWith(term))) stop += 1;
    // Marks and the h of gh belong to the letter before them.
    while (stop < end && belongsToLetterBefore(text, stop)) stop += 1;
    ranges.push({ start, end: stop });
  }
  return ranges;
}

/** All keys of a word: its fold and its other readings. */
function keysOf(word: string): string[] {
  return [searchKey(word), ...otherKeys(word.normalize('NFC'))];
}

function belongsToLetterBefore(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (isApostrophe(code) || (code >= 0x300 && code <= 0x36f) || (code >= 0xdc00 && code <= 0xdfff)) return true;
  return (code | 0x20) === letterH && (text.charCodeAt(index - 1) | 0x20) === letterG;
}
