/** Reading the logs op by op: what op-log.ts holds in memory, in segments and in the archive, as one. */
import { hexToBytes } from '#shared/kernel/ids.ts';
import { byStamp, emptyHead, type Op } from '#shared/sync/op.ts';
import { cutSegment, headWithin, readOps, readSegmentHeader } from '#shared/sync/segment.ts';
import { stampMs } from '#shared/sync/stamp.ts';
import type { Archive } from './archive.ts';
import type { Log, LogHead, OpLog } from './op-log.ts';
import type { LogStatements } from './op-log-statements.ts';
import { mayHoldAny } from './record-places.ts';
import { segmentPorts } from './segment-ports.ts';

/** What is held of a log in memory. */
export type LogState = { readonly log: Log; base: number; sealed: LogHead; tail: Op[]; seedBlock: number | null };
export type SegmentRow = { ref: number; log: number; from: number; to: number; applied_at: number; bytes: Uint8Array };

export type LogReading = Pick<
  OpLog,
  | 'headAt'
  | 'segmentBeyond'
  | 'opsAfter'
  | 'opsOfRecord'
  | 'opsOfRecords'
  | 'opsAbout'
  | 'forEachOp'
  | 'opsSince'
  | 'lastPart'
  | 'recordsElsewhere'
>;

export function createLogReading(deps: {
  readonly statements: LogStatements;
  readonly archive: Archive;
  /** By the log's ref; the op log changes them. */
  readonly states: ReadonlyMap<number, LogState>;
  readonly stateOf: (log: Log) => LogState;
  readonly logOf: OpLog['logOf'];
  readonly isOwn: OpLog['isOwn'];
}): LogReading {
  const { statements, archive, states, stateOf, logOf, isOwn } = deps;

  /** The sealed segments that reach beyond `seq`, in order. */
  function* segmentsAfter(log: Log, seq: number): Iterable<SegmentRow> {
    let after = seq;
    for (;;) {
      const row = statements.segmentAfter.get(log.ref, after) as SegmentRow | undefined;
      if (row === undefined) return;
      yield row;
      after = row.to;
    }
  }

  const self: LogReading = {
    headAt(log, seq) {
      const { sealed } = stateOf(log);
      if (seq === sealed.seq) return sealed.head;
      if (seq === 0) return emptyHead;
      if (seq > sealed.seq) return null;
      const row = statements.segmentAfter.get(log.ref, seq) as SegmentRow | undefined;
      if (row === undefined || row.from > seq + 1) return null;
      if (row.from <= seq) return headWithin(row.bytes, seq, segmentPorts);
      const read = readSegmentHeader(row.bytes);
      return read.ok ? hexToBytes(read.value.header.before) : null;
    },
    segmentBeyond(log, seq) {
      const row = statements.segmentAfter.get(log.ref, seq) as SegmentRow | undefined;
      if (row === undefined) return null;
      if (row.from > seq) return { from: row.from, to: row.to, bytes: row.bytes };
      const bytes = cutSegment(row.bytes, seq, segmentPorts);
      const read = readSegmentHeader(bytes);
      if (!read.ok) throw new Error('a stored segment cannot be read');
      return { from: read.value.header.from, to: row.to, bytes };
    },
    opsAfter(log, seq, limit) {
      const ops: Op[] = [];
      for (const row of segmentsAfter(log, seq)) {
        if (ops.length >= limit) break;
        ops.push(...readOps(row.bytes, segmentPorts));
      }
      ops.push(...stateOf(log).tail);
      return ops.filter((op) => op.seq > seq).slice(0, limit);
    },
    opsOfRecord: (record) => [...(self.opsOfRecords(new Set([record])).get(record) ?? [])],
    opsOfRecords(records) {
      const found = new Map<string, { op: Op; log: Log; replica: string }[]>();
      const coming = new Set<string>();
      for (const record of records) {
        const archived = archive.find(record);
        if (archived.isComing) coming.add(record);
        found.set(
          record,
          archived.ops.map(({ op, replica, partition }) => ({ op, log: logOf(replica, partition), replica })),
        );
      }
      const add = (op: Op, { log, base }: LogState): void => {
        const ops = found.get(op.record);
        if (ops === undefined || op.seq <= base) return;
        if (coming.has(op.record) && op.seq <= archive.coming(log.replica, log.partition)) return;
        ops.push({ op, log, replica: log.replica });
      };
      const mayHoldOne = mayHoldAny(records);
      const holding: number[] = [];
      for (const row of statements.places.iterate() as Iterable<{ ref: number; records: Uint8Array }>)
        if (mayHoldOne(row.records)) holding.push(row.ref);
      for (const ref of holding) {
        const row = statements.segment.get(ref) as SegmentRow;
        const state = states.get(row.log);
        if (state === undefined) throw new Error('a segment without its log');
        for (const op of readOps(row.bytes, segmentPorts)) add(op, state);
      }
      for (const state of states.values()) for (const op of state.tail) add(op, state);
      return new Map([...found].map(([record, ops]) => [record, byStamp(ops).map(({ op, log }) => ({ op, log }))]));
    },
    *opsAbout(log, records, to = Number.MAX_SAFE_INTEGER) {
      const mayHoldOne = mayHoldAny(records);
      // Their refs first: which of them to read is told without their bytes.
      const holding = (statements.placesOf.all(log.ref) as { ref: number; records: Uint8Array }[]).filter((row) =>
        mayHoldOne(row.records),
      );
      for (const { ref } of holding)
        for (const op of readOps((statements.segment.get(ref) as SegmentRow).bytes, segmentPorts))
          if (op.seq <= to && records.has(op.record)) yield op;
      for (const op of stateOf(log).tail) if (op.seq <= to && records.has(op.record)) yield op;
    },
    lastPart(log) {
      const state = states.get(log.ref);
      if (state === undefined) return null;
      if (state.tail.length > 0) return state.tail;
      if (state.sealed.seq <= state.base) return null;
      const row = statements.segmentAfter.get(log.ref, state.sealed.seq - 1) as SegmentRow | undefined;
      return row === undefined ? null : readOps(row.bytes, segmentPorts);
    },
    recordsElsewhere(partition, records) {
      const found = archive.beyond(partition, records);
      const mayHoldOne = mayHoldAny(records);
      const add = (ops: readonly Op[]): void => {
        for (const { record } of ops) if (records.has(record)) found.add(record);
      };
      const candidates: number[] = [];
      for (const row of statements.placesElsewhere.iterate(partition) as Iterable<{ ref: number; records: Uint8Array }>)
        if (mayHoldOne(row.records)) candidates.push(row.ref);
      for (const ref of candidates) add(readOps((statements.segment.get(ref) as SegmentRow).bytes, segmentPorts));
      for (const { log, tail } of states.values()) if (log.partition !== partition) add(tail);
      return found;
    },
    forEachOp(visit) {
      archive.forEach(({ op, replica, partition }) => visit(op, logOf(replica, partition)));
      for (const state of states.values()) {
        for (const row of segmentsAfter(state.log, state.base))
          for (const op of readOps(row.bytes, segmentPorts)) if (op.seq > state.base) visit(op, state.log);
        for (const op of state.tail) visit(op, state.log);
      }
    },
    *opsSince(since) {
      for (const state of states.values())
        for (const op of state.tail.toReversed()) yield { op, log: state.log, at: stampMs(op.time) };
      // Few segments are younger than what a screen asks for; their refs first, so that no statement stays open.
      for (const ref of statements.segmentsSince.all(since) as number[]) {
        const row = statements.segment.get(ref) as SegmentRow & { joined: number };
        const state = states.get(row.log);
        if (state === undefined) throw new Error('a segment without its log');
        const isOwnClock = isOwn(state.log.replica) || row.joined === 1;
        for (const op of readOps(row.bytes, segmentPorts).reverse())
          yield { op, log: state.log, at: isOwnClock ? Math.min(stampMs(op.time), row.applied_at) : row.applied_at };
      }
    },
  };
  return self;
}
