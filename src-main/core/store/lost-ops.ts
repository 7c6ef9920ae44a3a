/**
 * Ops of others that were set aside where a partition began anew and that the hub's continuation of their log does not say: this laptop writes them
 * again at the end of its own log, some at a time, each time in one short transaction. What is written already its own log says: so after a crash it
 * begins from the first again, and writes nothing twice.
 */
import { canonicalJson } from '#shared/kernel/canonical-json.ts';
import { isSetChange, type Op, type OpValue, stampToText, textToStamp } from '#shared/sync/op.ts';
import { writtenAgain } from '#shared/sync/take-back.ts';
import type { Committer } from './commit.ts';
import type { AsidePart, ForgottenOps } from './forgotten-ops.ts';
import type { Log, OpLog } from './op-log.ts';
import { createPace } from './short-steps.ts';
import { ownAbout } from './strays.ts';

export type LostOps = {
  /** Those of some ops that a log does not say. */
  unsaid(log: Log, ops: readonly Op[]): Op[];
  /** Does one step of writing again what a log's continuation does not say of these parts; false where this laptop might not. */
  writeAgain(log: Log, parts: readonly AsidePart[]): boolean;
};

export type LostOpsDeps = {
  readonly log: OpLog;
  readonly committer: Committer;
  readonly forgotten: Pick<ForgottenOps, 'asideOps' | 'compared'>;
  /** Whether the hub would take these ops from this laptop now. */
  readonly mayWrite: (partition: string, ops: readonly Op[]) => boolean;
  /** Ops were written again. */
  readonly written: () => void;
};

/** Of one log: `read` are its parts that have been read into `ops`, and what is before `at` of the latter is written. */
type Writing = {
  readonly log: Log;
  readonly parts: string;
  read: number;
  ops: readonly Op[];
  at: number;
  count: number;
};

export function createLostOps(deps: LostOpsDeps): LostOps {
  const { log: opLog, committer, forgotten } = deps;
  const pace = createPace();
  /** Read again where another life began it, or there is more. */
  let writing: Writing | null = null;
  let names: Names = namesIn([]);

  function writingOf(log: Log, parts: readonly AsidePart[]): Writing {
    const named = parts.map(({ ref }) => ref).join(' ');
    if (writing?.log !== log || writing.parts !== named)
      writing = { log, parts: named, read: 0, ops: [], at: 0, count: 0 };
    return writing;
  }

  /** Writes those of some ops that are lost, `earlier` of which some are written; answers how many, or null where this laptop might not. */
  function writeSome(log: Log, after: number, some: readonly Op[], earlier: readonly Op[]): number | null {
    const { replica, partition } = log;
    const ops = self.unsaid(log, some);
    if (ops.length === 0) return 0;
    let waits = false;
    const count = committer.takeBack(partition, replica, (into, end) => {
      // Whoever the writer was, it is this laptop that says it now.
      const isOwn = (each: string): boolean => opLog.isOwn(each) || each === replica;
      const own = ownAbout(opLog, partition, recordsNamed([...earlier, ...ops]));
      const run = { replica, partition, after, head: '', ops };
      const again = writtenAgain(run, { replica: into.replica, after: end }, { isOwn, own, rest: [] }, earlier);
      waits = !deps.mayWrite(partition, again);
      return waits ? [] : again;
    });
    return waits ? null : count;
  }

  const self: LostOps = {
    unsaid(log, ops) {
      const held = opLog.opsOfRecords(recordsNamed(ops));
      const saysIt = (op: Op): boolean =>
        held.get(op.record)?.some((each) => each.log === log && each.op.seq === op.seq && isSaidBy(each.op, op)) ===
        true;
      return ops.filter((op) => !saysIt(op));
    },

    writeAgain(log, parts) {
      const now = writingOf(log, parts);
      const next = parts[now.read];
      if (next !== undefined) {
        now.ops = [...now.ops, ...forgotten.asideOps(next)].sort((a, b) => a.seq - b.seq);
        now.read += 1;
        if (now.read === parts.length) names = namesIn(now.ops);
        return true;
      }
      let waits = false;
      pace(now.ops.slice(now.at), (some, rest) => {
        const whole = some.slice(0, wholeActions(some, rest[0]));
        const after = (now.ops[0]?.seq ?? 1) - 1;
        const count = writeSome(
          log,
          after,
          whole,
          earlierOf(now.ops, now.at, now.at + whole.length, log.replica, names),
        );
        waits = count === null;
        if (count === null) return;
        now.at += whole.length;
        now.count += count;
      });
      if (!waits && now.at < now.ops.length) return true;
      writing = null;
      // Where power goes before this, what was written again is found in the own log.
      if (!waits) for (const part of parts) forgotten.compared(part, []);
      if (now.count > 0) deps.written();
      return !waits;
    },
  };
  return self;
}

/** Where ops of a list stand, by what other ops may name of them. */
type Names = {
  readonly byRecord: ReadonlyMap<string, readonly number[]>;
  readonly byTime: ReadonlyMap<number, readonly number[]>;
};

function namesIn(ops: readonly Op[]): Names {
  const places = ops.map((_op, place) => place);
  return {
    byRecord: Map.groupBy(places, (place) => ops[place]?.record ?? ''),
    byTime: Map.groupBy(places, (place) => ops[place]?.time ?? 0),
  };
}

/** Those before place `from` that the ops up to place `to` may name, by their record or by a stamp, or that those name. */
function earlierOf(ops: readonly Op[], from: number, to: number, replica: string, names: Names): Op[] {
  const found = new Set<number>();
  const todo = ops.slice(from, to);
  for (const op of todo)
    for (const place of [
      ...(names.byRecord.get(op.record) ?? []),
      ...timesIn(op, replica).flatMap((time) => names.byTime.get(time) ?? []),
    ]) {
      const each = ops[place];
      if (place >= from || each === undefined || found.has(place)) continue;
      found.add(place);
      todo.push(each);
    }
  return [...found].sort((a, b) => a - b).flatMap((place) => ops[place] ?? []);
}

/** The times of a replica's stamps that stand as values in an op: a settlement names what it decides about. */
function timesIn({ set }: Op, replica: string): number[] {
  const texts = Object.values(set ?? {}).flatMap((value) =>
    isSetChange(value) ? [...value.add, ...Object.keys(value.drop)] : [value],
  );
  return texts.flatMap((text) =>
    typeof text === 'string' && text.endsWith(`@${replica}`) ? [textToStamp(text).time] : [],
  );
}

/** How many ops, before `next`, are whole actions; all where they are less than one. */
function wholeActions(ops: readonly Op[], next: Op | undefined): number {
  const whole = ops.findLastIndex(({ group }) => group !== next?.group) + 1;
  return whole > 0 ? whole : ops.length;
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
  if (!isSetChange(whole) || !isSetChange(part)) return canonicalJson(whole) === canonicalJson(part);
  return (
    part.add.every((element) => whole.add.includes(element)) &&
    Object.entries(part.drop).every(([element, stamps]) =>
      stamps.every((stamp) => whole.drop[element]?.includes(stamp)),
    )
  );
}
