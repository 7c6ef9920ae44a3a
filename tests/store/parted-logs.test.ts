/** Beginning a partition anew, step by step: the records stay readable, and a crash between any two steps loses and doubles nothing. */
import { writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openFileStore } from '#core/files/file-store.ts';
import { sweepFiles } from '#core/files/sweep.ts';
import { createFilesQueries } from '#core/store/files-queries.ts';
import type { Change } from '#core/store/change.ts';
import { createCompactor, keptMs } from '#core/store/compaction.ts';
import { createForkedLogs } from '#core/store/forked-logs.ts';
import { createLogCuts } from '#core/store/log-cuts.ts';
import type { Log } from '#core/store/op-log.ts';
import { createPartedLogs } from '#core/store/parted-logs.ts';
import { createPartitionEraser } from '#core/store/partition-eraser.ts';
import { segmentPorts } from '#core/store/segment-ports.ts';
import type { Store } from '#core/store/store.ts';
import { attachmentText } from '#shared/files/attachment.ts';
import { Decision } from '#shared/records/decision.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { logKey } from '#shared/sync/messages.ts';
import { readOps } from '#shared/sync/segment.ts';
import { byHand } from '#tests/lib/by-hand.ts';
import { seededRandom, startOfTime, temporaryFolder } from '#tests/lib/core.ts';
import { newContact, openTestStore } from '#tests/lib/open-store.ts';

const partition = 'kz/kz-19/own-test';
const stores: Store[] = [];
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

let clock = startOfTime;
function open(path: string, seed = path, own = partition): Store {
  const store = openTestStore(path, {
    partition: own,
    random: seededRandom(seed),
    time: { now: () => (clock += 1000) },
  });
  stores.push(store);
  return store;
}

const namesOf = (store: Store): string[] =>
  store.db.prepare('select f_name from contact where alive = 1 order by f_name').pluck().all() as string[];
const listed = (what: string, count: number): string[] =>
  Array.from({ length: count }, (_, number) => `${what} ${number}, пример`);
const write = (store: Store, names: readonly string[]) => store.commit(names.map(newContact), null);
const waiting = (store: Store) => store.db.prepare('select count(*) from forgotten').pluck().get();

/** The log of the writer here. */
function logFrom(store: Store, writer: Store): Log {
  const { replica, publicKey } = writer.identity();
  store.log.addReplica(replica, publicKey);
  return store.log.logOf(replica, partition);
}

function take(into: Store, writer: Store): void {
  writer.committer.seal();
  const held = logFrom(into, writer);
  const from = writer.log.logOf(held.replica, partition);
  for (let at = into.log.head(held).seq; ; ) {
    const segment = writer.log.segmentBeyond(from, at);
    if (segment === null) return;
    into.committer.applyRemote(held, readOps(segment.bytes, segmentPorts), segment.bytes);
    at = segment.to;
  }
}

function partedOf(store: Store, archive = store.archive) {
  const hand = byHand();
  const forked = createForkedLogs(store.meta, store.log);
  const rights = { mayWrite: () => true, isReady: () => true, written: () => undefined };
  const cuts = createLogCuts({ ...store, ...rights, forked, beside: hand.beside });
  return { hand, cuts, parted: createPartedLogs({ ...store, archive, ...rights, forked, cuts }) };
}

/**
 * A reader of 100 and 200 contacts of a writer's whose segments it has let go of, and of 5 own ones; the writer is back at 100, with 150 others.
 * `more`: what the writer wrote behind the 200. `own`: the reader's partition.
 */
function begun(more: readonly (readonly Change[])[] = [], own = partition) {
  const folder = temporaryFolder();
  const writer = open(join(folder, 'writer.db'), 'writer');
  write(writer, listed('До копии', 100));
  writer.committer.seal();
  const copy = writer.db.serialize();
  write(writer, listed('Забыто', 200));
  for (const changes of more) writer.commit(changes, null);
  const path = join(folder, 'reader.db');
  const reader = open(path, 'reader', own);
  reader.indexes.ensureLocale('ru');
  take(reader, writer);
  write(reader, listed('Своё', 5));
  const edited = newContact('До копии 7, пример');
  reader.commit([{ ...edited, values: { phone: '+7 700 000-00-07' } }], null);
  const compactor = createCompactor({ ...reader, time: { now: () => clock + keptMs + 1 }, keptOps: 0 });
  while (compactor.step(reader.log.summary()));
  expect(reader.log.base(logFrom(reader, writer))).toBeGreaterThanOrEqual(300);
  writeFileSync(join(folder, 'again.db'), copy);
  const again = open(join(folder, 'again.db'), 'again');
  write(again, listed('После копии', 150));
  return { reader, path, writer: again, edited };
}
const kept = [...listed('До копии', 100), ...listed('Забыто', 200), ...listed('Своё', 5)].sort();
const all = [...kept, ...listed('После копии', 150)].sort();

/** Everything that is made of the logs, as it is and as it is made anew. */
function expectAsMadeAnew(store: Store): void {
  const derived = (): unknown => [
    store.queries.list({ kind: newContact('').kind, locale: 'ru' }).rows,
    ...['natural_key', 'contact_sort', 'contact_search', 'desk', 'desk_agreed'].map((table) =>
      store.db.prepare(`select count(*) from ${table}`).pluck().get(),
    ),
  ];
  const before = derived();
  for (const kind of allKinds) store.committer.rebuild(kind);
  store.desk.rebuild();
  expect(derived()).toEqual(before);
}

test('the records stay where they are until short steps make them anew', () => {
  const { reader, writer } = begun();
  const { hand, parted } = partedOf(reader);
  expect(parted.begin(logFrom(reader, writer))).toBe(true);
  expect(reader.log.head(logFrom(reader, writer)).seq).toBe(0);
  expect(namesOf(reader)).toEqual(kept);
  let steps = 0;
  while (hand.step()) steps += 1;
  // No more than 50 records to one.
  expect(steps).toBeGreaterThanOrEqual(300 / 50);
  // What is left of the writer's is what was written over it here.
  expect(reader.queries.count(newContact('').kind)).toBe(6);
  expectAsMadeAnew(reader);
});

test('the archive is read beforehand, chunk by chunk, and no more when it is let go of', () => {
  const { reader, writer } = begun();
  let reads = 0;
  const chunksOf: typeof reader.archive.chunksOf = (of) =>
    reader.archive.chunksOf(of).map(({ ref, columns }) => ({
      ref,
      columns() {
        reads += 1;
        return columns();
      },
    }));
  const { hand, parted } = partedOf(reader, { ...reader.archive, chunksOf });
  const log = logFrom(reader, writer);
  let steps = 0;
  for (const _ of parted.prepare(log)) steps += 1;
  expect([reads, steps]).toEqual([reader.archive.chunksOf(partition).length, reads]);
  expect(parted.begin(log)).toBe(true);
  expect(reads).toBe(steps);
  const aside = reader.db.prepare('select aside from forgotten').pluck().all() as string[];
  expect(
    aside.flatMap((each) => Object.values(JSON.parse(each) as object)).reduce((sum, count) => sum + count, 0),
  ).toBe(300);
  hand.finish();
  expectAsMadeAnew(reader);
});

test('what came before the steps is not taken away by them', () => {
  const { reader, writer, edited } = begun();
  const { hand, cuts, parted } = partedOf(reader);
  const log = logFrom(reader, writer);
  parted.begin(log);
  take(reader, writer);
  expect(namesOf(reader)).toEqual(all);
  const key = logKey(log.replica, partition);
  parted.heard({ [key]: 250 });
  cuts.goOn();
  hand.finish();
  expect(namesOf(reader)).toEqual(all);
  expect(reader.queries.get(edited.kind, edited.id)?.values.phone).toBe('+7 700 000-00-07');
  expectAsMadeAnew(reader);
});

test('a crash between any two steps loses and doubles nothing', () => {
  const { reader, path, writer } = begun();
  const log = logFrom(reader, writer);
  const key = logKey(log.replica, partition);
  partedOf(reader).parted.begin(log);
  reader.close();
  let again = open(path, 'life 0');
  for (let life = 1; life <= 3 || waiting(again) !== 0; life += 1) {
    again.close();
    again = open(path, `life ${life}`);
    const { hand, parted } = partedOf(again);
    // Each life does a step more, then the power is gone; what the hub holds comes in the third.
    for (let step = 0; step < life; step += 1) hand.step();
    if (life === 3) {
      take(again, writer);
      parted.heard({ [key]: 250 });
    }
    expect(namesOf(again).length, `life ${life}`).toBeGreaterThanOrEqual(5);
    expect(life).toBeLessThan(30);
  }
  expect(namesOf(again)).toEqual(all);
  // The 6 of before, and the 200 that nobody else has.
  expect(again.log.head(again.log.logOf(again.log.ownReplica(), partition)).seq).toBe(206);
  expectAsMadeAnew(again);
});

test('what was written again is not written once more where power went before that was noted', () => {
  const { reader, writer } = begun();
  const log = logFrom(reader, writer);
  const key = logKey(log.replica, partition);
  const { hand, cuts, parted } = partedOf(reader);
  parted.begin(log);
  hand.finish();
  take(reader, writer);
  parted.heard({ [key]: 250 });
  cuts.goOn();
  const before = reader.db.prepare('select * from forgotten').all() as object[];
  hand.finish();
  const put = reader.db.prepare(
    'insert into forgotten values (@ref, @partition, @form, @folded, @aside, @bytes, @records)',
  );
  for (const row of before) put.run(row);
  cuts.goOn();
  hand.finish();
  expect(waiting(reader)).toBe(0);
  expect(reader.log.head(reader.log.logOf(reader.log.ownReplica(), partition)).seq).toBe(206);
});

/** Of the contacts that are lost two are written on by the writer, some steps later each time: a language comes and goes, and one is removed. */
function lost() {
  const [edited, removed] = [newContact('Забыто 0, пример'), newContact('Забыто 1, пример')];
  const made = begun([
    [{ ...edited, values: { languages: ['kk', 'ru'] } }],
    listed('Забыто тоже', 60).map(newContact),
    [
      { ...edited, values: { languages: ['ru'], phone: '+7 700 000-00-01' } },
      { ...removed, act: 'remove', values: {} },
    ],
    listed('Забыто и это', 60).map(newContact),
  ]);
  const { reader, writer } = made;
  const log = logFrom(reader, writer);
  const own = reader.log.logOf(reader.log.ownReplica(), partition);
  /** Begins anew, and lets what the hub has come. */
  function goOn() {
    const { hand, cuts, parted } = partedOf(reader);
    parted.begin(log);
    hand.finish();
    take(reader, writer);
    parted.heard({ [logKey(log.replica, partition)]: 250 });
    cuts.goOn();
    return hand;
  }
  const lostToo = [...all, ...listed('Забыто тоже', 60), ...listed('Забыто и это', 60)].sort();
  function expectAllSaid(store: Store): void {
    expect(namesOf(store)).toEqual(lostToo.filter((name) => name !== 'Забыто 1, пример'));
    expect(store.queries.get(edited.kind, edited.id)?.values).toMatchObject({
      languages: ['ru'],
      phone: '+7 700 000-00-01',
    });
    for (const { kind, id } of [edited, removed]) {
      const changes = store.queries.history(kind, id).flatMap((step) => step.changes);
      expect(changes.filter(({ overruled }) => overruled)).toEqual([]);
    }
    expect(store.db.prepare('select count(*) from desk').pluck().get()).toBe(0);
    expectAsMadeAnew(store);
  }
  return { ...made, log, own, goOn, edited, removed, expectAllSaid };
}

test('what was lost is written again some at a time, and other work goes on between', () => {
  const { reader, own, log, goOn, removed, expectAllSaid } = lost();
  const hand = goOn();
  const grown: number[] = [];
  for (let before = reader.log.head(own).seq; hand.step(); before = reader.log.head(own).seq) {
    grown.push(reader.log.head(own).seq - before);
    reader.commit([{ ...newContact('Своё 0, пример'), values: { note: `Образец ${grown.length}` } }], null);
  }
  expect(Math.max(...grown)).toBeLessThanOrEqual(50);
  expect(grown.reduce((sum, count) => sum + count, 0)).toBe(323);
  // It has seen of the writer's log what is there still, and no more.
  const [, removal] = reader.log.opsOfRecord(removed.id);
  expect(removal?.op.seen?.[log.replica]).toBe(100);
  expectAllSaid(reader);
});

test('a removal that is written again does not count as if it had seen what was written here meanwhile', () => {
  const { reader, goOn, removed } = lost();
  const hand = goOn();
  const isBack = (): boolean => reader.queries.get(removed.kind, removed.id)?.removed === false;
  while (!isBack() && hand.step());
  reader.commit([{ ...removed, values: { note: 'Образец' } }], null);
  hand.finish();
  expect(isBack()).toBe(true);
  expectAsMadeAnew(reader);
});

test('a language that was dropped here meanwhile stays dropped when what added it is written again', () => {
  const spoken = newContact('Забыто 2, пример');
  const { reader, writer } = begun([[{ ...spoken, values: { languages: ['kk', 'ru'] } }]]);
  const { hand, cuts, parted } = partedOf(reader);
  const log = logFrom(reader, writer);
  parted.begin(log);
  reader.commit([{ ...spoken, values: { languages: ['ru'] } }], null);
  hand.finish();
  take(reader, writer);
  parted.heard({ [logKey(log.replica, partition)]: 250 });
  cuts.goOn();
  hand.finish();
  expect(reader.queries.get(spoken.kind, spoken.id)?.values.languages).toEqual(['ru']);
  expectAsMadeAnew(reader);
});

test('a crash while it is written again doubles nothing, no removal either', () => {
  const { reader, path, log, goOn, expectAllSaid } = lost();
  goOn();
  reader.close();
  for (let lives = 1; ; lives += 1) {
    const again = open(path, `lost ${lives}`);
    const { hand } = partedOf(again);
    let steps = 0;
    while (steps < lives && hand.step()) steps += 1;
    if (steps === lives) {
      again.close();
      continue;
    }
    expect(lives).toBeGreaterThan(4);
    expect(again.log.head(again.log.logOf(again.log.ownReplica(), log.partition)).seq).toBe(6 + 323);
    expectAllSaid(again);
    return;
  }
});

test('what is written before its turn about a record of others goes where the record is', () => {
  const { reader, writer } = begun([], 'kz/kz-19/own-elsewhere');
  const log = logFrom(reader, writer);
  // Which of its logs said it first the row does not tell.
  reader.log.logOf(log.replica, 'kz/kz-19/own-third');
  partedOf(reader).parted.begin(log);
  const contact = newContact('До копии 8, пример');
  expect(reader.log.opsOfRecord(contact.id)).toEqual([]);
  reader.commit([{ ...contact, values: { phone: '+7 700 000-00-08' } }], null);
  expect(reader.log.opsOfRecord(contact.id).map((each) => each.log.partition)).toEqual([partition]);
});

test('the file of an attachment that only what is set aside tells of stays, however long the hub is away', async () => {
  const name = 'Протокол, пример.pdf';
  const sha256 = createHash('sha256').update(name).digest('hex');
  const files = [attachmentText({ sha256, bytes: Buffer.byteLength(name), name })];
  const id = newContact('Решение, пример').id;
  const { reader, path, writer } = begun([[{ kind: Decision, id, act: 'set', values: { number: '1', files } }]]);
  const store = await openFileStore(dirname(path), new Uint8Array(32));
  const part = await store.part(sha256);
  await part.append(Buffer.from(name));
  await part.finish();
  await part.close();
  await store.adopt(sha256, sha256);
  const queries = createFilesQueries(reader);
  let days = 0;
  const sweep = (): Promise<number> => {
    const at = { now: startOfTime + (days += 31) * 86_400_000, oldestBackup: null };
    return sweepFiles(store, queries, { ...at, signal: new AbortController().signal });
  };
  const { hand, cuts, parted } = partedOf(reader);
  const log = logFrom(reader, writer);
  parted.begin(log);
  hand.finish();
  expect(queries.referred()).toEqual([]);
  expect([await sweep(), await sweep()]).toEqual([0, 0]);
  take(reader, writer);
  parted.heard({ [logKey(log.replica, partition)]: 250 });
  cuts.goOn();
  hand.finish();
  expect(queries.referred()).toHaveLength(1);
  expect(store.has(sha256)).toBe(true);
  // And goes as any other once nobody refers to it.
  reader.commit([{ kind: Decision, id, act: 'set', values: { files: [] } }], null);
  expect([await sweep(), await sweep()]).toEqual([0, 1]);
});

test('a partition that is left takes along what was still to be made anew', () => {
  const { reader, writer } = begun();
  const { hand, parted } = partedOf(reader);
  parted.begin(logFrom(reader, writer));
  const eraser = createPartitionEraser(reader);
  eraser.begin(partition);
  hand.finish();
  while (eraser.step()) hand.step();
  expect(namesOf(reader)).toEqual([]);
  expect(waiting(reader)).toBe(0);
});

test('where its transaction is rolled back, nothing has begun and the log still counts as parted', () => {
  const { reader, writer } = begun();
  const { parted } = partedOf(reader);
  const forked = createForkedLogs(reader.meta, reader.log);
  const log = logFrom(reader, writer);
  const key = logKey(log.replica, partition);
  forked.add(key, 0);
  reader.committer.together(() => {
    expect(parted.begin(log)).toBe(true);
    forked.remove(key);
    return false;
  });
  expect(forked.commonOf(key)).toBe(0);
  expect(forked.all()).toEqual({ [key]: 0 });
  expect(waiting(reader)).toBe(0);
  expect(reader.log.base(logFrom(reader, writer))).toBe(300);
  expect(namesOf(reader)).toEqual(kept);
});
