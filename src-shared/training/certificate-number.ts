/**
 * The number of a certificate: worked out from the attempt it certifies, so that every laptop prints the same one and none has
 * to be handed out. Figures only, because Latin letters cannot be dictated in five alphabets.
 */
import { idToBytes } from '../kernel/ids.ts';

/**
 * «KZ-2026-0147-3321-9056». `country` is an alpha-2 code in any case, null for trainers and hub staff. The twelve figures come from the random
 * bits of the attempt's UUIDv7: two of 10,000 certificates share them with a probability of about 1 in 20,000.
 */
export function certificateNumber(attempt: string, country: string | null, year: number): string {
  const random = idToBytes(attempt).slice(10, 16);
  const number = random.reduce((total, byte) => total * 256 + byte, 0) % 1e12;
  const figures = String(number).padStart(12, '0');
  const groups = [figures.slice(0, 4), figures.slice(4, 8), figures.slice(8)];
  return [...(country === null ? [] : [country.toUpperCase()]), String(year), ...groups].join('-');
}
