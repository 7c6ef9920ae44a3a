/** What is written behind the answers: many visits at once, nothing lost while the database cannot be written to. */
import { sql } from 'kysely';
import { afterAll, describe, expect, test } from 'vitest';
import { strongRandom } from '#hub/hub-crypto.ts';
import { createLedger, nothingMoved, type Visit } from '#hub/ledger-queries.ts';
import { createVisits } from '#hub/visits.ts';
import { newId } from '#shared/kernel/ids.ts';
import { bothDatabases, startPostgres } from '#tests/lib/hub.ts';
import { type Office, officeForEachTest } from '#tests/lib/office.ts';

const postgres = startPostgres();
afterAll(() => postgres?.close());

for (const kind of bothDatabases(postgres, 'visits')) {
  describe.skipIf(kind.skip)(`visits, on ${kind.name}`, () => {
    const office = officeForEachTest(kind.url).current;

    test('of many visits of a laptop the last one stands, and what moved is summed', async () => {
      const { db, clock } = office();
      const visits = createVisits({ ledger: ledgerOf(office()), onTrouble: () => undefined });
      const [one, other] = [await addLaptop(office()), await addLaptop(office())];
      visits.note({ ...visitOf(one, clock.now), appVersion: '1.2.3', summary: { 'a kz': 5 }, opsIn: 5, bytesIn: 50 });
      visits.note({ ...visitOf(one, clock.now + 10), opsIn: 2, bytesIn: 20 });
      visits.note(visitOf(other, clock.now + 20));
      await visits.close();
      expect(await laptopRow(office(), one)).toEqual({
        last_contact_at: clock.now + 10,
        app_version: '1.2.3',
        summary: '{"a kz":5}',
        stick_blobs: null,
      });
      expect((await laptopRow(office(), other))?.last_contact_at).toBe(clock.now + 20);
      const rows = await db.selectFrom('exchange').select(['replica', 'ops_in', 'bytes_in']).execute();
      expect(rows).toEqual([{ replica: one, ops_in: 7, bytes_in: 70 }]);
    });

    test('what could not be written is written later, together with what came since', async () => {
      const { db, clock } = office();
      let troubles = 0;
      const visits = createVisits({ ledger: ledgerOf(office()), onTrouble: () => (troubles += 1) });
      const laptop = await addLaptop(office());
      await sql`alter table exchange rename to away`.execute(db);
      visits.note({ ...visitOf(laptop, clock.now + 1), summary: { 'a kz': 9 }, opsIn: 1 });
      await expect.poll(() => troubles).toBeGreaterThan(0);
      await sql`alter table away rename to exchange`.execute(db);
      visits.note({ ...visitOf(laptop, clock.now + 2), opsIn: 2 });
      await visits.close();
      expect(await laptopRow(office(), laptop)).toMatchObject({
        last_contact_at: clock.now + 2,
        summary: '{"a kz":9}',
      });
      expect(await db.selectFrom('exchange').select('ops_in').execute()).toEqual([{ ops_in: 3 }]);
    });
  });
}

const ledgerOf = ({ db, clock }: Office) =>
  createLedger({
    db,
    time: { now: () => clock.now },
    random: strongRandom,
  });

function visitOf(replica: string, at: number): Visit {
  return { replica, at, appVersion: null, summary: null, stickBlobs: null, ...nothingMoved };
}

async function addLaptop({ db, clock }: Office): Promise<string> {
  const id = newId({
    time: { now: () => clock.now },
    random: strongRandom,
  });
  const row = { id, public_key: '00', laptop: 'SAMPLE', partition: 'kz', role: 'chair', enrolled_at: clock.now };
  const unknown = { commission: null, last_contact_at: null, app_version: null, summary: null, stick_blobs: '["aa"]' };
  await db
    .insertInto('replica')
    .values({ ...row, ...unknown, succeeded_by: null, handed_over_at: null })
    .execute();
  return id;
}

function laptopRow({ db }: Office, id: string) {
  return db
    .selectFrom('replica')
    .select(['last_contact_at', 'app_version', 'summary', 'stick_blobs'])
    .where('id', '=', id)
    .executeTakeFirst();
}
