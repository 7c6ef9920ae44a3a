/** What the laptop whose log it was does with strays (stray.ts): which of their ops it lacks, and how it writes them again. */
import { canonicalJson } from '../kernel/canonical-json.ts';
import { bytesToHex, hexToBytes } from '../kernel/ids.ts';
import type { LooseOp } from './loose-ops.ts';
import { logKey } from './messages.ts';
import { type Op, stampToText, textToStamp } from './op.ts';
import { valuesToText } from './op-values.ts';
import { createMoves, createReissuer, givenIn, named } from './reissue.ts';
import { openSegment, readSegmentHeader, type SegmentPorts } from './segment.ts';
import { isKeptWhole } from './squeeze.ts';
import type { Stamp } from './stamp.ts';

/** Ops that follow each other in a log, behind `after`, and the chain's head after them. */
export type StrayRun = {
  readonly replica: string;
  readonly partition: string;
  readonly after: number;
  readonly head: string;
  readonly ops: readonly Op[];
};

/** What the records of one log hold, proved by its writer's key and joined where one follows the other. What is not right is left out. */
export function readStrays(
  log: string,
  segments: readonly string[],
  verify: (data: Uint8Array, signature: Uint8Array) => boolean,
  ports: SegmentPorts,
): StrayRun[] {
  const proved = segments.flatMap((hex) => {
    if (!isHex(hex)) return [];
    const bytes = hexToBytes(hex);
    const read = readSegmentHeader(bytes);
    if (!read.ok || logKey(read.value.header.replica, read.value.header.partition) !== log) return [];
    // Where the log parts from it is not held any more, or not by this laptop: the head after it is signed, and follows from the one before.
    const before = hexToBytes(read.value.header.before);
    const opened = openSegment(bytes, before, (_header, data, signature) => verify(data, signature), ports);
    return opened.ok ? [opened.value] : [];
  });
  const runs: StrayRun[] = [];
  for (const { header, ops } of proved.sort((a, b) => a.header.from - b.header.from)) {
    const { replica, partition, from, head } = header;
    const at = runs.findIndex((run) => run.head === header.before && run.after + run.ops.length === from - 1);
    const run = runs[at];
    if (run === undefined) runs.push({ replica, partition, after: from - 1, head, ops });
    else runs[at] = { ...run, head, ops: [...run.ops, ...ops] };
  }
  return runs;
}

/** What is known of a run's records to the laptop whose log it is. */
export type Held = {
  readonly isOwn: (replica: string) => boolean;
  /** What its own logs of the partition say, op by op. */
  readonly own: readonly LooseOp[];
  /** What a snapshot with which they begin has left of everybody's ops (squeeze.ts). */
  readonly rest: readonly LooseOp[];
};

/**
 * A run's ops as they are written again behind `into.after` in the laptop's log of now: those it has not already. That its own logs say
 * something later proves nothing: a laptop whose clock was set back may even give a stamp twice, so an op is held only where one says the
 * same. Where `into` has since written about a record, and is the run's own log or this laptop never wrote the run, a removal or a signature that
 * did not see it must not count as if it had.
 *
 * `earlier`: given where somebody else's run is written in several pieces. `run.ops` are one of them then, behind `run.after` stood all, and these are ops of
 * pieces before it, each held or said by its log, that the piece may name.
 */
export function writtenAgain(
  run: StrayRun,
  into: { readonly replica: string; readonly after: number },
  held: Held,
  earlier: readonly Op[] | null = null,
): Op[] {
  const own = Map.groupBy(held.own, ({ op }) => recordOf(op));
  const rest = Map.groupBy(held.rest, ({ op }) => recordOf(op));
  const about = (op: Op): readonly LooseOp[] => own.get(recordOf(op)) ?? [];
  const elsewhere = createMoves();
  /** What of the laptop's log of now was written again, by time and record. */
  const moved = new Set<string>();
  for (const op of earlier ?? []) {
    const stamp = heldAs(named(op, elsewhere), about(op), held.isOwn);
    if (stamp === null) continue;
    elsewhere.put(op, { time: op.time, replica: run.replica }, stamp);
    if (stamp.replica === into.replica) moved.add(`${stamp.time} ${recordOf(op)}`);
  }
  /** Records of which something is missing: what has seen that has to be said behind it. */
  const missing = new Set<string>();
  const ops = run.ops.filter((op) => {
    if (op.seen === null || !missing.has(recordOf(op))) {
      const stamp = heldAs(named(op, elsewhere), about(op), held.isOwn);
      if (stamp !== null) elsewhere.put(op, { time: op.time, replica: run.replica }, stamp);
      if (stamp !== null || isTold(op, rest.get(recordOf(op)) ?? [], held.isOwn)) return false;
    }
    missing.add(recordOf(op));
    return true;
  });
  const isIn = ({ replica }: LooseOp): boolean => replica === into.replica;
  const isGiven = givenIn(held.own.filter(isIn).map(({ op }) => op));
  const isSince = (op: Op, seq: number): boolean =>
    about(op).some((each) => isIn(each) && each.op.seq > seq && !moved.has(`${each.op.time} ${recordOf(op)}`));
  const after = earlier === null ? (ops[0]?.seq ?? 1) - 1 : run.after;
  const again = createReissuer({ from: { replica: run.replica, after }, elsewhere, to: into });
  return again.move(ops, isGiven).map((op, index) => {
    if (op.seen === null) return op;
    if (run.replica === into.replica)
      return isSince(op, run.after) ? { ...op, seen: seenUntil(op.seen, into.replica, run.after) } : op;
    // Of somebody else's: it has seen of this laptop's log what it says.
    const seq = earlier === null ? Number.MAX_SAFE_INTEGER : (ops[index]?.seen?.[into.replica] ?? 0);
    return isSince(op, seq) ? { ...op, seen: seenUntil(op.seen, into.replica, seq) } : op;
  });
}

function recordOf({ kind, record }: Op): string {
  return `${kind} ${record}`;
}

/** The stamp under which the laptop's own logs say what an op says; null where they do not. */
function heldAs(op: Op, own: readonly LooseOp[], isOwn: Held['isOwn']): Stamp | null {
  // Where another had its stamp it was given a later one.
  for (let time = op.time; ; time += 1) {
    const there = own.filter((each) => each.op.time === time);
    if (there.length === 0) return null;
    const same = there.find((each) => saying(each.op, isOwn) === saying(op, isOwn));
    if (same !== undefined) return { time, replica: same.replica };
  }
}

/** What an op says, whichever identity of its laptop has written it: its act, its values and what it had seen of others. */
function saying(op: Op, isOwn: Held['isOwn']): string {
  const ofLaptop = createMoves({
    put: () => undefined,
    ofField: (_op, _field, stamp) => (isOwn(stamp.replica) ? { ...stamp, replica: nobody } : stamp),
    ofText(text) {
      const stamp = textToStamp(text);
      return isOwn(stamp.replica) ? stampToText({ ...stamp, replica: nobody }) : text;
    },
  });
  const { set } = named(op, ofLaptop);
  const seen = Object.entries(op.seen ?? {}).filter(([replica]) => !isOwn(replica));
  const values = set === null ? bytesToHex(op.digest ?? new Uint8Array()) : valuesToText(set);
  return canonicalJson([op.act, values, op.seen === null ? null : Object.fromEntries(seen)]);
}
const nobody = '';

/**
 * Whether a snapshot may have left an op out, or a part of it, because something later stands. Of a value that is so where another of the
 * same field has a later stamp. Of what was dropped from sets, and of removals, no trace is left: there a later word of the laptop's own on
 * the record must do, or one of the same time.
 */
function isTold(op: Op, rest: readonly LooseOp[], isOwn: Held['isOwn']): boolean {
  if (rest.length === 0 || isKeptWhole(op.kind)) return false;
  const fields = Object.entries(op.set ?? {});
  const isSince = ({ op: { act, time }, replica }: LooseOp): boolean =>
    isOwn(replica) && (time > op.time || (time === op.time && act === op.act));
  if (fields.length === 0) return rest.some(isSince);
  return fields.every(([field, value]) =>
    rest.some((each) => {
      const there = each.op.set?.[field];
      if (typeof value === 'object' && value !== null && isSince(each)) return true;
      if (there === undefined) return false;
      const isSame = valuesToText({ [field]: there }) === valuesToText({ [field]: value });
      return each.op.time > op.time || (each.op.time === op.time && isSame);
    }),
  );
}

function seenUntil(seen: NonNullable<Op['seen']>, replica: string, seq: number): NonNullable<Op['seen']> {
  const { [replica]: _beyond, ...others } = seen;
  return seq === 0 ? others : { ...others, [replica]: seq };
}

/** Anybody may have written the record. */
function isHex(text: string): boolean {
  return text.length % 2 === 0 && /^[0-9a-f]*$/.test(text);
}
