/**
 * The road to the hub: HTTP as #shared/sync/hub-http.ts describes. Every answer is checked against the hub's key before
 * anything of it is believed.
 *
 * Failures: `sync/hub-unreachable` {cause}, `sync/hub-slow`, `sync/wrong-hub-key`, `sync/hub-refused` {reason},
 * `sync/revoked`, `sync/protocol` {hub, app}, `sync/stopped`; for enrolment also `sync/bad-code`, `sync/code-used`,
 * `sync/code-expired`, `sync/wrong-partition` {invited}.
 */
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/ports.ts';
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

export type HubTransportDeps = {
  /** Origin, see hub-address.ts. */
  readonly address: string;
  readonly replica: string;
  readonly sign: (data: Uint8Array) => Uint8Array;
  readonly random: Random;
  /** Version of the app, shown to the operator. */
  readonly appVersion: string;
  readonly signal: AbortSignal;
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
/** The slowest line an upload is given time for: 2 kB in a second. */
const slowestBytesPerMs = 2;
const usualTiming: HubTiming = { idleMs: 30_000, waitMs: 40_000 };

/** The road for exchanges with an enrolled hub. */
export function createHubTransport(
  deps: HubTransportDeps & { readonly hubKey: string },
): Transport & { wait(request: WaitRequest): Promise<Result<WaitResponse>> } {
  const timing = deps.timing ?? usualTiming;
  return {
    send: (message) => ask(deps, hubPaths.sync, deps.hubKey, message, timing.idleMs),
    async wait(request) {
      const answer = await ask(deps, hubPaths.wait, deps.hubKey, utf8(JSON.stringify(request)), timing.waitMs);
      if (!answer.ok) return answer;
      const parsed = WaitResponse.safeParse(readJson(answer.value));
      return parsed.success ? ok(parsed.data) : err({ code: 'sync/hub-refused', reason: 'garbage' });
    },
  };
}

/**
 * Turns an invitation into an enrolment. The hub that answers must own the key whose digits stand in the code, and the
 * credential must be this laptop's and signed by that key; anything else is `sync/wrong-hub-key`.
 */
export async function enrolAtHub(
  deps: HubTransportDeps,
  invitation: Invitation,
  request: EnrolRequest,
): Promise<Result<EnrolResponse>> {
  const idleMs = (deps.timing ?? usualTiming).idleMs;
  const answer = await ask(deps, hubPaths.enrol, null, utf8(JSON.stringify(request)), idleMs, (message) => {
    const parsed = EnrolResponse.safeParse(readJson(message));
    return parsed.success && keyDigits(parsed.data.hubKey, sha256) === invitation.keyDigits ? parsed.data.hubKey : null;
  });
  if (!answer.ok) return answer;
  const response = EnrolResponse.parse(readJson(answer.value));
  const { credential, hubKey, protocol } = response;
  if (protocol !== protocolVersion) return err({ code: 'sync/protocol', hub: protocol, app: protocolVersion });
  const verify = (key: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean =>
    verifySignature(bytesToHex(key), data, signature);
  const isOurs = credential.replica === request.replica && credential.publicKey === request.publicKey;
  if (!isOurs || !checkCredential(credential, hubKey, verify).ok) return err({ code: 'sync/wrong-hub-key' });
  return ok(response);
}

/**
 * One request. `hubKey` null: the key is not known yet, and `keyOf` finds it in the opened message (null: a wrong hub).
 */
async function ask(
  deps: HubTransportDeps,
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
  const answer = await post(deps, `${deps.address}${path}`, headers, body, idleMs);
  return answer.ok ? readAnswer(answer.value, { nonce, seal, hubKey, keyOf }) : answer;
}

type Answer = { readonly status: number; readonly signature: string | null; readonly body: Uint8Array };

function readAnswer(
  answer: Answer,
  asked: { nonce: string; seal: Seal; hubKey: string | null; keyOf: (message: Uint8Array) => string | null },
): Result<Uint8Array> {
  const { status, signature, body } = answer;
  // A proxy, a sign-in page of a hotel, another server: no hub, so no network as far as we are concerned.
  if (signature === null || !/^[0-9a-f]{128}$/.test(signature))
    return err({ code: 'sync/hub-unreachable', cause: 'not-a-hub' });
  const isSignedBy = (key: string): boolean =>
    verifySignature(
      key,
      responseBytes({ nonce: asked.nonce, status, bodyHash: bytesToHex(sha256(body)) }),
      hexToBytes(signature),
    );
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

async function post(
  deps: HubTransportDeps,
  url: string,
  headers: { readonly [name: string]: string },
  body: Uint8Array,
  idleMs: number,
): Promise<Result<Answer>> {
  if (deps.signal.aborted) return err({ code: 'sync/stopped' });
  const silence = new AbortController();
  const restart = (ms: number): NodeJS.Timeout => setTimeout(() => silence.abort(), ms);
  let timer = restart(idleMs + body.length / slowestBytesPerMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      // A copy with its own ArrayBuffer: fetch's types refuse a view that might be shared.
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: AbortSignal.any([deps.signal, silence.signal]),
    });
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer);
      timer = restart(idleMs);
      length += chunk.length;
      if (length > maxAnswerBytes) return err({ code: 'sync/hub-refused', reason: 'too-large' });
      chunks.push(chunk);
    }
    return ok({
      status: response.status,
      signature: response.headers.get(hubHeaders.signature),
      body: Buffer.concat(chunks),
    });
  } catch (error) {
    if (deps.signal.aborted) return err({ code: 'sync/stopped' });
    if (silence.signal.aborted) return err({ code: 'sync/hub-slow' });
    const cause = causeOf(error);
    return cause === 'UND_ERR_HEADERS_TIMEOUT' || cause === 'UND_ERR_BODY_TIMEOUT'
      ? err({ code: 'sync/hub-slow' })
      : err({ code: 'sync/hub-unreachable', cause });
  } finally {
    clearTimeout(timer);
  }
}

/** The system's code behind a failed fetch, ECONNREFUSED and the like; `unknown` when there is none. */
function causeOf(error: unknown): string {
  let inner: unknown = error;
  for (let depth = 0; depth < 4 && inner instanceof Error; depth += 1) {
    if ('code' in inner && typeof inner.code === 'string') return inner.code;
    inner = inner instanceof AggregateError ? inner.errors[0] : inner.cause;
  }
  return 'unknown';
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    return null;
  }
}
