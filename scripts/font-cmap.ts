/**
 * Which characters a TrueType font can draw: a reader of the `cmap` table, subtable formats 4 and 12 (OpenType 1.9, "cmap").
 * Enough to prove that our font has every letter of our languages; not a font library.
 */

/** The code points that have a glyph. Throws RangeError if the bytes are no font or hold no Unicode subtable we read. */
export function readFontCoverage(bytes: Uint8Array): Set<number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cmap = findTable(view, 'cmap');
  if (cmap === null) throw new RangeError('no cmap table: not a TrueType font');
  const covered = new Set<number>();
  let read = false;
  const subtables = view.getUint16(cmap + 2);
  for (let index = 0; index < subtables; index += 1) {
    const record = cmap + 4 + index * 8;
    const platform = view.getUint16(record);
    const subtable = cmap + view.getUint32(record + 4);
    // Platform 0 and 3 are Unicode; 1 is the old Macintosh encoding.
    if (platform !== 0 && platform !== 3) continue;
    const format = view.getUint16(subtable);
    if (format === 4) readFormat4(view, subtable, covered);
    else if (format === 12) readFormat12(view, subtable, covered);
    else continue;
    read = true;
  }
  if (!read) throw new RangeError('no cmap subtable of format 4 or 12');
  return covered;
}

function findTable(view: DataView, tag: string): number | null {
  const tables = view.getUint16(4);
  for (let index = 0; index < tables; index += 1) {
    const record = 12 + index * 16;
    const name = String.fromCharCode(
      view.getUint8(record),
      view.getUint8(record + 1),
      view.getUint8(record + 2),
      view.getUint8(record + 3),
    );
    if (name === tag) return view.getUint32(record + 8);
  }
  return null;
}

function readFormat4(view: DataView, subtable: number, covered: Set<number>): void {
  const segments = view.getUint16(subtable + 6) / 2;
  const ends = subtable + 14;
  const starts = ends + segments * 2 + 2;
  const deltas = starts + segments * 2;
  const offsets = deltas + segments * 2;
  for (let segment = 0; segment < segments; segment += 1) {
    const start = view.getUint16(starts + segment * 2);
    const end = view.getUint16(ends + segment * 2);
    const delta = view.getUint16(deltas + segment * 2);
    const offset = view.getUint16(offsets + segment * 2);
    for (let code = start; code <= end && code < 0xffff; code += 1) {
      let glyph = code;
      if (offset !== 0) {
        glyph = view.getUint16(offsets + segment * 2 + offset + (code - start) * 2);
        if (glyph === 0) continue;
      }
      if (((glyph + delta) & 0xffff) !== 0) covered.add(code);
    }
  }
}

function readFormat12(view: DataView, subtable: number, covered: Set<number>): void {
  const groups = view.getUint32(subtable + 12);
  for (let index = 0; index < groups; index += 1) {
    const group = subtable + 16 + index * 12;
    const start = view.getUint32(group);
    const end = view.getUint32(group + 4);
    const glyph = view.getUint32(group + 8);
    for (let code = start; code <= end; code += 1) if (glyph + code - start !== 0) covered.add(code);
  }
}
