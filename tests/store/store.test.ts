/** The encrypted store: atomic writes, migrations, damage, backups, full disk. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, openSync, closeSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createBackups } from '#core/store/backups.ts';
import { databaseFailure, isSound, openDatabase, type WritableDb } from '#core/store/database.ts';
import { migrate, migrations } from '#core/store/migrate.ts';
import { openStore, type Store } from '#core/store/store.ts';
import { root } from '../../scripts/runtimes.mjs';
import { silentLogger } from '#shared/kernel/ports.ts';
import { Membership } from '#shared/commissions/membership.ts';
import { Contact } from '#shared/contacts/contact.ts';
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

const key = new Uint8Array(32).fill(3);
const time = { now: () => startOfTime };
const cores: TestCore[] = [];
const stores: Store[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) store.close();
  await Promise.all(cores.splice(0).map((core) => core.close()));
});

function openTestStore(path: string, changed: (topics: readonly string[]) => void = () => undefined): Store {
  const opened = openStore({ path, key }, 'kz/kz-19/own-test', {
    time,
    random: seededRandom(path),
    logger: silentLogger,
    changed,
    backUp: () => undefined,
  });
  if (!opened.ok) throw new Error(opened.error.code);
  stores.push(opened.value);
  return opened.value;
}
const contact = (name: string) => ({
  kind: Contact,
  id: newId({ time, random: seededRandom(name) }),
  act: 'set' as const,
  values: { name },
});

/** Writes a kind's table as versions before 006 did. */
function withLongIds(db: WritableDb, table: string, ids: readonly string[]): void {
  const columns = (db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name); // its fixed shape
  const long = (column: string): string => {
    const digits = [1, 9, 13, 17, 21].map((from, at) => `substr(hex(${column}), ${from}, ${[8, 4, 4, 4, 12][at]})`);
    return `lower(${digits.join(` || '-' || `)})`;
  };
  const sql = String(db.prepare('select sql from sqlite_schema where name = ?').pluck().get(table));
  db.exec(`
    ${sql.replace(`"${table}"`, 'long').replaceAll(' blob', ' text')};
    insert into long select ${columns.map((column) => (ids.includes(column) ? long(column) : column)).join(', ')} from ${table};
    drop table ${table};
    alter table long rename to ${table};
  `);
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
  const store = openTestStore(join(temporaryFolder(), 'store.db'), (changed) => topics.push(...changed));
  store.indexes.ensureLocale('ru');
  store.commit([contact('Первый, пример')], null);
  const many = (count: number) => Array.from({ length: count }, (_, index) => contact(`Пример ${index}`));
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
  const store = openTestStore(join(temporaryFolder(), 'store.db'));
  const change = contact('Контакт, пример');
  expect(store.commit([change], null)).toBe(1);
  expect(store.commit([change], null)).toBe(0);
});

test('the file cannot be read with another key, nor without one', () => {
  const path = join(temporaryFolder(), 'store.db');
  openTestStore(path).close();
  expect(openDatabase({ path, key: new Uint8Array(32).fill(4) })).toEqual({
    ok: false,
    error: { code: 'store/damaged' },
  });
  expect(openDatabase({ path, key: null })).toEqual({ ok: false, error: { code: 'store/damaged' } });
  expect(readFileSync(path).subarray(0, 15).toString()).not.toBe('SQLite format 3');
});

test('a second process is told that the store is in use', () => {
  const path = join(temporaryFolder(), 'store.db');
  openTestStore(path);
  expect(openDatabase({ path, key })).toEqual({ ok: false, error: { code: 'store/in-use' } });
});

describe('migrations', () => {
  test('each one runs on the rows of the version before it and keeps them', () => {
    for (let version = 1; version < migrations.length; version += 1) {
      const path = join(temporaryFolder(), `from-${version}.db`);
      const opened = openDatabase({ path, key });
      if (!opened.ok) throw new Error(opened.error.code);
      const db = opened.value;
      for (const migration of migrations.slice(0, version)) db.exec(migration.sql);
      db.pragma(`user_version = ${version}`);
      db.exec(`insert into meta (key, value) values ('kept', 'yes')`);
      db.exec(
        `insert into replica (id, public_key) values ('r', 'k'); insert into log (replica, partition, base_head) values (1, 'kz', x'00')`,
      );
      let backedUp = 0;
      expect(migrate(db, () => (backedUp += 1)).ok).toBe(true);
      expect(backedUp).toBe(1);
      expect(db.prepare(`select value from meta where key = 'kept'`).pluck().get()).toBe('yes');
      expect(db.prepare('select count(*) from log').pluck().get()).toBe(1);
      expect(db.pragma('user_version', { simple: true })).toBe(migrations.length);
      expect(migrate(db, () => (backedUp += 1)).ok).toBe(true);
      expect(backedUp).toBe(1);
      db.close();
    }
  });

  test('003 puts who changed a record as a number, and drops the indexes nobody asks', () => {
    const path = join(temporaryFolder(), 'store.db');
    const store = openTestStore(path);
    const actors = ['a', 'b'].map((name) => newId({ time, random: seededRandom(name) }));
    const changes = ['Первый, пример', 'Второй, пример', 'Третий, пример'].map(contact);
    store.commit(changes.slice(0, 1), actors[0] ?? null);
    store.commit(changes.slice(1, 2), actors[1] ?? null);
    store.commit(changes.slice(2), null);
    // As the versions before wrote it.
    withLongIds(store.db, 'contact', ['id']);
    store.db.exec(`
      alter table contact rename column changed_by to ref;
      alter table contact add column changed_by text;
      update contact set changed_by = (select id from author where author.ref = contact.ref);
      alter table contact drop column ref;
      drop table author;
      drop table attachment;
      drop table archive;
      drop index if exists contact_by_own;
      create index contact_by_own on contact (own_log, own_seq);
      create index contact_by_f_messenger on contact (f_messenger) where alive = 1;
      pragma user_version = 2;
    `);
    store.close();

    const reopened = openTestStore(path);
    expect(changes.map(({ id }) => reopened.queries.get(Contact, id)?.changedBy)).toEqual([...actors, null]);
    reopened.commit([contact('Четвёртый, пример')], actors[0] ?? null);
    expect(reopened.db.prepare('select count(*) from author').pluck().get()).toBe(2);
    expect(reopened.queries.roadCounts().saved).toBe(4);
    const indexes = reopened.db
      .prepare(`select sql from sqlite_schema where tbl_name = 'contact' and type = 'index'`)
      .pluck()
      .all();
    expect(indexes).not.toContainEqual(expect.stringContaining('f_messenger'));
    expect(indexes).toContainEqual(expect.stringContaining('where own_log > 0'));
  });

  test('006 writes ids and references as bytes, and every row keeps its number', () => {
    const path = join(temporaryFolder(), 'store.db');
    const store = openTestStore(path);
    store.indexes.ensureLocale('ru');
    const [first, second] = ['Один, пример', 'Два, пример'].map(contact);
    if (first === undefined || second === undefined) throw new Error('no contacts');
    const seat = { kind: Membership, id: newId({ time, random: seededRandom('seat') }), act: 'set' as const };
    store.commit([first, second, { ...seat, values: { contact: first.id, commission: second.id } }], null);
    store.commit([{ ...second, act: 'remove', values: {} }], null);
    const seen = (of: Store): unknown => ({
      contacts: of.queries.list({ kind: Contact, locale: 'ru' }),
      found: of.queries.list({ kind: Contact, locale: 'ru', search: 'один' }),
      removed: of.queries.get(Contact, second.id),
      seat: of.queries.get(Membership, seat.id),
      seats: of.queries.list({ kind: Membership, locale: 'ru', where: { contact: first.id } }).total,
    });
    const before = seen(store);
    withLongIds(store.db, 'contact', ['id']);
    withLongIds(store.db, 'membership', ['id', 'f_contact', 'f_commission']);
    expect(store.db.prepare('select f_contact from membership').pluck().get()).toBe(first.id);
    store.db.pragma('user_version = 5');
    store.close();

    const reopened = openTestStore(path);
    expect(reopened.db.prepare('select typeof(f_contact) from membership').pluck().get()).toBe('blob');
    expect(seen(reopened)).toEqual(before);
    expect(seen(reopened)).toMatchObject({ seats: 1, contacts: { total: 1 }, found: { total: 1 } });
    reopened.commit([{ ...first, values: { note: 'Пример' } }], null);
    expect(reopened.queries.history(Contact, first.id)).toHaveLength(2);
  });

  test('a store of a newer app is refused and left as it was', () => {
    const path = join(temporaryFolder(), 'store.db');
    const store = openTestStore(path);
    store.db.pragma('user_version = 99');
    store.close();
    const size = statSync(path).size;
    const opened = openStore({ path, key }, 'kz', {
      time,
      random: seededRandom('x'),
      logger: silentLogger,
      changed: () => undefined,
      backUp: () => undefined,
    });
    expect(opened).toEqual({ ok: false, error: { code: 'store/from-future', found: 99, known: migrations.length } });
    expect(statSync(path).size).toBe(size);
  });

  test('a version that knows more fields rebuilds the kind from the log', () => {
    const path = join(temporaryFolder(), 'store.db');
    const store = openTestStore(path);
    const change = contact('Контакт, пример');
    store.commit([change], null);
    const before = store.queries.get(Contact, change.id);
    // As an older version would have left it: the row without the name, the log with it.
    store.db.exec(`update contact set f_name = null`);
    store.meta.set('fields-of-contact', '2 3');
    store.close();
    expect(openTestStore(path).queries.get(Contact, change.id)).toEqual(before);
  });

  test('a version that makes other keys makes them anew', () => {
    const path = join(temporaryFolder(), 'store.db');
    const store = openTestStore(path);
    store.indexes.ensureLocale('uz-Cyrl');
    const names = ['Ўктам, мисол', 'Анвар, мисол'];
    store.commit(names.map(contact), null);
    const listed = { kind: Contact, locale: 'uz-Cyrl', sort: { field: 'name', descending: false } } as const;
    expect(store.queries.list(listed).rows.map((row) => row.values.name)).toEqual(names.toReversed());
    // As an older version would have left it: other keys, and no word of which version made them.
    store.db.exec(`update contact_sort set key = 'z' || row; delete from contact_search`);
    store.meta.set('fields-of-contact', (store.meta.get('fields-of-contact') ?? '').replace(/ keys-.*$/, ''));
    store.close();
    const opened = openTestStore(path);
    expect(opened.queries.list(listed).rows.map((row) => row.values.name)).toEqual(names.toReversed());
    expect(opened.queries.list({ ...listed, search: 'Oktam' }).total).toBe(1);
  });
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
  const store = openTestStore(path);
  let now = startOfTime;
  const backups = createBackups(folder, { time: { now: () => now }, logger: silentLogger });
  expect(backups.isDue()).toBe(true);
  for (let day = 0; day < 9; day += 1) {
    store.commit([contact(`Контакт, пример ${day}`)], null);
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
  const store = openTestStore(path);
  // Larger than the piece that is read at once: the rest is read after what is written below.
  const long = { ...contact('Контакт, пример'), values: { note: 'Заметка, пример. '.repeat(300) } };
  for (let index = 0; index < 300; index += 1)
    store.commit([{ ...long, id: newId({ time, random: seededRandom(`long ${index}`) }) }], null);
  expect(statSync(path).size).toBeGreaterThan(3_000_000);
  const backups = createBackups(folder, { time, logger: silentLogger });
  const going = backups.makeBeside(store, key, new AbortController().signal);
  // What others wrote is taken, and more is written than SQLite would leave in the WAL, while the copy is made.
  store.committer.together(() => true);
  for (let index = 0; index < 300; index += 1) store.commit([contact(`Позже, пример ${index}`)], null);
  store.committer.rest();
  const made = await going;
  if (made?.ok !== true) throw new Error('no backup');
  expect(store.db.pragma('wal_autocheckpoint', { simple: true })).toBe(1000);
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
  const store = openTestStore(join(temporaryFolder(), 'store.db'));
  store.commit([contact('Контакт, пример')], null);
  const pages = Number(store.db.pragma('page_count', { simple: true }));
  store.db.pragma(`max_page_count = ${pages + 40}`);
  let failure: unknown;
  try {
    for (let index = 0; index < 500; index += 1) {
      store.commit(
        [
          {
            ...contact(`Контакт, пример ${index}`),
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
  expect(store.commit([contact('Контакт, пример')], null)).toBe(0);
});
