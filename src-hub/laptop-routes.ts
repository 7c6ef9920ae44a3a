/**
 * The doors for laptops, over HTTP as #shared/sync/hub-http.ts describes: hello, enrol, sync, wait. Every answer is signed
 * with the hub's key; every refusal has a reason and is counted.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import type { Time } from '#shared/kernel/ports.ts';
import { err, ok, type Failure, type Result } from '#shared/kernel/result.ts';
import { fromUtf8, utf8 } from '#shared/kernel/utf8.ts';
import {
  hubHeaders,
  HubFailure,
  type HubHello,
  hubPaths,
  requestBytes,
  responseBytes,
  WaitRequest,
} from '#shared/sync/hub-http.ts';
import { EnrolRequest, type EnrolResponse, maxMessageBytes, protocolVersion } from '#shared/sync/messages.ts';
import { createRateLimit } from './rate-limit.ts';
import type { Credentials } from './credentials.ts';
import type { Asker, ExchangeRoute } from './exchange-route.ts';
import { pack, sealAnswer, sha256, unpack, verifySignature } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';
import type { Ledger } from './ledger-queries.ts';
import type { Metrics } from './metrics.ts';

type Envelope = { readonly replica: string; readonly nonce: string; readonly seal: string; readonly signature: string };

const statusOf: { readonly [R in HubFailure['reason']]: number } = {
  garbage: 400,
  'too-large': 413,
  'too-many-requests': 429,
  'bad-signature': 401,
  'unknown-laptop': 401,
  expired: 403,
  revoked: 403,
  protocol: 409,
  'bad-code': 404,
  'code-used': 410,
  'code-expired': 410,
  'wrong-partition': 403,
  'key-mismatch': 409,
  'over-quota': 507,
  'no-blob': 404,
  'bad-range': 416,
  'wrong-offset': 409,
  'bad-hash': 422,
  trouble: 500,
};

const smallBody = 64 * 1024;
const nonceForm = /^[0-9a-f]{32}$/;
const garbage: Failure = { code: 'hub/garbage' };

export function addLaptopRoutes(
  server: FastifyInstance,
  deps: {
    identity: HubIdentity;
    credentials: Credentials;
    exchange: ExchangeRoute;
    ledger: Ledger;
    metrics: Metrics;
    time: Time;
    logger: Logger;
    /** SHA-256 of the certificate's public key, hex; null where a proxy ends TLS. */
    tlsKey: string | null;
    requestsPerMinute: number;
    enrolmentsPerMinute: number;
  },
): void {
  const { identity, credentials, exchange, ledger, metrics, logger } = deps;
  const perAddress = createRateLimit(deps.requestsPerMinute * 20, deps.time);
  const perLaptop = createRateLimit(deps.requestsPerMinute, deps.time);
  const enrolments = createRateLimit(deps.enrolmentsPerMinute, deps.time);

  server.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer', bodyLimit: maxMessageBytes },
    (_request, body, done) => done(null, body),
  );

  type Handle = (request: FastifyRequest, envelope: Envelope, body: Uint8Array) => Promise<Result<Uint8Array>>;

  /** One door: limits, form, the handler, and the signed answer whatever happens. */
  function door(path: string, bodyLimit: number, handle: Handle): void {
    server.post(path, { bodyLimit }, async (request, reply) => {
      metrics.count('requests');
      const envelope = readEnvelope(request);
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      metrics.count('bytesIn', body.length);
      try {
        const handled = !perAddress.take(request.ip)
          ? err({ code: 'hub/too-many-requests' })
          : envelope === null
            ? err({ code: 'hub/garbage' })
            : await handle(request, envelope, body);
        if (!handled.ok) return await refuse(reply, path, envelope, handled.error);
        // `handled.ok` implies an envelope: without one the branch above refused.
        return await send(
          reply,
          envelope,
          200,
          sealAnswer(pack(handled.value), envelope?.seal ?? '', envelope?.nonce ?? ''),
        );
      } catch (error) {
        metrics.count('troubles');
        logger.error({ path, name: errorName(error), code: errorCode(error), at: errorFrames(error) }, 'hub/trouble');
        return send(reply, envelope, statusOf.trouble, failureBody({ code: 'hub/trouble' }));
      }
    });
  }

  async function refuse(
    reply: FastifyReply,
    path: string,
    envelope: Envelope | null,
    failure: Failure,
  ): Promise<FastifyReply> {
    const reason = failure.code.slice('hub/'.length);
    metrics.countRefused(reason);
    logger.warn({ path, replica: envelope?.replica ?? null, reason }, 'hub/refused');
    // Only what a known laptop did is kept: a stranger must not fill the table.
    if (envelope !== null && (reason === 'revoked' || reason === 'expired')) {
      await ledger.countRefusal(envelope.replica, reason);
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
    return reply
      .code(status)
      .header(hubHeaders.signature, bytesToHex(identity.sign(signed)))
      .header('cache-control', 'no-store')
      .type(status === 200 ? 'application/octet-stream' : 'application/json')
      .send(Buffer.from(body));
  }

  /** Whether this key signed this request. */
  function isSigned(path: string, envelope: Envelope, body: Uint8Array, publicKey: string, hubKey: string): boolean {
    const { replica, nonce, seal } = envelope;
    const signed = requestBytes({ path, hubKey, replica, nonce, seal, bodyHash: bytesToHex(sha256(body)) });
    return verifySignature(hexToBytes(publicKey), signed, hexToBytes(envelope.signature));
  }

  async function authenticate(
    request: FastifyRequest,
    path: string,
    envelope: Envelope,
    body: Uint8Array,
  ): Promise<Result<Asker>> {
    const standing = await credentials.standingOf(envelope.replica);
    if (standing.state === 'unknown') return err({ code: 'hub/unknown-laptop' });
    if (!isSigned(path, envelope, body, standing.credential.publicKey, identity.publicKey)) {
      return err({ code: 'hub/bad-signature' });
    }
    if (standing.state !== 'valid') return err({ code: `hub/${standing.state}` });
    if (!perLaptop.take(envelope.replica)) return err({ code: 'hub/too-many-requests' });
    const appVersion = /^Komissiya\/([\w.+-]{1,40})/.exec(request.headers['user-agent'] ?? '')?.[1] ?? null;
    return ok({ replica: envelope.replica, credential: standing.credential, appVersion });
  }

  // Before a laptop trusts the line: nothing is asked and nothing secret is said.
  server.post(hubPaths.hello, { bodyLimit: 1024 }, (request, reply) => {
    metrics.count('requests');
    const nonce = request.headers[hubHeaders.nonce];
    if (typeof nonce !== 'string' || !nonceForm.test(nonce)) return refuse(reply, hubPaths.hello, null, garbage);
    if (!perAddress.take(request.ip)) return refuse(reply, hubPaths.hello, null, { code: 'hub/too-many-requests' });
    const hello: HubHello = {
      protocol: protocolVersion,
      hubName: identity.name,
      hubKey: identity.publicKey,
      tlsKey: deps.tlsKey,
    };
    return send(reply, { nonce }, 200, utf8(JSON.stringify(hello)));
  });

  door(hubPaths.enrol, smallBody, async (request, envelope, body) => {
    if (!enrolments.take(request.ip)) return err({ code: 'hub/too-many-requests' });
    const message = EnrolRequest.safeParse(readJson(body));
    if (!message.success) return err({ code: 'hub/garbage' });
    if (message.data.protocol !== protocolVersion) return err({ code: 'hub/protocol' });
    const ownsKey = isSigned(hubPaths.enrol, envelope, body, message.data.publicKey, '');
    if (message.data.replica !== envelope.replica || !ownsKey) return err({ code: 'hub/bad-signature' });
    const credential = await credentials.enrol(message.data);
    if (!credential.ok) return credential;
    logger.info({ replica: envelope.replica, serial: credential.value.serial }, 'hub/enrolled');
    const response: EnrolResponse = {
      protocol: protocolVersion,
      hubName: identity.name,
      hubKey: identity.publicKey,
      epoch: identity.epoch,
      credential: credential.value,
    };
    return ok(utf8(JSON.stringify(response)));
  });

  door(hubPaths.sync, maxMessageBytes, async (request, envelope, body) => {
    const asker = await authenticate(request, hubPaths.sync, envelope, body);
    if (!asker.ok) return asker;
    const message = readPacked(body, maxMessageBytes);
    if (message === null) return err({ code: 'hub/garbage' });
    const startedAt = performance.now();
    const answer = await exchange.turn(asker.value, message);
    if (answer.ok) {
      metrics.count('exchanges');
      const ms = Math.round(performance.now() - startedAt);
      logger.info(
        { replica: envelope.replica, bytesIn: body.length, bytesOut: answer.value.length, ms },
        'hub/exchange',
      );
    }
    return answer;
  });

  door(hubPaths.wait, 1024 * 1024, async (request, envelope, body) => {
    const asker = await authenticate(request, hubPaths.wait, envelope, body);
    if (!asker.ok) return asker;
    const message = WaitRequest.safeParse(readJson(body));
    if (!message.success) return err({ code: 'hub/garbage' });
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    request.raw.socket.once('close', leave);
    const answer = await exchange.wait(asker.value, message.data, gone.signal);
    request.raw.socket.off('close', leave);
    return answer.ok ? ok(utf8(JSON.stringify(answer.value))) : answer;
  });
}

function readEnvelope(request: FastifyRequest): Envelope | null {
  const header = (name: string, form: RegExp): string | null => {
    const value = request.headers[name];
    return typeof value === 'string' && form.test(value) ? value : null;
  };
  const replica = header(hubHeaders.replica, /^[0-9a-f-]{1,40}$/);
  const nonce = header(hubHeaders.nonce, nonceForm);
  const seal = header(hubHeaders.seal, /^[0-9a-f]{64}$/);
  const signature = header(hubHeaders.signature, /^[0-9a-f]{128}$/);
  if (replica === null || nonce === null || seal === null || signature === null) return null;
  return { replica, nonce, seal, signature };
}

function readPacked(body: Uint8Array, limit: number): Uint8Array | null {
  try {
    return unpack(body, limit);
  } catch {
    return null;
  }
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(unpack(body, 4 * 1024 * 1024)));
  } catch {
    return null;
  }
}

/** A failure as its JSON body; whatever is not in the list of reasons is `trouble`. */
export function failureBody(failure: Failure): Uint8Array {
  const parsed = HubFailure.safeParse({
    reason: failure.code.slice('hub/'.length),
    ...(failure.code === 'hub/protocol' ? { protocol: protocolVersion } : {}),
    ...(failure['invited'] === undefined ? {} : { invited: failure['invited'] }),
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
