/** The small facts the sync service keeps in the store: enrolment, what the hub last said, past exchanges. */
import type { Role } from '#shared/access/roles.ts';
import type { Enrolment, ExchangeRow, SuccessionNote, SyncMemory, SyncStore } from '../sync/sync-store.ts';
import type { Logger, Time } from '#shared/kernel/ports.ts';
import { logKey } from '#shared/sync/messages.ts';
import type { Archive } from './archive.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Committer } from './commit.ts';
import { createCompactor } from './compaction.ts';
import type { WritableDb } from './database.ts';
import type { Meta } from './meta.ts';
import type { RecordQueries } from './records-queries.ts';
import type { ReplicaStore } from '#shared/sync/replica-store.ts';
import type { OpLog } from './op-log.ts';
import { createSnapshotLoader } from './snapshot-loader.ts';
import { createScopes } from './scopes.ts';
import { createStickStore } from './stick-store.ts';

/** The Sync page lists no more. */
const keptExchanges = 200;

export type SyncMemoryDeps = {
  readonly db: WritableDb;
  readonly meta: Meta;
  readonly log: OpLog;
  readonly archive: Archive;
  readonly committer: Committer;
  readonly checkpoints: Checkpoints;
  readonly time: Time;
  readonly logger: Logger;
  readonly queries: RecordQueries;
  readonly replicaStore: ReplicaStore;
  readonly ownPartition: () => string;
  readonly ownRole: () => Role;
  readonly unsentFiles: (partition: string) => number;
};

/** Completes a `ReplicaStore` to what the sync service needs. */
export function createSyncStore(deps: SyncMemoryDeps): SyncStore {
  const { db, meta, queries } = deps;
  const insert = db.prepare(
    'insert into exchange (road, started_at, finished_at, sent, received, problem) values (?, ?, ?, ?, ?, ?)',
  );
  const prune = db.prepare('delete from exchange where ref <= (select max(ref) from exchange) - ?');
  const select = db.prepare('select * from exchange order by ref desc limit ?');
  const keep = (key: string, value: object | null): void =>
    value === null ? meta.remove(key) : meta.set(key, JSON.stringify(value));
  // All of these texts are written by the setters below, or when the identity was renewed.
  const parsed = <T>(key: string): T | null => {
    const text = meta.get(key);
    return text === null ? null : (JSON.parse(text) as T);
  };

  const enrolment = (): Enrolment | null => {
    const kept = parsed<Enrolment>('enrolment');
    // The first builds wrote none.
    return kept === null ? null : { ...kept, hubRecipient: kept.hubRecipient ?? null };
  };

  return {
    ...createStickStore(deps),
    scopes: createScopes({ ...deps, acknowledged: () => parsed<SyncMemory>('sync-memory')?.acknowledged ?? {} }),
    ownPartition: deps.ownPartition,
    ownRole: deps.ownRole,
    snapshots: createSnapshotLoader({
      ...deps,
      hubKey: () => enrolment()?.hubKey ?? null,
      addCredentials: (credentials) => deps.replicaStore.addCredentials(credentials),
    }),
    compactor: createCompactor(deps),
    enrolment,
    setEnrolment: (enrolment) => keep('enrolment', enrolment),
    succession: () => parsed<SuccessionNote>('succession'),
    setSuccession: (note) => keep('succession', note),
    syncMemory: () => parsed<SyncMemory>('sync-memory'),
    setSyncMemory: (memory) => meta.set('sync-memory', JSON.stringify(memory)),
    roadCounts() {
      const { refused: logs = {} } = parsed<SyncMemory>('sync-memory') ?? {};
      const { saved, sent, received, refused } = queries.roadCounts(({ replica, partition }) =>
        Object.hasOwn(logs, logKey(replica, partition)),
      );
      return { saved, sent, received, refused };
    },
    waitingByKind: () => queries.roadCounts().waitingByKind,
    waitingSince: () => queries.roadCounts().waitingSince,
    recordExchange(exchange) {
      insert.run(
        exchange.road,
        exchange.startedAt,
        exchange.finishedAt,
        exchange.sent,
        exchange.received,
        exchange.problem === null ? null : JSON.stringify(exchange.problem),
      );
      prune.run(keptExchanges);
    },
    exchanges: (limit) =>
      (select.all(limit) as ExchangeTableRow[]).map((row) => ({
        road: row.road,
        startedAt: row.started_at,
        finishedAt: row.finished_at,
        sent: row.sent,
        received: row.received,
        problem: row.problem === null ? null : (JSON.parse(row.problem) as ExchangeRow['problem']),
      })),
  };
}

type ExchangeTableRow = {
  road: 'hub' | 'stick';
  started_at: number;
  finished_at: number | null;
  sent: number;
  received: number;
  problem: string | null;
};
