/** Attachments of records of another commission's partition: hub staff attach, and the commission can fetch it, by line and by stick. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { exchangeByStick } from '#hub/stick-command.ts';
import { openDatabase } from '#core/store/database.ts';
import { hexToBytes } from '#shared/kernel/ids.ts';
import { startCore, startOfTime, startSignedIn, type TestCore, testPin } from '#tests/lib/core.ts';
import { attachFile } from '#tests/lib/files.ts';
import { openHubHere } from '#tests/lib/hub-here.ts';
import { newStick, takeFrom, type TestStick, writeTo } from '#tests/lib/stick.ts';
import { until as untilHere } from '#tests/lib/until.ts';

const oblast = 'kz/kz-19/kz-19-tec_oblast';
const other = 'kz/kz-11/kz-11-tec_oblast';

/** A hub, and laptops of staff who see all of Kazakhstan and of a commission. */
async function hubAndLaptops(env: { readonly [name: string]: string } = {}) {
  const { hub, address, deps, close } = await openHubHere(() => startOfTime + 1000, env);
  onTestFinished(close);
  async function laptop(name: string, commission: string, partitions: string[]): Promise<TestCore> {
    const core = await startSignedIn({ commission });
    onTestFinished(() => core.close());
    const order = { partitions, roles: ['chair' as const, 'staff' as const], laptop: name, commission: null };
    const code = await hub.credentials.invite({ ...order, days: 1, validDays: 400 });
    await core.value('sync.enrol', { address, code });
    await core.value('sync.now', {});
    return core;
  }
  const staff = await laptop('STAFF', 'kz-19-tec_oblast', ['kz']);
  const commission = await laptop('COMMISSION', 'kz-11-tec_oblast', [other]);
  return { hub, deps, laptop, staff, commission };
}

type Item = { here: boolean; atHub: boolean; problem: { code: string } | null };
async function files(core: TestCore, id: string): Promise<Item[]> {
  const listed = await core.call('files.list', { kind: 'decision', id });
  return listed.ok ? listed.value.items : [];
}

/** Exchanges until it holds: bytes follow an exchange by themselves. */
function until(check: () => Promise<boolean>, cores: readonly TestCore[]): Promise<void> {
  return untilHere(check, async () => {
    for (const core of cores) {
      core.clock.now += 20_000;
      await core.call('sync.now', {});
    }
  });
}

async function draft(core: TestCore, number: string): Promise<string> {
  return (await core.value('records.save', { kind: 'decision', values: { number } })).id;
}

/** Signs out, changes the store's file, and signs in again. */
async function afterChange(core: TestCore, sql: string): Promise<TestCore> {
  const session = core.session();
  if (session === null) throw new Error('nobody is signed in');
  await core.close();
  const opened = openDatabase({ path: join(core.directory, 'komissiya.db'), key: hexToBytes(session.key) });
  if (!opened.ok) throw new Error(opened.error.code);
  opened.value.exec(sql);
  opened.value.close();
  const again = startCore({ directory: core.directory });
  onTestFinished(() => again.close());
  again.clock.now = core.clock.now;
  await again.value('access.signIn', { slot: session.slot, pin: testPin });
  return again;
}

test('a scan that staff attach to a commission’s decision reaches the commission, and one content in both partitions is sent once', async () => {
  const { hub, staff, commission } = await hubAndLaptops({ KOMISSIYA_HUB_BLOB_QUOTA_BYTES: '1000000' });
  const theirs = await draft(commission, '1/1');
  await commission.value('sync.now', {});
  await staff.value('sync.now', {});
  const content = randomBytes(600_000);
  await attachFile(staff, theirs, 'scan.pdf', content);
  const own = await draft(staff, '1/1');
  await attachFile(staff, own, 'the same.pdf', content);
  await until(async () => (await files(staff, theirs))[0]?.atHub === true, [staff]);
  await until(async () => (await files(staff, own))[0]?.atHub === true, [staff]);
  await until(async () => (await files(commission, theirs))[0]?.here === true, [commission]);
  const stored = await hub.db.selectFrom('blob_ref').select(['partition', 'replica']).orderBy('partition').execute();
  expect(stored.map(({ partition }) => partition)).toEqual([other, oblast]);
  // It counts once towards what the laptop may leave there.
  await attachFile(staff, own, 'another.pdf', randomBytes(300_000));
  await until(async () => (await files(staff, own)).every(({ atHub }) => atHub), [staff]);
  expect(await staff.value('files.traffic', {})).toMatchObject({ toSend: { files: 0 }, problem: null });
});

test('what an earlier version offered in its own partition is offered again where it belongs, without its bytes', async () => {
  const { hub, staff, commission } = await hubAndLaptops();
  const theirs = await draft(commission, '2/1');
  await commission.value('sync.now', {});
  await staff.value('sync.now', {});
  await attachFile(staff, theirs, 'scan.pdf', randomBytes(50_000));
  await until(async () => (await files(staff, theirs))[0]?.atHub === true, [staff]);
  // As it was offered and remembered until version 7 of the store.
  await hub.db.updateTable('blob_ref').set({ partition: oblast }).execute();
  const upgraded = await afterChange(staff, `update attachment set partition = ''`);
  expect((await files(upgraded, theirs))[0]).toMatchObject({ atHub: false });
  await until(async () => (await files(upgraded, theirs))[0]?.atHub === true, [upgraded]);
  expect(await hub.db.selectFrom('blob_part').selectAll().execute()).toEqual([]);
  await until(async () => (await files(commission, theirs))[0]?.here === true, [commission]);
});

test('on sticks it goes the same way, and the hub’s word counts for the partition it is about', async () => {
  const { hub, staff, commission } = await hubAndLaptops();
  const atHub = async (stick: TestStick): Promise<string> => {
    const said: string[] = [];
    const say = (line: string): void => void said.push(line);
    await exchangeByStick(hub, [stick.path], { out: say, complain: say });
    return said.join('\n');
  };
  const theirs = await draft(commission, '3/1');
  await commission.value('sync.now', {});
  await staff.value('sync.now', {});
  for (const core of [staff, commission]) await core.value('files.setLine', { metered: true, limit: null });
  const content = randomBytes(20_000);
  const own = await draft(staff, '3/1');
  await attachFile(staff, own, 'scan.pdf', content);
  const stick = newStick();
  await writeTo(staff, stick, 'hub');
  expect(await atHub(stick)).toMatch(/taken\tSTAFF\t0 changes, 1 attachments/);
  await takeFrom(staff, stick);
  expect((await files(staff, own))[0]?.atHub).toBe(true);
  // The hub holds the content, but not yet for the other commission: its word about the one is none about the other.
  await attachFile(staff, theirs, 'scan.pdf', content);
  await takeFrom(staff, stick);
  expect((await files(staff, theirs))[0]?.atHub).toBe(false);
  await writeTo(commission, stick, 'hub');
  expect(await writeTo(staff, stick, 'hub')).toMatchObject({ attachments: 1 });
  expect(await atHub(stick)).toMatch(/answer\tCOMMISSION\t\d+ segments, 1 attachments/);
  await takeFrom(staff, stick);
  expect((await files(staff, theirs))[0]?.atHub).toBe(true);
  expect(await takeFrom(commission, stick)).toMatchObject({ attachments: 1, problems: [] });
  expect((await files(commission, theirs))[0]?.here).toBe(true);
});

test('a partition that is to be left waits until the attachments of its records are handed over', async () => {
  const { hub, staff, commission } = await hubAndLaptops();
  const theirs = await draft(commission, '4/1');
  await commission.value('sync.now', {});
  await staff.value('sync.now', {});
  await staff.value('files.setLine', { metered: true, limit: null });
  await attachFile(staff, theirs, 'scan.pdf', randomBytes(20_000));
  await staff.value('sync.now', {});
  const granted = await hub.credentials.grant('STAFF', { partitions: [oblast], handOverDays: 30 });
  expect(granted.ok).toBe(true);
  await staff.value('sync.now', {});
  const leaving = async () => (await staff.value('sync.status', {})).scopes.leaving;
  expect(await leaving()).toMatchObject([{ partition: other, waiting: 0, files: 1 }]);
  expect(await files(staff, theirs), 'it is still here').toHaveLength(1);
  await staff.value('files.moveAll', {});
  await until(async () => (await leaving()).length === 0, [staff]);
  await until(async () => (await files(staff, theirs)).length === 0, [staff]);
  await commission.value('files.setLine', { metered: false, limit: null });
  await until(async () => (await files(commission, theirs))[0]?.here === true, [commission]);
});
