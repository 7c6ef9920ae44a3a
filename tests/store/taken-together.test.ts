/** Several segments taken in one transaction: kept all, or none. */
import { expect, test } from 'vitest';
import { Contact } from '#shared/contacts/contact.ts';
import { newId } from '#shared/kernel/ids.ts';
import { err, ok } from '#shared/kernel/result.ts';
import { seededRandom, startOfTime } from '#tests/lib/core.ts';
import { createRelay, createReplica, introduce, upload } from '#tests/lib/replicas.ts';

const idOf = (name: string) => newId({ time: { now: () => startOfTime }, random: seededRandom(name) });

function twoSegments() {
  const [writer, reader] = [createReplica('writer'), createReplica('reader')];
  introduce([writer, reader]);
  const relay = createRelay();
  for (const name of ['Первый, пример', 'Второй, пример']) {
    writer.store.commit([{ kind: Contact, id: idOf(name), act: 'set', values: { name } }], idOf('chair'));
    upload(writer, relay);
  }
  return { reader, segments: [...relay.segments.values()].flat() };
}

const names = (reader: ReturnType<typeof createReplica>) =>
  reader.store.queries.list({ kind: Contact, locale: 'ru' }).rows.map(({ values }) => values.name);

test('segments of one log follow each other in one transaction', () => {
  const { reader, segments } = twoSegments();
  expect(segments).toHaveLength(2);
  expect(reader.log.together(() => (segments.forEach((each) => reader.log.applySegment(each)), ok(null)))).toEqual(
    ok(null),
  );
  expect(names(reader)).toEqual(['Второй, пример', 'Первый, пример']);
  expect(Object.values(reader.log.summary())).toEqual([2]);
});

test('a failure behind them takes all of them back, also what is held in memory, and they can be taken again', () => {
  const { reader, segments } = twoSegments();
  const failed = reader.log.together(() => {
    for (const each of segments) expect(reader.log.applySegment(each).ok).toBe(true);
    return err({ code: 'store/disk-full' });
  });
  expect(failed).toEqual(err({ code: 'store/disk-full' }));
  expect(names(reader)).toEqual([]);
  expect(reader.log.summary()).toEqual({});
  for (const each of segments) expect(reader.log.applySegment(each).ok).toBe(true);
  expect(names(reader)).toEqual(['Второй, пример', 'Первый, пример']);
});

test('where half of a segment is written nothing is kept, even if the caller goes on', () => {
  const { reader, segments } = twoSegments();
  const [first, second] = segments;
  if (first === undefined || second === undefined) throw new Error('two segments are needed');
  reader.store.db.exec(`
    create temp trigger fails before insert on contact when new.f_name like 'Второй%'
    begin select raise(abort, 'the disk is full'); end;
  `);
  expect(() =>
    reader.log.together(() => {
      reader.log.applySegment(first);
      try {
        reader.log.applySegment(second);
      } catch {
        // As a caller would that takes it for one segment's trouble.
      }
      return ok(null);
    }),
  ).toThrow('the disk is full');
  expect(names(reader)).toEqual([]);
  reader.store.db.exec('drop trigger fails');
  for (const each of segments) reader.log.applySegment(each);
  expect(names(reader)).toEqual(['Второй, пример', 'Первый, пример']);
});

test('ops of one record give the same, one by one and together', () => {
  const replicas = ['first', 'second', 'one by one', 'together'].map((name, index) =>
    createReplica(name, index * 1000),
  );
  const [first, second, single, joint] = replicas;
  if (first === undefined || second === undefined || single === undefined || joint === undefined) throw new Error();
  introduce(replicas);
  const relay = createRelay();
  const shared = idOf('shared');
  const gone = idOf('gone');
  const write = (at: typeof first, id: string, act: 'set' | 'remove' | 'restore', values = {}): void => {
    at.clock.now += 60_000;
    at.store.commit([{ kind: Contact, id, act, values }], idOf(at.name));
    upload(at, relay);
  };
  write(first, shared, 'set', { name: 'Имя, пример', phone: '1', languages: ['ru', 'kk'] });
  write(first, gone, 'set', { name: 'Ушедший, пример' });
  for (const bytes of [...relay.segments.values()].flat()) second.log.applySegment(bytes);
  // Both on one record, unseen of each other, with a removal in between; the other record goes, comes back and goes.
  write(first, shared, 'set', { phone: '2', languages: ['ru'] });
  write(first, shared, 'remove');
  write(second, shared, 'set', { phone: '3', languages: ['ru', 'kk', 'uz'] });
  write(second, shared, 'set', { name: 'Другое имя, пример' });
  write(first, shared, 'restore', { position: 'Секретарь, пример' });
  for (const act of ['remove', 'restore', 'remove'] as const) write(second, gone, act);
  const segments = [...relay.segments.values()].flat();
  for (const each of segments) expect(single.log.applySegment(each).ok).toBe(true);
  expect(
    joint.log.together(
      () => (segments.forEach((each) => expect(joint.log.applySegment(each).ok).toBe(true)), ok(null)),
    ),
  ).toEqual(ok(null));

  const told = ({ store }: typeof first) => ({
    list: store.queries.list({ kind: Contact, locale: 'ru' }).rows,
    found: store.queries.list({ kind: Contact, locale: 'ru', search: 'Другое' }).rows.map(({ id }) => id),
    rows: store.db
      .prepare('select id, alive, created_at, changed_at, removals, sets, f_phone from contact order by alive desc')
      .all(),
    keys: store.db.prepare('select kind, key from natural_key order by key').all(),
  });
  expect(told(joint)).toEqual(told(single));
  expect(told(joint).found).toEqual([shared]);
  expect(told(joint).rows).toMatchObject([{ alive: 1 }, { alive: 0 }]);
  // What comes later finds the same clocks.
  write(second, shared, 'set', { phone: '4' });
  for (const each of [single, joint])
    each.log.applySegment([...relay.segments.values()].flat().at(-1) ?? new Uint8Array());
  expect(told(joint)).toEqual(told(single));
});
