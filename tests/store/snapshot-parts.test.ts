/** A chunk of many records that are searched by is taken in parts, so that nobody waits; whatever comes between them is harmless. */
import { expect, test } from 'vitest';
import { createSnapshotLoader } from '#core/store/snapshot-loader.ts';
import { derivedId } from '#core/store/derived-id.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { createRelay, createReplica, hubKey, introduce, type Replica, settle } from '#tests/lib/replicas.ts';
import { goOn, makeSnapshot } from '#tests/lib/snapshots.ts';

const contact = (index: number): string => derivedId(`in parts ${index}`);
const records = 450;

function office(size = 1000) {
  const [writer, fresh] = [createReplica('parts writer'), createReplica('parts fresh')];
  introduce([writer, fresh]);
  const relay = createRelay();
  writer.store.commit(
    Array.from({ length: records }, (_, index) => ({
      kind: Contact,
      id: contact(index),
      act: 'set' as const,
      values: { name: `Пример ${index}`, languages: index % 3 === 0 ? ['kk', 'ru'] : [] },
    })),
    null,
  );
  writer.store.commit([{ kind: Contact, id: contact(7), act: 'remove', values: {} }], null);
  settle([writer], relay);
  const snapshot = makeSnapshot(relay, [writer], null, {}, size);
  if (snapshot === null) throw new Error('no snapshot');
  return { writer, fresh, relay, snapshot };
}

const rowsOf = ({ store }: Replica): unknown =>
  store.db.prepare('select id, alive, f_name, f_languages, sets from contact order by id').all();
const found = ({ store }: Replica, query: string): unknown[] =>
  store.queries.list({ kind: Contact, locale: 'ru', search: query, limit: 1000 }).rows.map(({ id }) => id);

test('a chunk is taken in parts; after an end between two of them it goes on where it was', () => {
  const { writer, fresh, snapshot } = office();
  expect(snapshot.chunks).toHaveLength(1);
  const [chunk = new Uint8Array(0)] = snapshot.chunks;
  const begun = fresh.snapshots.begin(snapshot.head, 'ab'.repeat(32), ['kz']);
  expect(begun.ok).toBe(true);
  expect(fresh.snapshots.take(chunk)).toMatchObject({ ok: true, value: { next: 0, within: 200 } });
  expect(fresh.store.db.prepare('select count(*) from contact').pluck().get()).toBe(200);
  // A person writes to one that is not here yet, as one that is: another laptop may have told of it by then.
  fresh.clock.now += 60_000;
  fresh.store.commit([{ kind: Contact, id: contact(3), act: 'set', values: { note: 'Заметка, пример' } }], null);

  // The process ended: another loader reads from the disk how far it was.
  fresh.store.log.reload();
  const again = {
    ...fresh,
    snapshots: createSnapshotLoader({
      ...fresh.store,
      hubKey: () => hubKey,
      addCredentials: (credentials) => fresh.log.addCredentials(credentials),
    }),
  };
  expect(again.snapshots.loading()).toMatchObject({ next: 0, within: 200 });
  const altered = Uint8Array.from(chunk);
  altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
  expect(again.snapshots.take(altered)).toMatchObject({ ok: false, error: { code: 'snapshot/altered' } });
  expect(goOn(again, snapshot)).toEqual({ ok: true, value: null });
  expect(again.snapshots.loading()).toBeNull();

  expect(fresh.log.summary()).toMatchObject(writer.log.summary());
  expect(rowsOf(fresh)).toEqual(rowsOf(writer));
  expect(found(fresh, 'Пример')).toHaveLength(records - 1);
  expect(found(fresh, 'Пример 449')).toEqual([contact(449)]);
  expect(fresh.store.queries.history(Contact, contact(449))).toHaveLength(1);
  const held = rowsOf(fresh);
  fresh.store.committer.rebuild(Contact);
  expect(rowsOf(fresh)).toEqual(held);
});

test('where the disk is too full to begin, nothing of it stays, in memory neither, and it begins once there is room', () => {
  const { writer, fresh, snapshot } = office(2);
  const begin = (): unknown => fresh.snapshots.begin(snapshot.head, 'ab'.repeat(32), ['kz']);
  const { db, log } = fresh.store;
  db.pragma(`max_page_count = ${String(db.pragma('page_count', { simple: true }))}`);
  const before = log.logs();
  expect(begin()).toEqual({ ok: false, error: { code: 'store/disk-full' } });
  expect(fresh.snapshots.loading()).toBeNull();
  expect(log.logs()).toEqual(before);

  db.pragma('max_page_count = 1000000');
  expect(begin()).toMatchObject({ ok: true });
  expect(goOn(fresh, snapshot)).toEqual({ ok: true, value: null });
  expect(rowsOf(fresh)).toEqual(rowsOf(writer));
});
