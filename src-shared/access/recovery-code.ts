/**
 * The recovery code: digits only, because Latin letters cannot be dictated or typed in five layouts (LOOK section 5).
 * Thirty random digits (99 bits) and two check digits, ISO 7064 MOD 97-10 as in IBAN, in eight groups of four.
 */
import type { Random } from '../kernel/ports.ts';

/** Makes a new code: eight groups of four digits. */
export function newRecoveryCode(random: Random): string[] {
  let digits = '';
  while (digits.length < 30) {
    for (const byte of random.bytes(40)) {
      // 250…255 would favour the low digits
      if (byte < 250 && digits.length < 30) digits += String(byte % 10);
    }
  }
  return groupsOf(digits + checkDigits(digits));
}

/**
 * Reads a code as typed: spaces, hyphens and line breaks do not matter. Returns its 32 digits, or null when it cannot
 * be one (a digit is missing, or two were swapped).
 */
export function parseRecoveryCode(typed: string): string | null {
  const digits = typed.replace(/[\s.\-–—]/g, '');
  if (!/^\d{32}$/.test(digits)) return null;
  return checkDigits(digits.slice(0, 30)) === digits.slice(30) ? digits : null;
}

function groupsOf(digits: string): string[] {
  const groups: string[] = [];
  for (let index = 0; index < digits.length; index += 4) groups.push(digits.slice(index, index + 4));
  return groups;
}

function checkDigits(digits: string): string {
  let rest = 0;
  for (const digit of `${digits}00`) rest = (rest * 10 + Number(digit)) % 97;
  return String(98 - rest).padStart(2, '0');
}
