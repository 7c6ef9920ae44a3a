/**
 * Snapshots (#shared/sync/snapshot.ts) of partitions that have grown, for laptops that begin with nothing. Made from the one before
 * and the segments behind it, in the background and in steps of a few milliseconds, resting as long as each took, so that exchanges
 * go on beside it. One hub process at a time works on a partition. They are derived: no backup holds them, a restored hub makes its own.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Time } from '#shared/kernel/ports.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import { createFold } from '#shared/sync/fold.ts';
import type { SnapshotOffer } from '#shared/sync/hub-http.ts';
import type { LooseOp } from '#shared/sync/loose-ops.ts';
import { parseLogKey, Summary } from '#shared/sync/messages.ts';
import { readOps, readSegmentHeader } from '#shared/sync/segment.ts';
import {
  openSnapshotHead,
  readChunk,
  sealChunk,
  sealSnapshotHead,
  type SnapshotHeader,
  snapshotSummary,
} from '#shared/sync/snapshot.ts';
import { squeezeRules } from '#shared/sync/squeeze.ts';
import { type BlobStore, blobKey } from './blob-store.ts';
import type { Credentials } from './credentials.ts';
import type { Dialect, HubDb } from './db/database.ts';
import type { SnapshotTable } from './db/schema.ts';
import { withinAny } from './db/within.ts';
import { segmentPorts, sha256, verifySignature } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';

/** A snapshot is made anew when so much of it, or more, lies behind it. */
const tailShare = 1 / 4;
/** Ops held in memory at a time: about 80 MB. What is left goes into the next snapshot, made at once. */
const mostLater = 100_000;
/** The one before stays for laptops that are fetching it. */
const kept = 2;
const sweepEveryMs = 60_000;

export type Snapshots = ReturnType<typeof createSnapshots>;

export function createSnapshots(deps: {
  db: HubDb;
  dialect: Dialect;
  store: BlobStore;
  credentials: Credentials;
  identity: HubIdentity;
  time: Time;
  logger: Logger;
  /** Those that are squeezed; of others every op is kept. */
  kinds: readonly Kind[];
  /** Partitions of fewer ops have none. */
  leastOps: number;
}) {
  const { db, store, identity, time, logger } = deps;
  const kinds = new Map(deps.kinds.map((kind) => [kind.number, kind]));
  let timer: NodeJS.Timeout | null = null;
  let sweeping: Promise<number> | null = null;
  const stop = new AbortController();

  async function newest(partition: string): Promise<SnapshotTable | undefined> {
    return db
      .selectFrom('snapshot')
      .selectAll()
      .where('partition', '=', partition)
      .orderBy('ops', 'desc')
      .limit(1)
      .executeTakeFirst();
  }

  /** The newest of each partition within `partitions`. */
  async function list(partitions: readonly string[]): Promise<SnapshotOffer[]> {
    const rows = await db
      .selectFrom('snapshot')
      .selectAll()
      .where(withinAny('partition', partitions))
      .orderBy('ops')
      .execute();
    const offers = new Map(
      rows.map((row): [string, SnapshotOffer] => [
        row.partition,
        {
          partition: row.partition,
          sha256: row.sha256,
          bytes: row.bytes,
          headBytes: row.head_bytes,
          summary: Summary.parse(JSON.parse(row.summary)),
          madeAt: row.made_at,
        },
      ]),
    );
    return [...offers.values()].slice(0, 1000);
  }

  /** Partitions whose tail has grown. */
  async function due(): Promise<string[]> {
    const totals = await db
      .selectFrom('log')
      .select((select) => ['partition', select.fn.sum<number>('head_seq').as('ops')])
      .groupBy('partition')
      .having((having) => having.fn.sum<number>('head_seq'), '>=', deps.leastOps)
      .execute();
    const wanted: string[] = [];
    for (const { partition, ops } of totals) {
      const last = await newest(partition);
      const grown = ops - (last?.ops ?? 0);
      if (last === undefined || (grown > 0 && grown >= last.ops * tailShare) || last.rules < squeezeRules)
        wanted.push(partition);
    }
    return wanted;
  }

  /** Makes what is due, one after the other; answers how many. While one is at it, others wait for its end. */
  function sweep(): Promise<number> {
    sweeping ??= sweepOnce().finally(() => {
      sweeping = null;
    });
    return sweeping;
  }

  async function sweepOnce(): Promise<number> {
    let made = 0;
    for (let partitions = await due(); partitions.length > 0 && !stop.signal.aborted; partitions = await due()) {
      const before = made;
      for (const partition of partitions) if (!stop.signal.aborted && (await alone(partition))) made += 1;
      // Another process is at what is left, or it cannot be made now.
      if (made === before) break;
    }
    return made;
  }

  /** Makes one where no other process is making it. */
  async function alone(partition: string): Promise<boolean> {
    if (deps.dialect === 'sqlite') return make(partition);
    return db.connection().execute(async (connection) => {
      const key = `komissiya snapshot ${partition}`;
      const lock = await sql<{ got: boolean }>`select pg_try_advisory_lock(hashtextextended(${key}, 0)) as got`.execute(
        connection,
      );
      if (lock.rows[0]?.got !== true) return false;
      try {
        // Made by another just before the lock was free.
        return (await due()).includes(partition) && (await make(partition));
      } finally {
        await sql`select pg_advisory_unlock(hashtextextended(${key}, 0))`.execute(connection);
      }
    });
  }

  async function make(partition: string): Promise<boolean> {
    const startedAt = performance.now();
    const last = await usable(await newest(partition));
    const later = await readLater(partition, last?.header ?? null);
    if (later === null) return false;
    const folder = await mkdtemp(join(tmpdir(), 'komissiya-snapshot-'));
    try {
      const path = join(folder, 'chunks');
      const file = await open(path, 'wx', 0o600);
      const chunks: SnapshotHeader['chunks'] = [];
      let bytes = 0;
      try {
        const fold = createFold(later.ops, kinds);
        const write = async (full: readonly LooseOp[][]): Promise<void> => {
          for (const entries of full) {
            const chunk = await restedAfter(() => sealChunk(entries, segmentPorts));
            await file.write(chunk);
            chunks.push({ bytes: chunk.length, ops: entries.length, sha256: bytesToHex(sha256(chunk)) });
            bytes += chunk.length;
          }
        };
        if (last !== null)
          for await (const earlier of chunksOf(last))
            await write(await restedAfter(() => fold.push(readChunk(earlier, segmentPorts))));
        await write(await restedAfter(() => fold.end()));
      } finally {
        await file.close();
      }
      const header: SnapshotHeader = {
        partition,
        epoch: identity.epoch,
        madeAt: time.now(),
        rules: squeezeRules,
        logs: later.logs,
        credentials: await credentialsOf(later.logs.map((log) => log.replica)),
        chunks,
      };
      await publish(header, path, bytes);
      const ms = Math.round(performance.now() - startedAt);
      logger.info({ chunks: chunks.length, ops: later.ops.length, bytes, ms }, 'hub/snapshot-made');
      return true;
    } catch (error) {
      // Beside a file no lock keeps an operator's command and the hub apart: the other has made newer ones, and this one's is gone.
      if ((await newest(partition))?.sha256 !== last?.row.sha256) return false;
      throw error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async function publish(header: SnapshotHeader, path: string, bytes: number): Promise<void> {
    const head = sealSnapshotHead(header, identity.sign, segmentPorts);
    const content = async function* (): AsyncIterable<Uint8Array> {
      yield head;
      for await (const part of createReadStream(path)) yield part as Buffer; // a file without an encoding
    };
    const digest = createHash('sha256');
    for await (const part of content()) digest.update(part);
    const name = digest.digest('hex');
    if (!(await store.putBlob(name, head.length + bytes, Readable.from(content()))))
      throw new Error('a snapshot changed while it was stored');
    const summary = snapshotSummary(header);
    await db
      .insertInto('snapshot')
      .values({
        sha256: name,
        partition: header.partition,
        bytes: head.length + bytes,
        head_bytes: head.length,
        ops: header.logs.reduce((sum, log) => sum + log.seq, 0),
        rules: header.rules,
        summary: JSON.stringify(summary),
        made_at: header.madeAt,
      })
      .onConflict((conflict) => conflict.column('sha256').doNothing())
      .execute();
    const old = await db
      .selectFrom('snapshot')
      .select('sha256')
      .where('partition', '=', header.partition)
      .orderBy('made_at', 'desc')
      .orderBy('ops', 'desc')
      .execute();
    for (const { sha256: gone } of old.slice(kept)) {
      await db.deleteFrom('snapshot').where('sha256', '=', gone).execute();
      await store.remove(blobKey(gone));
    }
  }

  /** A snapshot made before with its header; null where there is none to go on from. */
  async function usable(row: SnapshotTable | undefined): Promise<Earlier | null> {
    if (row === undefined || row.rules !== squeezeRules) return null;
    if ((await store.size(blobKey(row.sha256))) !== row.bytes) return null;
    const head = await buffer(await store.read(blobKey(row.sha256), 0, row.head_bytes - 1));
    const key = Buffer.from(identity.publicKey, 'hex');
    const header = openSnapshotHead(head, (data, signature) => verifySignature(key, data, signature), segmentPorts);
    return header.ok ? { row, header: header.value } : null;
  }

  async function* chunksOf({ row, header }: Earlier): AsyncIterable<Uint8Array> {
    let at = row.head_bytes;
    for (const chunk of header.chunks) {
      const bytes = await buffer(await store.read(blobKey(row.sha256), at, at + chunk.bytes - 1));
      if (bytesToHex(sha256(bytes)) !== chunk.sha256) throw new Error('a snapshot kept here has changed');
      yield bytes;
      at += chunk.bytes;
    }
  }

  /** The ops behind what is covered, about `mostLater` of them, and where each log ends with them; null where there are none. */
  async function readLater(
    partition: string,
    earlier: SnapshotHeader | null,
  ): Promise<{ ops: LooseOp[]; logs: SnapshotHeader['logs'] } | null> {
    const covered = earlier === null ? {} : snapshotSummary(earlier);
    const ends = new Map((earlier?.logs ?? []).map((log) => [log.replica, log]));
    const names = await db
      .selectFrom('log')
      .select('replica')
      .where('partition', '=', partition)
      .orderBy('replica')
      .execute();
    const ops: LooseOp[] = [];
    for (const { replica } of names) {
      let seq = Object.entries(covered).find(([log]) => parseLogKey(log).replica === replica)?.[1] ?? 0;
      while (ops.length < mostLater && !stop.signal.aborted) {
        const row = await db
          .selectFrom('segment')
          .select('bytes')
          .where('replica', '=', replica)
          .where('partition', '=', partition)
          .where('to_seq', '>', seq)
          .orderBy('from_seq')
          .limit(1)
          .executeTakeFirst();
        if (row === undefined) break;
        const read = readSegmentHeader(row.bytes);
        if (!read.ok) throw new Error('a segment kept here cannot be read');
        const { to, head, signature } = read.value.header;
        const after = seq;
        for (const op of await restedAfter(() => readOps(row.bytes, segmentPorts)))
          if (op.seq > after) ops.push({ op, replica });
        seq = to;
        ends.set(replica, { replica, seq, head, signature });
      }
    }
    return ops.length === 0 || stop.signal.aborted ? null : { ops, logs: [...ends.values()] };
  }

  async function credentialsOf(replicas: readonly string[]): Promise<SnapshotHeader['credentials']> {
    const standings = await Promise.all(replicas.map((replica) => deps.credentials.writerOf(replica)));
    return standings.flatMap((standing) => (standing.state === 'unknown' ? [] : [standing.credential]));
  }

  /** Does a step of some milliseconds, then leaves the thread to others for as long. */
  async function restedAfter<T>(work: () => T): Promise<T> {
    const startedAt = performance.now();
    const done = work();
    await sleep(Math.ceil(performance.now() - startedAt));
    return done;
  }

  return {
    list,
    sweep,
    start() {
      const again = (): void => {
        timer = setTimeout(() => {
          sweep()
            .catch((error: unknown) => {
              logger.error({ name: error instanceof Error ? error.name : typeof error }, 'hub/snapshot-failed');
            })
            .finally(() => {
              if (!stop.signal.aborted) again();
            });
        }, sweepEveryMs);
        timer.unref();
      };
      again();
    },
    async close() {
      stop.abort();
      if (timer !== null) clearTimeout(timer);
      await sweeping?.catch(() => undefined);
    },
  };
}

type Earlier = { readonly row: SnapshotTable; readonly header: SnapshotHeader };
