/** Makes a record's row of all its ops at once, where they come together: from a snapshot. */
import type { Kind } from '#shared/kinds/define-kind.ts';
import { emptyState, firstState, isAlive, mergeOp, type RecordState } from '#shared/sync/merge.ts';
import { stampMs } from '#shared/sync/stamp.ts';
import type { DeskIndex } from './desk-index.ts';
import type { Indexes } from './indexes.ts';
import type { LoggedOp, OpLog } from './op-log.ts';
import type { RecordTable, RowFacts } from './record-rows.ts';

export type RecordPlacer = {
  /** `ops`: all of one record of the kind, by rising stamp, but for those held here that lie beyond them. */
  place(kind: Kind, table: RecordTable, ops: readonly LoggedOp[]): void;
};

export function createRecordPlacer(deps: {
  readonly log: OpLog;
  readonly indexes: Indexes;
  readonly desk: DeskIndex;
}): RecordPlacer {
  const { log, indexes, desk } = deps;

  function merged(kind: Kind, ops: readonly LoggedOp[]): { state: RecordState; facts: RowFacts } {
    const [first] = ops;
    if (first === undefined) throw new RangeError('a record without ops');
    let state = emptyState;
    let last = first;
    let ownLast: LoggedOp | null = null;
    for (const each of ops) {
      const { op, log: of } = each;
      const isFirst = state === emptyState && op.act === 'set' && op.set !== null;
      state = isFirst ? firstState(kind, op, of.replica) : mergeOp(kind, state, op, of.replica);
      last = each;
      if (log.isOwn(of.replica)) ownLast = each;
    }
    const facts: RowFacts = {
      alive: isAlive(state),
      createdAt: stampMs(first.op.time),
      changedAt: stampMs(last.op.time),
      changedBy: last.op.actor,
      ownLog: ownLast?.log.ref ?? 0,
      ownSeq: ownLast?.op.seq ?? 0,
    };
    return { state, facts };
  }

  return {
    place(kind, table, ops) {
      const record = ops[0]?.op.record ?? '';
      const fresh = merged(kind, ops);
      const row = table.insert(record, fresh.state, fresh.facts);
      if (row !== null) {
        if (fresh.facts.alive) indexes.update(kind, row, null, fresh.state.values);
        desk.placed({ kind, row, ops: ops.map(({ op }) => op), before: emptyState, after: fresh.state });
        return;
      }
      // It was here: what is held beyond the snapshot counts too.
      const names = Object.keys(kind.fields);
      const held = table.load(record, names);
      if (held === null) throw new Error('a row that is there and is not');
      const all = log.opsOfRecord(record).filter(({ op }) => op.kind === kind.number);
      const { state, facts } = merged(kind, all);
      table.update(held, names, state, facts);
      indexes.update(kind, held.row, held.facts.alive ? held.state.values : null, facts.alive ? state.values : null);
      desk.placed({ kind, row: held.row, ops: all.map(({ op }) => op), before: held.state, after: state });
    },
  };
}
