/**
 * The oblast workload of sync (sync-workload.ts) on the whole engine, with signatures, permissions, history and digests on, beside
 * the limit L (sync-limit.ts) in the same run. Rates are per second; `ratio` is the share of L's rate. Medians of five rounds that
 * alternate, so that a slow moment of the machine meets both. The hub runs on from round to round as hubs do for months, so that the
 * warming up before the first counts for it too; laptops and commission are new ones each time. `--records 4000` makes it smaller
 * while working on it; `--profile` says where the engine's time goes.
 *
 * Copying the write-ahead file into the main file, which L leaves to SQLite and the store to a moment of rest (checkpoints.ts), counts for
 * both as part of every rate of writing and of replay, up to the last page. The merge is measured until the laptops hold the same, which is
 * when a person can see it; what is copied at rest afterwards stands beside it, both laptops together.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompressSync } from 'node:zlib';
import { goodLine } from './line.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { overruled } from '#shared/sync/merge.ts';
import { openLine } from '#tests/lib/bad-line.ts';
import { seededNumbers } from '#tests/lib/core.ts';
import { startHub, type TestHub } from '#tests/lib/hub.ts';
import { coreHeapSwitches } from '#shared/contract/core-messages.ts';
import { argument } from './argument.ts';
import { type Figure, figure } from './figure.ts';
import { sampleContact } from './names.ts';
import { createProfile, type Profile, type ProfileLine } from './profile.ts';
import { median, percentile, secondsOf } from './statistics.ts';
import { downloadBare, openBare, rowsPerBatch, startLimit, uploadBare } from './sync-limit.ts';
import type { Fetched } from './sync-memory.ts';
import { openPeer, type Peer } from './sync-peers.ts';
import { type Limit, onTargetMachine, timesFaster } from './target-machine.ts';
import { type BenchValues, type Edit, makeWorkload, rowJson, type Workload } from './sync-workload.ts';

const bench = 'sync';
const idleReplicas = 50;
const editsInTurn = 50;

/** Samples by name: rates per second unless said otherwise, of the engine and of L. */
type Samples = Map<string, { engine: number[]; limit: number[] }>;

export async function* benchSync(): AsyncIterable<(Figure | ProfileLine)[]> {
  const records = Number(argument('--records') ?? 20_000);
  const rounds = Number(argument('--rounds') ?? 5);
  const workload = makeWorkload(records);
  const profile = createProfile(bench, process.argv.includes('--profile'));
  let factor: number | null = null;
  for (const cipher of ['plain', 'encrypted'] as const) {
    const folder = mkdtempSync(join(tmpdir(), 'komissiya-bench-'));
    const limit = await startLimit(folder);
    const hub = await startHub({ env: { KOMISSIYA_HUB_LOG: 'warn' } });
    try {
      const samples: Samples = new Map();
      const key = cipher === 'encrypted' ? new Uint8Array(32).fill(7) : null;
      for (let round = 0; round <= rounds; round += 1) {
        const warmUp: Samples = new Map();
        const path = join(folder, String(round));
        const partition = `kz/kz-19/round_${round}`;
        const into = round === 0 ? warmUp : samples;
        await measureRound({ samples: into, profile, path, key, workload, limit: limit.address, hub, partition });
        if (round === 0) profile.take();
      }
      // L there was measured without a cipher.
      factor ??= timesFaster(limitOf(samples));
      const merge = medianOf(samples, 'merge').value;
      const profiles = profile.take().map((line) => ({ ...line, profile: `${cipher} ${line.profile}` }));
      yield [...toFigures(samples, cipher), onTargetMachine(bench, `${cipher} merge`, merge, factor), ...profiles];
    } finally {
      await hub.close();
      limit.child.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  yield await measureIdle();
  yield await measureMemory(records * 5);
  yield measureContacts(records);
}

async function measureRound(given: {
  readonly samples: Samples;
  readonly profile: Profile;
  readonly path: string;
  readonly key: Uint8Array | null;
  readonly workload: Workload;
  /** Its address. */
  readonly limit: string;
  readonly hub: TestHub;
  readonly partition: string;
}): Promise<void> {
  const { samples, profile, path, key, workload, limit, hub, partition } = given;
  const { records, updates, apart } = workload;
  const count = records.length;
  const rate = (name: string, work: { readonly limit: () => void; readonly engine: () => void }): void => {
    add(samples, name, 'limit', count / seconds(() => (work.limit(), bare.rest())));
    const engine = (): void => profile.of(name, () => (work.engine(), a.rest()));
    add(samples, name, 'engine', count / seconds(engine));
  };
  const bare = openBare(`${path}-bare.db`, key);
  const [a, b, cold] = [
    openPeer(`${path}-a.db`, key, partition),
    openPeer(`${path}-b.db`, key, partition),
    openPeer(`${path}-c.db`, key, partition),
  ];
  try {
    await enrol(hub, [a, b, cold]);
    await Promise.all([a.sync(), b.sync(), cold.sync()]);
    rate('insert', { limit: () => bare.insert(records), engine: () => a.insert(records) });
    rate('update', { limit: () => bare.update(updates), engine: () => a.update(updates) });

    bare.db.pragma('wal_checkpoint(truncate)');
    add(samples, 'disk', 'limit', statSync(`${path}-bare.db`).size);
    add(samples, 'disk', 'engine', a.fileBytes());

    await fetch(`${limit}/new`);
    add(samples, 'upload', 'limit', count / (await secondsOf(() => uploadBare(bare, limit))));
    add(samples, 'upload', 'engine', count / (await secondsOf(() => profile.of('upload', () => a.sync()))));

    const empty = openBare(`${path}-bare-cold.db`, key);
    const bareTook = await secondsOf(async () => {
      await downloadBare(empty, limit);
      empty.rest();
    });
    add(samples, 'replay', 'limit', count / bareTook);
    empty.db.close();
    let coldBytes = 0;
    const replay = async (): Promise<void> => {
      ({ bytes: coldBytes } = await cold.sync());
      cold.rest();
    };
    const took = await secondsOf(() => profile.of('replay', replay));
    add(samples, 'replay', 'engine', count / took);
    add(samples, 'cold log bytes', 'engine', coldBytes);
    add(samples, 'cold log bytes', 'limit', zstdBytes(cold.rows()));
    await b.sync();

    measureEdits(samples, profile, bare, a, apart[0], apart[1], b);
    await measureMerge(samples, profile, workload, a, b);
  } finally {
    for (const each of [a, b, cold]) each.close();
    bare.db.close();
  }
}

/** Single edits, each its own transaction: the first half as the app writes (FULL), the second without waiting for the disk. */
function measureEdits(
  samples: Samples,
  profile: Profile,
  bare: ReturnType<typeof openBare>,
  a: Peer,
  mine: readonly Edit[],
  theirs: readonly Edit[],
  b: Peer,
): void {
  const full = Math.min(500, mine.length / 2);
  for (const [name, edits] of [
    ['full', mine.slice(0, full)],
    ['normal', mine.slice(full)],
  ] as const) {
    bare.db.pragma(`synchronous = ${name}`);
    a.store.db.pragma(`synchronous = ${name}`);
    let limit = 0;
    const times: number[] = [];
    // In turns: how long a disk takes to be sure changes from one second to the next.
    for (let at = 0; at < edits.length; at += editsInTurn) {
      const some = edits.slice(at, at + editsInTurn);
      limit += seconds(() => some.forEach((edit) => bare.edit(edit)));
      profile.of(`edit ${name}`, () => some.forEach((edit) => times.push(seconds(() => a.edit(edit)))));
    }
    limit += seconds(() => bare.rest());
    const copied = seconds(() => a.rest());
    add(samples, `edit ${name}`, 'limit', edits.length / limit);
    add(samples, `edit ${name}`, 'engine', edits.length / times.reduce((sum, time) => sum + time, copied));
    add(samples, `edit ${name} p99 ms`, 'engine', percentile(times, 0.99) * 1000);
  }
  b.store.db.pragma('synchronous = normal');
  for (const edit of theirs) b.edit(edit);
  for (const each of [bare.db, a.store.db, b.store.db]) each.pragma('synchronous = full');
  b.rest();
}

/** A hands over, B hands over and takes, A takes. What nobody else touched must be there, and both must hold the same. */
async function measureMerge(
  samples: Samples,
  profile: Profile,
  { apart, clashing }: Workload,
  a: Peer,
  b: Peer,
): Promise<void> {
  let bytes = 0;
  const merge = async (): Promise<void> => {
    for (const each of [a, b, a]) bytes += (await each.sync()).bytes;
  };
  const took = await secondsOf(() => profile.of('merge', merge));
  const copied = seconds(() => [a, b].forEach((each) => each.rest()));
  add(samples, 'merge, copied afterwards ms', 'engine', copied * 1000);
  add(samples, 'merge', 'engine', (apart[0].length + apart[1].length) / took);
  add(samples, 'merge bytes', 'engine', bytes);
  const [mine, theirs] = [a.rows(), b.rows()];
  if (JSON.stringify([...mine]) !== JSON.stringify([...theirs])) throw new Error('the laptops do not hold the same');
  const written = new Map<string, number>();
  for (const { id, field } of apart.flat()) written.set(`${id} ${field}`, (written.get(`${id} ${field}`) ?? 0) + 1);
  const clean = apart.flat().filter(({ id, field }) => written.get(`${id} ${field}`) === 1);
  add(
    samples,
    'clean edits lost',
    'engine',
    clean.filter(({ id, field, value }) => mine.get(id)?.[field] !== value).length,
  );
  // Asked of the log, as a person's look at the histories of all records both touched would.
  const both = new Set(apart[0].map(({ id }) => id));
  const shared = [...new Set(apart[1].map(({ id }) => id))].filter((id) => both.has(id)).slice(0, 40);
  const found = shared.filter(
    (id) => overruled(a.store.log.opsOfRecord(id).map(({ op, log }) => ({ op, replica: log.replica }))).size > 0,
  ).length;
  const expected = shared.filter((id) => [...written].some(([key, times]) => times > 1 && key.startsWith(id))).length;
  add(samples, 'clashes found', 'engine', found / expected);
  if (clashing === 0) throw new Error('the workload has no clashes');
}

function medianOf(samples: Samples, name: string): { value: number; baseline: number } {
  const { engine = [], limit = [] } = samples.get(name) ?? {};
  return { value: median(engine), baseline: median(limit) };
}

function limitOf(samples: Samples): Limit {
  const of = (name: string): number => medianOf(samples, name).baseline;
  return { insert: of('insert'), edit: of('edit normal'), upload: of('upload'), download: of('replay') };
}

function toFigures(samples: Samples, cipher: string): Figure[] {
  const of = (name: string) => medianOf(samples, name);
  const share = (name: string, target: number | null, goal?: number): Figure =>
    figure({
      bench,
      figure: `${cipher} ${name}`,
      ...of(name),
      target,
      atLeast: true,
      ...(goal === undefined ? {} : { goal }),
    });
  const most = (name: string, target: number | null, goal?: number): Figure =>
    figure({ bench, figure: `${cipher} ${name}`, ...of(name), target, ...(goal === undefined ? {} : { goal }) });
  /** The value itself is judged. */
  const plain = (
    name: string,
    target: number | null,
    facts: { goal?: number; atLeast?: boolean; unit?: number } = {},
  ): Figure => {
    const value = of(name).value / (facts.unit ?? 1);
    const { goal } = facts;
    return figure({
      bench,
      figure: `${cipher} ${name}`,
      value,
      baseline: 1,
      target,
      atLeast: facts.atLeast === true,
      ...(goal === undefined ? {} : { goal }),
    });
  };
  return [
    share('insert', 0.3, 0.45),
    share('update', 0.23, 0.45),
    share('edit normal', 0.25, 0.45),
    plain('edit normal p99 ms', 1),
    share('edit full', 0.6, 0.85),
    share('upload', 0.5, 0.8),
    share('replay', 0.5, 0.8),
    plain('merge', 25_000, { goal: 50_000, atLeast: true }),
    plain('merge, copied afterwards ms', null),
    plain('merge bytes', 600_000, { goal: 400_000 }),
    plain('clean edits lost', 0, { goal: 0 }),
    plain('clashes found', 1, { atLeast: true }),
    most('cold log bytes', null),
    most('disk', 2, 1.5),
  ];
}

/**
 * An exchange with nothing to say, with many laptops known, on a line that is open: bytes on the line both ways, with all that HTTP and TLS add;
 * the messages' own stand beside them.
 */
async function measureIdle(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'komissiya-bench-'));
  const hub = await startHub({ env: { KOMISSIYA_HUB_ENROLMENTS_PER_MINUTE: '1000', KOMISSIYA_HUB_LOG: 'warn' } });
  const { records } = makeWorkload(200);
  const peers = Array.from({ length: idleReplicas }, (_, index) => openPeer(join(folder, `${index}.db`), null));
  const line = await openLine(Number(new URL(hub.address).port), goodLine, seededNumbers('idle'));
  try {
    await enrol(hub, peers, `https://127.0.0.1:${line.port}`);
    for (const [index, peer] of peers.entries()) {
      peer.insert(records.slice(index, index + 1));
      await peer.sync();
    }
    const [first] = peers;
    if (first === undefined) throw new Error('no laptops');
    await first.sync();
    const lineBytes = (): number => line.bytes.up + line.bytes.down;
    const [before, messagesBefore] = [lineBytes(), await messageBytes(hub)];
    const { outcome } = await first.sync();
    const [bytes, messages] = [lineBytes() - before, (await messageBytes(hub)) - messagesBefore];
    return [
      figure({ bench, figure: 'idle bytes, 50 replicas', value: bytes, baseline: 1, target: 1000, goal: 300 }),
      figure({ bench, figure: 'of them messages', value: messages, baseline: 1, target: null }),
      figure({ bench, figure: 'idle round trips', value: outcome.turns, baseline: 1, target: 1 }),
    ];
  } finally {
    for (const peer of peers) peer.close();
    await line.close();
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A replay of so many records in a process of its own: by how much its memory rises above idle. */
async function measureMemory(records: number): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'komissiya-bench-'));
  const hub = await startHub({ env: { KOMISSIYA_HUB_LOG: 'warn' } });
  const writer = openPeer(join(folder, 'writer.db'), null);
  try {
    await enrol(hub, [writer]);
    writer.insert(makeWorkload(records).records);
    await writer.sync();
    const { memory } = await fetchApart(hub, join(folder, 'cold.db'), 'logs');
    const value = memory / 1024 / 1024;
    return [figure({ bench, figure: `replay memory above idle, MB, ${records} rows`, value, baseline: 1, target: 80 })];
  } finally {
    writer.close();
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fetches everything a hub has with a laptop in a process of its own, with the heap of the app's core. */
export async function fetchApart(hub: TestHub, path: string, road: 'logs' | 'snapshot'): Promise<Fetched> {
  const code = await hub.invite({ roles: 'chair', laptop: 'SAMPLE-COLD' });
  const args = [...coreHeapSwitches, join(import.meta.dirname, 'sync-memory.ts'), hub.address, code, path, road];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Fetched; // sync-memory.ts printed it
}

/** The real contact with its search index and one sort index, for comparison only. */
function measureContacts(records: number): Figure[] {
  const folder = mkdtempSync(join(tmpdir(), 'komissiya-bench-'));
  try {
    const bare = openBare(join(folder, 'bare.db'), null);
    const limit = records / seconds(() => bare.insert(makeWorkload(records).records));
    bare.db.close();
    const peer = openPeer(join(folder, 'peer.db'), null);
    peer.store.indexes.ensureLocale('ru');
    const changes = Array.from({ length: records }, (_, index) => ({
      kind: Contact,
      id: `01890000-0000-7000-8000-${String(index).padStart(12, '0')}`,
      act: 'set' as const,
      values: sampleContact(index),
      isNew: true,
    }));
    const took = seconds(() => {
      for (let at = 0; at < records; at += 1000) peer.store.commit(changes.slice(at, at + 1000), null);
    });
    peer.close();
    return [
      figure({
        bench,
        figure: 'insert of real contacts with indexes',
        value: records / took,
        baseline: limit,
        target: null,
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Enrols them at a hub; `address`: the line to it, where that is another. */
export async function enrol(hub: TestHub, peers: readonly Peer[], address = hub.address): Promise<void> {
  for (const [index, peer] of peers.entries()) {
    const laptop = `SAMPLE-${index}`;
    await peer.enrol(address, await hub.invite({ partition: peer.partition, roles: 'chair', laptop }));
  }
}

/** What laptops and hub said to each other so far, HTTP's headers apart, as the hub counts it. */
async function messageBytes(hub: TestHub): Promise<number> {
  const text = await (await fetch(`${hub.page}/metrics`)).text();
  const of = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
  return of('komissiya_hub_bytes_in_total') + of('komissiya_hub_bytes_out_total');
}

export function zstdBytes(rows: ReadonlyMap<string, BenchValues>): number {
  const lines = [...rows].map(([id, values]) => rowJson(id, values));
  let bytes = 0;
  for (let at = 0; at < lines.length; at += rowsPerBatch)
    bytes += zstdCompressSync(lines.slice(at, at + rowsPerBatch).join('\n')).length;
  return bytes;
}

function add(samples: Samples, name: string, side: 'engine' | 'limit', value: number): void {
  const sample = samples.get(name) ?? { engine: [], limit: [] };
  samples.set(name, sample);
  sample[side].push(value);
}

function seconds(work: () => void): number {
  const startedAt = performance.now();
  work();
  return (performance.now() - startedAt) / 1000;
}
