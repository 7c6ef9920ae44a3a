/**
 * What is left to do with what logs said and say no more (forgotten-ops.ts), each step one short transaction: after a crash between any two of them
 * it goes on. Until a record's row is made anew it says what it said before.
 */
import { canonicalJson } from '#shared/kernel/canonical-json.ts';
import { logKey } from '#shared/sync/messages.ts';
import { type Op, type OpValue, type SetChange, stampToText } from '#shared/sync/op.ts';
import { writtenAgain } from '#shared/sync/take-back.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Committer } from './commit.ts';
import type { AsidePart, ForgottenOps } from './forgotten-ops.ts';
import type { Meta } from './meta.ts';
import type { Log, OpLog } from './op-log.ts';
import { partitionsBeingErased } from './partition-eraser.ts';
import { createPace, type RecordOfKind } from './short-steps.ts';
import { ownAbout } from './strays.ts';

export type ForgottenStepsDeps = {
  readonly meta: Meta;
  readonly log: OpLog;
  readonly committer: Committer;
  readonly checkpoints: Pick<Checkpoints, 'between'>;
  readonly forgotten: ForgottenOps;
  /** Whether the hub would take these ops from this laptop now. */
  readonly mayWrite: (partition: string, ops: readonly Op[]) => boolean;
  /** Whether this laptop's logs in a partition are in a state to write again in. */
  readonly isReady: (partition: string) => boolean;
  /** Ops were written again. */
  readonly written: () => void;
};

/** Does one step; false where nothing is left to do for now. */
export function createForgottenSteps(deps: ForgottenStepsDeps): () => boolean {
  const { log: opLog, committer, forgotten } = deps;
  const pace = createPace();
  /** Of what is being folded, the records that are left: read again where another life began it. */
  let left: { readonly ref: number; readonly records: readonly RecordOfKind[] } | null = null;

  function fold(ref: number): void {
    const records = left?.ref === ref ? left.records : forgotten.recordsOf(ref);
    left = null;
    const rest = pace(records, (now, others) =>
      committer.refold(now, () => others.length === 0 && forgotten.folded(ref), others.length === 0),
    );
    if (rest.length > 0) left = { ref, records: rest };
  }

  const findLog = (key: string): Log | undefined =>
    opLog.logs().find(({ replica, partition }) => logKey(replica, partition) === key);

  /** Those of some ops that a log does not say. */
  function unsaid(log: Log, ops: readonly Op[]): Op[] {
    const held = opLog.opsOfRecords(recordsNamed(ops));
    const saysIt = (op: Op): boolean =>
      held.get(op.record)?.some((each) => each.log === log && each.op.seq === op.seq && isSaidBy(each.op, op)) === true;
    return ops.filter((op) => !saysIt(op));
  }

  /** Writes again what a log's continuation does not say of these; false where this laptop might not. */
  function writeAgain(log: Log, parts: readonly AsidePart[]): boolean {
    const { replica, partition } = log;
    const lost = unsaid(log, parts.flatMap(forgotten.asideOps));
    const run = { replica, partition, after: 0, head: '', ops: lost.sort((a, b) => a.seq - b.seq) };
    let waits = false;
    const count =
      lost.length === 0
        ? 0
        : committer.takeBack(partition, (into, after) => {
            const held = { isOwn: opLog.isOwn, own: ownAbout(opLog, partition, recordsNamed(lost)), rest: [] };
            const again = writtenAgain(run, { replica: into.replica, after }, held);
            waits = !deps.mayWrite(partition, again);
            return waits ? [] : again;
          });
    // Where power goes before this, what was written again is found in the own log.
    if (!waits) for (const part of parts) forgotten.compared(part, []);
    if (count > 0) deps.written();
    return !waits;
  }

  return () => {
    const erasing = partitionsBeingErased(deps.meta);
    const ref = forgotten.toFold(erasing);
    const ready =
      ref !== null
        ? []
        : forgotten.awaited().flatMap(({ until, ...part }) => {
            const log = findLog(part.log);
            const isHere = log !== undefined && !opLog.isComing(log) && opLog.head(log).seq >= until;
            return isHere && !erasing.includes(log.partition) && deps.isReady(log.partition) ? [{ part, log }] : [];
          });
    if (ref === null && ready.length === 0) return false;
    if (deps.checkpoints.between()) return true;
    if (ref !== null) {
      fold(ref);
      return true;
    }
    const next = ready.find(({ part }) => !part.isLost);
    if (next !== undefined) {
      forgotten.compared(next.part, unsaid(next.log, forgotten.asideOps(next.part)));
      return true;
    }
    const byLog = Map.groupBy(ready, ({ log }) => log);
    return [...byLog].some(([log, parts]) =>
      writeAgain(
        log,
        parts.map(({ part }) => part),
      ),
    );
  };
}

function recordsNamed(ops: readonly Op[]): Set<string> {
  return new Set(ops.map(({ record }) => record));
}

/**
 * Whether an op says all that another does, of which a snapshot may have left out some. That both have one stamp proves nothing: a laptop whose
 * clock was set back may give it twice.
 */
function isSaidBy(op: Op, other: Op): boolean {
  if (op.time !== other.time || op.record !== other.record || op.kind !== other.kind || op.act !== other.act)
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
