/**
 * The hub on a real PostgreSQL under load: 25 laptops that send 100,000 changes at once, and 500 that wake within a minute.
 * Laptops, hub and database share this machine's processors, as the figures say nothing else than that. The baseline of the
 * upload is PostgreSQL itself, taking the same bytes in the same pieces without a check. While working on it: `--rounds 1` uploads once,
 * `--wake-seconds 5` wakes the 500 within five seconds, `--wake-seconds 0` not at all.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { createHubTransport } from '#core/sync/hub-transport.ts';
import { readConfig } from '#hub/config.ts';
import { createHub, type Hub } from '#hub/hub.ts';
import { strongRandom } from '#hub/hub-crypto.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { logKey, protocolVersion, SyncResponse, unframe } from '#shared/sync/messages.ts';
import { startHub, startPostgres, type TestHub } from '#tests/lib/hub.ts';
import { type Laptop, newLaptop, sampleMessage, sampleOps, seal } from '#tests/lib/hub-laptop.ts';
import { argument } from './argument.ts';
import { type Figure, figure } from './figure.ts';
import { median, percentile } from './statistics.ts';
import { measureLimit, onTargetMachine, timesFaster } from './target-machine.ts';

const writers = 25;
const opsEach = 4000;
const opsPerSegment = 1000;
const sleepers = 500;
const mustOpsPerSecond = 20_000;
const mustP95Ms = 3000;

type Enrolled = { readonly laptop: Laptop; readonly partition: string };

/** Measures; throws where there is no PostgreSQL on this machine. */
export async function benchHub(): Promise<Figure[]> {
  const rounds = Number(argument('--rounds') ?? 3);
  const wakeMs = Number(argument('--wake-seconds') ?? 60) * 1000;
  const postgres = startPostgres();
  if (postgres === null) throw new Error('bench hub needs PostgreSQL (Debian package postgresql)');
  const databaseUrl = await postgres.createDatabase('bench');
  const limits = { KOMISSIYA_HUB_REQUESTS_PER_MINUTE: '100000', KOMISSIYA_HUB_LOG: 'warn' };
  const hub = await startHub({ databaseUrl, env: limits });
  const office = await createHub(readConfig(hub.env), {
    time: { now: () => Date.now() },
    random: strongRandom,
    logger: pino({ level: 'silent' }),
    version: '0.0.0',
    kinds: allKinds,
  });
  try {
    return [
      ...(await upload(hub, office, databaseUrl, rounds)),
      ...(wakeMs > 0 ? await wake(hub, office, wakeMs) : []),
    ];
  } finally {
    await office.close();
    await hub.close();
    postgres.close();
  }
}

/** Every laptop of its own commission sends its log, four segments one after the other, all laptops at once. */
async function upload(hub: TestHub, office: Hub, databaseUrl: string, rounds: number): Promise<Figure[]> {
  const tlsKey = await office.tlsKey();
  const rates: number[] = [];
  const bare: number[] = [];
  const busy: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const sending = [];
    for (let index = 0; index < writers; index += 1) {
      const { laptop, partition } = await enrolDirectly(office, `kz/kz-${round}/kz-${round}-writer-${index}`);
      const ops = sampleOps(1, opsEach, `writer ${index}`);
      const segments = Array.from({ length: opsEach / opsPerSegment }, (_, at) =>
        seal(
          laptop,
          ops.slice(at * opsPerSegment, (at + 1) * opsPerSegment),
          ops.slice(0, at * opsPerSegment),
          partition,
        ),
      );
      sending.push({ laptop, partition, segments });
    }
    bare.push(
      await insertBarely(
        databaseUrl,
        sending.map((each) => each.segments),
      ),
    );
    const busyBefore = busySeconds(hub.pid);
    const startedAt = performance.now();
    await Promise.all(
      sending.map(async ({ laptop, partition, segments }) => {
        const ask = roadTo(hub, office, tlsKey, laptop, partition);
        let held = 0;
        for (const segment of segments) held = await ask.turn(segment);
        ask.close();
        if (held !== opsEach) throw new Error(`${opsEach - held} changes are missing`);
      }),
    );
    rates.push((writers * opsEach) / ((performance.now() - startedAt) / 1000));
    busy.push((writers * opsEach) / (busySeconds(hub.pid) - busyBefore));
  }
  const value = median(rates);
  const factor = timesFaster(await measureLimit());
  const common = { bench: 'hub', value, atLeast: true };
  return [
    figure({
      ...common,
      figure: 'changes in per second, 25 laptops at once, against 20,000',
      baseline: mustOpsPerSecond,
      target: 1,
    }),
    onTargetMachine('hub', 'changes in per second', value, factor),
    figure({ ...common, figure: 'the same, against PostgreSQL alone', baseline: median(bare), target: null }),
    // Does not depend on who else uses the machine.
    figure({
      bench: 'hub',
      figure: 'changes in per second of processor time of the hub, against 20,000',
      value: median(busy),
      baseline: mustOpsPerSecond,
      target: null,
    }),
  ];
}

/** The same bytes into a table without a key, by as many connections as the hub has. */
async function insertBarely(connectionString: string, logs: readonly (readonly Uint8Array[])[]): Promise<number> {
  const pool = new pg.Pool({ connectionString, max: 10 });
  await pool.query('drop table if exists bare; create table bare (bytes bytea not null)');
  const startedAt = performance.now();
  await Promise.all(
    logs.map(async (segments) => {
      for (const bytes of segments) await pool.query('insert into bare values ($1)', [Buffer.from(bytes)]);
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  await pool.end();
  return (writers * opsEach) / seconds;
}

/** A hundred commissions of five laptops; each wakes once within the minute, sends ten changes and takes what is there. */
async function wake(hub: TestHub, office: Hub, wakeMs: number): Promise<Figure[]> {
  const laptops: Enrolled[] = [];
  for (let index = 0; index < sleepers; index += 1) {
    laptops.push(await enrolDirectly(office, `kg/kg-oblast/kg-oblast-${Math.floor(index / 5)}`));
  }
  const tlsKey = await office.tlsKey();
  const { pid } = hub;
  const memory: number[] = [];
  const latencies: number[] = [];
  const rounds: number[] = [];
  for (let round = 0; round < 2; round += 1) {
    const sampler = setInterval(() => memory.push(residentBytes(pid)), 1000);
    await Promise.all(
      laptops.map(async ({ laptop, partition }, index) => {
        await sleep((index * 7919) % wakeMs);
        const all = sampleOps(1, (round + 1) * 10, `sleeper ${index}`);
        const segment = seal(laptop, all.slice(round * 10), all.slice(0, round * 10), partition);
        const startedAt = performance.now();
        const ask = roadTo(hub, office, tlsKey, laptop, partition);
        await ask.turn(segment);
        latencies.push(performance.now() - startedAt);
        ask.close();
      }),
    );
    clearInterval(sampler);
    rounds.push(residentBytes(pid));
  }
  const [first = 0, second = 0] = rounds;
  const p95 = percentile(latencies, 0.95);
  return [
    figure({
      bench: 'hub',
      figure: '500 laptops within a minute: p95 of an exchange with TLS, ms, against 3 s',
      value: p95,
      baseline: mustP95Ms,
      target: 1,
    }),
    figure({
      bench: 'hub',
      figure: 'memory of the hub after the second minute against the first, bytes',
      value: second,
      baseline: first,
      target: 1.15,
    }),
    figure({
      bench: 'hub',
      figure: 'its peak in both minutes, bytes',
      value: Math.max(...memory),
      baseline: first,
      target: null,
    }),
  ];
}

/** A laptop's road, its line proved once before, as after its enrolment. `turn` answers how far the hub holds its log. */
function roadTo(hub: TestHub, office: Hub, tlsKey: string | null, laptop: Laptop, partition: string) {
  const transport = createHubTransport({
    ...laptop.transportDeps(hub.address),
    hubKey: office.identity.publicKey,
    tlsKey,
    timing: { idleMs: 60_000, waitMs: 60_000 },
  });
  return {
    async turn(segment: Uint8Array): Promise<number> {
      const answer = await transport.send(sampleMessage(laptop, [segment], { partitions: [partition] }));
      const read = answer.ok ? unframe(answer.value, SyncResponse) : answer;
      if (!read.ok || read.value.header.refusals.length > 0) throw new Error(JSON.stringify(read));
      return read.value.header.summary[logKey(laptop.replica, partition)] ?? 0;
    },
    close: transport.close,
  };
}

/** Enrols without a network, as the operator's own machine may. */
async function enrolDirectly(office: Hub, partition: string): Promise<Enrolled> {
  const laptop = newLaptop();
  const order = { partitions: [partition], roles: ['chair' as const], laptop: 'BENCH', commission: null };
  const code = await office.credentials.invite({ ...order, days: 1, validDays: 400 });
  const { replica, publicKey } = laptop;
  const enrolled = await office.credentials.enrol({
    protocol: protocolVersion,
    code,
    replica,
    publicKey,
    partition,
    role: 'chair',
  });
  if (!enrolled.ok) throw new Error(enrolled.error.code);
  return { laptop, partition };
}

/** Processor time a process has used, all its threads, seconds (Linux counts hundredths). */
function busySeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory of a process on Linux. */
function residentBytes(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return pages * 4096;
}
