/** A laptop with changed software wrote the last time there is: nobody's log or store may break of it. */
import { expect, test } from 'vitest';
import { Contact } from '#shared/contacts/contact.ts';
import { newId } from '#shared/kernel/ids.ts';
import { seededRandom, startOfTime } from '#tests/lib/core.ts';
import { createRelay, createReplica, introduce, type Replica, upload } from '#tests/lib/replicas.ts';

const id = newId({ time: { now: () => startOfTime }, random: seededRandom('contact') });
const write = (writer: Replica, values: Record<string, string>): number =>
  writer.store.commit([{ kind: Contact, id, act: 'set', values }], null);
const rowsOf = ({ store }: Replica) => store.queries.list({ kind: Contact, locale: 'ru' }).rows;

test('nobody takes the last time there is, and nothing is kept of it', () => {
  const [liar, honest] = [createReplica('liar'), createReplica('honest')];
  introduce([liar, honest]);
  const relay = createRelay();
  liar.store.log.setClock(Number.MAX_SAFE_INTEGER - 1);
  write(liar, { name: 'Пример, навсегда' });
  upload(liar, relay);
  const taken = [...relay.segments.values()].flat().map((each) => honest.log.applySegment(each));
  expect(taken).toMatchObject([{ ok: false, error: { code: 'segment/garbage' } }]);
  expect([rowsOf(honest), honest.store.log.opsOfRecord(id)]).toEqual([[], []]);
});

test('where it stands already, what is beside it can be written as ever', () => {
  const liar = createReplica('liar');
  introduce([liar]);
  liar.store.log.setClock(Number.MAX_SAFE_INTEGER - 1);
  write(liar, { name: 'Пример, навсегда' });
  liar.store.log.setClock(0);
  write(liar, { name: 'Пример, исправлено', note: 'Заметка' });
  write(liar, { note: 'Другая заметка' });
  upload(liar, createRelay());
  expect(rowsOf(liar)[0]?.values).toMatchObject({ name: 'Пример, навсегда', note: 'Другая заметка' });
});
