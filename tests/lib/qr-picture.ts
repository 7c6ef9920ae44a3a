/** The modules of a QR code as a reader sees them, from each form in which the hub draws one. */
import { inflateSync } from 'node:zlib';
import { encode } from 'uqr';

/** A row a text, dark modules as `#`; the quiet zone of four modules belongs to it. */
export type Modules = readonly string[];

/** What the picture of a text must show. */
export function modulesOf(text: string): Modules {
  return rows(encode(text, { ecc: 'M', border: 4 }).data);
}

/** From a grey PNG of one bit a pixel, eight pixels a module, no filter. Throws where a module is not of one colour. */
export function modulesInPng(png: Buffer): Modules {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const width = chunks.get('IHDR')?.readUInt32BE(0) ?? 0;
  const pixels = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
  const rowBytes = pixels.length / width;
  const isDark = (x: number, y: number): boolean =>
    ((pixels[y * rowBytes + 1 + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) === 0;
  for (let y = 0; y < width; y += 1)
    for (let x = 0; x < width; x += 1)
      if (isDark(x, y) !== isDark(x - (x % 8), y - (y % 8)))
        throw new Error(`the module at ${x}, ${y} has two colours`);
  return rows(grid(width / 8, (x, y) => isDark(x * 8, y * 8)));
}

/** From an SVG in which each dark module is a square of eight. */
export function modulesInSvg(svg: string): Modules {
  const width = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const dark = new Set([...svg.matchAll(/M(\d+),(\d+)h8v8h-8z/g)].map(([, x, y]) => `${x} ${y}`));
  return rows(grid(width / 8, (x, y) => dark.has(`${x * 8} ${y * 8}`)));
}

/** From the half blocks of a terminal with light letters on dark; what stands before and after is left out. */
export function modulesInText(text: string): Modules {
  const lines = text.split('\n').filter((line) => /^[█▀▄ ]{20,}$/.test(line));
  const upper = rows(lines.map((line) => [...line].map((block) => block === ' ' || block === '▄')));
  const lower = rows(lines.map((line) => [...line].map((block) => block === ' ' || block === '▀')));
  // An odd number of rows leaves the lower half of the last one empty.
  return upper.flatMap((row, index) => [row, lower[index] ?? '']).slice(0, lines[0]?.length ?? 0);
}

function grid(size: number, isDark: (x: number, y: number) => boolean): boolean[][] {
  return Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => isDark(x, y)));
}

function rows(modules: readonly (readonly boolean[])[]): string[] {
  return modules.map((row) => row.map((isDark) => (isDark ? '#' : '.')).join(''));
}
