/**
 * In which partition a record lives. Most of the time it can be told without opening a log, and it stays as it is while that partition is
 * kept here.
 */
import type { Kind } from '#shared/kinds/define-kind.ts';
import { selectById } from './column-id.ts';
import type { ReadableDb } from './database.ts';
import type { ForgottenOps } from './forgotten-ops.ts';
import type { OpLog } from './op-log.ts';

export type RecordPartitions = {
  /** Where all records here live; null where there are several partitions. */
  only(): string | null;
  /** The partition of a record; null where there is none. Where its kind is given, its row is looked at first. */
  of(id: string, kind?: Pick<Kind, 'name'>): string | null;
};

/** `own`: where a laptop writes that holds nothing yet. */
export function createRecordPartitions(deps: {
  readonly db: ReadableDb;
  readonly log: OpLog;
  readonly forgotten: Pick<ForgottenOps, 'partitionOf'>;
  readonly own: string;
}): RecordPartitions {
  const { db, log: opLog, forgotten, own } = deps;
  const known = new Map<string, string>();

  const byOps = (id: string): string | null => opLog.opsOfRecord(id)[0]?.log.partition ?? null;

  /** A row names the log of this laptop's last edit, and who wrote it first: mostly somebody who writes in one partition. */
  function byRow(id: string, kind: Pick<Kind, 'name'>): string | null {
    const row = db.prepare(selectById(kind, 'own_log, stamp_by')).raw().get(id) as [number, number] | undefined;
    if (row === undefined) return null;
    const [ownLog, stampBy] = row;
    const edited = opLog.logByRef(ownLog)?.partition;
    if (edited !== undefined) return edited;
    const writer = opLog.idOf(stampBy);
    const [first, second] = opLog.logs().filter(({ replica }) => replica === writer);
    if (first !== undefined && second === undefined) return first.partition;
    // While its partition begins anew nothing may speak of a record whose row is still here.
    return byOps(id) ?? forgotten.partitionOf(id);
  }

  return {
    only() {
      const partitions = new Set(opLog.logs().map(({ partition }) => partition));
      if (partitions.size > 1) return null;
      const [partition = own] = partitions;
      return partition;
    },
    of(id, kind) {
      const before = known.get(id);
      // What is written of it elsewhere outlives a partition that is left.
      if (before !== undefined && opLog.logs().some(({ partition }) => partition === before)) return before;
      const found = kind === undefined ? byOps(id) : byRow(id, kind);
      if (found !== null) known.set(id, found);
      return found;
    },
  };
}
