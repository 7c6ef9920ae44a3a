/**
 * Daily verified backups beside the store: a ring of whole encrypted copies. The WAL is folded into the file, and stays apart from it
 * while the file is copied, so a copy is always one consistent moment; it counts as a backup only once it has been opened with the
 * key and checked.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Logger, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { copyBeside, copyNow, isSoundBeside, isSoundCopy } from './backup-copy.ts';
import type { Checkpoints } from './checkpoints.ts';
import { databaseFailure, type WritableDb } from './database.ts';

/** Newest copies kept. */
const ringSize = 7;
const dayMs = 20 * 3_600_000;

export type Backup = { readonly id: string; readonly madeAt: number; readonly bytes: number };

export type StoreDraft = { readonly path: string; readonly bytes: number; release(): void };

export type Backups = {
  /** Newest first. */
  list(): Backup[];
  /** Copies and verifies, with the caller waiting. Failures: `store/disk-full`, `store/damaged` (the store itself does not check out). */
  make(db: WritableDb | null, key: Uint8Array | null): Result<Backup>;
  /**
   * The same while a person works: the copy is written piece by piece and checked in a thread of its own, so no call waits. Null when
   * `signal` ended it. The store must not be closed before.
   */
  makeBeside(
    store: { readonly checkpoints: Checkpoints },
    key: Uint8Array | null,
    signal: AbortSignal,
  ): Promise<Result<Backup> | null>;
  /**
   * A verified copy for somebody who takes it elsewhere, made in the same way and no backup; it goes with `release`. Null when `signal` ended it.
   */
  draftBeside(
    store: { readonly checkpoints: Checkpoints },
    key: Uint8Array | null,
    signal: AbortSignal,
  ): Promise<Result<StoreDraft> | null>;
  /** Bytes of the store's files: what a copy of it takes at most. */
  storeBytes(): number;
  /** Whether the newest is older than a day. */
  isDue(): boolean;
  /**
   * Puts a backup in place of the store, which must be closed; the damaged file stays beside it under another name.
   * Failures: `store/no-backup`, `store/disk-full`, `store/disk-error`.
   */
  restore(id: string): Result<null>;
  /** The file that the last restored backup took the place of, as it was; null where there is none. */
  replaced(): string | null;
  /** Renames the closed store, so that a new one may be made; nothing is deleted. Failure: `store/disk-error` … */
  putAside(): Result<null>;
  /**
   * Lets go of the store's file, once SQLite has closed it. Not before: where a process closes any handle of a file, POSIX takes away all
   * its locks of that file, and a second process could open the store (https://www.sqlite.org/howtocorrupt.html, 2.2).
   */
  release(): void;
};

export function createBackups(directory: string, deps: { time: Time; logger: Logger }): Backups {
  const folder = join(directory, 'backups');
  const storePath = join(directory, 'komissiya.db');
  /** What was put aside, by the moment it was. */
  const asideName = 'komissiya.db.damaged-';
  let handle: number | null = null;
  const reader = (): number => (handle ??= openSync(storePath, 'r'));

  /** Drafts that somebody is taking elsewhere. */
  const lent = new Set<string>();
  /** One copy at a time: the store lies still for one of them only. */
  let copying: Promise<unknown> = Promise.resolve();

  function nextDraft(): Draft {
    // What a process that ended in the middle has left.
    if (existsSync(folder)) {
      for (const name of readdirSync(folder))
        if (name.includes('.part') && !lent.has(join(folder, name))) rmSync(join(folder, name), { force: true });
    }
    const madeAt = Math.max(deps.time.now(), (self.list()[0]?.madeAt ?? 0) + 1);
    const id = `${String(madeAt).padStart(13, '0')}.db`;
    return { id, madeAt, path: join(folder, `${id}.part`) };
  }

  function keep({ id, madeAt, path }: Draft, sound: boolean): Result<Backup> {
    if (!sound) return refuse(path);
    renameSync(path, join(folder, id));
    for (const old of self.list().slice(ringSize)) rmSync(join(folder, old.id), { force: true });
    const backup = { id, madeAt, bytes: statSync(join(folder, id)).size };
    deps.logger.info('backup/made', { bytes: backup.bytes });
    return ok(backup);
  }

  function refuse(path: string): Result<never> {
    removeFile(path);
    deps.logger.error('backup/unsound');
    return err({ code: 'store/damaged' });
  }

  function beside<T>(
    store: { readonly checkpoints: Checkpoints },
    key: Uint8Array | null,
    signal: AbortSignal,
    done: (draft: Draft, sound: boolean) => Result<T>,
  ): Promise<Result<T> | null> {
    const run = async (): Promise<Result<T> | null> => {
      if (signal.aborted) return null;
      const draft = nextDraft();
      try {
        await store.checkpoints.whileStill(() => copyBeside(reader(), draft.path, signal));
        const sound = signal.aborted ? null : await isSoundBeside(draft.path, key, signal);
        if (sound !== null && !signal.aborted) return done(draft, sound);
        removeFile(draft.path);
        return null;
      } catch (error) {
        return failed(draft, error);
      }
    };
    const next = copying.then(run, run);
    copying = next.catch(() => undefined);
    return next;
  }

  /** Leaves no half-written copy behind. */
  function failed(draft: Draft, error: unknown): Result<never> {
    removeFile(draft.path);
    const failure = databaseFailure(error);
    if (failure === null) throw error;
    return err(failure);
  }

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
      const draft = nextDraft();
      try {
        db?.pragma('wal_checkpoint(truncate)');
        copyNow(reader(), draft.path);
        return keep(draft, isSoundCopy(draft.path, key));
      } catch (error) {
        return failed(draft, error);
      }
    },

    makeBeside: (store, key, signal) => beside(store, key, signal, keep),

    draftBeside: (store, key, signal) =>
      beside(store, key, signal, ({ path }, sound) => {
        if (!sound) return refuse(path);
        lent.add(path);
        const release = (): void => {
          lent.delete(path);
          removeFile(path);
        };
        return ok({ path, bytes: statSync(path).size, release });
      }),

    storeBytes: () =>
      [storePath, `${storePath}-wal`].reduce((sum, path) => sum + (existsSync(path) ? statSync(path).size : 0), 0),

    isDue: () => deps.time.now() - (self.list()[0]?.madeAt ?? 0) > dayMs,

    restore(id) {
      const backup = self.list().find((each) => each.id === id);
      if (backup === undefined) return err({ code: 'store/no-backup' });
      const draft = `${storePath}.restoring`;
      self.release();
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

    replaced() {
      // The files beside each have a word behind the moment.
      const moments = readdirSync(directory)
        .filter((name) => name.startsWith(asideName))
        .map((name) => Number(name.slice(asideName.length)))
        .filter(Number.isInteger);
      return moments.length === 0 ? null : join(directory, `${asideName}${Math.max(...moments)}`);
    },

    putAside() {
      self.release();
      try {
        const name = join(directory, `${asideName}${deps.time.now()}`);
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

    release() {
      if (handle !== null) closeSync(handle);
      handle = null;
    },
  };
  return self;
}

type Draft = { readonly id: string; readonly madeAt: number; readonly path: string };

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
