/** What a lean laptop keeps on its disk, and the plain work on it: pieces of logs. */
import { isWithin } from '#shared/access/partitions.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { reachesInto } from '#shared/sync/credential.ts';
import type { Credential, Summary } from '#shared/sync/messages.ts';
import type { RecordState } from '#shared/sync/merge.ts';
import { emptyHead, endsLink, type Op } from '#shared/sync/op.ts';
import type { StickMemory } from '#shared/sync/parcel-session.ts';
import { cutSegment, headWithin, joinSegments, readSegmentHeader, type SegmentPorts } from '#shared/sync/segment.ts';
import type { SyncNotes, VersionName } from './laptop.ts';

export type Piece = {
  readonly from: number;
  readonly to: number;
  readonly head: Uint8Array;
  readonly bytes: Uint8Array;
};
export type LogState = {
  readonly replica: string;
  readonly partition: string;
  readonly ops: readonly Op[];
  readonly pieces: readonly Piece[];
  readonly received: number;
  readonly sent: number;
  /** How it is packed. */
  readonly ports: SegmentPorts;
};
export type Disk = {
  /** Identities, the one of now last. */
  identities: readonly { readonly replica: string; readonly generation: number }[];
  /** Salt seeds by log and block, drawn when first needed. */
  seeds: Map<string, Uint8Array>;
  /** Logs that go on otherwise at the hub, with the seq up to which both are alike. */
  forked: Map<string, number>;
  /** Own logs that went with their partition, with the seq up to which the hub has them. */
  erased: Map<string, number>;
  logs: Map<string, LogState>;
  records: Map<string, { kind: number; state: RecordState }>;
  credentials: Map<string, Credential>;
  publicKeys: Map<string, string>;
  clock: number;
  memory: StickMemory;
  notes: SyncNotes;
  version: VersionName;
};

/** So few pieces of a log are joined, so that histories see it happen. */
const mostPieces = 4;

export function emptyLog(replica: string, partition: string, ports: SegmentPorts): LogState {
  return { replica, partition, ops: [], pieces: [], received: 0, sent: 0, ports };
}

/** The end of what is sealed of a log. */
export function sealedHead(log: LogState): { seq: number; head: Uint8Array } {
  const last = log.pieces.at(-1);
  return last === undefined ? { seq: 0, head: emptyHead } : { seq: last.to, head: last.head };
}

/** Adds a piece that follows; many are joined. */
export function addPiece(log: LogState, piece: Piece): LogState {
  const pieces = [...log.pieces, piece];
  if (pieces.length < mostPieces) return { ...log, pieces };
  const bytes = joinSegments(
    pieces.map((each) => each.bytes),
    log.ports,
  );
  return { ...log, pieces: [{ from: pieces[0]?.from ?? 1, to: piece.to, head: piece.head, bytes }] };
}

/** The chain's head after `seq`; null where no link ends there. */
export function headAt(log: LogState, seq: number): Uint8Array | null {
  const sealed = sealedHead(log);
  if (seq === sealed.seq) return sealed.head;
  if (seq === 0) return emptyHead;
  const piece = log.pieces.find((each) => each.to > seq);
  return piece === undefined ? null : headWithin(piece.bytes, seq, log.ports);
}

/** The first piece that reaches beyond `seq`, cut to begin behind it. */
export function beyond(log: LogState, seq: number): { from: number; to: number; bytes: Uint8Array } | null {
  const piece = log.pieces.find((each) => each.to > seq);
  if (piece === undefined) return null;
  if (piece.from > seq) return piece;
  const bytes = cutSegment(piece.bytes, seq, log.ports);
  const read = readSegmentHeader(bytes);
  if (!read.ok) throw new Error('a stored segment cannot be read');
  return { from: read.value.header.from, to: piece.to, bytes };
}

/** Whether a laptop wrote under this identity, now or before. */
export function isOwnOf(disk: Disk, replica: string): boolean {
  return disk.identities.some((each) => each.replica === replica);
}

/** What is held of each log; of a forked one as far as both are alike. */
export function summaryOf({ logs, forked }: Disk): Summary {
  const held: { [log: string]: number } = {};
  for (const [key, log] of logs) {
    const seq = Math.min(log.ops.length, forked.get(key) ?? Number.MAX_SAFE_INTEGER);
    if (seq > 0) held[key] = seq;
  }
  return held;
}

/** The logs that may be handed to somebody who holds this much, own ones first. */
export function offeredOf(disk: Disk, held: Summary): LogState[] {
  const entries = [...disk.logs];
  const now = disk.identities.at(-1)?.replica;
  const isOwn = (log: LogState): boolean => isOwnOf(disk, log.replica);
  const isBehind = (key: string, log: LogState): boolean => log.ops.length > (held[key] ?? 0);
  const waits = entries.filter(
    ([key, log]) => isOwn(log) && log.replica !== now && (disk.forked.has(key) || isBehind(key, log)),
  );
  const rank = (log: LogState): number => (log.replica === now ? 1 : isOwn(log) ? 0 : 2);
  return entries
    .filter(([key, log]) => !disk.forked.has(key) && isBehind(key, log))
    .map(([, log]) => log)
    .filter((log) => log.replica !== now || !waits.some(([, each]) => each.partition === log.partition))
    .sort((a, b) => rank(a) - rank(b));
}

/** The partitions held that are not granted, but for the laptop's own, with how many ops there the hub is not known to have. */
export function leavingOf(
  disk: Disk,
  own: string,
  granted: readonly string[],
): { readonly partition: string; readonly waiting: number }[] {
  const waiting = new Map<string, number>();
  for (const [key, { partition, replica, ops, received }] of disk.logs) {
    if (partition === own || granted.some((prefix) => isWithin(partition, prefix))) continue;
    const held = isOwnOf(disk, replica) ? received : (disk.notes.acknowledged[key] ?? 0);
    const unsent = Math.max(0, ops.length - Math.min(held, disk.forked.get(key) ?? held));
    waiting.set(partition, (waiting.get(partition) ?? 0) + unsent);
  }
  return [...waiting].map(([partition, ops]) => ({ partition, waiting: ops }));
}

/** Where a segment of the hub's parts from what is held here; null where it does not within what both hold. */
export function partingOf(log: LogState, bytes: Uint8Array, from: number, ops: readonly Op[]): number | null {
  const last = Math.min(ops.at(-1)?.seq ?? 0, log.ops.length);
  let common = from - 1;
  for (const [index, op] of ops.entries()) {
    if (op.seq > last || !endsLink(ops, index)) continue;
    const [ours, theirs] = [headAt(log, op.seq), headWithin(bytes, op.seq, log.ports)];
    if (ours === null || theirs === null || bytesToHex(ours) !== bytesToHex(theirs)) break;
    common = op.seq;
  }
  return common === last ? null : common;
}

/** How far each log of a partition is held. */
export function seenOf({ logs }: Disk, partition: string): { [replica: string]: number } {
  const held = [...logs.values()].filter((log) => log.partition === partition && log.ops.length > 0);
  return Object.fromEntries(held.map((log) => [log.replica, log.ops.length]));
}

/** Serials of the credentials that reach into these partitions, sorted. */
export function serialsOf({ credentials }: Disk, partitions: readonly string[]): string[] {
  const reaching = [...credentials.values()].filter((each) => reachesInto(each, partitions));
  return reaching.map(({ serial }) => serial).sort();
}

/** A disk's copy: what is in the maps is never changed, only replaced. */
export function copyOf(disk: Disk): Disk {
  return {
    ...disk,
    logs: new Map(disk.logs),
    seeds: new Map(disk.seeds),
    forked: new Map(disk.forked),
    erased: new Map(disk.erased),
    records: new Map(disk.records),
    credentials: new Map(disk.credentials),
    publicKeys: new Map(disk.publicKeys),
  };
}
