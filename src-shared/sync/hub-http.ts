/**
 * How the messages travel over HTTP to the hub, version 1: the bytes that are signed, and the small JSON messages beside
 * the exchange (enrolment and waiting are in messages.ts and here).
 *
 * Request. `POST /v1/sync` and `POST /v1/wait`, body = zstd of the message; `POST /v1/enrol`, body = zstd of JSON. Headers:
 *   x-komissiya-replica    the asker's id
 *   x-komissiya-nonce      16 random bytes, hex
 *   x-komissiya-seal       a new X25519 public key, hex, used for this one answer
 *   x-komissiya-signature  the asker's Ed25519 over `requestBytes`
 * Response. `x-komissiya-signature`: the hub's Ed25519 over `responseBytes`, on every answer, failures too: a wrong hub
 * and an altered answer are noticed without TLS. Status 200 carries a sealed body: the hub's one-time X25519 public key
 * (32 bytes) · AES-256-GCM ciphertext · tag (16 bytes). Key = HKDF-SHA-256(shared secret, salt = nonce, info =
 * `sealInfo`), 32 bytes; the IV is twelve zero bytes, since a key seals one answer. Inside: zstd of the message.
 * Any other status carries `HubFailure` as plain JSON.
 *
 * Replay. Nonces are not remembered. A repeated request changes nothing, because an exchange is idempotent, and its
 * answer is sealed to a key whose private half only the first sender had: a replayer learns its length and no more. The
 * hub's key in `requestBytes` stops one hub from handing a request on to another.
 * Not covered: who listens on a line without TLS reads what is uploaded.
 */
import { z } from 'zod';
import { Partition } from '../access/partitions.ts';
import { utf8 } from '../kernel/utf8.ts';
import { Summary } from './messages.ts';

export const hubPaths = { enrol: '/v1/enrol', sync: '/v1/sync', wait: '/v1/wait' } as const;

export const hubHeaders = {
  replica: 'x-komissiya-replica',
  nonce: 'x-komissiya-nonce',
  seal: 'x-komissiya-seal',
  signature: 'x-komissiya-signature',
} as const;

export const sealInfo = 'komissiya response 1';

/** What an asker signs. `hubKey` is empty for an enrolment, whose code names the hub. Hashes and keys as hex. */
export function requestBytes(request: {
  path: string;
  hubKey: string;
  replica: string;
  nonce: string;
  seal: string;
  bodyHash: string;
}): Uint8Array {
  const { path, hubKey, replica, nonce, seal, bodyHash } = request;
  return utf8(['komissiya request 1', 'POST', path, hubKey, replica, nonce, seal, bodyHash].join('\n'));
}

/** What the hub signs: the asker's nonce, the status and the body as sent. */
export function responseBytes(response: { nonce: string; status: number; bodyHash: string }): Uint8Array {
  return utf8(['komissiya response 1', response.nonce, String(response.status), response.bodyHash].join('\n'));
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
    'protocol',
    'bad-code',
    'code-used',
    'code-expired',
    'wrong-partition',
    'key-mismatch',
    'over-quota',
    'trouble',
  ]),
  /** For `protocol`: the version the hub speaks. */
  protocol: z.int().optional(),
  /** For `wrong-partition`: what the invitation is for. */
  invited: z.array(Partition).optional(),
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
