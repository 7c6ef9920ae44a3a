/**
 * A segment: up to 1,000 consecutive ops of one log, columnar, compressed, sealed. Wire, disk, stick and relay format at
 * once: whoever stores or forwards it keeps these bytes.
 *
 * Layout (numbers are varints of kernel/binary.ts, hashes and keys raw bytes):
 *
 *   `KSEG` · byte 2, the version
 *   header      replica 16 · length of partition · partition, UTF-8 · from · to · head before 32 · head after 32 · signature 64
 *   seal        first 16 bytes of SHA-256(header · packed body)
 *   body        zstd of: length of columns · columns (op-columns.ts) · salts
 *   salts       for each block (op.ts) the ops touch, in order: byte 1 and its seed, 16; or byte 0 and 16 bytes for each of its
 *               ops here that is not erased
 *
 * A segment ends where a link of the chain ends (op.ts) and begins behind one. The signature is the writer's Ed25519 over
 * the canonical JSON {"head","partition","replica","to","what":"komissiya segment 2"}, head as hex. It covers the head after
 * the last op and nothing else, and that head covers every op of the log up to there. So without the writer's key, and
 * without a doubt about who wrote what, anyone may
 * - hand over only the end of a segment, for somebody who holds its beginning (`cutSegment`),
 * - join small segments to a full one, under the signature of the last (`joinSegments`),
 * - put digests in the place of values that have to be erased (`eraseValues`).
 * The seal only finds damage: who alters a byte on purpose can renew it, but is found by the chain.
 */
import { createReader, createWriter } from '../kernel/binary.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { bytesToHex, bytesToId, hexToBytes, idToBytes } from '../kernel/ids.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { isSameBytes } from '../kernel/same-bytes.ts';
import { utf8 } from '../kernel/utf8.ts';
import { blockOf, blockOps, chainOfDigests, createSalter, endsLink, type Hash, type Op, type Salts } from './op.ts';
import { fromColumns, type OpColumns, toColumns } from './op-columns.ts';

export const maxOpsPerSegment = blockOps;
/** A body may unpack to at most this many bytes: refuses bombs before they are unpacked whole. */
export const maxBodyBytes = 32 * 1024 * 1024;
const maxPartitionBytes = 260;

export type SegmentHeader = {
  readonly replica: string;
  readonly partition: string;
  readonly from: number;
  readonly to: number;
  /** Chain head before the first and after the last op, hex. */
  readonly before: string;
  readonly head: string;
  /** Hex. */
  readonly signature: string;
};

export type SegmentPorts = {
  readonly hash: Hash;
  readonly pack: (data: Uint8Array) => Uint8Array;
  /** Unpacks at most `limit` bytes; throws on garbage or more. */
  readonly unpack: (data: Uint8Array, limit: number) => Uint8Array;
};

const magic = [0x4b, 0x53, 0x45, 0x47, 2];
const sealBytes = 16;

/** The bytes a segment's signature covers. */
export function signedBytes(header: Pick<SegmentHeader, 'replica' | 'partition' | 'to' | 'head'>): Uint8Array {
  const { replica, partition, to, head } = header;
  return utf8(canonicalJson({ what: 'komissiya segment 2', replica, partition, to, head }));
}

/** Where the ops to seal stand. */
export type SealedLog = { readonly replica: string; readonly partition: string; readonly before: Uint8Array };

/**
 * Seals consecutive ops of one log, whole actions of it. `log.before` is the chain's head before the first of them;
 * `seedOf` gives the seed of a block, 16 bytes, always the same for one block of one log.
 * Throws RangeError when the ops are none, too many, not consecutive, or an id in them is no UUID.
 */
export function sealSegment(
  log: SealedLog,
  ops: readonly Op[],
  seedOf: (block: number) => Uint8Array,
  sign: (data: Uint8Array) => Uint8Array,
  ports: SegmentPorts,
): { readonly bytes: Uint8Array; readonly head: Uint8Array } {
  const seeds = new Map<number, Uint8Array>();
  for (const op of ops) if (!seeds.has(blockOf(op.seq))) seeds.set(blockOf(op.seq), seedOf(blockOf(op.seq)));
  const salts: Salts = { seeds, single: new Map() };
  const columns = toColumns(ops, log.replica);
  const head = headOf(log.before, ops, columns, salts, ports.hash);
  const place = { replica: log.replica, partition: log.partition, to: ops[ops.length - 1]?.seq ?? 0 };
  const signature = sign(signedBytes({ ...place, head: bytesToHex(head) }));
  return { bytes: encode({ ...place, before: log.before, head, signature, ops, salts, columns }, ports), head };
}

/** Reads the header without unpacking. Failures: `segment/garbage`, `segment/version`. */
export function readSegmentHeader(
  bytes: Uint8Array,
): Result<{ header: SegmentHeader; body: Uint8Array; seal: Uint8Array }> {
  if (bytes.length < 5 || magic.some((byte, index) => index < 4 && bytes[index] !== byte))
    return err({ code: 'segment/garbage' });
  if (bytes[4] !== magic[4]) return err({ code: 'segment/version', version: bytes[4] });
  try {
    const reader = createReader(bytes.subarray(5));
    const replica = bytesToId(reader.bytes(16));
    const length = reader.number();
    if (length > maxPartitionBytes) return err({ code: 'segment/garbage' });
    const partition = reader.text(length);
    const from = reader.number();
    const to = reader.number();
    const before = bytesToHex(reader.bytes(32));
    const head = bytesToHex(reader.bytes(32));
    const signature = bytesToHex(reader.bytes(64));
    const seal = reader.bytes(sealBytes);
    if (from < 1 || to < from || to - from >= maxOpsPerSegment) return err({ code: 'segment/garbage' });
    return ok({
      header: { replica, partition, from, to, before, head, signature },
      body: reader.bytes(reader.left()),
      seal,
    });
  } catch {
    return err({ code: 'segment/garbage' });
  }
}

/**
 * Opens and proves a segment: the seal, the writer's signature, the ops' form, their numbers and the chain.
 * `before` is the head this side holds for the log (for a log not yet held, 32 zero bytes).
 * Failures: `segment/garbage`, `segment/version`, `segment/altered`, `segment/bad-signature`, `segment/broken-chain`.
 */
export function openSegment(
  bytes: Uint8Array,
  before: Uint8Array,
  verify: (header: SegmentHeader, data: Uint8Array, signature: Uint8Array) => boolean,
  ports: SegmentPorts,
): Result<{ header: SegmentHeader; ops: Op[] }> {
  const read = readSegmentHeader(bytes);
  if (!read.ok) return read;
  const { header, body, seal } = read.value;
  if (!isSealed(bytes, body, seal, ports.hash)) return err({ code: 'segment/altered' });
  if (!verify(header, signedBytes(header), hexToBytes(header.signature))) return err({ code: 'segment/bad-signature' });
  if (header.before !== bytesToHex(before)) return err({ code: 'segment/broken-chain' });
  let head: Uint8Array;
  let content: Content;
  try {
    content = decodeBody(header, body, ports);
    head = headOf(before, content.ops, content.columns, content.salts, ports.hash);
  } catch {
    return err({ code: 'segment/garbage' });
  }
  return bytesToHex(head) === header.head ? ok({ header, ops: content.ops }) : err({ code: 'segment/broken-chain' });
}

/** Reads the ops of a segment that has been proved before. Throws on a damaged one. */
export function readOps(bytes: Uint8Array, ports: SegmentPorts): Op[] {
  return decode(bytes, ports).ops;
}

/** The chain's head after `seq`, which lies in this proved segment; null where no link ends there. */
export function headWithin(bytes: Uint8Array, seq: number, ports: SegmentPorts): Uint8Array | null {
  const content = decode(bytes, ports);
  const count = seq - content.from + 1;
  if (count === 0) return content.before;
  if (count === content.ops.length) return content.head;
  if (!endsLink(content.ops, count - 1)) return null;
  return headOf(content.before, content.ops.slice(0, count), content.columns, content.salts, ports.hash);
}

/**
 * The end of a proved segment, behind `seq`: for somebody who holds its beginning. Where `seq` is inside a link, the cut
 * is before it. The segment itself where there is nothing to cut.
 */
export function cutSegment(bytes: Uint8Array, seq: number, ports: SegmentPorts): Uint8Array {
  const content = decode(bytes, ports);
  let count = Math.max(0, Math.min(seq - content.from + 1, content.ops.length));
  while (count > 0 && !endsLink(content.ops, count - 1)) count -= 1;
  if (count === 0 || count === content.ops.length) return bytes;
  const before = headOf(content.before, content.ops.slice(0, count), content.columns, content.salts, ports.hash);
  return encode({ ...content, before, ops: content.ops.slice(count), columns: null }, ports);
}

/**
 * The beginning of a proved segment, up to `seq`, where a link ends; signed anew, which only its writer can. Throws RangeError where no
 * link ends there.
 */
export function cutAfter(
  bytes: Uint8Array,
  seq: number,
  sign: (data: Uint8Array) => Uint8Array,
  ports: SegmentPorts,
): { readonly bytes: Uint8Array; readonly head: Uint8Array } {
  const content = decode(bytes, ports);
  const ops = content.ops.slice(0, seq - content.from + 1);
  if (ops.length === 0 || !endsLink(content.ops, ops.length - 1)) throw new RangeError('no link ends there');
  const head = headOf(content.before, ops, content.columns, content.salts, ports.hash);
  const { replica, partition } = content;
  const signature = sign(signedBytes({ replica, partition, to: seq, head: bytesToHex(head) }));
  return { bytes: encode({ ...content, head, signature, ops, columns: null }, ports), head };
}

/**
 * Joins proved segments that follow each other, 1,000 ops together at most, to one under the signature of the last.
 * Throws RangeError when they do not follow each other.
 */
export function joinSegments(pieces: readonly Uint8Array[], ports: SegmentPorts): Uint8Array {
  const contents = pieces.map((bytes) => decode(bytes, ports));
  const [first] = contents;
  const last = contents.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('nothing to join');
  if (contents.length === 1) return pieces[0] ?? new Uint8Array(0);
  const ops = contents.flatMap((content) => content.ops);
  return encode({ ...last, before: first.before, ops, salts: joinSalts(contents, ports.hash), columns: null }, ports);
}

/** A proved segment with digests in place of the values of some ops: what they said cannot be found from it any more. */
export function eraseValues(bytes: Uint8Array, seqs: ReadonlySet<number>, ports: SegmentPorts): Uint8Array {
  const content = decode(bytes, ports);
  const blocks = new Set([...seqs].map(blockOf));
  const digestOf = digestsOf(content.ops, content.columns, content.salts, ports.hash);
  const salt = createSalter(content.salts, ports.hash);
  const single = new Map<number, Uint8Array>();
  const ops = content.ops.map((op, index): Op => {
    if (seqs.has(op.seq) && op.digest === null) return { ...op, set: null, digest: digestOf(index).slice() };
    if (op.digest === null && (blocks.has(blockOf(op.seq)) || !content.salts.seeds.has(blockOf(op.seq))))
      single.set(op.seq, salt(op.seq).slice());
    return op;
  });
  const seeds = new Map([...content.salts.seeds].filter(([block]) => !blocks.has(block)));
  return encode({ ...content, ops, salts: { seeds, single }, columns: null }, ports);
}

/** Everything in a segment. `columns` is null where `ops` have changed since. */
type Content<Columns = OpColumns> = SealedLog & {
  readonly from: number;
  readonly head: Uint8Array;
  readonly signature: Uint8Array;
  readonly ops: Op[];
  readonly salts: Salts;
  readonly columns: Columns;
};

function decode(bytes: Uint8Array, ports: SegmentPorts): Content {
  const read = readSegmentHeader(bytes);
  if (!read.ok) throw new RangeError(read.error.code);
  return decodeBody(read.value.header, read.value.body, ports);
}

function decodeBody(header: SegmentHeader, body: Uint8Array, ports: SegmentPorts): Content {
  const reader = createReader(ports.unpack(body, maxBodyBytes));
  const columns = fromColumns(reader.bytes(reader.number()), header.from, header.replica);
  const { ops } = columns;
  if (ops.length !== header.to - header.from + 1) throw new RangeError('another number of ops');
  const seeds = new Map<number, Uint8Array>();
  const single = new Map<number, Uint8Array>();
  for (let block = blockOf(header.from); block <= blockOf(header.to); block += 1) {
    const form = reader.byte();
    if (form > 1) throw new RangeError('not salts');
    if (form === 1) {
      seeds.set(block, reader.bytes(16));
      continue;
    }
    for (const op of ops) if (blockOf(op.seq) === block && op.digest === null) single.set(op.seq, reader.bytes(16));
  }
  reader.end();
  return {
    replica: header.replica,
    partition: header.partition,
    from: header.from,
    before: hexToBytes(header.before),
    head: hexToBytes(header.head),
    signature: hexToBytes(header.signature),
    ops,
    salts: { seeds, single },
    columns,
  };
}

function encode(
  content: Omit<Content<OpColumns | null>, 'from' | 'ops'> & { ops: readonly Op[] },
  ports: SegmentPorts,
): Uint8Array {
  const { ops, salts } = content;
  const from = ops[0]?.seq ?? 0;
  const to = ops[ops.length - 1]?.seq ?? 0;
  const columns = content.columns ?? toColumns(ops, content.replica);
  const body = createWriter(columns.bytes.length + 64);
  body.number(columns.bytes.length);
  body.bytes(columns.bytes);
  for (let block = blockOf(from); block <= blockOf(to); block += 1) {
    const seed = salts.seeds.get(block);
    body.byte(seed === undefined ? 0 : 1);
    if (seed !== undefined) body.bytes(seed);
    else
      for (const op of ops)
        if (blockOf(op.seq) === block && op.digest === null) body.bytes(salts.single.get(op.seq) ?? noSalt());
  }
  const place = { replica: content.replica, partition: content.partition, from, to, before: content.before };
  return assembleSegment(
    { ...place, head: content.head, signature: content.signature },
    ports.pack(body.written()),
    ports.hash,
  );
}

/** Header, seal and body as one. */
export function assembleSegment(
  header: SealedLog & {
    readonly from: number;
    readonly to: number;
    readonly head: Uint8Array;
    readonly signature: Uint8Array;
  },
  packed: Uint8Array,
  hash: Hash,
): Uint8Array {
  const partition = utf8(header.partition);
  if (partition.length > maxPartitionBytes) throw new RangeError('a partition this long');
  const writer = createWriter(512);
  writer.bytes(idToBytes(header.replica));
  writer.number(partition.length);
  writer.bytes(partition);
  writer.number(header.from);
  writer.number(header.to);
  writer.bytes(header.before);
  writer.bytes(header.head);
  writer.bytes(header.signature);
  const bodyAt = 5 + writer.length() + sealBytes;
  const bytes = new Uint8Array(bodyAt + packed.length);
  bytes.set(magic, 0);
  bytes.set(writer.written(), 5);
  bytes.set(packed, bodyAt);
  bytes.set(sealOf(bytes, bodyAt, hash), bodyAt - sealBytes);
  return bytes;
}

function noSalt(): never {
  throw new RangeError('an op without its salt');
}

/** The seal of a segment whose body begins at `bodyAt`. */
function sealOf(bytes: Uint8Array, bodyAt: number, hash: Hash): Uint8Array {
  const covered = new Uint8Array(bytes.length - 5 - sealBytes);
  covered.set(bytes.subarray(5, bodyAt - sealBytes), 0);
  covered.set(bytes.subarray(bodyAt), bodyAt - sealBytes - 5);
  return hash(covered).subarray(0, sealBytes);
}

function isSealed(bytes: Uint8Array, body: Uint8Array, seal: Uint8Array, hash: Hash): boolean {
  const wanted = sealOf(bytes, bytes.length - body.length, hash);
  return isSameBytes(seal, wanted);
}

function headOf(before: Uint8Array, ops: readonly Op[], columns: OpColumns, salts: Salts, hash: Hash): Uint8Array {
  return chainOfDigests(before, ops, digestsOf(ops, columns, salts, hash), hash);
}

/** The digest of each op, from the bytes of its values' text as they stand in the columns: no text is made anew. */
function digestsOf(ops: readonly Op[], columns: OpColumns, salts: Salts, hash: Hash): (index: number) => Uint8Array {
  const salt = createSalter(salts, hash);
  const longest = columns.lengths.reduce((most, length) => Math.max(most, length), 0);
  const input = new Uint8Array(16 + longest);
  let next = 0;
  let at = columns.valuesAt;
  const digests: Uint8Array[] = [];
  return (wanted) => {
    for (; next <= wanted; next += 1) {
      const op = ops[next];
      const length = columns.lengths[next] ?? 0;
      if (op === undefined) break;
      if (op.digest !== null) digests.push(op.digest);
      else {
        input.set(salt(op.seq), 0);
        input.set(columns.bytes.subarray(at, at + length), 16);
        digests.push(hash(input.subarray(0, 16 + length)));
      }
      at += length;
    }
    return digests[wanted] ?? noSalt();
  };
}

/** A block may come with its seed in one piece and without it in another, where values were erased in between. */
function joinSalts(contents: readonly Content[], hash: Hash): Salts {
  const seeds = new Map<number, Uint8Array>();
  const split = new Set<number>();
  for (const { ops, salts } of contents)
    for (const block of new Set(ops.map((op) => blockOf(op.seq)))) {
      const seed = salts.seeds.get(block);
      const other = seeds.get(block) ?? seed;
      if (seed === undefined || other === undefined || !isSameBytes(other, seed)) split.add(block);
      else seeds.set(block, seed);
    }
  const single = new Map<number, Uint8Array>();
  for (const { ops, salts } of contents) {
    const salt = createSalter(salts, hash);
    for (const op of ops)
      if (split.has(blockOf(op.seq)) && op.digest === null) single.set(op.seq, salt(op.seq).slice());
  }
  for (const block of split) seeds.delete(block);
  return { seeds, single };
}
