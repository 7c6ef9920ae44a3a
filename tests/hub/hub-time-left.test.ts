/**
 * How long something will still take, as it is told over a bad line. Its clock is the line itself: it moves by what the line has carried, as if
 * that were one of 250 kbit/s. So a slow machine changes nothing in what is told, nor in what it then took.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BadLine, openLine } from '#tests/lib/bad-line.ts';
import { seededNumbers, startSignedIn, type TestCore } from '#tests/lib/core.ts';
import { attachFile } from '#tests/lib/files.ts';
import { startHub, type TestHub } from '#tests/lib/hub.ts';
import { enrolledCore, keptForEachTest } from '#tests/lib/kept.ts';
import { handOverContacts } from '#tests/lib/many-contacts.ts';

const bad = { bitsPerSecond: 1_000_000, roundTripMs: 40, loss: 0.05, cutEveryMs: 1500 };
const bytesPerMs = 31.25;

const keep = keptForEachTest();
let hub: TestHub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

async function openBadLine(port = 0): Promise<BadLine> {
  return keep(await openLine(Number(new URL(hub.address).port), bad, seededNumbers('packets'), port));
}

/** What was told, when, and what the line had carried then, bytes. */
type Told = { readonly at: number; readonly carried: number; readonly done: number; readonly left: number | null };

/** Asks what is told until it is over; `carried` is what the line has carried this way. */
async function listen(
  core: TestCore,
  carried: () => number,
  ask: () => Promise<{ done: number; secondsLeft: number | null } | null>,
  isOver: () => Promise<boolean>,
): Promise<{ told: Told[]; endedAt: number }> {
  const [start, before] = [core.clock.now, carried()];
  const told: Told[] = [];
  const wallEnd = performance.now() + 120_000;
  const move = (): void => {
    core.clock.now = start + Math.round((carried() - before) / bytesPerMs);
  };
  while (!(await isOver())) {
    if (performance.now() > wallEnd) throw new Error('it did not come');
    move();
    const said = await ask();
    if (said !== null)
      told.push({ at: core.clock.now, carried: carried() - before, done: said.done, left: said.secondsLeft });
    await new Promise((done) => setTimeout(done, 20));
  }
  move();
  return { told, endedAt: core.clock.now };
}

/**
 * Whenever something more has come, once a fifth has gone and until little is left: what is told is right within a half, and the end it promises
 * stays about where it was.
 */
function expectRight(told: readonly Told[], startedAt: number, endedAt: number): void {
  const took = (endedAt - startedAt) / 1000;
  const known = told
    .filter(({ done }, index) => done !== told[index - 1]?.done)
    .filter(({ at }) => (at - startedAt) / 1000 > took / 5 && (endedAt - at) / 1000 > took / 10);
  expect(known.length).toBeGreaterThan(4);
  const promised = known.map(({ at, left }) => {
    expect(left).not.toBeNull();
    const still = (endedAt - at) / 1000;
    expect(left, `of ${still} s`).toBeGreaterThan(still / 1.5 - 2);
    expect(left, `of ${still} s`).toBeLessThan(still * 1.5 + 2);
    return (at - startedAt) / 1000 + (left ?? 0);
  });
  expect(Math.max(...promised) - Math.min(...promised)).toBeLessThan(took / 2);
}

test('of an attachment that goes up: what is said to have gone has left over the line, and the time is about right', async () => {
  const core = keep(await startSignedIn());
  const good = keep(await openLine(Number(new URL(hub.address).port), { ...bad, loss: 0, cutEveryMs: null }, () => 1));
  await core.value('sync.enrol', { address: `https://127.0.0.1:${good.port}`, code: await hub.invite() });
  await core.value('sync.now', {});
  await good.close();
  const { id } = await core.value('records.save', { kind: 'decision', values: { number: '1/1' } });
  await attachFile(core, id, 'scan.pdf', randomBytes(500_000));
  await attachFile(core, id, 'second.pdf', randomBytes(300_000));
  const line = await openBadLine(good.port);
  void core.call('sync.now', {});
  const startedAt = core.clock.now;
  const { told, endedAt } = await listen(
    core,
    () => line.bytes.up,
    async () => (await core.value('files.traffic', {})).moving,
    async () => (await core.value('files.traffic', {})).toSend.files === 0,
  );
  expect(line.cuts()).toBeGreaterThan(1);
  for (const { done, carried } of told) expect(done).toBeLessThanOrEqual(carried);
  for (const [index, { done }] of told.entries()) expect(done).toBeGreaterThanOrEqual(told[index - 1]?.done ?? 0);
  expect(new Set(told.map(({ done }) => done)).size).toBeGreaterThan(8);
  expectRight(told, startedAt, endedAt);
});

/** A new laptop begins over a line with so many contacts. */
async function begin(
  at: TestHub,
  line: BadLine,
  contacts: number,
): Promise<{ told: Told[]; startedAt: number; endedAt: number }> {
  const core = keep(await startSignedIn());
  const address = `https://127.0.0.1:${line.port}`;
  const code = await at.invite({ laptop: 'SAMPLE-COLD' });
  while (!(await core.call('sync.enrol', { address, code })).ok);
  const startedAt = core.clock.now;
  const heard = await listen(
    core,
    () => line.bytes.down,
    async () => (await core.value('sync.status', {})).progress,
    async () => (await core.value('records.list', { kind: 'contact', locale: 'ru' })).total === contacts,
  );
  return { ...heard, startedAt };
}

test('of a cold start: the time is about right', async () => {
  const writer = await enrolledCore(keep, hub, 'SAMPLE-FULL');
  await handOverContacts(writer, 4000);
  expect(Number((await hub.command('snapshots')).split('\t')[2])).toBeGreaterThan(500_000);
  const line = await openBadLine();
  const { told, startedAt, endedAt } = await begin(hub, line, 4000);
  expect(line.cuts()).toBeGreaterThan(1);
  expectRight(told, startedAt, endedAt);
});

test('of a beginning without a snapshot: what has come of the one answer that brings all counts', async () => {
  const small = keep(await startHub());
  const writer = await enrolledCore(keep, small, 'SAMPLE-SMALL');
  await handOverContacts(writer, 1500, 300);
  const line = keep(await openLine(Number(new URL(small.address).port), bad, seededNumbers('packets')));
  const { told, startedAt, endedAt } = await begin(small, line, 1500);
  for (const [index, { done }] of told.entries()) expect(done).toBeGreaterThanOrEqual(told[index - 1]?.done ?? 0);
  expectRight(told, startedAt, endedAt);
});
