/**
 * The values of one op as one text: what its digest covers and what travels. There is exactly one text for one set of
 * values; the reader refuses every other, so that nobody can make two texts of one op.
 *
 * The text is the fields one after the other, by rising field number, nothing between them:
 *
 *   number · kind of value · content
 *
 *   `s` text       length in UTF-16 units · `:` · the text, well-formed Unicode
 *   `i` integer    decimal digits, `-` before a negative one · `;`            (safe integers)
 *   `f` fraction   as ECMAScript prints the number · `;`                      (finite, not a safe integer)
 *   `y` `n`        true, false
 *   `z`            null: the value was taken away
 *   `c` set change length in UTF-16 units · `:` · canonical JSON {"add":[…],"drop":{element:[stamp…]}}
 *
 * Example: field 1 set to «Пример», field 12 to 40, field 14 emptied: `1s6:Пример12i40;14z`. No fields: the empty text.
 */
import { canonicalJson } from '../kernel/canonical-json.ts';
import { parseForeignJson } from '../kernel/foreign-json.ts';

/** What was added to a set, and dropped from it: element → the stamps (`time@replica`) of the additions its dropper had seen. */
export type SetChange = {
  readonly add: readonly string[];
  readonly drop: { readonly [element: string]: readonly string[] };
};
/** A value as it travels. */
export type OpValue = string | number | boolean | null | SetChange;

/** Whether a value of an op changes a set. */
export function isSetChange(value: OpValue | undefined): value is SetChange {
  return typeof value === 'object' && value !== null;
}
export type OpValues = { readonly [field: string]: OpValue };

/** Letters by what they say: s i f y n z c. */
export const [letterText, letterInteger, letterFraction, letterYes, letterNo, letterNull, letterChange] = [
  115, 105, 102, 121, 110, 122, 99,
] as const;

/** Field numbers are below this. */
export const maxField = 100_000;

/** Values by field number as their text. Keys that are whole numbers come in rising order from any JavaScript object. */
export function valuesToText(values: OpValues): string {
  let text = '';
  for (const field in values) text += field + valueToText(values[field] ?? null);
  return text;
}

function valueToText(value: OpValue): string {
  const content = contentOf(value);
  if (typeof value === 'string') return `s${content.length}:${content}`;
  const letter = String.fromCharCode(letterOf(value));
  if (typeof value === 'number') return `${letter}${content};`;
  return content === '' ? letter : `${letter}${content.length}:${content}`;
}

/** The letter of a value, as its character code. */
export function letterOf(value: OpValue): number {
  if (typeof value === 'string') return letterText;
  if (value === null) return letterNull;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? letterInteger : letterFraction;
  if (typeof value === 'boolean') return value ? letterYes : letterNo;
  return letterChange;
}

/** Whether a letter says less than its value. */
export function hasContent(letter: number): boolean {
  return letter === letterText || letter === letterChange || letter === letterInteger || letter === letterFraction;
}

/** What stands for a value besides its letter. */
export function contentOf(value: OpValue): string {
  // Half a surrogate pair cannot travel; it would come out as another text than the one digested.
  if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed();
  if (typeof value === 'number') return String(value);
  return value === null || typeof value === 'boolean' ? '' : canonicalJson(value);
}

/** The value of a letter and its content. Throws RangeError where `letterOf` and `contentOf` would not give them. */
export function valueOf(letter: number, content: string): OpValue {
  if (letter === letterText) return content;
  if (letter === letterChange) return toChange(content);
  if (letter === letterInteger || letter === letterFraction) return toNumber(letter, content);
  if (content !== '') throw new RangeError('a letter with a content');
  if (letter === letterNull) return null;
  if (letter === letterYes) return true;
  if (letter === letterNo) return false;
  throw new RangeError('not a value');
}

function toNumber(letter: number, digits: string): number {
  const value = Number(digits);
  if (String(value) !== digits || !Number.isFinite(value)) throw new RangeError('not a number');
  if (Number.isSafeInteger(value) !== (letter === letterInteger)) throw new RangeError('not that kind of number');
  return value;
}

/** Reads the values in `text` from `start` up to `end`. Throws RangeError on anything `valuesToText` would not write. */
export function textToValues(text: string, start: number, end: number): { [field: string]: OpValue } {
  const values: { [field: string]: OpValue } = {};
  let at = start;
  let last = 0;

  function count(stop: number): number {
    let value = 0;
    const first = at;
    for (;;) {
      const code = text.charCodeAt(at);
      // Also ends behind the text, where the code is NaN.
      if (!(code >= 48 && code <= 57)) break;
      value = value * 10 + code - 48;
      at += 1;
    }
    const isPlain = at > first && at - first < 10 && (text.charCodeAt(first) !== 48 || at - first === 1);
    if (!isPlain || (stop !== 0 && text.charCodeAt(at) !== stop)) throw new RangeError('not a count');
    if (stop !== 0) at += 1;
    return value;
  }
  function piece(length: number): string {
    if (at + length > end) throw new RangeError('cut short');
    at += length;
    return text.slice(at - length, at);
  }
  function printed(): string {
    const stop = text.indexOf(';', at);
    if (stop < 0 || stop >= end) throw new RangeError('cut short');
    const digits = text.slice(at, stop);
    at = stop + 1;
    return digits;
  }

  while (at < end) {
    const field = count(0);
    if (field <= last || field >= maxField) throw new RangeError('fields out of order');
    last = field;
    const letter = text.charCodeAt(at);
    at += 1;
    let content = '';
    if (letter === letterText || letter === letterChange) content = piece(count(colon));
    else if (hasContent(letter)) content = printed();
    values[field] = valueOf(letter, content);
  }
  if (at !== end) throw new RangeError('a value runs into the next op');
  return values;
}

const colon = 58;

function toChange(json: string): SetChange {
  const parsed = parseForeignJson(json);
  if (!isChange(parsed) || canonicalJson(parsed) !== json) throw new RangeError('not a set change');
  return parsed;
}

function isChange(value: unknown): value is SetChange {
  if (typeof value !== 'object' || value === null || !('add' in value) || !('drop' in value)) return false;
  const { add, drop } = value;
  return (
    Object.keys(value).length === 2 &&
    isTexts(add) &&
    typeof drop === 'object' &&
    drop !== null &&
    !Array.isArray(drop) &&
    // An element of this name would reach an object's prototype where sets are kept by element.
    !add.includes('__proto__') &&
    !Object.hasOwn(drop, '__proto__') &&
    Object.values(drop).every(isTexts)
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
