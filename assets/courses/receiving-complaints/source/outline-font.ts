/**
 * Turns text into outlines of a TrueType font, so that a drawing shows the same letters on every machine and needs no
 * font. Reads only what Noto Sans needs: cmap format 4, simple and composite glyphs placed by offset, no kerning.
 */
import { readFileSync } from 'node:fs';

export type OutlineFont = {
  readonly unitsPerEm: number;
  /** Glyph number of a character. Throws if the font lacks it: a hole in a word must not be published. */
  glyphOf(character: string): number;
  /** Width of a glyph in font units. */
  advance(glyph: number): number;
  /** SVG path of a glyph in font units, y downwards. */
  path(glyph: number): string;
};

type Point = { x: number; y: number; onCurve: boolean };

/** Opens a .ttf file. */
export function openFont(file: string): OutlineFont {
  const bytes = readFileSync(file);
  const tables = new Map<string, number>();
  for (let index = 0; index < bytes.readUInt16BE(4); index += 1) {
    const at = 12 + index * 16;
    tables.set(bytes.toString('latin1', at, at + 4), bytes.readUInt32BE(at + 8));
  }
  const table = (tag: string): number => {
    const at = tables.get(tag);
    if (at === undefined) throw new Error(`${file} has no table ${tag}`);
    return at;
  };
  const [head, loca, glyf, hhea, hmtx, cmap] = ['head', 'loca', 'glyf', 'hhea', 'hmtx', 'cmap'].map(table) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]; // six tags in, six offsets out
  const hasLongOffsets = bytes.readInt16BE(head + 50) === 1;
  const metrics = bytes.readUInt16BE(hhea + 34);
  const format4 = findFormat4(bytes, cmap);

  const glyphOf = (character: string): number => {
    const code = character.codePointAt(0) ?? 0;
    const segments = bytes.readUInt16BE(format4 + 6) / 2;
    for (let index = 0; index < segments; index += 1) {
      const end = bytes.readUInt16BE(format4 + 14 + index * 2);
      if (code > end) continue;
      const start = bytes.readUInt16BE(format4 + 16 + (segments + index) * 2);
      if (code < start) break;
      const delta = bytes.readInt16BE(format4 + 16 + (2 * segments + index) * 2);
      const rangeAt = format4 + 16 + (3 * segments + index) * 2;
      const range = bytes.readUInt16BE(rangeAt);
      const glyph = range === 0 ? code : bytes.readUInt16BE(rangeAt + range + (code - start) * 2);
      return (glyph + delta) & 0xffff;
    }
    throw new Error(`${file} has no letter ${character}`);
  };
  const offset = (glyph: number): number =>
    hasLongOffsets ? bytes.readUInt32BE(loca + glyph * 4) : bytes.readUInt16BE(loca + glyph * 2) * 2;

  const contours = (glyph: number): Point[][] => {
    if (offset(glyph) === offset(glyph + 1)) return [];
    const at = glyf + offset(glyph);
    const count = bytes.readInt16BE(at);
    return count >= 0 ? simpleContours(bytes, at, count) : compositeContours(at + 10);
  };
  const compositeContours = (start: number): Point[][] => {
    const found: Point[][] = [];
    let at = start;
    for (let flags = 0x20; (flags & 0x20) !== 0; ) {
      flags = bytes.readUInt16BE(at);
      const glyph = bytes.readUInt16BE(at + 2);
      if ((flags & 0x2) === 0 || (flags & 0xc8) !== 0)
        throw new Error(`${file}: glyph ${glyph} is placed in another way`);
      const areWords = (flags & 0x1) !== 0;
      const dx = areWords ? bytes.readInt16BE(at + 4) : bytes.readInt8(at + 4);
      const dy = areWords ? bytes.readInt16BE(at + 6) : bytes.readInt8(at + 5);
      for (const contour of contours(glyph)) found.push(contour.map((p) => ({ ...p, x: p.x + dx, y: p.y + dy })));
      at += areWords ? 8 : 6;
    }
    return found;
  };
  return {
    unitsPerEm: bytes.readUInt16BE(head + 18),
    glyphOf,
    advance: (glyph) => bytes.readUInt16BE(hmtx + Math.min(glyph, metrics - 1) * 4),
    path: (glyph) => contours(glyph).map(contourPath).join(''),
  };
}

function findFormat4(bytes: Buffer, cmap: number): number {
  for (let index = 0; index < bytes.readUInt16BE(cmap + 2); index += 1) {
    const at = cmap + bytes.readUInt32BE(cmap + 8 + index * 8);
    if (bytes.readUInt16BE(at) === 4) return at;
  }
  throw new Error('the font has no cmap of format 4');
}

function simpleContours(bytes: Buffer, start: number, count: number): Point[][] {
  const ends = Array.from({ length: count }, (_, index) => bytes.readUInt16BE(start + 10 + index * 2));
  const total = (ends.at(-1) ?? -1) + 1;
  let at = start + 10 + count * 2;
  at += 2 + bytes.readUInt16BE(at);
  const flags: number[] = [];
  while (flags.length < total) {
    const flag = bytes.readUInt8(at);
    at += 1;
    flags.push(flag);
    if ((flag & 0x8) !== 0) {
      for (let repeat = bytes.readUInt8(at); repeat > 0; repeat -= 1) flags.push(flag);
      at += 1;
    }
  }
  const coordinates = (shortBit: number, sameBit: number): number[] => {
    let value = 0;
    return flags.map((flag) => {
      if ((flag & shortBit) !== 0) {
        value += (flag & sameBit) !== 0 ? bytes.readUInt8(at) : -bytes.readUInt8(at);
        at += 1;
      } else if ((flag & sameBit) === 0) {
        value += bytes.readInt16BE(at);
        at += 2;
      }
      return value;
    });
  };
  const xs = coordinates(0x2, 0x10);
  const ys = coordinates(0x4, 0x20);
  const points = flags.map((flag, index) => ({ x: xs[index] ?? 0, y: -(ys[index] ?? 0), onCurve: (flag & 1) !== 0 }));
  return ends.map((end, index) => points.slice((ends[index - 1] ?? -1) + 1, end + 1));
}

/** Quadratic outline to SVG: between two control points lies an unwritten point on the curve, half-way. */
function contourPath(points: readonly Point[]): string {
  const first = points.findIndex((point) => point.onCurve);
  if (first < 0) throw new Error('a contour without a point on the curve');
  const ring = [...points.slice(first), ...points.slice(0, first + 1)];
  let path = '';
  let control: Point | null = null;
  for (const point of ring) {
    if (path === '') path = `M${point.x} ${point.y}`;
    else if (point.onCurve) {
      path += control === null ? `L${point.x} ${point.y}` : `Q${control.x} ${control.y} ${point.x} ${point.y}`;
      control = null;
    } else {
      if (control !== null) {
        path += `Q${control.x} ${control.y} ${(control.x + point.x) / 2} ${(control.y + point.y) / 2}`;
      }
      control = point;
    }
  }
  return `${path}z`;
}
