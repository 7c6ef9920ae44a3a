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

  /** Those of a run's ops that this laptop's own logs of the partition say. */
  function heldOf(run: readonly Op[], partition: string): ReadonlySet<Op> {
    const own = opLog.logs().filter((log) => opLog.isOwn(log.replica) && log.partition === partition);
    const said = new Set<string>();
    for (const log of own)
      for (let seq = 0, part = opLog.opsAfter(log, 0, 1000); part.length > 0; part = opLog.opsAfter(log, seq, 1000)) {
        for (const op of part) said.add(nameOf(op));
        seq = part.at(-1)?.seq ?? seq;
      }
    const isTold = own.some((log) => opLog.base(log) > 0 && opLog.opsAfter(log, 0, 1)[0]?.seq !== 1);
    return new Set(run.filter((op) => said.has(nameOf(op)) || (isTold && isCovered(op))));
  }

  /**
   * Of a log that begins with a snapshot here, whether that tells of an op of the record, this one or a later: it leaves out what was
   * replaced before it was made.
   */
  function isCovered({ record, time }: Op): boolean {
    return opLog
      .opsOfRecord(record)
      .some(({ op, log }) => opLog.isOwn(log.replica) && op.seq <= opLog.base(log) && op.time >= time);
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
          const held = heldOf(run.ops, partition);
          const ops = writtenAgain(
            run,
            place,
            (op) => held.has(op),
            (op) => isSince(into, run.after, op),
          );
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

/** What an op is known by, in whatever log it stands. */
function nameOf({ time, kind, act, record }: Op): string {
  return `${time} ${kind} ${act} ${record}`;
}
