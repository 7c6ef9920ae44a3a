/**
 * A continuation that lost. Where a log went on in two ways, a laptop that held the one which the hub has not ends the log where both
 * part; what it takes off there it first writes down as records of this kind, segment by segment, as they came. They travel like any
 * record. The laptop whose log it was writes their ops again at the end of its log of now and removes the records. Mostly it holds those
 * ops itself and has nothing to do; but a laptop put back unawares may have forgotten what others got from it by stick, or from a hub
 * that was put back too.
 */
import { bytesToHex, hexToBytes, type Id } from '../kernel/ids.ts';
import { defineKind, text } from '../kinds/define-kind.ts';
import { everyone } from '../access/roles.ts';
import { logKey } from './messages.ts';
import type { Op } from './op.ts';
import type { WantedChange } from './op-content.ts';
import { reissued } from './reissue.ts';
import { openSegment, readSegmentHeader, type SegmentPorts } from './segment.ts';

export const Stray = defineKind({
  name: 'stray',
  number: 9,
  domain: 'sync',
  partition: 'commission',
  rights: { write: everyone, remove: everyone },
  fields: {
    log: text(1, { required: true }),
    /** The segment's bytes as hex: what the writer signed, which nobody can alter. */
    segment: text(2, { required: true, verbatim: true, max: 16 * 1024 * 1024 }),
  },
});

/**
 * A log's segments behind `after`, where a link ends, as the changes that write them down. `beyond` gives the first segment that reaches
 * beyond a seq, cut to begin behind it. `idOf` works an id out from a text, so that all who write down the same segment meet in one record.
 */
export function straysBehind(
  after: number,
  beyond: (seq: number) => { readonly to: number; readonly bytes: Uint8Array } | null,
  idOf: (text: string) => Id,
): (WantedChange & { readonly id: Id })[] {
  const changes: ReturnType<typeof straysBehind> = [];
  for (let segment = beyond(after); segment !== null; segment = beyond(segment.to)) {
    const read = readSegmentHeader(segment.bytes);
    if (!read.ok) throw new Error('a stored segment cannot be read');
    const { replica, partition, head, from } = read.value.header;
    const values = { log: logKey(replica, partition), segment: bytesToHex(segment.bytes) };
    changes.push({ kind: Stray, id: idOf(`stray|${head}|${from}`), act: 'set', values });
  }
  return changes;
}

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

/**
 * A run's ops as they are written again behind `into.after` in the laptop's log of now: those it has not already. `isHeld`: whether one of
 * its own logs says the same; of a later one that tells nothing of those before, since a laptop whose clock was set back too may give a
 * stamp twice. `isSince`: whether that log, where it is the run's own, has since written about the
 * same record; a removal or a signature that did not see it must not count as if it had.
 */
export function writtenAgain(
  run: StrayRun,
  into: { readonly replica: string; readonly after: number },
  isHeld: (op: Op) => boolean,
  isSince: (op: Op) => boolean,
): Op[] {
  const ops = run.ops.filter((op) => !isHeld(op));
  const after = (ops[0]?.seq ?? 1) - 1;
  const from = { replica: run.replica, after, ops };
  return reissued({ from, to: { ...into, ops: [] } }).map((op) =>
    op.seen !== null && run.replica === into.replica && isSince(op) ? { ...op, seen: seenUntil(op.seen, run) } : op,
  );
}

function seenUntil(seen: NonNullable<Op['seen']>, { replica, after }: StrayRun): NonNullable<Op['seen']> {
  const { [replica]: _beyond, ...others } = seen;
  return after === 0 ? others : { ...others, [replica]: after };
}

/** Anybody may have written the record. */
function isHex(text: string): boolean {
  return text.length % 2 === 0 && /^[0-9a-f]*$/.test(text);
}
