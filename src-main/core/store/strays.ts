/** Takes back what others keep of this laptop's continuations that lost (#shared/sync/stray.ts). */
import { parseLogKey } from '#shared/sync/messages.ts';
import type { Op } from '#shared/sync/op.ts';
import { readStrays, Stray, writtenAgain } from '#shared/sync/stray.ts';
import { fromColumnId } from './column-id.ts';
import type { Committer } from './commit.ts';
import type { WritableDb } from './database.ts';
import { verifySignature } from './identity.ts';
import type { Log, OpLog } from './op-log.ts';
import { segmentPorts } from './segment-ports.ts';

export type StrayTakerDeps = {
  readonly db: WritableDb;
  readonly log: OpLog;
  readonly committer: Committer;
  /** Whether the hub would take these ops from this laptop now: one it refuses would hold up the whole log. */
  readonly mayWrite: (partition: string, ops: readonly Op[]) => boolean;
};

/** Takes back what others kept of the logs that pass `isWanted`; answers how many ops were written again. */
export function createStrayTaker(deps: StrayTakerDeps): (isWanted: (log: string) => boolean) => number {
  const { log: opLog, committer } = deps;
  const select = deps.db.prepare('select id, f_log as log, f_segment as segment from stray where alive = 1');

  function isHeld({ record, time, kind, act }: Op): boolean {
    return opLog
      .opsOfRecord(record)
      .some(({ op, log }) => opLog.isOwn(log.replica) && op.time === time && op.kind === kind && op.act === act);
  }

  /** Whether the log has something about an op's record behind `after`. */
  function isSince(log: Log, after: number, { record }: Op): boolean {
    return opLog.opsOfRecord(record).some((each) => each.log === log && each.op.seq > after);
  }

  return (isWanted) => {
    const rows = select.all() as { id: unknown; log: string; segment: string }[]; // the columns named above
    let count = 0;
    for (const log of new Set(rows.map((row) => row.log))) {
      const { replica, partition } = parseLogKey(log);
      const key = opLog.publicKeyOf(replica);
      if (!opLog.isOwn(replica) || key === null || !isWanted(log)) continue;
      const strays = rows.filter((row) => row.log === log);
      const verify = (data: Uint8Array, signature: Uint8Array): boolean => verifySignature(key, data, signature);
      const segments = strays.map(({ segment }) => segment);
      let waits = false;
      for (const run of readStrays(log, segments, verify, segmentPorts))
        count += committer.takeBack(partition, (into, after) => {
          const place = { replica: into.replica, after };
          const ops = writtenAgain(run, place, isHeld, (op) => isSince(into, run.after, op));
          if (deps.mayWrite(partition, ops)) return ops;
          waits = true;
          return [];
        });
      if (waits) continue;
      const own = { replica: opLog.ownReplica(), partitionOf: () => partition, actor: null };
      committer.commit(
        strays.map(({ id }) => ({ kind: Stray, id: fromColumnId(id), act: 'remove', values: {} })),
        own,
      );
    }
    return count;
  };
}
