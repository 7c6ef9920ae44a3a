/**
 * Forward-only migrations. `user_version` counts those applied; a file with a greater number was written by a newer app
 * and is refused untouched. The file is backed up before the first pending migration of an existing store.
 */
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { WritableDb } from './database.ts';
import { migration001 } from './migrations/001-log.ts';
import { migration002 } from './migrations/002-packs.ts';
import { migration003 } from './migrations/003-authors.ts';
import { migration004 } from './migrations/004-attachments.ts';
import { migration005 } from './migrations/005-archive.ts';
import { migration006 } from './migrations/006-short-ids.ts';
import { migration007 } from './migrations/007-attachments-by-partition.ts';
import { migration008 } from './migrations/008-forgotten.ts';
import { migration009 } from './migrations/009-cut-off.ts';

/** `run` does, after `sql`, what needs to look at the schema first. */
export type Migration = { readonly name: string; readonly sql: string; run?(db: WritableDb): void };

/** In order; never change or remove one that has been released. */
export const migrations: readonly Migration[] = [
  migration001,
  migration002,
  migration003,
  migration004,
  migration005,
  migration006,
  migration007,
  migration008,
  migration009,
];

/**
 * Brings the schema up to date, each migration in its own transaction. `backUp` is called once before the first change
 * of a store that already has data. Failure: `store/from-future` {found, known}.
 */
export function migrate(db: WritableDb, backUp: () => void): Result<null> {
  const found = Number(db.pragma('user_version', { simple: true }));
  if (found > migrations.length) return err({ code: 'store/from-future', found, known: migrations.length });
  if (found > 0 && found < migrations.length) backUp();
  for (let version = found; version < migrations.length; version += 1) {
    const migration = migrations[version];
    if (migration === undefined) break;
    db.transaction(() => {
      db.exec(migration.sql);
      migration.run?.(db);
      db.pragma(`user_version = ${version + 1}`);
    }).immediate();
  }
  return ok(null);
}
