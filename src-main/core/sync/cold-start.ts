/**
 * A laptop that holds little of what its hub holds begins with the hub's snapshots (#shared/sync/snapshot.ts) instead of the logs' first
 * ops. Chunk by chunk, each proved and taken in short transactions, between which everything else has its turn; a broken line, a lock or
 * a crash goes on behind the last chunk. One that is not right is left alone, with the reason; the logs say the same.
 */
import type { Readable } from 'node:stream';
import type { Logger, Time } from '#shared/kernel/ports.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import {
  type Begun,
  beginAhead,
  exchange,
  type ExchangeOptions,
  type ExchangeProgress,
} from '#shared/sync/exchange.ts';
import type { SnapshotOffer } from '#shared/sync/hub-http.ts';
import type { Summary } from '#shared/sync/messages.ts';
import type { Loading } from '../store/archive.ts';
import type { HubBlobs } from './hub-blobs.ts';
import type { HubTransport } from './hub-transport.ts';
import type { SyncStore } from './sync-store.ts';

export type ColdStart = {
  /** Ops taken. */
  readonly received: number;
  /** What the snapshots taken cover: the hub holds it. */
  readonly covered: Summary;
  /** Why a snapshot was not taken: `sync/snapshot-refused` {reason}. */
  readonly refused: Failure | null;
  /** Why it could not be finished now; it goes on with the next exchange. */
  readonly failure: Failure | null;
  /** The exchange for what came after the snapshots, whose first request is under way; null where none is. */
  readonly begun: Begun | null;
};

type ColdStartOptions = {
  readonly store: Pick<SyncStore, 'snapshots' | 'summary'>;
  readonly blobs: HubBlobs;
  readonly partitions: readonly string[];
  /** Snapshots refused before (SHA-256); one refused now is added. */
  readonly refused: Set<string>;
  readonly signal: { readonly aborted: boolean };
  readonly breathe: () => Promise<void>;
  /** Hands over what is waiting here, before a load that may take long. */
  readonly handOver: () => Promise<Failure | null>;
  readonly onProgress: (progress: ExchangeProgress) => void;
  /** Asks for what came after the snapshots, which are `coming`: all their bytes are here, and the last are being taken. */
  readonly askOn: (coming: Summary) => Promise<Begun | null>;
};

/** Fewer new ops than this are read from the logs. */
const leastGain = 2000;

/** Goes on with a load, or begins those that are worth it. What waits here is handed over before; what was refused is listed. */
export async function beginWithSnapshots(given: {
  readonly store: SyncStore;
  readonly transport: HubTransport;
  readonly exchange: ExchangeOptions;
  readonly refused: Set<string>;
  readonly time: Time;
  readonly logger: Logger;
}): Promise<ColdStart> {
  const { store, transport, time, logger } = given;
  const startedAt = time.now();
  const done = await coldStart({
    store,
    blobs: transport.blobs,
    partitions: given.exchange.partitions,
    refused: given.refused,
    signal: given.exchange.signal ?? { aborted: false },
    breathe: given.exchange.breathe ?? (async () => undefined),
    onProgress: (progress) => given.exchange.onProgress?.(progress),
    askOn(coming) {
      const acknowledged = { ...given.exchange.acknowledged, ...coming };
      return beginAhead(store, transport, { ...given.exchange, acknowledged }, coming);
    },
    async handOver() {
      const { saved, sent } = store.roadCounts();
      if (saved + sent === 0) return null;
      return (await exchange(store, transport, { ...given.exchange, partitions: [], leaving: [] })).failure;
    },
  });
  if (done.refused !== null) {
    logger.warn('sync/snapshot-refused', { reason: String(done.refused['reason']) });
    const { received, refused: problem } = done;
    store.recordExchange({ road: 'hub', startedAt, finishedAt: time.now(), sent: 0, received, problem });
  }
  return done;
}

/** The same without what is a service's. */
export async function coldStart(options: ColdStartOptions): Promise<ColdStart> {
  const { store, blobs, partitions } = options;
  let received = 0;
  let refused: Failure | null = null;
  let covered: Summary = {};
  let begun: Begun | null = null;
  const end = (failure: Failure | null): ColdStart => ({ received, covered, refused, failure, begun });

  const pending = store.snapshots.loading();
  const offers = await blobs.snapshots(partitions);
  // A hub of an earlier version has none; a line that is away the exchange finds out by itself.
  if (!offers.ok) return end(pending === null ? null : offers.error);
  if (pending !== null && offers.value.every(({ sha256 }) => sha256 !== pending.sha256)) store.snapshots.giveUp();
  const wanted = offers.value.filter(
    (offer) =>
      offer.sha256 === store.snapshots.loading()?.sha256 ||
      (!options.refused.has(offer.sha256) && isWorth(offer, store.summary())),
  );
  if (wanted.length === 0) return end(null);
  const handedOver = await options.handOver();
  if (handedOver !== null) return end(handedOver);
  // What has begun goes first: there is one at a time.
  wanted.sort((a, b) => Number(b.sha256 === pending?.sha256) - Number(a.sha256 === pending?.sha256));
  for (const offer of wanted) {
    const whole = { ...covered, ...offer.summary };
    const asked: Promise<Begun | null>[] = [];
    const loaded = await load(offer, options, () => {
      if (offer === wanted.at(-1)) asked.push(options.askOn(whole));
    });
    if (loaded.ok) {
      received += loaded.value;
      covered = whole;
      begun = (await asked[0]) ?? null;
      continue;
    }
    if (!loaded.error.code.startsWith('snapshot/')) return end(loaded.error);
    store.snapshots.giveUp();
    options.refused.add(offer.sha256);
    refused = { code: 'sync/snapshot-refused', reason: loaded.error.code };
  }
  return end(null);
}

/** Whether most of what it says is not here yet. */
export function isWorth({ summary }: Pick<SnapshotOffer, 'summary'>, held: Summary, least = leastGain): boolean {
  let gain = 0;
  let all = 0;
  for (const [log, seq] of Object.entries(summary)) {
    all += seq;
    gain += Math.max(0, seq - (held[log] ?? 0));
  }
  return gain >= least && gain * 2 >= all;
}

/** Chunks that are being read while an earlier one is taken. */
const chunksAhead = 4;

/**
 * Takes one; answers how many ops it held. `arrived` is told when all of it is here. Failures: those of the road and of `SnapshotLoader`,
 * `sync/stopped`.
 */
async function load(offer: SnapshotOffer, options: ColdStartOptions, arrived: () => void): Promise<Result<number>> {
  const { store, blobs, signal } = options;
  const coming = store.snapshots.loading();
  let loading: Loading | null = coming?.sha256 === offer.sha256 ? coming : null;
  const stream = await blobs.get(offer.sha256, loading?.offset ?? 0, null);
  if (!stream.ok) return stream;
  const { content, failureOf } = stream.value;
  const pieces = inPieces(content);
  try {
    if (loading === null) {
      const head = await pieces.next(offer.headBytes);
      if (head === null) return err({ code: 'snapshot/garbage' });
      const begun = store.snapshots.begin(head, offer.sha256, options.partitions);
      if (!begun.ok) return begun;
      loading = begun.value;
    }
    const { chunks } = loading.header;
    const total = opsOf(chunks);
    let next = loading.next;
    let asked = next;
    let done = opsOf(chunks.slice(0, next));
    options.onProgress({ done, total });
    const readOne = async (chunk: Chunk): Promise<Uint8Array | null> => {
      // Over a slow line a chunk is long under way.
      const bytes = await pieces.next(chunk.bytes, (part) =>
        options.onProgress({ done: done + Math.floor(chunk.ops * part), total }),
      );
      done += chunk.ops;
      options.onProgress({ done, total });
      if (bytes !== null && chunk === chunks.at(-1)) arrived();
      return bytes;
    };
    const read = (chunk: Chunk): Promise<Uint8Array | null> => {
      const piece = readOne(chunk);
      // Where an earlier one fails nobody waits for it any more.
      piece.catch(() => undefined);
      return piece;
    };
    const reading: Promise<Uint8Array | null>[] = [];
    while (next < chunks.length) {
      reading.push(...chunks.slice(asked, next + chunksAhead).map(read));
      asked = Math.min(next + chunksAhead, chunks.length);
      const bytes = (await reading.shift()) ?? null;
      if (bytes === null) return err({ code: 'snapshot/altered' });
      for (const place = next; next === place; ) {
        await options.breathe();
        if (signal.aborted) return err({ code: 'sync/stopped' });
        const taken = store.snapshots.take(bytes);
        if (!taken.ok) return taken;
        next = taken.value?.next ?? chunks.length;
      }
    }
    return ok(total);
  } catch (error) {
    return err(failureOf(error));
  } finally {
    content.destroy();
  }
}

type Chunk = Loading['header']['chunks'][number];

function opsOf(chunks: Loading['header']['chunks']): number {
  return chunks.reduce((sum, chunk) => sum + chunk.ops, 0);
}

type Pieces = { next(length: number, onPart?: (part: number) => void): Promise<Uint8Array | null> };

/**
 * Reads a stream in pieces of given lengths, one after the other however many are asked for at once; null where it ends before. `onPart`
 * hears how much of a piece has come, from 0 to 1.
 */
function inPieces(content: Readable): Pieces {
  const parts = (content as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let last: Promise<unknown> = Promise.resolve();

  async function read(length: number, onPart?: (part: number) => void): Promise<Uint8Array | null> {
    const waiting = [held];
    for (let bytes = held.length; bytes < length; ) {
      const part = await parts.next();
      if (part.done === true) return null;
      waiting.push(part.value);
      bytes += part.value.length;
      onPart?.(Math.min(1, bytes / length));
    }
    const all = waiting.length === 1 ? held : Buffer.concat(waiting);
    held = all.subarray(length);
    return all.subarray(0, length);
  }

  return {
    next(length, onPart) {
      const piece = last.then(() => read(length, onPart));
      last = piece;
      return piece;
    },
  };
}

/** Whether this laptop may lack so much that asking for snapshots is worth it: it never met this hub, or not for long. */
export function mayBeCold(store: SyncStore, lastContactAt: number | null, now: number): boolean {
  if (store.snapshots.loading() !== null || store.stickMemory().peers['hub'] === undefined) return true;
  return lastContactAt !== null && now - lastContactAt > longAwayMs;
}
const longAwayMs = 14 * 86_400_000;
