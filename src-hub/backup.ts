/**
 * Backup and restore. A backup is a folder: `hub.sqlite`, the database as of one moment (whatever database the hub runs on,
 * so a backup of one kind can be restored into the other), `blobs/`, and `backup.json`, written last: without it the
 * folder is no backup. It can be made while the hub runs, and again into the same folder: then only new blobs are copied.
 *
 * Whoever has it can speak as the hub and read every record: keep it as safe as the hub itself.
 */
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { type BlobStore, blobKey, createFolderBlobStore } from './blob-store.ts';
import { type Dialect, type HubDb, openDatabase } from './db/database.ts';
import type { HubDatabase } from './db/schema.ts';
import { sayAnew } from './said-anew.ts';

type Table = keyof HubDatabase;

/** Every table worth keeping with its key, those referred to first. Parts of unfinished uploads are sent again. */
const tables: readonly (readonly [Table, readonly string[], number])[] = [
  ['hub_identity', ['id'], 1],
  ['seal_key', ['id'], 1],
  ['replica', ['id'], 500],
  ['credential', ['serial'], 500],
  ['learnt_credential', ['serial'], 500],
  ['revoked_identity', ['replica'], 500],
  ['invitation', ['code_hash'], 500],
  ['log', ['replica', 'partition'], 500],
  // Few at a time: one may be 8 MB.
  ['segment', ['replica', 'partition', 'from_seq'], 20],
  ['exchange', ['id'], 500],
  ['refusal', ['replica', 'reason', 'day'], 500],
  ['blob', ['sha256'], 500],
  ['blob_ref', ['sha256', 'partition'], 500],
  ['shelf_pack', ['id', 'version'], 500],
];

export const BackupFacts = z.object({
  format: z.literal(1),
  hub: z.string(),
  epoch: z.string(),
  madeAt: z.int(),
  rows: z.record(z.string(), z.int()),
  blobBytes: z.int(),
});
export type BackupFacts = z.infer<typeof BackupFacts>;

type Deps = {
  readonly db: HubDb;
  readonly dialect: Dialect;
  readonly store: BlobStore;
  readonly time: Time;
  readonly random: Random;
};

/** Makes a backup. Failure `backup/damaged-blob` {sha256}: a blob is missing or not what it should be. */
export async function backUp(deps: Deps, directory: string): Promise<Result<BackupFacts>> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const factsFile = join(directory, 'backup.json');
  const fresh = join(directory, 'incoming-database');
  await rm(fresh, { recursive: true, force: true });
  const copy = await openDatabase({ databaseUrl: null, directory: fresh, onBroken: () => undefined });
  let rows: Record<string, number>;
  try {
    // One transaction sees one moment: repeatable read in PostgreSQL, the snapshot of the first read in SQLite.
    const reading = deps.db.transaction();
    rows = await (deps.dialect === 'postgres'
      ? reading.setIsolationLevel('repeatable read').setAccessMode('read only')
      : reading
    ).execute((tx) => copyTables(tx, copy.db, null));
    await sql`pragma wal_checkpoint(truncate)`.execute(copy.db);
    await sql`pragma journal_mode = delete`.execute(copy.db);
  } finally {
    await copy.db.destroy();
  }
  const saved = await openDatabase({ databaseUrl: null, directory: fresh, onBroken: () => undefined });
  const target = createFolderBlobStore(directory, deps.random);
  let blobBytes = 0;
  let identity: { name: string; epoch: string };
  try {
    identity = await saved.db.selectFrom('hub_identity').select(['name', 'epoch']).executeTakeFirstOrThrow();
    // After the database: a blob's row is written after its bytes, so every row copied has its bytes there.
    for (const { sha256, bytes } of await saved.db.selectFrom('blob').selectAll().execute()) {
      blobBytes += bytes;
      if ((await target.size(blobKey(sha256))) === bytes) continue;
      if (!(await copyBlob(deps.store, target, sha256, bytes))) return err({ code: 'backup/damaged-blob', sha256 });
    }
    await sql`pragma journal_mode = delete`.execute(saved.db);
  } finally {
    await saved.db.destroy();
  }
  await rm(factsFile, { force: true });
  await rename(join(fresh, 'hub.sqlite'), join(directory, 'hub.sqlite'));
  await rm(fresh, { recursive: true, force: true });
  const facts = {
    format: 1 as const,
    hub: identity.name,
    epoch: identity.epoch,
    madeAt: deps.time.now(),
    rows,
    blobBytes,
  };
  await writeFile(`${factsFile}.new`, `${JSON.stringify(facts, null, 2)}\n`, { flush: true, mode: 0o600 });
  await rename(`${factsFile}.new`, factsFile);
  return ok(facts);
}

/**
 * Puts a backup into an empty database and blob store, under a new epoch, so that laptops send again what came after it, and judge by the
 * rights that stand in it (said-anew.ts). Invitations that nobody had used end: they may have been used since, and work once.
 * Failures: `backup/none` (no complete backup in the folder), `backup/not-empty`, `backup/from-future` (made by a newer
 * hub), `backup/damaged-blob` {sha256}.
 */
export async function restore(
  deps: Deps,
  directory: string,
): Promise<Result<BackupFacts & { newEpoch: string; endedInvitations: number }>> {
  const facts = await readFacts(directory);
  if (facts === null) return err({ code: 'backup/none' });
  for (const table of ['replica', 'log', 'invitation', 'blob'] as const) {
    const row = await deps.db.selectFrom(table).select(sql`1`.as('one')).limit(1).executeTakeFirst();
    if (row !== undefined) return err({ code: 'backup/not-empty' });
  }
  // A copy is opened: opening may migrate, and the backup stays as it is.
  const scratch = await mkdtemp(join(tmpdir(), 'hub-restore-'));
  try {
    await copyFile(join(directory, 'hub.sqlite'), join(scratch, 'hub.sqlite'));
    const opened = await openDatabase({ databaseUrl: null, directory: scratch, onBroken: () => undefined }).catch(
      () => null,
    );
    if (opened === null) return err({ code: 'backup/from-future' });
    const source = createFolderBlobStore(directory, deps.random);
    const newEpoch = bytesToHex(deps.random.bytes(8));
    let endedInvitations = 0;
    try {
      for (const { sha256, bytes } of await opened.db.selectFrom('blob').selectAll().execute()) {
        if ((await deps.store.size(blobKey(sha256))) === bytes) continue;
        if (!(await copyBlob(source, deps.store, sha256, bytes))) return err({ code: 'backup/damaged-blob', sha256 });
      }
      await deps.db.transaction().execute(async (tx) => {
        await tx.deleteFrom('hub_identity').execute();
        await tx.deleteFrom('seal_key').execute();
        await copyTables(opened.db, tx, newEpoch);
        await sayAnew(tx, deps);
        endedInvitations = await endInvitations(tx, deps.time.now());
      });
    } finally {
      await opened.db.destroy();
    }
    return ok({ ...facts, newEpoch, endedInvitations });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Answers how many could still have been used. */
async function endInvitations(tx: HubDb, now: number): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('invitation')
    .set({ expires_at: now })
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

async function readFacts(directory: string): Promise<BackupFacts | null> {
  try {
    return BackupFacts.parse(JSON.parse(await readFile(join(directory, 'backup.json'), 'utf8')));
  } catch {
    return null;
  }
}

/** Copies every table in pages; answers the number of rows of each. `epoch` replaces the identity's when given. */
async function copyTables(from: HubDb, to: HubDb, epoch: string | null): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [table, key, pageRows] of tables) {
    // The tables are copied as they are, whatever their columns.
    const [source, target] = [from, to] as unknown as [Kysely<Any>, Kysely<Any>];
    const columns = sql.join(key.map((name) => sql.ref(name)));
    let count = 0;
    let last: Row | null = null;
    for (;;) {
      let query = source.selectFrom(table).selectAll().orderBy(columns).limit(pageRows);
      if (last !== null) {
        const seen: Row = last;
        query = query.where(sql<boolean>`(${columns}) > (${sql.join(key.map((name) => sql.val(seen[name])))})`);
      }
      const rows = await query.execute();
      const taken = epoch !== null && table === 'hub_identity' ? rows.map((row) => ({ ...row, epoch })) : rows;
      // One by one: SQLite's limit of values in a statement is not in the way, and pages are small.
      for (const row of taken) await target.insertInto(table).values(row).execute();
      count += rows.length;
      last = rows.at(-1) ?? null;
      if (rows.length < pageRows) break;
    }
    counts[table] = count;
  }
  return counts;
}

type Row = Record<string, unknown>;
type Any = Record<string, Row>;

async function copyBlob(from: BlobStore, to: BlobStore, sha256: string, bytes: number): Promise<boolean> {
  if ((await from.size(blobKey(sha256))) !== bytes) return false;
  return to.putBlob(sha256, bytes, await from.read(blobKey(sha256), 0, bytes - 1));
}
