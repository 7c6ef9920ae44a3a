/**
 * Columns of many rows in one blob, each value in a slot of its column's width, and the SQL that reads them there (column-rows.ts). Each
 * function puts a column and answers the expression for it: over the row's number `i` and the parameters that `parameters` gives.
 */
import { writeIdText } from '#shared/kernel/ids.ts';

export type Slots = {
  /** Begins anew, for so many rows. */
  begin(rows: number): void;
  /** Ids that lie in planes of `of` ids; `wanted`: which, by row. */
  planes(planes: Uint8Array, of: number, wanted: Uint32Array): string;
  /** Whole numbers from 0. `column` names it, here and below, among those of other chunks. */
  integers(values: Float64Array, column: string): string;
  /** Texts of characters below 128, none with a `~`, each filled up with blanks to `least` characters. */
  ascii(texts: readonly string[], least: number, column: string): string;
  /**
   * Of field `place`: its texts, at `begins` to `ends` in `contents`, none of which ends with a blank. Null where all are null.
   */
  texts(place: number, contents: Uint8Array, begins: Uint32Array, ends: Uint32Array): string | null;
  /** The same of ids, as their 16 bytes. */
  ids(place: number, contents: Uint8Array, begins: Uint32Array): string | null;
  /** The same of letters: 1 where it is `yes`, else 0. */
  flags(place: number, letters: Uint8Array, yes: number): string | null;
  /** What the statement is given besides. */
  parameters(): { readonly [name: string]: Uint8Array | number };
};

const idBytes = 16;
/** What a slot is filled up with, and what stands in the place of a text that is null. */
const [blank, nullMark] = [0x20, 0xff] as const;
const nullText = `cast(x'ff' as text)`;
const nullId = `x'${'ff'.repeat(idBytes)}'`;
/** The id that a slot cannot hold, as it says that there is none. */
export const unslotted = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** No slot is so wide. */
const mostWidth = 2 ** 31;
const [digitZero, tilde] = [48, 0x7e] as const;

/** `sources`: by row and field, `fields` a row: which of a chunk's values stands there; −1 is null. */
export function createSlots(sources: Int32Array, fields: number): Slots {
  let bytes = new Uint8Array(256 * 1024);
  let used = 0;
  let rows = 0;
  let places: { readonly offset: number; readonly width: number }[] = [];
  let constants: number[] = [];
  /** What columns needed once they are given from then on: each way to read them is another statement, which has to be made. */
  const ever = new Set<string>();
  const once = (need: string, isNeeded: boolean): boolean => {
    if (isNeeded) ever.add(need);
    return ever.has(need);
  };

  /** Room for a column, all blanks; answers where it begins. */
  function room(width: number): number {
    const offset = used;
    used += width * rows;
    if (used > bytes.length) {
      const larger = new Uint8Array(Math.max(used, bytes.length * 2));
      larger.set(bytes.subarray(0, offset));
      bytes = larger;
    }
    bytes.fill(blank, offset, used);
    places.push({ offset, width });
    return offset;
  }
  /** The bytes of the last column's slot in row `i`. */
  function slot(): string {
    const last = places.length - 1;
    return `substr(@b, @o${last} + i * @w${last}, @w${last})`;
  }
  /** `isFilledUp`: whether some values are shorter than their slots. Taking that away costs as much as finding the slot. */
  const text = (isFilledUp: boolean): string =>
    isFilledUp ? `rtrim(cast(${slot()} as text))` : `cast(${slot()} as text)`;
  const sourceOf = (row: number, place: number): number => sources[row * fields + place] ?? -1;
  function nullsOf(place: number): number {
    let nulls = 0;
    for (let row = 0; row < rows; row += 1) if (sourceOf(row, place) < 0) nulls += 1;
    return nulls;
  }

  return {
    begin(count) {
      rows = count;
      used = 0;
      places = [];
      constants = [];
    },
    planes(planes, of, wanted) {
      let to = room(idBytes);
      for (let row = 0; row < rows; row += 1) {
        let from = wanted[row] ?? 0;
        for (let byte = 0; byte < idBytes; byte += 1) {
          bytes[to++] = planes[from] ?? 0;
          from += of;
        }
      }
      return slot();
    },
    integers(values, column) {
      let most = 0;
      for (let row = 0; row < rows; row += 1) most = Math.max(most, values[row] ?? 0);
      if (!once(`${column} differs`, !isConstant(values, rows))) {
        constants.push(most);
        return `cast(@c${constants.length - 1} as integer)`;
      }
      const width = String(most).length;
      const offset = room(width);
      for (let row = 0; row < rows; row += 1) {
        const first = offset + row * width;
        let rest = values[row] ?? 0;
        for (let to = first + width - 1; to >= first; to -= 1) {
          const next = Math.floor(rest / 10);
          // In this order: the last numbers there are leave no room above them.
          bytes[to] = digitZero + (rest - next * 10);
          rest = next;
        }
      }
      return `cast(${slot()} as integer)`;
    },
    ascii(texts, least, column) {
      let width = least;
      for (const { length } of texts) width = Math.max(width, length);
      const isShorter = texts.some(({ length }) => Math.max(length, least) < width);
      const isFilledUp = once(`${column} filled`, isShorter);
      let first = room(width);
      for (const each of texts) {
        for (let at = 0; at < each.length; at += 1) bytes[first + at] = each.charCodeAt(at);
        bytes.fill(tilde, first + Math.max(each.length, least), first + width);
        first += width;
      }
      return isFilledUp ? `rtrim(cast(${slot()} as text), '~')` : `cast(${slot()} as text)`;
    },
    texts(place, contents, begins, ends) {
      const nulls = nullsOf(place);
      if (nulls === rows) return null;
      let width = nulls > 0 ? 1 : 0;
      let least = nulls > 0 ? 1 : mostWidth;
      for (let row = 0; row < rows; row += 1) {
        const source = sourceOf(row, place);
        if (source < 0) continue;
        const length = (ends[source] ?? 0) - (begins[source] ?? 0);
        if (length > width) width = length;
        if (length < least) least = length;
      }
      const offset = room(width);
      for (let row = 0; row < rows; row += 1) {
        const source = sourceOf(row, place);
        let to = offset + row * width;
        if (source < 0) bytes[to] = nullMark;
        else
          for (let at = begins[source] ?? 0, end = ends[source] ?? 0; at < end; at += 1)
            bytes[to++] = contents[at] ?? 0;
      }
      const value = text(once(`${place} filled`, least < width));
      return once(`${place} null`, nulls > 0) ? `nullif(${value}, ${nullText})` : value;
    },
    ids(place, contents, begins) {
      const nulls = nullsOf(place);
      if (nulls === rows) return null;
      const offset = room(idBytes);
      for (let row = 0; row < rows; row += 1) {
        const source = sourceOf(row, place);
        const to = offset + row * idBytes;
        if (source < 0) bytes.fill(nullMark, to, to + idBytes);
        else writeIdText(contents, begins[source] ?? 0, bytes, to);
      }
      return once(`${place} null`, nulls > 0) ? `nullif(${slot()}, ${nullId})` : slot();
    },
    flags(place, letters, yes) {
      const nulls = nullsOf(place);
      if (nulls === rows) return null;
      const offset = room(1);
      for (let row = 0; row < rows; row += 1) {
        const source = sourceOf(row, place);
        bytes[offset + row] = source < 0 ? nullMark : digitZero + (letters[source] === yes ? 1 : 0);
      }
      return once(`${place} null`, nulls > 0) ? `nullif(${text(false)}, ${nullText})` : text(false);
    },
    parameters() {
      const named: { [name: string]: Uint8Array | number } = { b: bytes.subarray(0, used) };
      for (const [at, { offset, width }] of places.entries()) {
        // SQLite counts bytes from 1.
        named[`o${at}`] = offset + 1;
        named[`w${at}`] = width;
      }
      for (const [at, value] of constants.entries()) named[`c${at}`] = value;
      return named;
    },
  };
}

/** Whether so many first values are all the same, as who wrote them is in most chunks. */
function isConstant(values: Float64Array, count: number): boolean {
  for (let at = 1; at < count; at += 1) if (values[at] !== values[0]) return false;
  return true;
}
