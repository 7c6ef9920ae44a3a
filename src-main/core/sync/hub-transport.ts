/**
 * The road to the hub: HTTP as #shared/sync/hub-http.ts describes. Every answer is checked against the hub's key before
 * anything of it is believed.
 *
 * Failures: `sync/hub-unreachable` {cause}, `sync/hub-slow`, `sync/wrong-certificate`, `sync/wrong-hub-key`, `sync/hub-refused` {reason},
 * `sync/revoked`, `sync/protocol` {hub, app}, `sync/stopped`; for enrolment also `sync/bad-code`, `sync/code-used`,
 * `sync/code-expired`, `sync/wrong-partition` {invited}.
 */
import { bytesToHex } from '#shared/kernel/ids.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import { fromUtf8, utf8 } from '#shared/kernel/utf8.ts';
import { checkCredential } from '#shared/sync/credential.ts';
import type { Transport } from '#shared/sync/exchange.ts';
import {
  HubFailure,
  hubHeaders,
  hubPaths,
  requestBytes,
  responseBytes,
  type WaitRequest,
  WaitResponse,
} from '#shared/sync/hub-http.ts';
import { type Invitation, keyDigits } from '#shared/sync/invitation.ts';
import { type EnrolRequest, EnrolResponse, maxMessageBytes, protocolVersion } from '#shared/sync/messages.ts';
import { verifySignature } from '../store/identity.ts';
import { createSeal, packMessage, type Seal, sha256 } from './hub-crypto.ts';
import { readAll } from './hub-line.ts';
import { createTrustedLine, type HubTrustDeps, noHub, signatureOf, type TrustedLine } from './hub-trust.ts';

export type HubTransportDeps = HubTrustDeps & {
  readonly replica: string;
  readonly sign: (data: Uint8Array) => Uint8Array;
  /** Version of the app, shown to the operator. */
  readonly appVersion: string;
  readonly timing?: HubTiming;
};

export type HubTiming = {
  /** How long nothing at all may come, ms. */
  readonly idleMs: number;
  /** How long a wait for news may be held open by the hub, ms. */
  readonly waitMs: number;
};

/** A sealed answer of the hub's largest message, with room for the seal. */
const maxAnswerBytes = maxMessageBytes + 1024;
const usualTiming: HubTiming = { idleMs: 30_000, waitMs: 40_000 };

export type HubTransport = Transport & {
  wait(request: WaitRequest): Promise<Result<WaitResponse>>;
  /** Lets go of the line. */
  close(): void;
};

/** The road for exchanges with an enrolled hub. */
export function createHubTransport(deps: HubTransportDeps & { readonly hubKey: string }): HubTransport {
  const timing = deps.timing ?? usualTiming;
  const { hubKey } = deps;
  const line = createTrustedLine(deps, (key) => key === hubKey);
  return {
    send: (message) => ask(deps, line, hubPaths.sync, hubKey, message, timing.idleMs),
    async wait(request) {
      const answer = await ask(deps, line, hubPaths.wait, hubKey, utf8(JSON.stringify(request)), timing.waitMs);
      if (!answer.ok) return answer;
      const parsed = WaitResponse.safeParse(readJson(answer.value));
      return parsed.success ? ok(parsed.data) : err({ code: 'sync/hub-refused', reason: 'garbage' });
    },
    close: line.close,
  };
}

/** A hub's answer to an invitation, and the key of its TLS line as it signed for it (null: public, or plain HTTP). */
export type Enrolled = EnrolResponse & { readonly tlsKey: string | null };

/**
 * Turns an invitation into an enrolment. The hub that answers must own the key whose digits stand in the code, and the
 * credential must be this laptop's and signed by that key; anything else is `sync/wrong-hub-key`. On TLS all this is
 * proved before the code is sent.
 */
export async function enrolAtHub(
  deps: HubTransportDeps,
  invitation: Invitation,
  request: EnrolRequest,
): Promise<Result<Enrolled>> {
  const isHub = (key: string): boolean => keyDigits(key, sha256) === invitation.keyDigits;
  const line = createTrustedLine(deps, isHub);
  const idleMs = (deps.timing ?? usualTiming).idleMs;
  const answer = await ask(deps, line, hubPaths.enrol, null, utf8(JSON.stringify(request)), idleMs, (message) => {
    const parsed = EnrolResponse.safeParse(readJson(message));
    return parsed.success && isHub(parsed.data.hubKey) ? parsed.data.hubKey : null;
  });
  line.close();
  if (!answer.ok) return answer;
  const response = EnrolResponse.parse(readJson(answer.value));
  const { credential, hubKey, protocol } = response;
  if (protocol !== protocolVersion) return err({ code: 'sync/protocol', hub: protocol, app: protocolVersion });
  const verify = (key: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean =>
    verifySignature(bytesToHex(key), data, signature);
  const isOurs = credential.replica === request.replica && credential.publicKey === request.publicKey;
  if (!isOurs || !checkCredential(credential, hubKey, verify).ok) return err({ code: 'sync/wrong-hub-key' });
  return ok({ ...response, tlsKey: line.tlsKey() ?? null });
}

/**
 * One request. `hubKey` null: the key is not known yet, and `keyOf` finds it in the opened message (null: a wrong hub).
 */
async function ask(
  deps: HubTransportDeps,
  line: TrustedLine,
  path: string,
  hubKey: string | null,
  message: Uint8Array,
  idleMs: number,
  keyOf: (message: Uint8Array) => string | null = () => hubKey,
): Promise<Result<Uint8Array>> {
  const body = packMessage(message);
  const nonce = bytesToHex(deps.random.bytes(16));
  const seal = createSeal();
  const { replica } = deps;
  const signed = requestBytes({
    path,
    hubKey: hubKey ?? '',
    replica,
    nonce,
    seal: seal.publicKey,
    bodyHash: bytesToHex(sha256(body)),
  });
  const headers = {
    'content-type': 'application/octet-stream',
    'user-agent': `Komissiya/${deps.appVersion}`,
    [hubHeaders.replica]: replica,
    [hubHeaders.nonce]: nonce,
    [hubHeaders.seal]: seal.publicKey,
    [hubHeaders.signature]: bytesToHex(deps.sign(signed)),
  };
  const answer = await line.request({ method: 'POST', path, headers, body, idleMs, signal: deps.signal });
  if (!answer.ok) return answer;
  const read = await readAll(answer.value, maxAnswerBytes);
  if (!read.ok) return read;
  const signature = signatureOf(answer.value);
  // No network as far as we are concerned.
  if (signature === null) return err(noHub);
  return readAnswer({ status: answer.value.status, signature, body: read.value }, { nonce, seal, hubKey, keyOf });
}

type Answer = { readonly status: number; readonly signature: Uint8Array; readonly body: Uint8Array };

function readAnswer(
  answer: Answer,
  asked: { nonce: string; seal: Seal; hubKey: string | null; keyOf: (message: Uint8Array) => string | null },
): Result<Uint8Array> {
  const { status, signature, body } = answer;
  const signed = responseBytes({ nonce: asked.nonce, status, bodyHash: bytesToHex(sha256(body)) });
  const isSignedBy = (key: string): boolean => verifySignature(key, signed, signature);
  if (asked.hubKey !== null && !isSignedBy(asked.hubKey)) return err({ code: 'sync/wrong-hub-key' });
  if (status !== 200) return err(toFailure(HubFailure.safeParse(readJson(body)).data ?? { reason: 'trouble' }));
  const message = asked.seal.open(body, asked.nonce);
  const key = message === null ? null : asked.keyOf(message);
  if (message === null || key === null || !isSignedBy(key)) return err({ code: 'sync/wrong-hub-key' });
  return ok(message);
}

function toFailure(failure: HubFailure): Failure {
  switch (failure.reason) {
    case 'revoked':
    case 'bad-code':
    case 'code-used':
    case 'code-expired':
      return { code: `sync/${failure.reason}` };
    case 'wrong-partition':
      return { code: 'sync/wrong-partition', invited: failure.invited ?? [] };
    case 'protocol':
      return { code: 'sync/protocol', hub: failure.protocol ?? null, app: protocolVersion };
    default:
      return { code: 'sync/hub-refused', reason: failure.reason };
  }
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    return null;
  }
}
