/** Stores of earlier versions are brought up to date, and those of later ones are left alone. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openDatabase, type WritableDb } from '#core/store/database.ts';
import { createFilesQueries } from '#core/store/files-queries.ts';
import { migrate, migrations } from '#core/store/migrate.ts';
import { openStore, type Store } from '#core/store/store.ts';
import { Membership } from '#shared/commissions/membership.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { newId } from '#shared/kernel/ids.ts';
import { silentLogger } from '#shared/kernel/ports.ts';
import { seededRandom, startOfTime, temporaryFolder } from '#tests/lib/core.ts';
import { newContact, openTestStore } from '#tests/lib/open-store.ts';

const key = new Uint8Array(32).fill(3);
const time = { now: () => startOfTime };
const stores: Store[] = [];
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

function open(path: string): Store {
  const store = openTestStore(path, { key });
  stores.push(store);
  return store;
}

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
    const store = open(path);
    const actors = ['a', 'b'].map((name) => newId({ time, random: seededRandom(name) }));
    const changes = ['Первый, пример', 'Второй, пример', 'Третий, пример'].map(newContact);
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
      drop table forgotten;
      drop index if exists contact_by_own;
      create index contact_by_own on contact (own_log, own_seq);
      create index contact_by_f_messenger on contact (f_messenger) where alive = 1;
      pragma user_version = 2;
    `);
    store.close();

    const reopened = open(path);
    expect(changes.map(({ id }) => reopened.queries.get(Contact, id)?.changedBy)).toEqual([...actors, null]);
    reopened.commit([newContact('Четвёртый, пример')], actors[0] ?? null);
    expect(reopened.db.prepare('select count(*) from author').pluck().get()).toBe(2);
    expect(reopened.queries.roadCounts().saved).toBe(4);
    const indexes = reopened.db
      .prepare(`select sql from sqlite_schema where tbl_name = 'contact' and type = 'index'`)
      .pluck()
      .all();
    expect(indexes).not.toContainEqual(expect.stringContaining('f_messenger'));
    expect(indexes).not.toContainEqual(expect.stringContaining('own_log'));
  });

  test('006 writes ids and references as bytes, and every row keeps its number', () => {
    const path = join(temporaryFolder(), 'store.db');
    const store = open(path);
    store.indexes.ensureLocale('ru');
    const [first, second] = ['Один, пример', 'Два, пример'].map(newContact);
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
    store.db.exec('drop table forgotten; pragma user_version = 5');
    store.close();

    const reopened = open(path);
    expect(reopened.db.prepare('select typeof(f_contact) from membership').pluck().get()).toBe('blob');
    expect(seen(reopened)).toEqual(before);
    expect(seen(reopened)).toMatchObject({ seats: 1, contacts: { total: 1 }, found: { total: 1 } });
    reopened.commit([{ ...first, values: { note: 'Пример' } }], null);
    expect(reopened.queries.history(Contact, first.id)).toHaveLength(2);
  });

  test('007 takes what the hub holds as held for the laptop’s own partition, where all was offered until then', () => {
    const path = join(temporaryFolder(), 'store.db');
    const store = open(path);
    const digest = 'ab'.repeat(32);
    store.db.exec(`
      drop table attachment;
      create table attachment (sha256 text primary key, hub_epoch text not null) strict, without rowid;
      insert into attachment values ('${digest}', 'epoch');
      drop table forgotten;
      pragma user_version = 6;
    `);
    store.close();
    const reopened = open(path);
    const files = createFilesQueries(reopened);
    const isHeld = (partition: string) => files.isAtHub({ sha256: digest, partition }, 'epoch');
    expect([reopened.partition, 'kz/kz-11/another'].map(isHeld)).toEqual([true, false]);
  });

  test('a store of a newer app is refused and left as it was', () => {
    const path = join(temporaryFolder(), 'store.db');
    const store = open(path);
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
    const store = open(path);
    const change = newContact('Контакт, пример');
    store.commit([change], null);
    const before = store.queries.get(Contact, change.id);
    // As an older version would have left it: the row without the name, the log with it.
    store.db.exec(`update contact set f_name = null`);
    store.meta.set('fields-of-contact', '2 3');
    store.close();
    expect(open(path).queries.get(Contact, change.id)).toEqual(before);
  });

  test('a version that makes other keys makes them anew', () => {
    const path = join(temporaryFolder(), 'store.db');
    const store = open(path);
    store.indexes.ensureLocale('uz-Cyrl');
    const names = ['Ўктам, мисол', 'Анвар, мисол'];
    store.commit(names.map(newContact), null);
    const listed = { kind: Contact, locale: 'uz-Cyrl', sort: { field: 'name', descending: false } } as const;
    expect(store.queries.list(listed).rows.map((row) => row.values.name)).toEqual(names.toReversed());
    // As an older version would have left it: other keys, and no word of which version made them.
    store.db.exec(`update contact_sort set key = 'z' || row; delete from contact_search`);
    store.meta.set('fields-of-contact', (store.meta.get('fields-of-contact') ?? '').replace(/ keys-.*$/, ''));
    store.close();
    const opened = open(path);
    expect(opened.queries.list(listed).rows.map((row) => row.values.name)).toEqual(names.toReversed());
    expect(opened.queries.list({ ...listed, search: 'Oktam' }).total).toBe(1);
  });
});
