/** A hub put back from a backup that was made before a laptop was revoked: the operator revokes it again by what stands in his papers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { derivedId } from '#core/store/derived-id.ts';
import { logKey } from '#shared/sync/messages.ts';
import { startSignedIn, type TestCore, temporaryFolder } from '#tests/lib/core.ts';
import { bothDatabases, startHub, startPostgres, type TestHub } from '#tests/lib/hub.ts';
import { heirOf, officeForEachTest, officePartition, type OfficeLaptop } from '#tests/lib/office.ts';

const postgres = startPostgres();
afterAll(() => postgres?.close());

/** What `list` prints of a laptop. */
async function listed(hub: TestHub, wanted: string): Promise<{ serial: string; state: string; identity: string }> {
  const line = (await hub.command('list')).split('\n').find((each) => each.split('\t').includes(wanted));
  const [serial = '', state = '', , , identity = ''] = (line ?? '').split('\t');
  return { serial, state, identity };
}

const id = (name: string): string => derivedId(`revoked-since|${name}`);

for (const kind of bothDatabases(postgres, 'revoked_since')) {
  describe.skipIf(kind.skip)(`a hub put back, on ${kind.name}`, () => {
    test('refuses whom the operator names, listed or not, before the first of them comes', async () => {
      let hub = await startHub(await kind.place());
      onTestFinished(() => hub.close());
      const port = Number(new URL(hub.address).port);
      async function core(): Promise<TestCore> {
        const started = await startSignedIn();
        started.clock.now = Date.now();
        onTestFinished(() => started.close());
        return started;
      }
      const [keeper, early, late] = [await core(), await core(), await core()];
      const enrol = async (at: TestCore, laptop: string) =>
        at.value('sync.enrol', { address: hub.address, code: await hub.invite({ laptop }) });
      const contact = (at: TestCore, name: string) => at.value('records.save', { kind: 'contact', values: { name } });

      await enrol(keeper, 'SAMPLE-01');
      await enrol(early, 'SAMPLE-02');
      const backup = mkdtempSync(join(tmpdir(), 'хаб № '));
      onTestFinished(() => rmSync(backup, { recursive: true, force: true }));
      const code = await hub.invite({ laptop: 'SAMPLE-03' });
      await hub.command('backup', backup);
      await hub.command('grant', 'SAMPLE-02', '--roles', 'member');
      await late.value('sync.enrol', { address: hub.address, code });
      await contact(late, 'Каримов Ойбек, пример');
      await late.value('sync.now', {});
      await keeper.value('sync.now', {});
      const [earlyPaper, latePaper] = [await listed(hub, 'SAMPLE-02'), await listed(hub, 'SAMPLE-03')];
      await hub.command('revoke', earlyPaper.serial);
      await hub.command('revoke', latePaper.serial);

      await hub.close();
      const place = { ...(await kind.place()), directory: temporaryFolder() };
      const first = await startHub(place);
      await first.close();
      expect(await first.command('restore', backup)).toContain('not used by then, 1,');
      // Serials of since the backup are nobody's now; the identity in the same line is.
      await expect(first.command('revoke', latePaper.serial)).rejects.toThrow(/identity/);
      expect(await first.command('revoke', earlyPaper.identity)).toContain('SAMPLE-02');
      expect(await first.command('revoke', latePaper.identity)).toContain('refused');
      expect(await listed(first, latePaper.identity)).toMatchObject({ serial: '-', state: 'revoked' });
      hub = await startHub({ ...place, port });
      for (const gone of [early, late]) await contact(gone, 'После копии, пример');
      expect(await early.code('sync.now', {})).toBe('sync/revoked');
      // Whose key the hub does not know it tells nothing.
      expect(await late.code('sync.now', {})).toBe('sync/hub-refused');

      // What it wrote is not taken from others either, and it is listed by name now.
      await keeper.value('sync.now', {});
      expect(await listed(hub, 'SAMPLE-03')).toMatchObject({ serial: latePaper.serial, state: 'revoked' });
      expect(await hub.command('list')).not.toContain('not heard of');
      expect(JSON.parse(await hub.command('stats'))).toMatchObject({ laptops: 1, revoked: 1, knownBySignature: 1 });
      const next = await core();
      // An invitation works once, also where the hub has forgotten that it did.
      expect(await next.code('sync.enrol', { address: hub.address, code })).toBe('sync/code-expired');
      await enrol(next, 'SAMPLE-04');
      await next.value('sync.now', {});
      expect((await next.value('records.list', { kind: 'contact', locale: 'ru' })).rows).toEqual([]);
      expect(await hub.command('verify')).toContain('"problems":0');

      // And so it stays in the next backup.
      const again = mkdtempSync(join(tmpdir(), 'хаб № '));
      onTestFinished(() => rmSync(again, { recursive: true, force: true }));
      await hub.command('backup', again);
      const third = await startHub({ ...(await kind.place()), directory: temporaryFolder() });
      await third.close();
      await third.command('restore', again);
      expect(await listed(third, 'SAMPLE-03')).toMatchObject({ state: 'revoked' });
    });

    describe('and the identities of one laptop', () => {
      const office = officeForEachTest(kind.url);
      const replicaOf = (laptop: OfficeLaptop): string => laptop.port().replica;
      /** A laptop that went on under another identity since the backup, and one that holds what it wrote. */
      async function putBackBeforeHeir(): Promise<[lost: OfficeLaptop, heir: OfficeLaptop, keeper: OfficeLaptop]> {
        const [lost, keeper] = [office.open('lost'), office.open('keeper')];
        await lost.enrol();
        await keeper.enrol();
        const heir = await heirOf(office, lost, id('heir'));
        await keeper.sync();
        const { db, identity } = office.current();
        await db.deleteFrom('segment').execute();
        await db.deleteFrom('log').execute();
        await db.deleteFrom('credential').where('replica', '=', replicaOf(heir)).execute();
        await db.updateTable('replica').set({ succeeded_by: null }).where('id', '=', replicaOf(lost)).execute();
        await db.updateTable('credential').set({ revoked_at: null }).where('replica', '=', replicaOf(lost)).execute();
        await db.deleteFrom('replica').where('id', '=', replicaOf(heir)).execute();
        Object.assign(identity, { epoch: `${identity.epoch} again` });
        return [lost, heir, keeper];
      }
      const stateOf = async (laptop: OfficeLaptop): Promise<string> =>
        (await office.current().credentials.writerOf(replicaOf(laptop))).state;

      test('one named beforehand is not let in as the successor of what the hub still knows', async () => {
        const [lost, heir] = await putBackBeforeHeir();
        const { credentials } = office.current();
        expect(await credentials.revoke(replicaOf(heir))).toEqual([]);
        await credentials.revokeUnseen(replicaOf(heir));
        expect(await stateOf(lost)).toBe('valid');
        expect(await heir.succeed()).toMatchObject({ ok: false, error: { code: 'hub/revoked' } });
        expect([await stateOf(heir), await stateOf(lost)]).toEqual(['unknown', 'revoked']);
      });

      test('and takes along what it went on for as soon as others tell of that; invited anew it is let in', async () => {
        const [lost, heir, keeper] = await putBackBeforeHeir();
        const { credentials } = office.current();
        await credentials.revokeUnseen(replicaOf(heir));
        expect(await credentials.revokedUnseen()).toEqual([replicaOf(heir)]);
        expect(await keeper.sync()).toMatchObject({ failure: null });
        expect([await stateOf(heir), await stateOf(lost)]).toEqual(['revoked', 'revoked']);
        expect(await credentials.revokedUnseen()).toEqual([]);
        expect((await office.current().holds())[logKey(replicaOf(heir), officePartition)]).toBeUndefined();
        await heir.enrol();
        expect(await heir.sync()).toMatchObject({ failure: null });
        expect([await stateOf(heir), await stateOf(lost)]).toEqual(['valid', 'revoked']);
      });
    });
  });
}
