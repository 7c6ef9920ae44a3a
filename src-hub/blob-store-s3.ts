/**
 * Blobs in S3-compatible storage (AWS, MinIO, Ceph, …), spoken to directly: six requests under AWS Signature Version 4.
 * Every request's signature covers the SHA-256 of its body; of a blob that is its very name, so the storage itself refuses
 * a content that does not have it (400, XAmzContentSHA256Mismatch).
 *
 * Source: AWS General Reference, "Create a signed AWS API request"; Amazon S3 API Reference, ListObjectsV2.
 */
import { createHash, createHmac } from 'node:crypto';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Time } from '#shared/kernel/ports.ts';
import { type BlobStore, blobKey, createDigester } from './blob-store.ts';

export type S3Settings = {
  /** Origin and bucket, and a prefix if wanted: `https://s3.example.org/bucket/prefix`. */
  readonly url: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
};

type Asked = {
  readonly method: 'GET' | 'PUT' | 'HEAD' | 'DELETE';
  /** Path below the origin, not yet encoded. */
  readonly path: string;
  readonly query?: { readonly [name: string]: string };
  readonly headers?: { readonly [name: string]: string };
  readonly body?: { readonly content: Readable; readonly bytes: number; readonly sha256: string };
};

const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const idleMs = 30_000;

/** Blobs below a bucket's prefix. Methods throw, naming status and code, when the storage does not do its part. */
export function createS3BlobStore(settings: S3Settings, time: Time): BlobStore {
  const base = new URL(settings.url);
  const [bucket = '', ...below] = decodeURIComponent(base.pathname).split('/').filter(Boolean);
  const prefix = below.map((part) => `${part}/`).join('');
  const pathOf = (key: string): string => `/${bucket}/${prefix}${key}`;

  function send(asked: Asked): Promise<IncomingMessage> {
    const { method, path, query = {}, body } = asked;
    const sha256 = body?.sha256 ?? emptySha256;
    const at = new Date(time.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const headers = { host: base.host, 'x-amz-content-sha256': sha256, 'x-amz-date': at, ...asked.headers };
    const authorization = signRequest(settings, { method, path, query, headers, sha256, at });
    const search = canonicalQuery(query);
    return new Promise((resolve, reject) => {
      const request = (base.protocol === 'https:' ? tlsRequest : plainRequest)(
        `${base.origin}${encodePath(path)}${search === '' ? '' : `?${search}`}`,
        {
          method,
          headers: { ...headers, authorization, ...(body === undefined ? {} : { 'content-length': body.bytes }) },
        },
        resolve,
      );
      request.setTimeout(idleMs, () => request.destroy(new Error('the blob storage is silent')));
      request.once('error', reject);
      if (body === undefined) request.end();
      // The storage may answer, and hang up, before it has read everything.
      else pipeline(body.content, request).catch(reject);
    });
  }

  /** The answer's body; throws for a status not expected. */
  async function ask(asked: Asked, ...expected: number[]): Promise<{ status: number; body: Buffer }> {
    const answer = await send(asked);
    const body = await buffer(answer);
    const status = answer.statusCode ?? 0;
    if (!expected.includes(status)) throw storageError(status, body);
    return { status, body };
  }

  return {
    async putBlob(sha256, bytes, content) {
      const digester = createDigester();
      const relay = content.on('error', (error) => digester.stream.destroy(error)).pipe(digester.stream);
      const path = pathOf(blobKey(sha256));
      const { status, body } = await ask({ method: 'PUT', path, body: { content: relay, bytes, sha256 } }, 200, 400);
      const isRight = digester.digest() === sha256;
      if (status === 200 && isRight) return true;
      if (isRight) throw storageError(status, body);
      // A storage that took a wrong content does not check: it must not stay.
      if (status === 200) await ask({ method: 'DELETE', path }, 204, 200, 404);
      return false;
    },
    async putPart(key, content) {
      const sha256 = createHash('sha256').update(content).digest('hex');
      const body = { content: Readable.from([content]), bytes: content.length, sha256 };
      await ask({ method: 'PUT', path: pathOf(key), body }, 200);
    },
    async read(key, from, to) {
      const answer = await send({ method: 'GET', path: pathOf(key), headers: { range: `bytes=${from}-${to}` } });
      if (answer.statusCode === 206) return answer;
      throw storageError(answer.statusCode ?? 0, await buffer(answer));
    },
    async size(key) {
      const answer = await send({ method: 'HEAD', path: pathOf(key) });
      answer.resume();
      if (answer.statusCode === 404) return null;
      if (answer.statusCode !== 200) throw storageError(answer.statusCode ?? 0, Buffer.alloc(0));
      return Number(answer.headers['content-length']);
    },
    async remove(key) {
      await ask({ method: 'DELETE', path: pathOf(key) }, 204, 200, 404);
    },
    async *list(under) {
      for (let token: string | null = ''; token !== null; ) {
        const query = {
          'list-type': '2',
          prefix: prefix + under,
          ...(token === '' ? {} : { 'continuation-token': token }),
        };
        const { body } = await ask({ method: 'GET', path: `/${bucket}`, query }, 200);
        const xml = body.toString('utf8');
        for (const [, item = ''] of xml.matchAll(/<Contents>([^]*?)<\/Contents>/g)) {
          yield { key: textOf(item, 'Key').slice(prefix.length), bytes: Number(textOf(item, 'Size')) };
        }
        token = textOf(xml, 'IsTruncated') === 'true' ? textOf(xml, 'NextContinuationToken') : null;
      }
    },
  };
}

/** The `authorization` header of one request; `headers` are all signed, `at` is the time as `20261126T053000Z`. */
export function signRequest(
  settings: Pick<S3Settings, 'region' | 'accessKey' | 'secretKey'>,
  request: {
    readonly method: string;
    readonly path: string;
    readonly query: { readonly [name: string]: string };
    readonly headers: { readonly [name: string]: string };
    readonly sha256: string;
    readonly at: string;
  },
): string {
  const { method, path, query, sha256, at } = request;
  const names = Object.keys(request.headers).sort();
  const signedNames = names.join(';');
  const canonical = [
    method,
    encodePath(path),
    canonicalQuery(query),
    ...names.map((name) => `${name}:${request.headers[name]}`),
    '',
    signedNames,
    sha256,
  ].join('\n');
  const day = at.slice(0, 8);
  const scope = `${day}/${settings.region}/s3/aws4_request`;
  const digest = createHash('sha256').update(canonical).digest('hex');
  const key = [day, settings.region, 's3', 'aws4_request'].reduce<Buffer | string>(
    (secret, text) => hmac(secret, text),
    `AWS4${settings.secretKey}`,
  );
  const signature = hmac(key, ['AWS4-HMAC-SHA256', at, scope, digest].join('\n')).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=${settings.accessKey}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** RFC 3986 as AWS wants it: everything but letters, digits, `-._~` is encoded, in paths not the slash. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
function encodePath(path: string): string {
  return path.split('/').map(encode).join('/');
}
function canonicalQuery(query: { readonly [name: string]: string }): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.sort().join('&');
}

/** The text of the first element of that name; our keys and tokens need only the five entities of XML. */
function textOf(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
  const entities: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_all, entity: string) => entities[entity] ?? '');
}

function storageError(status: number, body: Buffer): Error {
  return new Error(`the blob storage answered ${status} ${textOf(body.toString('utf8'), 'Code')}`.trim());
}
