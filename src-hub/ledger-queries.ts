/** The hub's own book-keeping: refusals by reason and day, exchanges that moved something, and the figures shown of them. */
import { sql } from 'kysely';
import { newId } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { Summary } from '#shared/sync/messages.ts';
import type { HubDb } from './db/database.ts';
import type { LogTable, ReplicaTable } from './db/schema.ts';

const dayMs = 86_400_000;
const keptDays = 90;
const visitsPerStatement = 500;

export type RefusalLine = {
  readonly reason: string;
  readonly count: number;
  readonly lastAt: number;
  readonly laptop: string | null;
};

/** A laptop was here, on the line or by stick. */
export type Visit = {
  readonly replica: string;
  /** Milliseconds UTC. */
  readonly at: number;
  /** Null where it did not say: as before. */
  readonly appVersion: string | null;
  /** What it holds now; null where it did not say: as before. */
  readonly summary: Summary | null;
  /** Digests of the attachments it holds, where it came by stick; null on the line. */
  readonly stickBlobs: readonly string[] | null;
} & Moved;

export type Moved = {
  readonly opsIn: number;
  readonly bytesIn: number;
  readonly segmentsOut: number;
  readonly bytesOut: number;
};
export const nothingMoved: Moved = { opsIn: 0, bytesIn: 0, segmentsOut: 0, bytesOut: 0 };

export type Ledger = ReturnType<typeof createLedger>;

export function createLedger(deps: { db: HubDb; time: Time; random: Random }) {
  const { db, time } = deps;

  async function countRefusal(replica: string, reason: string, count = 1): Promise<void> {
    const now = time.now();
    await db
      .insertInto('refusal')
      .values({ replica, reason, day: Math.floor(now / dayMs), count, last_at: now })
      .onConflict((conflict) =>
        conflict
          .columns(['replica', 'reason', 'day'])
          .doUpdateSet((set) => ({ count: set('refusal.count', '+', count), last_at: now })),
      )
      .execute();
  }

  /** Writes visits, one of a laptop at most, in one transaction: its last contact, and an exchange where something moved. */
  async function recordVisits(visits: readonly Visit[]): Promise<void> {
    await db.transaction().execute(async (tx) => {
      for (let at = 0; at < visits.length; at += visitsPerStatement) {
        const page = visits.slice(at, at + visitsPerStatement);
        // Both databases call the columns of a list of values so.
        const rows = page.map(
          ({ replica, at: when, appVersion, summary, stickBlobs }) => sql`(cast(${replica} as text),
            cast(${when} as bigint), cast(${appVersion} as text), cast(${toJson(summary)} as text),
            cast(${toJson(stickBlobs)} as text))`,
        );
        await sql`update replica set last_contact_at = visit.column2,
          app_version = coalesce(visit.column3, app_version), summary = coalesce(visit.column4, summary),
          stick_blobs = visit.column5
          from (values ${sql.join(rows)}) as visit where replica.id = visit.column1`.execute(tx);
        const moved = page.filter(({ opsIn, segmentsOut }) => opsIn + segmentsOut > 0);
        if (moved.length === 0) continue;
        await tx
          .insertInto('exchange')
          .values(
            moved.map((visit) => ({
              id: newId(deps),
              replica: visit.replica,
              at: visit.at,
              ops_in: visit.opsIn,
              bytes_in: visit.bytesIn,
              segments_out: visit.segmentsOut,
              bytes_out: visit.bytesOut,
            })),
          )
          .execute();
      }
    });
  }

  /** Forgets what is older than 90 days. */
  async function prune(): Promise<void> {
    const oldest = time.now() - keptDays * dayMs;
    await db.deleteFrom('exchange').where('at', '<', oldest).execute();
    await db.deleteFrom('refusal').where('last_at', '<', oldest).execute();
  }

  /** Refusals of the last 30 days by reason, most frequent first, with the laptop that was refused last. */
  async function refusals(): Promise<RefusalLine[]> {
    const rows = await db
      .selectFrom('refusal')
      .leftJoin('replica', 'replica.id', 'refusal.replica')
      .select(['refusal.reason', 'refusal.count', 'refusal.last_at', 'replica.laptop'])
      .where('refusal.last_at', '>=', time.now() - 30 * dayMs)
      .orderBy('refusal.last_at', 'desc')
      .execute();
    const lines = new Map<string, RefusalLine>();
    for (const row of rows) {
      const line = lines.get(row.reason) ?? { reason: row.reason, count: 0, lastAt: row.last_at, laptop: row.laptop };
      lines.set(row.reason, { ...line, count: line.count + row.count });
    }
    return [...lines.values()].sort((a, b) => b.count - a.count);
  }

  /** How often each laptop was refused for this reason in the days kept, by replica. */
  async function refusedFor(reason: string): Promise<ReadonlyMap<string, number>> {
    const rows = await db
      .selectFrom('refusal')
      .select((select) => ['replica', select.fn.sum<number>('count').as('count')])
      .where('reason', '=', reason)
      .groupBy('replica')
      .execute();
    return new Map(rows.map(({ replica, count }) => [replica, count]));
  }

  async function totals(): Promise<{ logs: number; ops: number; bytes: number }> {
    const row = await db
      .selectFrom('log')
      .select((select) => [
        select.fn.countAll<number>().as('logs'),
        select.fn.sum<number | null>('head_seq').as('ops'),
        select.fn.sum<number | null>('bytes').as('bytes'),
      ])
      .executeTakeFirst();
    return { logs: row?.logs ?? 0, ops: row?.ops ?? 0, bytes: row?.bytes ?? 0 };
  }

  /** Bytes that wait here for a laptop, as of its last exchange: a log partly held counts by its share of ops. */
  function waitingFor(laptop: Pick<ReplicaTable, 'id' | 'summary'>, logs: readonly LogTable[]): number {
    const held = laptop.summary === null ? {} : Summary.parse(JSON.parse(laptop.summary));
    let bytes = 0;
    for (const log of logs) {
      if (log.replica === laptop.id) continue;
      const missing = Math.max(0, log.head_seq - (held[`${log.replica} ${log.partition}`] ?? 0));
      bytes += Math.round((log.bytes * missing) / log.head_seq);
    }
    return bytes;
  }

  return { countRefusal, recordVisits, prune, refusals, refusedFor, totals, waitingFor };
}

function toJson(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
