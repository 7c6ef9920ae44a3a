/** What is decided about another commission's records goes into that commission's partition, and only where the hub granted it. */
import { expect, test } from 'vitest';
import { createDeskService } from '#core/desk/desk-service.ts';
import { createRecordsService } from '#core/records/records-service.ts';
import { derivedId } from '#core/store/derived-id.ts';
import { createPartitionEraser } from '#core/store/partition-eraser.ts';
import type { Session } from '#shared/access/contract.ts';
import type { Role } from '#shared/access/roles.ts';
import { Contact } from '#shared/contacts/contact.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { Result } from '#shared/kernel/result.ts';
import { seededRandom } from '#tests/lib/core.ts';
import { officeForEachTest, officePartition } from '#tests/lib/office.ts';

const office = officeForEachTest();

function laptop(name: string, partition: string, role: Role) {
  const made = office.open(name, null, partition);
  const session: Session = {
    person: derivedId(`person ${name}`),
    slot: derivedId(`slot ${name}`),
    name,
    role,
    partition,
    country: 'kz',
    commission: null,
    recoveryConfirmed: true,
    previousSignInAt: null,
  };
  const deps = { time: { now: () => office.current().clock.now }, random: seededRandom(name) };
  const open = { store: made.store, session, key: new Uint8Array(32), directory: '', sample: false };
  return {
    ...made,
    desk: createDeskService({ ...deps, open: () => open }),
    records: createRecordsService({ ...deps, open: () => open }),
  };
}

async function value<T>(result: Result<T> | Promise<Result<T>>): Promise<T> {
  const done = await result;
  if (!done.ok) throw new Error(JSON.stringify(done.error));
  return done.value;
}

const [one, two] = [derivedId('one'), derivedId('two')] as Id[];
const person = { name: 'Каримов Ойбек, пример', phone: '+7 700 000-00-03' };

test('hub staff decide a clash of a commission, and it reaches the commission; a chair of another one cannot', async () => {
  const chair = laptop('chair', officePartition, 'chair');
  await chair.enrol();
  chair.write(String(one), person);
  chair.write(String(two), person);
  await chair.sync();

  const staff = laptop('staff', 'kz/hub-staff', 'staff');
  await staff.enrol(['kz'], ['staff']);
  await staff.sync(['kz']);
  const neighbour = laptop('neighbour', 'kz/kz-19/kz-19-other', 'chair');
  await neighbour.enrol(['kz/kz-19/kz-19-other']);
  neighbour.port().addCredentials(chair.port().credentials());
  chair.port().addCredentials([...neighbour.port().credentials()]);
  // Its records reached the neighbour while it still might keep them.
  for (const { bytes } of chair.port().segmentsBeyond({}, 1e9))
    expect(neighbour.port().applySegment(bytes)).toMatchObject({ ok: true });

  const at = async (each: typeof staff) => {
    const { lines } = await value(each.desk.list({ offset: 0, limit: 10, locale: 'ru' }));
    expect(lines).toHaveLength(1);
    return { item: String(lines[0]?.item), ids: [one, two] as Id[] };
  };
  const before = neighbour.port().summary();
  expect(await neighbour.desk.declareDifferent(await at(neighbour))).toEqual({
    ok: false,
    error: { code: 'records/not-allowed' },
  });
  const edit = { kind: 'contact' as const, id: one as Id, values: { note: 'Чужое, пример' } };
  expect(await neighbour.records.save(edit)).toEqual({ ok: false, error: { code: 'records/not-allowed' } });
  expect(neighbour.port().summary()).toEqual(before);

  await value(staff.desk.declareDifferent(await at(staff)));
  await value(staff.records.save({ ...edit, values: { note: 'От сотрудника хаба, пример' } }));
  // A new record of its own goes into its own partition.
  await value(staff.records.save({ kind: 'contact', values: { name: 'Свой контакт, пример' } }));
  expect(await staff.sync(['kz'])).toMatchObject({ failure: null, refusals: [] });
  expect(
    Object.entries(await office.current().holds())
      .map(([log, seq]) => `${log.slice(37)} ${seq}`)
      .sort(),
  ).toEqual(['kz/hub-staff 1', `${officePartition} 2`, `${officePartition} 2`]);
  expect(await chair.sync()).toMatchObject({ received: 2, refusedHere: [], failure: null });
  expect(await value(chair.desk.count({}))).toEqual({ count: 0 });
  expect(chair.store.queries.get(Contact, String(one))?.values.note).toBe('От сотрудника хаба, пример');
});

test('an edit of a record that went while its form was open is written nowhere, and where the record was once it is back', async () => {
  const chair = laptop('chair', officePartition, 'chair');
  await chair.enrol();
  chair.write(String(one), person);
  await chair.sync();
  const staff = laptop('staff', 'kz/hub-staff', 'staff');
  await staff.enrol(['kz'], ['staff']);
  await value(staff.records.save({ kind: 'contact', values: { name: 'Свой контакт, пример' } }));
  await staff.sync(['kz']);
  await value(chair.records.remove({ kind: 'contact', id: one as Id }));
  await chair.sync();
  await staff.sync(['kz']);

  const edit = { kind: 'contact' as const, id: one as Id, values: { note: 'Набрано до удаления, пример' } };
  const before = staff.port().summary();
  expect(await staff.records.save(edit)).toEqual({ ok: false, error: { code: 'records/removed' } });
  expect(await staff.records.saveTogether({ items: [edit] })).toMatchObject({ error: { code: 'records/removed' } });
  expect(staff.port().summary()).toEqual(before);
  await value(staff.records.restore({ kind: 'contact', id: one as Id }));
  await value(staff.records.save(edit));
  expect(staff.store.log.opsOfRecord(String(one)).map(({ log }) => log.partition)).toEqual(
    Array.from({ length: 4 }, () => officePartition),
  );

  // The commission is no more of its concern.
  const eraser = createPartitionEraser(staff.store);
  eraser.begin(officePartition);
  while (eraser.step());
  const left = staff.port().summary();
  expect(await staff.records.save(edit)).toEqual({ ok: false, error: { code: 'records/not-found' } });
  expect(staff.port().summary()).toEqual(left);
});
