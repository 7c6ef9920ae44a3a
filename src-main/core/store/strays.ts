/** Takes back what others keep of this laptop's continuations that lost (#shared/sync/stray.ts). */
import { parseLogKey } from '#shared/sync/messages.ts';
import type { LooseOp } from '#shared/sync/loose-ops.ts';
import type { Op } from '#shared/sync/op.ts';
import { isKeptWhole } from '#shared/sync/squeeze.ts';
import { Stray } from '#shared/sync/stray.ts';
import { type Held, readStrays, writtenAgain } from '#shared/sync/take-back.ts';
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

/** What this laptop's own logs of a partition say about some records. */
export function ownAbout(opLog: OpLog, partition: string, records: ReadonlySet<string>): LooseOp[] {
  return ownLogs(opLog, partition).flatMap((log) =>
    [...opLog.opsAbout(log, records)].map((op): LooseOp => ({ op, replica: log.replica })),
  );
}

function ownLogs(opLog: OpLog, partition: string): Log[] {
  return opLog.logs().filter((log) => opLog.isOwn(log.replica) && log.partition === partition);
}

/** Takes back what others kept of the logs that pass `isWanted`; answers how many ops were written again. */
export function createStrayTaker(deps: StrayTakerDeps): (isWanted: (log: string) => boolean) => number {
  const { log: opLog, committer } = deps;
  const select = deps.db.prepare('select id, f_log as log, f_segment as segment from stray where alive = 1');

  /** What this laptop's own logs of the partition say about the records of a run. */
  function heldOf(run: readonly Op[], partition: string): Held {
    const records = new Set(run.map(({ record }) => record));
    const own = ownAbout(opLog, partition, records);
    const logs = ownLogs(opLog, partition);
    const isBegun = logs.some((log) => opLog.base(log) > 0 && opLog.opsAfter(log, 0, 1)[0]?.seq !== 1);
    const rest = [...(isBegun ? records : [])].flatMap((record) =>
      opLog
        .opsOfRecord(record)
        .filter(({ op, log }) => log.partition === partition && op.seq <= opLog.base(log))
        .map(({ op, log }): LooseOp => ({ op, replica: log.replica })),
    );
    // What it keeps as it is says itself whose it is.
    const whole = rest.filter(({ op, replica }) => isKeptWhole(op.kind) && opLog.isOwn(replica));
    return { isOwn: opLog.isOwn, own: [...own, ...whole], rest };
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
        count += committer.takeBack(partition, replica, (into, after) => {
          const ops = writtenAgain(run, { replica: into.replica, after }, heldOf(run.ops, partition));
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
