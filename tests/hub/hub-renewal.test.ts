/** Credentials are renewed before they end, by hub and app together; what is revoked stays so. */
import { afterAll, describe, expect, test } from 'vitest';
import { bothDatabases, startPostgres } from '#tests/lib/hub.ts';
import { samplePartition } from '#tests/lib/hub-laptop.ts';
import { startHubHere } from '#tests/lib/hub-here.ts';

const postgres = startPostgres();
afterAll(() => postgres?.close());
const dayMs = 86_400_000;

const settingsOf = (databaseUrl: string | null): { readonly [name: string]: string } =>
  databaseUrl === null ? {} : { HUB_DATABASE_URL: databaseUrl };

for (const kind of bothDatabases(postgres, 'renewal'))
  describe.skipIf(kind.skip)(`on ${kind.name}`, () => {
    test('a laptop in touch keeps its access for ever; under a serial of before it can still be revoked', async () => {
      let now = Date.now();
      const { hub, address, core } = await startHubHere(() => now, settingsOf(await kind.url()));
      const order = { partitions: [samplePartition], roles: ['chair' as const], laptop: 'SAMPLE', commission: null };
      const code = await hub.credentials.invite({ ...order, days: 1, validDays: 400 });
      await core.value('sync.enrol', { address, code });
      await core.value('sync.now', {});
      const validUntil = async () => (await core.value('sync.status', {})).enrolled?.validUntil ?? 0;
      const first = await validUntil();
      const serial = (await hub.credentials.list())[0]?.serial ?? '';

      now += 200 * dayMs;
      await core.value('sync.now', {});
      expect(await validUntil(), 'not near its end').toBe(first);
      now += 130 * dayMs;
      await Promise.all([core.value('sync.now', {}), core.value('sync.now', {})]);
      expect(await validUntil()).toBe(now + 400 * dayMs);
      expect((await hub.credentials.list())[0]?.serial).not.toBe(serial);

      // Past the end of the first one it goes on working.
      now += 200 * dayMs;
      await core.value('records.save', { kind: 'contact', values: { name: 'Контакт, пример 1' } });
      await core.value('sync.now', {});
      expect(await core.value('sync.status', {})).toMatchObject({ saved: 0, problem: null });
      expect(await hub.credentials.revoke(serial)).toEqual(['SAMPLE']);
      expect(await core.code('sync.now', {})).toBe('sync/revoked');
    });
  });
