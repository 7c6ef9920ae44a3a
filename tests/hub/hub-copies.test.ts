/** A copy from a stick put back on another laptop, and the laptop it is of turns up again: both write on, and meet at a hub and by stick. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '#hub/cli.ts';
import { codeOf, copyTo, plugInCopies, putBack } from '#tests/lib/copies.ts';
import { startCore, startSignedIn, temporaryFolder, type TestCore } from '#tests/lib/core.ts';
import { officePartition } from '#tests/lib/office.ts';
import { startHubHere } from '#tests/lib/hub-here.ts';
import { newStick, plugIn, type TestStick } from '#tests/lib/stick.ts';
import { until } from '#tests/lib/until.ts';

const order = { partitions: [officePartition], roles: ['chair' as const], commission: null, days: 1, validDays: 400 };
const contact = (core: TestCore, name: string) => core.value('records.save', { kind: 'contact', values: { name } });
const names = async (core: TestCore): Promise<string[]> =>
  (await core.value('records.list', { kind: 'contact', locale: 'ru' })).rows
    .map(({ values }) => String(values.name))
    .sort();
/** Everybody exchanges until nobody has anything new. */
async function settle(...cores: TestCore[]): Promise<void> {
  for (let round = 0; round < 3; round += 1) for (const core of cores) await core.value('sync.now', {});
}
const ended = <T extends TestCore>(core: T): T => {
  onTestFinished(() => core.close());
  return core;
};
async function succeeded(core: TestCore): Promise<void> {
  await until(async () => (await core.value('sync.status', {})).succession?.state === 'done');
  await until(async () => (await core.value('sync.status', {})).state === 'up-to-date');
}

test('at a hub: the new laptop goes on in the place of the old one, which needs an invitation and loses nothing', async () => {
  const { hub, address, core: old } = await startHubHere(() => Date.now());
  const other = ended(await startSignedIn());
  const invite = (laptop: string) => hub.credentials.invite({ ...order, laptop });
  await old.value('sync.enrol', { address, code: await invite('SAMPLE-01') });
  await other.value('sync.enrol', { address, code: await invite('SAMPLE-02') });
  await contact(old, 'До копии, отправлено, пример');
  await settle(old, other);
  const stick = temporaryFolder();
  await copyTo(old, stick);
  await contact(old, 'После копии, отправлено, пример');
  await settle(old, other);

  const heir = ended(startCore());
  heir.clock.now = old.clock.now + 1000;
  expect(codeOf(await putBack(heir, stick, old.recovery))).toBe('ok');
  await contact(heir, 'На новом ноутбуке, пример');
  await heir.value('sync.now', {});
  await succeeded(heir);
  // The old one turns up again: nothing of it is taken under the identity that has gone over.
  await contact(old, 'На старом ноутбуке, пример');
  expect(await old.code('sync.now', {})).toBe('sync/succeeded');
  await old.value('sync.enrol', { address, code: await invite('SAMPLE-03') });
  await settle(old, heir, other, old);
  const all = [
    'До копии, отправлено, пример',
    'На новом ноутбуке, пример',
    'На старом ноутбуке, пример',
    'После копии, отправлено, пример',
  ];
  for (const each of [heir, other, old]) expect(await names(each)).toEqual(all);
  expect(await heir.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0, problem: null });
});

test('without a hub at the time: both write on for weeks, and a hub that comes later gets all of it once', async () => {
  const { hub, address, core: old } = await startHubHere(() => Date.now());
  await contact(old, 'До копии, пример');
  const stick = temporaryFolder();
  await copyTo(old, stick);
  const heir = ended(startCore());
  heir.clock.now = old.clock.now + 1000;
  expect(codeOf(await putBack(heir, stick, old.recovery))).toBe('ok');
  await contact(heir, 'На новом ноутбуке, пример');
  await contact(old, 'На старом ноутбуке, пример');
  for (const [each, laptop] of [
    [heir, 'SAMPLE-02'],
    [old, 'SAMPLE-01'],
  ] as const)
    await each.value('sync.enrol', { address, code: await hub.credentials.invite({ ...order, laptop }) });
  await settle(heir, old, heir, old);
  const all = ['До копии, пример', 'На новом ноутбуке, пример', 'На старом ноутбуке, пример'];
  for (const each of [heir, old]) expect(await names(each)).toEqual(all);
});

test('by stick only: the hub lets the new laptop in by what its parcel says, and both learn what the other wrote', async () => {
  const { hub, address, core: old, deps } = await startHubHere(() => Date.now());
  await old.value('sync.enrol', { address, code: await hub.credentials.invite({ ...order, laptop: 'SAMPLE-01' }) });
  await contact(old, 'До копии, пример');
  await old.value('sync.now', {});
  const copies = temporaryFolder();
  await copyTo(old, copies);
  await contact(old, 'После копии, отправлено, пример');
  await old.value('sync.now', {});
  const heir = ended(startCore());
  heir.clock.now = old.clock.now + 1000;
  expect(codeOf(await putBack(heir, copies, old.recovery))).toBe('ok');
  await contact(heir, 'На новом ноутбуке, пример');
  const visit = async (core: TestCore, parcels: TestStick): Promise<void> => {
    await core.value('stick.write', { place: await plugIn(core, parcels), reader: 'hub', everything: false });
    const out = { out: () => undefined, complain: () => undefined };
    await runCommand(hub, 'stick', [parcels.path], out, deps);
    await core.core.dispatch('stick.take', { place: await plugIn(core, parcels) });
  };
  const parcels = newStick();
  for (let turn = 0; turn < 2; turn += 1) await visit(heir, parcels);
  expect(await names(heir)).toEqual([
    'До копии, пример',
    'На новом ноутбуке, пример',
    'После копии, отправлено, пример',
  ]);
  // One stick may carry copies and parcels.
  await heir.value('copies.write', { place: await plugInCopies(heir, parcels.path), laptop: 'Новый, пример' });
  await visit(heir, parcels);
  expect(existsSync(join(parcels.path, 'komissiya/copies'))).toBe(true);
  expect(readFileSync(join(heir.directory, 'copies.json'), 'utf8')).not.toContain('Ноутбук 1, пример');
});
