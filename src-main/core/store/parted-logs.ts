/**
 * Logs of others that part from the hub's below their base: what is before that stands in the archive, without heads and segments to go
 * back to. Then the partition begins anew from the hub: of every log of others that begins in the archive nothing is kept, and the hub
 * sends them from their first op. It happens by itself, and only where nobody's work goes with it:
 *
 * - Each of those other logs is known to have parted too, or the hub holds it to the end that is held here, and the heads are alike.
 * - What this laptop holds of a parted log behind its base becomes strays for its writer, as elsewhere (stray.ts).
 * - What stood in the archive of it nobody can prove any more. It is set aside, and once the hub's continuation is here, whatever of it that
 *   does not say is written again at the end of this laptop's own log, under its own name: so its rights must allow that, or nothing is done.
 */
import { canonicalJson } from '#shared/kernel/canonical-json.ts';
import { compareLoose, type LooseOp } from '#shared/sync/loose-ops.ts';
import { logKey, parseLogKey, type Summary } from '#shared/sync/messages.ts';
import { type Op, type OpValue, type SetChange, stampToText } from '#shared/sync/op.ts';
import { straysBehind } from '#shared/sync/stray.ts';
import { writtenAgain } from '#shared/sync/take-back.ts';
import type { Archive } from './archive.ts';
import type { Committer } from './commit.ts';
import { derivedId } from './derived-id.ts';
import type { ForkedLogs } from './forked-logs.ts';
import type { Meta } from './meta.ts';
import type { Log, OpLog } from './op-log.ts';
import { opsAbout } from './ops-about.ts';
import { createSetAsideOps } from './set-aside-ops.ts';

export type PartedLogs = {
  /** Begins the partition of a parted log anew; false, with nothing done, where that is not safe. */
  begin(log: Log): boolean;
  /** The hub's word on all logs, as it comes. */
  heard(summary: Summary): void;
  /** A log is the same on both sides after all. */
  agrees(key: string): void;
  /**
   * Writes again what was set aside of the logs that pass `isWanted` and the hub's continuations, once they are here, do not say; answers
   * how many ops that were.
   */
  writeAgain(isWanted: (log: string) => boolean): number;
};

export function createPartedLogs(deps: {
  readonly log: OpLog;
  readonly archive: Archive;
  readonly meta: Meta;
  readonly committer: Committer;
  readonly forked: Pick<ForkedLogs, 'commonOf' | 'remove'>;
  /** Whether the hub would take these ops from this laptop now. */
  readonly mayWrite: (partition: string, ops: readonly Op[]) => boolean;
}): PartedLogs {
  const { log: opLog, archive, committer, forked } = deps;
  let word: Summary = {};
  /** Logs that have parted and wait for another of their partition: two would wait for each other. */
  const refused = new Set<string>();
  const setAside = createSetAsideOps(deps.meta);

  function archived({ replica, partition }: Log): LooseOp[] {
    const found: LooseOp[] = [];
    archive.forEach((each) => {
      if (each.replica === replica && each.partition === partition) found.push({ op: each.op, replica });
    });
    return found.sort(compareLoose);
  }

  /** What this laptop's own logs of a partition say about the records of these ops. */
  function ownAbout(ops: readonly Op[], partition: string): LooseOp[] {
    const records = new Set(ops.map(({ record }) => record));
    const logs = opLog.logs().filter((log) => opLog.isOwn(log.replica) && log.partition === partition);
    return logs.flatMap((log) =>
      [...opsAbout(opLog, log, records)].map((op): LooseOp => ({ op, replica: log.replica })),
    );
  }

  const keyOf = ({ replica, partition }: Log): string => logKey(replica, partition);

  /** How a log of others that begins in the archive stands to the hub's; null where that is not known yet, or the hub lacks some of it. */
  function standing(log: Log): 'alike' | 'parted' | null {
    const [told, held] = [word[keyOf(log)] ?? 0, opLog.head(log).seq];
    if (refused.has(keyOf(log)) || forked.commonOf(keyOf(log)) !== undefined)
      return told < opLog.base(log) ? null : 'parted';
    return told === held ? 'alike' : null;
  }

  return {
    begin(log) {
      if (opLog.isOwn(log.replica)) return false;
      refused.add(keyOf(log));
      const begun = opLog.logs().filter((each) => each.partition === log.partition && opLog.base(each) > 0);
      const parted = begun.filter((each) => each === log || standing(each) === 'parted');
      const isSafe = (each: Log): boolean =>
        !opLog.isOwn(each.replica) && (parted.includes(each) || standing(each) === 'alike');
      if (!begun.every(isSafe)) return false;
      const aside = parted.map((each) => ({ key: keyOf(each), entries: archived(each) }));
      // Behind all it has: what it may write from now on.
      const behind = aside.flatMap(({ entries }) => entries.map(({ op }) => ({ ...op, seq: Number.MAX_SAFE_INTEGER })));
      if (!deps.mayWrite(log.partition, behind)) return false;
      committer.beginAnew(log.partition, () => {
        const strays = parted.flatMap((each) =>
          straysBehind(opLog.base(each), (seq) => opLog.segmentBeyond(each, seq), derivedId),
        );
        for (const each of begun) opLog.restart(each);
        archive.empty(log.partition);
        for (const { key, entries } of aside) setAside.add(key, entries);
        for (const { key } of aside) forked.remove(key);
        refused.clear();
        return strays;
      });
      return true;
    },

    heard(summary) {
      word = summary;
      setAside.heard(summary);
    },

    agrees: (key) => void refused.delete(key),

    writeAgain(isWanted) {
      let count = 0;
      for (const { log: key, until, ops } of setAside.awaited()) {
        const { replica, partition } = parseLogKey(key);
        const log = opLog.logOf(replica, partition);
        if (!isWanted(key) || opLog.head(log).seq < until) continue;
        const said = [...archived(log).map(({ op }) => op), ...opLog.opsAfter(log, 0, Number.POSITIVE_INFINITY)];
        const here = new Map(said.map((op) => [op.seq, op]));
        const lost = ops().flatMap(({ op }) => (isSaidBy(here.get(op.seq), op) ? [] : [op]));
        const run = { replica, partition, after: 0, head: '', ops: lost.sort((a, b) => a.seq - b.seq) };
        let waits = false;
        count += committer.takeBack(partition, (into, after) => {
          const held = { isOwn: opLog.isOwn, own: ownAbout(lost, partition), rest: [] };
          const again = writtenAgain(run, { replica: into.replica, after }, held);
          waits = !deps.mayWrite(partition, again);
          return waits ? [] : again;
        });
        if (!waits) setAside.remove(key);
      }
      return count;
    },
  };
}

/**
 * Whether an op says all that another does, of which a snapshot may have left out some. That both have one stamp proves nothing: a laptop whose
 * clock was set back may give it twice.
 */
function isSaidBy(op: Op | undefined, other: Op): boolean {
  if (op?.time !== other.time || op.record !== other.record || op.kind !== other.kind || op.act !== other.act)
    return false;
  if (other.seen !== null && canonicalJson(op.seen) !== canonicalJson(other.seen)) return false;
  // Erased is erased, wherever it stands.
  if (op.set === null || other.set === null) return true;
  const isReplaced = Object.entries(other.replaced).every(([field, stamp]) => {
    const there = op.replaced[field];
    return there !== undefined && stampToText(there) === stampToText(stamp);
  });
  return isReplaced && Object.entries(other.set).every(([field, value]) => isWithinValue(op.set?.[field], value));
}

function isWithinValue(whole: OpValue | undefined, part: OpValue): boolean {
  if (whole === undefined) return false;
  if (!isChange(whole) || !isChange(part)) return canonicalJson(whole) === canonicalJson(part);
  return (
    part.add.every((element) => whole.add.includes(element)) &&
    Object.entries(part.drop).every(([element, stamps]) =>
      stamps.every((stamp) => whole.drop[element]?.includes(stamp)),
    )
  );
}

function isChange(value: OpValue): value is SetChange {
  return typeof value === 'object' && value !== null;
}
