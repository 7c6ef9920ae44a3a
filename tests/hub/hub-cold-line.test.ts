/**
 * A commission's new laptop over nothing but a bad line, twenty times faster than a village's: enrolment, two thousand records from a snapshot
 * and a course from the shelf. It ends, sends little twice, and what it says has come has come.
 */
import { appendFileSync, cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildCoursePack } from '#core/packs/build-pack.ts';
import { parsePublisherKey } from '#core/packs/signature.ts';
import type { ShelfOffer } from '#shared/packs/shelf-contract.ts';
import { type BadLine, openLine } from '#tests/lib/bad-line.ts';
import { seededNumbers, seededRandom, startSignedIn, temporaryFolder, type TestCore } from '#tests/lib/core.ts';
import { startHub, type TestHub } from '#tests/lib/hub.ts';
import { enrolledCore, keptForEachTest } from '#tests/lib/kept.ts';
import { handOverContacts } from '#tests/lib/many-contacts.ts';
import { until } from '#tests/lib/until.ts';
import { root } from '../../scripts/runtimes.mjs';

const bad = { bitsPerSecond: 20 * 64_000, roundTripMs: 40, loss: 0.05, cutEveryMs: 1500 };
const records = 2000;

const keep = keptForEachTest();
let hub: TestHub;
let pack: string;
beforeAll(async () => {
  hub = await startHub({ env: { KOMISSIYA_HUB_DEVELOPMENT_PACKS: '1' } });
  const key = parsePublisherKey(readFileSync(join(root, 'assets/publisher/development.json'), 'utf8'));
  if (!key.ok) throw new Error(key.error.code);
  pack = join(temporaryFolder(), 'course.kpack');
  const course = join(temporaryFolder(), 'receiving-complaints');
  cpSync(join(root, 'assets/courses/receiving-complaints'), course, { recursive: true });
  // As large as one whose clip was taken with a telephone.
  appendFileSync(join(course, 'clips/one-day.webm'), seededRandom('clip').bytes(2_300_000));
  const built = await buildCoursePack(course, pack, { key: key.value, minimumApp: '0.1.0' });
  if (!built.ok) throw new Error(built.error.code);
});
afterAll(() => hub.close());

/** Puts the laptop's clock, which stands still, to the real time passed. */
function letTimePass(core: TestCore): { close(): Promise<void> } {
  let last = performance.now();
  const timer = setInterval(() => {
    const passed = Math.round(performance.now() - last);
    core.clock.now += passed;
    last += passed;
  }, 20);
  return {
    async close() {
      clearInterval(timer);
    },
  };
}

async function openBadLine(): Promise<BadLine> {
  return keep(await openLine(Number(new URL(hub.address).port), bad, seededNumbers('packets')));
}

const contacts = async (core: TestCore): Promise<number> =>
  (await core.value('records.list', { kind: 'contact', locale: 'ru' })).total;
const offer = async (core: TestCore): Promise<ShelfOffer | undefined> => (await core.value('shelf.list', {})).packs[0];

/** More than these bytes may come down: frames of TLS; and for each cut what was under way in it, hand-shake and heads. */
function mostFor(bytes: number, cuts: number): number {
  return 1.02 * bytes + 10_000 + 14_000 * cuts;
}

test('a whole cold start goes through, hardly a byte twice, and what it says has come has come', async () => {
  const writer = await enrolledCore(keep, hub, 'SAMPLE-FULL');
  await handOverContacts(writer, records);
  const snapshotBytes = Number((await hub.command('snapshots')).split('\t')[2]);
  await hub.command('publish', pack);
  const line = await openBadLine();
  const core = keep(await startSignedIn());
  keep(letTimePass(core));

  const told = new Set<number>();
  const listening = setInterval(() => {
    void core.value('sync.status', {}).then(({ progress }) => {
      if (progress !== null) told.add(progress.done);
    });
  }, 20);
  const address = `https://127.0.0.1:${line.port}`;
  const code = await hub.invite({ laptop: 'SAMPLE-COLD' });
  await until(async () => (await core.call('sync.enrol', { address, code })).ok);
  // By itself: an exchange that is asked for would come on top.
  await until(async () => {
    const { state, lastContactAt } = await core.value('sync.status', {});
    return state === 'up-to-date' && lastContactAt !== null;
  });
  clearInterval(listening);
  expect(await contacts(core)).toBe(await contacts(writer));
  expect(told.size, 'how far it has come is told while a chunk is under way').toBeGreaterThan(5);
  const [down, cuts] = [line.bytes.down, line.cuts()];
  expect(cuts).toBeGreaterThan(0);
  expect(down).toBeLessThan(mostFor(snapshotBytes, cuts));

  await until(async () => (await core.value('shelf.list', {})).state === 'known');
  const { sha256 = '', bytes = 0 } = (await offer(core)) ?? {};
  expect(bytes).toBeGreaterThan(2_500_000);
  const left: number[] = [];
  await core.value('shelf.fetch', { sha256 });
  await until(async () => {
    const now = await offer(core);
    // It is never put off until another exchange has found the line again.
    expect(now?.step === 'waiting' && now.problem !== null).toBe(false);
    // Nothing is said to be here that has not come over the line.
    expect(now?.copied ?? 0).toBeLessThanOrEqual(line.bytes.down - down);
    if (typeof now?.secondsLeft === 'number') left.push(now.secondsLeft);
    return now?.status === 'installed';
  });
  expect(left.length).toBeGreaterThan(10);
  expect(left.at(-1)).toBeLessThan((left[0] ?? 0) / 3);
  expect(line.cuts() - cuts).toBeGreaterThan(5);
  expect(line.bytes.down - down).toBeLessThan(mostFor(bytes, line.cuts() - cuts));
});
