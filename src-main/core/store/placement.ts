/**
 * Where what a person writes goes: into the partition of the record it is about, a new record into this laptop's own or that of the
 * record it belongs to; and whether this laptop may write there, by what the hub granted it.
 */
import { Credential, logKey } from '#shared/sync/messages.ts';
import { coversPartition, mayWrite, newestFirst } from '#shared/sync/credential.ts';
import type { Change } from './change.ts';
import type { ReadableDb } from './database.ts';
import { createErasedLogs } from './erased-logs.ts';
import type { Meta } from './meta.ts';
import type { OpLog } from './op-log.ts';
import type { RecordPartitions } from './record-partitions.ts';

export type Placement = {
  /** The partition a change belongs to. */
  partitionOf(change: Change): string;
  /** Whether the hub would take all of these from this laptop; before an enrolment only its own partition is. */
  mayWrite(changes: readonly Change[]): boolean;
};

export function createPlacement(deps: {
  readonly db: ReadableDb;
  readonly log: OpLog;
  readonly meta: Meta;
  readonly records: RecordPartitions;
  readonly partition: string;
}): Placement {
  const { db, log: opLog, records, partition: own } = deps;
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

  const self: Placement = {
    partitionOf(change) {
      // Most laptops keep one partition: nothing need be looked up.
      if (records.only() === own) return own;
      const found = change.isNew === true ? null : records.of(change.id, change.kind);
      if (found !== null) return found;
      return (change.beside === undefined ? null : records.of(change.beside)) ?? own;
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
