/** A desk with much on it: what is judged and listed is read together, and no more of it than is shown. */
import { expect, test } from 'vitest';
import { deskLines } from '#core/desk/desk-lines.ts';
import { createDeskQueries } from '#core/desk/desk-queries.ts';
import { createDeskIndex } from '#core/store/desk-index.ts';
import { derivedId } from '#core/store/derived-id.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import type { Kind, Values } from '#shared/kinds/define-kind.ts';
import { Decision } from '#shared/records/decision.ts';
import { closeLaptops, type Laptop, lines, three } from '#tests/lib/desk-laptops.ts';

closeLaptops();

const many = 30;

function writeMany(at: Laptop, kind: Kind, name: string, values: (index: number) => Values): void {
  at.clock.now += 1000;
  at.store.commit(
    Array.from({ length: many }, (_, index) => ({
      kind,
      id: derivedId(`${name} ${index}`),
      act: 'set' as const,
      values: values(index),
    })),
    at.person,
  );
}

/** So many papers, each with two places for one, all of one moment. */
function clashed(): Laptop {
  const { a, b, meet } = three();
  writeMany(a, Decision, 'paper', (index) => ({ state: 'draft', number: `24/${index + 1}`, place: 'г. Тестов' }));
  meet();
  writeMany(a, Decision, 'paper', () => ({ place: 'г. Первый' }));
  writeMany(b, Decision, 'paper', () => ({ place: 'г. Второй' }));
  meet();
  return a;
}

test('the ops of many records are read together when they are judged', async () => {
  const { store, ...at } = clashed();
  const before = await lines({ ...at, store });
  let reads = 0;
  const log = {
    ...store.log,
    opsOfRecord: (record: string) => ((reads += 1), store.log.opsOfRecord(record)),
    opsOfRecords: (records: ReadonlySet<string>) => ((reads += 1), store.log.opsOfRecords(records)),
  };
  createDeskIndex(store.db, log, store.meta, allKinds).rebuild();
  expect(await lines({ ...at, store })).toEqual(before);
  expect(before).toHaveLength(many);
  expect(reads).toBe(1);
});

test('of a moment with more places than a page has, only those of the page are read in full', () => {
  const queries = createDeskQueries(clashed().store.db);
  const read: string[] = [];
  const counted = { ...queries, entries: (item: string) => (read.push(item), queries.entries(item)) };
  const page = (offset: number) => deskLines(counted, { offset, limit: 10, locale: 'ru' });
  const pages = [page(0), page(10), page(20)];
  expect(pages.flat().map(({ number }) => number)).toEqual(
    Array.from({ length: many }, (_, index) => `24/${index + 1}`),
  );
  expect(read).toEqual(pages.flat().map(({ item }) => item));
});

test('records entered twice stand under the name of one and the same of them, on every page', () => {
  const { a, b, meet } = three();
  const called = (index: number): string => `Лицо Примерное ${index + 10}`;
  // Alike to the rule, not to the eye; whose id comes first is as it falls.
  writeMany(a, Contact, 'first', (index) => ({ name: called(index), phone: `+7 701 000 00 ${index + 10}` }));
  writeMany(b, Contact, 'second', (index) => ({
    name: called(index).toUpperCase(),
    phone: `+7 701 000 00 ${index + 10}`,
  }));
  meet();
  const queries = createDeskQueries(a.store.db);
  const found = [0, 10, 20].flatMap((offset) => deskLines(queries, { offset, limit: 10, locale: 'ru' }));
  expect(found.map(({ title }) => title.toUpperCase())).toEqual(
    Array.from({ length: many }, (_, index) => called(index).toUpperCase()),
  );
  for (const { kind, id, title } of found)
    expect({ kind, title }).toEqual({ kind: 'contact', title: queries.titleOf(Contact, id, 'ru')?.title });
});
