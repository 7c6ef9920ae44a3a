/**
 * The line to a hub: HTTP over TLS whose key is known before a byte is sent. A line is trusted when its certificate's public
 * key is the one remembered, or, where TLS ends at a proxy, when the public authorities vouch for it. Whose key it is
 * the hub itself says and signs (hub-http.ts, TLS); that is the transport's part.
 *
 * Failures: `sync/hub-unreachable` {cause}, `sync/hub-slow`, `sync/wrong-certificate`, `sync/stopped`.
 */
import { createHash } from 'node:crypto';
import { Agent as PlainAgent, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { isIP } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';

/** SHA-256 of a certificate's public key (SPKI, DER), hex; `public`: the authorities vouch; `any`: not known yet. */
export type LineTrust = { readonly tlsKey: string } | 'public' | 'any';

export type LineRequest = {
  readonly method: 'POST' | 'PUT' | 'GET';
  /** Path and query. */
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array | Readable | HintedBody | null;
  /** How long nothing at all may come or go, ms. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
  /** Told once a message is on its way: all of it is the system's to send. */
  readonly onSent?: (() => void) | undefined;
  /** Told of each part of a stream that the system has taken, bytes. */
  readonly onTaken?: ((bytes: number) => void) | undefined;
  /** Told of interim answers (103) behind the one that a body waits for. */
  readonly onInterim?: ((headers: IncomingMessage['headers']) => void) | undefined;
};

/**
 * A body that begins where the other side wants it: called with the headers of its interim answer (103), at most once; null gives the
 * request up. Never called where the answer comes without one.
 */
export type HintedBody = (headers: IncomingMessage['headers']) => Readable | null;

export type LineAnswer = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** The body as it comes; destroy it to leave early. Its errors are told by `failureOf`. */
  readonly content: Readable;
  readonly failureOf: (error: unknown) => Failure;
  /** What the line showed: null on plain HTTP. */
  readonly certificate: LineCertificate | null;
};

/** `isOutOfDate`: the authorities vouch for it, but not on the day this laptop's clock shows. */
export type LineCertificate = { readonly tlsKey: string; readonly isPublic: boolean; readonly isOutOfDate: boolean };

export type HubLine = {
  /** Origin without a trailing slash. */
  readonly address: string;
  request(request: LineRequest): Promise<Result<LineAnswer>>;
  close(): void;
};

class WrongCertificate extends Error {}

/** The slowest line an upload is given time for: 2 kB in a second. */
const slowestBytesPerMs = 2;
/**
 * The most bytes in one record of TLS, of the 16 kB it allows. The hub can use a record only once it is whole, so of what is under way when a
 * line breaks about half a record is lost; the frame of each costs 22 bytes.
 */
const tlsRecordBytes = 1024;
/** A kept line that the hub has closed meanwhile shows it as soon as it is used; later it is a line that broke, ms. */
const staleMs = 5000;
/** Idle lines are kept for the next request, shorter than the hub keeps them. */
const keptMs = 60_000;

/** Makes a line; nothing is opened before the first request. */
export function createHubLine(address: string, trust: LineTrust): HubLine {
  const url = new URL(address);
  const isTls = url.protocol === 'https:';
  const agent = isTls ? new ProvedAgent(url, trust) : new PlainAgent({ keepAlive: true, timeout: keptMs });

  function once(asked: LineRequest): Promise<{ answer: Result<LineAnswer>; isStale: boolean }> {
    return new Promise((resolve) => {
      const askedAt = performance.now();
      const silence = new AbortController();
      const failure = (error: unknown): Failure => failureOf(error, asked.signal, silence.signal);
      const request = (isTls ? tlsRequest : plainRequest)(`${address}${asked.path}`, {
        method: asked.method,
        headers: asked.headers,
        agent,
        signal: AbortSignal.any([asked.signal, silence.signal]),
      });
      // A line stays open unless told otherwise (RFC 9112, 9.3).
      request.removeHeader('connection');
      const { body, onSent } = asked;
      if (onSent !== undefined) request.once('finish', onSent);
      const length = body instanceof Uint8Array ? body.length : 0;
      let isPouring = body instanceof Readable;
      let timer = setTimeout(() => silence.abort(), asked.idleMs + length / slowestBytesPerMs);
      request.once('response', (response) => {
        clearTimeout(timer);
        // Answered without a word of what it wants: nothing.
        if (typeof body === 'function' && !isPouring) request.end();
        response.setTimeout(asked.idleMs, () => silence.abort());
        const certificate = isTls ? certificateOf(response.socket as TLSSocket) : null; // a TLS agent makes TLS sockets
        const { statusCode = 0, headers } = response;
        const answer = { status: statusCode, headers, content: response, failureOf: failure, certificate };
        resolve({ answer: ok(answer), isStale: false });
      });
      request.once('error', (error) => {
        clearTimeout(timer);
        const isReset = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
        // Every request may be repeated, but not a stream.
        const isStale = isReset && !isPouring && performance.now() - askedAt < staleMs;
        resolve({ answer: err(failure(error)), isStale });
      });
      if (body === null || body instanceof Uint8Array) return void request.end(body ?? undefined);
      const pour = (content: Readable): void => {
        content.once('error', (error) => request.destroy(error));
        content.on('data', (chunk: Uint8Array) => {
          clearTimeout(timer);
          timer = setTimeout(() => silence.abort(), asked.idleMs + chunk.length / slowestBytesPerMs);
          if (request.destroyed) return void content.pause();
          const isRoom = request.write(chunk, (error) => {
            if (!error) asked.onTaken?.(chunk.length);
          });
          if (!isRoom) content.pause();
        });
        request.on('drain', () => content.resume());
        content.once('end', () => request.end());
      };
      if (body instanceof Readable) return pour(body);
      request.flushHeaders();
      request.on('information', ({ statusCode, headers }) => {
        if (statusCode !== 103) return;
        if (isPouring) return asked.onInterim?.(headers);
        isPouring = true;
        const content = body(headers);
        if (content === null) request.destroy(new Error('the interim answer was refused'));
        else pour(content);
      });
    });
  }

  return {
    address,
    async request(asked) {
      if (asked.signal.aborted) return err({ code: 'sync/stopped' });
      const { answer, isStale } = await once(asked);
      if (!isStale) return answer;
      // The hub closed a kept line in the very moment it was used again; what is kept beside it may be as old.
      for (const kept of Object.values(agent.freeSockets).flat()) kept?.destroy();
      return (await once(asked)).answer;
    },
    close: () => agent.destroy(),
  };
}

/** The whole body, at most `maxBytes` of it; `onCome` is told how many bytes are here. Failure besides the line's own: `sync/hub-refused` {reason: too-large}. */
export async function readAll(
  answer: Pick<LineAnswer, 'content' | 'failureOf'>,
  maxBytes: number,
  onCome?: (bytes: number) => void,
): Promise<Result<Uint8Array>> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of answer.content as AsyncIterable<Buffer>) {
      // a response without an encoding gives Buffers
      length += chunk.length;
      if (length > maxBytes) return err({ code: 'sync/hub-refused', reason: 'too-large' });
      chunks.push(chunk);
      onCome?.(length);
    }
  } catch (error) {
    return err(answer.failureOf(error));
  }
  return ok(Buffer.concat(chunks));
}

/** Hands out TLS sockets only after their certificate was looked at. */
class ProvedAgent extends TlsAgent {
  readonly #url: URL;
  readonly #trust: LineTrust;

  constructor(url: URL, trust: LineTrust) {
    super({ keepAlive: true, timeout: keptMs });
    this.#url = url;
    this.#trust = trust;
  }

  override createConnection(
    _options: object,
    done?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    const { hostname, port } = this.#url;
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = connect({
      host,
      port: port === '' ? 443 : Number(port),
      // The name is not sent where it is an address (RFC 6066).
      servername: isIP(host) === 0 ? host : '',
      rejectUnauthorized: this.#trust === 'public',
      minVersion: 'TLSv1.2',
    });
    const fail = (error: Error): void => done?.(error, socket);
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      socket.off('error', fail);
      socket.setMaxSendFragment(tlsRecordBytes);
      const trust = this.#trust;
      if (typeof trust !== 'object' || certificateOf(socket)?.tlsKey === trust.tlsKey) return done?.(null, socket);
      socket.destroy();
      fail(new WrongCertificate());
    });
    return undefined;
  }
}

function certificateOf(socket: TLSSocket): LineCertificate | null {
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  if (key === undefined) return null;
  const { authorized, authorizationError: verdict } = socket;
  const isOutOfDate = !authorized && /^CERT_(NOT_YET_VALID|HAS_EXPIRED)$/.test(String(verdict));
  return { tlsKey: createHash('sha256').update(key).digest('hex'), isPublic: authorized, isOutOfDate };
}

function failureOf(error: unknown, stop: AbortSignal, silence: AbortSignal): Failure {
  if (stop.aborted) return { code: 'sync/stopped' };
  if (silence.aborted) return { code: 'sync/hub-slow' };
  const cause = causeOf(error);
  // OpenSSL's and BoringSSL's verdicts on a certificate have such codes.
  const isVerdict =
    error instanceof WrongCertificate || /^(CERT_|ERR_TLS_CERT|DEPTH_|UNABLE_TO_|SELF_SIGNED)/.test(cause);
  return isVerdict ? { code: 'sync/wrong-certificate' } : { code: 'sync/hub-unreachable', cause };
}

/** The system's code behind a failed connection, ECONNREFUSED and the like; `unknown` when there is none. */
function causeOf(error: unknown): string {
  let inner: unknown = error;
  for (let depth = 0; depth < 4 && inner instanceof Error; depth += 1) {
    if ('code' in inner && typeof inner.code === 'string') return inner.code;
    inner = inner instanceof AggregateError ? inner.errors[0] : inner.cause;
  }
  return 'unknown';
}
