/** A hub's database of an earlier version: what it says is kept. */
import { sql } from 'kysely';
import { afterAll, describe, expect, test } from 'vitest';
import { openDatabase } from '#hub/db/database.ts';
import { temporaryFolder } from '#tests/lib/core.ts';
import { bothDatabases, startPostgres } from '#tests/lib/hub.ts';

const postgres = startPostgres();
afterAll(() => postgres?.close());

for (const kind of bothDatabases(postgres, 'migrations')) {
  describe.skipIf(kind.skip)(`on ${kind.name}`, () => {
    test('who was revoked by a credential only heard of stays revoked, by identity', async () => {
      const place = { databaseUrl: await kind.url(), directory: temporaryFolder(), onBroken: () => undefined };
      const before = await openDatabase(place);
      await sql`drop table revoked_identity`.execute(before.db);
      await sql`alter table learnt_credential add column revoked_at ${sql.raw(kind.name === 'SQLite' ? 'integer' : 'bigint')}`.execute(
        before.db,
      );
      for (const [serial, replica, at] of [
        ['a1', 'gone', 7],
        ['a2', 'gone', null],
        ['a3', 'gone', 5],
        ['b1', 'here', null],
      ] as const)
        await sql`insert into learnt_credential (serial, replica, laptop, body, learnt_at, revoked_at)
          values (${serial}, ${replica}, 'SAMPLE', '{}', 1, ${at})`.execute(before.db);
      await sql`delete from hub_migration where name >= '0009'`.execute(before.db);
      await before.db.destroy();

      const { db } = await openDatabase(place);
      expect(await db.selectFrom('revoked_identity').selectAll().execute()).toEqual([
        { replica: 'gone', revoked_at: 5 },
      ]);
      expect(await db.selectFrom('learnt_credential').selectAll().orderBy('serial').execute()).toHaveLength(4);
      await db.destroy();
    });
  });
}
