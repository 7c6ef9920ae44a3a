/** Where a log goes on otherwise at the hub than here, as its segments show. */
import { isSameBytes } from '#shared/kernel/same-bytes.ts';
import { logKey } from '#shared/sync/messages.ts';
import { endsLink, type Op } from '#shared/sync/op.ts';
import type { Coming } from '#shared/sync/replica-store.ts';
import { headWithin, readOps, readSegmentHeader } from '#shared/sync/segment.ts';
import type { Log, OpLog } from './op-log.ts';
import { segmentPorts } from './segment-ports.ts';

export type Partings = {
  /**
   * Where a segment of the hub's meets a log that goes on otherwise here: where both chains part, or null where they do not within what
   * both hold. `from` to `to` are the segment's seqs, `ops` its ops.
   */
  partingOf(log: Log, bytes: Uint8Array, from: number, to: number, ops: readonly Op[]): number | null;
  /** This laptop's logs that come to an end, with where that is. */
  endsOf(coming: Coming): ReadonlyMap<Log, number>;
  /** The logs that begin here behind where one of these segments begins. */
  beginningBehind(coming: Coming): ReadonlySet<Log>;
};

export function createPartings(deps: {
  readonly log: OpLog;
  readonly findLog: (key: string) => Log | undefined;
  /** Whether a log is one of the identity of now. */
  readonly isCurrent: (log: Log) => boolean;
}): Partings {
  const { log: opLog, findLog, isCurrent } = deps;

  function partingOf(log: Log, bytes: Uint8Array, from: number, to: number, ops: readonly Op[]): number | null {
    const last = Math.min(to, opLog.head(log).seq);
    const isSameAt = (seq: number): boolean => {
      const [theirs, ours] = [headWithin(bytes, seq, segmentPorts), opLog.headAt(log, seq)];
      return theirs !== null && ours !== null && isSameBytes(theirs, ours);
    };
    // Below the base there is nothing to compare with.
    const base = opLog.base(log);
    if (last < base) return null;
    const ends = ops.flatMap((op, index) => (op.seq <= last && op.seq >= base && endsLink(ops, index) ? [op.seq] : []));
    // Whatever lies behind the first difference differs too.
    let [same, other] = [-1, ends.length];
    while (other - same > 1) {
      const middle = (same + other) >> 1;
      if (isSameAt(ends[middle] ?? 0)) same = middle;
      else other = middle;
    }
    const common = same < 0 ? from - 1 : (ends[same] ?? 0);
    return common === last ? null : common;
  }

  function endsOf(coming: Coming): ReadonlyMap<Log, number> {
    const ends = new Map<Log, number>();
    const end = (log: Log | undefined, after: (log: Log) => number | null): void => {
      if (log === undefined || !opLog.isOwn(log.replica) || isCurrent(log) || ends.has(log)) return;
      const seq = after(log);
      if (seq !== null && seq >= opLog.base(log) && seq < opLog.head(log).seq) ends.set(log, seq);
    };
    if ('ends' in coming) for (const [key, seq] of Object.entries(coming.ends)) end(findLog(key), () => seq);
    else
      for (const bytes of coming.segments) {
        const read = readSegmentHeader(bytes);
        if (!read.ok) continue;
        const { replica, partition, from, to } = read.value.header;
        end(findLog(logKey(replica, partition)), (log) =>
          from > opLog.head(log).seq ? null : partingOf(log, bytes, from, to, opsIn(bytes)),
        );
      }
    return ends;
  }

  function beginningBehind(coming: Coming): ReadonlySet<Log> {
    const segments = 'segments' in coming ? coming.segments : [];
    return new Set(
      segments.flatMap((bytes) => {
        const read = readSegmentHeader(bytes);
        if (!read.ok) return [];
        const { replica, partition, from } = read.value.header;
        const log = findLog(logKey(replica, partition));
        return log !== undefined && from <= opLog.base(log) ? [log] : [];
      }),
    );
  }

  return { partingOf, endsOf, beginningBehind };
}

/** None of what cannot be read: that is refused where it is proved. */
function opsIn(bytes: Uint8Array): Op[] {
  try {
    return readOps(bytes, segmentPorts);
  } catch {
    return [];
  }
}
