/** The keys of src-shared/text do in real SQLite what they promise in JavaScript. */
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locales } from '#shared/i18n/locales.ts';
import { alphabets, upperLetter } from '#shared/text/alphabets.ts';
import { ftsMatch, matchesKey, searchIndexText } from '#shared/text/search-key.ts';
import { sortKey } from '#shared/text/sort-key.ts';

const word = fc
  .constantFrom(...locales)
  .chain((locale) =>
    fc
      .array(fc.constantFrom(...alphabets[locale], '-', '’', '7', '😀', 'გ'), { minLength: 1, maxLength: 8 })
      .map((letters) => upperLetter(letters.join(''))),
  );
const names = fc.sample(
  fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' ')),
  { numRuns: 2000, seed: 7 },
);

describe('keys in SQLite', () => {
  let db: Database.Database;
  beforeEach(() => {
    db = new Database(':memory:');
  });
  afterEach(() => {
    db.close();
  });

  it.each(locales)('order by a stored sort key is the order of %s', (locale) => {
    db.exec(
      'create table name (id integer primary key, sort_key text not null) strict; create index name_sort on name (sort_key)',
    );
    const insert = db.prepare('insert into name (id, sort_key) values (?, ?)');
    const keys = names.map((name) => sortKey(name, locale));
    keys.forEach((key, id) => insert.run(id, key));
    const expected = keys
      .map((key, id) => ({ key, id }))
      .toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : left.id - right.id));
    expect(db.prepare('select id from name order by sort_key, id').pluck().all()).toEqual(expected.map(({ id }) => id));
  });

  it('finds by FTS5 exactly what matchesKey says', () => {
    db.exec("create virtual table name using fts5 (key, tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2 3')");
    const insert = db.prepare('insert into name (rowid, key) values (?, ?)');
    const keys = names.map(searchIndexText);
    keys.forEach((key, id) => insert.run(id, key));
    const find = db.prepare('select rowid from name where name match ? order by rowid').pluck();
    for (const name of names.slice(0, 60)) {
      for (const typed of [name.slice(0, 1), name.slice(0, 3), name]) {
        const expression = ftsMatch(typed);
        if (expression === null) continue;
        // unicode61 takes an emoji or a foreign mark for a separator; the fold already did.
        const expected = keys.flatMap((key, id) => (matchesKey(key, typed) ? [id] : []));
        expect(find.all(expression), `${typed}: ${expression}`).toEqual(expected);
      }
    }
  });
});
