/**
 * Identifiers are UUIDv7 (RFC 9562 section 5.7): 48 bits of milliseconds, then random bits, so new rows land at
 * the end of an index. The time inside is a hint for locality only; nothing is ordered by it.
 */
import { z } from 'zod';
import type { Random, Time } from './ports.ts';
import { fromUtf8 } from './utf8.ts';

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A record, person or replica id: lower-case UUID text. */
export const Id = z.string().regex(idPattern).brand<'Id'>();
export type Id = z.infer<typeof Id>;

/** Returns a new UUIDv7 as 36 lower-case characters. */
export function newId(deps: { time: Time; random: Random }): Id {
  const bytes = deps.random.bytes(16);
  let millis = Math.max(0, Math.trunc(deps.time.now()));
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = millis % 256;
    millis = Math.floor(millis / 256);
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytesToId(bytes);
}

/** Formats 16 bytes as a UUID. */
export function bytesToId(bytes: Uint8Array): Id {
  let text = '';
  for (let index = 0; index < 16; index += 1) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text += '-';
    text += hex[bytes[index] ?? 0];
  }
  // The only place where a plain string becomes an Id without parsing: it was just built in the right form.
  return text as Id;
}

/** Parses a lower-case UUID into its 16 bytes. Throws RangeError on any other text. */
export function idToBytes(id: string): Uint8Array {
  const bytes = new Uint8Array(16);
  writeId(id, bytes, 0, 1);
  return bytes;
}

/** Places in the text of a UUID where its bytes begin, and of its hyphens. */
const bytePlaces = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const hyphenPlaces = [8, 13, 18, 23] as const;
const hyphen = 45;

/** Values of the hex digits by character code, 255 for all other codes below 128. */
const digitValues = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return value < 0 ? 255 : value;
});

/** Whether a text is a lower-case UUID: as `Id` says, in a tenth of the time. */
export function isId(text: string): boolean {
  if (text.length !== 36) return false;
  for (const place of hyphenPlaces) if (text.charCodeAt(place) !== hyphen) return false;
  for (const place of bytePlaces) {
    if ((digitValues[text.charCodeAt(place)] ?? 255) > 15) return false;
    if ((digitValues[text.charCodeAt(place + 1)] ?? 255) > 15) return false;
  }
  return true;
}

/** The same of a text as UTF-8, from `begin` to before `end`. */
export function isIdText(bytes: Uint8Array, begin: number, end: number): boolean {
  if (end - begin !== 36) return false;
  for (const place of hyphenPlaces) if (bytes[begin + place] !== hyphen) return false;
  for (const place of bytePlaces) {
    if ((digitValues[bytes[begin + place] ?? 255] ?? 255) > 15) return false;
    if ((digitValues[bytes[begin + place + 1] ?? 255] ?? 255) > 15) return false;
  }
  return true;
}

/** Writes the 16 bytes of such a text, which is one, to `target`. */
export function writeIdText(bytes: Uint8Array, begin: number, target: Uint8Array, at: number): void {
  let to = at;
  for (const place of bytePlaces) {
    const high = digitValues[bytes[begin + place] ?? 0] ?? 0;
    target[to] = (high << 4) | (digitValues[bytes[begin + place + 1] ?? 0] ?? 0);
    to += 1;
  }
}

/** Writes the 16 bytes of a lower-case UUID to `target`, `stride` apart. Throws RangeError on any other text. */
export function writeId(id: string, target: Uint8Array, at: number, stride: number): void {
  if (id.length !== 36) throw new RangeError('not an id');
  for (const place of hyphenPlaces) if (id.charCodeAt(place) !== hyphen) throw new RangeError('not an id');
  let to = at;
  for (const place of bytePlaces) {
    const high = digitValues[id.charCodeAt(place)] ?? 255;
    const low = digitValues[id.charCodeAt(place + 1)] ?? 255;
    if (high > 15 || low > 15) throw new RangeError('not an id');
    target[to] = high * 16 + low;
    to += stride;
  }
}

/** Formats many ids at once: byte b of id i stands at `b * count + i`. */
export function planesToIds(planes: Uint8Array, count: number): string[] {
  const text = new Uint8Array(count * 36);
  for (let index = 0; index < count; index += 1) {
    const start = index * 36;
    let from = index;
    for (const place of bytePlaces) {
      const byte = planes[from] ?? 0;
      text[start + place] = hexCodes[byte >> 4] ?? 0;
      text[start + place + 1] = hexCodes[byte & 15] ?? 0;
      from += count;
    }
    for (const place of hyphenPlaces) text[start + place] = hyphen;
  }
  const all = fromUtf8(text);
  return Array.from({ length: count }, (_, index) => all.slice(index * 36, index * 36 + 36));
}
const hexCodes = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** One of them. */
export function idInPlanes(planes: Uint8Array, count: number, place: number): Id {
  return bytesToId(Uint8Array.from({ length: 16 }, (_, byte) => planes[byte * count + place] ?? 0));
}

/** Bytes as lower-case hex. */
export function bytesToHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += hex[byte];
  return text;
}

/** Lower- or upper-case hex as bytes. Throws RangeError on an odd length or another character. */
export function hexToBytes(text: string): Uint8Array {
  if (text.length % 2 !== 0 || /[^0-9a-fA-F]/.test(text)) throw new RangeError('not hex');
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  }
  return bytes;
}
