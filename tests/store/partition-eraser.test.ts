/** Leaving a partition: its records go step by step, others stay, a crash between any two steps is harmless. */
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createCompactor, keptMs } from '#core/store/compaction.ts';
import { createPartitionEraser, type PartitionEraser } from '#core/store/partition-eraser.ts';
import type { Store } from '#core/store/store.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { bytesToId } from '#shared/kernel/ids.ts';
import { readOps, readSegmentHeader } from '#shared/sync/segment.ts';
import { segmentPorts } from '#core/store/segment-ports.ts';
import { seededRandom, startOfTime, temporaryFolder } from '#tests/lib/core.ts';
import { openTestStore } from '#tests/lib/open-store.ts';

const [own, left] = ['kz/kz-19/own-test', 'kz/kz-19/left-test'];
const stores: Store[] = [];
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

function open(path: string, partition: string, seed: string): Store {
  const store = openTestStore(path, { partition, random: seededRandom(seed) });
  stores.push(store);
  return store;
}

const idOf = (number: number): string => {
  const bytes = new Uint8Array(16).fill(1);
  bytes.set([number >> 8, number & 255], 14);
  return bytesToId(bytes);
};
const contact = (number: number, name: string) => ({
  kind: Contact,
  id: idOf(number),
  act: 'set' as const,
  values: { name, phone: `+7 700 ${number}` },
});

/** Takes everything `from` wrote. */
function take(into: Store, from: Store): void {
  from.committer.seal();
  for (const log of from.log.logs()) {
    if (into.log.isOwn(log.replica)) continue;
    into.log.addReplica(log.replica, from.log.publicKeyOf(log.replica) ?? '');
    const held = into.log.logOf(log.replica, log.partition);
    for (let at = into.log.head(held).seq; ; ) {
      const segment = from.log.segmentBeyond(log, at);
      if (segment === null) break;
      const read = readSegmentHeader(segment.bytes);
      if (!read.ok) throw new Error(read.error.code);
      into.committer.applyRemote(held, readOps(segment.bytes, segmentPorts), segment.bytes);
      at = segment.to;
    }
  }
}

/** A laptop with 5 records of its own and 2,100 of a partition it is to leave; number 3 is spoken of in both. */
function filled(): { store: Store; path: string } {
  const path = join(temporaryFolder(), 'store.db');
  const store = open(path, own, 'own');
  store.indexes.ensureLocale('ru');
  store.commit(
    [1, 2, 3, 4, 5].map((number) => contact(number, `Свой ${number}, пример`)),
    null,
  );
  const other = open(join(temporaryFolder(), 'other.db'), left, 'other');
  take(other, store);
  other.commit(
    Array.from({ length: 2100 }, (_, index) => contact(100 + index, `Чужой ${index}, пример`)),
    null,
  );
  other.commit([{ ...contact(200, 'Чужой 100, пример'), act: 'remove', values: {} }], null);
  const shared = other.committer.commit([{ ...contact(3, 'Переписан, пример') }], {
    replica: other.log.ownReplica(),
    partitionOf: () => left,
    actor: null,
  });
  expect(shared).toBe(1);
  take(store, other);
  expect(store.queries.get(Contact, idOf(3))?.values.name).toBe('Переписан, пример');
  expect(store.queries.count(Contact)).toBe(2104);
  return { store, path };
}

const eraserOf = (store: Store): PartitionEraser => createPartitionEraser(store);

/** What is left, wherever it is kept. */
function expectOnlyOwn(store: Store): void {
  expect(store.queries.count(Contact)).toBe(5);
  const names = store.queries.list({ kind: Contact, locale: 'ru' }).rows.map(({ values }) => values.name);
  expect(names).toEqual([1, 2, 3, 4, 5].map((number) => `Свой ${number}, пример`));
  expect(store.queries.list({ kind: Contact, locale: 'ru', search: 'чужой' }).total).toBe(0);
  for (const table of ['contact', 'contact_sort', 'contact_search', 'natural_key'])
    expect(store.db.prepare(`select count(*) from ${table}`).pluck().get(), table).toBe(5);
  expect(store.log.logs().map(({ partition }) => partition)).toEqual([own]);
  for (const table of ['desk', 'archive'])
    expect(store.db.prepare(`select count(*) from ${table}`).pluck().get(), table).toBe(0);
  expect(store.db.prepare('select count(*) from segment').pluck().get()).toBe(1);
}

test.each([false, true])('many short steps take away the records of one partition (compacted: %s)', (isCompacted) => {
  const { store } = filled();
  const now = isCompacted ? startOfTime + keptMs + 1 : startOfTime;
  const compactor = createCompactor({ ...store, time: { now: () => now } });
  while (compactor.step(store.log.summary()));
  expect(store.db.prepare('select count(*) from archive').pluck().get()).toBe(isCompacted ? 1 : 0);
  const eraser = eraserOf(store);
  eraser.begin(left);
  eraser.begin(left);
  let steps = 0;
  while (eraser.step()) steps += 1;
  expect(steps).toBeGreaterThan(2100 / 50);
  expect(eraser.pending()).toEqual([]);
  expectOnlyOwn(store);
  expect(store.queries.history(Contact, idOf(3))).toHaveLength(1);
});

test('what erasing writes is copied into the main file between its steps, not all at once in somebody’s', () => {
  const { store } = filled();
  const waiting = (): number => {
    const [row] = store.db.pragma('wal_checkpoint(noop)') as { log: number; checkpointed: number }[]; // pragma's fixed columns
    return (row?.log ?? 0) - (row?.checkpointed ?? 0);
  };
  store.checkpoints.now();
  const eraser = eraserOf(store);
  eraser.begin(left);
  let most = 0;
  let written = 0;
  for (let before = waiting(); eraser.step(); before = waiting()) {
    most = Math.max(most, waiting());
    written += Math.max(0, waiting() - before);
  }
  expect(written).toBeGreaterThan(1500);
  // The mark, and what one step writes beyond it.
  expect(most).toBeLessThan(1000);
});

test('a crash between any two steps is harmless: it goes on, and nothing else is touched', () => {
  const { store, path } = filled();
  eraserOf(store).begin(left);
  store.close();
  for (let opened = 1; ; opened += 1) {
    const again = open(path, own, `again ${opened}`);
    const eraser = eraserOf(again);
    // Each life does a few steps of its own, then the power is gone.
    const goesOn = Array.from({ length: 7 * opened }, () => eraser.step()).at(-1) === true;
    const listed = again.queries.list({ kind: Contact, locale: 'ru', search: 'свой' });
    expect(listed.total).toBeGreaterThan(3);
    if (!goesOn) {
      expectOnlyOwn(again);
      break;
    }
    again.close();
  }
});

test('what others wrote elsewhere of a record is where it lives once its partition has been left', () => {
  const { store } = filled();
  const other = open(join(temporaryFolder(), 'third.db'), left, 'third');
  const write = (partition: string, name: string) =>
    other.committer.commit([contact(6, name)], {
      replica: other.log.ownReplica(),
      partitionOf: () => partition,
      actor: null,
    });
  expect([write(left, 'Первый, пример'), write(own, 'Второй, пример')]).toEqual([1, 1]);
  take(store, other);
  expect(store.partitions.of(idOf(6), Contact)).toBe(left);
  const eraser = eraserOf(store);
  eraser.begin(left);
  while (eraser.step());
  expect(store.queries.get(Contact, idOf(6))?.values.name).toBe('Второй, пример');
  expect(store.partitions.of(idOf(6), Contact)).toBe(own);
});
