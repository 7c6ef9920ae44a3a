/**
 * A line to the hub that is proved to end at the hub: on TLS the certificate's key is one the hub itself has signed for (see
 * hub-http.ts, TLS). Asked once and remembered; asked again when another key is shown, so a hub may change its
 * certificate, and somebody in between is refused by name.
 */
import { parseForeignJson } from '#shared/kernel/foreign-json.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/ports.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import { HubHello, hubHeaders, hubPaths, readSignature, responseBytes } from '#shared/sync/hub-http.ts';
import { parseMessage } from '#shared/sync/messages.ts';
import { verifySignature } from '../store/identity.ts';
import { sha256 } from '../store/segment-ports.ts';
import { createHubLine, type HubLine, type LineAnswer, type LineRequest, readAll } from './hub-line.ts';

export type HubTrustDeps = {
  /** Origin, see hub-address.ts. */
  readonly address: string;
  readonly random: Random;
  readonly signal: AbortSignal;
  /**
   * What the hub has signed for as the key of its TLS line (SHA-256, hex); null: the public authorities must vouch;
   * undefined: not asked yet. Without meaning on plain HTTP, which stays on this machine.
   */
  readonly tlsKey?: string | null | undefined;
  /** Told when the hub has signed for another key than that. */
  readonly onTlsKey?: ((tlsKey: string | null) => void) | undefined;
};

export type TrustedLine = Pick<HubLine, 'request' | 'close'> & {
  /** What the hub has signed for; undefined before the first request, and on plain HTTP. */
  tlsKey(): string | null | undefined;
};

/** What a server that is no hub may say at the most. */
const maxHelloBytes = 4096;
const helloIdleMs = 30_000;
export const noHub: Failure = { code: 'sync/hub-unreachable', cause: 'not-a-hub' };

/**
 * Makes the line; nothing is sent before the first request. `isHub` says whether a public key (hex) is the hub's.
 * Failures of a request: those of the line, and `sync/wrong-hub-key`.
 */
export function createTrustedLine(deps: HubTrustDeps, isHub: (hubKey: string) => boolean): TrustedLine {
  let tlsKey = deps.tlsKey;
  let line: HubLine | null = null;

  function open(key: string | null): HubLine {
    line?.close();
    line = createHubLine(deps.address, key === null ? 'public' : { tlsKey: key });
    return line;
  }

  async function learn(idleMs: number): Promise<Result<HubLine>> {
    const asked = await askWhoAnswers(deps, isHub, Math.min(idleMs, helloIdleMs));
    if (!asked.ok) return asked;
    if (asked.value !== tlsKey) deps.onTlsKey?.(asked.value);
    tlsKey = asked.value;
    return ok(open(tlsKey));
  }

  async function request(asked: LineRequest): Promise<Result<LineAnswer>> {
    if (!deps.address.startsWith('https:')) {
      line ??= createHubLine(deps.address, 'any');
      return line.request(asked);
    }
    const known: Result<HubLine> = tlsKey === undefined ? await learn(asked.idleMs) : ok(line ?? open(tlsKey));
    if (!known.ok) return known;
    const answer = await known.value.request(asked);
    if (answer.ok || answer.error.code !== 'sync/wrong-certificate') return answer;
    const learned = await learn(asked.idleMs);
    // Refused before a byte of the body was sent: the request may be made again as it is.
    return learned.ok ? learned.value.request(asked) : learned;
  }

  return { request, tlsKey: () => tlsKey, close: () => line?.close() };
}

/** Asks who answers, on a line nobody vouches for yet; nothing secret is sent. Answers what later lines must show. */
async function askWhoAnswers(
  deps: Pick<HubTrustDeps, 'address' | 'random' | 'signal'>,
  isHub: (hubKey: string) => boolean,
  idleMs: number,
): Promise<Result<string | null>> {
  const line = createHubLine(deps.address, 'any');
  const nonce = bytesToHex(deps.random.bytes(16));
  try {
    const asked = await line.request({
      method: 'POST',
      path: hubPaths.hello,
      headers: { [hubHeaders.nonce]: nonce },
      body: null,
      idleMs,
      signal: deps.signal,
    });
    if (!asked.ok) return asked;
    const body = await readAll(asked.value, maxHelloBytes);
    if (!body.ok) return body;
    const { status, certificate } = asked.value;
    const signature = signatureOf(asked.value);
    const hello = parseMessage(parseForeignJson(body.value), HubHello);
    if (signature === null || status !== 200) return err(noHub);
    // Whose version it is, is not proved yet; but who says so can only keep a laptop away, as whoever cuts the line can.
    if (!hello.ok) return hello.error.code === 'sync/protocol' ? hello : err(noHub);
    const { hubKey, tlsKey } = hello.value;
    const signed = responseBytes({ nonce, status, bodyHash: bytesToHex(sha256(body.value)) });
    if (!isHub(hubKey) || !verifySignature(hubKey, signed, signature)) return err({ code: 'sync/wrong-hub-key' });
    const isTrusted = tlsKey === null ? certificate?.isPublic === true : tlsKey === certificate?.tlsKey;
    if (isTrusted) return ok(tlsKey);
    // Mostly the date of this laptop.
    const isOutOfDate = tlsKey === null && certificate?.isOutOfDate === true;
    return err({ code: isOutOfDate ? 'sync/certificate-date' : 'sync/wrong-certificate' });
  } finally {
    line.close();
  }
}

/** The hub's signature of an answer; null when there is none: a proxy, a sign-in page of a hotel, another server. */
export function signatureOf(answer: Pick<LineAnswer, 'headers'>): Uint8Array | null {
  return readSignature(answer.headers[hubHeaders.signature]);
}
