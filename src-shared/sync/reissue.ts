/**
 * Ops written again under another identity of the same laptop. A log that went on in two ways keeps one continuation; what was written
 * on the other is put behind the log of the laptop's new identity, with its content and times, so that nothing is lost and nothing
 * counts twice. Whatever names those ops is made to name them where they are now:
 *
 * - stamps (values replaced, additions dropped, values that are a stamp, as settlements have them): the same time, the new replica;
 * - what somebody had seen of the old log behind the fork: the new seq in the new log;
 * - `group`: an action stays one.
 *
 * A stamp names one value. A laptop that was put back with its clock set back may give another op the same one; where both come into one
 * log, the op written again takes the next time that is free there, and so does whatever replaced its value and would no longer beat it.
 */
import { type Op, type OpValue, stampToText, textToStamp } from './op.ts';
import type { Stamp } from './stamp.ts';

export type Reissue = {
  /** Whose log ends behind `after` now. */
  readonly from: { readonly replica: string; readonly after: number };
  /** Where ops of it stand that stand elsewhere. */
  readonly elsewhere?: Moves;
  /** The log they go into, which ends behind `after` now. */
  readonly to: { readonly replica: string; readonly after: number };
};

/** Whether an op that stands there already has given a value of this one's record and fields a stamp of this time. */
export type IsGiven = (op: Op, time: number) => boolean;

/** Writes ops again, some at a time. */
export type Reissuer = {
  /** The next of those that were behind the end of the one log, but for those that stand elsewhere already, as they follow in the other. */
  move(ops: readonly Op[], isGiven: IsGiven): Op[];
  /** After them: those that were behind the end of the other, handed to nobody. */
  follow(ops: readonly Op[], isGiven: IsGiven): Op[];
};

/** For `isGiven`: by the ops that stand there. */
export function givenIn(ops: Iterable<Op>): IsGiven {
  const byTime = Map.groupBy(ops, ({ time }) => time);
  return (op, time) => byTime.get(time)?.some((each) => meetsIn(each, op)) === true;
}

/** What of an op has a stamp of its own: its values; of one without any, itself. */
function partsOf(op: Pick<Op, 'kind' | 'record' | 'set'>): string[] {
  const fields = Object.keys(op.set ?? {});
  return (fields.length === 0 ? [''] : fields).map((field) => partOf(op, field));
}
function partOf({ kind, record }: Pick<Op, 'kind' | 'record'>, field: string): string {
  return `${kind} ${record} ${field}`;
}

/** Whether one stamp of both would be a stamp of two things. */
function meetsIn(a: Op, b: Op): boolean {
  const parts = partsOf(b);
  return partsOf(a).some((part) => parts.includes(part));
}

/** Under which stamps values stand now that were written under others. */
export type Moves = {
  /** Says that the values of an op written under one stamp stand under another. */
  put(op: Op, stamp: Stamp, now: Stamp): void;
  /** The stamp now of the value that an op about the same record names as one of a field. */
  ofField(op: Pick<Op, 'kind' | 'record'>, field: string, stamp: Stamp): Stamp;
  /** The stamp now of what a text names. */
  ofText(text: string): string;
};

export function createMoves(before: Moves | null = null): Moves {
  const exact = new Map<string, Stamp>();
  const any = new Map<string, Stamp>();
  return {
    put(op, stamp, now) {
      const text = stampToText(stamp);
      for (const part of partsOf(op)) exact.set(`${text} ${part}`, now);
      if (!any.has(text)) any.set(text, now);
    },
    ofField(op, field, stamp) {
      const text = stampToText(stamp);
      return exact.get(`${text} ${partOf(op, field)}`) ?? any.get(text) ?? before?.ofField(op, field, stamp) ?? stamp;
    },
    ofText(text) {
      const now = any.get(text);
      return now === undefined ? (before?.ofText(text) ?? text) : stampToText(now);
    },
  };
}

export function createReissuer({ from, to, elsewhere }: Reissue): Reissuer {
  const moves = createMoves(elsewhere);
  const base = to.after;
  /** Where the ops moved stood. */
  const movedSeqs: number[] = [];
  /** How many of them stood at `seq` of the log that ended, or before. */
  const movedUpTo = (seq: number): number => {
    let count = Math.min(seq - from.after, movedSeqs.length);
    while (count > 0 && (movedSeqs[count - 1] ?? 0) > seq) count -= 1;
    return count;
  };
  /** Where an op of either log stands now; null where it has not moved. */
  const seqNow = (replica: string, seq: number): number | null => {
    if (replica === from.replica && seq > from.after) return base + movedUpTo(seq);
    return replica === to.replica && seq > base ? seq + movedSeqs.length : null;
  };
  const seenNow = (seen: NonNullable<Op['seen']>): NonNullable<Op['seen']> => {
    const now: { [replica: string]: number } = {};
    const add = (replica: string, seq: number): void => {
      now[replica] = Math.max(now[replica] ?? 0, seq);
    };
    for (const [replica, seq] of Object.entries(seen)) {
      const moved = seqNow(replica, seq);
      if (moved === null) add(replica, seq);
      else {
        add(to.replica, moved);
        if (replica === from.replica && from.after > 0) add(replica, from.after);
      }
    }
    return now;
  };

  /** What has been given a stamp here, by time. */
  const given = new Set<string>();
  const timeNow = (op: Op, isGiven: IsGiven): number => {
    const isTaken = (time: number): boolean =>
      isGiven(op, time) || partsOf(op).some((part) => given.has(`${time} ${part}`));
    // What it replaced may stand where it stood itself, or later.
    const replaced = Object.entries(op.replaced).map(([field, stamp]) => moves.ofField(op, field, stamp).time);
    // The last time there is was not beaten where the op stood either.
    let time = Math.max(op.time, ...replaced.map((each) => each + 1).filter(Number.isSafeInteger));
    while (isTaken(time)) time += 1;
    for (const part of partsOf(op)) given.add(`${time} ${part}`);
    return time;
  };
  /** `groupNow`: where the first op of an action stands now. */
  function write(
    replica: string,
    ops: readonly Op[],
    isGiven: IsGiven,
    first: number,
    groupNow: (group: number) => number,
  ): Op[] {
    const times = ops.map((op) => {
      const time = timeNow(op, isGiven);
      moves.put(op, { time: op.time, replica }, { time, replica: to.replica });
      return time;
    });
    return ops.map((op, index) => ({
      ...named(op, moves),
      seq: first + index,
      time: times[index] ?? op.time,
      // An action that began before the fork, in the block before, begins anew.
      group: groupNow(op.group),
      seen: op.seen === null ? null : seenNow(op.seen),
    }));
  }

  return {
    move(ops, isGiven) {
      const first = base + movedSeqs.length + 1;
      for (const { seq } of ops) movedSeqs.push(seq);
      // Its first ops may stand elsewhere: it begins with the first that is moved.
      return write(
        from.replica,
        ops,
        isGiven,
        first,
        (group) => base + 1 + movedUpTo(Math.max(group, from.after + 1) - 1),
      );
    },
    follow: (ops, isGiven) =>
      write(
        to.replica,
        ops,
        isGiven,
        base + movedSeqs.length + 1,
        (group) => Math.max(group, base + 1) + movedSeqs.length,
      ),
  };
}

/** The same op with what it names as it stands now. */
export function named<T extends Pick<Op, 'kind' | 'record' | 'set' | 'replaced'>>(op: T, moves: Moves): T {
  const set: { [field: string]: OpValue } = {};
  for (const [field, value] of Object.entries(op.set ?? {})) set[field] = valueNow(op, field, value, moves);
  const replaced = Object.entries(op.replaced).map(([field, stamp]) => [field, moves.ofField(op, field, stamp)]);
  return { ...op, set: op.set === null ? null : set, replaced: Object.fromEntries(replaced) };
}

function valueNow(op: Pick<Op, 'kind' | 'record'>, field: string, value: OpValue, moves: Moves): OpValue {
  const elementNow = (text: string): string => (isStamp(text) ? moves.ofText(text) : text);
  if (typeof value === 'string') return elementNow(value);
  if (value === null || typeof value !== 'object') return value;
  const dropNow = (text: string): string =>
    isStamp(text) ? stampToText(moves.ofField(op, field, textToStamp(text))) : text;
  return {
    add: value.add.map(elementNow).sort(),
    drop: Object.fromEntries(
      Object.entries(value.drop).map(([element, stamps]) => [elementNow(element), stamps.map(dropNow).sort()]),
    ),
  };
}

/** `time@replica`, and nothing a person would write. */
function isStamp(text: string): boolean {
  return /^\d{1,16}@[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
