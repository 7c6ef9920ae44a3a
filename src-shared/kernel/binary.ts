/**
 * Bytes written and read one after the other. Numbers are LEB128 varints (7 bits a byte, low bits first, the top bit set
 * on all but the last). A signed one has its sign as the lowest bit of the first byte, 1 for less than 0, and 6 bits of the magnitude
 * beside it; the rest of the magnitude follows as a varint. All are safe integers. Reading is strict: what is beyond the end,
 * too large, or longer than it need be throws RangeError.
 */
import { fromUtf8, utf8Into } from './utf8.ts';

export type BinaryWriter = {
  byte(value: number): void;
  /** A safe integer from 0. */
  number(value: number): void;
  /** A safe integer of either sign. */
  signed(value: number): void;
  bytes(value: Uint8Array): void;
  /** Text as UTF-8 without its length; returns how many bytes it took. */
  text(value: string): number;
  /** Text of characters below 128, without its length. Throws RangeError on others. */
  ascii(value: string): void;
  /** A safe integer from 0 in decimal digits. */
  decimal(value: number): void;
  /** Begins anew. */
  clear(): void;
  /** How many bytes have been written. */
  length(): number;
  /** What has been written; later writing may change it. */
  written(): Uint8Array;
};

const digitZero = 48;
const digitsAtOnce = 100_000_000;

/** Starts with room for `size` bytes and grows. */
export function createWriter(size = 4096): BinaryWriter {
  let buffer = new Uint8Array(size);
  let at = 0;

  function reserve(count: number): void {
    if (at + count <= buffer.length) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, at + count));
    larger.set(buffer.subarray(0, at));
    buffer = larger;
  }
  function number(value: number): void {
    reserve(8);
    let rest = value;
    // Beyond 31 bits the bit operators would lose digits.
    while (rest > 0x7fffffff) {
      buffer[at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
  }
  /** Digits of a number below 100,000,000; at least `least` of them. */
  function digits(value: number, least: number): void {
    let count = 1;
    for (let bound = 10; bound <= value; bound *= 10) count += 1;
    count = Math.max(count, least);
    at += count;
    let rest = value;
    for (let to = at - 1; to >= at - count; to -= 1) {
      const next = Math.trunc(rest / 10);
      buffer[to] = digitZero + rest - next * 10;
      rest = next;
    }
  }

  return {
    byte(value) {
      reserve(1);
      buffer[at++] = value;
    },
    number,
    signed(value) {
      const magnitude = Math.abs(value);
      const first = (magnitude % 64) * 2 + (value < 0 ? 1 : 0);
      if (magnitude < 64) return number(first);
      reserve(1);
      buffer[at++] = first | 0x80;
      number(Math.floor(magnitude / 64));
    },
    bytes(value) {
      reserve(value.length);
      buffer.set(value, at);
      at += value.length;
    },
    text(value) {
      reserve(value.length * 3);
      const written = utf8Into(value, buffer.subarray(at));
      at += written;
      return written;
    },
    ascii(value) {
      reserve(value.length);
      for (let index = 0; index < value.length; index += 1) {
        const code = value.charCodeAt(index);
        if (code > 0x7f) throw new RangeError('not ASCII');
        buffer[at++] = code;
      }
    },
    decimal(value) {
      reserve(16);
      if (value < digitsAtOnce) return digits(value, 1);
      // In two halves, as whole numbers of 32 bits are quicker.
      const high = Math.floor(value / digitsAtOnce);
      digits(high, 1);
      digits(value - high * digitsAtOnce, 8);
    },
    clear() {
      at = 0;
    },
    length: () => at,
    written: () => buffer.subarray(0, at),
  };
}

export type BinaryReader = {
  byte(): number;
  number(): number;
  signed(): number;
  /** So many as `number` reads, at once: a column of small ones in a third of the time. */
  numbers(count: number): Float64Array;
  /** A view of the next bytes, not a copy. */
  bytes(count: number): Uint8Array;
  text(bytes: number): string;
  /** How many bytes are left. */
  left(): number;
  /** Throws unless everything has been read. */
  end(): void;
};

export function createReader(bytes: Uint8Array): BinaryReader {
  let at = 0;
  const take = (): number => {
    const value = bytes[at];
    if (value === undefined) throw new RangeError('cut short');
    at += 1;
    return value;
  };
  function number(): number {
    let value = take();
    if (value < 0x80) return value;
    value &= 0x7f;
    for (let factor = 128; factor <= 2 ** 49; factor *= 128) {
      const next = take();
      value += (next & 0x7f) * factor;
      if (next >= 0x80) continue;
      if (next === 0 || value > Number.MAX_SAFE_INTEGER) throw new RangeError('not a number');
      return value;
    }
    throw new RangeError('not a number');
  }
  function view(count: number): Uint8Array {
    if (count < 0 || at + count > bytes.length) throw new RangeError('cut short');
    at += count;
    return bytes.subarray(at - count, at);
  }
  return {
    byte: take,
    number,
    numbers(count) {
      // Each takes a byte at least.
      if (count > bytes.length - at) throw new RangeError('cut short');
      const values = new Float64Array(count);
      for (let index = 0; index < count; index += 1) {
        const first = bytes[at] ?? 0x80;
        if (first < 0x80) {
          values[index] = first;
          at += 1;
        } else values[index] = number();
      }
      return values;
    },
    signed() {
      const first = take();
      let magnitude = (first & 0x7f) >> 1;
      if (first >= 0x80) {
        const rest = number();
        magnitude += rest * 64;
        if (rest === 0 || magnitude > Number.MAX_SAFE_INTEGER) throw new RangeError('not a number');
      }
      if ((first & 1) === 0) return magnitude;
      if (magnitude === 0) throw new RangeError('not a number');
      return -magnitude;
    },
    bytes: view,
    text: (count) => fromUtf8(view(count)),
    left: () => bytes.length - at,
    end() {
      if (at !== bytes.length) throw new RangeError('more than expected');
    },
  };
}

/**
 * Reads texts of known lengths that stand in UTF-8 one after the other: gives the next `units` UTF-16 units. Throws RangeError where they
 * end inside a character or beyond the end, TypeError on bytes that are not UTF-8. Piece by piece: a text of more than some hundred kB
 * is made apart from the young heap, and getting that memory costs many times what reading does.
 */
export function createTextReader(bytes: Uint8Array): { take(units: number): string; end(): void } {
  let piece = '';
  let at = 0;
  let next = 0;
  return {
    take(units) {
      while (piece.length - at < units) {
        if (next === bytes.length) throw new RangeError('cut short');
        let end = Math.min(bytes.length, next + pieceBytes);
        // Not inside a character, which has three bytes of this form at most.
        for (let back = 0; back < 3 && ((bytes[end] ?? 0) & 0xc0) === 0x80; back += 1) end -= 1;
        piece = piece.slice(at) + fromUtf8(bytes.subarray(next, end));
        [at, next] = [0, end];
      }
      const end = at + units;
      // The bytes are well-formed, so only a cut can leave half a pair.
      if (isSecondHalf(piece.charCodeAt(end))) throw new RangeError('a character is cut');
      const text = piece.slice(at, end);
      at = end;
      return text;
    },
    end() {
      if (at !== piece.length || next !== bytes.length) throw new RangeError('more than expected');
    },
  };
}
const pieceBytes = 16 * 1024;

function isSecondHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** The bytes a text stands for whose units are below 256, one for each. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}
