/**
 * Writes the end of an own log again beforehand, as it will stand in this laptop's log of now: read, named anew, sealed and packed some at a time,
 * in memory, with no trace in the store. What is left to do in one transaction is short, however much that is. After a crash nothing has happened.
 */
import { isSameBytes } from '#shared/kernel/same-bytes.ts';
import { blockOps, type Op } from '#shared/sync/op.ts';
import { createReissuer, givenIn, type Reissuer } from '#shared/sync/reissue.ts';
import { sealSegment } from '#shared/sync/segment.ts';
import { type RecordRow, rowsOfRecords } from './forgotten-ops.ts';
import type { Log, LogHead, OpLog } from './op-log.ts';
import { placesOf, type PreparedSegment, type Sealer } from './op-log-sealing.ts';
import { segmentPorts } from './segment-ports.ts';
import { recordsOf } from './short-steps.ts';

export type PreparedEnd = {
  readonly log: Log;
  readonly after: number;
  readonly into: Log;
  /** How many ops that are. */
  readonly count: number;
  readonly segments: readonly PreparedSegment[];
  /** What follows them and fills no block. */
  readonly rest: readonly Op[];
  readonly records: readonly RecordRow[];
  readonly again: Reissuer;
  /** The ends of both logs it was made for. */
  readonly ends: readonly [LogHead, LogHead];
};

/** Ops to a step: some 20 ms. */
const opsAtOnce = 250;

/** What `log` has behind `after`, as it will stand in `into`; goes on with each step it is asked for. `log` is sealed to its end. */
export function* prepareEnd(opLog: OpLog, log: Log, after: number, into: Log): Generator<void, PreparedEnd> {
  const ends = [opLog.sealedHead(log), opLog.sealedHead(into)] as const;
  const [{ seq: last }, { seq: base }] = ends;
  const sealer = opLog.sealer(into);
  const again = createReissuer({ from: { replica: log.replica, after }, to: { replica: into.replica, after: base } });
  const segments: PreparedSegment[] = [];
  const records: RecordRow[] = [];
  let [head, rest]: [LogHead, Op[]] = [sealer.head, []];
  for (let at = after; at < last; ) {
    const ops = opLog.opsAfter(log, at, blockOps);
    at = ops.at(-1)?.seq ?? last;
    records.push(...rowsOfRecords(recordsOf(ops)));
    yield;
    for (let from = 0; from < ops.length; from += opsAtOnce) {
      const some = ops.slice(from, from + opsAtOnce);
      const about = opLog.opsAbout(into, new Set(some.map(({ record }) => record)), base);
      rest.push(...again.move(some, givenIn(about)));
      yield;
    }
    for (let full = blockOps - (head.seq % blockOps); rest.length >= full; full = blockOps) {
      const segment = sealed(into, head, rest.slice(0, full), sealer);
      segments.push(segment);
      head = { seq: segment.to, head: segment.head };
      rest = rest.slice(full);
      yield;
    }
  }
  return { log, after, into, count: last - after, segments, rest, records, again, ends };
}

/** Whether both logs still end where they did. */
export function isStillSo(opLog: OpLog, { log, into, ends }: PreparedEnd): boolean {
  const endsAt = (each: Log, end: LogHead): boolean => isSameBytes(opLog.sealedHead(each).head, end.head);
  return into.replica === opLog.ownReplica() && endsAt(log, ends[0]) && endsAt(into, ends[1]);
}

function sealed(log: Log, before: LogHead, ops: readonly Op[], sealer: Sealer): PreparedSegment {
  const place = { replica: log.replica, partition: log.partition, before: before.head };
  const { bytes, head } = sealSegment(place, ops, sealer.seedOf, sealer.sign, segmentPorts);
  return { from: before.seq + 1, to: before.seq + ops.length, bytes, head, places: placesOf(ops) };
}
