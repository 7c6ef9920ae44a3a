/**
 * A hub put back from a backup made before a laptop was enrolled: what the laptop wrote and left with others comes back to the hub with the
 * credential that the hub signed, and lets nobody in.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { derivedId } from '#core/store/derived-id.ts';
import { verifyAll } from '#hub/verify.ts';
import { createFolderBlobStore } from '#hub/blob-store.ts';
import { strongRandom } from '#hub/hub-crypto.ts';
import { err } from '#shared/kernel/result.ts';
import { exchange, type Transport } from '#shared/sync/exchange.ts';
import { type Credential, logKey, SyncRequest, unframe } from '#shared/sync/messages.ts';
import { startSignedIn, type TestCore, temporaryFolder } from '#tests/lib/core.ts';
import { bothDatabases, startHub, startPostgres, type TestHub } from '#tests/lib/hub.ts';
import { heirOf, officeForEachTest, officePartition, type OfficeLaptop } from '#tests/lib/office.ts';
import { newStick, takeFrom, writeTo } from '#tests/lib/stick.ts';

const postgres = startPostgres();
afterAll(() => postgres?.close());

/** Before the hub is on the line again. */
async function carryTo(hub: TestHub, core: TestCore): Promise<void> {
  const stick = newStick();
  // A laptop goes by what the hub said it held: first it hears that this is gone.
  for (let round = 0; round < 2; round += 1) {
    await writeTo(core, stick, 'hub');
    await hub.command('stick', stick.path);
    expect(await takeFrom(core, stick)).toMatchObject({ problems: [] });
  }
  expect(await hub.command('list')).toContain('SAMPLE-02');
}

const id = (name: string): string => derivedId(`forgotten|${name}`);

for (const kind of bothDatabases(postgres, 'forgotten')) {
  describe.skipIf(kind.skip)(`a hub put back, on ${kind.name}`, () => {
    test.each(['line', 'stick'] as const)('takes by %s what a lost laptop left with another', async (road) => {
      let hub: TestHub = await startHub(await kind.place());
      onTestFinished(() => hub.close());
      const port = Number(new URL(hub.address).port);
      const [keeper, lost, late] = [await startSignedIn(), await startSignedIn(), await startSignedIn()];
      for (const each of [keeper, lost, late]) {
        each.clock.now = Date.now();
        onTestFinished(() => each.close());
      }
      const enrol = async (core: TestCore, laptop: string) =>
        core.value('sync.enrol', { address: hub.address, code: await hub.invite({ laptop }) });
      const contact = (core: TestCore, name: string) =>
        core.value('records.save', { kind: 'contact', values: { name } });
      const names = async (core: TestCore) =>
        (await core.value('records.list', { kind: 'contact', locale: 'ru' })).rows.map(({ values }) => values['name']);

      await enrol(keeper, 'SAMPLE-01');
      const backup = mkdtempSync(join(tmpdir(), 'хаб № '));
      onTestFinished(() => rmSync(backup, { recursive: true, force: true }));
      await hub.command('backup', backup);
      await enrol(lost, 'SAMPLE-02');
      await contact(lost, 'Каримов Ойбек, пример');
      await lost.value('sync.now', {});
      await keeper.value('sync.now', {});
      expect(await names(keeper)).toHaveLength(1);

      // A new machine with nothing but the backup; the lost laptop is not on the line.
      await hub.close();
      const place = { ...(await kind.place()), directory: temporaryFolder() };
      const first = await startHub(place);
      await first.close();
      await first.command('restore', backup);
      expect(await first.command('list')).not.toContain('SAMPLE-02');
      if (road === 'stick') await carryTo(first, keeper);
      hub = await startHub({ ...place, port });
      await keeper.value('sync.now', {});
      expect(await keeper.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0, problem: null });
      await enrol(late, 'SAMPLE-03');
      await late.value('sync.now', {});
      expect(await names(late)).toEqual(['Каримов Ойбек, пример']);
      expect(await hub.command('verify')).toContain('"problems":0');

      // Its signature lets nobody in.
      expect(await hub.command('list')).toMatch(/\tnot-enrolled\tnever\t.*\tSAMPLE-02\t/);
      expect(JSON.parse(await hub.command('stats'))).toMatchObject({ laptops: 2, revoked: 0, knownBySignature: 1 });
      expect(await (await fetch(`${hub.page}/?lang=en`)).text()).toContain('not enrolled since the hub was restored');
      await contact(lost, 'После копии, пример');
      expect(await lost.code('sync.now', {})).toBe('sync/hub-refused');
      await expect(hub.command('grant', 'SAMPLE-02', '--roles', 'member')).rejects.toThrow(/No enrolled laptop/);

      // Until it is invited anew: then what it wrote meanwhile follows.
      await enrol(lost, 'SAMPLE-02');
      await lost.value('sync.now', {});
      await late.value('sync.now', {});
      expect((await names(late)).toSorted()).toEqual(['Каримов Ойбек, пример', 'После копии, пример']);
      expect(await hub.command('list')).toMatch(/\tenrolled\t.*\tSAMPLE-02\n/);
      expect(await hub.command('verify')).toContain('"problems":0');
    });

    describe('by what it signed', () => {
      const office = officeForEachTest(kind.url);
      const keyOf = (laptop: OfficeLaptop): string => logKey(laptop.port().replica, officePartition);
      const credentialsOf = (laptop: OfficeLaptop): Credential[] =>
        laptop
          .port()
          .credentials()
          .filter(({ replica }) => replica === laptop.port().replica);
      const held = async (laptop: OfficeLaptop): Promise<number> =>
        (await office.current().holds())[keyOf(laptop)] ?? 0;
      /** The hub is put back to before these were enrolled, and holds nothing of anybody. */
      async function putBack(...gone: OfficeLaptop[]): Promise<void> {
        const { db, identity } = office.current();
        await db.deleteFrom('segment').execute();
        await db.deleteFrom('log').execute();
        const ids = gone.map((each) => each.port().replica);
        await db.deleteFrom('credential').where('replica', 'in', ids).execute();
        const before = await db.selectFrom('replica').select('id').where('succeeded_by', 'in', ids).execute();
        for (const { id: replica } of before) {
          await db.updateTable('replica').set({ succeeded_by: null }).where('id', '=', replica).execute();
          await db.updateTable('credential').set({ revoked_at: null }).where('replica', '=', replica).execute();
        }
        await db.deleteFrom('replica').where('id', 'in', ids).execute();
        Object.assign(identity, { epoch: `${identity.epoch} again` });
      }
      /** A lost laptop and one that holds what it wrote. */
      async function lostAndKeeper(): Promise<[lost: OfficeLaptop, keeper: OfficeLaptop]> {
        const [lost, keeper] = [office.open('lost'), office.open('keeper')];
        await lost.enrol();
        await keeper.enrol();
        lost.write(id('theirs'), { name: 'Каримов Ойбек, пример' });
        await lost.sync();
        await keeper.sync();
        return [lost, keeper];
      }

      /** The same, and a copy of the lost one has gone on in its place and written. */
      async function lostHeirAndKeeper(): Promise<[lost: OfficeLaptop, heir: OfficeLaptop, keeper: OfficeLaptop]> {
        const [lost, keeper] = await lostAndKeeper();
        const heir = await heirOf(office, lost, id('heir'));
        await keeper.sync();
        return [lost, heir, keeper];
      }

      test('no credential is believed that this hub did not sign', async () => {
        const [lost, keeper] = await lostAndKeeper();
        await putBack(lost);
        const [credential] = credentialsOf(lost);
        if (credential === undefined) throw new Error('no credential');
        await office.current().credentials.learn([{ ...credential, roles: ['staff'] }]);
        expect(await office.current().credentials.listLearnt()).toEqual([]);
        expect(await keeper.sync()).toMatchObject({ failure: null, sent: 1 });
        expect(await held(lost)).toBe(1);
        expect(await office.current().credentials.standingOf(lost.port().replica)).toEqual({ state: 'unknown' });
        const { db } = office.current();
        const store = createFolderBlobStore(temporaryFolder(), strongRandom);
        const verified = await verifyAll({ db, store, hubKey: office.current().identity.publicKey });
        expect(verified).toMatchObject({ logs: 1, credentials: 2, problems: [] });
      });

      test('of an enrolled laptop nothing is learnt: rights the operator has not repeated stay away', async () => {
        const [lost, keeper] = await lostAndKeeper();
        const [first] = credentialsOf(lost);
        const { credentials } = office.current();
        const wide = await credentials.grant('lost', { partitions: ['kz'], handOverDays: 30 });
        if (!wide.ok || first === undefined) throw new Error('no grant');
        lost.port().addCredentials([wide.value]);
        keeper.port().addCredentials([wide.value]);
        // The backup is between both: what came later is forgotten.
        const { db } = office.current();
        await db.deleteFrom('credential').where('serial', '=', wide.value.serial).execute();
        await credentials.learn([wide.value]);
        const standing = await credentials.writerOf(lost.port().replica);
        expect(standing.state === 'valid' && standing.credentials.map(({ serial }) => serial)).toEqual([first.serial]);
      });

      test('rights that were changed since count as they did, whichever of them comes first', async () => {
        const [lost, keeper] = await lostAndKeeper();
        const { credentials } = office.current();
        await credentials.grant('lost', { roles: ['member'], handOverDays: 0 });
        // Of other rights a laptop hears with the next op of their owner.
        lost.write(id('after'), { name: 'После смены прав, пример' });
        await lost.sync();
        await keeper.sync();
        await putBack(lost);
        expect(await keeper.sync()).toMatchObject({ failure: null });
        const standing = await credentials.writerOf(lost.port().replica);
        expect(standing.state === 'valid' && standing.credential.roles).toEqual(['member']);
        expect(standing.state === 'valid' && standing.credentials).toHaveLength(2);
        expect(await held(lost)).toBe(2);
      });

      test('what has run out does not count any more', async () => {
        const [lost, keeper] = await lostAndKeeper();
        await putBack(lost);
        office.current().clock.now += 390 * 86_400_000;
        // The keeper is renewed in its visits, the lost one is not.
        await keeper.sync();
        await putBack(lost);
        await office.current().db.deleteFrom('learnt_credential').execute();
        office.current().clock.now += 20 * 86_400_000;
        const outcome = await keeper.sync();
        expect(outcome).toMatchObject({ failure: null, sent: 0 });
        expect(outcome.unwanted).toEqual({ [keyOf(lost)]: 1 });
        expect(await held(lost)).toBe(0);
      });

      test('a revocation wins over every credential of the laptop, also one that comes later', async () => {
        const [lost, keeper] = await lostAndKeeper();
        const { credentials, db } = office.current();
        const [first] = credentialsOf(lost);
        const other = await credentials.grant('lost', { roles: ['member'], handOverDays: 30 });
        if (!other.ok || first === undefined) throw new Error('no grant');
        await putBack(lost);
        await credentials.learn([first]);
        expect(await credentials.revoke('lost')).toEqual(['lost']);
        keeper.port().addCredentials([other.value]);
        await credentials.learn([other.value]);
        expect(await credentials.listLearnt()).toMatchObject([{ laptop: 'lost', isRevoked: true }]);
        expect(await keeper.sync()).toMatchObject({ failure: null, sent: 0 });
        expect(await held(lost)).toBe(0);
        const counted = await db.selectFrom('refusal').select(['reason']).execute();
        expect(counted.map(({ reason }) => reason)).toContain('revoked');
        // Invited anew it is let in, and brings what it holds.
        await lost.enrol();
        expect(await lost.sync()).toMatchObject({ failure: null, sent: 1 });
      });

      test('a revoked laptop does not come back under an identity that followed', async () => {
        const [, heir, keeper] = await lostHeirAndKeeper();
        await putBack(heir);
        const { credentials } = office.current();
        // The hub knows the laptop only as what it was, and is told again that it was stolen.
        expect(await credentials.revoke('lost')).toEqual(['lost']);
        expect(await keeper.sync()).toMatchObject({ failure: null });
        expect(await held(heir)).toBe(0);
        expect(await credentials.writerOf(heir.port().replica)).toMatchObject({ state: 'revoked' });
        // And the other way round: named is the identity that followed.
        expect(await credentials.listLearnt()).toMatchObject([{ laptop: 'lost', isRevoked: true }]);
      });

      test('whose line is not known to its beginning is not known; revoking its end closes all of it', async () => {
        const [lost, heir, keeper] = await lostHeirAndKeeper();
        await putBack(lost, heir);
        const { credentials } = office.current();
        const [last] = credentialsOf(heir);
        const [first] = credentialsOf(lost);
        if (first === undefined || last === undefined) throw new Error('no credential');
        await credentials.learn([last]);
        expect(await credentials.writerOf(last.replica)).toEqual({ state: 'unknown' });
        // An honest laptop brings all of it.
        expect(await keeper.sync()).toMatchObject({ failure: null, sent: 2 });
        expect([await held(lost), await held(heir)]).toEqual([1, 1]);
        expect(await credentials.listLearnt()).toHaveLength(2);
        await credentials.revoke(last.serial);
        expect(await credentials.writerOf(first.replica)).toMatchObject({ state: 'revoked' });
      });

      test('the whole line is brought though only its end has anything to hand over', async () => {
        const [lost, keeper] = [office.open('lost'), office.open('keeper')];
        await lost.enrol();
        await keeper.enrol();
        const heir = await heirOf(office, lost, id('heir'));
        await keeper.sync();
        await putBack(lost, heir);
        expect(await keeper.sync()).toMatchObject({ failure: null, sent: 1 });
        expect(await held(heir)).toBe(1);
      });

      test('who is alive goes on in the place of what the hub still knows, though others spoke of it first', async () => {
        const [, heir, keeper] = await lostHeirAndKeeper();
        await putBack(heir);
        await keeper.sync();
        expect(await held(heir)).toBe(1);
        expect(await heir.sync()).toMatchObject({ failure: { reason: 'unknown' } });
        expect(await heir.succeed()).toMatchObject({ ok: true });
        heir.write(id('after'), { name: 'После хаба, пример' });
        expect(await heir.sync()).toMatchObject({ failure: null, refusals: [] });
        await keeper.sync();
        expect(keeper.names()).toHaveLength(3);
        expect(await office.current().credentials.listLearnt()).toEqual([]);
      });

      test('a laptop that was another one before is believed of that one too: nothing is written twice', async () => {
        const [lost, keeper] = await lostAndKeeper();
        await putBack(lost);
        // Its disk was put back as well, so that it had to take a new identity, and it was invited anew.
        const heir = office.open('lost', lost.copy());
        heir.renewIdentity();
        await heir.enrol();
        expect(await heir.sync()).toMatchObject({ failure: null, reissued: 0 });
        expect(await keeper.sync()).toMatchObject({ failure: null });
        expect(await office.current().holds()).toEqual({ [keyOf(lost)]: 1 });
      });

      test('a hub of an earlier version calls it garbage, and the rest goes on', async () => {
        const [lost, keeper] = await lostAndKeeper();
        await putBack(lost);
        keeper.write(id('own'), { name: 'Своё, пример' });
        const road = office.current().roadOf(keeper.port().replica);
        const asBefore: Transport = {
          async send(message) {
            const asked = unframe(message, SyncRequest);
            const isRead = !asked.ok || asked.value.header.writers === undefined;
            return isRead ? road.send(message) : err({ code: 'sync/hub-refused', reason: 'garbage' });
          },
        };
        const options = { partitions: [officePartition], epoch: null, acknowledged: {} };
        expect(await exchange(keeper.port(), asBefore, options)).toMatchObject({ failure: null, sent: 1 });
        expect([await held(keeper), await held(lost)]).toEqual([1, 0]);
      });
    });
  });
}
