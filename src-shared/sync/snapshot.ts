/**
 * A snapshot: what a partition's logs say up to some seq of each, squeezed (squeeze.ts), signed by the hub. A new laptop takes it
 * instead of the logs' beginnings, and goes on from there with segments.
 *
 *   `KSNP` · byte 2, the version · length of the packed header, u32 little-endian
 *   header      zstd of canonical JSON (`SnapshotHeader`)
 *   signature   64 bytes: the hub's Ed25519 over the JSON before packing, with member "what": "komissiya snapshot 1" added
 *   chunks      one after the other: zstd of loose columns (loose-ops.ts), about 1,000 ops each, whole records by rising id
 *
 * The header names the digest (SHA-256) of each chunk, so each is proved by itself as it comes, and a load may stop and go on behind
 * any of them. It also names each log's head with its writer's own signature of that head (segment.ts) and the writers'
 * credentials: nobody can invent a log or its end. That the ops are those of the logs, the hub says; who does not believe it fetches the
 * logs.
 */
import { z } from 'zod';
import { Partition } from '../access/partitions.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { parseForeignJson } from '../kernel/foreign-json.ts';
import { Sha256 } from '../kernel/hex.ts';
import { bytesToHex, hexToBytes } from '../kernel/ids.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { utf8 } from '../kernel/utf8.ts';
import { fromLooseColumns, type LooseColumns, type LooseOp, readLooseColumns, toLooseColumns } from './loose-ops.ts';
import { Credential, logKey, type Summary } from './messages.ts';
import { maxBodyBytes, type SegmentPorts, signedBytes } from './segment.ts';

/** Of what stands before the chunks, and of a chunk: a laptop holds each whole in memory, whatever the hub says. */
export const maxPieceBytes = 32 * 1024 * 1024;

export const SnapshotHeader = z.strictObject({
  partition: Partition,
  /** Of the hub's database it was made from. */
  epoch: z.string().max(40),
  /** Milliseconds UTC. */
  madeAt: z.int(),
  /** Which rules squeezed it. */
  rules: z.int().min(1),
  /** The logs covered: the chain's head after `seq`, and the writer's signature of it. */
  logs: z
    .array(
      z.strictObject({
        replica: z.string().max(40),
        seq: z.int().min(1),
        head: Sha256,
        signature: z.string().regex(/^[0-9a-f]{128}$/),
      }),
    )
    .min(1)
    .max(5000),
  /** Of the writers of these logs. */
  credentials: z.array(Credential).max(5000),
  chunks: z
    .array(z.strictObject({ bytes: z.int().min(1).max(maxPieceBytes), ops: z.int().min(1), sha256: Sha256 }))
    .min(1)
    .max(100_000),
});
export type SnapshotHeader = z.infer<typeof SnapshotHeader>;

/** Ops after which a chunk ends, with the record at hand. */
export const chunkOps = 1000;
const magic = [0x4b, 0x53, 0x4e, 0x50, 2];
const headStart = 9;
const signatureBytes = 64;

/** Everything before the chunks. */
export function sealSnapshotHead(
  header: SnapshotHeader,
  sign: (data: Uint8Array) => Uint8Array,
  ports: SegmentPorts,
): Uint8Array {
  const packed = ports.pack(utf8(canonicalJson(header)));
  const bytes = new Uint8Array(headStart + packed.length + signatureBytes);
  bytes.set(magic, 0);
  new DataView(bytes.buffer).setUint32(magic.length, packed.length, true);
  bytes.set(packed, headStart);
  bytes.set(sign(signedText(header)), headStart + packed.length);
  return bytes;
}

/** Reads and proves everything before the chunks. Failures: `snapshot/garbage`, `snapshot/version`, `snapshot/bad-signature`. */
export function openSnapshotHead(
  bytes: Uint8Array,
  verify: (data: Uint8Array, signature: Uint8Array) => boolean,
  ports: SegmentPorts,
): Result<SnapshotHeader> {
  const garbage = err({ code: 'snapshot/garbage' });
  if (bytes.length < headStart || magic.some((byte, index) => index < 4 && bytes[index] !== byte)) return garbage;
  if (bytes[4] !== magic[4]) return err({ code: 'snapshot/version', version: bytes[4] });
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(magic.length, true);
  if (bytes.length !== headStart + length + signatureBytes) return garbage;
  let header: SnapshotHeader;
  try {
    const json = ports.unpack(bytes.subarray(headStart, headStart + length), maxPieceBytes);
    const parsed = SnapshotHeader.safeParse(parseForeignJson(json));
    if (!parsed.success) return garbage;
    header = parsed.data;
  } catch {
    return garbage;
  }
  const isSigned = verify(signedText(header), bytes.subarray(headStart + length));
  return isSigned ? ok(header) : err({ code: 'snapshot/bad-signature' });
}

function signedText(header: SnapshotHeader): Uint8Array {
  return utf8(canonicalJson({ what: 'komissiya snapshot 1', ...header }));
}

/**
 * Proves that each log's end is its writer's own word. `keyOf` gives a writer's public key, hex; null where none is known.
 * Failures: `snapshot/no-credential`, `snapshot/bad-signature`, each with the `log`.
 */
export function checkSnapshotLogs(
  header: SnapshotHeader,
  keyOf: (replica: string) => string | null,
  verify: (publicKey: string, data: Uint8Array, signature: Uint8Array) => boolean,
): Result<null> {
  const { partition } = header;
  for (const { replica, seq, head, signature } of header.logs) {
    const log = logKey(replica, partition);
    const key = keyOf(replica);
    if (key === null) return err({ code: 'snapshot/no-credential', log });
    if (!verify(key, signedBytes({ replica, partition, to: seq, head }), hexToBytes(signature)))
      return err({ code: 'snapshot/bad-signature', log });
  }
  return ok(null);
}

/** What holds who has loaded it. */
export function snapshotSummary(header: SnapshotHeader): Summary {
  return Object.fromEntries(header.logs.map(({ replica, seq }) => [logKey(replica, header.partition), seq]));
}

/** Packs whole records in the order of `compareLoose`. */
export function sealChunk(entries: readonly LooseOp[], ports: SegmentPorts): Uint8Array {
  return ports.pack(toLooseColumns(entries));
}

/**
 * Proves and reads a chunk: its digest, its form, and that it holds only ops of the logs covered.
 * Failures: `snapshot/altered`, `snapshot/garbage`.
 */
export function openChunk(
  bytes: Uint8Array,
  place: number,
  header: SnapshotHeader,
  ports: SegmentPorts,
): Result<LooseColumns> {
  const wanted = header.chunks[place];
  if (wanted === undefined || bytes.length !== wanted.bytes || bytesToHex(ports.hash(bytes)) !== wanted.sha256)
    return err({ code: 'snapshot/altered' });
  const covered = new Map(header.logs.map(({ replica, seq }) => [replica, seq]));
  try {
    const columns = readLooseColumns(ports.unpack(bytes, maxBodyBytes));
    const lasts = columns.replicas.map((replica) => covered.get(replica) ?? 0);
    const { seqs, writers } = columns;
    const isCovered = seqs.every((seq, index) => seq <= (lasts[writers[index] ?? 0] ?? 0));
    return isCovered && seqs.length === wanted.ops ? ok(columns) : err({ code: 'snapshot/garbage' });
  } catch {
    return err({ code: 'snapshot/garbage' });
  }
}

/** Reads a chunk that has been proved before. Throws on a damaged one. */
export function readChunk(bytes: Uint8Array, ports: SegmentPorts): LooseOp[] {
  return fromLooseColumns(ports.unpack(bytes, maxBodyBytes));
}

/** The same as columns. */
export function readChunkColumns(bytes: Uint8Array, ports: SegmentPorts): LooseColumns {
  return readLooseColumns(ports.unpack(bytes, maxBodyBytes));
}
