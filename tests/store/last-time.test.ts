/** A laptop with changed software wrote the last time there is: nobody's log or store may break of editing that record. */
import { expect, test } from 'vitest';
import { Contact } from '#shared/contacts/contact.ts';
import { newId } from '#shared/kernel/ids.ts';
import { seededRandom, startOfTime } from '#tests/lib/core.ts';
import { createRelay, createReplica, introduce, upload } from '#tests/lib/replicas.ts';

test('an edit of what was written under the last time can be kept, sealed and read by others', () => {
  const [liar, honest, third] = [createReplica('liar'), createReplica('honest'), createReplica('third')];
  introduce([liar, honest, third]);
  const relay = createRelay();
  const id = newId({ time: { now: () => startOfTime }, random: seededRandom('contact') });
  const write = (writer: typeof liar, values: Record<string, string>): void => {
    writer.store.commit([{ kind: Contact, id, act: 'set', values }], null);
    upload(writer, relay);
  };
  const handOver = (reader: typeof liar): readonly boolean[] =>
    [...relay.segments.values()]
      .flat()
      .map((each) => reader.log.applySegment(each))
      .map(({ ok }) => ok);

  liar.store.log.setClock(Number.MAX_SAFE_INTEGER - 1);
  write(liar, { name: 'Пример, навсегда' });
  expect(handOver(honest)).toEqual([true]);
  write(honest, { name: 'Пример, исправлено', note: 'Заметка' });
  write(honest, { note: 'Другая заметка' });

  expect(handOver(third).filter((taken) => !taken)).toEqual([]);
  for (const { store } of [honest, third]) {
    const [row] = store.queries.list({ kind: Contact, locale: 'ru' }).rows;
    // Nothing beats the last time; what stands beside it can be written as ever.
    expect(row?.values).toMatchObject({ name: 'Пример, навсегда', note: 'Другая заметка' });
  }
});
