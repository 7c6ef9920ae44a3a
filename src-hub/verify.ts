/**
 * Walks everything the hub holds: every log from its first op to its head (numbers, chain, signatures, sizes), every
 * credential's signature, every blob's digest. Reads only; the hub may run meanwhile, logs that grow are read to the head
 * they had.
 */
import { pipeline } from 'node:stream/promises';
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import { checkCredential } from '#shared/sync/credential.ts';
import { Credential } from '#shared/sync/messages.ts';
import { emptyHead } from '#shared/sync/op.ts';
import { openSegment } from '#shared/sync/segment.ts';
import { type BlobStore, blobKey, createDigester } from './blob-store.ts';
import type { HubDb } from './db/database.ts';
import type { LogTable } from './db/schema.ts';
import { segmentPorts, verifySignature } from './hub-crypto.ts';
import { learntCredentials } from './learnt.ts';

export type Verified = {
  readonly logs: number;
  readonly ops: number;
  readonly segments: number;
  readonly credentials: number;
  readonly blobs: number;
  readonly blobBytes: number;
  /** What is wrong, one line each; empty when all is well. */
  readonly problems: readonly string[];
};

export async function verifyAll(deps: { db: HubDb; store: BlobStore; hubKey: string }): Promise<Verified> {
  const { db, store, hubKey } = deps;
  const problems: string[] = [];
  let ops = 0;
  let segments = 0;

  const replicas = await db.selectFrom('replica').select(['id', 'public_key']).execute();
  const learnt = await learntCredentials(db);
  const keys = new Map([
    ...learnt.map(({ replica, publicKey }) => [replica, publicKey] as const),
    ...replicas.map((replica) => [replica.id, replica.public_key] as const),
  ]);
  const logs = await db.selectFrom('log').selectAll().orderBy('replica').orderBy('partition').execute();
  for (const log of logs) {
    const key = keys.get(log.replica);
    const name = `log ${log.replica} ${log.partition}`;
    if (key === undefined) {
      problems.push(`${name}: nobody with this id is known`);
      continue;
    }
    const walked = await walkLog(db, log, key);
    ops += walked.ops;
    segments += walked.segments;
    if (walked.problem !== null) problems.push(`${name}: ${walked.problem}`);
  }

  const issued = await db.selectFrom('credential').select(['serial', 'body']).execute();
  const credentials = [...issued, ...(await db.selectFrom('learnt_credential').select(['serial', 'body']).execute())];
  for (const { serial, body } of credentials) {
    const parsed = Credential.safeParse(JSON.parse(body));
    const isRight = parsed.success && checkCredential(parsed.data, hubKey, verifySignature).ok;
    if (!isRight) problems.push(`credential ${serial}: not signed by this hub`);
  }

  let blobBytes = 0;
  const blobs = await db.selectFrom('blob').selectAll().orderBy('sha256').execute();
  for (const { sha256, bytes } of blobs) {
    blobBytes += bytes;
    const problem = await blobProblem(store, sha256, bytes);
    if (problem !== null) problems.push(`blob ${sha256}: ${problem}`);
  }
  return {
    logs: logs.length,
    ops,
    segments,
    credentials: credentials.length,
    blobs: blobs.length,
    blobBytes,
    problems,
  };
}

async function walkLog(
  db: HubDb,
  log: LogTable,
  publicKey: string,
): Promise<{ ops: number; segments: number; problem: string | null }> {
  let seq = 0;
  let head = emptyHead;
  let segments = 0;
  const end = (problem: string | null) => ({ ops: seq, segments, problem });
  while (seq < log.head_seq) {
    const row = await db
      .selectFrom('segment')
      .select(['from_seq', 'to_seq', 'head', 'size', 'bytes'])
      .where('replica', '=', log.replica)
      .where('partition', '=', log.partition)
      .where('from_seq', '=', seq + 1)
      .executeTakeFirst();
    if (row === undefined) return end(`no segment begins at ${seq + 1}`);
    const at = `the segment from ${row.from_seq}`;
    if (row.size !== row.bytes.length) return end(`${at} has another size`);
    const opened = openSegment(
      row.bytes,
      head,
      (_header, data, signature) => verifySignature(hexToBytes(publicKey), data, signature),
      segmentPorts,
    );
    if (!opened.ok) return end(`${at} is not right (${opened.error.code})`);
    const { header } = opened.value;
    const isHere = header.replica === log.replica && header.partition === log.partition;
    if (!isHere || header.from !== row.from_seq || header.to !== row.to_seq || header.head !== row.head) {
      return end(`${at} is another one`);
    }
    seq = header.to;
    head = hexToBytes(header.head);
    segments += 1;
  }
  const isHead = seq === log.head_seq && bytesToHex(head) === log.head;
  return end(isHead ? null : `it ends at ${seq} with another head than kept`);
}

async function blobProblem(store: BlobStore, sha256: string, bytes: number): Promise<string | null> {
  try {
    const size = await store.size(blobKey(sha256));
    if (size === null) return 'is missing';
    if (size !== bytes) return `has ${size} bytes instead of ${bytes}`;
    const digester = createDigester();
    const content = await store.read(blobKey(sha256), 0, bytes - 1);
    await pipeline(content, digester.stream.resume());
    return digester.digest() === sha256 ? null : 'has another content';
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
