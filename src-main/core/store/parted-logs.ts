/**
 * Logs of others that part from the hub's below their base: what is before that stands in the archive, without heads and segments to go
 * back to. Then the partition begins anew from the hub: of every log of others that begins in the archive nothing is kept, and the hub
 * sends them from their first op. It happens by itself, and only where nobody's work goes with it:
 *
 * - Each of those other logs is known to have parted too, or the hub holds it to the end that is held here, and the heads are alike.
 * - What this laptop holds of a parted log behind its base becomes strays for its writer, as elsewhere (stray.ts).
 * - What stood in the archive of it nobody can prove any more. It is set aside, and once the hub's continuation is here, whatever of it that
 *   does not say is written again at the end of this laptop's own log, under its own name: so its rights must allow that, or nothing is done.
 *
 * Nobody waits for it: one short transaction puts what was said out of the logs (log-cuts.ts), and the rows are made anew of what they still
 * say, and of what comes meanwhile, in short steps beside everything else (forgotten-steps.ts).
 */
import { actAt, type LooseColumns, looseOp } from '#shared/sync/loose-ops.ts';
import { logKey, type Summary } from '#shared/sync/messages.ts';
import type { Op } from '#shared/sync/op.ts';
import type { Archive } from './archive.ts';
import type { Aside } from './forgotten-ops.ts';
import type { ForkedLogs } from './forked-logs.ts';
import type { LogCuts } from './log-cuts.ts';
import type { Log, OpLog } from './op-log.ts';

export type PartedLogs = {
  /** Begins the partition of a parted log anew; false, with nothing done, where that is not safe. */
  begin(log: Log): boolean;
  /** Does beforehand, in short steps, what `begin` does of a log in one long one where nobody has: reading its partition's archive. */
  prepare(log: Log): Generator<void, void>;
  /** The hub's word on all logs, as it comes. */
  heard(summary: Summary): void;
  /** A log is the same on both sides after all. */
  agrees(key: string): void;
};

export type PartedLogsDeps = {
  readonly log: OpLog;
  readonly archive: Archive;
  readonly forked: Pick<ForkedLogs, 'commonOf'>;
  readonly cuts: Pick<LogCuts, 'beginAnew' | 'heard'>;
  /** Whether the hub would take these ops from this laptop now. */
  readonly mayWrite: (partition: string, ops: readonly Op[]) => boolean;
};

export function createPartedLogs(deps: PartedLogsDeps): PartedLogs {
  const { log: opLog, archive, cuts, forked } = deps;
  let word: Summary = {};
  /**
   * Logs that have parted and wait for another of their partition, with the base below which they have: two would wait for each other. Begun anew
   * a log has another base, and where that is rolled back, this one.
   */
  const refused = new Map<string, number>();

  const keyOf = ({ replica, partition }: Log): string => logKey(replica, partition);

  /** How a log of others that begins in the archive stands to the hub's; null where that is not known yet, or the hub lacks some of it. */
  function standing(log: Log): 'alike' | 'parted' | null {
    const [told, held] = [word[keyOf(log)] ?? 0, opLog.head(log).seq];
    if (refused.get(keyOf(log)) === opLog.base(log) || forked.commonOf(keyOf(log)) !== undefined)
      return told < opLog.base(log) ? null : 'parted';
    return told === held ? 'alike' : null;
  }

  /** Of chunks of the archive, what they hold of each writer; a chunk never changes. */
  const counted = new Map<number, Counted>();

  /** What the archive has of parted logs: how much, by chunk, and an op of each sort, the latest. */
  function archived(partition: string, logs: readonly Log[]): { aside: Map<number, Aside>; sorts: Op[] } {
    const aside = new Map<number, Aside>();
    const latest = new Map<string, Op>();
    for (const { ref, columns } of archive.chunksOf(partition)) {
      const byWriter = counted.get(ref) ?? countOps(columns());
      const counts = logs.flatMap((log): [string, number][] => {
        const of = byWriter.get(log.replica);
        if (of === undefined) return [];
        for (const [sort, op] of of.latest) if ((latest.get(sort)?.time ?? 0) < op.time) latest.set(sort, op);
        return [[keyOf(log), of.count]];
      });
      aside.set(ref, Object.fromEntries(counts));
    }
    counted.clear();
    return { aside, sorts: [...latest.values()] };
  }

  return {
    begin(log) {
      if (opLog.isOwn(log.replica)) return false;
      const { partition } = log;
      refused.set(keyOf(log), opLog.base(log));
      const begun = opLog.logs().filter((each) => each.partition === partition && opLog.base(each) > 0);
      const parted = begun.filter((each) => each === log || standing(each) === 'parted');
      const isSafe = (each: Log): boolean =>
        !opLog.isOwn(each.replica) && (parted.includes(each) || standing(each) === 'alike');
      if (!begun.every(isSafe)) return false;
      const { aside, sorts } = archived(partition, parted);
      // Behind all it has: what it may write from now on.
      const behind = sorts.map((op) => ({ ...op, seq: Number.MAX_SAFE_INTEGER }));
      if (!deps.mayWrite(partition, behind)) return false;
      cuts.beginAnew(partition, { begun, parted }, aside);
      return true;
    },

    *prepare(log) {
      if (opLog.isOwn(log.replica) || opLog.base(log) === 0) return;
      for (const { ref, columns } of archive.chunksOf(log.partition)) {
        if (counted.has(ref)) continue;
        counted.set(ref, countOps(columns()));
        yield;
      }
    },

    heard(summary) {
      word = summary;
      cuts.heard(summary);
    },

    agrees: (key) => void refused.delete(key),
  };
}

/** By writer: how many ops, and of each kind and act the last. */
type Counted = ReadonlyMap<string, { readonly count: number; readonly latest: ReadonlyMap<string, Op> }>;

function countOps(columns: LooseColumns): Counted {
  const { kinds, recordOf, replicas, times, writers } = columns;
  const counts = replicas.map(() => 0);
  const lastPlaces = replicas.map(() => new Map<string, number>());
  for (let place = 0; place < writers.length; place += 1) {
    const writer = writers[place] ?? 0;
    counts[writer] = (counts[writer] ?? 0) + 1;
    const sort = `${kinds[recordOf[place] ?? 0]} ${actAt(columns, place)}`;
    const last = lastPlaces[writer]?.get(sort);
    if (last === undefined || (times[last] ?? 0) < (times[place] ?? 0)) lastPlaces[writer]?.set(sort, place);
  }
  const opsAt = (places: ReadonlyMap<string, number> = new Map()): Map<string, Op> =>
    new Map([...places].map(([sort, place]) => [sort, looseOp(columns, place).op]));
  return new Map(
    replicas.flatMap((replica, writer) => {
      const count = counts[writer] ?? 0;
      return count === 0 ? [] : [[replica, { count, latest: opsAt(lastPlaces[writer]) }] as const];
    }),
  );
}
