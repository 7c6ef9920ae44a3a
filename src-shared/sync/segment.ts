/**
 * A segment: up to 1,000 consecutive ops of one log, columnar, compressed, sealed. Wire, disk, stick and relay format at
 * once: whoever stores or forwards it keeps these bytes as they came.
 *
 * Layout: `KSEG` · u8 version · u32 length of the header (little-endian) · header, canonical JSON · body.
 * The body is the compressed canonical JSON of the columns. The header's `signature` is the writer's Ed25519 over the
 * canonical JSON of the header without it; it covers the chain's head after the last op, hence every op of the log up to
 * there, and the body's hash.
 */
import { z } from 'zod';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { bytesToHex, hexToBytes } from '../kernel/ids.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { fromUtf8, utf8 } from '../kernel/utf8.ts';
import { chainHead, type Hash, Op } from './op.ts';

export const maxOpsPerSegment = 1000;
/** A body may unpack to at most this many bytes: refuses bombs before they are unpacked whole. */
export const maxBodyBytes = 32 * 1024 * 1024;

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
export const SegmentHeader = z.strictObject({
  replica: z.string().max(40),
  partition: z.string().max(260),
  from: z.int().min(1),
  to: z.int().min(1),
  /** Chain head before the first and after the last op. */
  before: hex64,
  head: hex64,
  /** SHA-256 of the packed body. */
  body: hex64,
  signature: z.string().regex(/^[0-9a-f]{128}$/),
});
export type SegmentHeader = z.infer<typeof SegmentHeader>;

export type SegmentPorts = {
  readonly hash: Hash;
  readonly pack: (data: Uint8Array) => Uint8Array;
  /** Unpacks at most `limit` bytes; throws on garbage or more. */
  readonly unpack: (data: Uint8Array, limit: number) => Uint8Array;
};

const magic = [0x4b, 0x53, 0x45, 0x47, 1];

/** The bytes a segment's signature covers. */
export function signedBytes(header: Omit<SegmentHeader, 'signature'>): Uint8Array {
  const { replica, partition, from, to, before, head, body } = header;
  return utf8(canonicalJson({ what: 'komissiya segment 1', replica, partition, from, to, before, head, body }));
}

/**
 * Seals consecutive ops of one log. `before` is the chain's head before the first of them.
 * Throws RangeError when the ops are none, too many or not consecutive.
 */
export function sealSegment(
  log: { replica: string; partition: string; before: Uint8Array },
  ops: readonly Op[],
  sign: (data: Uint8Array) => Uint8Array,
  ports: SegmentPorts,
): Uint8Array {
  const first = ops[0];
  if (first === undefined || ops.length > maxOpsPerSegment) throw new RangeError('a segment holds 1 to 1,000 ops');
  if (ops.some((op, index) => op.seq !== first.seq + index))
    throw new RangeError('ops of a segment must be consecutive');
  const body = ports.pack(utf8(canonicalJson(toColumns(ops))));
  const unsigned = {
    replica: log.replica,
    partition: log.partition,
    from: first.seq,
    to: first.seq + ops.length - 1,
    before: bytesToHex(log.before),
    head: bytesToHex(chainHead(log.before, ops, ports.hash)),
    body: bytesToHex(ports.hash(body)),
  };
  const header = utf8(canonicalJson({ ...unsigned, signature: bytesToHex(sign(signedBytes(unsigned))) }));
  const bytes = new Uint8Array(9 + header.length + body.length);
  bytes.set(magic, 0);
  new DataView(bytes.buffer).setUint32(5, header.length, true);
  bytes.set(header, 9);
  bytes.set(body, 9 + header.length);
  return bytes;
}

/** Reads the header without unpacking. Failure: `segment/garbage`. */
export function readSegmentHeader(bytes: Uint8Array): Result<{ header: SegmentHeader; body: Uint8Array }> {
  if (bytes.length < 9 || magic.some((byte, index) => bytes[index] !== byte)) return err({ code: 'segment/garbage' });
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(5, true);
  if (length > 4096 || bytes.length < 9 + length) return err({ code: 'segment/garbage' });
  try {
    const header = SegmentHeader.safeParse(JSON.parse(fromUtf8(bytes.subarray(9, 9 + length))));
    if (!header.success) return err({ code: 'segment/garbage' });
    return ok({ header: header.data, body: bytes.subarray(9 + length) });
  } catch {
    return err({ code: 'segment/garbage' });
  }
}

/**
 * Opens and proves a segment: the body's hash, the writer's signature, the ops' form, their numbers and the chain.
 * `before` is the head this side holds for the log (for a log not yet held, 32 zero bytes).
 * Failures: `segment/garbage`, `segment/altered`, `segment/bad-signature`, `segment/broken-chain`.
 */
export function openSegment(
  bytes: Uint8Array,
  before: Uint8Array,
  verify: (header: SegmentHeader, data: Uint8Array, signature: Uint8Array) => boolean,
  ports: SegmentPorts,
): Result<{ header: SegmentHeader; ops: Op[] }> {
  const read = readSegmentHeader(bytes);
  if (!read.ok) return read;
  const { header, body } = read.value;
  if (bytesToHex(ports.hash(body)) !== header.body) return err({ code: 'segment/altered' });
  if (!verify(header, signedBytes(header), hexToBytes(header.signature))) return err({ code: 'segment/bad-signature' });
  if (header.before !== bytesToHex(before)) return err({ code: 'segment/broken-chain' });
  let ops: Op[];
  try {
    ops = fromColumns(JSON.parse(fromUtf8(ports.unpack(body, maxBodyBytes))), header.from);
  } catch {
    return err({ code: 'segment/garbage' });
  }
  if (ops.length !== header.to - header.from + 1 || ops.length > maxOpsPerSegment)
    return err({ code: 'segment/garbage' });
  if (bytesToHex(chainHead(before, ops, ports.hash)) !== header.head) return err({ code: 'segment/broken-chain' });
  return ok({ header, ops });
}

/** One array per member; stamps as differences, repeated texts by their place in a list. */
function toColumns(ops: readonly Op[]): object {
  const words: string[] = [];
  const places = new Map<string, number>();
  const place = (word: string | null): number => {
    if (word === null) return -1;
    let found = places.get(word);
    if (found === undefined) {
      found = words.push(word) - 1;
      places.set(word, found);
    }
    return found;
  };
  let time = 0;
  return {
    times: ops.map((op) => {
      const delta = op.time - time;
      time = op.time;
      return delta;
    }),
    actors: ops.map((op) => place(op.actor)),
    groups: ops.map((op) => place(op.group)),
    records: ops.map((op) => place(op.record)),
    kinds: ops.map((op) => op.kind),
    acts: ops.map((op) => place(op.act)),
    fields: ops.map((op) => place(op.set === null ? null : Object.keys(op.set).join(','))),
    values: ops.map((op) => (op.set === null ? [] : Object.values(op.set))),
    replaced: ops.map((op) => op.replaced),
    seen: ops.map((op) => op.seen),
    salts: ops.map((op) => op.salt),
    digests: ops.map((op) => op.digest),
    words,
  };
}

const Columns = z.object({
  times: z.array(z.number()).max(maxOpsPerSegment),
  actors: z.array(z.number()),
  groups: z.array(z.number()),
  records: z.array(z.number()),
  kinds: z.array(z.number()),
  acts: z.array(z.number()),
  fields: z.array(z.number()),
  values: z.array(z.array(z.unknown())),
  replaced: z.array(z.unknown()),
  seen: z.array(z.unknown()),
  salts: z.array(z.unknown()),
  digests: z.array(z.unknown()),
  words: z.array(z.string()),
});

function fromColumns(value: unknown, from: number): Op[] {
  const columns = Columns.parse(value);
  const word = (index: number | undefined): string | null =>
    index === undefined || index < 0 ? null : (columns.words[index] ?? null);
  let time = 0;
  return columns.times.map((delta, index) => {
    time += delta;
    const fields = word(columns.fields[index]);
    const values = columns.values[index] ?? [];
    const numbers = fields === null || fields === '' ? [] : fields.split(',');
    return Op.parse({
      seq: from + index,
      time,
      actor: word(columns.actors[index]),
      group: word(columns.groups[index]),
      kind: columns.kinds[index],
      record: word(columns.records[index]),
      act: word(columns.acts[index]),
      set: fields === null ? null : Object.fromEntries(numbers.map((number, at) => [number, values[at] ?? null])),
      replaced: columns.replaced[index],
      seen: columns.seen[index],
      salt: columns.salts[index],
      digest: columns.digests[index],
    });
  });
}
