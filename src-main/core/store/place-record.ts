/**
 * Makes and changes a record's row and what is derived of it: one by one as ops come from a person or a log, or of all its ops at once
 * where they come together, from a snapshot. Whatever the number of ops, the row is read and written once.
 */
import type { Kind } from '#shared/kinds/define-kind.ts';
import { emptyState, isAlive, isEmpty, type RecordState } from '#shared/sync/merge.ts';
import type { Op } from '#shared/sync/op.ts';
import { fieldsOf } from '#shared/sync/op-content.ts';
import type { DeskIndex } from './desk-index.ts';
import { type Folded, foldSteps } from './fold-record.ts';
import type { Indexes } from './indexes.ts';
import type { Log, LoggedOp, OpLog } from './op-log.ts';
import type { RecordTable, StoredRecord } from './record-rows.ts';

export type RecordPlacer = {
  /** `ops`: all of one record of the kind, by rising stamp, but for those held here that lie beyond them. */
  place(kind: Kind, table: RecordTable, ops: readonly LoggedOp[]): void;
  /** The same of ops that have been folded. `ops` makes them, where they are asked for. */
  placeFolded(kind: Kind, table: RecordTable, record: string, fresh: Folded, ops: () => readonly Op[]): void;
  /** Makes a record's row anew, however it stands: `ops` are all there are of it, by rising stamp; of none there is no row. */
  refold(kind: Kind, table: RecordTable, record: string, ops: readonly LoggedOp[]): void;
  /** Takes a record's row away, and what is derived of it. */
  takeAway(kind: Kind, table: RecordTable, record: string): void;
  /** Whether anything beside its row is made of a record of the kind. */
  derives(kind: Kind): boolean;
  /** Makes what is derived of a record whose row has just been made of all its ops, which `ops` makes. */
  derive(placed: {
    readonly kind: Kind;
    readonly record: string;
    readonly row: number;
    readonly ops: () => readonly Op[];
    readonly after: RecordState;
  }): void;
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

  /** Makes a row anew that holds all fields of a record. */
  function replace(kind: Kind, table: RecordTable, held: StoredRecord, ops: readonly LoggedOp[]): void {
    const { row, state: before } = held;
    const { state: after, facts } = foldSteps(kind, ops, isOwn, null);
    table.update(held, Object.keys(kind.fields), after, facts);
    indexes.update(kind, row, held.facts.alive ? before.values : null, facts.alive ? after.values : null);
    const record = ops[0]?.op.record ?? '';
    desk.placed({ kind, record, row, ops: () => ops.map(({ op }) => op), before, after });
  }

  const self: RecordPlacer = {
    place(kind, table, ops) {
      const record = ops[0]?.op.record ?? '';
      self.placeFolded(kind, table, record, foldSteps(kind, ops, isOwn, null), () => ops.map(({ op }) => op));
    },

    derives: (kind) => indexes.fieldsOf(kind).length > 0 || desk.watches(kind),

    derive({ kind, record, row, ops, after }) {
      if (isAlive(after)) indexes.update(kind, row, null, after.values);
      desk.placed({ kind, record, row, ops, before: emptyState, after });
    },

    placeFolded(kind, table, record, fresh, ops) {
      const row = table.insert(record, fresh.state, fresh.facts);
      if (row !== null) return self.derive({ kind, record, row, ops, after: fresh.state });
      // It was here: what is held beyond the snapshot counts too.
      const held = table.load(record, Object.keys(kind.fields));
      if (held === null) throw new Error('a row that is there and is not');
      replace(
        kind,
        table,
        held,
        log.opsOfRecord(record).filter(({ op }) => op.kind === kind.number),
      );
    },

    refold(kind, table, record, ops) {
      const held = table.load(record, Object.keys(kind.fields));
      if (held !== null) desk.refolded(record, kind, held.state);
      if (ops.length === 0) self.takeAway(kind, table, record);
      else if (held === null) self.place(kind, table, ops);
      else replace(kind, table, held, ops);
    },

    takeAway(kind, table, record) {
      const held = table.load(record, Object.keys(kind.fields));
      if (held === null) return;
      const { row, state, facts } = held;
      table.remove(row);
      indexes.update(kind, row, facts.alive ? state.values : null, null);
      desk.removed({ kind, record, row, before: state });
    },

    project(kind, table, ops, own, before) {
      const [first] = ops;
      if (first === undefined) return;
      const { record } = first.op;
      // A record not seen before: the insert itself tells when it is there after all.
      if (before === null || (before === undefined && first.op.act === 'set' && isEmpty(first.op.replaced))) {
        const { steps, state, facts } = foldSteps(kind, ops, () => own, null);
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
      const { steps, state, facts } = foldSteps(kind, ops, () => own, held);
      table.update(held, names, state, facts);
      if (touches || facts.alive !== wasAlive)
        indexes.update(kind, held.row, wasAlive ? held.state.values : null, facts.alive ? state.values : null);
      for (const step of steps) desk.projected({ kind, row: held.row, ...step });
    },
  };
  return self;
}

/** The fields that ops set, as far as this version knows them. */
function namesIn(kind: Kind, ops: readonly LoggedOp[]): readonly string[] {
  const [first] = ops;
  if (first !== undefined && ops.length === 1) return fieldsOf(kind, first.op);
  return [...new Set(ops.flatMap(({ op }) => fieldsOf(kind, op)))];
}
