/** Reading packed bytes back: texts of known lengths out of UTF-8, and what a zstd frame says of itself. */
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unpackZstd } from '#core/store/segment-ports.ts';
import { createTextReader } from '#shared/kernel/binary.ts';
import { fromUtf8, utf8, utf8End } from '#shared/kernel/utf8.ts';
import { zstdContentBytes } from '#shared/kernel/zstd-frame.ts';

describe('texts of known lengths', () => {
  const texts = [
    '',
    'Пример',
    '🗳️ бюллетень',
    '\uFEFFmark',
    'a'.repeat(70_000),
    'ү'.repeat(20_001),
    '🗳'.repeat(9_000),
    'z',
  ];

  test('come back as they were, also over the pieces they are read in', () => {
    for (let before = 0; before < 8; before += 1) {
      const all = ['x'.repeat(before), ...texts, ...texts];
      const reader = createTextReader(utf8(all.join('')));
      expect(all.map((text) => reader.take(text.length))).toEqual(all);
      reader.end();
    }
  });

  test('what is cut, left over or no UTF-8 is refused', () => {
    const within = createTextReader(utf8(`${'a'.repeat(16_381)}🗳`));
    expect(() => within.take(16_382)).toThrow(RangeError);
    expect(() => createTextReader(utf8('ab')).take(3)).toThrow(RangeError);
    const left = createTextReader(utf8('ab'));
    left.take(1);
    expect(() => left.end()).toThrow(RangeError);
    expect(() => createTextReader(utf8('ab')).end()).toThrow(RangeError);
    for (const bytes of [utf8('ү').subarray(0, 1), new Uint8Array(40_000).fill(0x80), Uint8Array.of(0xed, 0xa0, 0x80)])
      expect(() => createTextReader(bytes).take(1)).toThrow(TypeError);
  });
});

describe('where a text ends', () => {
  const unitsOf = (bytes: Uint8Array): number | null => {
    try {
      return fromUtf8(bytes).length;
    } catch {
      return null;
    }
  };
  const endOf = (bytes: Uint8Array, units: number): number | null => {
    try {
      return utf8End(bytes, 0, units);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      return null;
    }
  };
  /** The same, found by trying. */
  const triedEnd = (bytes: Uint8Array, units: number): number | null =>
    Array.from({ length: bytes.length + 1 }, (_, end) => end).find(
      (end) => unitsOf(bytes.subarray(0, end)) === units,
    ) ?? null;

  test('is behind its bytes, and nowhere inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), fc.nat(24), (text, units) => {
        const bytes = utf8(text);
        expect(endOf(bytes, text.length)).toBe(bytes.length);
        expect(endOf(bytes, units)).toBe(triedEnd(bytes, units));
      }),
    );
  });

  test('is found in the very bytes that are UTF-8', () => {
    // Bytes where the rules change come more often than chance would have them.
    const edges = [
      0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5,
    ];
    const byte = fc.oneof(fc.constantFrom(...edges), fc.nat(255));
    fc.assert(
      fc.property(fc.array(byte, { minLength: 1, maxLength: 5 }), fc.nat(5), (list, units) => {
        const bytes = Uint8Array.from(list);
        expect(endOf(bytes, units)).toBe(triedEnd(bytes, units));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('a zstd frame', () => {
  test('says how much it holds, and gives that much', () => {
    for (const length of [2, 255, 256, 257, 65_791, 65_792, 5_000_000]) {
      const content = Uint8Array.from({ length }, (_, index) => index % 251);
      const frame = zstdCompressSync(content);
      expect(zstdContentBytes(frame)).toBe(length);
      expect(Buffer.compare(unpackZstd(frame, length), content)).toBe(0);
      expect(() => unpackZstd(frame, length - 1)).toThrow(RangeError);
    }
  });

  test('whose header lies is refused', () => {
    const frame = zstdCompressSync(new Uint8Array(300).fill(7));
    expect(zstdContentBytes(frame.subarray(0, 5))).toBeNull();
    for (const said of [0, 10, 60_000]) {
      const lying = frame.slice();
      lying.set([said & 255, said >> 8], 5);
      expect(zstdContentBytes(lying)).toBe(said + 256);
      expect(() => unpackZstd(lying, 1000)).toThrow(/Destination buffer is too small|Data corruption detected/);
    }
  });
});
