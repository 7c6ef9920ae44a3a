/**
 * The open store: one encrypted file, its migrations and tables, the write path and the reads. Everything below a
 * signed-in person hangs on one of these; `close` forgets the key.
 */
import { allKinds } from '#shared/kinds/all-kinds.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import { tidyValues } from '#shared/kinds/tidy-values.ts';
import { countryOf } from '#shared/access/partitions.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { Logger, Random, Time } from '#shared/kernel/ports.ts';
import { ok, type Result } from '#shared/kernel/result.ts';
import { keysVersion } from '#shared/text/keys-version.ts';
import { type Archive, createArchive } from './archive.ts';
import { createAuthors } from './authors.ts';
import { type Checkpoints, createCheckpoints, type Later } from './checkpoints.ts';
import { type Committer, createCommitter } from './commit.ts';
import { type DatabaseFile, openDatabase, type WritableDb } from './database.ts';
import { createForgottenOps } from './forgotten-ops.ts';
import { formerIdentities, type Identity, loadIdentity, renewIdentity } from './identity.ts';
import { createDeskIndex, type DeskIndex } from './desk-index.ts';
import { createIndexes, type Indexes } from './indexes.ts';
import { createMeta, type Meta } from './meta.ts';
import { migrate } from './migrate.ts';
import { createOpLog, type OpLog } from './op-log.ts';
import { createRecordQueries, type RecordQueries } from './records-queries.ts';
import type { Change } from './change.ts';
import { createPlacement } from './placement.ts';
import { createRecordPartitions, type RecordPartitions } from './record-partitions.ts';
import { ensureTables } from './tables.ts';

export type StoreDeps = {
  readonly time: Time;
  readonly random: Random;
  readonly logger: Logger;
  readonly changed: (topics: readonly string[]) => void;
  /** The kinds this version knows; all of them when not given. Tests and measurements stand for other versions. */
  readonly kinds?: readonly Kind[];
  readonly later?: Later;
  /** Called before a migration touches a store that has data. */
  readonly backUp: () => void;
};

export type Store = {
  readonly db: WritableDb;
  readonly meta: Meta;
  readonly log: OpLog;
  readonly archive: Archive;
  readonly indexes: Indexes;
  readonly desk: DeskIndex;
  readonly queries: RecordQueries;
  readonly committer: Committer;
  readonly checkpoints: Checkpoints;
  /** Where this laptop writes. */
  readonly partition: string;
  readonly partitions: RecordPartitions;
  identity(): Identity;
  /** Those it had before, the latest first. */
  formers(): readonly Identity[];
  /** After a restored backup: see identity.ts. */
  renewIdentity(): void;
  /** Writes as the given person, each change into the partition of its record; `mayCommit` says whether that is allowed. */
  commit(changes: readonly Change[], actor: Id | null): number;
  /** Whether this laptop may write these changes where they belong. */
  mayCommit(changes: readonly Change[]): boolean;
  close(): void;
};

/**
 * Opens a store, or makes it when the file is not there. `partition` is where this laptop writes.
 * Failures: those of `openDatabase` and `migrate`.
 */
export function openStore(file: DatabaseFile, partition: string, deps: StoreDeps): Result<Store> {
  const opened = openDatabase(file);
  if (!opened.ok) return opened;
  const db = opened.value;
  try {
    const migrated = migrate(db, deps.backUp);
    if (!migrated.ok) {
      db.close();
      return migrated;
    }
    const kinds = deps.kinds ?? allKinds;
    ensureTables(db, kinds);
    const meta = createMeta(db);
    let identity = loadIdentity(meta, deps);
    let formers = formerIdentities(meta);
    const archive = createArchive(db, meta);
    const log = createOpLog({
      db,
      meta,
      archive,
      random: deps.random,
      identity: () => identity,
      formers: () => formers,
    });
    log.addReplica(identity.replica, identity.publicKey);
    const indexes = createIndexes(db, meta, kinds);
    const desk = createDeskIndex(db, log, meta, kinds);
    const authors = createAuthors(db);
    const checkpoints = createCheckpoints({ ...deps, db });
    const forgotten = createForgottenOps({ db, meta });
    const committer = createCommitter({ ...deps, db, log, indexes, desk, authors, checkpoints, forgotten, kinds });
    rebuildChangedKinds(kinds, meta, log, committer);
    const partitions = createRecordPartitions({ db, log, forgotten, own: partition });
    const placement = createPlacement({ db, log, meta, records: partitions, partition });
    const country = countryOf(partition);
    return ok({
      db,
      meta,
      log,
      archive,
      indexes,
      desk,
      queries: createRecordQueries(db, log, indexes, authors),
      committer,
      checkpoints,
      partition,
      partitions,
      identity: () => identity,
      formers: () => formers,
      renewIdentity() {
        // What lies open would be sealed by nobody under the new identity.
        committer.seal();
        db.transaction(() => {
          identity = renewIdentity(meta, deps);
          formers = formerIdentities(meta);
          log.addReplica(identity.replica, identity.publicKey);
        }).immediate();
      },
      commit(changes, actor) {
        const tidy = changes.map((change) => ({ ...change, values: tidyValues(change.kind, change.values, country) }));
        return committer.commit(tidy, { replica: identity.replica, partitionOf: placement.partitionOf, actor });
      },
      mayCommit: placement.mayWrite,
      close() {
        checkpoints.close();
        if (db.open) db.close();
      },
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A version that knows more kinds or fields finds what older versions could only keep in the log; one that makes other keys makes them anew. */
function rebuildChangedKinds(kinds: readonly Kind[], meta: Meta, log: OpLog, committer: Committer): void {
  for (const kind of kinds) {
    const key = `fields-of-${kind.name}`;
    const numbers = Object.values(kind.fields)
      .map((field) => `${field.number}${field.merge === 'set' ? 's' : ''}`)
      .sort()
      .join(' ');
    const wanted = `${numbers} keys-${keysVersion}`;
    const known = meta.get(key);
    if (known === wanted) continue;
    // A kind that is new to this store may have come from laptops of a newer version before.
    if (known !== null || log.logs().length > 0) committer.rebuild(kind);
    meta.set(key, wanted);
  }
}
