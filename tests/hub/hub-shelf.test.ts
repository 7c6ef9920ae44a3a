/** A course from the hub's shelf on a real laptop: listed, fetched at a rate, paused, gone on with after a restart, imported, and what goes wrong. */
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildCoursePack } from '#core/packs/build-pack.ts';
import { parsePublisherKey } from '#core/packs/signature.ts';
import type { ShelfOffer } from '#shared/packs/shelf-contract.ts';
import { type TestCore, startSignedIn, temporaryFolder, testPin } from '#tests/lib/core.ts';
import { startHub, type TestHub } from '#tests/lib/hub.ts';
import { until as untilHere } from '#tests/lib/until.ts';
import { root } from '../../scripts/runtimes.mjs';

let hub: TestHub;
let core: TestCore;
let pack: string;
beforeAll(async () => {
  hub = await startHub({ env: { KOMISSIYA_HUB_DEVELOPMENT_PACKS: '1' } });
  core = await startSignedIn();
  const key = parsePublisherKey(readFileSync(join(root, 'assets/publisher/development.json'), 'utf8'));
  if (!key.ok) throw new Error(key.error.code);
  pack = join(temporaryFolder(), 'course.kpack');
  const built = await buildCoursePack(join(root, 'assets/courses/receiving-complaints'), pack, {
    key: key.value,
    minimumApp: '0.1.0',
  });
  if (!built.ok) throw new Error(built.error.code);
});
afterAll(async () => {
  await core.close();
  await hub.close();
});

async function offer(): Promise<ShelfOffer | undefined> {
  return (await core.value('shelf.list', {})).packs[0];
}

/** The laptop's own clock goes on meanwhile, faster than the wall's. */
function until(check: () => Promise<boolean>): Promise<void> {
  return untilHere(check, () => (core.clock.now += 500));
}
const shelf = (): string[] => readdirSync(join(core.directory, 'shelf')).sort();

test('without a hub there is none; with one the published course is listed', async () => {
  expect(await core.value('shelf.list', {})).toEqual({ state: 'no-hub', packs: [] });
  expect(await core.code('shelf.look', {})).toBe('sync/not-enrolled');
  await core.value('sync.enrol', { address: hub.address, code: await hub.invite({}) });
  await until(async () => (await core.value('shelf.list', {})).state === 'known');
  expect(await offer()).toBeUndefined();
  await hub.command('publish', pack);
  await core.value('shelf.look', {});
  expect(await offer()).toMatchObject({
    packId: 'receiving-complaints',
    status: 'new',
    installedVersion: null,
    step: null,
    copied: 0,
    bytes: statSync(pack).size,
  });
});

test('a fetch is paused, outlives a restart, goes on from that byte and is imported like a pack from a stick', async () => {
  const { sha256 = '', bytes = 0 } = (await offer()) ?? {};
  await core.value('files.setLine', { metered: true, limit: 8 });
  expect(bytes, 'at this rate it takes long enough to be paused in the middle').toBeGreaterThan(8 * 15_000);
  await core.value('shelf.fetch', { sha256 });
  await until(async () => ((await offer())?.copied ?? 0) > 0);
  expect((await offer())?.step).toBe('fetching');
  await core.value('shelf.pause', { sha256 });
  expect(shelf()).toEqual([`${sha256}.part`]);
  const held = (await offer())?.copied ?? 0;
  expect(held).toBeLessThan(bytes);
  expect(statSync(join(core.directory, 'shelf', `${sha256}.part`)).size).toBe(held);

  await core.value('access.lock', {});
  const { rows } = await core.value('access.state', {});
  await core.value('access.signIn', { slot: String(rows[0]?.slot), pin: testPin });
  await core.value('sync.now', {});
  await until(async () => (await core.value('shelf.list', {})).state === 'known');
  expect(await offer()).toMatchObject({ step: null, copied: held });
  await core.value('files.setLine', { metered: true, limit: null });
  await core.value('shelf.fetch', { sha256 });
  await until(async () => (await offer())?.status === 'installed');
  await until(async () => (await core.value('packs.jobs', {})).jobs[0]?.step === 'done');
  expect((await core.value('training.courses', {})).rows.map(({ id }) => id)).toEqual(['receiving-complaints']);
  await until(async () => shelf().length === 0);
});

test('altered bytes are dropped and named; a course taken down is said to be gone', async () => {
  await core.value('packs.remove', { pack: 'receiving-complaints' });
  const { sha256 = '', bytes = 0 } = (await offer()) ?? {};
  // What an earlier run had fetched was altered on the disk.
  mkdirSync(join(core.directory, 'shelf'), { recursive: true });
  const part = join(core.directory, 'shelf', `${sha256}.part`);
  writeFileSync(part, readFileSync(pack).subarray(0, Math.floor(bytes / 2)));
  const wrong = Buffer.from(readFileSync(part));
  wrong[9] = (wrong[9] ?? 0) ^ 1;
  writeFileSync(part, wrong);
  await core.value('shelf.fetch', { sha256 });
  await until(async () => (await offer())?.problem !== null);
  expect(await offer()).toMatchObject({ step: 'paused', problem: { code: 'shelf/altered' } });
  expect(shelf()).toEqual([]);
  writeFileSync(part, readFileSync(pack));
  truncateSync(part, bytes - 1);
  await core.value('shelf.drop', { sha256 });
  expect(shelf()).toEqual([]);
  expect(await core.code('shelf.fetch', { sha256: 'ab'.repeat(32) })).toBe('shelf/gone');
  await core.value('shelf.fetch', { sha256 });
  await until(async () => (await offer())?.status === 'installed');
});
