/** Ops that are in their logs and not yet in their rows, by record: however many there are of one, its row is read and written once. */
import type { Kind } from '#shared/kinds/define-kind.ts';
import type { LoggedOp } from './op-log.ts';

export type GatheredOps = {
  add(kind: Kind, entry: LoggedOp): void;
  /** Whether it is time to empty it. */
  isFull(): boolean;
  /** Shows the ops of each record in the order in which they came, and lets them go. */
  empty(show: (kind: Kind, ops: readonly LoggedOp[]) => void): void;
};

/** As many as a full segment has. Ops that are kept longer than this cost more memory than reading a row once more costs time. */
const most = 1000;

/**
 * A transaction of `together`: which domains have changed, what is not yet in its rows, which ops drop what this laptop wrote, where it may have
 * written that again, and what went wrong in it.
 */
export type Batch = {
  readonly topics: Set<string>;
  readonly gathered: GatheredOps;
  readonly drops: LoggedOp[];
  failure: unknown;
};

export function createGatheredOps(): GatheredOps {
  const byKind = new Map<Kind, Map<string, LoggedOp[]>>();
  let count = 0;
  return {
    add(kind, entry) {
      count += 1;
      let records = byKind.get(kind);
      if (records === undefined) {
        records = new Map();
        byKind.set(kind, records);
      }
      const ops = records.get(entry.op.record);
      if (ops === undefined) records.set(entry.op.record, [entry]);
      else ops.push(entry);
    },
    isFull: () => count >= most,
    empty(show) {
      for (const [kind, records] of byKind) {
        // Ids begin with the time they were made at: so rows come in about the order in which they lie in the file.
        for (const record of [...records.keys()].sort()) show(kind, records.get(record) ?? []);
      }
      byKind.clear();
      count = 0;
    },
  };
}
