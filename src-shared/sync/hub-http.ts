/**
 * How the messages travel over HTTP to the hub, version 1: the bytes that are signed, and the small JSON messages beside
 * the exchange (enrolment is in messages.ts, succession in succession.ts, the rest here).
 *
 * Request. `POST /v1/sync`, body = zstd of the message; `POST /v1/enrol`, `/v1/succeed`, `/v1/wait`, `/v1/shelf`, `/v1/snapshots`, `/v1/blobs`, body = zstd
 * of JSON. Headers, as short as may be, since an exchange with nothing to say is little else (names without «x-»: RFC 6648):
 *   komissiya-replica    the asker's id
 *   komissiya-nonce      16 random bytes, hex
 *   komissiya-seal       a new X25519 public key, base64, used for this one answer
 *   komissiya-signature  the asker's Ed25519 over `requestBytes`, base64
 * Response. `komissiya-signature`: the hub's Ed25519 over `responseBytes`, on every answer, failures too: a wrong hub
 * and an altered answer are noticed without TLS. Status 200 carries a sealed body: the hub's one-time X25519 public key
 * (32 bytes) · AES-256-GCM ciphertext · tag (16 bytes). Key = HKDF-SHA-256(shared secret, salt = nonce, info =
 * `sealInfo`), 32 bytes; the IV is twelve zero bytes, since a key seals one answer. Inside: zstd of the message.
 * Any other status carries `HubFailure` as plain JSON.
 *
 * TLS. `POST /v1/hello` with only the nonce header answers `HubHello` as plain JSON, signed like every answer. It says the
 * SHA-256 of the public key (SPKI, DER) of the hub's own certificate. A laptop asks it first on every line whose key it does
 * not know yet, before anything else is sent, and believes the line only when the hub's key (whose digits stand in the
 * invitation, and which is known whole after it) signed for the very key the line shows. So nobody need compare
 * fingerprints, and no authority a government can lean on is trusted. `tlsKey` null: TLS ends at a proxy the hub does not
 * know; then the certificate must be valid by the public authorities.
 *
 * Blobs (attachments, packs): content-addressed by SHA-256, sent and fetched as plain streams so that a broken line loses no
 * byte that has arrived.
 *   1. `POST /v1/blobs` (`BlobsRequest`) says what one wants to leave here and in which partition; the answer says which of
 *      them the hub holds and from which byte it wants the others.
 *   2. `PUT blobPath(sha256)?offset=N&bytes=TOTAL&partition=P`, body = the bytes from N on, as many as one likes up to the
 *      end. What arrives is kept also when the line breaks: ask again (1) and go on. The signature's `path` is path and
 *      query, its `bodyHash` empty: the digest in the path proves the content once it is whole. Status 200 carries a sealed
 *      `BlobState`. Failures: `wrong-offset` {offset}, `bad-hash` (the whole is dropped, begin at 0), `over-quota`,
 *      `too-large`, `wrong-partition`.
 *      With `offset=ask` 1 and 2 are one: the asker sends the head and waits. The hub says in an interim answer (103) from where on it
 *      wants the body: `komissiya-offset`, and `komissiya-signature` over `responseBytes` with status 103 and `offsetText`. Where
 *      nothing is wanted the answer comes at once. Where that answer also has `komissiya-tells`, more like it follow while the body comes,
 *      about two a second: how far it has come, for whoever watches. Where a proxy may stand between, which need not pass interim answers on, it is
 *      `wrong-offset` {offset}; a hub that does not know of this says `garbage`, and the asker goes on as in 1 and 2.
 *   3. `GET blobPath(sha256)` with or without `Range: bytes=N-` or `bytes=N-M`, signed with an empty `bodyHash`. Status 200 or
 *      206: the bytes under AES-256-CTR, key as for a sealed body, counter from zero at the first byte sent;
 *      `komissiya-seal` of the answer is the hub's one-time key, `content-length` the bytes sent, and the hub's
 *      signature covers `blobAnswerText` in the place of the body's hash. Failures: `no-blob` (not here, or not for this
 *      laptop: it is not told which), `bad-range`.
 * A laptop may read what is referred to from a partition it may see, and every pack on the shelf. Whoever wants a reference
 * from another partition and may not read it yet must send the whole content again: knowing a digest is no right to read.
 *
 * Messages that go on. `PUT messagePath(sha256)?offset=N&bytes=TOTAL` or `offset=ask` is `POST /v1/sync` for a line that may break: the
 * same packed bytes, named by their digest, from N on. What arrives is kept also when the line breaks, one message for each laptop, for
 * some minutes and in memory: it may be forgotten, then N is 0 again. When it is whole and has that digest it is taken as if it had been
 * posted, and answered in the same way. Failures besides those: `wrong-offset` {offset}, `bad-hash`.
 *
 * Answers that go on. Of a sealed body (status 200) of `keptAnswerBytes` or more the hub keeps the last for each laptop, for some minutes
 * and in memory. Whose line broke under it gets the rest by `GET answerPath(nonce)` with `Range: bytes=N-`, the nonce of the request it answers:
 * as the rest of a blob is got, but for `answerText` in the signature. What has come so together is opened like any answer. Failures:
 * `no-answer` (never given to this laptop, or forgotten: ask anew), `bad-range`.
 *
 * The shelf. `POST /v1/shelf` (`ShelfRequest`) lists the packs the operator has published; each is fetched as a blob.
 *
 * Snapshots. `POST /v1/snapshots` (`SnapshotsRequest`) lists the newest of each partition the asker may see; each is fetched as a
 * blob, by range where a line broke.
 *
 * Renewal. A credential near its end is renewed by the hub unasked: the new one comes among `credentials` of a SyncResponse;
 * a parcel renews in the same way.
 *
 * Replay. Nonces are not remembered. A repeated request changes nothing, because an exchange is idempotent, and its
 * answer is sealed to a key whose private half only the first sender had: a replayer learns its length and no more. The
 * hub's key in `requestBytes` stops one hub from handing a request on to another.
 * Not covered: who listens on a line without TLS reads what is uploaded.
 */
import { z } from 'zod';
import { Partition } from '../access/partitions.ts';
import { base64ToBytes } from '../kernel/base64.ts';
import { PublicKey, Sha256 } from '../kernel/hex.ts';
import { utf8 } from '../kernel/utf8.ts';
import { Summary } from './messages.ts';
import { maxPieceBytes } from './snapshot.ts';

export const hubPaths = {
  hello: '/v1/hello',
  enrol: '/v1/enrol',
  succeed: '/v1/succeed',
  sync: '/v1/sync',
  wait: '/v1/wait',
  blobs: '/v1/blobs',
  answers: '/v1/answers',
  shelf: '/v1/shelf',
  snapshots: '/v1/snapshots',
} as const;

/** Where one blob is left and fetched. `sha256` in lower-case hex. */
export function blobPath(sha256: string): string {
  return `${hubPaths.blobs}/${sha256}`;
}

/** Where a message of the exchange is left that may come in several goes, named by the digest of its packed bytes. */
export function messagePath(sha256: string): string {
  return `${hubPaths.sync}/${sha256}`;
}

/** Where the rest of an answer is fetched whose line broke. `nonce`: of the request it answers. */
export function answerPath(nonce: string): string {
  return `${hubPaths.answers}/${nonce}`;
}

/** Shorter answers are asked for anew, bytes as sealed: that costs as little. */
export const keptAnswerBytes = 4096;

export const hubHeaders = {
  replica: 'komissiya-replica',
  nonce: 'komissiya-nonce',
  seal: 'komissiya-seal',
  offset: 'komissiya-offset',
  tells: 'komissiya-tells',
  signature: 'komissiya-signature',
} as const;

/** The signature that a header says; null where that is none. */
export function readSignature(header: string | readonly string[] | undefined): Uint8Array | null {
  if (typeof header !== 'string' || header.length !== 88) return null;
  try {
    return base64ToBytes(header);
  } catch {
    return null;
  }
}

export const sealInfo = 'komissiya response 1';

/**
 * What an asker signs. `method` is POST where not given. `hubKey` is empty for an enrolment, whose code names the hub.
 * The seal as its header has it, hashes and the hub's key as hex.
 */
export function requestBytes(request: {
  method?: 'POST' | 'PUT' | 'GET';
  path: string;
  hubKey: string;
  replica: string;
  nonce: string;
  seal: string;
  bodyHash: string;
}): Uint8Array {
  const { method = 'POST', path, hubKey, replica, nonce, seal, bodyHash } = request;
  return utf8(['komissiya request 1', method, path, hubKey, replica, nonce, seal, bodyHash].join('\n'));
}

/** What the hub signs: the asker's nonce, the status and the body as sent. */
export function responseBytes(response: { nonce: string; status: number; bodyHash: string }): Uint8Array {
  return utf8(['komissiya response 1', response.nonce, String(response.status), response.bodyHash].join('\n'));
}

/** What stands in the place of the body's hash in the signature of an interim answer: from which byte on the body is wanted. */
export function offsetText(offset: number): string {
  return `offset ${offset}`;
}

/** What stands in the place of the body's hash in the signature of a blob's answer: whose bytes, which, under which key. */
export function blobAnswerText(blob: { sha256: string; from: number; length: number; seal: string }): string {
  return `blob ${blob.sha256} ${blob.from} ${blob.length} ${blob.seal}`;
}

/** What stands in the place of the body's hash in the signature of the rest of an answer. */
export function answerText(rest: { nonce: string; from: number; length: number; seal: string }): string {
  return `answer ${rest.nonce} ${rest.from} ${rest.length} ${rest.seal}`;
}

/** Why a whole request was refused. `reason` becomes the app's message. */
export const HubFailure = z.strictObject({
  reason: z.enum([
    'garbage',
    'too-large',
    'too-many-requests',
    'bad-signature',
    'unknown-laptop',
    'expired',
    'revoked',
    'succeeded',
    'protocol',
    'bad-code',
    'code-used',
    'code-expired',
    'wrong-partition',
    'key-mismatch',
    'over-quota',
    'no-blob',
    'no-answer',
    'bad-range',
    'wrong-offset',
    'bad-hash',
    'trouble',
  ]),
  /** For `protocol`: the version the hub speaks. */
  protocol: z.int().optional(),
  /** For `wrong-partition`: what the invitation is for. */
  invited: z.array(Partition).optional(),
  /** For `wrong-offset`: from which byte on the hub wants the blob or message. */
  offset: z.int().min(0).optional(),
});
export type HubFailure = z.infer<typeof HubFailure>;

/** Waits until a log within the asker's partitions moves beyond `summary`, or about 25 seconds. */
export const WaitRequest = z.strictObject({
  protocol: z.int(),
  partitions: z.array(Partition).max(20),
  summary: Summary,
});
export type WaitRequest = z.infer<typeof WaitRequest>;

export const WaitResponse = z.strictObject({ protocol: z.int(), epoch: z.string().max(40), moved: z.boolean() });
export type WaitResponse = z.infer<typeof WaitResponse>;

export const HubHello = z.strictObject({
  protocol: z.int(),
  hubName: z.string().max(120),
  /** Ed25519 public key, 32 bytes as hex. */
  hubKey: PublicKey,
  /** SHA-256 of the certificate's public key (SPKI, DER), hex; null where TLS ends before the hub. */
  tlsKey: Sha256.nullable(),
});
export type HubHello = z.infer<typeof HubHello>;

/** No blob a laptop sends is longer, bytes. */
export const maxBlobBytes = 512 * 1024 * 1024;

/** One blob a laptop would leave at the hub, referred to from a partition its credential covers. */
export const BlobOffer = z.strictObject({
  sha256: Sha256,
  bytes: z.int().min(1).max(maxBlobBytes),
  partition: Partition,
});
export type BlobOffer = z.infer<typeof BlobOffer>;

export const BlobsRequest = z.strictObject({ protocol: z.int(), blobs: z.array(BlobOffer).min(1).max(500) });
export type BlobsRequest = z.infer<typeof BlobsRequest>;

export const BlobState = z.strictObject({
  sha256: Sha256,
  /** `held`: whole and durable here, referred to from that partition. `wanted`: send from `offset` on. */
  state: z.enum(['held', 'wanted', 'wrong-partition', 'over-quota']),
  /** Bytes the hub has; the whole length when held. */
  offset: z.int().min(0),
});
export type BlobState = z.infer<typeof BlobState>;

/** In the order asked. */
export const BlobsResponse = z.strictObject({ protocol: z.int(), blobs: z.array(BlobState).max(500) });
export type BlobsResponse = z.infer<typeof BlobsResponse>;

export const ShelfRequest = z.strictObject({ protocol: z.int() });
export type ShelfRequest = z.infer<typeof ShelfRequest>;

/** A pack the operator has published: the newest version of each id. What it says of itself is proved by its own signature. */
export const ShelfPack = z.strictObject({
  id: z.string().max(64),
  version: z.int().min(1),
  kind: z.string().max(20),
  /** By content locale. */
  titles: z.record(z.string().max(20), z.string().max(300)),
  locales: z.array(z.string().max(20)).max(40),
  /** ISO 3166-1 alpha-2 codes, or `any`. */
  countries: z.union([z.literal('any'), z.array(z.string().max(2)).max(50)]),
  publisher: z.strictObject({ id: z.string().max(64), name: z.string().max(200) }),
  /** Of the whole pack file: fetch it as this blob. */
  sha256: Sha256,
  bytes: z.int().min(1),
  /** Milliseconds UTC. */
  publishedAt: z.int(),
});
export type ShelfPack = z.infer<typeof ShelfPack>;

export const ShelfResponse = z.strictObject({ protocol: z.int(), packs: z.array(ShelfPack).max(1000) });
export type ShelfResponse = z.infer<typeof ShelfResponse>;

/** Asks which snapshots (snapshot.ts) there are of these partitions and what lies below them. */
export const SnapshotsRequest = z.strictObject({ protocol: z.int(), partitions: z.array(Partition).max(20) });
export type SnapshotsRequest = z.infer<typeof SnapshotsRequest>;

export const SnapshotOffer = z.strictObject({
  partition: Partition,
  /** Of the whole file: fetch it as this blob. */
  sha256: Sha256,
  bytes: z.int().min(1),
  /** Length of what stands before the chunks. */
  headBytes: z.int().min(1).max(maxPieceBytes),
  /** What holds who has loaded it. */
  summary: Summary,
  /** Milliseconds UTC. */
  madeAt: z.int(),
});
export type SnapshotOffer = z.infer<typeof SnapshotOffer>;

export const SnapshotsResponse = z.strictObject({
  protocol: z.int(),
  snapshots: z.array(SnapshotOffer).max(1000),
});
export type SnapshotsResponse = z.infer<typeof SnapshotsResponse>;
