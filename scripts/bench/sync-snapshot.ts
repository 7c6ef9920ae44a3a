/**
 * Beginning with a snapshot and what came after it, beside two limits in the same run: a bare database file, packed and fetched whole
 * (`file`; encrypted with the laptop's key where the store is), and the same rows as JSON lines in one answer, put into the bare table
 * (`rows`). Rates are records a second. Then what the logs take on the disk once they are compacted.
 *
 * The hub knows the measured kind (sync-hub.ts), as a hub knows all kinds but those of a laptop newer than itself: so it squeezes the
 * records. What beginning takes where it does not know the kind and hands over every op stands beside it, without a bar.
 *
 * `sync-snapshot --sizes 20000,100000,1000000` shows instead whether rate and memory are flat: records nobody has edited since, a plain store, a
 * laptop in a process of its own, once. The rate there is by processor time, which holds beside other work; of a million the hub's snapshot
 * takes some minutes.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startHub, type TestHub } from '#tests/lib/hub.ts';
import { argument } from './argument.ts';
import { type Figure, figure } from './figure.ts';
import { createProfile, type Profile, type ProfileLine } from './profile.ts';
import { median, secondsOf } from './statistics.ts';
import { enrol, fetchApart, zstdBytes } from './sync.ts';
import { knowingHub } from './sync-hub.ts';
import { type Bare, openBare, startLimit, uploadBare } from './sync-limit.ts';
import { firstScreen, openPeer, type Peer } from './sync-peers.ts';
import { startTaker } from './sync-taker.ts';
import { makeWorkload } from './sync-workload.ts';

const bench = 'sync';
const notTheSame = 'the new laptop does not hold the same';

export async function* benchSyncSnapshot(): AsyncIterable<(Figure | ProfileLine)[]> {
  const profile = createProfile(bench, process.argv.includes('--profile'));
  const sizes = argument('--sizes');
  if (sizes !== null) {
    for (const size of sizes.split(',').map(Number)) yield await measureSize(size);
    return;
  }
  const records = Number(argument('--records') ?? 20_000);
  const rounds = Number(argument('--rounds') ?? 5);
  for (const cipher of ['plain', 'encrypted'] as const) {
    const folder = mkdtempSync(join(tmpdir(), 'komissiya-bench-'));
    try {
      yield await measure({ folder, cipher, records, rounds, profile });
      yield profile.take();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

async function measure(given: {
  readonly folder: string;
  readonly cipher: 'plain' | 'encrypted';
  readonly records: number;
  readonly rounds: number;
  readonly profile: Profile;
}): Promise<Figure[]> {
  const { folder, cipher, records, rounds, profile } = given;
  const key = cipher === 'encrypted' ? new Uint8Array(32).fill(7) : null;
  const limit = await startLimit(folder);
  const taker = startTaker(limit.address, key);
  const env = { KOMISSIYA_HUB_LOG: 'warn', KOMISSIYA_HUB_ENROLMENTS_PER_MINUTE: '1000' };
  const hub = await startHub({ entry: knowingHub, env });
  const older = await startHub({ env });
  const bare = openBare(join(folder, 'bare.db'), key);
  const peer = (name: string): Peer => openPeer(join(folder, `${name}.db`), key);
  const [writer, reader, olderWriter] = [peer('writer'), peer('reader'), peer('older')];
  try {
    await fetch(`${limit.address}/new`);
    await fill({
      bare,
      limit: limit.address,
      laptops: [
        [hub, writer],
        [older, olderWriter],
      ],
      records,
    });
    const samples = {
      ours: [] as number[],
      unknown: [] as number[],
      file: [] as number[],
      rows: [] as number[],
      first: [] as number[],
    };
    let coldBytes = 0;
    // Enrolled before the first is measured: an invitation may take a process of its own, and after a second of waiting for one this process
    // works at half its speed for a while (its memory has to be brought back), which the limit, measured before, would not have shared.
    const colds = Array.from({ length: rounds + 1 }, (_, round) => peer(`cold-${round}`));
    const coldsOlder = colds.map((_, round) => peer(`cold-older-${round}`));
    await enrol(hub, colds);
    await enrol(older, coldsOlder);
    // Each beside its limit, the first of each unmeasured; what is compared with nothing comes after them. The limit's server had nothing to do
    // for a second, so that it is asked once before for nothing: both are measured warm.
    for (const [round, cold] of colds.entries()) {
      await taker.take('file', join(folder, `warm-${round}.db`));
      const file = await taker.take('file', join(folder, `file-${round}.db`));
      const ours = await begin(cold, writer.digest(), (work) => profile.of(`${cipher} cold start`, work));
      if (round === 0) profile.take();
      coldBytes = ours.bytes;
      if (round === 0) continue;
      samples.ours.push(records / ours.seconds);
      samples.file.push(records / file);
      samples.first.push(ours.firstMs);
    }
    for (const [round, cold] of coldsOlder.entries()) {
      const rows = await taker.take('rows', join(folder, `rows-${round}.db`));
      const unknown = await begin(cold, olderWriter.digest());
      if (round === 0) continue;
      samples.rows.push(records / rows);
      samples.unknown.push(records / unknown.seconds);
    }

    await enrol(hub, [reader]);
    await reader.sync();
    await reader.compact();
    const plain = statSync(join(folder, 'bare.db')).size;
    const named = (name: string): string => `${cipher} ${name}`;
    return [
      figure({
        bench,
        figure: named('cold start'),
        value: median(samples.ours),
        baseline: median(samples.file),
        target: 0.6,
        goal: 1,
        atLeast: true,
      }),
      figure({
        bench,
        figure: named('cold start, share of rows in one answer'),
        value: median(samples.ours),
        baseline: median(samples.rows),
        target: null,
      }),
      figure({
        bench,
        figure: named('cold start of a kind the hub does not know'),
        value: median(samples.unknown),
        baseline: median(samples.file),
        target: null,
      }),
      figure({
        bench,
        figure: named('cold start, first screen ms'),
        value: median(samples.first),
        baseline: 1,
        target: 1000,
      }),
      figure({
        bench,
        figure: named('cold bytes'),
        value: coldBytes,
        baseline: zstdBytes(writer.rows()),
        target: 1.3,
        goal: 1,
      }),
      figure({
        bench,
        figure: named('disk compacted'),
        value: reader.usedBytes(),
        baseline: plain,
        target: 1.25,
        goal: 1.15,
      }),
    ];
  } finally {
    for (const each of [writer, reader, olderWriter]) each.close();
    bare.db.close();
    taker.close();
    limit.child.kill();
    await hub.close();
    await older.close();
  }
}

/**
 * Gives the bare table, the limit's server and, by way of its laptop, each hub the whole workload. In the tail behind a hub's snapshot a fiftieth
 * of the records have been edited once more. Nobody holds the workload afterwards: a laptop has none in its memory.
 */
async function fill(given: {
  readonly bare: Bare;
  readonly limit: string;
  readonly laptops: readonly (readonly [hub: TestHub, writer: Peer])[];
  readonly records: number;
}): Promise<void> {
  const { bare, records } = given;
  const workload = makeWorkload(records);
  bare.insert(workload.records);
  bare.update(workload.updates);
  bare.db.pragma('wal_checkpoint(truncate)');
  await uploadBare(bare, given.limit);
  for (const [hub, writer] of given.laptops) {
    await enrol(hub, [writer]);
    writer.insert(workload.records);
    writer.update(workload.updates);
    await writer.sync();
    await hub.command('snapshots');
    writer.update(workload.apart[0].slice(0, Math.ceil(records / 50)));
    await writer.sync();
  }
}

/** An enrolled laptop begins with all that its hub has, and is closed. */
async function begin(
  cold: Peer,
  digest: string,
  watched = <T>(work: () => T): T => work(),
): Promise<{ seconds: number; bytes: number; firstMs: number }> {
  const asked = firstScreen(cold);
  let bytes = 0;
  const whole = async (): Promise<void> => {
    bytes = await cold.begin();
    bytes += (await cold.sync()).bytes;
  };
  const seconds = await secondsOf(() => watched(whole));
  const firstMs = await asked;
  if (cold.digest() !== digest) throw new Error(notTheSame);
  cold.close();
  return { seconds, bytes, firstMs };
}

async function measureSize(records: number): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'komissiya-bench-'));
  // The hub itself is told to make none: for some minutes it would be at the same work.
  const none = { KOMISSIYA_HUB_SNAPSHOT_OPS: '1000000000' };
  const hub = await startHub({ entry: knowingHub, env: { KOMISSIYA_HUB_LOG: 'warn', ...none } });
  const writer = openPeer(join(folder, 'writer.db'), null);
  try {
    await enrol(hub, [writer]);
    writer.insert(makeWorkload(records).records);
    await writer.sync();
    const env = { ...process.env, ...hub.env, KOMISSIYA_HUB_SNAPSHOT_OPS: '1000' };
    await promisify(execFile)(process.execPath, [knowingHub, 'snapshots'], { env });
    const fetched = await fetchApart(hub, join(folder, 'cold.db'), 'snapshot');
    if (fetched.digest !== writer.digest()) throw new Error(notTheSame);
    const of = (name: string, value: number, target: number | null): Figure =>
      figure({ bench, figure: `cold start of ${records}, ${name}`, value, baseline: 1, target });
    return [
      of('rows a second of processor time', records / fetched.processorSeconds, null),
      of('seconds', fetched.seconds, null),
      of('first screen ms', fetched.firstMs, 1000),
      of('memory above idle, MB', fetched.memory / 1024 / 1024, 80),
    ];
  } finally {
    writer.close();
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
