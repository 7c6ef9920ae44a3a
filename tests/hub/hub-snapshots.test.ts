/** Snapshots on real hubs: made once whoever is asked, taken by a new laptop instead of the logs, and refused when they are not right. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { openLine } from '#tests/lib/bad-line.ts';
import { startSignedIn, type TestCore } from '#tests/lib/core.ts';
import { startHub, startPostgres, type TestHub, type TestPostgres } from '#tests/lib/hub.ts';
import { enrolledCore, keptForEachTest } from '#tests/lib/kept.ts';
import { until } from '#tests/lib/until.ts';

const postgres: TestPostgres | null = startPostgres();
afterAll(() => postgres?.close());
const keep = keptForEachTest();
const laptop = (hub: TestHub, name: string): Promise<TestCore> => enrolledCore(keep, hub, name);

/** A laptop of a full office: more than the least a snapshot is made of. */
async function filled(hub: TestHub): Promise<TestCore> {
  const core = await laptop(hub, 'SAMPLE-FULL');
  for (let batch = 0; batch < 5; batch += 1) {
    const items = Array.from({ length: 500 }, (_, index) => ({
      kind: 'contact' as const,
      values: { name: `Контакт, пример ${batch}-${index}`, phone: `+7 700 ${batch} ${index}` },
    }));
    await core.value('records.saveTogether', { items });
  }
  await core.value('sync.now', {});
  return core;
}

async function contacts(core: TestCore): Promise<{ total: number; names: string[] }> {
  const { rows, total } = await core.value('records.list', { kind: 'contact', locale: 'ru' });
  return { total, names: rows.map((row) => String(row.values['name'])) };
}

function blobFiles(hub: TestHub): string[] {
  const folder = join(hub.directory, 'blobs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /[0-9a-f]{64}$/.test(path));
}

/** Segments the hub gave a laptop, as far as it has written that down; null before the first. */
function segmentsSent(hub: TestHub, name: string): unknown {
  const database = new Sqlite(join(hub.directory, 'hub.sqlite'), { readonly: true });
  try {
    return database
      .prepare('select sum(segments_out) from exchange e join replica r on r.id = e.replica where r.laptop = ?')
      .pluck()
      .get(name);
  } finally {
    database.close();
  }
}

/** Turns of the exchange the hub has answered to the laptop that was enrolled last. */
function turnsOfNewest(hub: TestHub): number {
  const lines = hub.log.map((line) => JSON.parse(line) as { msg: string; replica?: string }); // the hub's own log
  const newest = lines.findLast(({ msg }) => msg === 'hub/enrolled')?.replica;
  return lines.filter(({ msg, replica }) => msg === 'hub/exchange' && replica === newest).length;
}

test('a new laptop begins with a snapshot and goes on with the logs; an altered one is refused, and nothing is missing', async () => {
  const hub = keep(await startHub());
  const first = await filled(hub);
  const listed = await hub.commandProcess('snapshots');
  expect(listed).toMatch(/^kz\/kz-19\/kz-19-tec_oblast\t25\d\d\t\d+\t/);
  // Nothing new: nothing is made.
  expect(await hub.commandProcess('snapshots')).toBe(listed);
  await first.value('records.save', { kind: 'contact', values: { name: 'Аа, пример после снимка' } });
  await first.value('sync.now', {});

  const second = await laptop(hub, 'SAMPLE-COLD');
  // Its own records, in one turn what came after the snapshot, and the brief question of the exchange that was asked for.
  expect(turnsOfNewest(hub)).toBe(3);
  expect(await contacts(second)).toEqual(await contacts(first));
  expect((await contacts(second)).names[0]).toBe('Аа, пример после снимка');
  const { items } = await second.value('sync.exchanges', { limit: 10 });
  expect(items).toMatchObject([{ road: 'hub', problem: null }]);
  expect(items[0]?.received).toBeGreaterThan(2500);
  // What the snapshot left out of a record's history is said.
  const { rows } = await second.value('records.list', { kind: 'contact', locale: 'ru', limit: 2 });
  const begins = await Promise.all(
    rows.map(async ({ id }) => (await second.value('records.history', { kind: 'contact', id })).beginsAt),
  );
  expect(begins).toEqual([null, expect.any(Number)]);
  // Of the logs it got only what came after. The hub writes down who was there a moment after its answer (visits.ts).
  await expect.poll(() => segmentsSent(hub, 'SAMPLE-COLD')).toBe(1);
  await second.value('records.save', { kind: 'contact', values: { name: 'Аб, пример от нового' } });
  await second.value('sync.now', {});
  await first.value('sync.now', {});
  expect(await contacts(first)).toEqual(await contacts(second));

  const [file, ...others] = blobFiles(hub);
  if (file === undefined) throw new Error('the snapshot is not there');
  expect(others).toEqual([]);
  const bytes = readFileSync(file);
  bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  const third = await laptop(hub, 'SAMPLE-ALTERED');
  expect(await contacts(third)).toEqual(await contacts(first));
  const { items: told } = await third.value('sync.exchanges', { limit: 10 });
  expect(told.map((row) => row.problem)).toContainEqual({
    code: 'sync/snapshot-refused',
    reason: 'snapshot/altered',
  });
  expect(await third.value('sync.status', {})).toMatchObject({ state: 'up-to-date', problem: null });
});

test('where the line ends in the middle of a snapshot, the next exchange goes on behind what has come', async () => {
  const hub = keep(await startHub());
  const first = await filled(hub);
  const bytes = Number((await hub.commandProcess('snapshots')).split('\t')[2]);
  const slow = { bitsPerSecond: bytes * 2, roundTripMs: 20, loss: 0, cutEveryMs: null };
  const line = await openLine(Number(new URL(hub.address).port), slow, () => 1);
  const core = keep(await startSignedIn());
  const code = await hub.invite({ laptop: 'SAMPLE-CUT' });
  await core.value('sync.enrol', { address: `https://127.0.0.1:${line.port}`, code });
  await until(async () => ((await core.value('sync.status', {})).progress?.done ?? 0) > 1500);
  await line.close();
  expect(await core.call('sync.now', {})).toMatchObject({ error: { code: 'sync/hub-unreachable' } });
  const again = keep(await openLine(Number(new URL(hub.address).port), slow, () => 1, line.port));
  await core.value('sync.now', {});
  expect(await contacts(core)).toEqual(await contacts(first));
  expect(again.bytes.down).toBeLessThan(0.8 * bytes);
});

test.skipIf(postgres === null)(
  'of several hub processes on one PostgreSQL one makes a snapshot, and all give it',
  async () => {
    const databaseUrl = (await postgres?.createDatabase('snapshots')) ?? '';
    const hub = keep(await startHub({ databaseUrl }));
    const first = await filled(hub);
    const lists = await Promise.all([
      hub.commandProcess('snapshots'),
      hub.commandProcess('snapshots'),
      hub.commandProcess('snapshots'),
    ]);
    for (const list of [...lists, await hub.commandProcess('snapshots')])
      expect(list.split('\n').filter((line) => line !== '').length).toBeLessThan(2);
    expect(blobFiles(hub)).toHaveLength(1);
    expect(await contacts(await laptop(hub, 'SAMPLE-COLD'))).toEqual(await contacts(first));
  },
);
