/**
 * Consecutive ops of one log as columns: the inside of a segment, and the rows of a writer's open tail. Numbers are
 * varints (kernel/binary.ts); `planes` are fixed-width values stored byte by byte, first the first byte of every value, then
 * the second …, because neighbouring values share their high bytes. In this order:
 *
 *   count of ops n
 *   actors      count, then 16 bytes each; in the order in which they are first used
 *   replicas    count, then 16 bytes each: those named below other than the writer, in the order in which they are first used
 *   flags       a byte for each op: bits 0–1 the act (0 set, 1 remove, 2 restore), bit 2 the op begins an action,
 *               bit 3 its values are erased, bit 4 it replaces values, bit 5 it says what its author had seen; the others are 0
 *   group       from − group of the first op: 0 unless its action began in an earlier block
 *   actor       for the first op and for each other that begins an action: 0 for none, else place of the actor + 1
 *   kinds       for each op
 *   times       for each op: the difference to the op before (to 0 for the first), signed
 *   records     planes of 16 bytes: the ids
 *   replaced    for each op with bit 4: count; then for each value the field, and 0 for the stamp before it in this op or
 *               1 + the stamp's replica (0 the writer, else place + 1)
 *   stamps      planes of 7 bytes, big-endian: the time of each stamp of `replaced` that is not the one before
 *   seen        for each op with bit 5: count, then replica (as above) and seq
 *   digests     32 bytes for each erased op
 *   lengths     for each op: bytes of its values' text
 *   values      the texts of all ops (op-values.ts), UTF-8
 *
 * The reader is strict: whatever would make another op, another digest or another head, and whatever is left over, throws
 * RangeError or TypeError. The order of the two tables of ids, and ids in them that nobody uses, it does not judge: they
 * change no op.
 */
import { type BinaryReader, type BinaryWriter, createReader, createWriter } from '../kernel/binary.ts';
import { bytesToId, idToBytes, planesToIds, writeId } from '../kernel/ids.ts';
import { fromUtf8 } from '../kernel/utf8.ts';
import { blockOps, type Op } from './op.ts';
import { textToValues, valuesToText } from './op-values.ts';
import type { Stamp } from './stamp.ts';

export const acts = ['set', 'remove', 'restore'] as const;
export const [flagBegins, flagErased, flagReplaces, flagSeen] = [4, 8, 16, 32] as const;
const stampBytes = 7;
const nothingReplaced: Op['replaced'] = {};
const nothingSet: Op['set'] = {};

/** The columns, and where each op's values lie in them. */
export type OpColumns = { readonly bytes: Uint8Array; readonly valuesAt: number; readonly lengths: Uint32Array };

/** Puts consecutive ops of `replica` into columns. Throws RangeError when they are not consecutive or an id is no UUID. */
export function toColumns(ops: readonly Op[], replica: string): OpColumns {
  const [first] = ops;
  if (first === undefined || ops.length > blockOps) throw new RangeError('columns hold 1 to 1,000 ops');
  const n = ops.length;
  const actors = createPlaces();
  const replicas = createPlaces();
  const flags = new Uint8Array(n);
  const records = new Uint8Array(n * 16);
  const lengths = new Uint32Array(n);
  const actorColumn = createWriter(64);
  const kinds = createWriter(n + 8);
  const times = createWriter(n * 3 + 8);
  const replaced = createWriter(n * 3 + 8);
  const stampTimes: number[] = [];
  const seen = createWriter(64);
  const digests = createWriter(64);
  const values = createWriter(n * 256);
  const placeOf = (id: string): number => (id === replica ? 0 : replicas.place(id) + 1);

  let time = 0;
  let group = -1;
  for (const [index, op] of ops.entries()) {
    if (op.seq !== first.seq + index) throw new RangeError('ops of one run must be consecutive');
    const begins = op.group === op.seq;
    if (!begins && index > 0 && op.group !== group) throw new RangeError('an action must be one run');
    group = op.group;
    flags[index] = flagsOf(op);
    if (begins || index === 0) actorColumn.number(op.actor === null ? 0 : actors.place(op.actor) + 1);
    kinds.number(op.kind);
    times.signed(op.time - time);
    time = op.time;
    writeId(op.record, records, index, n);
    writeReplaced(op.replaced, replaced, stampTimes, placeOf);
    if (op.seen !== null) writeSeen(op.seen, seen, placeOf);
    if (op.digest !== null) digests.bytes(op.digest);
    else if (op.set !== null) lengths[index] = values.text(valuesToText(op.set));
  }

  const out = createWriter(values.length() + n * 32 + 256);
  out.number(n);
  actors.write(out);
  replicas.write(out);
  out.bytes(flags);
  out.number(first.seq - first.group);
  out.bytes(actorColumn.written());
  out.bytes(kinds.written());
  out.bytes(times.written());
  out.bytes(records);
  out.bytes(replaced.written());
  out.bytes(toPlanes(stampTimes));
  out.bytes(seen.written());
  out.bytes(digests.written());
  for (const length of lengths) out.number(length);
  const valuesAt = out.length();
  out.bytes(values.written());
  return { bytes: out.written(), valuesAt, lengths };
}

export function flagsOf(op: Op): number {
  let flags = acts.indexOf(op.act);
  if (op.group === op.seq) flags |= flagBegins;
  if (op.digest !== null) flags |= flagErased;
  for (const _ in op.replaced) {
    flags |= flagReplaces;
    break;
  }
  return op.seen === null ? flags : flags | flagSeen;
}

export function writeSeen(
  said: NonNullable<Op['seen']>,
  column: BinaryWriter,
  placeOf: (replica: string) => number,
): void {
  const entries = Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1));
  column.number(entries.length);
  for (const [each, seq] of entries) {
    column.number(placeOf(each));
    column.number(seq);
  }
}

export function writeReplaced(
  replaced: Op['replaced'],
  column: BinaryWriter,
  stampTimes: number[],
  placeOf: (replica: string) => number,
): void {
  let count = 0;
  for (const _ in replaced) count += 1;
  if (count === 0) return;
  column.number(count);
  let last: Stamp | null = null;
  for (const field in replaced) {
    const stamp = replaced[field];
    if (stamp === undefined) continue;
    column.number(Number(field));
    if (last !== null && stamp.time === last.time && stamp.replica === last.replica) column.number(0);
    else {
      column.number(placeOf(stamp.replica) + 1);
      stampTimes.push(stamp.time);
      last = stamp;
    }
  }
}

/** Reads ops that begin at `from`. Also gives where each op's values lie. */
export function fromColumns(bytes: Uint8Array, from: number, replica: string): OpColumns & { readonly ops: Op[] } {
  const reader = createReader(bytes);
  const n = reader.number();
  if (n < 1 || n > blockOps) throw new RangeError('columns hold 1 to 1,000 ops');
  const actors = readIds(reader);
  const replicas = readIds(reader);
  const flags = reader.bytes(n);
  const behind = reader.number();
  if (behind !== 0 && (behind >= from || (from - 1) % blockOps !== 0)) throw new RangeError('an action is cut');
  const actorColumn: (string | null)[] = [];
  for (let index = 0; index < n; index += 1) {
    const flag = flags[index] ?? 0;
    if (flag > 63 || (flag & 3) === 3) throw new RangeError('not a flag');
    if (index === 0 && ((flag & flagBegins) !== 0) !== (behind === 0)) throw new RangeError('an action is cut');
    if (index > 0 && (flag & flagBegins) === 0) continue;
    const place = reader.number();
    actorColumn.push(place === 0 ? null : at(actors, place - 1));
  }
  const kinds = new Float64Array(n);
  for (let index = 0; index < n; index += 1) kinds[index] = positive(reader.number());
  const times = new Float64Array(n);
  let time = 0;
  for (let index = 0; index < n; index += 1) {
    time += reader.signed();
    times[index] = positive(time);
  }
  const records = planesToIds(reader.bytes(n * 16), n);
  const replicaOf = (place: number): string => (place === 0 ? replica : at(replicas, place - 1));
  const replaced = readReplaced(reader, flags, replicaOf);
  const seen = readSeen(reader, flags, replicaOf);
  const digests = flags.map((flag) => flag & flagErased).reduce((sum, flag) => sum + (flag === 0 ? 0 : 1), 0);
  const digestBytes = reader.bytes(digests * 32);
  const lengths = new Uint32Array(n);
  for (let index = 0; index < n; index += 1) {
    const length = reader.number();
    if (length > reader.left() || (length > 0 && ((flags[index] ?? 0) & flagErased) !== 0))
      throw new RangeError('values beyond the end');
    lengths[index] = length;
  }
  const valuesAt = bytes.length - reader.left();
  const valueBytes = reader.bytes(reader.left());
  const sets = readValues(valueBytes, lengths);

  const ops: Op[] = [];
  let group = from - behind;
  let actions = 0;
  let erased = 0;
  for (let index = 0; index < n; index += 1) {
    const flag = flags[index] ?? 0;
    if ((flag & flagBegins) !== 0) {
      group = from + index;
      if (index > 0) actions += 1;
    }
    let digest: Uint8Array | null = null;
    if ((flag & flagErased) !== 0) {
      digest = digestBytes.slice(erased * 32, erased * 32 + 32);
      erased += 1;
    }
    ops.push({
      seq: from + index,
      time: times[index] ?? 0,
      actor: actorColumn[actions] ?? null,
      group,
      kind: kinds[index] ?? 0,
      record: records[index] ?? '',
      act: acts[flag & 3] ?? 'set',
      set: digest === null ? (sets[index] ?? nothingSet) : null,
      replaced: replaced.get(index) ?? nothingReplaced,
      seen: seen.get(index) ?? null,
      digest,
    });
  }
  return { bytes, valuesAt, lengths, ops };
}

export function readReplaced(
  reader: BinaryReader,
  flags: Uint8Array,
  replicaOf: (place: number) => string,
): Map<number, { [field: string]: Stamp }> {
  type Entry = { index: number; field: number; replica: string; slot: number };
  const entries: Entry[] = [];
  let slots = 0;
  for (let index = 0; index < flags.length; index += 1) {
    if (((flags[index] ?? 0) & flagReplaces) === 0) continue;
    const count = positive(reader.number());
    if (count > reader.left()) throw new RangeError('cut short');
    let last = 0;
    let replica: string | null = null;
    for (let each = 0; each < count; each += 1) {
      const field = reader.number();
      if (field <= last) throw new RangeError('fields out of order');
      last = field;
      const place = reader.number();
      if (place > 0) {
        replica = replicaOf(place - 1);
        slots += 1;
      }
      if (replica === null) throw new RangeError('a stamp like none before');
      entries.push({ index, field, replica, slot: slots - 1 });
    }
  }
  const times = fromPlanes(reader.bytes(slots * stampBytes), slots);
  const byOp = new Map<number, { [field: string]: Stamp }>();
  let stamp: Stamp | null = null;
  let slot = -1;
  for (const entry of entries) {
    if (stamp === null || entry.slot !== slot)
      stamp = { time: positive(times[entry.slot] ?? 0), replica: entry.replica };
    slot = entry.slot;
    const fields = byOp.get(entry.index);
    if (fields === undefined) byOp.set(entry.index, { [entry.field]: stamp });
    else fields[entry.field] = stamp;
  }
  return byOp;
}

export function readSeen(
  reader: BinaryReader,
  flags: Uint8Array,
  replicaOf: (place: number) => string,
): Map<number, { [replica: string]: number }> {
  const byOp = new Map<number, { [replica: string]: number }>();
  for (let index = 0; index < flags.length; index += 1) {
    if (((flags[index] ?? 0) & flagSeen) === 0) continue;
    const count = reader.number();
    if (count > reader.left()) throw new RangeError('cut short');
    const seen: { [replica: string]: number } = {};
    let last = '';
    for (let each = 0; each < count; each += 1) {
      const replica = replicaOf(reader.number());
      if (replica <= last) throw new RangeError('replicas out of order');
      last = replica;
      seen[replica] = reader.number();
    }
    byOp.set(index, seen);
  }
  return byOp;
}

export function readValues(bytes: Uint8Array, lengths: Uint32Array): Op['set'][] {
  const sets: Op['set'][] = [];
  let byte = 0;
  // Some ops at a time: a text of more than some hundred kB is made apart from the young heap, and costs many times more.
  for (let first = 0; first < lengths.length; ) {
    let [last, end] = [first, byte];
    while (last < lengths.length && (last === first || end < byte + bytesAtOnce)) {
      end += lengths[last] ?? 0;
      last += 1;
    }
    if (end > bytes.length) throw new RangeError('cut short');
    const text = fromUtf8(bytes.subarray(byte, end));
    const isAscii = text.length === end - byte;
    let unit = 0;
    for (const length of lengths.subarray(first, last)) {
      const units = isAscii ? length : unitsIn(bytes, byte, byte + length);
      sets.push(length === 0 ? nothingSet : textToValues(text, unit, unit + units));
      byte += length;
      unit += units;
    }
    first = last;
  }
  if (byte !== bytes.length) throw new RangeError('more than expected');
  return sets;
}
const bytesAtOnce = 16 * 1024;

/** UTF-16 units of a range of well-formed UTF-8. Throws RangeError when it begins or ends inside a character. */
function unitsIn(bytes: Uint8Array, from: number, to: number): number {
  let units = 0;
  for (let index = from; index < to; index += 1) {
    const byte = bytes[index] ?? 0;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  if (((bytes[from] ?? 0) & 0xc0) === 0x80 || ((bytes[to] ?? 0) & 0xc0) === 0x80)
    throw new RangeError('a character is cut');
  return units;
}

export function positive(value: number): number {
  if (value < 1 || !Number.isSafeInteger(value)) throw new RangeError('not positive');
  return value;
}
export function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new RangeError('beyond the list');
  return found;
}

export function createPlaces(): { place(id: string): number; all(): Iterable<string>; write(out: BinaryWriter): void } {
  const places = new Map<string, number>();
  return {
    place(id) {
      let place = places.get(id);
      if (place === undefined) {
        place = places.size;
        places.set(id, place);
      }
      return place;
    },
    all: () => places.keys(),
    write(out) {
      out.number(places.size);
      for (const id of places.keys()) out.bytes(idToBytes(id));
    },
  };
}

export function readIds(reader: BinaryReader): string[] {
  const count = reader.number();
  if (count > blockOps * 100) throw new RangeError('too many ids');
  return Array.from({ length: count }, () => bytesToId(reader.bytes(16)));
}

export function toPlanes(times: readonly number[]): Uint8Array {
  const planes = new Uint8Array(times.length * stampBytes);
  for (const [index, time] of times.entries()) {
    let rest = time;
    for (let byte = stampBytes - 1; byte >= 0; byte -= 1) {
      planes[byte * times.length + index] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
  return planes;
}
function fromPlanes(planes: Uint8Array, count: number): Float64Array {
  const times = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    let time = 0;
    for (let byte = 0; byte < stampBytes; byte += 1) time = time * 256 + (planes[byte * count + index] ?? 0);
    times[index] = time;
  }
  return times;
}
