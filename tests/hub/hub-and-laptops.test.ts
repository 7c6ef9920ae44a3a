/** Real cores and real hubs: two laptops of one commission meet, on a file and on PostgreSQL, and nothing is lost when it breaks. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestCore, startSignedIn, testPin } from '#tests/lib/core.ts';
import {
  bothDatabases,
  startHub,
  startPostgres,
  type TestHub,
  type TestHubOptions,
  type TestPostgres,
} from '#tests/lib/hub.ts';
import { openLine } from '#tests/lib/bad-line.ts';
import { enrolledCore, keptForEachTest } from '#tests/lib/kept.ts';
import { until } from '#tests/lib/until.ts';

const postgres: TestPostgres | null = startPostgres();
afterAll(() => postgres?.close());
const databases = bothDatabases(postgres, 'laptops');

const keep = keptForEachTest();
const laptop = (hub: TestHub, name: string): Promise<TestCore> => enrolledCore(keep, hub, name);

async function addContact(core: TestCore, name: string): Promise<string> {
  const saved = await core.value('records.save', { kind: 'contact', values: { name } });
  return saved.id;
}

async function contactNames(core: TestCore): Promise<string[]> {
  const { rows } = await core.value('records.list', { kind: 'contact', locale: 'ru' });
  return rows.map((row) => String(row.values['name'])).sort();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

for (const kind of databases) {
  describe.skipIf(kind.skip)(`laptops and a hub on ${kind.name}`, () => {
    let place: TestHubOptions;
    let hub: TestHub;
    beforeAll(async () => {
      place = { directory: mkdtempSync(join(tmpdir(), 'хаб № ')), port: await freePort(), ...(await kind.place()) };
      hub = await startHub(place);
    });
    afterAll(async () => {
      await hub.close();
      rmSync(String(place.directory), { recursive: true, force: true });
    });

    test('what one writes reaches the other, without asking and after being away', async () => {
      const first = await laptop(hub, 'SAMPLE-01');
      const second = await laptop(hub, 'SAMPLE-02');
      await addContact(first, 'Контакт, пример 1');
      await until(async () => (await contactNames(second)).includes('Контакт, пример 1'));
      await until(async () => (await first.value('sync.status', {})).saved === 0);
      expect(await first.value('sync.status', {})).toMatchObject({ state: 'up-to-date', sent: 0, problem: null });

      // Away: locked, and the other goes on; then back, and what was written in the meantime comes by itself.
      await second.value('access.lock', {});
      await addContact(first, 'Контакт, пример 2');
      await first.value('sync.now', {});
      const { rows } = await second.value('access.state', {});
      await second.value('access.signIn', { slot: String(rows[0]?.slot), pin: testPin });
      await until(async () => (await contactNames(second)).includes('Контакт, пример 2'));
      await addContact(second, 'Контакт, пример 3');
      await until(async () => (await contactNames(first)).includes('Контакт, пример 3'));
      expect(await contactNames(first)).toEqual(await contactNames(second));

      const status = await second.value('sync.status', {});
      expect(status.laptops.map((each) => each.name).sort()).toEqual(['SAMPLE-01', 'SAMPLE-02']);
      expect(status.laptops.filter((each) => each.isThis).map((each) => each.name)).toEqual(['SAMPLE-02']);
      const { items } = await second.value('sync.exchanges', { limit: 10 });
      expect(items.length).toBeGreaterThan(0);
    });

    test('a hub that is down is a state; killed and started again it has lost nothing', async () => {
      const port = Number(place.port);
      const [slow, fast] = [80_000, 1e9].map((bitsPerSecond) => ({
        bitsPerSecond,
        roundTripMs: 0,
        loss: 0,
        cutEveryMs: null,
      }));
      if (slow === undefined || fast === undefined) throw new Error('no lines');
      let line = await openLine(port, fast, () => 1);
      const first = keep(await startSignedIn());
      const code = await hub.invite({ laptop: 'SAMPLE-03' });
      await first.value('sync.enrol', { address: `https://127.0.0.1:${line.port}`, code });
      await first.value('sync.now', {});
      const second = await laptop(hub, 'SAMPLE-04');
      const before = (await contactNames(first)).length;
      // Killed with a part of an upload on its way to it, sooner and later in it; all of it is several times as much.
      for (const [batch, part] of [4000, 10_000, 20_000].entries()) {
        for (const half of [0, 1]) {
          const items = Array.from({ length: 500 }, (_, index) => ({
            kind: 'contact' as const,
            values: { name: `Контакт, пример ${batch}-${half}-${index}`, note: randomBytes(60).toString('base64') },
          }));
          await first.value('records.saveTogether', { items });
        }
        await line.close();
        line = await openLine(port, slow, () => 1, line.port);
        if (batch > 0) hub = await startHub(place);
        const cut = first.call('sync.now', {});
        await until(async () => line.bytes.up - line.of.handShakes > part);
        await hub.kill();
        expect(await cut).toMatchObject({ ok: false, error: { code: 'sync/hub-unreachable' } });
        const { saved, sent } = await first.value('sync.status', {});
        expect(saved + sent, 'nothing of it was acknowledged').toBeGreaterThanOrEqual(1000);
      }
      await line.close();
      line = keep(await openLine(port, fast, () => 1, line.port));
      expect(await first.code('sync.now', {})).toBe('sync/hub-unreachable');
      const away = await first.value('sync.status', {});
      expect(away.state).toBe('offline');
      expect(away.nextTryAt).not.toBeNull();
      await addContact(first, 'Контакт, пример последний');

      hub = await startHub(place);
      await first.value('sync.now', {});
      expect(await first.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0, problem: null });
      await second.value('sync.now', {});
      expect(await contactCount(second)).toBe(before + 3001);
      expect(await contactCount(first)).toBe(before + 3001);
    });

    test('a revoked laptop is told so and keeps its data', async () => {
      const core = await laptop(hub, 'SAMPLE-LOST');
      await addContact(core, 'Контакт, пример потерянный');
      await core.value('sync.now', {});
      await hub.command('revoke', 'SAMPLE-LOST');
      const id = await addContact(core, 'Контакт, пример после');
      expect(await core.code('sync.now', {})).toBe('sync/revoked');
      const status = await core.value('sync.status', {});
      expect(status).toMatchObject({ state: 'refused', saved: 1, problem: { code: 'sync/revoked' } });
      expect((await core.value('records.get', { kind: 'contact', id })).values['name']).toBe('Контакт, пример после');
    });

    test('a code typed wrongly, used or for another commission leaves the laptop as it was', async () => {
      const core = keep(await startSignedIn());
      const code = await hub.invite();
      const typo = code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
      expect(await core.code('sync.enrol', { address: hub.address, code: typo })).toBe('sync/bad-code');
      const elsewhere = await hub.invite({ partition: 'kz/kz-11' });
      expect(await core.code('sync.enrol', { address: hub.address, code: elsewhere })).toBe('sync/wrong-partition');
      expect(await core.code('sync.enrol', { address: 'http://127.0.0.1:9', code })).toBe('sync/hub-unreachable');
      expect(await core.code('sync.enrol', { address: 'no address', code })).toBe('sync/hub-unreachable');
      expect(await core.code('sync.now', {})).toBe('sync/not-enrolled');
      expect(await core.value('sync.status', {})).toMatchObject({ state: 'not-enrolled', enrolled: null });
      await core.value('sync.enrol', { address: hub.address.replace('https://', ''), code: code.replaceAll(' ', '-') });
      const other = keep(await startSignedIn());
      expect(await other.code('sync.enrol', { address: hub.address, code })).toBe('sync/code-used');
    });

    test('another hub at the same address is noticed', async () => {
      const core = await laptop(hub, 'SAMPLE-05');
      await addContact(core, 'Контакт, пример не для чужого');
      await hub.close();
      const impostor = await startHub({ port: Number(place.port) });
      try {
        expect(await core.code('sync.now', {})).toBe('sync/wrong-hub-key');
        expect((await core.value('sync.status', {})).state).toBe('refused');
        const other = keep(await startSignedIn());
        expect(await other.code('sync.enrol', { address: impostor.address, code: await hub.invite() })).toBe(
          'sync/wrong-hub-key',
        );
      } finally {
        await impostor.close();
        hub = await startHub(place);
      }
      await core.value('sync.now', {});
      expect((await core.value('sync.status', {})).problem).toBeNull();
    });
  });
}

async function contactCount(core: TestCore): Promise<number> {
  return (await core.value('records.list', { kind: 'contact', locale: 'ru' })).total;
}

test('a hub put back from an older copy gets everything again', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'хаб № '));
  const port = await freePort();
  let hub = await startHub({ directory, port });
  keep({
    async close() {
      await hub.close();
      rmSync(directory, { recursive: true, force: true });
    },
  });
  const first = await laptop(hub, 'SAMPLE-01');
  const second = await laptop(hub, 'SAMPLE-02');
  await addContact(first, 'Контакт, пример 1');
  await first.value('sync.now', {});
  await hub.close();
  copyFileSync(join(directory, 'hub.sqlite'), join(directory, 'copy'));
  hub = await startHub({ directory, port });
  await addContact(first, 'Контакт, пример 2');
  await addContact(first, 'Контакт, пример 3');
  await first.value('sync.now', {});
  await hub.close();

  copyFileSync(join(directory, 'copy'), join(directory, 'hub.sqlite'));
  const database = new Sqlite(join(directory, 'hub.sqlite'));
  database.prepare(`update hub_identity set epoch = 'after-restore'`).run();
  database.close();
  hub = await startHub({ directory, port });
  await first.value('sync.now', {});
  await second.value('sync.now', {});
  expect(await contactNames(second)).toEqual(['Контакт, пример 1', 'Контакт, пример 2', 'Контакт, пример 3']);
  expect(await first.value('sync.status', {})).toMatchObject({ saved: 0, sent: 0, problem: null });
});

test.skipIf(postgres === null)('two hub processes on one PostgreSQL serve one commission', async () => {
  const place = await databases.find(({ name }) => name === 'PostgreSQL')?.place();
  const [one, two] = await Promise.all([startHub(place), startHub(place)]);
  keep(one);
  keep(two);
  const first = await laptop(one, 'SAMPLE-01');
  const second = await laptop(two, 'SAMPLE-02');
  // News written through one process wakes who waits at the other.
  await addContact(first, 'Контакт, пример 1');
  await until(async () => (await contactNames(second)).includes('Контакт, пример 1'));
  for (let index = 2; index <= 6; index += 1) {
    await Promise.all([
      addContact(first, `Контакт, пример ${index}`),
      addContact(second, `Контакт, пример ${index} б`),
    ]);
    await Promise.all([first.call('sync.now', {}), second.call('sync.now', {})]);
  }
  await until(async () => (await contactCount(first)) === 11 && (await contactCount(second)) === 11);
  expect(await contactNames(first)).toEqual(await contactNames(second));
  const stats = JSON.parse(await two.command('stats')) as { refusals: object };
  expect(stats.refusals).toEqual({});
});
