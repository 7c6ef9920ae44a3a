/** Other rights for an enrolled laptop: what it may no longer keep is neither sent to it nor kept by it, and nothing is lost on the way. */
import { afterAll, describe, expect, test } from 'vitest';
import { derivedId } from '#core/store/derived-id.ts';
import { createScopes } from '#core/store/scopes.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { silentLogger } from '#shared/kernel/ports.ts';
import { parseLogKey, SyncResponse, unframe } from '#shared/sync/messages.ts';
import { readSegmentHeader } from '#shared/sync/segment.ts';
import type { Transport } from '#shared/sync/exchange.ts';
import { exchange } from '#shared/sync/exchange.ts';
import { bothDatabases, startPostgres } from '#tests/lib/hub.ts';
import { officeForEachTest, type OfficeLaptop } from '#tests/lib/office.ts';

const postgres = startPostgres();
afterAll(() => postgres?.close());

const [tec, dec, oblast] = ['kz/kz-19/tec-oblast', 'kz/kz-19/dec-one', 'kz/kz-19'] as const;
const id = (name: string): string => derivedId(`scopes|${name}`);

for (const kind of bothDatabases(postgres, 'scopes')) {
  describe.skipIf(kind.skip)(`other rights, on ${kind.name}`, () => {
    const office = officeForEachTest(kind.url);
    const laptop = (name: string, partition: string): OfficeLaptop => office.open(name, null, partition);
    /** One that keeps the whole oblast, and one of an office in it that is not the first one's own. */
    async function oblastAndOffice(): Promise<[wide: OfficeLaptop, other: OfficeLaptop]> {
      const [wide, other] = [laptop('wide', tec), laptop('other', dec)];
      await wide.enrol([oblast], ['staff']);
      await other.enrol([dec]);
      return [wide, other];
    }
    const scopesOf = (each: OfficeLaptop) =>
      createScopes({
        ...each.store,
        logger: silentLogger,
        ownPartition: () => tec,
        acknowledged: each.acknowledged,
        unsentFiles: () => 0,
      });

    test('a laptop put back from its backup leaves what it may not keep any more once the hub has what it wrote there', async () => {
      const [wide, other] = await oblastAndOffice();
      other.write(id('theirs'), { name: 'Каримов Ойбек, пример', phone: '+7 700 000-00-03' });
      await other.sync();
      await wide.sync([oblast]);
      wide.write(id('theirs'), { note: 'Правка до смены прав, пример' });
      const heir = office.open('wide', wide.copy(), tec);
      heir.renewIdentity();
      const { credentials } = office.current();
      expect(await credentials.grant('wide', { partitions: [tec], handOverDays: 30 })).toMatchObject({ ok: true });
      expect(await heir.succeed()).toMatchObject({ ok: true });
      // What it wrote under its old identity goes out, and the hub says so although nothing of it may be read any more.
      // What it has from the other it no longer knows to be at the hub, and hands it over as well.
      const scopes = scopesOf(heir);
      expect(await heir.sync([tec], [dec])).toMatchObject({ failure: null, refusals: [] });
      expect(scopes.leaving([tec])).toEqual([{ partition: dec, names: null, waiting: 0, files: 0 }]);
      await scopes.erase(dec);
      expect(await heir.sync([tec])).toMatchObject({ failure: null, received: 0 });
      expect(heir.names()).toEqual([]);
      await other.sync();
      expect(other.store.queries.get(Contact, id('theirs'))?.values.note).toBe('Правка до смены прав, пример');
    });

    test('a narrower grant ends reading at once; what was written before is handed over, then all of it is erased', async () => {
      const [wide, other] = await oblastAndOffice();
      other.write(id('theirs'), { name: 'Каримов Ойбек, пример', phone: '+7 700 000-00-03' });
      other.write(id('again'), { name: 'Каримов Ойбек, пример', phone: '+7 700 000-00-03' });
      await other.sync();
      wide.write(id('own'), { name: 'Свой контакт, пример' });
      await wide.sync([oblast]);
      expect(wide.store.db.prepare('select count(*) from desk').pluck().get()).toBe(1);
      // Its edit of the other commission's record is not handed over yet when its rights change.
      wide.write(id('theirs'), { note: 'Правка до смены прав, пример' });

      const granted = await office.current().credentials.grant('wide', { partitions: [tec], handOverDays: 30 });
      if (!granted.ok) throw new Error(granted.error.code);
      other.write(id('later'), { name: 'После смены прав, пример' });
      await other.sync();
      const scopes = scopesOf(wide);
      expect(scopes.leaving([tec])).toEqual([{ partition: dec, names: null, waiting: 1, files: 0 }]);
      // Even asked for, nothing of it comes any more; what was written before is taken.
      const seen: string[] = [];
      const road = office.current().roadOf(wide.port().replica);
      const listening: Transport = {
        async send(message) {
          const answer = await road.send(message);
          const read = answer.ok ? unframe(answer.value, SyncResponse) : answer;
          for (const bytes of read.ok ? read.value.segments : []) {
            const header = readSegmentHeader(bytes);
            if (header.ok) seen.push(header.value.header.partition);
          }
          if (read.ok)
            for (const [log, seq] of Object.entries(read.value.header.summary)) {
              const { replica, partition } = parseLogKey(log);
              if (replica !== wide.port().replica && seq > (wide.port().summary()[log] ?? 0)) seen.push(partition);
            }
          return answer;
        },
      };
      const options = { partitions: [oblast], epoch: null, acknowledged: {} };
      expect(await exchange(wide.port(), listening, options)).toMatchObject({ failure: null, refusals: [] });
      expect(seen.filter((partition) => partition === dec)).toEqual([]);
      expect(scopes.leaving([tec])).toEqual([{ partition: dec, names: null, waiting: 0, files: 0 }]);
      await scopes.erase(dec);

      expect(scopes.leaving([tec])).toEqual([]);
      expect(wide.names()).toEqual(['Свой контакт, пример']);
      expect(Object.keys(wide.port().summary())).toEqual([`${wide.port().replica} ${tec}`]);
      for (const table of ['desk', 'contact_search', 'segment', 'tail'])
        expect(wide.store.db.prepare(`select count(*) from ${table}`).pluck().get(), table).toBe(
          table === 'contact_search' || table === 'segment' ? 1 : 0,
        );
      await other.sync();
      const theirs = other.store.queries.get(Contact, id('theirs'))?.values.note;
      expect(theirs).toBe('Правка до смены прав, пример');
      // Nothing of it comes back.
      expect(await wide.sync([tec])).toMatchObject({ failure: null, refusals: [], received: 0 });

      // Granted again, all of it is fetched, its own edit too; until then it writes nothing there, and afterwards it goes on.
      await office.current().credentials.grant('wide', { partitions: [oblast], handOverDays: 30 });
      const edit = { kind: Contact, id: id('theirs'), act: 'set' as const, values: { note: 'Снова, пример' } };
      expect(await wide.sync([oblast])).toMatchObject({ failure: null, refusals: [], refusedHere: [], received: 4 });
      expect(wide.store.queries.get(Contact, id('theirs'))?.values.note).toBe(theirs);
      await wide.sync([oblast]);
      expect(wide.store.mayCommit([edit])).toBe(true);
      wide.store.commit([edit], null);
      expect(await wide.sync([oblast])).toMatchObject({ failure: null, refusals: [], sent: 1 });
      await other.sync();
      expect(other.store.queries.get(Contact, id('theirs'))?.values.note).toBe('Снова, пример');
      expect(other.port().summary()).toMatchObject({ [`${wide.port().replica} ${dec}`]: 2 });
    });

    test('what another wrote and the hub has not got is handed over before the partition goes, and only then', async () => {
      const [wide, other] = await oblastAndOffice();
      other.write(id('sent'), { name: 'У хаба уже есть, пример' });
      await other.sync();
      await wide.sync([oblast]);
      for (const number of [1, 2])
        other.write(id(`by stick ${number}`), { name: `Только на флешке ${number}, пример` });
      // The stick brings it, and then the other laptop is gone for good.
      await other.carryTo(wide, [oblast]);
      await office.current().credentials.grant('wide', { partitions: [tec], handOverDays: 0 });
      const scopes = scopesOf(wide);
      expect(scopes.leaving([tec])).toMatchObject([{ partition: dec, waiting: 2 }]);
      // It hears of its new rights in an exchange that breaks off before anything of that is on its way.
      const hearing = { partitions: [tec], epoch: office.current().identity.epoch, acknowledged: wide.acknowledged() };
      const road = office.current().roadOf(wide.port().replica);
      const heard = await exchange(wide.port(), road, hearing);
      expect(heard).toMatchObject({ failure: null, sent: 0 });
      // The hub does not name it any more, and it is there all the same.
      expect(heard.acknowledged[`${other.port().replica} ${dec}`]).toBe(1);
      expect(await wide.sync([tec], [dec])).toMatchObject({ failure: null, refusals: [], sent: 2, received: 0 });
      expect(scopes.leaving([tec])).toMatchObject([{ partition: dec, waiting: 0 }]);
      await scopes.erase(dec);
      expect(wide.names()).toEqual([]);
      expect((await office.current().holds())[`${other.port().replica} ${dec}`]).toBe(3);
      const third = laptop('third', dec);
      await third.enrol([dec]);
      await third.sync();
      expect(third.names()).toHaveLength(3);
    });

    test('what another wrote reaches the hub from a laptop that has to leave by stick as well', async () => {
      const [wide, other] = await oblastAndOffice();
      await other.sync();
      other.write(id('by stick'), { name: 'Только на флешке, пример' });
      await other.carryTo(wide, [oblast]);
      await office.current().credentials.grant('wide', { partitions: [tec], handOverDays: 0 });
      await wide.visitHub([tec]);
      const told = wide.port().stickMemory().peers['hub'];
      expect(told?.summary).toEqual({ [`${other.port().replica} ${dec}`]: 1 });
      expect((await office.current().holds())[`${other.port().replica} ${dec}`]).toBe(1);
    });

    test('of a log that goes on otherwise at the hub what is only here goes back to its writer before the partition goes', async () => {
      const [wide, other] = await oblastAndOffice();
      other.write(id('before'), { name: 'До копии, пример' });
      await other.sync();
      const copy = other.copy();
      other.write(id('here'), { name: 'Только на флешке, пример' });
      await other.carryTo(wide, [oblast]);
      // Put back from outside, so that its log goes on in another way, and the hub hears that first.
      const again = office.open('other', copy, dec);
      again.write(id('there'), { name: 'После копии, пример' });
      await again.sync();
      await office.current().credentials.grant('wide', { partitions: [tec], handOverDays: 30 });
      expect(await wide.sync([tec], [dec])).toMatchObject({ failure: null, refusedHere: [] });
      await wide.sync([tec], [dec]);
      const scopes = scopesOf(wide);
      expect(scopes.leaving([tec])).toMatchObject([{ partition: dec, waiting: 0 }]);
      await scopes.erase(dec);
      await again.sync();
      expect(again.names()).toEqual(['До копии, пример', 'После копии, пример', 'Только на флешке, пример']);
    });

    test("what a laptop wrote before it was invited anew, with fewer rights, is still everybody's", async () => {
      const again = laptop('again', tec);
      await again.enrol([tec], ['secretary']);
      again.write(id('one'), { name: 'Первый контакт, пример' });
      again.write(id('two'), { name: 'Второй контакт, пример' });
      again.store.commit([{ kind: Contact, id: id('one'), act: 'remove', values: {} }], null);
      await again.sync();
      expect(await office.current().credentials.revoke('again')).toEqual(['again']);
      await again.enrol([tec], ['member']);
      const newcomer = laptop('newcomer', tec);
      await newcomer.enrol([tec]);
      expect(await newcomer.sync()).toMatchObject({ failure: null, refusedHere: [], received: 3 });
      expect(newcomer.names()).toEqual(['Второй контакт, пример']);
    });

    test('a wider grant brings what it covers anew; roles are judged from then on', async () => {
      const narrow = laptop('narrow', tec);
      await narrow.enrol([tec]);
      const other = laptop('other', dec);
      await other.enrol([dec]);
      other.write(id('a'), { name: 'Контакт, пример' });
      await other.sync();
      await narrow.sync([tec]);
      expect(narrow.names()).toEqual([]);
      expect(
        await office.current().credentials.grant('narrow', { partitions: [tec, dec], handOverDays: 0 }),
      ).toMatchObject({
        ok: true,
        value: { roles: ['chair'] },
      });
      await narrow.sync([tec]);
      await narrow.sync([tec, dec]);
      expect(narrow.names()).toEqual(['Контакт, пример']);
      // A member may not remove: what it removed as chair, but had not handed over, is not taken where no time is given for that.
      narrow.write(id('own'), { name: 'Свой контакт, пример' });
      expect(await narrow.sync([tec, dec])).toMatchObject({ refusals: [], sent: 1 });
      narrow.store.commit([{ kind: Contact, id: id('own'), act: 'remove', values: {} }], null);
      expect(await office.current().credentials.grant('narrow', { roles: ['member'], handOverDays: 0 })).toMatchObject({
        ok: true,
        value: { partitions: [tec, dec], heldBefore: { [tec]: 1 } },
      });
      expect(await narrow.sync([tec, dec])).toMatchObject({ refusals: [{ reason: 'wrong-role' }], sent: 0 });
    });

    test('what is asked wrongly is named', async () => {
      const one = laptop('one', tec);
      await one.enrol([tec]);
      const grant = (name: string, partitions: string[]) =>
        office.current().credentials.grant(name, { partitions, handOverDays: 30 });
      expect(await grant('nobody', [tec])).toMatchObject({ error: { code: 'hub/unknown-laptop', found: 0 } });
      expect(await grant('one', [dec])).toMatchObject({ error: { code: 'hub/own-partition', partition: tec } });
      await office.current().credentials.revoke('one');
      expect(await grant('one', [oblast])).toMatchObject({ error: { code: 'hub/revoked' } });
    });
  });
}
