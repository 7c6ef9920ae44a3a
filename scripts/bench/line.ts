/**
 * A week's work of one commission over a bad line, in real time: 300 edits with 40 kB of text and two scans of 200 kB, handed over by the
 * app itself as it does for a chair, at 64 kbit/s with 800 ms there and back, one packet in twenty lost and every connection cut every 30 s.
 *
 * Re-sent is what goes up beyond the same work over the same line that is never cut, hand-shakes of TLS apart: what was lost in a cut and what had
 * come of a record of TLS that was not whole, both sent again, and the heads of the requests that go on, which are not. It is counted on the line.
 *
 * Where the line is cut says how much is lost. At the laptop's end, where a village's line breaks, what had left arrives, but for what waits
 * behind a lost packet. Where both ends lose it in the same moment all under way is lost, and no sender can help it, however little it has under
 * way at a time: a byte is lost with the chance of its time under way to the time between two cuts. That is 0.4 s to the hub, 0.1 s until its packet
 * is whole on the line and 0.1 s, on the average, behind lost ones, of 30 s: 2 % of all bytes. So that figure only tells.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type LineQuality, openLine } from '#tests/lib/bad-line.ts';
import { seededNumbers, seededRandom, startSignedIn, type TestCore } from '#tests/lib/core.ts';
import { attachFile } from '#tests/lib/files.ts';
import { startHub, type TestHub } from '#tests/lib/hub.ts';
import { type Figure, figure } from './figure.ts';

const badLine: LineQuality = {
  bitsPerSecond: 64_000,
  roundTripMs: 800,
  loss: 0.05,
  cutEveryMs: 30_000,
  cutAt: 'laptop',
};
/** The same, but for what is under way in a cut. */
const worseLine: LineQuality = { ...badLine, cutAt: 'hub' };
/** One that loses nothing. */
export const goodLine: LineQuality = { bitsPerSecond: 100_000_000, roundTripMs: 1, loss: 0, cutEveryMs: null };
const edits = 300;
const textBytes = 40_000;
const scans = 2;
const scanBytes = 200_000;
const mostResent = 0.02;
/** After so long it counts as stuck. */
const mostMs = 10 * 60_000;

type Work = {
  /** Bytes towards the hub: without hand-shakes, of them, and of the former those that never arrived. */
  readonly up: number;
  readonly handShakes: number;
  readonly lost: number;
  readonly seconds: number;
  readonly cuts: number;
};

/** Measures; takes about two minutes. */
export async function benchLine(): Promise<Figure[]> {
  const hubs = await Promise.all([startHub(), startHub(), startHub()]);
  const [one, two, three] = hubs;
  try {
    // Each has a hub of its own: they would hear of each other's work.
    const [whole, bad, worse] = await Promise.all([
      weekOfWork(one, { ...badLine, cutEveryMs: null }, 'whole'),
      weekOfWork(two, badLine, 'bad'),
      weekOfWork(three, worseLine, 'worse'),
    ]);
    const bench = 'line';
    const resent = (name: string, { up }: Work, target: number | null): Figure =>
      figure({ bench, figure: name, value: up, baseline: whole.up, ratio: up / whole.up - 1, target });
    const tells = (name: string, value: number, baseline: number): Figure =>
      figure({ bench, figure: name, value, baseline, target: null });
    return [
      resent('bytes re-sent', bad, mostResent),
      tells('of them lost in a cut', bad.lost, whole.up),
      tells('bytes of hand-shakes', bad.handShakes, whole.up),
      tells('seconds', bad.seconds, whole.seconds),
      tells('cuts', bad.cuts, 1),
      resent('bytes re-sent, all under way lost', worse, null),
      tells('of them lost in a cut, all under way lost', worse.lost, whole.up),
    ];
  } finally {
    for (const hub of hubs) await hub.close();
  }
}

/** The work of one laptop that knows its hub and was away from it, from the moment the line is there to the last byte the hub holds. */
async function weekOfWork(hub: TestHub, quality: LineQuality, name: string): Promise<Work> {
  const core = await startSignedIn();
  const hubPort = Number(new URL(hub.address).port);
  const good = await openLine(hubPort, goodLine, seededNumbers(`${name} packets`));
  const address = `https://127.0.0.1:${good.port}`;
  await core.value('sync.enrol', { address, code: await hub.invite() });
  await until(async () => (await core.call('sync.now', {})).ok);
  await good.close();
  for (const values of contacts(name)) await core.value('records.save', { kind: 'contact', values });
  const { id } = await core.value('records.save', { kind: 'decision', values: { number: '1/1' } });
  for (let scan = 1; scan <= scans; scan += 1)
    await attachFile(core, id, `Скан ${scan}.pdf`, noise(`${name} ${scan}`, scanBytes));

  const line = await openLine(hubPort, quality, seededNumbers(`${name} packets`), good.port);
  const startedAt = performance.now();
  try {
    void core.call('sync.now', {});
    await until(() => isHandedOver(core));
    const seconds = (performance.now() - startedAt) / 1000;
    const { handShakes, lost } = line.of;
    return { up: line.bytes.up - handShakes, handShakes, lost, seconds, cuts: line.cuts() };
  } finally {
    await core.close();
    await line.close();
  }
}

async function isHandedOver(core: TestCore): Promise<boolean> {
  const { saved, sent } = await core.value('sync.status', {});
  const { toSend } = await core.value('files.traffic', {});
  return saved + sent + toSend.files === 0;
}

/** The edits: contacts with notes, together as much text as the week has. */
function contacts(name: string): { [field: string]: string }[] {
  const noteLength = Math.round(textBytes / edits) - 40;
  const words = noise(`${name} words`, edits * noteLength).toString('base64');
  return Array.from({ length: edits }, (_, index) => ({
    name: `Контакт, пример ${index}`,
    note: words.slice(index * noteLength, (index + 1) * noteLength),
  }));
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + mostMs;
  while (!(await isDone())) {
    if (performance.now() > end) throw new Error('it does not go through');
    await sleep(50);
  }
}

/** Bytes that cannot be packed, as those of a scan. */
function noise(seed: string, length: number): Buffer {
  return Buffer.from(seededRandom(seed).bytes(length));
}
