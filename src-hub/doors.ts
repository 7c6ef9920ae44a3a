/**
 * What every door for laptops has in common (see #shared/sync/hub-http.ts): limits, the signed envelope, who asks, and an
 * answer signed with the hub's key whatever happens. Every refusal has a reason and is counted.
 */
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { bytesToBase64 } from '#shared/kernel/base64.ts';
import { parseForeignJson } from '#shared/kernel/foreign-json.ts';
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import type { Time } from '#shared/kernel/ports.ts';
import { err, ok, type Failure, type Result } from '#shared/kernel/result.ts';
import { fromUtf8, utf8 } from '#shared/kernel/utf8.ts';
import {
  HubFailure,
  type HubHello,
  hubHeaders,
  hubPaths,
  offsetText,
  readSignature,
  requestBytes,
  responseBytes,
} from '#shared/sync/hub-http.ts';
import { maxMessageBytes, protocolVersion } from '#shared/sync/messages.ts';
import type { Credentials } from './credentials.ts';
import type { Asker } from './exchange-route.ts';
import { LineBroken } from './held-body.ts';
import { pack, sealAnswer, sealStream, sha256, unpack, verifySignature } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';
import type { Ledger } from './ledger-queries.ts';
import { createKeptAnswers } from './kept-answers.ts';
import type { Metrics } from './metrics.ts';
import { createRateLimit } from './rate-limit.ts';
import { refusalReason } from './refusal-reason.ts';

export type Envelope = {
  readonly replica: string;
  readonly nonce: string;
  readonly seal: string;
  readonly signature: Uint8Array;
};

const statusOf: { readonly [R in HubFailure['reason']]: number } = {
  garbage: 400,
  'too-large': 413,
  'too-many-requests': 429,
  'bad-signature': 401,
  'unknown-laptop': 401,
  expired: 403,
  revoked: 403,
  succeeded: 403,
  protocol: 409,
  'bad-code': 404,
  'code-used': 410,
  'code-expired': 410,
  'wrong-partition': 403,
  'key-mismatch': 409,
  'over-quota': 507,
  'no-blob': 404,
  'no-answer': 404,
  'bad-range': 416,
  'wrong-offset': 409,
  'bad-hash': 422,
  trouble: 500,
};

const nonceForm = /^[0-9a-f]{32}$/;

/** As long as what those send who are not known yet. */
export const shortBody = 64 * 1024;
/** Laptops send long messages at another door, where they are known before anything is kept (held-messages.ts). */
const mostCollecting = 4 * maxMessageBytes;

/** One request at a door. */
export type Ask = {
  readonly request: FastifyRequest;
  readonly envelope: Envelope;
  /** As it was signed. */
  readonly path: string;
  /** Empty at the door of a stream. */
  readonly body: Uint8Array;
  /** SHA-256, hex; empty for a stream. */
  readonly bodyHash: string;
  /**
   * Says in an interim answer from which byte on the body is wanted; false where a proxy may stand between, which need not pass it on.
   */
  readonly wants: (offset: number) => boolean;
  /** Says in further ones how far it has come. */
  readonly has: (offset: number) => void;
};

/** Bytes to be sealed as they go; see hub-http.ts, blobs. */
export type StreamAnswer = {
  readonly status: 200 | 206;
  readonly content: Readable;
  readonly length: number;
  readonly headers: { readonly [name: string]: string };
  readonly signedText: (seal: string) => string;
};

type StreamRoute = (
  method: 'PUT' | 'GET',
  route: string,
  handle: (ask: Ask) => Promise<Result<Uint8Array | StreamAnswer>>,
) => void;

export type DoorDeps = {
  identity: HubIdentity;
  credentials: Credentials;
  ledger: Ledger;
  metrics: Metrics;
  time: Time;
  logger: Logger;
  requestsPerMinute: number;
};

export type Doors = ReturnType<typeof createDoors>;

export function createDoors(server: FastifyInstance, deps: DoorDeps) {
  const { identity, credentials, ledger, metrics, logger } = deps;
  const perAddress = createRateLimit(deps.requestsPerMinute * 20, deps.time);
  const perLaptop = createRateLimit(deps.requestsPerMinute, deps.time);
  const keptAnswers = createKeptAnswers(deps.time);

  // Fastify's own would parse megabytes of JSON for anybody, which takes seconds in which all others wait.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer', bodyLimit: maxMessageBytes },
    (_request, body, done) => done(null, body),
  );

  /** A door for messages: the body whole, the answer sealed. */
  function message(path: string, bodyLimit: number, handle: (ask: Ask) => Promise<Result<Uint8Array>>): void {
    const onRequest = (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> =>
      makeRoom(request, reply, bodyLimit);
    server.post(path, { bodyLimit, errorHandler: refuseEarly, onRequest }, (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      metrics.count('bytesIn', body.length);
      return answer(request, reply, { path, body, bodyHash: bytesToHex(sha256(body)) }, handle);
    });
  }

  /** Bytes of long bodies that are being collected: nothing is proved of them before they are whole. */
  let collecting = 0;

  /** Refuses a long body before it comes, of nobody known, or where there is no room for it. */
  async function makeRoom(
    request: FastifyRequest,
    reply: FastifyReply,
    bodyLimit: number,
  ): Promise<FastifyReply | undefined> {
    const bytes = Math.min(Number(request.headers['content-length'] ?? bodyLimit), bodyLimit);
    if (bytes <= shortBody) return undefined;
    const envelope = readEnvelope(request);
    const known = envelope === null ? null : await credentials.standingOf(envelope.replica);
    const isFull = collecting + bytes > mostCollecting;
    const code =
      known === null
        ? 'hub/garbage'
        : known.state === 'unknown'
          ? 'hub/unknown-laptop'
          : isFull
            ? 'hub/too-many-requests'
            : null;
    if (code !== null) {
      metrics.count('requests');
      // What comes of it all the same is not waited for.
      return refuse(reply.header('connection', 'close'), request.routeOptions.url ?? '', envelope, { code });
    }
    collecting += bytes;
    reply.raw.once('close', () => {
      collecting -= bytes;
    });
    return undefined;
  }

  /** What fails before a door is reached, a body too long or of another type, is answered and signed like everything else. */
  function refuseEarly(error: { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): void {
    const status = error.statusCode ?? 500;
    const code = status === 413 ? 'hub/too-large' : status < 500 ? 'hub/garbage' : 'hub/trouble';
    void refuse(reply, request.routeOptions.url ?? '', readEnvelope(request), { code });
  }

  /** Doors for streams. Their bodies are not collected, hence a parser of their own. */
  function streams(addRoutes: (route: StreamRoute) => void): void {
    void server.register(async (scope) => {
      scope.removeContentTypeParser('application/octet-stream');
      scope.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
      addRoutes((method, route, handle) => {
        scope.route({
          method,
          url: route,
          errorHandler: refuseEarly,
          handler: (request, reply) =>
            answer(request, reply, { path: request.url, body: Buffer.alloc(0), bodyHash: '' }, handle),
        });
      });
    });
  }

  /** Limits, form, the handler, and the signed answer whatever happens. */
  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: Pick<Ask, 'path' | 'body' | 'bodyHash'>,
    handle: (ask: Ask) => Promise<Result<Uint8Array | StreamAnswer>>,
  ): Promise<FastifyReply> {
    metrics.count('requests');
    const envelope = readEnvelope(request);
    const route = request.routeOptions.url ?? '';
    try {
      if (!perAddress.take(request.ip)) return await refuse(reply, route, envelope, { code: 'hub/too-many-requests' });
      if (envelope === null) return await refuse(reply, route, null, { code: 'hub/garbage' });
      const wants = (offset: number): boolean => sayOffset(request, reply, asked.path, envelope, offset);
      const has = (offset: number): void => void wants(offset);
      const handled = await handle({ request, envelope, wants, has, ...asked });
      if (!handled.ok) return await refuse(reply, route, envelope, handled.error);
      const { value } = handled;
      if (!(value instanceof Uint8Array)) return sendStream(reply, envelope, value);
      const sealed = sealAnswer(pack(value), envelope.seal, envelope.nonce);
      keptAnswers.given(envelope.replica, envelope.nonce, sealed);
      return send(reply, envelope, 200, sealed);
    } catch (error) {
      if (error instanceof LineBroken) {
        metrics.count('cutOff');
        return reply;
      }
      metrics.count('troubles');
      logger.error({ route, name: errorName(error), code: errorCode(error), at: errorFrames(error) }, 'hub/trouble');
      return send(reply, envelope, statusOf.trouble, failureBody({ code: 'hub/trouble' }));
    }
  }

  function sayOffset(
    request: FastifyRequest,
    reply: FastifyReply,
    path: string,
    { nonce }: Envelope,
    offset: number,
  ): boolean {
    if (!(request.raw.socket instanceof TLSSocket) || reply.raw.headersSent || reply.raw.destroyed) return false;
    const signed = responseBytes({ nonce, status: 103, bodyHash: offsetText(offset) });
    reply.raw.writeEarlyHints({
      // Without a link Node sends no such answer.
      link: `<${path}>; rel=self`,
      [hubHeaders.offset]: String(offset),
      [hubHeaders.tells]: '1',
      [hubHeaders.signature]: bytesToBase64(identity.sign(signed)),
    });
    return true;
  }

  function sendStream(reply: FastifyReply, envelope: Envelope, stream: StreamAnswer): FastifyReply {
    const { publicKey, cipher } = sealStream(envelope.seal, envelope.nonce);
    const { status, length, content } = stream;
    metrics.count('bytesOut', length);
    const signed = responseBytes({ nonce: envelope.nonce, status, bodyHash: stream.signedText(publicKey) });
    content.once('error', (error) => cipher.destroy(error));
    cipher.once('close', () => content.destroy());
    return reply
      .code(status)
      .headers(stream.headers)
      .header(hubHeaders.signature, bytesToBase64(identity.sign(signed)))
      .header(hubHeaders.seal, publicKey)
      .header('content-length', length)
      .header('cache-control', 'no-store')
      .type('application/octet-stream')
      .send(content.pipe(cipher));
  }

  async function refuse(
    reply: FastifyReply,
    route: string,
    envelope: Envelope | null,
    failure: Failure,
  ): Promise<FastifyReply> {
    const reason = refusalReason(failure);
    metrics.countRefused(reason);
    logger.warn({ route, replica: envelope?.replica ?? null, reason }, 'hub/refused');
    // Only what a known laptop did is kept: a stranger must not fill the table.
    if (envelope !== null && (reason === 'revoked' || reason === 'expired' || reason === 'succeeded')) {
      await ledger.countRefusal(typeof failure['laptop'] === 'string' ? failure['laptop'] : envelope.replica, reason);
    }
    const body = failureBody(failure);
    return send(reply, envelope, statusOf[HubFailure.parse(JSON.parse(fromUtf8(body))).reason], body);
  }

  function send(
    reply: FastifyReply,
    envelope: Pick<Envelope, 'nonce'> | null,
    status: number,
    body: Uint8Array,
  ): FastifyReply {
    metrics.count('bytesOut', body.length);
    const signed = responseBytes({ nonce: envelope?.nonce ?? '', status, bodyHash: bytesToHex(sha256(body)) });
    // A line stays open unless told otherwise (RFC 9112, 9.3), and no cache keeps what answers another method (RFC 9110, 9.3).
    reply.raw.removeHeader('connection');
    if (reply.request.method === 'GET') void reply.header('cache-control', 'no-store');
    return reply
      .code(status)
      .header(hubHeaders.signature, bytesToBase64(identity.sign(signed)))
      .type(status === 200 ? 'application/octet-stream' : 'application/json')
      .send(Buffer.from(body));
  }

  /** Whether this key signed this request. */
  function isSigned(ask: Ask, publicKey: string, hubKey: string): boolean {
    const { replica, nonce, seal, signature } = ask.envelope;
    // Only the three methods have doors.
    const method = ask.request.method as 'POST' | 'PUT' | 'GET';
    const signed = requestBytes({ method, path: ask.path, hubKey, replica, nonce, seal, bodyHash: ask.bodyHash });
    return verifySignature(hexToBytes(publicKey), signed, signature);
  }

  /** Who asks. Failures: `hub/unknown-laptop`, `hub/bad-signature`, `hub/expired`, `hub/revoked`, `hub/succeeded`, `hub/too-many-requests`. */
  async function authenticate(ask: Ask): Promise<Result<Asker>> {
    const { replica } = ask.envelope;
    const standing = await credentials.standingOf(replica);
    if (standing.state === 'unknown') return err({ code: 'hub/unknown-laptop' });
    if (!isSigned(ask, standing.credential.publicKey, identity.publicKey)) return err({ code: 'hub/bad-signature' });
    if (standing.state !== 'valid') return err({ code: `hub/${standing.state}` });
    if (!perLaptop.take(replica)) return err({ code: 'hub/too-many-requests' });
    const appVersion = /^Komissiya\/([\w.+-]{1,40})/.exec(ask.request.headers['user-agent'] ?? '')?.[1] ?? null;
    const { credential, credentials: all } = standing;
    return ok({ replica, credential, credentials: all, appVersion });
  }

  /** The one door without a signature: who this hub is. Nothing is asked, and nothing secret is said. */
  function hello(tlsKey: string | null): void {
    server.post(hubPaths.hello, { bodyLimit: 1024, errorHandler: refuseEarly }, (request, reply) => {
      metrics.count('requests');
      const nonce = request.headers[hubHeaders.nonce];
      const code = perAddress.take(request.ip) ? 'hub/garbage' : 'hub/too-many-requests';
      if (typeof nonce !== 'string' || !nonceForm.test(nonce) || code !== 'hub/garbage') {
        return refuse(reply, hubPaths.hello, null, { code });
      }
      const said: HubHello = {
        protocol: protocolVersion,
        hubName: identity.name,
        hubKey: identity.publicKey,
        tlsKey,
      };
      return send(reply, { nonce }, 200, utf8(JSON.stringify(said)));
    });
  }

  return { message, streams, hello, isSigned, authenticate, restOfAnswer: keptAnswers.rest };
}

function readEnvelope(request: FastifyRequest): Envelope | null {
  const header = (name: string, form: RegExp): string | null => {
    const value = request.headers[name];
    return typeof value === 'string' && form.test(value) ? value : null;
  };
  const replica = header(hubHeaders.replica, /^[0-9a-f-]{1,40}$/);
  const nonce = header(hubHeaders.nonce, nonceForm);
  const seal = header(hubHeaders.seal, /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/);
  const signature = readSignature(request.headers[hubHeaders.signature]);
  if (replica === null || nonce === null || seal === null || signature === null) return null;
  return { replica, nonce, seal, signature };
}

/** A packed message; null when it is garbage or unpacks to more than `limit` bytes. */
export function readPacked(body: Uint8Array, limit: number): Uint8Array | null {
  try {
    return unpack(body, limit);
  } catch {
    return null;
  }
}

/** A packed message as JSON; undefined when it is none. */
export function readJson(body: Uint8Array): unknown {
  const text = readPacked(body, 4 * 1024 * 1024);
  return text === null ? undefined : parseForeignJson(text);
}

/** A failure as its JSON body; whatever is not in the list of reasons is `trouble`. */
export function failureBody(failure: Failure): Uint8Array {
  const parsed = HubFailure.safeParse({
    reason: refusalReason(failure),
    ...(failure.code === 'hub/protocol' ? { protocol: protocolVersion } : {}),
    ...(failure['invited'] === undefined ? {} : { invited: failure['invited'] }),
    ...(failure['offset'] === undefined ? {} : { offset: failure['offset'] }),
  });
  const body: HubFailure = parsed.success ? parsed.data : { reason: 'trouble' };
  return utf8(JSON.stringify(body));
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
/** Where it happened; never the message, which may quote what was sent. */
function errorFrames(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  return frames
    .slice(0, 6)
    .map((line) => line.trim())
    .join(' < ');
}
