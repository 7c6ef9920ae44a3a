/**
 * Ops of several logs of one partition, by record: the inside of a snapshot, and of what a laptop keeps of logs whose segments it
 * has let go. They are not consecutive and prove nothing by themselves. Columns as in op-columns.ts (varints, planes), in this order:
 *
 *   records     count r · planes of 16 bytes: ids, rising; the same id again only with a greater kind
 *   kinds       for each record
 *   counts      for each record: its ops, at least 1; n is their sum
 *   actors      count, then 16 bytes each, in the order of first use
 *   replicas    count, then 16 bytes each: writers and those named in `replaced` and `seen`, in the order of first use
 *   flags       a byte for each op: bits 0–1 the act, 8 erased, 16 replaces values, 32 says what its author had seen; the others are 0
 *   writers     for each op: place in `replicas`
 *   ranks       for each op, signed: its place among its writer's ops here by rising seq, from 0 − (that of the op before of the same
 *               writer + 1; 0 for its first)
 *   seqs        by writer in the order of `replicas`, and by rank: difference to the seq before, at least 1; for the first, to 0
 *   groups      for each op: its seq − its group
 *   actor       for each op: 0 for none, else place in `actors` + 1
 *   times       by writer and rank, signed: difference to the time before; for the first, to 0
 *   replaced, stamps, seen, digests   as in op-columns.ts, r being 1 + place in `replicas`, in `seen` the place
 *   shapes, shape, letters, lengths, contents   the values (value-columns.ts)
 *
 * The ops of a record stand by rising stamp. The reader is strict as that of a segment's columns.
 */
import { type BinaryReader, createReader, createWriter } from '../kernel/binary.ts';
import { planesToIds, writeId } from '../kernel/ids.ts';
import type { Op } from './op.ts';
import {
  acts,
  at,
  createPlaces,
  flagBegins,
  flagErased,
  flagsOf,
  positive,
  readIds,
  readReplaced,
  readSeen,
  toPlanes,
  writeReplaced,
  writeSeen,
} from './op-columns.ts';
import { compareStamps } from './stamp.ts';
import { readValueColumns, type ReadValues, valuesOfOp, writeValueColumns } from './value-columns.ts';

/** An op and whose log it stands in. */
export type LooseOp = { readonly op: Op; readonly replica: string };

/** A bound for readers: chunks are far smaller. */
const mostOps = 200_000;

/** The order of ops in a chunk. */
export function compareLoose(a: LooseOp, b: LooseOp): number {
  if (a.op.record !== b.op.record) return a.op.record < b.op.record ? -1 : 1;
  return a.op.kind - b.op.kind || compareStamps(stampOf(a), stampOf(b));
}

function stampOf({ op, replica }: LooseOp): { time: number; replica: string } {
  return { time: op.time, replica };
}

/** Puts ops into columns; `entries` are in the order of `compareLoose`. Throws RangeError on none, or an id that is no UUID. */
export function toLooseColumns(entries: readonly LooseOp[]): Uint8Array {
  if (entries.length === 0) throw new RangeError('no ops');
  const actors = createPlaces();
  const replicas = createPlaces();
  const records: string[] = [];
  const kinds = createWriter(256);
  const counts: number[] = [];
  const flags = new Uint8Array(entries.length);
  const writers = createWriter(256);
  const groups = createWriter(256);
  const actorColumn = createWriter(256);
  const replaced = createWriter(256);
  const stampTimes: number[] = [];
  const seen = createWriter(64);
  const digests = createWriter(64);
  const ranks = createWriter(1024);
  const byWriter = new Map<string, LooseOp[]>();
  let kind = 0;
  for (const [index, { op, replica }] of entries.entries()) {
    if (op.record !== records.at(-1) || op.kind !== kind) {
      records.push(op.record);
      counts.push(0);
      kinds.number(op.kind);
      kind = op.kind;
    }
    counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
    flags[index] = flagsOf(op) & ~flagBegins;
    writers.number(replicas.place(replica));
    const written = byWriter.get(replica);
    if (written === undefined) byWriter.set(replica, [{ op, replica }]);
    else written.push({ op, replica });
    groups.number(op.seq - op.group);
    actorColumn.number(op.actor === null ? 0 : actors.place(op.actor) + 1);
    writeReplaced(op.replaced, replaced, stampTimes, replicas.place);
    if (op.seen !== null) writeSeen(op.seen, seen, replicas.place);
    if (op.digest !== null) digests.bytes(op.digest);
  }
  const seqs = createWriter(1024);
  const times = createWriter(4096);
  const rankOf = new Map<Op, number>();
  for (const replica of replicas.all()) {
    const inOrder = [...(byWriter.get(replica) ?? [])].sort((a, b) => a.op.seq - b.op.seq);
    let [seq, time] = [0, 0];
    for (const [rank, { op }] of inOrder.entries()) {
      rankOf.set(op, rank);
      seqs.number(op.seq - seq);
      times.signed(op.time - time);
      [seq, time] = [op.seq, op.time];
    }
  }
  const nextRank = new Map<string, number>();
  for (const { op, replica } of entries) {
    const rank = rankOf.get(op) ?? 0;
    ranks.signed(rank - (nextRank.get(replica) ?? 0));
    nextRank.set(replica, rank + 1);
  }
  const planes = new Uint8Array(records.length * 16);
  for (const [index, record] of records.entries()) writeId(record, planes, index, records.length);
  const out = createWriter(entries.length * 128 + 256);
  out.number(records.length);
  out.bytes(planes);
  out.bytes(kinds.written());
  for (const count of counts) out.number(count);
  actors.write(out);
  replicas.write(out);
  out.bytes(flags);
  for (const column of [writers, ranks, seqs, groups, actorColumn, times, replaced]) out.bytes(column.written());
  out.bytes(toPlanes(stampTimes));
  out.bytes(seen.written());
  out.bytes(digests.written());
  writeValueColumns(
    entries.map(({ op }) => (op.digest === null ? (op.set ?? {}) : null)),
    out,
  );
  return out.written();
}

/** Ops as their columns say them, by place; `looseOp` makes one of it. */
export type LooseColumns = {
  /** Of the records, in order: id, in planes (byte b of record i stands at b × count + i), kind, and the place behind its last op. */
  readonly planes: Uint8Array;
  readonly kinds: Float64Array;
  readonly ends: Uint32Array;
  /** Writers, and others that are named. */
  readonly replicas: readonly string[];
  /** Of the ops. */
  readonly recordOf: Uint32Array;
  readonly writers: Uint32Array;
  readonly seqs: Float64Array;
  readonly groups: Float64Array;
  readonly times: Float64Array;
  readonly actors: readonly (string | null)[];
  readonly flags: Uint8Array;
  readonly replaced: ReadonlyMap<number, Op['replaced']>;
  readonly seen: ReadonlyMap<number, { readonly [replica: string]: number }>;
  readonly digests: ReadonlyMap<number, Uint8Array>;
  readonly values: ReadValues;
  /** The ids of all records as texts: made when they are first asked for, as their bytes are enough for most. */
  ids(): readonly string[];
};

/** What an op does, by its place. */
export function actAt({ flags }: LooseColumns, place: number): Op['act'] {
  return at(acts, (flags[place] ?? 0) & 3);
}

/** The op at a place. */
export function looseOp(columns: LooseColumns, place: number): LooseOp {
  const record = columns.recordOf[place] ?? 0;
  return {
    replica: columns.replicas[columns.writers[place] ?? 0] ?? '',
    op: {
      seq: columns.seqs[place] ?? 0,
      time: columns.times[place] ?? 0,
      actor: columns.actors[place] ?? null,
      group: columns.groups[place] ?? 0,
      kind: columns.kinds[record] ?? 0,
      record: columns.ids()[record] ?? '',
      act: actAt(columns, place),
      set: valuesOfOp(columns.values, place),
      replaced: columns.replaced.get(place) ?? {},
      seen: columns.seen.get(place) ?? null,
      digest: columns.digests.get(place) ?? null,
    },
  };
}

/** Reads such columns. Throws RangeError or TypeError on anything `toLooseColumns` would not write. */
export function fromLooseColumns(bytes: Uint8Array): LooseOp[] {
  const columns = readLooseColumns(bytes);
  return Array.from(columns.writers, (_, place) => looseOp(columns, place));
}

/** The same as columns. */
export function readLooseColumns(bytes: Uint8Array): LooseColumns {
  const reader = createReader(bytes);
  const r = positive(reader.number());
  if (r > mostOps) throw new RangeError('too many records');
  const planes = reader.bytes(r * 16);
  const kinds = reader.numbers(r);
  for (const kind of kinds) positive(kind);
  let n = 0;
  const ends = new Uint32Array(r);
  for (let place = 0; place < r; place += 1) {
    n += positive(reader.number());
    if (n > mostOps) throw new RangeError('too many ops');
    ends[place] = n;
  }
  const actors = readIds(reader);
  const replicas = readIds(reader);
  const flags = reader.bytes(n);
  const replicaAt = (place: number): string => at(replicas, place);
  const places = reader.numbers(n);
  // Before they are cut to 32 bits.
  for (let index = 0; index < n; index += 1) replicaAt(places[index] ?? 0);
  const writers = new Uint32Array(places);
  const writerAt = (index: number): string => replicas[writers[index] ?? 0] ?? '';
  const byRank = readRanks(reader, writers, replicas.length);
  const seqs = new Float64Array(n);
  for (const places of byRank) {
    let seq = 0;
    for (const index of places) {
      seq += positive(reader.number());
      seqs[index] = positive(seq);
    }
  }
  const groups = reader.numbers(n);
  for (let index = 0; index < n; index += 1) groups[index] = positive((seqs[index] ?? 0) - (groups[index] ?? 0));
  const actorPlaces = reader.numbers(n);
  const actorColumn: (string | null)[] = [];
  for (let index = 0; index < n; index += 1) {
    const place = actorPlaces[index] ?? 0;
    actorColumn.push(place === 0 ? null : at(actors, place - 1));
  }
  const times = new Float64Array(n);
  for (const places of byRank) {
    let time = 0;
    for (const index of places) {
      time += reader.signed();
      times[index] = positive(time);
    }
  }
  const replaced = readReplaced(reader, flags, replicaAt);
  const seen = readSeen(reader, flags, replicaAt);
  const digests = new Map<number, Uint8Array>();
  for (let index = 0; index < n; index += 1) {
    const flag = flags[index] ?? 0;
    if (flag > 63 || (flag & 3) === 3 || (flag & flagBegins) !== 0) throw new RangeError('not a flag');
    if ((flag & flagErased) !== 0) digests.set(index, reader.bytes(32).slice());
  }
  const values = readValueColumns(reader, n, (place) => digests.has(place));

  const recordOf = new Uint32Array(n);
  let index = 0;
  for (let place = 0; place < r; place += 1) {
    if (place > 0 && !isBehind(planes, kinds, place)) throw new RangeError('records out of order');
    for (let first = true; index < (ends[place] ?? 0); index += 1) {
      recordOf[index] = place;
      const later = (times[index] ?? 0) - (times[index - 1] ?? 0);
      const isRising = later > 0 || (later === 0 && writerAt(index) > writerAt(index - 1));
      if (!first && !isRising) throw new RangeError('ops out of order');
      first = false;
    }
  }
  let ids: readonly string[] | null = null;
  return {
    planes,
    kinds,
    ends,
    replicas,
    recordOf,
    writers,
    seqs,
    groups,
    times,
    actors: actorColumn,
    flags,
    replaced,
    seen,
    digests,
    values,
    ids: () => (ids ??= planesToIds(planes, r)),
  };
}

/** Whether a record stands behind the one before it. */
function isBehind(planes: Uint8Array, kinds: Float64Array, place: number): boolean {
  const count = kinds.length;
  for (let at = place; at < planes.length; at += count) {
    const later = (planes[at] ?? 0) - (planes[at - 1] ?? 0);
    if (later !== 0) return later > 0;
  }
  return (kinds[place] ?? 0) > (kinds[place - 1] ?? 0);
}

/** By writer: the places of its ops by rising seq. */
function readRanks(reader: BinaryReader, writers: Uint32Array, count: number): readonly Int32Array[] {
  const counts = new Uint32Array(count);
  for (const writer of writers) counts[writer] = (counts[writer] ?? 0) + 1;
  const byRank = Array.from(counts, (ops) => new Int32Array(ops).fill(-1));
  const next = new Uint32Array(count);
  for (let index = 0; index < writers.length; index += 1) {
    const writer = writers[index] ?? 0;
    const rank = (next[writer] ?? 0) + reader.signed();
    const places = byRank[writer];
    if (places?.[rank] !== -1) throw new RangeError('not a rank');
    places[rank] = index;
    next[writer] = rank + 1;
  }
  return byRank;
}
