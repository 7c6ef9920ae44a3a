/**
 * A laptop that took a new identity goes on in the place of the one it was, without an invitation, on both roads; and what a stolen
 * backup can, and cannot.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { createBackups } from '#core/store/backups.ts';
import { derivedId } from '#core/store/derived-id.ts';
import { runCommand } from '#hub/cli.ts';
import type { Role } from '#shared/access/roles.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { silentLogger } from '#shared/kernel/ports.ts';
import { startSignedIn, type TestCore, testPin } from '#tests/lib/core.ts';
import { bothDatabases, startPostgres } from '#tests/lib/hub.ts';
import { startHubHere } from '#tests/lib/hub-here.ts';
import { officeForEachTest, officePartition, type OfficeLaptop } from '#tests/lib/office.ts';
import { newStick, plugIn, writeTo } from '#tests/lib/stick.ts';
import { until } from '#tests/lib/until.ts';

const postgres = startPostgres();
afterAll(() => postgres?.close());
const dayMs = 86_400_000;
const id = (name: string): string => derivedId(`succession|${name}`);

for (const kind of bothDatabases(postgres, 'succession')) {
  describe.skipIf(kind.skip)(`succession, on ${kind.name}`, () => {
    const office = officeForEachTest(kind.url);
    /** An enrolled laptop that has sent one contact and written another, and its backup. */
    async function withBackup(): Promise<{ lost: OfficeLaptop; backup: Uint8Array }> {
      const lost = office.open('LAPTOP-01');
      await lost.enrol([officePartition], ['secretary']);
      lost.write(id('sent'), { name: 'Отправлено, пример' });
      await lost.sync();
      lost.write(id('open'), { name: 'В копии, не отправлено, пример' });
      return { lost, backup: lost.copy() };
    }
    function restored(backup: Uint8Array): OfficeLaptop {
      const made = office.open('LAPTOP-01', backup);
      made.renewIdentity();
      return made;
    }
    const refused = async (): Promise<[string, number][]> =>
      (await office.current().db.selectFrom('refusal').select(['reason', 'count']).execute()).map((row) => [
        row.reason,
        row.count,
      ]);

    test('the new key gets the rights of the old one, until its end and not longer; the old one is closed', async () => {
      const { lost, backup } = await withBackup();
      const before = await office.current().credentials.standingOf(lost.port().replica);
      if (before.state !== 'valid') throw new Error(before.state);
      office.current().clock.now += 10 * dayMs;
      const heir = restored(backup);
      const credential = await heir.succeed();
      if (!credential.ok) throw new Error(credential.error.code);
      const { partitions, roles, laptop: name, validUntil } = before.credential;
      expect(credential.value).toMatchObject({
        partitions,
        roles,
        laptop: name,
        validUntil,
        succeeds: lost.port().replica,
      });
      // A lost answer: asked again it is the same one.
      expect(await heir.succeed()).toEqual(credential);
      expect(await office.current().credentials.standingOf(lost.port().replica)).toMatchObject({
        state: 'succeeded',
        heir: heir.port().replica,
      });
      expect((await lost.sync()).failure).toMatchObject({ reason: 'succeeded' });
      // One laptop for the operator's commands and for the others, under the name it had.
      expect((await office.current().credentials.laptopsWithin([officePartition])).map((each) => each.replica)).toEqual(
        [heir.port().replica],
      );
      expect(
        await office.current().credentials.grant('LAPTOP-01', { roles: ['chair'], handOverDays: 30 }),
      ).toMatchObject({
        ok: true,
        value: { replica: heir.port().replica, succeeds: lost.port().replica },
      });
      expect(await heir.sync()).toMatchObject({ failure: null, refusals: [] });
      expect(heir.names()).toEqual(['В копии, не отправлено, пример', 'Отправлено, пример']);
    });

    test('what the old identity wrote is taken from its successor always, from a neighbour for a month, from a revoked line never', async () => {
      const [online, late] = [office.open('LAPTOP-02'), office.open('LAPTOP-03')];
      await online.enrol();
      await late.enrol();
      const { lost, backup } = await withBackup();
      for (const each of [online, late]) {
        lost.port().addCredentials(each.port().credentials());
        each.port().addCredentials(lost.port().credentials());
      }
      // Written after the backup, and handed to neighbours only.
      lost.write(id('by stick'), { name: 'После копии, флешкой, пример' });
      expect(await lost.carryTo(online)).toMatchObject({ received: 3 });
      const heir = restored(backup);
      await heir.succeed();
      expect(await online.sync()).toMatchObject({ failure: null, refusals: [], unwanted: {} });
      expect(await heir.sync()).toMatchObject({ failure: null, refusals: [], refusedHere: [] });
      expect(heir.names()).toHaveLength(3);

      // Who knows of the succession takes no parcel of the old one any more.
      lost.write(id('too late'), { name: 'Копия пишет дальше, пример' });
      await expect(lost.carryTo(online)).rejects.toThrow('stick/revoked-writer');
      expect(await lost.carryTo(late)).toMatchObject({ received: 4 });
      office.current().clock.now += 31 * dayMs;
      const log = `${lost.port().replica} ${officePartition}`;
      expect(Object.keys((await late.sync()).unwanted)).toEqual([log]);
      expect((await office.current().holds())[log]).toBe(3);
      expect(await refused()).toContainEqual(['revoked', 1]);
      // The operator's word closes the whole line.
      expect(await office.current().credentials.revoke('LAPTOP-01')).toEqual(['LAPTOP-01']);
      for (const each of [lost, heir])
        expect(await office.current().credentials.standingOf(each.port().replica)).toMatchObject({ state: 'revoked' });
    });

    test('a second copy is refused and counted; so is the old identity itself, which may be invited anew', async () => {
      const { lost, backup } = await withBackup();
      await restored(backup).succeed();
      expect(await restored(backup).succeed()).toEqual({
        ok: false,
        error: { code: 'hub/succeeded', laptop: lost.port().replica },
      });
      // By stick: told so, counted, and nothing of it taken.
      const thief = restored(backup);
      thief.write(id('thief'), { name: 'Чужой, пример' });
      await thief.visitHub();
      expect(
        thief
          .port()
          .credentials()
          .some(({ succeeds }) => succeeds === lost.port().replica),
        'it is told who',
      ).toBe(true);
      expect(
        thief
          .port()
          .credentials()
          .some(({ replica }) => replica === thief.port().replica),
      ).toBe(false);
      expect(await lost.visitHub()).toMatchObject({ isSucceeded: true, received: 0 });
      // Its two parcels, and the old one's.
      expect(await refused()).toEqual([['succeeded', 3]]);
      expect(Object.values(await office.current().holds())).toEqual([1]);
      await lost.enrol();
      expect(await office.current().credentials.standingOf(lost.port().replica)).toMatchObject({ state: 'valid' });
    });

    test('what the old identity was not allowed any more comes back to who goes on, from who holds it', async () => {
      const { lost, backup } = await withBackup();
      const holder = office.open('LAPTOP-02');
      await holder.enrol();
      await lost.sync();
      await holder.sync();
      lost.store.commit([{ kind: Contact, id: id('sent'), act: 'remove', values: {} }], null);
      expect(await lost.carryTo(holder)).toMatchObject({ received: 1 });
      const grant = (role: Role) => office.current().credentials.grant('LAPTOP-01', { roles: [role], handOverDays: 0 });
      expect(await grant('member')).toMatchObject({ ok: true });
      const heir = restored(backup);
      await heir.succeed();
      await heir.sync();
      // Nobody may hold what the hub forbids, and nothing is lost: the stray waits until who goes on may write it.
      await holder.sync();
      expect(holder.port().summary()).toEqual(await office.current().holds());
      await heir.sync();
      for (const each of [holder, heir]) expect(each.names()).toContain('Отправлено, пример');
      expect(await grant('secretary')).toMatchObject({ ok: true });
      await heir.sync();
      await holder.sync();
      for (const each of [holder, heir]) {
        expect(each.names()).toEqual(['В копии, не отправлено, пример']);
        expect(each.port().summary()).toEqual(await office.current().holds());
      }
    });

    test('what was written before rights changed is taken from who goes on, while there is time to hand over', async () => {
      const { lost, backup } = await withBackup();
      lost.write(id('later'), { name: 'После копии, пример' });
      expect(await lost.sync()).toMatchObject({ failure: null, refusals: [] });
      // The old disk is back, its person does not know, and removes what only a keeper may.
      const copy = office.open('LAPTOP-01', backup);
      copy.store.commit([{ kind: Contact, id: id('sent'), act: 'remove', values: {} }], null);
      const grant = (role: Role) =>
        office.current().credentials.grant('LAPTOP-01', { roles: [role], handOverDays: 30 });
      expect(await grant('trainer')).toMatchObject({ ok: true });
      expect(await grant('member')).toMatchObject({ ok: true });
      expect((await copy.sync()).failure).toMatchObject({ code: 'sync/old-copy' });
      copy.renewIdentity();
      expect(await copy.succeed()).toMatchObject({
        ok: true,
        value: { roles: ['member'], succeeds: lost.port().replica },
      });
      expect(await copy.sync()).toMatchObject({ failure: null, refusals: [] });
      expect(copy.names()).toEqual(['В копии, не отправлено, пример', 'После копии, пример']);
      const watcher = office.open('LAPTOP-02');
      await watcher.enrol();
      expect(await watcher.sync()).toMatchObject({ failure: null, refusedHere: [] });
      expect(watcher.names()).toEqual(copy.names());
      expect(await office.current().credentials.standingOf(lost.port().replica)).toMatchObject({
        state: 'succeeded',
        successor: { roles: ['member'] },
      });
    });

    test('revoked, expired, unknown, unsigned, signed for another hub or key: refused by name, and nothing is stored', async () => {
      const { lost, backup } = await withBackup();
      const heir = restored(backup);
      const honest = await heir.succession();
      const other = office.open('LAPTOP-09');
      const codeOf = async (change: object): Promise<unknown> => {
        const answer = await office.current().credentials.succeed({ ...honest, ...change });
        return answer.ok ? null : answer.error.code;
      };
      expect(await codeOf({ from: other.port().replica })).toBe('hub/unknown-laptop');
      expect(await codeOf({ publicKey: other.store.identity().publicKey })).toBe('hub/bad-signature');
      expect(await codeOf({ signature: '00'.repeat(64) })).toBe('hub/bad-signature');
      const elsewhere = await heir.succession('ab'.repeat(32));
      expect(await codeOf({ signature: elsewhere.signature })).toBe('hub/bad-signature');
      office.current().clock.now += 400 * dayMs;
      expect(await codeOf({})).toBe('hub/expired');
      office.current().clock.now -= 400 * dayMs;
      await office.current().credentials.revoke('LAPTOP-01');
      expect(await codeOf({})).toBe('hub/revoked');
      expect(await office.current().db.selectFrom('replica').select('id').execute()).toEqual([
        { id: lost.port().replica },
      ]);
    });

    test('of several copies that ask at once one succeeds', async () => {
      const { backup } = await withBackup();
      const answers = await Promise.all([1, 2, 3, 4].map(() => restored(backup).succeed()));
      expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
      expect(answers.flatMap((answer) => (answer.ok ? [] : [answer.error.code]))).toEqual(
        Array(3).fill('hub/succeeded'),
      );
    });
  });
}

/** What was put aside, by name: the digest of each file. */
function filesIn(directory: string): { [name: string]: string } {
  const names = readdirSync(directory).filter((name) => name.includes('.damaged-'));
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(directory, name)))
        .digest('hex'),
    ]),
  );
}

const order = { partitions: [officePartition], roles: ['chair' as const], commission: null, days: 1, validDays: 400 };

test('in the app: put back unawares, the laptop is shut out by nobody and asks nobody; a second time it says what to do', async () => {
  const { hub, address, core, deps } = await startHubHere(() => Date.now());
  const other = await startSignedIn();
  onTestFinished(() => other.close());
  const contact = (of: TestCore, name: string) => of.value('records.save', { kind: 'contact', values: { name } });
  const signIn = async (): Promise<void> => void (await core.value('access.signIn', { slot: core.slot, pin: testPin }));
  for (const [each, laptop] of [
    [core, 'SAMPLE-01'],
    [other, 'SAMPLE-02'],
  ] as const)
    await each.value('sync.enrol', { address, code: await hub.credentials.invite({ ...order, laptop }) });
  await contact(core, 'До копии, пример');
  await core.value('sync.now', {});
  await core.value('access.lock', {});
  const file = join(core.directory, 'komissiya.db');
  const image = readFileSync(file);
  await signIn();
  await contact(core, 'После копии, пример');
  await core.value('sync.now', {});

  const putBack = async (): Promise<void> => {
    await core.value('access.lock', {});
    writeFileSync(file, image);
    await signIn();
  };
  await putBack();
  expect(await core.code('sync.now', {})).toBe('sync/old-copy');
  // Under its new identity, without anybody's doing.
  await until(async () => (await core.value('sync.status', {})).succession?.state === 'done');
  await until(async () => (await core.value('sync.status', {})).state === 'up-to-date');
  await contact(core, 'Дальше, пример');
  await core.value('sync.now', {});
  const status = await core.value('sync.status', {});
  expect(status).toMatchObject({ saved: 0, sent: 0, problem: null, enrolled: { hubName: hub.identity.name } });
  expect(status.laptops.map(({ name, isThis }) => [name, isThis]).sort()).toEqual([
    ['SAMPLE-01', true],
    ['SAMPLE-02', false],
  ]);
  await other.value('sync.now', {});
  expect((await other.value('records.list', { kind: 'contact', locale: 'ru' })).total).toBe(3);
  // Nobody is offered twice the laptop that has two identities.
  const { readers } = await other.value('stick.state', {});
  expect(readers.map(({ name }) => name)).toEqual([hub.identity.name, 'SAMPLE-01']);

  // From the same old image once more: this is what a stolen backup looks like, and the hub tells it from nothing else.
  await putBack();
  expect(await core.code('sync.now', {})).toBe('sync/succeeded');
  expect(await core.value('sync.status', {})).toMatchObject({ state: 'refused', problem: { code: 'sync/succeeded' } });
  expect(await hub.ledger.refusedFor('succeeded')).toEqual(new Map([[expect.any(String), expect.any(Number)]]));
  const lines: string[] = [];
  await runCommand(hub, 'list', [], { out: (line) => lines.push(line), complain: () => undefined }, deps);
  expect(lines.filter((line) => /succeeded\t.*a copy of it was refused [1-9]/.test(line))).toHaveLength(1);
  await core.value('sync.enrol', { address, code: await hub.credentials.invite({ ...order, laptop: 'SAMPLE-01' }) });
});

test('in the app: one backup put back twice needs no invitation, as long as what it replaces can be read', async () => {
  const { hub, address, core } = await startHubHere(() => Date.now());
  const contact = (name: string) => core.value('records.save', { kind: 'contact', values: { name } });
  const total = async () => (await core.value('records.list', { kind: 'contact', locale: 'ru' })).total;
  await core.value('sync.enrol', { address, code: await hub.credentials.invite({ ...order, laptop: 'SAMPLE-01' }) });
  await contact('До копии, пример');
  await core.value('sync.now', {});
  const key = Buffer.from(core.session()?.key ?? '', 'hex');
  await core.value('access.lock', {});
  const time = { now: () => core.clock.now };
  expect(createBackups(core.directory, { time, logger: silentLogger }).make(null, key).ok).toBe(true);
  const [backup] = (await core.value('access.backups', {})).items;
  const signIn = () => core.value('access.signIn', { slot: core.slot, pin: testPin });
  await signIn();
  for (const [turn, name] of ['Первый раз, пример', 'Второй раз, пример', 'Третий раз, пример'].entries()) {
    core.clock.now += 60_000;
    await core.value('access.lock', {});
    await core.value('access.restoreBackup', { id: backup?.id ?? '' });
    const replaced = filesIn(core.directory);
    await signIn();
    expect(filesIn(core.directory), 'what it takes the place of stays as it is').toEqual(replaced);
    await contact(name);
    await core.value('sync.now', {});
    await until(async () => (await core.value('sync.status', {})).state === 'up-to-date');
    expect(await total(), 'what was sent comes back').toBe(turn + 2);
  }
  expect(await core.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0, problem: null });
  const lines = (await hub.credentials.list()).map(({ laptop, revoked_at }) => [laptop, revoked_at === null]);
  expect(lines.filter(([, isOpen]) => isOpen)).toEqual([['SAMPLE-01', true]]);
});

test('in the app: a neighbour shows by stick that the data are an old copy, and a person is told that', async () => {
  const { hub, address, core } = await startHubHere(() => Date.now());
  const other = await startSignedIn();
  onTestFinished(() => other.close());
  for (const [each, laptop] of [
    [core, 'SAMPLE-01'],
    [other, 'SAMPLE-02'],
  ] as const)
    await each.value('sync.enrol', { address, code: await hub.credentials.invite({ ...order, laptop }) });
  await core.value('sync.now', {});
  await core.value('access.lock', {});
  const file = join(core.directory, 'komissiya.db');
  const image = readFileSync(file);
  const signIn = () => core.value('access.signIn', { slot: core.slot, pin: testPin });
  await signIn();
  await core.value('records.save', { kind: 'contact', values: { name: 'После копии, пример' } });
  await core.value('sync.now', {});
  await other.value('sync.now', {});
  const reader = (await core.value('sync.status', {})).laptops.find((each) => each.isThis)?.replica ?? '';
  const stick = newStick();
  await writeTo(other, stick, reader, true);
  await hub.close();
  await core.value('access.lock', {});
  writeFileSync(file, image);
  await signIn();
  expect(await core.code('stick.take', { place: await plugIn(core, stick) })).toBe('sync/old-copy');
  await until(async () => (await core.value('sync.status', {})).succession?.state === 'waiting');
  // What was sealed to the identity before is not offered once more.
  await until(async () => (await core.value('stick.state', {})).arrivals.length === 0);
});
