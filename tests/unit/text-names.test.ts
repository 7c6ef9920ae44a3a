/** The search over the list of `npm run bench -- names`, and the guard of stored keys. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { locales } from '#shared/i18n/locales.ts';
import { keysVersion } from '#shared/text/keys-version.ts';
import { matchesKey, matchRanges, searchIndexText, searchKey, searchTerms } from '#shared/text/search-key.ts';
import { sortKey } from '#shared/text/sort-key.ts';
import {
  differentPairs,
  findByEither,
  findEachOther,
  foreignPairs,
  samePairs,
} from '../../scripts/bench/name-pairs.ts';

describe('names in two spellings', () => {
  it('find each other, 98 of 100', () => {
    const pairs = samePairs();
    const missed = pairs.filter((pair) => !findEachOther(pair));
    expect(pairs.length).toBeGreaterThanOrEqual(300);
    for (const locale of ['ru', 'kk', 'ky', 'uz', 'tg']) {
      expect(pairs.filter(({ from }) => from.startsWith(locale)).length, locale).toBeGreaterThanOrEqual(60);
    }
    expect(missed.length / pairs.length, missed.map(({ a, b }) => `${a} – ${b}`).join(', ')).toBeLessThanOrEqual(0.02);
    // All that is missed is heard otherwise: no spelling by a rule is.
    expect(missed.filter(({ from }) => from !== 'heard otherwise')).toEqual([]);
  });

  it('find each other even when both are foreign, 95 of 100', () => {
    const pairs = foreignPairs();
    expect(pairs.filter(findEachOther).length / pairs.length).toBeGreaterThanOrEqual(0.95);
  });

  it('are told apart when they are two names, 95 of 100', () => {
    const pairs = differentPairs();
    const confused = pairs.filter(findByEither);
    expect(pairs.length).toBeGreaterThanOrEqual(100);
    expect(confused.length / pairs.length, confused.map(({ a, b }) => `${a} – ${b}`).join(', ')).toBeLessThanOrEqual(
      0.05,
    );
  });

  it('lists no pair twice', () => {
    const names = [...samePairs(), ...foreignPairs(), ...differentPairs()].map(({ a, b }) => `${a} ${b}`);
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    // Two languages share a few names and their spellings.
    expect(twice.length / names.length, twice.join(', ')).toBeLessThan(0.03);
  });
});

describe('letters of two readings', () => {
  it('stand in an index in both', () => {
    expect(searchIndexText('Ўктам Maxim')).toBe('uktam mahim oktam maksim');
    expect(searchIndexText('Victor Dawren Ҷамшед')).toBe('victor davren jamshed viktor dauren chamshed');
    expect(searchIndexText('Қаримов')).toBe(searchKey('Қаримов'));
    expect(searchIndexText('')).toBe('');
    expect(searchIndexText('О\u0306збек Ў'.normalize('NFD'))).toBe(searchIndexText('О\u0306збек Ў'));
  });

  it('are both tried while a name is being typed', () => {
    expect(searchTerms('Alex')).toEqual([['aleh', 'aleks']]);
    for (let length = 1; length <= 9; length += 1) {
      expect(matchesKey(searchIndexText('Александр'), 'Alexandr'.slice(0, length)), String(length)).toBe(true);
    }
    expect(matchRanges('Maxi')('Максим').map(({ start, end }) => 'Максим'.slice(start, end))).toEqual(['Макси']);
    expect(matchRanges('макс')('Maxim').map(({ start, end }) => 'Maxim'.slice(start, end))).toEqual(['Max']);
  });
});

it('raises keysVersion when a key changes', () => {
  const texts = [...samePairs(), ...differentPairs()].flatMap(({ a, b }) => [a, b, `${a}-${b} № 12 «Ә» გ😀`]);
  const hash = createHash('sha256');
  for (const text of texts) {
    hash.update(`${searchIndexText(text)}\n`);
    for (const locale of locales) hash.update(`${sortKey(text, locale)}\n`);
  }
  // A new hash wants a new version: raise the number in keys-version.ts, then write both here.
  expect({ version: keysVersion, hash: hash.digest('hex').slice(0, 16) }).toEqual({
    version: 2,
    hash: '4b1f2a45c1c4abb5',
  });
});
