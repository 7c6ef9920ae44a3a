/**
 * Letters that people write for two different sounds, and a fold can take for one only. The other readings are kept beside the key in an index
 * and tried beside it in a query, so that both meet:
 *   x   h in Uzbek (Xasan), ks in passports and English (Maxim);
 *   oʻ ў   u in Russian and ICAO spelling (Uktam), bare o in the machine-readable zone of Uzbek passports (Oktam);
 *   c   k or, before e, i, y, s in names of Europe (Victor, Cecilia); no letter of the region but in ch;
 *   w   u in Kazakh of the Latin press (Dawren), else v (Shawkat);
 *   ҷ   ch in the airlines' table (Chamshed), else j.
 */
import { apostrophes } from './alphabets.ts';

const letterMarks = `[${apostrophes.replace(/[\\\]^-]/g, '\\$&')}]`;

type Reading = { readonly letters: RegExp; readonly write: string };

const readings: readonly Reading[] = [
  { letters: /x/gi, write: 'ks' },
  { letters: new RegExp(`(o)${letterMarks}|[ўõ]`, 'gi'), write: 'o' },
  { letters: /c(?=[eiy])/gi, write: 's' },
  { letters: /c(?=[a-z])(?!h)/gi, write: 'k' },
  { letters: /w/gi, write: 'u' },
  { letters: /ҷ/gi, write: 'ч' },
];
const anyOfThem = /[xcwўõҷ]|o[^a-z0-9 ]/i;

/** The spellings of a composed (NFC) word that show its other readings; most words have none. */
export function otherSpellings(word: string): string[] {
  if (!anyOfThem.test(word)) return [];
  const spellings: string[] = [];
  for (const { letters, write } of readings) {
    for (const known of [word, ...spellings]) {
      const other = known.replaceAll(letters, write);
      if (other !== known && !spellings.includes(other)) spellings.push(other);
    }
  }
  return spellings;
}
