/** Opens the hub's database: an SQLite file, or PostgreSQL when its address is given. One code above both. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, Migrator, PostgresDialect, type SqliteDatabase, SqliteDialect } from 'kysely';
import pg from 'pg';
import { hubMigrations } from './migrations.ts';
import type { HubDatabase } from './schema.ts';

export type Dialect = 'sqlite' | 'postgres';
export type HubDb = Kysely<HubDatabase>;
export type OpenedDatabase = { readonly db: HubDb; readonly dialect: Dialect };

const int8 = 20;
const numeric = 1700;
const mostPrepared = 200;

/** Opens and migrates. Throws when the database cannot be reached or comes from a newer hub. */
export async function openDatabase(place: {
  readonly databaseUrl: string | null;
  readonly directory: string;
  /** Told when an idle connection to PostgreSQL breaks; the pool replaces it. */
  readonly onBroken: (error: Error) => void;
}): Promise<OpenedDatabase> {
  const dialect: Dialect = place.databaseUrl === null ? 'sqlite' : 'postgres';
  const db = place.databaseUrl === null ? openSqlite(place.directory) : openPostgres(place.databaseUrl, place.onBroken);
  try {
    await migrate(db, dialect);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return { db, dialect };
}

function openSqlite(directory: string): HubDb {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const database = new Sqlite(join(directory, 'hub.sqlite'));
  database.pragma('journal_mode = wal');
  // What is acknowledged must survive a power cut: the laptops may drop theirs after it.
  database.pragma('synchronous = full');
  database.pragma('busy_timeout = 10000');
  database.pragma('foreign_keys = on');
  return new Kysely<HubDatabase>({ dialect: new SqliteDialect({ database: prepareOnce(database) }) });
}

/** Kysely prepares every statement anew, which costs more than most of them: here each text is prepared once. */
function prepareOnce(database: Sqlite.Database): SqliteDatabase {
  const prepared = new Map<string, Sqlite.Statement>();
  return {
    prepare(text) {
      const found = prepared.get(text);
      if (found !== undefined) return found;
      // Lists of any length make new texts for ever.
      if (prepared.size >= mostPrepared) prepared.clear();
      const statement = database.prepare(text);
      prepared.set(text, statement);
      return statement;
    },
    close: () => database.close(),
  };
}

function openPostgres(connectionString: string, onBroken: (error: Error) => void): HubDb {
  const pool = new pg.Pool({
    connectionString,
    max: 10,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    types: {
      // Our integers are counts and milliseconds, far below 2^53; pg gives 64-bit ones as text by default.
      getTypeParser: (type: number, format?: 'text' | 'binary') =>
        type === int8 || type === numeric ? Number : pg.types.getTypeParser(type, format),
    },
  });
  pool.on('error', onBroken);
  // One that breaks while a transaction has it fails that transaction's next query; without a listener it would end the hub.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<HubDatabase>({ dialect: new PostgresDialect({ pool }) });
}

/** Kysely's migrator holds an advisory lock in PostgreSQL, so several hubs may start at once. */
async function migrate(db: HubDb, dialect: Dialect): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => hubMigrations(dialect) },
    migrationTableName: 'hub_migration',
    migrationLockTableName: 'hub_migration_lock',
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
