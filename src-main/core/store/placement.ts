/**
 * Where what a person writes goes: into the partition of the record it is about, a new record into this laptop's own or that of the
 * record it belongs to; and whether this laptop may write there, by what the hub granted it.
 */
import { Credential, logKey } from '#shared/sync/messages.ts';
import { coversPartition, mayWrite, newestFirst } from '#shared/sync/credential.ts';
import { selectById } from './column-id.ts';
import type { Change } from './change.ts';
import type { ReadableDb } from './database.ts';
import { createErasedLogs } from './erased-logs.ts';
import type { Meta } from './meta.ts';
import type { OpLog } from './op-log.ts';

export type Placement = {
  /** The partition a change belongs to. */
  partitionOf(change: Change): string;
  /** Whether the hub would take all of these from this laptop; before an enrolment only its own partition is. */
  mayWrite(changes: readonly Change[]): boolean;
};

export function createPlacement(deps: { db: ReadableDb; log: OpLog; meta: Meta; partition: string }): Placement {
  const { db, log: opLog, partition: own } = deps;
  const erased = createErasedLogs(deps.meta);
  const selectCredentials = db.prepare('select body from credential where replica = ?').pluck();

  function credential(): Credential | null {
    const newestOf = (replica: string): Credential | undefined => {
      const bodies = selectCredentials.all(replica) as string[]; // a text column
      return newestFirst(bodies.map((body) => Credential.parse(JSON.parse(body))))[0];
    };
    // Until the hub has let in a new identity the laptop writes what it might under the one before.
    for (const replica of opLog.ownReplicas()) {
      const newest = newestOf(replica);
      if (newest !== undefined) return newest;
    }
    return null;
  }

  /** Where a record's ops are; null where there are none. */
  function partitionOfRecord(id: string): string | null {
    return opLog.opsOfRecord(id)[0]?.log.partition ?? null;
  }

  const self: Placement = {
    partitionOf(change) {
      // Most laptops keep one partition: nothing need be looked up.
      if (!opLog.logs().some((log) => log.partition !== own)) return own;
      const row =
        change.isNew === true ? undefined : db.prepare(selectById(change.kind, 'own_log')).pluck().get(change.id);
      const found = row === undefined ? null : (opLog.logByRef(Number(row))?.partition ?? partitionOfRecord(change.id));
      if (found !== null) return found;
      return (change.beside === undefined ? null : partitionOfRecord(change.beside)) ?? own;
    },
    mayWrite(changes) {
      const places = changes.map((change) => ({ change, partition: self.partitionOf(change) }));
      const granted = credential();
      return places.every(({ change, partition }) => {
        if (granted === null) return partition === own;
        // In the own partition the person's own role counts, which their service has looked at.
        return partition === own
          ? coversPartition(granted, partition)
          : mayWrite(granted, change.kind, change.act, partition) && !erased.has(logKey(opLog.ownReplica(), partition));
      });
    },
  };
  return self;
}
