/** The encrypted store: atomic writes, damage, backups, full disk. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, openSync, closeSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createBackups } from '#core/store/backups.ts';
import { databaseFailure, isSound, openDatabase } from '#core/store/database.ts';
import type { Store } from '#core/store/store.ts';
import { root } from '../../scripts/runtimes.mjs';
import { silentLogger } from '#shared/kernel/ports.ts';
import { newId } from '#shared/kernel/ids.ts';
import {
  seededRandom,
  startCore,
  startOfTime,
  startSignedIn,
  temporaryFolder,
  testPin,
  type TestCore,
} from '#tests/lib/core.ts';
import { newContact, openTestStore } from '#tests/lib/open-store.ts';

const key = new Uint8Array(32).fill(3);
const time = { now: () => startOfTime };
const cores: TestCore[] = [];
const stores: Store[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) store.close();
  await Promise.all(cores.splice(0).map((core) => core.close()));
});

function open(path: string, changed?: (topics: readonly string[]) => void): Store {
  const store = openTestStore(path, { key, ...(changed && { changed }) });
  stores.push(store);
  return store;
}

/** Everything the store holds, as rows: what an interrupted write must leave unchanged. */
function contents(store: Store): string {
  const tables = store.db
    .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by name`)
    .pluck()
    .all() as string[];
  return JSON.stringify(tables.map((table) => [table, store.db.prepare(`select * from "${table}"`).all()]));
}

test('a write that fails at any statement leaves no trace and tells nobody', () => {
  const topics: string[] = [];
  const store = open(join(temporaryFolder(), 'store.db'), (changed) => topics.push(...changed));
  store.indexes.ensureLocale('ru');
  store.commit([newContact('Первый, пример')], null);
  const many = (count: number) => Array.from({ length: count }, (_, index) => newContact(`Пример ${index}`));
  // Each table the write touches refuses in turn, as a full disk or a bug would make it. The long write fills a block, which
  // is sealed, and joined with the small segment that was handed over before; the rest goes to the tail.
  store.committer.seal();
  const before = contents(store);
  const summary = JSON.stringify(store.log.summary());
  topics.length = 0;
  for (const [table, event, count] of [
    ['tail', 'insert', 2],
    ['contact', 'insert', 2],
    ['contact_sort', 'insert', 2],
    ['segment', 'insert', 1100],
    ['segment', 'delete', 1100],
    ['log', 'update', 2200],
    ['meta', 'update', 1100],
    ['tail', 'insert', 1100],
  ] as const) {
    store.db.exec(
      `create temp trigger refuse before ${event} on main."${table}" begin select raise(abort, 'refused'); end`,
    );
    expect(() => store.commit(many(count), null), `${event} ${table}`).toThrow('refused');
    store.db.exec('drop trigger temp.refuse');
    expect(contents(store), `${event} ${table}`).toBe(before);
    expect(JSON.stringify(store.log.summary()), `${event} ${table}`).toBe(summary);
  }
  expect(topics).toEqual([]);
  expect(store.commit(many(1100), null)).toBe(1100);
  expect(topics).toContain('contacts');
  expect(store.log.logs().map((log) => store.log.opsAfter(log, 0, 5000).length)).toEqual([1101]);
});

test('a change that changes nothing makes no op', () => {
  const store = open(join(temporaryFolder(), 'store.db'));
  const change = newContact('Контакт, пример');
  expect(store.commit([change], null)).toBe(1);
  expect(store.commit([change], null)).toBe(0);
});

test('the file cannot be read with another key, nor without one', () => {
  const path = join(temporaryFolder(), 'store.db');
  open(path).close();
  expect(openDatabase({ path, key: new Uint8Array(32).fill(4) })).toEqual({
    ok: false,
    error: { code: 'store/damaged' },
  });
  expect(openDatabase({ path, key: null })).toEqual({ ok: false, error: { code: 'store/damaged' } });
  expect(readFileSync(path).subarray(0, 15).toString()).not.toBe('SQLite format 3');
});

test('a second process is told that the store is in use', () => {
  const path = join(temporaryFolder(), 'store.db');
  open(path);
  expect(openDatabase({ path, key })).toEqual({ ok: false, error: { code: 'store/in-use' } });
});

describe('a damaged file', () => {
  async function damaged(): Promise<{ core: TestCore; slot: string }> {
    const first = await startSignedIn();
    for (let index = 0; index < 60; index += 1) {
      await first.value('records.save', { kind: 'contact', values: { name: `Контакт, пример ${index}` } });
    }
    await first.close();
    const db = join(first.directory, 'komissiya.db');
    const file = openSync(db, 'r+');
    writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, 0);
    closeSync(file);
    const core = startCore({ directory: first.directory });
    cores.push(core);
    return { core, slot: first.slot };
  }

  test('is told at sign-in, stays as it is, and a backup takes its place', async () => {
    const first = await startSignedIn();
    await first.value('records.save', { kind: 'contact', values: { name: 'Контакт, пример' } });
    const resume = first.session();
    if (resume === null) throw new Error('no session');
    await first.close();
    const backups = createBackups(first.directory, { time, logger: silentLogger });
    expect(backups.make(null, Buffer.from(resume.key, 'hex')).ok).toBe(true);
    const db = join(first.directory, 'komissiya.db');
    const file = openSync(db, 'r+');
    writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, 0);
    closeSync(file);

    const core = startCore({ directory: first.directory });
    cores.push(core);
    expect(await core.code('access.signIn', { slot: first.slot, pin: testPin })).toBe('store/damaged');
    const { items } = await core.value('access.backups', {});
    expect(items).toHaveLength(1);
    await core.value('access.restoreBackup', { id: String(items[0]?.id) });
    await core.value('access.signIn', { slot: first.slot, pin: testPin });
    expect((await core.value('records.list', { kind: 'contact', locale: 'ru' })).total).toBe(1);
    expect(readdirSync(first.directory).some((name) => name.startsWith('komissiya.db.damaged-'))).toBe(true);
  });

  test('without a backup is told and never replaced by a blank one', async () => {
    const { core, slot } = await damaged();
    const db = join(core.directory, 'komissiya.db');
    const before = readFileSync(db);
    expect(await core.code('access.signIn', { slot, pin: testPin })).toBe('store/damaged');
    expect((await core.value('access.backups', {})).items).toEqual([]);
    expect(readFileSync(db).equals(before)).toBe(true);
    // The way on: the damaged file is kept aside, an empty store waits for the hub.
    await core.value('access.startAfresh', { slot, pin: testPin });
    expect((await core.value('records.list', { kind: 'contact', locale: 'ru' })).total).toBe(0);
    const aside = readdirSync(core.directory).find((name) => /^komissiya\.db\.damaged-\d+$/.test(name));
    expect(readFileSync(join(core.directory, String(aside))).equals(before)).toBe(true);
    await core.value('access.lock', {});
    expect(await core.code('access.startAfresh', { slot, pin: testPin })).toBe('access/not-damaged');
  });

  test('a restored store takes a new replica identity', async () => {
    const first = await startSignedIn();
    const resume = first.session();
    await first.close();
    const keyBytes = Buffer.from(String(resume?.key), 'hex');
    const replicaOf = (): string => {
      const opened = openDatabase({ path: join(first.directory, 'komissiya.db'), key: keyBytes });
      if (!opened.ok) throw new Error(opened.error.code);
      const replica = String(opened.value.prepare(`select value from meta where key = 'replica'`).pluck().get());
      opened.value.close();
      return replica;
    };
    const before = replicaOf();
    const backup = createBackups(first.directory, { time, logger: silentLogger }).make(null, keyBytes);
    if (!backup.ok) throw new Error(backup.error.code);
    const core = startCore({ directory: first.directory });
    await core.value('access.restoreBackup', { id: backup.value.id });
    await core.value('access.signIn', { slot: first.slot, pin: testPin });
    await core.close();
    expect(replicaOf()).not.toBe(before);
  });
});

test('a backup is checked before it counts, and the ring keeps seven', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'komissiya.db');
  const store = open(path);
  let now = startOfTime;
  const backups = createBackups(folder, { time: { now: () => now }, logger: silentLogger });
  expect(backups.isDue()).toBe(true);
  for (let day = 0; day < 9; day += 1) {
    store.commit([newContact(`Контакт, пример ${day}`)], null);
    expect(backups.make(store.db, key).ok).toBe(true);
    expect(backups.isDue()).toBe(false);
    now += 86_400_000;
  }
  expect(backups.list()).toHaveLength(7);
  const newest = backups.list()[0];
  if (newest === undefined) throw new Error('no backup');
  const copy = join(temporaryFolder(), 'copy.db');
  copyFileSync(join(folder, 'backups', newest.id), copy);
  const opened = openDatabase({ path: copy, key });
  if (!opened.ok) throw new Error(opened.error.code);
  expect(isSound(opened.value)).toBe(true);
  expect(opened.value.prepare('select count(*) from contact').pluck().get()).toBe(9);
  opened.value.close();
  // With a wrong key nothing can be verified, so nothing is kept.
  expect(backups.make(store.db, new Uint8Array(32)).ok).toBe(false);
  expect(readdirSync(join(folder, 'backups')).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('a backup beside other work is one moment of the store, and the store stays locked', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'komissiya.db');
  const store = open(path);
  // Larger than the piece that is read at once: the rest is read after what is written below.
  const long = { ...newContact('Контакт, пример'), values: { note: 'Заметка, пример. '.repeat(300) } };
  for (let index = 0; index < 300; index += 1)
    store.commit([{ ...long, id: newId({ time, random: seededRandom(`long ${index}`) }) }], null);
  store.checkpoints.now();
  expect(statSync(path).size).toBeGreaterThan(3_000_000);
  const backups = createBackups(folder, { time, logger: silentLogger });
  const going = backups.makeBeside(store, key, new AbortController().signal);
  // It begins behind any copy before it: not within the call.
  await Promise.resolve();
  // What others wrote is taken, and more is written than SQLite would leave in the WAL, while the copy is made.
  store.committer.together(() => true);
  for (let index = 0; index < 300; index += 1) store.commit([newContact(`Позже, пример ${index}`)], null);
  store.checkpoints.now();
  const made = await going;
  if (made?.ok !== true) throw new Error('no backup');
  expect(store.db.pragma('wal_autocheckpoint', { simple: true })).toBe(8000);
  const opened = openDatabase({ path: join(folder, 'backups', made.value.id), key });
  if (!opened.ok) throw new Error(opened.error.code);
  expect(opened.value.prepare('select count(*) from contact').pluck().get()).toBe(300);
  opened.value.close();

  const other = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { openDatabase } from '#core/store/database.ts';
       const opened = openDatabase({ path: process.argv[1], key: new Uint8Array(JSON.parse(process.argv[2])) });
       console.log(opened.ok ? 'opened' : opened.error.code);`,
      path,
      JSON.stringify([...key]),
    ],
    { cwd: root, encoding: 'utf8' },
  );
  expect(other.stdout.trim()).toBe('store/in-use');

  const ended = new AbortController();
  const stopped = backups.makeBeside(store, key, ended.signal);
  ended.abort();
  expect(await stopped).toBeNull();
  // Nor with a wrong key, with which nothing can be verified.
  const unsound = await backups.makeBeside(store, new Uint8Array(32), new AbortController().signal);
  expect(unsound).toEqual({ ok: false, error: { code: 'store/damaged' } });
  expect(backups.list()).toHaveLength(1);
  expect(readdirSync(join(folder, 'backups'))).toHaveLength(1);
});

test('a full database says so and stays as it was', () => {
  const store = open(join(temporaryFolder(), 'store.db'));
  store.commit([newContact('Контакт, пример')], null);
  const pages = Number(store.db.pragma('page_count', { simple: true }));
  store.db.pragma(`max_page_count = ${pages + 40}`);
  let failure: unknown;
  try {
    for (let index = 0; index < 500; index += 1) {
      store.commit(
        [
          {
            ...newContact(`Контакт, пример ${index}`),
            values: { name: `Контакт, пример ${index}`, note: 'н'.repeat(5000) },
          },
        ],
        null,
      );
    }
  } catch (error) {
    failure = databaseFailure(error);
  }
  expect(failure).toEqual({ code: 'store/disk-full' });
  store.db.pragma('max_page_count = 1000000');
  const [ops = 0] = Object.values(store.log.summary());
  expect(ops).toBeGreaterThan(1);
  expect(store.db.prepare('select count(*) from contact').pluck().get()).toBe(ops);
  // What the memory says is what the file says.
  store.log.reload();
  expect(Object.values(store.log.summary())).toEqual([ops]);
  expect(store.commit([newContact('Контакт, пример')], null)).toBe(0);
});
