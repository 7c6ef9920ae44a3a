/** Single cases of what the simulation plays at random (histories.test.ts), where the very outcome matters. */
import { expect, test } from 'vitest';
import { createRelay, createReplica, introduce, partition, settle, upload } from '#tests/lib/replicas.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { derivedId } from '#core/store/derived-id.ts';

const recordIds = ['a', 'b', 'c'].map((name) => derivedId(`simulated|${name}`));
const dayMs = 86_400_000;

test('a value seen is beaten by the next edit, however far ahead its clock was', () => {
  const ahead = createReplica('ahead', 3650 * dayMs);
  const right = createReplica('right');
  introduce([ahead, right]);
  const relay = createRelay();
  const id = recordIds[0];
  if (id === undefined) return;
  ahead.store.commit([{ kind: Contact, id, act: 'set', values: { name: 'из будущего, пример' } }], null);
  settle([ahead, right], relay);
  right.store.commit([{ kind: Contact, id, act: 'set', values: { name: 'исправлено, пример' } }], null);
  settle([ahead, right], relay);
  for (const replica of [ahead, right])
    expect(replica.store.queries.get(Contact, id)?.values.name).toBe('исправлено, пример');
  // Nobody else's clock has moved: a fresh record is stamped with today.
  right.store.commit(
    [{ kind: Contact, id: String(recordIds[1]), act: 'set', values: { name: 'новый, пример' } }],
    null,
  );
  expect(right.store.queries.get(Contact, String(recordIds[1]))?.changedAt).toBeLessThan(right.clock.now + dayMs);
  const history = right.store.queries.history(Contact, id);
  expect(history.map((entry) => entry.changes[0]?.after)).toEqual(['исправлено, пример', 'из будущего, пример']);
  ahead.store.close();
  right.store.close();
});

test('a concurrent overwrite is found and kept, and found alike on both laptops', () => {
  const [a, b] = [createReplica('a'), createReplica('b', 60_000)];
  introduce([a, b]);
  const relay = createRelay();
  const id = String(recordIds[0]);
  a.store.commit([{ kind: Contact, id, act: 'set', values: { name: 'Начало, пример', phone: '1' } }], null);
  settle([a, b], relay);
  a.store.commit([{ kind: Contact, id, act: 'set', values: { name: 'Правка А, пример' } }], null);
  b.store.commit([{ kind: Contact, id, act: 'set', values: { name: 'Правка Б, пример' } }], null);
  a.store.commit([{ kind: Contact, id, act: 'set', values: { phone: '2' } }], null);
  settle([a, b], relay);
  for (const replica of [a, b]) {
    expect(replica.store.queries.get(Contact, id)?.values).toMatchObject({ name: 'Правка Б, пример', phone: '2' });
    const lost = replica.store.queries
      .history(Contact, id)
      .flatMap((entry) => entry.changes.filter((change) => change.overruled));
    expect(lost.map((change) => change.after)).toEqual(['Правка А, пример']);
  }
  a.store.close();
  b.store.close();
});

test('what was altered, forged or not allowed is refused and leaves no trace', () => {
  const [a, b] = [createReplica('a'), createReplica('b')];
  introduce([a, b]);
  const relay = createRelay();
  const id = String(recordIds[0]);
  a.store.commit([{ kind: Contact, id, act: 'set', values: { name: 'Контакт, пример' } }], null);
  upload(a, relay);
  const [sealed] = [...relay.segments.values()].flat();
  if (sealed === undefined) throw new Error('nothing was uploaded');
  for (let at = 0; at < sealed.length; at += 1) {
    const altered = new Uint8Array(sealed); // a Buffer's slice would be no copy
    altered[at] = (altered[at] ?? 0) ^ 1;
    expect(b.log.applySegment(altered).ok, `byte ${at}`).toBe(false);
    expect(b.log.applySegment(sealed.slice(0, at)).ok, `cut at ${at}`).toBe(false);
  }
  expect(b.store.queries.get(Contact, id)).toBeNull();
  expect(b.log.summary()).toEqual({});
  const stranger = createReplica('stranger');
  expect(stranger.log.applySegment(sealed)).toMatchObject({ ok: false, error: { code: 'segment/no-credential' } });
  expect(b.log.applySegment(sealed)).toMatchObject({ ok: true, value: { applied: 1 } });
  expect(b.log.applySegment(sealed)).toMatchObject({ ok: true, value: { applied: 0 } });
  expect(Object.keys(b.log.summary())).toEqual([`${a.log.replica} ${partition}`]);
  for (const replica of [a, b, stranger]) replica.store.close();
});
