/**
 * Erases a partition in short steps (short-steps.ts). How much goes with a step its own time decides, and what was written is copied into the
 * main file between two of them.
 * What is being erased is remembered, and after a crash it goes on: a log is taken apart from its end, so at any time it is only
 * shorter than it was; the archive's chunks go after the logs, and after them what was still to be made anew (forgotten-ops.ts). With each part go the rows of its records; of a record that other
 * partitions' logs speak of too, the row is made anew from those.
 */
import type { Archive } from './archive.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Committer } from './commit.ts';
import type { WritableDb } from './database.ts';
import { createForgottenOps } from './forgotten-ops.ts';
import type { Meta } from './meta.ts';
import type { OpLog } from './op-log.ts';
import { createPace, recordsOf, type RecordOfKind } from './short-steps.ts';

export type PartitionEraser = {
  /** The partitions being erased. */
  pending(): readonly string[];
  /** From now on it is to go; nothing where it already is. */
  begin(partition: string): void;
  /** Does one step; false when nothing is left to erase. */
  step(): boolean;
};

/** What is taken away as one: its records, some at a time, and with the last of them its ops. */
type Part = { readonly records: readonly RecordOfKind[]; readonly cut: () => void };

/** The partitions that are being erased. */
export function partitionsBeingErased(meta: Meta): string[] {
  return JSON.parse(meta.get('erasing') ?? '[]') as string[]; // written below
}

export function createPartitionEraser(deps: {
  readonly db: WritableDb;
  readonly meta: Meta;
  readonly log: OpLog;
  readonly archive: Archive;
  readonly committer: Committer;
  readonly checkpoints: Pick<Checkpoints, 'between'>;
}): PartitionEraser {
  const { meta, log: opLog, archive, committer } = deps;
  const forgotten = createForgottenOps(deps);
  const pace = createPace();
  let part: Part | null = null;

  const pending = (): string[] => partitionsBeingErased(meta);
  const setPending = (partitions: readonly string[]): void =>
    partitions.length === 0 ? meta.remove('erasing') : meta.set('erasing', JSON.stringify(partitions));

  function nextPart(partition: string): Part | null {
    for (const log of opLog.logs()) {
      const last = log.partition === partition ? opLog.lastPart(log) : null;
      const from = last?.[0]?.seq;
      if (last === null || from === undefined) continue;
      const end = opLog.head(log).seq;
      return {
        records: recordsOf(last),
        cut() {
          // What came meanwhile is a part of its own.
          if (opLog.head(log).seq === end) opLog.cutBack(log, from - 1);
        },
      };
    }
    const chunk = archive.lastOf(partition);
    if (chunk !== null)
      return { records: recordsOf(chunk.entries.map(({ op }) => op)), cut: () => archive.drop(chunk.ref) };
    // Rows that were still to be made anew.
    const ref = forgotten.lastOf(partition);
    return ref === null ? null : { records: forgotten.recordsOf(ref), cut: () => forgotten.drop(ref) };
  }

  return {
    pending,
    begin(partition) {
      const all = pending();
      if (!all.includes(partition)) setPending([...all, partition]);
    },
    step() {
      const [partition, ...others] = pending();
      if (partition === undefined) return false;
      if (deps.checkpoints.between()) return true;
      const current = part ?? nextPart(partition);
      // Until its end has been written the part is looked for again, whatever happens in between.
      part = null;
      if (current === null) {
        committer.forget(partition, () => setPending(others));
        return true;
      }
      const rest = pace(current.records, (now, others) =>
        committer.withdraw(partition, now, () => {
          if (others.length === 0) current.cut();
        }),
      );
      if (rest.length > 0) part = { ...current, records: rest };
      return true;
    },
  };
}
