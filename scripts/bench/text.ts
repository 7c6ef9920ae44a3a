/**
 * Sort and search keys of 100,000 names of three words, against the plainest thing one can do with a text: `normalize('NFC').toLowerCase()`
 * over the same names. Three lists, because the plain way is three times cheaper on Latin-1 text than on Cyrillic: names as they stand mixed in a
 * contacts list, all in Latin letters as passports have them, all in Cyrillic letters.
 */
import { type Locale, locales } from '#shared/i18n/locales.ts';
import { searchIndexText, searchKey } from '#shared/text/search-key.ts';
import { sortKey } from '#shared/text/sort-key.ts';
import { type Figure, figure } from './figure.ts';
import { sampleContact } from './names.ts';
import { median } from './statistics.ts';

const count = 100_000;
const runs = 9;

/** Figures (ms, median): `text.sort-key-<list>`, that of the slowest of the seven languages, `text.search-key-<list>`, and `text.search-index-<list>`, which is what an index holds. */
export function benchText(): Figure[] {
  const lists = {
    mixed: threeWords((index) => String(sampleContact(index).name)),
    latin: threeWords((index) => textOf(sampleContact(index).nameLatin)),
    cyrillic: threeWords((index) => cyrillicOnly(textOf(sampleContact(index).name))),
  };
  return Object.entries(lists).flatMap(([list, names]) => benchList(list, names));
}

function benchList(list: string, names: readonly string[]): Figure[] {
  const plain: number[] = [];
  const search: number[] = [];
  const index: number[] = [];
  const sort = new Map<Locale, number[]>(locales.map((locale) => [locale, []]));
  // In turn, so that a busy moment of the machine touches all alike.
  for (let run = 0; run < runs; run += 1) {
    plain.push(timeOf(names, (name) => name.normalize('NFC').toLowerCase()));
    search.push(timeOf(names, searchKey));
    index.push(timeOf(names, searchIndexText));
    for (const [locale, times] of sort) times.push(timeOf(names, (name) => sortKey(name, locale)));
  }
  const baseline = median(plain);
  const slowest = Math.max(...[...sort.values()].map(median));
  return [
    figure({ bench: 'text', figure: `sort-key-${list}`, value: slowest, baseline, target: 8 }),
    figure({ bench: 'text', figure: `search-key-${list}`, value: median(search), baseline, target: 16 }),
    figure({ bench: 'text', figure: `search-index-${list}`, value: median(index), baseline, target: 16 }),
  ];
}

/** Milliseconds for the whole list. The lengths are added up so that no key can be left unmade. */
function timeOf(names: readonly string[], keyOf: (name: string) => string): number {
  const start = performance.now();
  let length = 0;
  for (const name of names) length += keyOf(name).length;
  const time = performance.now() - start;
  if (length === 0) throw new Error('no key was made');
  return time;
}

/** `count` texts: the two words of one name and the second of the next, where `nameOf` gives a name at all. */
function threeWords(nameOf: (index: number) => string): string[] {
  const names: string[] = [];
  for (let index = 0; names.length < count; index += 1) {
    const name = nameOf(index);
    const middle = nameOf(index + 1).split(' ')[1];
    // Joining makes a rope, whose first reading is slow; a list from a database has none.
    if (name !== '' && middle !== undefined) names.push([...`${name} ${middle}`].join(''));
  }
  return names;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function cyrillicOnly(name: string): string {
  return /^[\u0400-\u052F ]+$/.test(name) ? name : '';
}
