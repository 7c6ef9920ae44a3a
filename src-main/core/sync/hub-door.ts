/**
 * A hub's doors from the laptop's side: every request signed, every answer checked against the hub's key before anything of
 * it is believed, sealed bodies opened (see #shared/sync/hub-http.ts).
 *
 * Failures: those of the line, `sync/wrong-hub-key`, `sync/hub-refused` {reason, offset?}, `sync/revoked`, `sync/succeeded`, `sync/protocol` {hub,
 * app}, `sync/bad-code`, `sync/code-used`, `sync/code-expired`, `sync/wrong-partition` {invited}.
 */
import type { Readable } from 'node:stream';
import { bytesToBase64 } from '#shared/kernel/base64.ts';
import { parseForeignJson } from '#shared/kernel/foreign-json.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import {
  answerPath,
  answerText,
  HubFailure,
  hubHeaders,
  keptAnswerBytes,
  offsetText,
  requestBytes,
  responseBytes,
} from '#shared/sync/hub-http.ts';
import { maxMessageBytes, protocolVersion } from '#shared/sync/messages.ts';
import { verifySignature } from '../store/identity.ts';
import { sha256 } from '../store/segment-ports.ts';
import { type Coming, goingOn } from './going-on.ts';
import { createSeal, packMessage, type Seal } from './hub-crypto.ts';
import { type LineAnswer, type LineRequest, readAll } from './hub-line.ts';
import { type HubTrustDeps, noHub, signatureOf, type TrustedLine } from './hub-trust.ts';

export type HubDoorDeps = HubTrustDeps & {
  readonly replica: string;
  readonly sign: (data: Uint8Array) => Uint8Array;
  /** Version of the app, shown to the operator. */
  readonly appVersion: string;
  /** Told of a large answer how much of it is here, bytes. */
  readonly onCome?: ((bytes: number, length: number) => void) | undefined;
};

/** What is told while a body is on its way. */
export type OnWay = {
  /** All of it is the system's to send. */
  readonly onSent?: (() => void) | undefined;
  /** So many bytes of a stream have left this process; where the hub says itself how far it has come, that instead. */
  readonly onLeft?: (bytes: number) => void;
  readonly onArrived?: (offset: number) => void;
};

export type HubDoor = {
  /** One message and its answer, which goes on where its line breaks; `onSent` is told when the message is on its way. */
  ask(path: string, message: Uint8Array, idleMs: number, onSent?: () => void): Promise<Result<Uint8Array>>;
  /**
   * A stream there, a message back. As a function it is asked for the stream once the hub has said from which byte on it wants it, or gives
   * the request up with null; see hub-http.ts, blobs. Null is an empty one. The answer is small unless told otherwise.
   */
  put(
    path: string,
    content: Readable | null | ((offset: number) => Readable | null),
    idleMs: number,
    maxAnswer?: number,
    onWay?: OnWay,
  ): Promise<Result<Uint8Array>>;
  /** A stream back. `signedText` says what the hub signs in the place of the body's hash. */
  get(
    path: string,
    headers: { readonly [name: string]: string },
    idleMs: number,
    signedText: (length: number, seal: string) => string,
  ): Promise<Result<Coming>>;
};

/** A sealed answer of the hub's largest message, with room for the seal. */
export const maxAnswerBytes = maxMessageBytes + 1024;
const smallAnswerBytes = 64 * 1024;

type Asked = { readonly nonce: string; readonly seal: Seal; readonly answer: LineAnswer; readonly idleMs: number };

/**
 * The doors over a line. `hubKey` null: the key is not known yet, and `keyOf` finds it in the opened message (null: a wrong
 * hub).
 */
export function createHubDoor(
  deps: HubDoorDeps,
  line: TrustedLine,
  hubKey: string | null,
  keyOf: (message: Uint8Array) => string | null = () => hubKey,
): HubDoor {
  async function request(
    method: 'POST' | 'PUT' | 'GET',
    path: string,
    content: Uint8Array | Readable | ((offset: number) => Readable | null) | null,
    idleMs: number,
    more: { readonly [name: string]: string } = {},
    onWay: OnWay = {},
  ): Promise<Result<Asked>> {
    const nonce = bytesToHex(deps.random.bytes(16));
    let isHinted = true;
    let isTold = false;
    const body: LineRequest['body'] =
      typeof content !== 'function'
        ? content
        : (interim) => {
            const offset = hintedOffset(interim, nonce);
            isHinted = offset !== null;
            isTold = interim[hubHeaders.tells] !== undefined;
            return offset === null ? null : content(offset);
          };
    const seal = createSeal();
    const { replica } = deps;
    const bodyHash = body instanceof Uint8Array ? bytesToHex(sha256(body)) : '';
    const signed = requestBytes({
      method,
      path,
      hubKey: hubKey ?? '',
      replica,
      nonce,
      seal: seal.publicKey,
      bodyHash,
    });
    const headers = {
      'content-type': 'application/octet-stream',
      'user-agent': `Komissiya/${deps.appVersion}`,
      [hubHeaders.replica]: replica,
      [hubHeaders.nonce]: nonce,
      [hubHeaders.seal]: seal.publicKey,
      [hubHeaders.signature]: bytesToBase64(deps.sign(signed)),
      ...more,
    };
    const answer = await line.request({
      method,
      path,
      headers,
      body,
      idleMs,
      signal: deps.signal,
      onSent: onWay.onSent,
      onTaken(bytes) {
        if (!isTold) onWay.onLeft?.(bytes);
      },
      onInterim(interim) {
        const offset = hintedOffset(interim, nonce);
        if (isTold && offset !== null) onWay.onArrived?.(offset);
      },
    });
    if (!isHinted) return err({ code: 'sync/wrong-hub-key' });
    return answer.ok ? ok({ nonce, seal, answer: answer.value, idleMs }) : answer;
  }

  /** From where on the hub wants a stream; null where it is not the hub who says so. */
  function hintedOffset(headers: LineAnswer['headers'], nonce: string): number | null {
    const offset = Number(headers[hubHeaders.offset]);
    const signature = signatureOf({ headers });
    if (!Number.isSafeInteger(offset) || offset < 0 || signature === null || hubKey === null) return null;
    const signed = responseBytes({ nonce, status: 103, bodyHash: offsetText(offset) });
    return verifySignature(hubKey, signed, signature) ? offset : null;
  }

  /** An answer's body, over as many lines as it takes where the hub keeps it. */
  function bodyOf({ nonce, answer, idleMs }: Asked): Coming {
    const length = Number(answer.headers['content-length']);
    const coming = { length, content: answer.content, failureOf: answer.failureOf };
    if (hubKey === null || answer.status !== 200 || !(length >= keptAnswerBytes)) return coming;
    return goingOn(coming, (from) => {
      const signedText = (rest: number, seal: string): string => answerText({ nonce, from, length: rest, seal });
      return get(answerPath(nonce), { range: `bytes=${from}-` }, idleMs, signedText);
    });
  }

  async function read(asked: Asked, maxBytes: number): Promise<Result<Uint8Array>> {
    const { nonce, seal, answer } = asked;
    const coming = bodyOf(asked);
    const isLarge = answer.status === 200 && coming.length >= keptAnswerBytes;
    const onCome = isLarge ? (bytes: number) => deps.onCome?.(bytes, coming.length) : undefined;
    const body = await readAll(coming, maxBytes, onCome);
    if (!body.ok) return body;
    const signature = signatureOf(answer);
    if (signature === null) return err(noHub);
    const { status } = answer;
    const signed = responseBytes({ nonce, status, bodyHash: bytesToHex(sha256(body.value)) });
    const isSignedBy = (key: string): boolean => verifySignature(key, signed, signature);
    if (hubKey !== null && !isSignedBy(hubKey)) return err({ code: 'sync/wrong-hub-key' });
    if (status !== 200)
      return err(toFailure(HubFailure.safeParse(parseForeignJson(body.value)).data ?? { reason: 'trouble' }));
    const message = seal.open(body.value, nonce);
    const key = message === null ? null : keyOf(message);
    if (message === null || key === null || !isSignedBy(key)) return err({ code: 'sync/wrong-hub-key' });
    return ok(message);
  }

  const get: HubDoor['get'] = async (path, headers, idleMs, signedText) => {
    const asked = await request('GET', path, null, idleMs, headers);
    if (!asked.ok) return asked;
    const { nonce, seal, answer } = asked.value;
    if (answer.status !== 200 && answer.status !== 206) {
      const refused = await read(asked.value, smallAnswerBytes);
      return refused.ok ? err({ code: 'sync/wrong-hub-key' }) : refused;
    }
    const length = Number(answer.headers['content-length']);
    const hubSeal = String(answer.headers[hubHeaders.seal]);
    const signature = signatureOf(answer);
    const text = signedText(length, hubSeal);
    const isRight =
      signature !== null &&
      hubKey !== null &&
      verifySignature(hubKey, responseBytes({ nonce, status: answer.status, bodyHash: text }), signature);
    const opener = isRight ? seal.openStream(hubSeal, nonce) : null;
    if (opener === null) {
      answer.content.destroy();
      return err(signature === null ? noHub : { code: 'sync/wrong-hub-key' });
    }
    answer.content.once('error', (error) => opener.destroy(error));
    opener.once('close', () => answer.content.destroy());
    return ok({ length, content: answer.content.pipe(opener), failureOf: answer.failureOf });
  };

  return {
    async ask(path, message, idleMs, onSent) {
      const asked = await request('POST', path, packMessage(message), idleMs, {}, { onSent });
      return asked.ok ? read(asked.value, maxAnswerBytes) : asked;
    },
    async put(path, content, idleMs, maxAnswer = smallAnswerBytes, onWay = {}) {
      const asked = await request('PUT', path, content, idleMs, {}, onWay);
      return asked.ok ? read(asked.value, maxAnswer) : asked;
    },
    get,
  };
}

function toFailure(failure: HubFailure): Failure {
  switch (failure.reason) {
    case 'revoked':
    case 'succeeded':
    case 'bad-code':
    case 'code-used':
    case 'code-expired':
      return { code: `sync/${failure.reason}` };
    case 'wrong-partition':
      if (failure.invited === undefined) break;
      return { code: 'sync/wrong-partition', invited: failure.invited };
    case 'protocol':
      return { code: 'sync/protocol', hub: failure.protocol ?? null, app: protocolVersion };
    case 'wrong-offset':
      return { code: 'sync/hub-refused', reason: failure.reason, offset: failure.offset ?? 0 };
    default:
  }
  return { code: 'sync/hub-refused', reason: failure.reason };
}
