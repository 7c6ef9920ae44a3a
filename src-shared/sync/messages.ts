/**
 * What two replicas say to each other, whatever the road. Version 4.
 *
 * A *summary* says per log (key `replica partition`) the highest seq held without a gap. One request, one response, both
 * carry summaries; an idle exchange is one round trip. A message is framed as u32 length (little-endian) · header JSON ·
 * the segments' bytes one after the other, their lengths in the header.
 */
import { z } from 'zod';
import { Role } from '../access/roles.ts';
import { Partition } from '../access/partitions.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { parseForeignJson } from '../kernel/foreign-json.ts';
import { PublicKey } from '../kernel/hex.ts';
import { bytesToHex } from '../kernel/ids.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { utf8 } from '../kernel/utf8.ts';
import type { Hash } from './op.ts';

export const protocolVersion = 4;
/** No message is longer. */
export const maxMessageBytes = 24 * 1024 * 1024;

export const Summary = z.record(z.string().max(320), z.int().min(0));
export type Summary = z.infer<typeof Summary>;

/** The key of a log in a summary. */
export function logKey(replica: string, partition: string): string {
  return `${replica} ${partition}`;
}
export function parseLogKey(key: string): { replica: string; partition: string } {
  const space = key.indexOf(' ');
  return { replica: key.slice(0, space), partition: key.slice(space + 1) };
}

/** Of the chain's heads by log: enough of each (8 bytes, hex) to see that two sides hold the same log, not only as much of it. */
export const Heads = z.record(z.string().max(320), z.string().regex(/^[0-9a-f]{16,64}$/));
export type Heads = z.infer<typeof Heads>;
export const headMark = (head: string): string => head.slice(0, 16);

/** Where files for somebody are sealed to: an X25519 recipient of age (age-encryption.org/v1). */
export const AgeRecipient = z.string().regex(/^age1[02-9ac-hj-np-z]{58}$/);

/** Issued and signed by the hub: who may write what where. `signature` is the hub's Ed25519 over the canonical JSON of the rest. */
export const Credential = z.strictObject({
  serial: z.string().max(40),
  replica: z.string().max(40),
  /** Ed25519 public key, 32 bytes as hex. */
  publicKey: PublicKey,
  /** How the laptop is listed at the hub: chosen by the operator with the invitation. */
  laptop: z.string().max(120),
  /** Where parcels for this laptop are sealed to; credentials of the first builds have none. */
  recipient: AgeRecipient.optional(),
  roles: z.array(Role).min(1),
  partitions: z.array(Partition).min(1).max(20),
  /** The replica in whose place this one is: the same laptop before it took a new identity (succession.ts). */
  succeeds: z.string().max(40).optional(),
  /**
   * Where this one changed the laptop's rights: how far the hub held its logs then, by partition. Ops up to there are judged by the
   * credential before.
   */
  heldBefore: z.record(Partition, z.int().min(1)).optional(),
  /** Until then (milliseconds UTC) the hub still takes under the credential before what was written, and not handed over, under it. */
  handOverUntil: z.int().optional(),
  /** Milliseconds UTC. */
  validFrom: z.int(),
  validUntil: z.int(),
  signature: z.string().regex(/^[0-9a-f]{128}$/),
});
export type Credential = z.infer<typeof Credential>;

const Serial = z.string().max(40);
const Digest = z.string().regex(/^[0-9a-f]{32}$/);
/** Serials in one page. */
export const serialsPerPage = 1000;
/** Credentials of writers in one request. */
export const maxWriters = 1000;

/**
 * What the asker holds of the credentials that reach into the partitions it asks for. First only a digest (`serialsDigest`); where the
 * hub's is another one, page by page: all serials held that are greater than `after` and, if `until` is given, not greater than that.
 */
export const CredentialsHeld = z.union([
  z.strictObject({ digest: Digest }),
  z.strictObject({
    after: Serial,
    until: Serial.nullable(),
    serials: z.array(Serial).max(serialsPerPage),
  }),
]);
export type CredentialsHeld = z.infer<typeof CredentialsHeld>;

export const SyncRequest = z.strictObject({
  protocol: z.int(),
  replica: z.string().max(40),
  /** Partition prefixes this replica wants to hold. */
  partitions: z.array(Partition).max(20),
  summary: Summary,
  /** Hub epoch this replica last saw; null at first. */
  epoch: z.string().max(40).nullable(),
  /** Null where all has been said about them in this exchange. */
  credentials: CredentialsHeld.nullable(),
  /** What the hub signed of others whose segments come along, and said it does not know: it may have been put back from before. */
  writers: z.array(Credential).max(maxWriters).optional(),
  segments: z.array(z.int().min(1)).max(1000),
});
export type SyncRequest = z.infer<typeof SyncRequest>;

/**
 * Asked instead where the asker has nothing to hand over: `digest` names its summary (`summaryDigest`), which is all there is to say
 * while both sides hold the same.
 */
export const BriefRequest = z.strictObject({
  protocol: z.int(),
  replica: z.string().max(40),
  partitions: z.array(Partition).max(20),
  digest: Digest,
  segments: z.array(z.int()).max(0),
});
export type BriefRequest = z.infer<typeof BriefRequest>;

/** `same`: both hold the same logs to the same seq, and the exchange is over. Else the asker goes on with a whole request. */
export const BriefResponse = z.strictObject({
  protocol: z.int(),
  epoch: z.string().max(40),
  same: z.boolean(),
  /** The hub's wall clock, milliseconds UTC. */
  time: z.int(),
  segments: z.array(z.int()).max(0),
});
export type BriefResponse = z.infer<typeof BriefResponse>;

/**
 * The name of a summary: the first 16 bytes of H(canonical JSON of an object), hex. The object holds for each log `seq mark`, the mark
 * being the first 16 hex digits of the chain's head there, and as `credential` the serial of the asker's newest credential, so that
 * other rights are news too. Both sides take into it the asker's own logs, and those of others within
 * the partitions that it asks for and may see.
 */
export function summaryDigest(
  summary: Summary,
  headAt: (log: string, seq: number) => string | null,
  serial: string,
  hash: Hash,
): string {
  const marks = Object.entries(summary).map(([log, seq]) => [log, `${seq} ${headMark(headAt(log, seq) ?? '')}`]);
  return digestOf({ ...Object.fromEntries(marks), credential: serial }, hash);
}

/** The name of a set of credentials: the first 16 bytes of H(canonical JSON of their sorted serials), hex. */
export function serialsDigest(serials: readonly string[], hash: Hash): string {
  return digestOf([...serials].sort(), hash);
}

function digestOf(value: unknown, hash: Hash): string {
  return bytesToHex(hash(utf8(canonicalJson(value))).subarray(0, 16));
}

/** Why one segment was not taken. */
export const Refusal = z.strictObject({
  log: z.string().max(320),
  from: z.int(),
  reason: z.enum([
    'garbage',
    'altered',
    'bad-signature',
    'broken-chain',
    'gap',
    'forked',
    'no-credential',
    'wrong-partition',
    'wrong-role',
    'expired',
    'revoked',
    'too-large',
  ]),
});
export type Refusal = z.infer<typeof Refusal>;

export const SyncResponse = z.strictObject({
  protocol: z.int(),
  epoch: z.string().max(40),
  /** What the hub holds durably of the logs the asker may see, and marks of their heads there. */
  summary: Summary,
  heads: Heads,
  refusals: z.array(Refusal).max(1000),
  credentials: z.array(Credential).max(2000),
  /** Behind which serial the asker's next page begins; null where all is said. Empty after a digest that was another one. */
  credentialsAfter: Serial.nullable(),
  /** Whether there is more to fetch: ask again with the new summary. */
  more: z.boolean(),
  /** The hub's wall clock, milliseconds UTC. */
  time: z.int(),
  laptops: z
    .array(z.strictObject({ replica: z.string(), name: z.string(), lastContactAt: z.int().nullable() }))
    .max(2000),
  segments: z.array(z.int().min(1)).max(1000),
});
export type SyncResponse = z.infer<typeof SyncResponse>;

/** Enrolment: a one-time invitation code for a replica's own new key. */
export const EnrolRequest = z.strictObject({
  protocol: z.int(),
  code: z.string().max(60),
  replica: z.string().max(40),
  publicKey: PublicKey,
  /** Where parcels for this laptop are to be sealed to. */
  recipient: AgeRecipient.optional(),
  /** The partition this laptop already keeps. */
  partition: Partition,
  role: Role,
});
export type EnrolRequest = z.infer<typeof EnrolRequest>;
export const EnrolResponse = z.strictObject({
  protocol: z.int(),
  hubName: z.string().max(120),
  /** Ed25519 public key, 32 bytes as hex. Six digits of its hash (`keyDigits`) stand in the invitation code. */
  hubKey: PublicKey,
  /** Where parcels for the hub are sealed to. */
  hubRecipient: AgeRecipient.optional(),
  epoch: z.string().max(40),
  credential: Credential,
});
export type EnrolResponse = z.infer<typeof EnrolResponse>;

/** Frames a header and its segments. The header's `segments` must hold their lengths. */
export function frame(header: object, segments: readonly Uint8Array[]): Uint8Array {
  const head = utf8(JSON.stringify(header));
  const bytes = new Uint8Array(4 + head.length + segments.reduce((sum, segment) => sum + segment.length, 0));
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  let offset = 4 + head.length;
  for (const segment of segments) {
    bytes.set(segment, offset);
    offset += segment.length;
  }
  return bytes;
}

/**
 * Reads a message of this version. The version is looked at before anything else: what a message of another version holds is not known
 * here. Failures: `sync/protocol` {hub: the other side's version, app: ours}, `sync/garbage`.
 */
export function parseMessage<T>(json: unknown, schema: z.ZodType<T>): Result<T> {
  const version = AnyVersion.safeParse(json);
  if (version.success && version.data.protocol !== protocolVersion)
    return err({ code: 'sync/protocol', hub: version.data.protocol, app: protocolVersion });
  const message = schema.safeParse(json);
  return message.success ? ok(message.data) : err({ code: 'sync/garbage' });
}
const AnyVersion = z.looseObject({ protocol: z.int() });

/** Takes a message apart. Failures: those of `parseMessage`, `sync/too-large`. */
export function unframe<T extends { segments: number[] }>(
  bytes: Uint8Array,
  schema: z.ZodType<T>,
): Result<{ header: T; segments: Uint8Array[] }> {
  if (bytes.length > maxMessageBytes) return err({ code: 'sync/too-large' });
  if (bytes.length < 4) return err({ code: 'sync/garbage' });
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (bytes.length < 4 + length) return err({ code: 'sync/garbage' });
  const header = parseMessage(parseForeignJson(bytes.subarray(4, 4 + length)), schema);
  if (!header.ok) return header;
  const segments: Uint8Array[] = [];
  let offset = 4 + length;
  for (const size of header.value.segments) {
    segments.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return offset === bytes.length ? ok({ header: header.value, segments }) : err({ code: 'sync/garbage' });
}
