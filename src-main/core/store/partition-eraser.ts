/**
 * Erases a partition step by step, each one short transaction, so that whatever else is written or asked for goes on between two of them.
 * How much goes with a step its own time decides, and what was written is copied into the main file between two of them.
 * What is being erased is remembered, and after a crash it goes on: a log is taken apart from its end, so at any time it is only
 * shorter than it was, and the archive's chunks go after the logs. With each part go the rows of its records; of a record that other
 * partitions' logs speak of too, the row is made anew from those.
 */
import type { Op } from '#shared/sync/op.ts';
import type { Archive } from './archive.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Committer } from './commit.ts';
import type { Meta } from './meta.ts';
import type { OpLog } from './op-log.ts';

export type PartitionEraser = {
  /** The partitions being erased. */
  pending(): readonly string[];
  /** From now on it is to go; nothing where it already is. */
  begin(partition: string): void;
  /** Does one step; false when nothing is left to erase. */
  step(): boolean;
};

/** A record of some kind, by the kind's number. */
export type RecordOfKind = Pick<Op, 'kind' | 'record'>;

/** What is taken away as one: its records, some at a time, and with the last of them its ops. */
type Part = { readonly records: readonly RecordOfKind[]; readonly cut: () => void };

/** Records to a step: fewer where one took longer than nobody notices, and more again. One of the conflict desk costs ten of another kind. */
const mostAtOnce = 50;
const stepMs = 20;

export function createPartitionEraser(deps: {
  readonly meta: Meta;
  readonly log: OpLog;
  readonly archive: Archive;
  readonly committer: Committer;
  readonly checkpoints: Pick<Checkpoints, 'between'>;
}): PartitionEraser {
  const { meta, log: opLog, archive, committer } = deps;
  let part: Part | null = null;
  let atOnce = mostAtOnce;

  const pending = (): string[] => JSON.parse(meta.get('erasing') ?? '[]') as string[]; // written here
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
    if (chunk === null) return null;
    return { records: recordsOf(chunk.entries.map(({ op }) => op)), cut: () => archive.drop(chunk.ref) };
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
      const rest = current.records.slice(atOnce);
      const beganAt = performance.now();
      committer.withdraw(partition, current.records.slice(0, atOnce), () => {
        if (rest.length === 0) current.cut();
      });
      const tookMs = performance.now() - beganAt;
      atOnce = tookMs > stepMs ? Math.max(1, atOnce >> 1) : Math.min(mostAtOnce, atOnce + 5);
      if (rest.length > 0) part = { ...current, records: rest };
      return true;
    },
  };
}

function recordsOf(ops: readonly Op[]): RecordOfKind[] {
  return [...new Map(ops.map(({ kind, record }) => [`${kind} ${record}`, { kind, record }])).values()];
}
