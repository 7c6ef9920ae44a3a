/**
 * Ops written again under another identity of the same laptop. A log that went on in two ways keeps one continuation; what was written
 * on the other is put behind the log of the laptop's new identity, with its content and times, so that nothing is lost and nothing
 * counts twice. Whatever names those ops is made to name them where they are now:
 *
 * - stamps (values replaced, additions dropped, values that are a stamp, as settlements have them): the same time, the new replica;
 * - what somebody had seen of the old log behind the fork: the new seq in the new log;
 * - `group`: an action stays one.
 */
import { type Op, type OpValue, type OpValues, stampToText, textToStamp } from './op.ts';
import type { Stamp } from './stamp.ts';

export type Reissue = {
  /** Whose log ends behind `after` now, and the ops that were behind it, but for those that stand elsewhere already. */
  readonly from: { readonly replica: string; readonly after: number; readonly ops: readonly Op[] };
  /** The log they go to: it ends behind `after` now; `ops` were behind it, handed to nobody, and follow those written again. */
  readonly to: { readonly replica: string; readonly after: number; readonly ops: readonly Op[] };
};

/** The ops that now follow `to.after` in the log of `to.replica`. */
export function reissued({ from, to }: Reissue): Op[] {
  const times = new Set(from.ops.map((op) => op.time));
  const base = to.after;
  /** How many of the ops moved stood at `seq` of the log that ended, or before. */
  const movedUpTo = (seq: number): number => {
    let count = Math.min(seq - from.after, from.ops.length);
    while (count > 0 && (from.ops[count - 1]?.seq ?? 0) > seq) count -= 1;
    return count;
  };
  /** Where an op of either log stands now; null where it has not moved. */
  const seqNow = (replica: string, seq: number): number | null => {
    if (replica === from.replica && seq > from.after) return base + movedUpTo(seq);
    return replica === to.replica && seq > base ? seq + from.ops.length : null;
  };
  const stampNow = (stamp: Stamp): Stamp =>
    stamp.replica === from.replica && times.has(stamp.time) ? { time: stamp.time, replica: to.replica } : stamp;
  const textNow = (text: string): string =>
    text.endsWith(`@${from.replica}`) ? stampToText(stampNow(textToStamp(text))) : text;

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

  const all = [
    ...from.ops.map((op) => ({ op, replica: from.replica, first: from.after + 1 })),
    ...to.ops.map((op) => ({ op, replica: to.replica, first: to.after + 1 })),
  ];
  return all.map(({ op, replica, first }, index): Op => {
    // An action that began before the fork, in the block before, begins anew.
    const group = Math.max(op.group, first);
    // Its first ops may stand elsewhere: it begins with the first that is moved.
    const isMoved = replica === from.replica && index < from.ops.length;
    return {
      ...op,
      seq: base + 1 + index,
      group: isMoved ? base + 1 + movedUpTo(group - 1) : (seqNow(replica, group) ?? group),
      set: op.set === null ? null : valuesNow(op.set, textNow),
      replaced: Object.fromEntries(Object.entries(op.replaced).map(([field, stamp]) => [field, stampNow(stamp)])),
      seen: op.seen === null ? null : seenNow(op.seen),
    };
  });
}

function valuesNow(values: OpValues, textNow: (text: string) => string): OpValues {
  const now: { [field: string]: OpValue } = {};
  for (const [field, value] of Object.entries(values)) now[field] = valueNow(value, textNow);
  return now;
}

function valueNow(value: OpValue, textNow: (text: string) => string): OpValue {
  if (typeof value === 'string') return isStamp(value) ? textNow(value) : value;
  if (value === null || typeof value !== 'object') return value;
  const elementNow = (element: string): string => (isStamp(element) ? textNow(element) : element);
  return {
    add: value.add.map(elementNow).sort(),
    drop: Object.fromEntries(
      Object.entries(value.drop).map(([element, stamps]) => [elementNow(element), stamps.map(textNow).sort()]),
    ),
  };
}

/** `time@replica`, and nothing a person would write. */
function isStamp(text: string): boolean {
  return /^\d{1,16}@[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
