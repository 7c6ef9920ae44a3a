/**
 * Opens the encrypted SQLite file. SQLCipher 4 format with a raw key: the key is random and wrapped elsewhere
 * (core/access/vault.ts), so opening costs no key derivation.
 *
 * Reads take a `ReadableDb`; only commit, apply and migrations hold a `WritableDb`, so that there is one write path.
 */
import Database from 'better-sqlite3';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';

declare const readable: unique symbol;
declare const writable: unique symbol;
export type ReadableDb = Pick<Database.Database, 'prepare'> & { readonly [readable]: true };
export type WritableDb = Database.Database & { readonly [readable]: true; readonly [writable]: true };

/** Where and with which key (32 bytes; null only for sample data and benchmarks) the store lies. */
export type DatabaseFile = { readonly path: string; readonly key: Uint8Array | null };

/**
 * Opens or creates the file with our pragmas: WAL, FULL (a person's edit survives a power cut), one process at a time.
 * Failures: `store/damaged` (also: another key), `store/in-use`, `store/disk-full`, `store/disk-error`.
 */
export function openDatabase(file: DatabaseFile): Result<WritableDb> {
  let db: Database.Database | undefined;
  try {
    db = new Database(file.path, { timeout: 2000 });
    setKey(db, file.key);
    db.pragma('locking_mode = exclusive');
    db.pragma('journal_mode = wal');
    db.pragma('synchronous = full');
    db.pragma('foreign_keys = on');
    db.pragma('temp_store = memory');
    db.pragma('cache_size = -16000');
    // The first read is what finds a wrong key, a damaged header or a second process.
    db.prepare('select count(*) from sqlite_schema').get();
    db.exec('begin immediate; commit');
    // The brands exist in types only.
    return ok(db as WritableDb);
  } catch (error) {
    db?.close();
    const failure = databaseFailure(error);
    if (failure === null) throw error;
    return err(failure);
  }
}

/** Gives the connection its key. Must come before anything else touches the file. */
function setKey(db: Database.Database, key: Uint8Array | null): void {
  if (key === null) return;
  db.pragma(`cipher = 'sqlcipher'`);
  db.pragma('legacy = 4');
  db.pragma(`key = "x'${bytesToHex(key)}'"`);
}

/** Runs `work` without waiting for the disk at its end: for what can be fetched or asked again. Not within a transaction. */
export function withoutWaiting<T>(db: WritableDb, work: () => T): T {
  // `exec` makes no statement to answer by: a twentieth of what `pragma` takes, and a snapshot comes in many transactions.
  db.exec('pragma synchronous = normal');
  try {
    return work();
  } finally {
    db.exec('pragma synchronous = full');
  }
}

/** Whether every page of the file can be read and its b-trees hold together. Takes about a second per 500 MB. */
export function isSound(db: ReadableDb): boolean {
  try {
    const row = db.prepare('pragma quick_check(1)').get() as { quick_check?: unknown } | undefined; // pragma's fixed column
    return row?.quick_check === 'ok';
  } catch {
    return false;
  }
}

/** The expected failure behind an SQLite or file-system error; null for a bug. */
export function databaseFailure(error: unknown): Failure | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC') return { code: 'store/disk-full' };
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return { code: 'store/damaged' };
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return { code: 'store/in-use' };
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return { code: 'store/read-only' };
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN') || code === 'EIO')
    return { code: 'store/disk-error' };
  return null;
}
