/**
 * The log archive: stores and hands out sealed segments as they came. It guarantees:
 * - a log's segments follow each other without gap or overlap, and each continues the chain of the one before;
 * - a segment and the new head of its log are stored in one transaction, or not at all;
 * - two hub processes cannot both extend one log: the log's row is locked, and (log, from) is a primary key.
 */
import { setImmediate } from 'node:timers/promises';
import { isWithin } from '#shared/access/partitions.ts';
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import type { Time } from '#shared/kernel/ports.ts';
import { checkSegmentAllowed } from '#shared/sync/accept.ts';
import { headMark, type Heads, logKey, parseLogKey, type Refusal, type Summary } from '#shared/sync/messages.ts';
import { emptyHead, type Op } from '#shared/sync/op.ts';
import {
  headWithin,
  openSegment,
  readSegmentHeader,
  type SegmentHeader,
  type SegmentPorts,
} from '#shared/sync/segment.ts';
import type { Standing } from './credentials.ts';
import type { HubDb } from './db/database.ts';
import { withinAny } from './db/within.ts';
import type { LogTable, SegmentTable } from './db/schema.ts';
import { segmentPorts, verifySignature } from './hub-crypto.ts';
import { linesOf } from './succession.ts';

type Reason = Refusal['reason'];
type Proved = { readonly header: SegmentHeader; readonly ops: readonly Op[]; readonly bytes: Uint8Array };

export type Accepted = {
  readonly refusals: readonly Refusal[];
  readonly ops: number;
  readonly bytes: number;
  /** Of the logs that segments came of: how far what came is held now. Where something before it is missing, how far the log is. */
  readonly reached: Summary;
};
export type Outgoing = { readonly segments: readonly Uint8Array[]; readonly bytes: number; readonly more: boolean };

/** No single segment is larger: 1,000 ops of long papers fit many times. */
const maxSegmentBytes = 8 * 1024 * 1024;
/** Of all segments of a message; laptops send 1 MiB, packed, at once. Without it a thousand small bombs in one message take a minute. */
const mostUnpacked = 8 * 32 * 1024 * 1024;
/** Bound to one statement at once: the bytes of all of them are. */
const segmentsPerStatement = 20;
/** A laptop holds an answer in memory, several times over while it is opened. */
export const answerBytes = 1024 * 1024;
const downloadSegments = 500;

export type LogArchive = ReturnType<typeof createLogArchive>;

export function createLogArchive(deps: {
  db: HubDb;
  time: Time;
  quotaBytes: number;
  /** Told after logs have moved. */
  onMoved: () => void;
}) {
  const { db, time } = deps;

  /** Takes segments as they came from `bearer`; those refused leave nothing behind and do not hinder other logs. */
  async function accept(
    segments: readonly Uint8Array[],
    standingOf: (replica: string) => Promise<Standing>,
    bearer: string,
  ): Promise<Accepted> {
    const refusals: Refusal[] = [];
    const provedByLog = new Map<string, Proved[]>();
    const ports = boundPorts(mostUnpacked);
    for (const bytes of segments) {
      // One big upload must not keep the others waiting.
      await setImmediate();
      const proved = await prove(bytes, ports, standingOf, bearer);
      if ('reason' in proved) refusals.push(proved);
      else {
        const log = logKey(proved.header.replica, proved.header.partition);
        provedByLog.set(log, [...(provedByLog.get(log) ?? []), proved]);
      }
    }
    let ops = 0;
    let bytes = 0;
    const reached: { [log: string]: number } = {};
    for (const [log, proved] of provedByLog) {
      const stored = await extend(
        log,
        proved.sort((a, b) => a.header.from - b.header.from),
      );
      ops += stored.ops;
      bytes += stored.bytes;
      if (stored.refusal !== null) refusals.push(stored.refusal);
      if (stored.reached > 0) reached[log] = stored.reached;
    }
    if (ops > 0) deps.onMoved();
    return { refusals, ops, bytes, reached };
  }

  /** Everything that needs no lock: form, hash, signature, inner chain, and the writer's rights. */
  async function prove(
    bytes: Uint8Array,
    ports: SegmentPorts,
    standingOf: (replica: string) => Promise<Standing>,
    bearer: string,
  ): Promise<Proved | Refusal> {
    const read = readSegmentHeader(bytes);
    if (!read.ok) return { log: '', from: 0, reason: 'garbage' };
    const { replica, partition, from } = read.value.header;
    const refuse = (reason: Reason): Refusal => ({ log: logKey(replica, partition), from, reason });
    if (bytes.length > maxSegmentBytes) return refuse('too-large');
    const standing = await standingOf(replica);
    if (standing.state === 'unknown') return refuse('no-credential');
    const isClosed = standing.state === 'succeeded' && standing.heir !== bearer && time.now() >= standing.handedOverAt;
    if (standing.state === 'revoked' || isClosed) return refuse('revoked');
    const publicKey = hexToBytes(standing.credential.publicKey);
    const opened = openSegment(
      bytes,
      hexToBytes(read.value.header.before),
      (_header, data, signature) => verifySignature(publicKey, data, signature),
      ports,
    );
    if (!opened.ok) return refuse(toReason(opened.error.code));
    const { header, ops } = opened.value;
    const allowed = checkSegmentAllowed(standing.credentials, header, ops, time.now());
    return allowed.ok ? { header, ops, bytes } : refuse(toReason(allowed.error.code));
  }

  /** Appends what continues the log. Stops at the first segment that does not; what is held already is skipped. */
  function extend(
    log: string,
    segments: readonly Proved[],
  ): Promise<{ ops: number; bytes: number; refusal: Refusal | null; reached: number }> {
    const { replica, partition } = parseLogKey(log);
    const now = time.now();
    return db.transaction().execute(async (tx) => {
      // Writes before it reads: locks the log's row in PostgreSQL and the file in SQLite.
      const start = await tx
        .insertInto('log')
        .values({ replica, partition, head_seq: 0, head: bytesToHex(emptyHead), bytes: 0, moved_at: now })
        .onConflict((conflict) =>
          conflict.columns(['replica', 'partition']).doUpdateSet((row) => ({ head_seq: row.ref('log.head_seq') })),
        )
        .returning(['replica', 'partition', 'head_seq', 'head', 'bytes', 'moved_at'])
        .executeTakeFirstOrThrow();
      const used = await bytesOf(tx, replica);

      let state = { seq: start.head_seq, head: start.head, bytes: 0 };
      let refusal: Refusal | null = null;
      let came = 0;
      let rows: SegmentTable[] = [];
      const insert = async (): Promise<void> => {
        if (rows.length > 0) await tx.insertInto('segment').values(rows).execute();
        rows = [];
      };
      for (const proved of segments) {
        const { header } = proved;
        // What is not next is compared with what is stored.
        if (header.from <= state.seq) await insert();
        const reason =
          used + state.bytes + proved.bytes.length > deps.quotaBytes
            ? 'too-large'
            : await place(tx, { ...start, head_seq: state.seq, head: state.head }, proved);
        if (reason === 'held' || reason === 'longer' || reason === null) came = Math.max(came, header.to);
        if (reason === 'held') continue;
        if (reason === 'longer') {
          const replaced = await removeTail(tx, start, header.from);
          if (replaced === null) continue;
          state = { ...state, bytes: state.bytes - replaced };
        } else if (reason !== null) {
          refusal = { log, from: header.from, reason };
          break;
        }
        rows.push({
          replica,
          partition,
          from_seq: header.from,
          to_seq: header.to,
          head: header.head,
          size: proved.bytes.length,
          bytes: Buffer.from(proved.bytes.buffer, proved.bytes.byteOffset, proved.bytes.length),
          received_at: now,
        });
        state = { seq: header.to, head: header.head, bytes: state.bytes + proved.bytes.length };
        if (rows.length === segmentsPerStatement) await insert();
      }
      await insert();
      if (state.seq === 0) {
        await tx.deleteFrom('log').where('replica', '=', replica).where('partition', '=', partition).execute();
      } else if (state.seq > start.head_seq) {
        await tx
          .updateTable('log')
          .set({ head_seq: state.seq, head: state.head, bytes: start.bytes + state.bytes, moved_at: now })
          .where('replica', '=', replica)
          .where('partition', '=', partition)
          .execute();
      }
      const reached = refusal?.reason === 'gap' ? state.seq : Math.min(state.seq, came);
      return { ops: state.seq - start.head_seq, bytes: state.bytes, refusal, reached };
    });
  }

  /**
   * Removes the log's segments from `from` on, because one that begins there and reaches further takes their place; answers
   * their bytes. Null, with nothing removed, where no segment begins there: then what is beyond will come again, from where
   * the answer's summary says.
   */
  async function removeTail(tx: HubDb, log: LogTable, from: number): Promise<number | null> {
    const rows = await tx
      .selectFrom('segment')
      .select(['from_seq', 'size'])
      .where('replica', '=', log.replica)
      .where('partition', '=', log.partition)
      .where('from_seq', '>=', from)
      .execute();
    if (!rows.some((row) => row.from_seq === from)) return null;
    await tx
      .deleteFrom('segment')
      .where('replica', '=', log.replica)
      .where('partition', '=', log.partition)
      .where('from_seq', '>=', from)
      .execute();
    return rows.reduce((sum, row) => sum + row.size, 0);
  }

  /**
   * Where a segment stands to the log: null when it continues it, `held` when it is here already, `longer` when its
   * beginning is and it reaches further (a stick brings again what was not acknowledged, and more), else why not.
   */
  async function place(tx: HubDb, log: LogTable, proved: Proved): Promise<Reason | 'held' | 'longer' | null> {
    const { header, bytes } = proved;
    if (header.from > log.head_seq + 1) return 'gap';
    if (header.from === log.head_seq + 1) return header.before === log.head ? null : 'forked';
    const common = Math.min(header.to, log.head_seq);
    const theirs = headWithin(bytes, common, segmentPorts);
    if (theirs === null || bytesToHex(theirs) !== (await headAt(tx, log, common))) return 'forked';
    return header.to > log.head_seq ? 'longer' : 'held';
  }

  /** The chain's head after `seq`, which is held. */
  async function headAt(tx: HubDb, log: LogTable, seq: number): Promise<string> {
    if (seq === log.head_seq) return log.head;
    const row = await tx
      .selectFrom('segment')
      .select(['to_seq', 'head', 'bytes'])
      .where('replica', '=', log.replica)
      .where('partition', '=', log.partition)
      .where('from_seq', '<=', seq)
      .orderBy('from_seq', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    if (row.to_seq === seq) return row.head;
    // Null where no link of the chain ends: a segment that does is another log's.
    return bytesToHex(headWithin(row.bytes, seq, segmentPorts) ?? new Uint8Array(0));
  }

  async function bytesOf(tx: HubDb, replica: string): Promise<number> {
    const row = await tx
      .selectFrom('log')
      .select((select) => select.fn.sum<number | null>('bytes').as('bytes'))
      .where('replica', '=', replica)
      .executeTakeFirst();
    return row?.bytes ?? 0;
  }

  /** The logs a laptop may see: those within its partitions, and its own wherever they are. */
  async function visible(replica: string, partitions: readonly string[]): Promise<LogTable[]> {
    return db
      .selectFrom('log')
      .selectAll()
      .where((where) => where.or([where('replica', '=', replica), withinAny('partition', partitions)]))
      .orderBy('replica')
      .orderBy('partition')
      .execute();
  }

  /** The logs of the identities a laptop had before, wherever they are: it hands them over, and has to hear what has arrived. */
  async function ofBefore(replica: string): Promise<LogTable[]> {
    const before = (await linesOf(db, [replica])).filter((id) => id !== replica);
    if (before.length === 0) return [];
    return db.selectFrom('log').selectAll().where('replica', 'in', before).execute();
  }

  /**
   * Segments beyond what the asker holds, logs in turn, about `mostBytes` at most, and one at least. Its own only within its partitions:
   * where it was granted one again that it had erased.
   */
  async function beyond(
    asker: { readonly replica: string; readonly partitions: readonly string[] },
    logs: readonly LogTable[],
    held: Summary,
    mostBytes: number,
  ): Promise<Outgoing> {
    const segments: Uint8Array[] = [];
    let bytes = 0;
    const isGranted = ({ partition }: LogTable): boolean =>
      asker.partitions.some((prefix) => isWithin(partition, prefix));
    for (const log of logs) {
      const from = held[logKey(log.replica, log.partition)] ?? 0;
      if (log.head_seq <= from || (log.replica === asker.replica && !isGranted(log))) continue;
      const sizes = await db
        .selectFrom('segment')
        .select(['from_seq', 'size'])
        .where('replica', '=', log.replica)
        .where('partition', '=', log.partition)
        .where('to_seq', '>', from)
        .orderBy('from_seq')
        .limit(downloadSegments)
        .execute();
      // Counted here, fetched below in one go: sizes are known without touching the bytes.
      let last: number | null = null;
      let count = segments.length;
      let full = false;
      for (const { from_seq, size } of sizes) {
        full = count >= downloadSegments || (bytes > 0 && bytes + size > mostBytes);
        if (full) break;
        count += 1;
        bytes += size;
        last = from_seq;
      }
      if (last !== null) {
        const rows = await db
          .selectFrom('segment')
          .select('bytes')
          .where('replica', '=', log.replica)
          .where('partition', '=', log.partition)
          .where('to_seq', '>', from)
          .where('from_seq', '<=', last)
          .orderBy('from_seq')
          .execute();
        for (const row of rows) segments.push(row.bytes);
      }
      if (full || segments.length >= downloadSegments) return { segments, bytes, more: true };
    }
    return { segments, bytes, more: false };
  }

  return { accept, visible, ofBefore, beyond };
}

/** Unpacks so many bytes and no more; what is larger than it may be counts as much as it may be. */
function boundPorts(mostBytes: number): SegmentPorts {
  let left = mostBytes;
  return {
    ...segmentPorts,
    unpack(data, limit) {
      if (left <= 0) throw new RangeError('too much in one message');
      let took = limit;
      try {
        const unpacked = segmentPorts.unpack(data, limit);
        took = unpacked.length;
        return unpacked;
      } finally {
        left -= took;
      }
    },
  };
}

/** How far these logs reach, as answers say it. */
export function summaryOf(logs: readonly LogTable[]): Summary {
  return Object.fromEntries(logs.map((log) => [logKey(log.replica, log.partition), log.head_seq]));
}

/** Marks of where these logs end, as answers say it. */
export function headsOf(logs: readonly LogTable[]): Heads {
  return Object.fromEntries(logs.map((log) => [logKey(log.replica, log.partition), headMark(log.head)]));
}

const reasons: { readonly [code: string]: Reason } = {
  'segment/garbage': 'garbage',
  'segment/altered': 'altered',
  'segment/bad-signature': 'bad-signature',
  'segment/broken-chain': 'broken-chain',
  'segment/no-credential': 'no-credential',
  'segment/expired': 'expired',
  'segment/wrong-partition': 'wrong-partition',
  'segment/wrong-role': 'wrong-role',
};

function toReason(code: string): Reason {
  return reasons[code] ?? 'garbage';
}
