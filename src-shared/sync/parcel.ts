/**
 * What is inside a parcel: one half of an exchange, or one half of an enrolment, on a road without an answer. Version
 * `protocolVersion`; the file around it is specified in parcel-file.ts.
 *
 * A parcel is one message as messages.ts frames it: u32 length · header JSON · segments. The header's `signature` is the
 * writer's Ed25519 over `parcelBytes` (the canonical JSON of the header without it); segments prove themselves. What does
 * not fit into one message (`segmentBytesPerParcel`) goes into further parcels; each stands for itself, and they may come
 * singly, twice, late and in any order.
 *
 * `exchange`. Writer and reader are `hub` or a replica id, both of one hub (`hubKey`). It holds what the writer has of the
 * logs the reader may see (`summary`), credentials, and sealed segments beyond what the reader last said it holds: those
 * of the writer's own logs and, as they came, those of others.
 *   1. The reader unseals, checks protocol, hub, that it is the reader (the hub: that it could unseal it), and the writer's
 *      signature: with the hub's key, or with the key in the writer's credential, which may come in the same parcel and
 *      must stand now. Otherwise nothing of it is taken.
 *   2. Every segment goes the way of a segment from the hub: proved by its writer's signature and credential, one
 *      transaction each. A gap is no failure: the reader's next parcel says where to go on.
 *   3. Only `summary` acknowledges. The hub's moves the road mark `received`; another laptop's only tells what it need
 *      not be sent again. Parcels are old news by nature: within one epoch a summary only moves marks forward; under
 *      another epoch it counts when the writer made it (`madeAt`, its own clock) after everything known of it before.
 *   4. The hub's parcel also says which credentials it has revoked: from then on no parcel of theirs is taken, and
 *      segments of theirs only from the hub, which knows what it took before.
 *   5. A parcel from the hub whose summary holds more of the reader's own log than the reader itself, or another chain, shows that
 *      the reader's data is an old copy: see replica-store.ts, `compareHeads`. Another laptop's word is not enough, or it could make
 *      anybody enrol again: it sends along the last link it holds of each of the reader's own logs, and only what the reader has
 *      signed itself and does not hold is a proof. A claim without one (`segment/unproved`) is refused and shown.
 *   6. A laptop that took a new identity says so in its parcels for the hub (`succession`), signed with the new key. A hub that does not
 *      know it yet lets it in before anything else of the parcel; the credential comes with the next parcel from the hub.
 *   7. `blobs` names the attachments the writer holds whole and the reader may see: like `summary`, the hub's word acknowledges and a
 *      laptop's tells what it need not be sent. `begins` names the logs whose segments the writer keeps only behind a seq: whoever
 *      holds less sees a gap there and gets the beginning from the hub, or from a snapshot beside it.
 *
 * `blobs` carries pieces of attachments (blob-pieces.ts), from the same writer to the same reader, proved like an exchange. A piece goes
 * in behind what has come of its blob by any road; what is held is skipped, what comes too early is left for another time, and the
 * whole counts when it has its digest.
 *
 * `snapshot` carries a snapshot of the hub's (snapshot.ts) from a laptop that began with it, before the segments that follow it: head and
 * chunks as the hub made and signed them, so that the reader believes the hub and not the writer. It goes the way of one from the line.
 *
 * `enrol-request`, from a laptop, and `enrol-answer`, from the hub, are the two halves of an enrolment. With a code, from
 * an invitation, the request is sealed to the hub and answered without a question. Without one it lies open, and the
 * operator grants it by hand after comparing `keyDigits` (invitation.ts) of the laptop's key with the laptop's screen; the
 * laptop's person compares those of the hub's key before the answer counts.
 */
import { z } from 'zod';
import { Partition } from '../access/partitions.ts';
import { Role } from '../access/roles.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { bytesToHex, hexToBytes } from '../kernel/ids.ts';
import { PublicKey, Sha256 } from '../kernel/hex.ts';
import { err, type Result } from '../kernel/result.ts';
import { utf8 } from '../kernel/utf8.ts';
import type { Verify } from './credential.ts';
import { BlobPiece, BlobsNamed } from './blob-pieces.ts';
import { Succession } from './succession.ts';
import { AgeRecipient, Credential, frame, Heads, protocolVersion, Refusal, Summary, unframe } from './messages.ts';

/** Segments in one parcel, bytes, before the last one is added. */
export const segmentBytesPerParcel = 12 * 1024 * 1024;
export const maxSegmentsPerParcel = 1000;

const signature = z.string().regex(/^[0-9a-f]{128}$/);
/** `hub`, or a replica id. */
const Party = z.string().min(1).max(40);
const segments = z.array(z.int().min(1)).max(maxSegmentsPerParcel);

export const ExchangeParcel = z.strictObject({
  what: z.literal('exchange'),
  protocol: z.int(),
  hubKey: PublicKey,
  writer: Party,
  reader: Party,
  /** The writer's clock, milliseconds UTC. */
  madeAt: z.int(),
  /** The hub's epoch as the writer knows it. */
  epoch: z.string().max(40),
  summary: Summary,
  /** The chain's head after the seq in `summary`, hex: from the hub of all logs, from a laptop of none. */
  heads: Heads,
  credentials: z.array(Credential).max(2000),
  /** From a laptop to the hub where it was another one before (succession.ts). */
  succession: Succession.nullable(),
  /** Serials of revoked credentials; only the hub's word counts. */
  revoked: z.array(z.string().max(40)).max(5000),
  /** What the hub did not take of the reader's last parcels. */
  refusals: z.array(Refusal).max(1000),
  laptops: z
    .array(z.strictObject({ replica: z.string(), name: z.string(), lastContactAt: z.int().nullable() }))
    .max(2000),
  /** Digests of attachments the writer holds whole, of those the reader may see; the newest, where there are more. */
  blobs: BlobsNamed,
  /** Of logs whose segments begin later at the writer: the seq before the first of them. */
  begins: Summary,
  segments,
  signature,
});
export type ExchangeParcel = z.infer<typeof ExchangeParcel>;

export const BlobsParcel = z.strictObject({
  what: z.literal('blobs'),
  protocol: z.int(),
  hubKey: PublicKey,
  writer: Party,
  reader: Party,
  /** What each of the contents behind the header is, in their order. */
  pieces: z.array(BlobPiece).min(1).max(maxSegmentsPerParcel),
  segments,
  signature,
});
export type BlobsParcel = z.infer<typeof BlobsParcel>;

/** What passes between the two sides of an exchange: proved in the same way. */
export type CarriedParcel = ExchangeParcel | BlobsParcel | SnapshotParcel;

export const SnapshotParcel = z.strictObject({
  what: z.literal('snapshot'),
  protocol: z.int(),
  hubKey: PublicKey,
  writer: Party,
  reader: Party,
  /** Of the whole snapshot, as the hub names it. */
  sha256: Sha256,
  /** Behind the header: the snapshot's head, then its chunks from this one on. */
  first: z.int().min(0),
  segments,
  signature,
});
export type SnapshotParcel = z.infer<typeof SnapshotParcel>;

export const EnrolRequestParcel = z.strictObject({
  what: z.literal('enrol-request'),
  protocol: z.int(),
  /** Twenty digits of an invitation; null where the operator is to grant it by hand. */
  code: z.string().max(60).nullable(),
  replica: z.string().max(40),
  publicKey: PublicKey,
  recipient: AgeRecipient,
  partition: Partition,
  role: Role,
  segments,
  /** The laptop's own, with `publicKey`: it owns the key it asks for. */
  signature,
});
export type EnrolRequestParcel = z.infer<typeof EnrolRequestParcel>;

export const EnrolAnswerParcel = z.strictObject({
  what: z.literal('enrol-answer'),
  protocol: z.int(),
  hubName: z.string().max(120),
  hubKey: PublicKey,
  hubRecipient: AgeRecipient,
  /** Where the hub answers, should there ever be a line; null where the operator did not say. */
  address: z.string().max(300).nullable(),
  epoch: z.string().max(40),
  credential: Credential,
  segments,
  signature,
});
export type EnrolAnswerParcel = z.infer<typeof EnrolAnswerParcel>;

const AnyParcel = z.discriminatedUnion('what', [
  ExchangeParcel,
  BlobsParcel,
  SnapshotParcel,
  EnrolRequestParcel,
  EnrolAnswerParcel,
]);
export type AnyParcel = z.infer<typeof AnyParcel>;
type Unsigned<T> = T extends AnyParcel ? Omit<T, 'signature' | 'segments' | 'protocol'> : never;
export type UnsignedParcel = Unsigned<AnyParcel>;

/** The bytes a parcel's signature covers. */
function parcelBytes(header: Omit<AnyParcel, 'signature'>): Uint8Array {
  return utf8(`komissiya parcel 1\n${canonicalJson({ ...header, signature: undefined })}`);
}

/** Frames and signs a parcel. */
export function makeParcel(
  unsigned: UnsignedParcel,
  contents: readonly Uint8Array[],
  sign: (data: Uint8Array) => Uint8Array,
): Uint8Array {
  const header = { ...unsigned, protocol: protocolVersion, segments: contents.map((segment) => segment.length) };
  return frame({ ...header, signature: bytesToHex(sign(parcelBytes(header))) }, contents);
}

/** Takes a parcel apart; nothing is proved yet. Failures: `sync/protocol` {hub, app}, `stick/garbage`. */
export function readParcel(bytes: Uint8Array): Result<{ header: AnyParcel; segments: Uint8Array[] }> {
  const parcel = unframe<AnyParcel>(bytes, AnyParcel);
  return parcel.ok || parcel.error.code === 'sync/protocol' ? parcel : err({ code: 'stick/garbage' });
}

/** Whether the owner of this key (hex) signed the parcel. */
export function isParcelSigned(header: AnyParcel, publicKey: string, verify: Verify): boolean {
  return verify(hexToBytes(publicKey), parcelBytes(header), hexToBytes(header.signature));
}
