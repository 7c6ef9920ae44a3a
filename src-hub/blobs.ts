/**
 * The hub's book of blobs: who left what, who may read it, how far an upload has come. The bytes lie in the blob store; a
 * blob exists for laptops once its row is here, and its row is written only after its bytes are durable.
 *
 * Rights hang on references (blob, partition): a laptop reads what is referred to from a partition it may see. A reference
 * is made only by one who has sent the whole content, or may read it here already, so knowing a digest is no right to read.
 */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { sql } from 'kysely';
import { isWithin } from '#shared/access/partitions.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { coversPartition, mayLeaveIn } from '#shared/sync/credential.ts';
import type { BlobOffer, BlobState } from '#shared/sync/hub-http.ts';
import type { Credential } from '#shared/sync/messages.ts';
import { type BlobStore, blobKey } from './blob-store.ts';
import type { HubDb } from './db/database.ts';
import type { BlobTable } from './db/schema.ts';
import { withinAny } from './db/within.ts';
import { createUnderWay, type HeldBody, LineBroken } from './held-body.ts';

/** An upload is kept in parts of at most this many bytes: so much memory one needs, and so much is lost when the hub dies. */
const partBytes = 4 * 1024 * 1024;
/** Uploads nobody goes on with are forgotten after so long, ms. */
const partsKeptMs = 30 * 86_400_000;

/** A laptop that leaves blobs here: its newest credential, and all it ever had, that one first. */
export type Leaver = { readonly credential: Credential; readonly credentials: readonly Credential[] };

type Part = { readonly from_byte: number; readonly bytes: number; readonly key: string };

export type Blobs = ReturnType<typeof createBlobs>;

export function createBlobs(deps: { db: HubDb; store: BlobStore; time: Time; random: Random; quotaBytes: number }) {
  const { db, store, time, random, quotaBytes } = deps;
  const underWay = createUnderWay();
  const uploadOf = (replica: string, sha256: string): string => `${replica} ${sha256}`;

  /** How the hub stands to what a laptop would leave here. */
  async function stateOf(leaver: Leaver, offer: BlobOffer): Promise<BlobState> {
    if (mayLeaveIn(leaver.credentials, offer.partition, time.now()))
      await underWay.end(uploadOf(leaver.credential.replica, offer.sha256));
    return look(leaver, offer);
  }

  async function look({ credential, credentials }: Leaver, offer: BlobOffer): Promise<BlobState> {
    const { sha256, partition, bytes } = offer;
    if (!mayLeaveIn(credentials, partition, time.now())) return { sha256, state: 'wrong-partition', offset: 0 };
    if (await isReferred(sha256, partition)) return { sha256, state: 'held', offset: bytes };
    const readable = await readableBy(credential, sha256);
    if (readable?.bytes === bytes) {
      await refer(db, offer, credential.replica);
      return { sha256, state: 'held', offset: bytes };
    }
    const offset = lengthOf(await partsOf(credential.replica, sha256));
    const isOver = (await usedBy(credential.replica)) + bytes - offset > quotaBytes;
    return { sha256, state: isOver ? 'over-quota' : 'wanted', offset };
  }

  /**
   * Takes bytes as they come. What has arrived is kept also when the line breaks: then it throws `LineBroken`. Answers how far the upload
   * has come.
   * Failures: `hub/wrong-partition`, `hub/over-quota`, `hub/too-large`, `hub/wrong-offset` {offset}, `hub/bad-hash`.
   */
  function take(leaver: Leaver, offer: BlobOffer, body: HeldBody): Promise<Result<BlobState>> {
    return underWay.take(uploadOf(leaver.credential.replica, offer.sha256), body, () => receive(leaver, offer, body));
  }

  async function receive(leaver: Leaver, offer: BlobOffer, body: HeldBody): Promise<Result<BlobState>> {
    const { sha256, partition, bytes } = offer;
    const { replica } = leaver.credential;
    const state = await look(leaver, offer);
    if (state.state === 'wrong-partition' || state.state === 'over-quota') return err({ code: `hub/${state.state}` });
    if (state.state === 'held') return ok(state);
    if (!body.begins(state.offset)) return err({ code: 'hub/wrong-offset', offset: state.offset });
    let at = state.offset;
    let pending: Buffer[] = [];
    let waiting = 0;
    const flush = async (): Promise<boolean> => {
      if (waiting === 0) return true;
      const content = Buffer.concat(pending);
      pending = [];
      waiting = 0;
      if (!(await addPart(replica, sha256, at, content))) return false;
      at += content.length;
      return true;
    };
    // A request's body gives Buffers.
    for await (const chunk of body.content as AsyncIterable<Buffer>) {
      pending.push(chunk);
      waiting += chunk.length;
      if (at + waiting > bytes) return err({ code: 'hub/too-large' });
      if (waiting >= partBytes && !(await flush())) return wrongOffset(replica, sha256);
    }
    if (!(await flush())) return wrongOffset(replica, sha256);
    if (body.isBroken()) throw new LineBroken();
    if (at < bytes) return ok({ sha256, state: 'wanted', offset: at });
    return (await finish(replica, sha256, partition, bytes))
      ? ok({ sha256, state: 'held', offset: bytes })
      : err({ code: 'hub/bad-hash' });
  }

  /** Another process, or another try of the same laptop, has gone on with this upload. */
  async function wrongOffset(replica: string, sha256: string): Promise<Result<never>> {
    return err({ code: 'hub/wrong-offset', offset: lengthOf(await partsOf(replica, sha256)) });
  }

  /** False when a part already lies there. */
  async function addPart(replica: string, sha256: string, from: number, content: Buffer): Promise<boolean> {
    const key = `parts/${sha256}/${bytesToHex(random.bytes(12))}`;
    await store.putPart(key, content);
    const added = await db
      .insertInto('blob_part')
      .values({ sha256, replica, from_byte: from, bytes: content.length, key, received_at: time.now() })
      .onConflict((conflict) => conflict.columns(['replica', 'sha256', 'from_byte']).doNothing())
      .executeTakeFirst();
    if (added.numInsertedOrUpdatedRows === 1n) return true;
    await store.remove(key);
    return false;
  }

  /** Joins the parts to a blob and refers to it; false, dropping the parts, when the content has another digest. */
  async function finish(replica: string, sha256: string, partition: string, bytes: number): Promise<boolean> {
    const parts = await partsOf(replica, sha256);
    // Also where the blob is here already: only who has the content may refer to it, and putting it twice is harmless.
    const isRight = await store.putBlob(sha256, bytes, Readable.from(contentOf(store, parts)));
    if (isRight) {
      const now = time.now();
      await db.transaction().execute(async (tx) => {
        await noteBlob(tx, { sha256, bytes, stored_at: now });
        await refer(tx, { sha256, partition }, replica);
      });
    }
    await dropParts(replica, sha256, parts);
    return isRight;
  }

  async function refer(
    at: HubDb,
    { sha256, partition }: Pick<BlobOffer, 'sha256' | 'partition'>,
    replica: string,
  ): Promise<void> {
    await at
      .insertInto('blob_ref')
      .values({ sha256, partition, replica, referred_at: time.now() })
      .onConflict((conflict) => conflict.columns(['sha256', 'partition']).doNothing())
      .execute();
  }

  async function dropParts(replica: string, sha256: string, parts: readonly Part[]): Promise<void> {
    await db.deleteFrom('blob_part').where('replica', '=', replica).where('sha256', '=', sha256).execute();
    for (const part of parts) await store.remove(part.key);
  }

  /** Bytes of a blob for one who may see it; null when it is not here or not for him. `to` null: to the end. */
  async function open(
    credential: Credential,
    sha256: string,
    range: { from: number; to: number | null },
  ): Promise<Result<{ from: number; length: number; bytes: number; content: Readable }>> {
    const found = (await readableBy(credential, sha256)) ?? (await snapshotFor(credential, sha256));
    return found === null ? err({ code: 'hub/no-blob' }) : read(sha256, found.bytes, range);
  }

  async function read(
    sha256: string,
    bytes: number,
    range: { from: number; to: number | null },
  ): Promise<Result<{ from: number; length: number; bytes: number; content: Readable }>> {
    const to = Math.min(range.to ?? bytes - 1, bytes - 1);
    if (range.from > to) return err({ code: 'hub/bad-range' });
    const content = await store.read(blobKey(sha256), range.from, to);
    return ok({ from: range.from, length: to - range.from + 1, bytes, content });
  }

  /** A snapshot reads who may see its partition. */
  async function snapshotFor(credential: Credential, sha256: string): Promise<{ bytes: number } | null> {
    const row = await db
      .selectFrom('snapshot')
      .select(['partition', 'bytes'])
      .where('sha256', '=', sha256)
      .executeTakeFirst();
    return row !== undefined && coversPartition(credential, row.partition) ? row : null;
  }

  /** A blob that is here and that this laptop may read. */
  async function readableBy(credential: Credential, sha256: string): Promise<{ bytes: number } | null> {
    const blob = await db.selectFrom('blob').select('bytes').where('sha256', '=', sha256).executeTakeFirst();
    return blob !== undefined && (await mayRead(credential, sha256)) ? blob : null;
  }

  async function mayRead(credential: Credential, sha256: string): Promise<boolean> {
    const refs = await db.selectFrom('blob_ref').select('partition').where('sha256', '=', sha256).execute();
    if (refs.some((ref) => credential.partitions.some((prefix) => isWithin(ref.partition, prefix)))) return true;
    const shelved = await db.selectFrom('shelf_pack').select('id').where('sha256', '=', sha256).executeTakeFirst();
    return shelved !== undefined;
  }

  /** What is referred to from within these partitions, and from where, the newest first, at most `most` references. */
  async function references(partitions: readonly string[], most: number): Promise<BlobOffer[]> {
    return db
      .selectFrom('blob_ref')
      .innerJoin('blob', 'blob.sha256', 'blob_ref.sha256')
      .select(['blob.sha256', 'blob.bytes', 'blob_ref.partition'])
      .where(withinAny('blob_ref.partition', partitions))
      .orderBy('blob_ref.referred_at', 'desc')
      .orderBy('blob.sha256')
      .limit(most)
      .execute();
  }

  /** The same, each blob once. */
  async function within(partitions: readonly string[], most: number): Promise<BlobOffer[]> {
    return [...new Map((await references(partitions, most)).map((row) => [row.sha256, row])).values()];
  }

  async function isReferred(sha256: string, partition: string): Promise<boolean> {
    const row = await db
      .selectFrom('blob_ref')
      .select('sha256')
      .where('sha256', '=', sha256)
      .where('partition', '=', partition)
      .executeTakeFirst();
    return row !== undefined;
  }

  async function partsOf(replica: string, sha256: string): Promise<Part[]> {
    return db
      .selectFrom('blob_part')
      .select(['from_byte', 'bytes', 'key'])
      .where('replica', '=', replica)
      .where('sha256', '=', sha256)
      .orderBy('from_byte')
      .execute();
  }

  /** Bytes of blobs a laptop was first to refer to, and of its unfinished uploads. */
  async function usedBy(replica: string): Promise<number> {
    const whole = await db
      .selectFrom('blob_ref')
      .innerJoin('blob', 'blob.sha256', 'blob_ref.sha256')
      .select((select) => select.fn.sum<number | null>('blob.bytes').as('bytes'))
      .where('blob_ref.replica', '=', replica)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('blob_ref as earlier')
              .select('earlier.sha256')
              .whereRef('earlier.sha256', '=', 'blob_ref.sha256')
              .where(isEarlier),
          ),
        ),
      )
      .executeTakeFirst();
    const parts = await db
      .selectFrom('blob_part')
      .select((select) => select.fn.sum<number | null>('bytes').as('bytes'))
      .where('replica', '=', replica)
      .executeTakeFirst();
    return (whole?.bytes ?? 0) + (parts?.bytes ?? 0);
  }

  /** Forgets uploads nobody has gone on with for a month. */
  async function prune(): Promise<void> {
    const old = await db
      .selectFrom('blob_part')
      .select(['replica', 'sha256'])
      .groupBy(['replica', 'sha256'])
      .having((having) => having.fn.max('received_at'), '<', time.now() - partsKeptMs)
      .execute();
    for (const { replica, sha256 } of old) await dropParts(replica, sha256, await partsOf(replica, sha256));
  }

  /** Bytes of attachments and of packs on the shelf. */
  async function totals(): Promise<{ blobs: number; attachmentBytes: number; packBytes: number }> {
    const rows = await db
      .selectFrom('blob')
      .leftJoin('shelf_pack', 'shelf_pack.sha256', 'blob.sha256')
      .select(['blob.sha256', 'blob.bytes', 'shelf_pack.id'])
      .execute();
    const seen = new Map(rows.map((row) => [row.sha256, row]));
    let attachmentBytes = 0;
    let packBytes = 0;
    for (const { id, bytes } of seen.values()) {
      if (id === null) attachmentBytes += bytes;
      else packBytes += bytes;
    }
    return { blobs: seen.size, attachmentBytes, packBytes };
  }

  return { stateOf, take, open, references, within, prune, totals };
}

/** From here on the blob exists; its bytes are durable already. Noting it again changes nothing. */
export async function noteBlob(db: HubDb, row: BlobTable): Promise<void> {
  await db
    .insertInto('blob')
    .values(row)
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute();
}

/** Whether the reference called `earlier` is older than that of `blob_ref`; of two of one moment one is. */
const isEarlier = sql<boolean>`(earlier.referred_at < blob_ref.referred_at
  or (earlier.referred_at = blob_ref.referred_at and earlier.partition < blob_ref.partition))`;

/** Length without a gap from the start. */
function lengthOf(parts: readonly Part[]): number {
  let length = 0;
  for (const part of parts) if (part.from_byte === length) length += part.bytes;
  return length;
}

async function* contentOf(store: BlobStore, parts: readonly Part[]): AsyncIterable<Buffer> {
  for (const part of parts) yield buffer(await store.read(part.key, 0, part.bytes - 1));
}
