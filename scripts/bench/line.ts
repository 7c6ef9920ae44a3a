/**
 * A week's work of one commission over a bad line, in real time: 300 edits with 40 kB of text through the core's own exchange, then
 * two scans of 200 kB through the blob client, at 64 kbit/s with 800 ms there and back, one packet in twenty lost and every connection
 * cut every 30 s. The baseline is the same work over the same line that is never cut: what goes up beyond that, hand-shakes apart, was
 * sent again: what was under way in the cut or not yet a whole record of TLS, and the heads of requests asked anew.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHubTransport } from '#core/sync/hub-transport.ts';
import { type LineQuality, openLine } from '#tests/lib/bad-line.ts';
import { seededRandom, startSignedIn } from '#tests/lib/core.ts';
import { startHub, type TestHub } from '#tests/lib/hub.ts';
import { enrol, newLaptop, samplePartition } from '#tests/lib/hub-laptop.ts';
import { type Figure, figure } from './figure.ts';

const badLine: LineQuality = { bitsPerSecond: 64_000, roundTripMs: 800, loss: 0.05, cutEveryMs: 30_000 };
const edits = 300;
const textBytes = 40_000;
const scanBytes = 200_000;
const mostResent = 0.02;
/** So often the work is begun again before it counts as stuck. */
const mostTries = 30;

type Work = {
  /** Bytes towards the hub: without hand-shakes, of them, and of the former those that never arrived. */
  readonly up: number;
  readonly handShakes: number;
  readonly lost: number;
  readonly seconds: number;
  readonly cuts: number;
};

/** Measures; takes about three minutes. */
export async function benchLine(): Promise<Figure[]> {
  const hub = await startHub();
  try {
    const whole = await weekOfWork(hub, { ...badLine, cutEveryMs: null }, 'whole');
    const bad = await weekOfWork(hub, badLine, 'bad');
    const bench = 'line';
    return [
      figure({
        bench,
        figure: 'bytes re-sent',
        value: bad.up,
        baseline: whole.up,
        ratio: bad.up / whole.up - 1,
        target: mostResent,
      }),
      figure({ bench, figure: 'of them under way in a cut', value: bad.lost, baseline: whole.up, target: null }),
      figure({ bench, figure: 'bytes of hand-shakes', value: bad.handShakes, baseline: whole.up, target: null }),
      figure({ bench, figure: 'seconds', value: bad.seconds, baseline: whole.seconds, target: null }),
      figure({ bench, figure: 'cuts', value: bad.cuts, baseline: 1, target: null }),
    ];
  } finally {
    await hub.close();
  }
}

async function weekOfWork(hub: TestHub, quality: LineQuality, name: string): Promise<Work> {
  const core = await startSignedIn();
  const laptop = newLaptop();
  const random = numbers(name);
  const line = await openLine(Number(new URL(hub.address).port), quality, random);
  try {
    const address = `https://127.0.0.1:${line.port}`;
    const enrolled = await enrol(laptop, hub.address, await hub.invite());
    if (!enrolled.ok) throw new Error(enrolled.error.code);
    await core.value('sync.enrol', { address, code: await hub.invite() });
    await again(async () => (await core.call('sync.now', {})).ok);
    // The laptop knows its hub: from here on it counts.
    const before = { up: line.bytes.up, ...line.of, cuts: line.cuts() };
    const startedAt = performance.now();
    await core.value('records.saveTogether', { items: contacts(name) });
    await again(async () => (await core.call('sync.now', {})).ok);
    const { hubKey, tlsKey } = enrolled.value;
    const transport = createHubTransport({ ...laptop.transportDeps(address), hubKey, tlsKey });
    for (const scan of [1, 2]) {
      const content = noise(`${name} ${scan}`, scanBytes);
      const sha256 = createHash('sha256').update(content).digest('hex');
      const offer = { sha256, bytes: content.length, partition: samplePartition };
      await again(async () => {
        const states = await transport.blobs.states([offer]);
        const [state] = states.ok ? states.value : [];
        if (state === undefined) return false;
        if (state.state === 'held') return true;
        const put = await transport.blobs.put(offer, state.offset, Readable.from([content.subarray(state.offset)]));
        return put.ok && put.value.state === 'held';
      });
    }
    transport.close();
    const seconds = (performance.now() - startedAt) / 1000;
    const handShakes = line.of.handShakes - before.handShakes;
    return {
      up: line.bytes.up - before.up - handShakes,
      handShakes,
      lost: line.of.lost - before.lost,
      seconds,
      cuts: line.cuts() - before.cuts,
    };
  } finally {
    await core.close();
    await line.close();
  }
}

/** The edits: contacts with notes, together as much text as the week has. */
function contacts(name: string): { kind: 'contact'; values: { [field: string]: string } }[] {
  const noteLength = Math.round(textBytes / edits) - 40;
  const words = noise(`${name} words`, edits * noteLength).toString('base64');
  return Array.from({ length: edits }, (_, index) => ({
    kind: 'contact' as const,
    values: { name: `Контакт, пример ${index}`, note: words.slice(index * noteLength, (index + 1) * noteLength) },
  }));
}

/** Until it is done: as the app does, a little later each time. */
async function again(work: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await work()); tries += 1) {
    if (tries === mostTries) throw new Error('it does not go through');
    await sleep(1000);
  }
}

/** Bytes that cannot be packed, as those of a scan. */
function noise(seed: string, length: number): Buffer {
  return Buffer.from(seededRandom(seed).bytes(length));
}

function numbers(seed: string): () => number {
  const random = seededRandom(`${seed} packets`);
  return () => new DataView(random.bytes(4).buffer).getUint32(0) / 2 ** 32;
}
