/**
 * Makes and changes a record's row and what is derived of it: one by one as ops come from a person or a log, or of all its ops at once
 * where they come together, from a snapshot. Whatever the number of ops, the row is read and written once.
 */
import type { Kind } from '#shared/kinds/define-kind.ts';
import { emptyState, firstState, isAlive, mergeAll, mergeOp, type RecordState } from '#shared/sync/merge.ts';
import type { Op } from '#shared/sync/op.ts';
import { fieldsOf, isEmpty } from '#shared/sync/op-content.ts';
import { stampMs } from '#shared/sync/stamp.ts';
import type { DeskIndex } from './desk-index.ts';
import type { Indexes } from './indexes.ts';
import type { Log, LoggedOp, OpLog } from './op-log.ts';
import type { RecordTable, RowFacts, StoredRecord } from './record-rows.ts';

export type RecordPlacer = {
  /** `ops`: all of one record of the kind, by rising stamp, but for those held here that lie beyond them. */
  place(kind: Kind, table: RecordTable, ops: readonly LoggedOp[]): void;
  /**
   * Merges ops of one record, in the order in which they came. `own` is false for ops of other replicas; `before` is undefined where
   * nobody has looked yet.
   */
  project(kind: Kind, table: RecordTable, ops: readonly LoggedOp[], own: boolean, before?: StoredRecord | null): void;
};

export function createRecordPlacer(deps: {
  readonly log: OpLog;
  readonly indexes: Indexes;
  readonly desk: DeskIndex;
}): RecordPlacer {
  const { log, indexes, desk } = deps;
  const isOwn = ({ replica }: Log): boolean => log.isOwn(replica);

  /** Which fields an op's neighbours need beside those it sets: always, and where what is derived from them may change. */
  const needs = new Map<Kind, { readonly always: readonly string[]; readonly derived: readonly string[] }>();
  const neededOf = (kind: Kind): { readonly always: readonly string[]; readonly derived: readonly string[] } => {
    let found = needs.get(kind);
    if (found === undefined) {
      const keys = (kind.naturalKey ?? []).map((part) => part.field);
      found = { always: desk.fieldsOf(kind), derived: [...new Set([...indexes.fieldsOf(kind), ...keys])] };
      needs.set(kind, found);
    }
    return found;
  };

  const self: RecordPlacer = {
    place(kind, table, ops) {
      const record = ops[0]?.op.record ?? '';
      const fresh = foldAll(kind, ops, isOwn);
      const row = table.insert(record, fresh.state, fresh.facts);
      if (row !== null) {
        if (fresh.facts.alive) indexes.update(kind, row, null, fresh.state.values);
        desk.placed({ kind, row, ops: fresh.ops, before: emptyState, after: fresh.state });
        return;
      }
      // It was here: what is held beyond the snapshot counts too.
      const names = Object.keys(kind.fields);
      const held = table.load(record, names);
      if (held === null) throw new Error('a row that is there and is not');
      const all = log.opsOfRecord(record).filter(({ op }) => op.kind === kind.number);
      const { state, facts, ops: allOps } = foldAll(kind, all, isOwn);
      table.update(held, names, state, facts);
      indexes.update(kind, held.row, held.facts.alive ? held.state.values : null, facts.alive ? state.values : null);
      desk.placed({ kind, row: held.row, ops: allOps, before: held.state, after: state });
    },

    project(kind, table, ops, own, before) {
      const [first] = ops;
      if (first === undefined) return;
      const { record } = first.op;
      // A record not seen before: the insert itself tells when it is there after all.
      if (before === null || (before === undefined && first.op.act === 'set' && isEmpty(first.op.replaced))) {
        const { steps, state, facts } = fold(kind, ops, () => own, null);
        const row = table.insert(record, state, facts);
        if (row !== null) {
          if (facts.alive) indexes.update(kind, row, null, state.values);
          for (const step of steps) desk.projected({ kind, row, ...step });
          return;
        }
      }
      const names = namesIn(kind, ops);
      const { always, derived } = neededOf(kind);
      const touches =
        derived.length > 0 && (ops.some(({ op }) => op.act !== 'set') || names.some((name) => derived.includes(name)));
      const asked =
        always.length > 0 || touches ? [...new Set([...names, ...always, ...(touches ? derived : [])])] : names;
      let held = (asked.length > names.length ? undefined : before) ?? table.load(record, asked);
      if (held === null) return self.project(kind, table, ops, own, null);
      const wasAlive = held.facts.alive;
      // What is derived of a record that comes back has to be made whole.
      if (!touches && derived.length > 0 && !wasAlive)
        held = table.load(record, [...new Set([...asked, ...derived])]) ?? held;
      const { steps, state, facts } = fold(kind, ops, () => own, held);
      table.update(held, names, state, facts);
      if (touches || facts.alive !== wasAlive)
        indexes.update(kind, held.row, wasAlive ? held.state.values : null, facts.alive ? state.values : null);
      for (const step of steps) desk.projected({ kind, row: held.row, ...step });
    },
  };
  return self;
}

/** What ops make of a record, and the states between them. */
type Folded = {
  readonly state: RecordState;
  readonly facts: RowFacts;
  readonly steps: readonly { readonly op: Op; readonly before: RecordState; readonly after: RecordState }[];
};

function fold(kind: Kind, ops: readonly LoggedOp[], isOwn: (log: Log) => boolean, held: StoredRecord | null): Folded {
  let state = held?.state ?? emptyState;
  let facts: RowFacts | null = held?.facts ?? null;
  const steps: { op: Op; before: RecordState; after: RecordState }[] = [];
  for (const { op, log } of ops) {
    const before = state;
    const begins = before === emptyState && op.act === 'set' && op.set !== null;
    state = begins ? firstState(kind, op, log.replica) : mergeOp(kind, before, op, log.replica);
    const wrote = stampMs(op.time);
    const isNewest = facts === null || wrote >= facts.changedAt;
    const own = isOwn(log);
    facts = {
      alive: isAlive(state),
      createdAt: Math.min(wrote, facts?.createdAt ?? wrote),
      changedAt: isNewest ? wrote : (facts?.changedAt ?? wrote),
      changedBy: isNewest ? op.actor : (facts?.changedBy ?? null),
      ownLog: own ? log.ref : (facts?.ownLog ?? 0),
      ownSeq: own ? op.seq : (facts?.ownSeq ?? 0),
    };
    steps.push({ op, before, after: state });
  }
  if (facts === null) throw new RangeError('a record without ops');
  return { state, facts, steps };
}

/** The same of all ops of a record, where nobody asks for the states between. */
function foldAll(
  kind: Kind,
  entries: readonly LoggedOp[],
  isOwn: (log: Log) => boolean,
): { readonly state: RecordState; readonly facts: RowFacts; readonly ops: readonly Op[] } {
  const ops = entries.map(({ op }) => op);
  const state = mergeAll(kind, ops, (place) => entries[place]?.log.replica ?? '');
  const [first] = entries;
  if (first === undefined) throw new RangeError('a record without ops');
  let [oldest, newest] = [first, first];
  let latestOwn: LoggedOp | null = null;
  for (const entry of entries) {
    if (entry.op.time < oldest.op.time) oldest = entry;
    if (stampMs(entry.op.time) >= stampMs(newest.op.time)) newest = entry;
    if (isOwn(entry.log)) latestOwn = entry;
  }
  const facts: RowFacts = {
    alive: isAlive(state),
    createdAt: stampMs(oldest.op.time),
    changedAt: stampMs(newest.op.time),
    changedBy: newest.op.actor,
    ownLog: latestOwn?.log.ref ?? 0,
    ownSeq: latestOwn?.op.seq ?? 0,
  };
  return { state, facts, ops };
}

/** The fields that ops set, as far as this version knows them. */
function namesIn(kind: Kind, ops: readonly LoggedOp[]): readonly string[] {
  const [first] = ops;
  if (first !== undefined && ops.length === 1) return fieldsOf(kind, first.op);
  return [...new Set(ops.flatMap(({ op }) => fieldsOf(kind, op)))];
}
