/** What ops make of a record: its state, and what its row says besides. */
import type { Kind } from '#shared/kinds/define-kind.ts';
import { actAt, type LooseColumns } from '#shared/sync/loose-ops.ts';
import { emptyState, firstState, isAlive, type Merger, mergeOp, type RecordState } from '#shared/sync/merge.ts';
import type { Op } from '#shared/sync/op.ts';
import { stampMs } from '#shared/sync/stamp.ts';
import type { Log, LoggedOp } from './op-log.ts';
import type { RowFacts, StoredRecord } from './record-rows.ts';

export type Folded = { readonly state: RecordState; readonly facts: RowFacts };
/** With the states between. */
export type FoldedSteps = Folded & {
  readonly steps: readonly { readonly op: Op; readonly before: RecordState; readonly after: RecordState }[];
};

/** Folds ops into a record, or into none, in the order in which they came. */
export function foldSteps(
  kind: Kind,
  ops: readonly LoggedOp[],
  isOwn: (log: Log) => boolean,
  held: StoredRecord | null,
): FoldedSteps {
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

/**
 * Folds all ops of a record, which stand by rising stamp at places `from` to before `to` of a chunk; no op is made for it. `ownLog`: by
 * writer, the log where it is one of this laptop's own.
 */
export function foldColumns(
  merger: Merger,
  columns: LooseColumns,
  from: number,
  to: number,
  ownLog: (writer: number) => Log | null,
): Folded {
  const { replicas, writers, times, seqs, values } = columns;
  const all = values.all();
  let own: Log | null = null;
  let ownSeq = 0;
  for (let place = from; place < to; place += 1) {
    const writer = writers[place] ?? 0;
    const log = ownLog(writer);
    if (log !== null) {
      own = log;
      ownSeq = seqs[place] ?? 0;
    }
    if (actAt(columns, place) === 'remove') {
      merger.remove(columns.seen.get(place) ?? null);
      continue;
    }
    merger.write(times[place] ?? 0, replicas[writer] ?? '', seqs[place] ?? 0);
    let at = values.starts[place] ?? 0;
    for (const field of values.shapes[values.shapeOf[place] ?? -1] ?? []) {
      merger.value(field, all[at] ?? null);
      at += 1;
    }
  }
  const state = merger.end();
  return {
    state,
    facts: {
      alive: isAlive(state),
      createdAt: stampMs(times[from] ?? 0),
      changedAt: stampMs(times[to - 1] ?? 0),
      changedBy: columns.actors[to - 1] ?? null,
      ownLog: own?.ref ?? 0,
      ownSeq,
    },
  };
}
