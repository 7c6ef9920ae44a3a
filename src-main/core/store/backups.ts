/**
 * Daily verified backups beside the store: a ring of whole encrypted copies. The store's only process copies the file
 * between two transactions after folding the WAL into it, so a copy is always one consistent moment; it counts as a backup
 * only once it has been opened with the key and checked.
 */
import {
  closeSync,
  copyFileSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Logger, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { databaseFailure, isSound, openDatabase, type WritableDb } from './database.ts';

/** Newest copies kept. */
const ringSize = 7;
const dayMs = 20 * 3_600_000;

export type Backup = { readonly id: string; readonly madeAt: number; readonly bytes: number };

export type Backups = {
  /** Newest first. */
  list(): Backup[];
  /** Copies and verifies. Failures: `store/disk-full`, `store/damaged` (the store itself does not check out). */
  make(db: WritableDb | null, key: Uint8Array | null): Result<Backup>;
  /** Whether the newest is older than a day. */
  isDue(): boolean;
  /**
   * Puts a backup in place of the store, which must be closed; the damaged file stays beside it under another name.
   * Failures: `store/no-backup`, `store/disk-full`, `store/disk-error`.
   */
  restore(id: string): Result<null>;
  /** Renames the closed store, so that a new one may be made; nothing is deleted. Failure: `store/disk-error` … */
  putAside(): Result<null>;
};

export function createBackups(directory: string, deps: { time: Time; logger: Logger }): Backups {
  const folder = join(directory, 'backups');
  const storePath = join(directory, 'komissiya.db');
  const self: Backups = {
    list() {
      if (!existsSync(folder)) return [];
      return readdirSync(folder)
        .flatMap((name) => {
          const match = /^(\d{13,14})\.db$/.exec(name);
          if (match === null) return [];
          return [{ id: name, madeAt: Number(match[1]), bytes: statSync(join(folder, name)).size }];
        })
        .sort((a, b) => b.madeAt - a.madeAt);
    },

    make(db, key) {
      const madeAt = Math.max(deps.time.now(), (self.list()[0]?.madeAt ?? 0) + 1);
      const id = `${String(madeAt).padStart(13, '0')}.db`;
      const draft = join(folder, `${id}.part`);
      try {
        mkdirSync(folder, { recursive: true });
        db?.pragma('wal_checkpoint(truncate)');
        copyFileSync(storePath, draft, constants.COPYFILE_FICLONE);
        sync(draft);
        const copy = openDatabase({ path: draft, key });
        const sound = copy.ok && isSound(copy.value);
        if (copy.ok) copy.value.close();
        if (!sound) {
          removeFile(draft);
          deps.logger.error('backup/unsound');
          return err({ code: 'store/damaged' });
        }
        renameSync(draft, join(folder, id));
        for (const old of self.list().slice(ringSize)) rmSync(join(folder, old.id), { force: true });
        const backup = { id, madeAt, bytes: statSync(join(folder, id)).size };
        deps.logger.info('backup/made', { bytes: backup.bytes });
        return ok(backup);
      } catch (error) {
        removeFile(draft);
        const failure = databaseFailure(error);
        if (failure === null) throw error;
        return err(failure);
      }
    },

    isDue: () => deps.time.now() - (self.list()[0]?.madeAt ?? 0) > dayMs,

    restore(id) {
      const backup = self.list().find((each) => each.id === id);
      if (backup === undefined) return err({ code: 'store/no-backup' });
      const draft = `${storePath}.restoring`;
      try {
        copyFileSync(join(folder, backup.id), draft);
        sync(draft);
        const aside = self.putAside();
        if (!aside.ok) return aside;
        renameSync(draft, storePath);
        deps.logger.warn('backup/restored', { age: deps.time.now() - backup.madeAt });
        return ok(null);
      } catch (error) {
        removeFile(draft);
        const failure = databaseFailure(error);
        if (failure === null) throw error;
        return err(failure);
      }
    },

    putAside() {
      try {
        const name = `${storePath}.damaged-${deps.time.now()}`;
        // The write-ahead log may hold the last edits: it goes with its file, for whoever tries to rescue them.
        for (const suffix of ['', '-wal', '-shm']) {
          if (existsSync(`${storePath}${suffix}`)) renameSync(`${storePath}${suffix}`, `${name}${suffix}`);
        }
        return ok(null);
      } catch (error) {
        const failure = databaseFailure(error);
        if (failure === null) throw error;
        return err(failure);
      }
    },
  };
  return self;
}

function sync(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function removeFile(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
}
