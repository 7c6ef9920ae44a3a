/**
 * Identifiers are UUIDv7 (RFC 9562 section 5.7): 48 bits of milliseconds, then random bits, so new rows land at
 * the end of an index. The time inside is a hint for locality only; nothing is ordered by it.
 */
import { z } from 'zod';
import type { Random, Time } from './ports.ts';

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A record, person, replica or group id: lower-case UUID text. */
export const Id = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  .brand<'Id'>();
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

/** Parses a UUID into its 16 bytes. */
export function idToBytes(id: string): Uint8Array {
  return hexToBytes(id.replaceAll('-', ''));
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
