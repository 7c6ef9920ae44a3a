/** A log that ends behind a fork, step by step: only the rows the fork touches are made anew, other work goes on between, and so does a crash. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { verifySignature } from '#core/store/identity.ts';
import { createLogStore } from '#core/store/log-store.ts';
import type { Log } from '#core/store/op-log.ts';
import { segmentPorts } from '#core/store/segment-ports.ts';
import type { Store } from '#core/store/store.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { hexToBytes } from '#shared/kernel/ids.ts';
import { logKey } from '#shared/sync/messages.ts';
import { emptyHead } from '#shared/sync/op.ts';
import { openSegment, readOps } from '#shared/sync/segment.ts';
import { byHand } from '#tests/lib/by-hand.ts';
import { seededRandom, startOfTime, temporaryFolder } from '#tests/lib/core.ts';
import { newContact, openTestStore } from '#tests/lib/open-store.ts';
import { createRelay, createReplica, introduce, settle } from '#tests/lib/replicas.ts';
import { goOn, makeSnapshot } from '#tests/lib/snapshots.ts';

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
/** A life of the laptop: its steps go when told to. */
function life(store: Store, log = store.log) {
  const hand = byHand();
  const port = createLogStore({
    ...store,
    log,
    beside: hand.beside,
    identity: store.identity(),
    hubKey: () => null,
    roadChanged: () => undefined,
  });
  return { hand, port };
}

const listed = (what: string, count: number): string[] =>
  Array.from({ length: count }, (_, number) => `${what} ${number}, пример`);
const before = listed('До развилки', 300);
const behind = listed('После развилки', 120);
const first = newContact(behind[0] ?? '');

/** A laptop of 300 contacts that its hub has, and of 120 behind them that it has not and that stay in the log of who it was. */
function forked() {
  const path = join(temporaryFolder(), 'laptop.db');
  const store = open(path);
  store.indexes.ensureLocale('ru');
  store.commit(before.map(newContact), null);
  store.committer.seal();
  store.commit(
    behind.map((name) => ({ ...newContact(name), values: { name, languages: ['ru', 'kk'] } })),
    null,
  );
  const [log] = store.log.logs();
  if (log === undefined) throw new Error('no log');
  store.renewIdentity();
  return { path, store, key: logKey(log.replica, partition) };
}

/** The records whose rows are written from now on. */
function watchRows(store: Store): () => readonly string[] {
  store.db.exec('create temp table written (name text)');
  for (const [event, row] of [
    ['insert', 'new'],
    ['update', 'new'],
    ['delete', 'old'],
  ])
    store.db.exec(
      `create temp trigger written_${event} after ${event} on contact begin insert into written values (${row}.f_name); end`,
    );
  return () => store.db.prepare('select distinct name from written order by name').pluck().all() as string[];
}

const namesOf = (store: Store): string[] =>
  store.db.prepare('select f_name from contact where alive = 1 order by f_name').pluck().all() as string[];
const all = [...before, ...behind].sort();

/** Everything that is made of the logs, as it is and as it is made anew. */
function expectAsMadeAnew(store: Store): void {
  const derived = (): unknown => [
    store.db
      .prepare('select id, alive, changed_at, own_log, own_seq, f_name, f_note, sets from contact order by id')
      .all(),
    store.queries.list({ kind: Contact, locale: 'ru' }).rows,
    ...['natural_key', 'contact_sort', 'contact_search', 'desk', 'desk_agreed'].map((table) =>
      store.db.prepare(`select count(*) from ${table}`).pluck().get(),
    ),
  ];
  const now = derived();
  for (const kind of allKinds) store.committer.rebuild(kind);
  store.desk.rebuild();
  expect(derived()).toEqual(now);
}

test('a fork makes only the rows anew that it touches, some at a time', () => {
  const { store, key } = forked();
  const { hand, port } = life(store);
  const written = watchRows(store);
  expect(port.endLog(key, before.length)).toBe(behind.length);
  expect(written()).toEqual([]);
  expect(namesOf(store)).toEqual(all);
  let steps = 0;
  while (hand.step()) {
    steps += 1;
    expect(namesOf(store)).toEqual(all);
  }
  // No more than 50 records to one.
  expect(steps).toBeGreaterThanOrEqual(behind.length / 50);
  expect(written()).toEqual([...behind].sort());
  expectAsMadeAnew(store);
});

test('what is written about a record before its turn replaces what its log says now', () => {
  const { store, key } = forked();
  const { hand, port } = life(store);
  port.endLog(key, before.length);
  store.commit([{ ...first, values: { languages: ['ru'], name: 'Исправлено, пример' } }], null);
  hand.finish();
  expect(store.queries.get(Contact, first.id)?.values).toMatchObject({ name: 'Исправлено, пример', languages: ['ru'] });
  // The one before it is of the same laptop, and was seen.
  const steps = store.queries.history(Contact, first.id);
  expect(steps).toHaveLength(2);
  expect(steps.flatMap(({ changes }) => changes.filter(({ overruled }) => overruled))).toEqual([]);
  expectAsMadeAnew(store);
});

test('a crash between any two steps of a fork loses and doubles nothing', () => {
  const { path, store, key } = forked();
  life(store).port.endLog(key, before.length);
  store.close();
  for (let lives = 1; ; lives += 1) {
    const again = open(path, `life ${lives}`);
    expect(namesOf(again)).toEqual(all);
    const { hand } = life(again);
    // Each life does a step more, then the power is gone.
    let steps = 0;
    while (steps < lives && hand.step()) steps += 1;
    if (steps === lives) {
      again.close();
      continue;
    }
    expect(lives).toBeGreaterThan(1);
    expectAsMadeAnew(again);
    expect(again.log.head(again.log.logOf(again.log.ownReplica(), partition)).seq).toBe(behind.length);
    return;
  }
});

/** Lets a reader take what a writer has beyond what it holds; answers the writer's log there. */
function takeAll(reader: Store, writer: Store): Log {
  const { replica, publicKey } = writer.identity();
  reader.log.addReplica(replica, publicKey);
  writer.committer.seal();
  const [from, log] = [writer.log.logOf(replica, partition), reader.log.logOf(replica, partition)];
  for (;;) {
    const segment = writer.log.segmentBeyond(from, reader.log.head(log).seq);
    if (segment === null) return log;
    reader.committer.applyRemote(log, readOps(segment.bytes, segmentPorts), segment.bytes);
  }
}

/**
 * A laptop as `forked` makes it, of so many contacts behind the fork that they fill more than a block, and the hub's continuation, as the laptop put
 * back wrote it. `reads` counts how often its logs are read op by op.
 */
function forkedFar() {
  const folder = temporaryFolder();
  const path = join(folder, 'laptop.db');
  const store = open(path);
  store.commit(before.map(newContact), null);
  store.committer.seal();
  const copy = store.db.serialize();
  const far = listed('Далеко', 1300);
  store.commit(far.slice(0, 700).map(newContact), null);
  store.commit(far.slice(700).map(newContact), null);
  const changed = { ...newContact(far[0] ?? ''), values: { note: 'Изменено' } };
  store.commit([changed, { ...newContact(far[1] ?? ''), act: 'remove', values: {} }], null);
  const [log] = store.log.logs();
  if (log === undefined) throw new Error('no log');
  store.renewIdentity();
  writeFileSync(join(folder, 'back.db'), copy);
  const back = open(join(folder, 'back.db'), 'back');
  back.commit(listed('Продолжение', 3).map(newContact), null);
  back.committer.seal();
  const segment = back.log.segmentBeyond(back.log.logOf(log.replica, partition), before.length);
  if (segment === null) throw new Error('no continuation');
  const reads = { count: 0 };
  const opsAfter: typeof store.log.opsAfter = (...asked) => {
    reads.count += 1;
    return store.log.opsAfter(...asked);
  };
  const names = [...before, ...far.filter((name) => name !== far[1])].sort();
  return {
    path,
    store,
    key: logKey(log.replica, partition),
    far,
    names,
    changed,
    bytes: segment.bytes,
    reads,
    read: { ...store.log, opsAfter },
  };
}

/** Writes the end of such a log again beforehand; `more` contacts, and an edit, come between two steps. */
async function beforehand(more: number) {
  const far = forkedFar();
  const { store, key, changed, names } = far;
  store.commit([{ ...changed, values: { note: 'Изменено снова' } }], null);
  const { hand, port } = life(store, far.read);
  const coming = more === 0 ? { segments: [far.bytes] } : { ends: { [key]: before.length } };
  const going = port.prepare?.(coming);
  await setImmediate();
  const later = { ...newContact(far.far[2] ?? ''), values: { phone: '+7 700 000-00-02' } };
  store.commit([later, ...listed('Меж тем', more).map(newContact)], null);
  await going;
  const own = store.log.logOf(store.log.ownReplica(), partition);
  expect(store.log.head(own).seq).toBe(2 + more);
  expect(namesOf(store)).toHaveLength(names.length + more);
  far.reads.count = 0;
  expect(port.endLog(key, before.length)).toBe(far.far.length + 2);
  const reads = far.reads.count;
  hand.finish();
  expect(store.log.head(own).seq).toBe(far.far.length + 4 + more);
  expect(namesOf(store).filter((name) => !name.startsWith('Меж тем'))).toEqual(names);
  expect(store.queries.get(Contact, changed.id)?.values.note).toBe('Изменено снова');
  expect(store.queries.get(Contact, later.id)?.values.phone).toBe('+7 700 000-00-02');
  return { store, own, reads, edited: [changed.id, later.id] };
}

test('a far fork is written again beforehand, and what comes meanwhile stands behind it', async () => {
  const { store, own, reads, edited } = await beforehand(0);
  // All of it had been done.
  expect(reads).toBe(0);
  const changes = edited.flatMap((id) => store.queries.history(Contact, id).flatMap((step) => step.changes));
  expect(changes.filter(({ overruled }) => overruled)).toEqual([]);
  // The chain holds from the first op to the last.
  store.committer.seal();
  const verify = (_header: unknown, data: Uint8Array, signature: Uint8Array): boolean =>
    verifySignature(store.identity().publicKey, data, signature);
  for (let at = 0, head: Uint8Array = emptyHead; at < store.log.head(own).seq; ) {
    const opened = openSegment(store.log.segmentBeyond(own, at)?.bytes ?? new Uint8Array(), head, verify, segmentPorts);
    if (!opened.ok) throw new Error(opened.error.code);
    [at, head] = [opened.value.header.to, hexToBytes(opened.value.header.head)];
  }
  expectAsMadeAnew(store);
});

test('what was done beforehand counts for nothing where so much comes meanwhile that it is sealed', async () => {
  const { reads } = await beforehand(1000);
  expect(reads).toBeGreaterThan(0);
});

test('a crash between any two steps of what is done beforehand leaves no trace', async () => {
  const { path, store, key, names, bytes } = forkedFar();
  const coming = { segments: [bytes] };
  store.close();
  for (let steps = 1; ; steps += 1) {
    const again = open(path, `beforehand ${steps}`);
    const own = again.log.logOf(again.log.ownReplica(), partition);
    expect(namesOf(again)).toEqual(names);
    expect([again.log.head(own).seq, again.db.prepare('select count(*) from forgotten').pluck().get()]).toEqual([0, 0]);
    const { hand, port } = life(again);
    const state = { isDone: false };
    const going = port.prepare?.(coming).then(() => (state.isDone = true));
    for (let step = 0; step < steps && !state.isDone; step += 1) await setImmediate();
    if (!state.isDone) {
      again.close();
      await going;
      continue;
    }
    expect(steps).toBeGreaterThan(5);
    port.endLog(key, before.length);
    hand.finish();
    expect(namesOf(again)).toEqual(names);
    expect(again.log.head(own).seq).toBe(1302);
    expectAsMadeAnew(again);
    return;
  }
});

test('what others wrote behind a fork goes from its rows at its turn, and stays as strays', () => {
  const writer = open(join(temporaryFolder(), 'writer.db'), 'writer');
  writer.commit(listed('Общее', 5).map(newContact), null);
  writer.committer.seal();
  const reader = open(join(temporaryFolder(), 'reader.db'), 'reader');
  reader.indexes.ensureLocale('ru');
  const log = takeAll(reader, writer);
  writer.commit(listed('Проиграло', 60).map(newContact), null);
  writer.committer.seal();
  takeAll(reader, writer);
  const [held] = listed('Общее', 1).map(newContact);
  if (held === undefined) throw new Error('no contact');
  reader.commit([{ ...held, values: { note: 'Образец' } }], null);
  const { hand, port } = life(reader);
  expect(port.endLog(logKey(log.replica, partition), 5)).toBe(0);
  expect(namesOf(reader)).toHaveLength(65);
  hand.finish();
  expect(namesOf(reader)).toEqual(listed('Общее', 5));
  expect(reader.db.prepare('select count(*) from stray').pluck().get()).toBe(1);
  expectAsMadeAnew(reader);
});

test.each(['before it is', 'after it was'])(
  'a language that somebody dropped of what is written again stays dropped, where that came %s',
  (when) => {
    const { store, key, path } = forked();
    const [writer] = store.log.logs();
    if (writer === undefined) throw new Error('no log');
    const reader = open(join(temporaryFolder(), 'reader.db'), 'reader');
    reader.log.addReplica(writer.replica, store.log.publicKeyOf(writer.replica) ?? '');
    const there = reader.log.logOf(writer.replica, partition);
    for (let segment = store.log.segmentBeyond(writer, 0); segment !== null; ) {
      reader.committer.applyRemote(there, readOps(segment.bytes, segmentPorts), segment.bytes);
      segment = store.log.segmentBeyond(writer, segment.to);
    }
    // Of another one somebody who has not heard of that adds it too.
    const [second = first] = behind.slice(1).map(newContact);
    const apart = open(join(temporaryFolder(), 'apart.db'), 'apart');
    apart.commit([{ ...second, values: { languages: ['kk'] } }], null);
    reader.commit(
      [first, second].map((contact) => ({ ...contact, values: { languages: ['ru'] } })),
      null,
    );
    if (when === 'before it is') takeAll(store, reader);
    takeAll(store, apart);
    const { hand, port } = life(store);
    port.endLog(key, before.length);
    hand.finish();
    if (when === 'after it was') takeAll(store, reader);
    const languagesOf = (at: Store, { id }: typeof first) => at.queries.get(Contact, id)?.values.languages;
    expect(languagesOf(store, first)).toEqual(['ru']);
    expect(languagesOf(store, second)).toEqual(['kk', 'ru']);
    expectAsMadeAnew(store);
    // Said once: also where all of it is looked at again.
    const { seq } = store.log.head(store.log.logOf(store.log.ownReplica(), partition));
    expect(seq).toBe(behind.length + 1);
    store.close();
    const again = open(path, 'again');
    life(again).hand.finish();
    expect(languagesOf(again, first)).toEqual(['ru']);
    expect(again.log.head(again.log.logOf(again.log.ownReplica(), partition)).seq).toBe(seq);
  },
);

test('what is written about a record of others that its log says no more of, before its turn, leaves it whole and where it is', () => {
  const writer = open(join(temporaryFolder(), 'writer.db'), 'writer');
  writer.commit(listed('Общее', 5).map(newContact), null);
  writer.committer.seal();
  const [lost = newContact(''), removed = lost] = listed('Проиграло', 2).map(newContact);
  writer.commit(
    [{ ...lost, values: { ...lost.values, phone: '+7 700 000-00-01', languages: ['kk', 'ru'] } }, removed],
    null,
  );
  const reader = open(join(temporaryFolder(), 'reader.db'), 'reader', 'kz/kz-19/own-elsewhere');
  reader.indexes.ensureLocale('ru');
  reader.commit([newContact('Своё, пример')], null);
  const log = takeAll(reader, writer);
  const { hand, port } = life(reader);
  port.endLog(logKey(log.replica, partition), 5);
  reader.commit([{ ...lost, values: { note: 'Образец', languages: ['kk'] } }], null);
  reader.commit([{ ...removed, act: 'remove', values: {} }], null);
  hand.finish();
  expect(reader.queries.get(Contact, lost.id)?.values).toMatchObject({
    ...lost.values,
    phone: '+7 700 000-00-01',
    languages: ['kk'],
    note: 'Образец',
  });
  expect(reader.log.opsOfRecord(lost.id).map((each) => each.log.partition)).toEqual([partition]);
  // Nothing is left to remove.
  expect(reader.log.opsOfRecord(removed.id)).toEqual([]);
  expect(reader.queries.get(Contact, removed.id)).toBeNull();
  expectAsMadeAnew(reader);
});

test('a snapshot that is coming comes to its end, whatever log is cut off meanwhile', () => {
  const [writer, other, fresh] = ['writer', 'other', 'fresh'].map((name) => createReplica(`cuts ${name}`));
  if (writer === undefined || other === undefined || fresh === undefined) throw new Error('no laptops');
  introduce([writer, other, fresh]);
  const relay = createRelay();
  writer.store.commit(listed('Снимок', 450).map(newContact), null);
  settle([writer], relay);
  const snapshot = makeSnapshot(relay, [writer], null, {}, 1000);
  const [chunk = new Uint8Array(0)] = snapshot?.chunks ?? [];
  if (snapshot === null) throw new Error('no snapshot');
  // By stick, and about a record of the snapshot too, in either half of what is taken of it.
  const notes = listed('Снимок', 450).map((name) => ({ ...newContact(name), values: { note: 'Проиграло' } }));
  other.store.commit(listed('Общее', 1).map(newContact), null);
  other.store.commit([...listed('Проиграло', 5).map(newContact), ...notes], null);
  for (const { bytes } of other.log.segmentsBeyond({}, 1e9)) fresh.log.applySegment(bytes, 'laptop');

  expect(fresh.snapshots.begin(snapshot.head, 'ab'.repeat(32), ['kz']).ok).toBe(true);
  expect(fresh.snapshots.take(chunk)).toMatchObject({ ok: true, value: { next: 0, within: 200 } });
  const { hand, port } = life(fresh.store);
  const [key = ''] = Object.keys(other.log.summary());
  expect(port.endLog(key, 1)).toBe(0);
  hand.step();
  expect(fresh.snapshots.loading()).toMatchObject({ within: 200 });
  expect(goOn(fresh, snapshot)).toEqual({ ok: true, value: null });
  hand.finish();
  expect(fresh.store.queries.count(Contact)).toBe(450);
  expect(fresh.store.db.prepare('select count(*) from contact where f_note is not null').pluck().get()).toBe(0);
  expectAsMadeAnew(fresh.store);
});
