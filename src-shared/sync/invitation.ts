/**
 * The invitation code: twenty digits in five groups, because people read it out over the telephone.
 *
 *   SSSS SSSS SSSS KKKK KKCC
 *
 * S: twelve random digits, a one-time secret. K: six digits of the hub's key, so that the laptop notices when another
 * hub answers at the address. C: two check digits (ISO 7064, MOD 97-10) that catch every single wrong digit and every
 * two swapped neighbours before anything is sent.
 *
 * What the six digits are worth: they stop a wrong address and a curious neighbour, not somebody who can both sit on
 * the line and try a million keys. On a line that is not trusted the hub must be reached over TLS.
 */
import type { Random } from '../kernel/ports.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { utf8 } from '../kernel/utf8.ts';
import { hexToBytes } from '../kernel/ids.ts';
import type { Hash } from './op.ts';

export type Invitation = {
  /** Twelve digits. */
  readonly secret: string;
  /** Six digits of the hub's key, see `keyDigits`. */
  readonly keyDigits: string;
};

/** Makes a new code for the hub with this public key (hex). Returns the twenty digits without spaces. */
export function makeInvitation(hubKey: string, random: Random, hash: Hash): string {
  let secret = '';
  while (secret.length < 12) {
    // Bytes of 250 and more would make the digits 0 to 5 more frequent.
    for (const byte of random.bytes(16)) if (byte < 250 && secret.length < 12) secret += String(byte % 10);
  }
  const digits = secret + keyDigits(hubKey, hash);
  return digits + checkDigits(digits);
}

/** The six digits that stand for a hub's public key (hex) in a code. */
export function keyDigits(hubKey: string, hash: Hash): string {
  const bytes = hash(concat(utf8('komissiya hub key|'), hexToBytes(hubKey)));
  let number = 0;
  for (const byte of bytes.subarray(0, 6)) number = number * 256 + byte;
  return String(number % 1_000_000).padStart(6, '0');
}

/**
 * Reads a code as typed: spaces, hyphens and dots between digits are ignored.
 * Failure: `sync/bad-code` (wrong length, another character, or the check digits do not fit).
 */
export function parseInvitation(typed: string): Result<Invitation & { readonly digits: string }> {
  const digits = typed.replace(/[\s.\-\u2010-\u2015\u00a0\u202f]/gu, '');
  if (!/^\d{20}$/.test(digits) || remainder(digits) !== 1) return err({ code: 'sync/bad-code' });
  return ok({ digits, secret: digits.slice(0, 12), keyDigits: digits.slice(12, 18) });
}

/** Five groups of four, as printed. */
export function formatInvitation(digits: string): string {
  return digits.replace(/(\d{4})(?=\d)/g, '$1 ');
}

/** What a hub stores instead of the code. */
export function invitationHash(digits: string, hash: Hash): Uint8Array {
  return hash(utf8(`komissiya invitation|${digits}`));
}

function checkDigits(digits: string): string {
  return String(98 - remainder(`${digits}00`)).padStart(2, '0');
}

function remainder(digits: string): number {
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a, 0);
  bytes.set(b, a.length);
  return bytes;
}
