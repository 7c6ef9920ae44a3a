/** Sealing the logs: tails become segments, small segments of a block become one, and a log that is cut back is signed anew (op-log.ts). */
import type { Random } from '#shared/kernel/ports.ts';
import { blockOf, blockOps, type Op } from '#shared/sync/op.ts';
import { cutAfter, joinSegments, readOps, sealSegment } from '#shared/sync/segment.ts';
import type { Identity } from './identity.ts';
import type { Log, LogHead, StoredSegment } from './op-log.ts';
import type { LogState, SegmentRow } from './op-log-reading.ts';
import type { LogStatements } from './op-log-statements.ts';
import { recordPlaces } from './record-places.ts';
import { segmentPorts } from './segment-ports.ts';

/** What it takes to seal ops of an own log behind its end, without touching it. */
export type Sealer = {
  readonly head: LogHead;
  readonly seedOf: (block: number) => Uint8Array;
  readonly sign: (data: Uint8Array) => Uint8Array;
};
export type PreparedSegment = StoredSegment & { readonly head: Uint8Array; readonly places: Uint8Array };

export type LogSealing = {
  seedOf(state: LogState, block: number): Uint8Array;
  /** Seals the first `count` ops of a tail; the tail's rows are the caller's. */
  sealFirst(state: LogState, count: number, appliedAt: number): void;
  /** Stores a segment behind the sealed end of a log. */
  keep(state: LogState, segment: PreparedSegment, appliedAt: number): void;
  /** Takes away what is sealed behind `seq`. */
  cutSealed(state: LogState, seq: number): void;
  sealer(state: LogState): Sealer;
};

/** So many small segments of a block are joined before it is full. */
const mostPieces = 16;

/** Which records ops are about, as a segment's row has it. */
export function placesOf(ops: readonly Op[]): Uint8Array {
  return recordPlaces(ops.map(({ record }) => record));
}

export function createLogSealing(deps: {
  readonly statements: LogStatements;
  readonly random: Random;
  /** This store's, that of now and those before. */
  readonly identities: () => readonly Identity[];
}): LogSealing {
  const { statements, random, identities } = deps;
  const isOwn = (log: Log): boolean => identities().some(({ replica }) => replica === log.replica);
  function writerOf(log: Log): Identity {
    const writer = identities().find((identity) => identity.replica === log.replica);
    if (writer === undefined) throw new Error('a log of others is not sealed here');
    return writer;
  }
  /**
   * The salt seed of an own log's block: drawn with the block's first op, and kept until the next block begins. So the same
   * ops seal to the same chain whoever seals them: this store, or a backup of it.
   */
  function seedOf(state: LogState, block: number): Uint8Array {
    const { log } = state;
    const row = statements.seed.get(log.ref) as { block: number | null; seed: Uint8Array | null };
    state.seedBlock = block;
    if (row.block === block && row.seed !== null) return row.seed;
    const seed = random.bytes(16);
    statements.setSeed.run(block, seed, log.ref);
    return seed;
  }

  function sealFirst(state: LogState, count: number, appliedAt: number): void {
    const { log } = state;
    const ops = state.tail.slice(0, count);
    const place = { replica: log.replica, partition: log.partition, before: state.sealed.head };
    const { bytes, head } = sealSegment(
      place,
      ops,
      (block) => seedOf(state, block),
      (data) => writerOf(log).sign(data),
      segmentPorts,
    );
    const [from, to] = [state.sealed.seq + 1, state.sealed.seq + count];
    keep(state, { from, to, bytes, head, places: placesOf(ops) }, appliedAt);
    state.tail = state.tail.slice(count);
  }

  function keep(state: LogState, { from, to, bytes, head, places }: PreparedSegment, appliedAt: number): void {
    const { log } = state;
    statements.insertSegment.run(log.ref, from, to, head, appliedAt, 0, places, bytes);
    state.sealed = { seq: to, head };
    const start = Math.max(blockOf(to) * blockOps, state.base);
    if (from === start + 1) return;
    const pieces = statements.pieces.all(log.ref, start, to) as SegmentRow[];
    const isFull = to % blockOps === 0;
    // A piece that began in the block before stays as it is.
    if (pieces.length < 2 || (!isFull && pieces.length < mostPieces)) return;
    const joined = joinSegments(
      pieces.map((piece) => piece.bytes),
      segmentPorts,
    );
    for (const piece of pieces) statements.dropSegment.run(piece.ref);
    const all = placesOf(readOps(joined, segmentPorts));
    statements.insertSegment.run(log.ref, pieces[0]?.from ?? from, to, head, appliedAt, 1, all, joined);
  }

  function cutSealed(state: LogState, seq: number): void {
    const { log } = state;
    const first = statements.segmentAfter.get(log.ref, seq) as SegmentRow | undefined;
    if (first === undefined) return;
    statements.dropBehind.run(log.ref, seq);
    const before = statements.lastSegment.get(log.ref) as LogHead | undefined;
    const base = statements.base.get(log.ref) as LogHead;
    state.sealed = before !== undefined && before.seq >= base.seq ? before : base;
    if (first.from > seq || !isOwn(log)) return;
    const { bytes, head } = cutAfter(first.bytes, seq, (data) => writerOf(log).sign(data), segmentPorts);
    const places = placesOf(readOps(bytes, segmentPorts));
    keep(state, { from: first.from, to: seq, bytes, head, places }, first.applied_at);
  }

  return {
    seedOf,
    sealFirst,
    keep,
    cutSealed,
    sealer({ log, sealed }) {
      const row = statements.seed.get(log.ref) as { block: number | null; seed: Uint8Array | null };
      const seeds = new Map(row.block === null || row.seed === null ? [] : [[row.block, row.seed]]);
      return {
        head: sealed,
        seedOf(block) {
          const seed = seeds.get(block) ?? random.bytes(16);
          seeds.set(block, seed);
          return seed;
        },
        sign: (data) => writerOf(log).sign(data),
      };
    },
  };
}
