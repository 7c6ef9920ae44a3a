/** A hub put back from a backup says anew what each laptop may do: laptops that have heard otherwise since judge as it does. */
import { afterAll, describe, expect, test } from 'vitest';
import { derivedId } from '#core/store/derived-id.ts';
import { strongRandom } from '#hub/hub-crypto.ts';
import { sayAnew } from '#hub/said-anew.ts';
import { newestFirst } from '#shared/sync/credential.ts';
import { Decision } from '#shared/records/decision.ts';
import { bothDatabases, startPostgres } from '#tests/lib/hub.ts';
import { officeForEachTest, officePartition, type OfficeLaptop } from '#tests/lib/office.ts';

const postgres = startPostgres();
afterAll(() => postgres?.close());
const id = (name: string): string => derivedId(`rights restored|${name}`);

for (const kind of bothDatabases(postgres, 'rights_restored')) {
  describe.skipIf(kind.skip)(`rights of a backup, on ${kind.name}`, () => {
    const office = officeForEachTest(kind.url);
    const standingOf = (laptop: OfficeLaptop) => office.current().credentials.standingOf(laptop.port().replica);
    const serials = async (): Promise<string[]> =>
      (await office.current().db.selectFrom('credential').select('serial').execute()).map(({ serial }) => serial);
    /** The hub holds nothing of anybody again, and of credentials these. */
    async function putBack(kept: readonly string[]): Promise<void> {
      const { db, identity, clock } = office.current();
      await db.deleteFrom('segment').execute();
      await db.deleteFrom('log').execute();
      await db.deleteFrom('credential').where('serial', 'not in', kept).execute();
      Object.assign(identity, { epoch: `${identity.epoch} again` });
      clock.now += 1000;
      await sayAnew(db, { time: { now: () => clock.now }, random: strongRandom });
    }

    test('what is taken under rights repeated with time is taken by laptops too that heard of them without', async () => {
      const [writer, reader] = [office.open('writer'), office.open('reader')];
      await writer.enrol();
      await reader.enrol();
      const backup = await serials();
      writer.store.commit([{ kind: Decision, id: id('paper'), act: 'set', values: { place: 'Место, пример' } }], null);
      // An invitation gives no time for what was written before it.
      await writer.enrol([officePartition], ['member']);
      reader.write(id('theirs'), { name: 'Каримов Ойбек, пример' });
      await reader.sync();
      await putBack(backup);
      const { credentials } = office.current();
      expect(await credentials.grant('writer', { roles: ['member'], handOverDays: 30 })).toMatchObject({ ok: true });
      expect(await writer.sync()).toMatchObject({ failure: null, refusals: [], sent: 1 });
      expect(await reader.sync()).toMatchObject({ failure: null, refusedHere: [], received: 1 });
      expect(reader.store.queries.get(Decision, id('paper'))?.values.place).toBe('Место, пример');
    });

    test('whoever was shut out in the backup stays so, and nobody gets more or longer rights', async () => {
      const [gone, over, stays] = [office.open('gone'), office.open('over'), office.open('stays')];
      for (const each of [gone, over, stays]) await each.enrol();
      const heir = office.open('over', over.copy());
      heir.renewIdentity();
      await heir.succeed();
      const { credentials, clock } = office.current();
      await credentials.revoke('gone');
      await credentials.grant('stays', { roles: ['member'], handOverDays: 30 });
      const before = await standingOf(stays);
      await putBack(await serials());
      expect([(await standingOf(gone)).state, (await standingOf(over)).state]).toEqual(['revoked', 'succeeded']);
      expect((await standingOf(heir)).state).toBe('valid');
      const after = await standingOf(stays);
      if (before.state !== 'valid' || after.state !== 'valid') throw new Error('not valid');
      const { serial, roles, partitions, validUntil, handOverUntil } = before.credential;
      expect(after.credential).toMatchObject({ roles, partitions, validUntil, handOverUntil });
      expect(after.credential.serial).not.toBe(serial);
      // Those before count as long as they did: the one said anew behind it is of the same rights.
      const [, second] = newestFirst(after.credentials);
      expect(second?.roles).toEqual(['chair']);
      clock.now = validUntil;
      await putBack(await serials());
      expect((await standingOf(stays)).state).toBe('expired');
    });
  });
}
