/**
 * A small S3-like server for tests: one bucket in memory. It takes a request only with a right signature (worked out here from
 * the request as it came, after AWS's description), refuses a body that has not the announced SHA-256, knows ranges.
 */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

export const s3Keys = { accessKey: 'SAMPLEKEY', secretKey: 'sample/secret+key', region: 'sample-1' };

export type TestS3 = {
  /** `http://127.0.0.1:<port>/sample-bucket`. */
  readonly url: string;
  readonly objects: Map<string, Buffer>;
  /** Refusals so far, by code. */
  readonly refused: string[];
  /** Answers the next requests with 503. */
  failing: boolean;
  close(): Promise<void>;
};

export async function startS3(): Promise<TestS3> {
  const objects = new Map<string, Buffer>();
  const refused: string[] = [];
  const server = createServer((request, response) => {
    const answer = (
      status: number,
      body: string | Buffer = '',
      headers: Record<string, string | number> = {},
    ): void => {
      response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const refuse = (status: number, code: string): void => {
      refused.push(code);
      answer(status, `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
    };
    const serve = async (): Promise<void> => {
      const body = await buffer(request);
      if (s3.failing) return refuse(503, 'SlowDown');
      if (!isSigned(request)) return refuse(403, 'SignatureDoesNotMatch');
      const digest = createHash('sha256').update(body).digest('hex');
      if (request.headers['x-amz-content-sha256'] !== digest) return refuse(400, 'XAmzContentSHA256Mismatch');
      const url = new URL(request.url ?? '', 'http://s3');
      const key = decodeURIComponent(url.pathname).replace(/^\/sample-bucket\/?/, '');
      const object = objects.get(key);
      switch (request.method) {
        case 'PUT':
          objects.set(key, body);
          return answer(200);
        case 'DELETE':
          objects.delete(key);
          return answer(204);
        case 'HEAD':
          return object === undefined ? answer(404) : answer(200, object);
        default:
      }
      if (key === '') return answer(200, list(url.searchParams));
      if (object === undefined) return refuse(404, 'NoSuchKey');
      const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
      const part = object.subarray(Number(from), to === '' ? undefined : Number(to) + 1);
      return answer(request.headers.range === undefined ? 200 : 206, part);
    };
    void serve();
  });
  /** Two keys a page, so that going on is tried. */
  const list = (query: URLSearchParams): string => {
    const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '')).sort();
    const start = Number(query.get('continuation-token') ?? 0);
    const contents = keys
      .slice(start, start + 2)
      .map((key) => `<Contents><Key>${key}</Key><Size>${objects.get(key)?.length}</Size></Contents>`);
    const isTruncated = start + 2 < keys.length;
    return `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${contents.join('')}<NextContinuationToken>${start + 2}</NextContinuationToken></ListBucketResult>`;
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const s3: TestS3 = {
    url: `http://127.0.0.1:${port}/sample-bucket`,
    objects,
    refused,
    failing: false,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return s3;
}

function isSigned(request: IncomingMessage): boolean {
  const header = request.headers.authorization ?? '';
  const [, scope = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=SAMPLEKEY\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(header) ?? [];
  const at = String(request.headers['x-amz-date']);
  const needed = ['host', 'x-amz-content-sha256', 'x-amz-date'];
  if (!needed.every((name) => names.split(';').includes(name))) return false;
  const [path = '', search = ''] = (request.url ?? '').split('?');
  const canonical = [
    request.method,
    path,
    search.split('&').sort().join('&'),
    ...names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    names,
    request.headers['x-amz-content-sha256'],
  ].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const dayKey = hmac(`AWS4${s3Keys.secretKey}`, at.slice(0, 8));
  const key = hmac(hmac(hmac(dayKey, s3Keys.region), 's3'), 'aws4_request');
  const isScoped = scope === `${at.slice(0, 8)}/${s3Keys.region}/s3/aws4_request`;
  return isScoped && hmac(key, ['AWS4-HMAC-SHA256', at, scope, digest].join('\n')).toString('hex') === signature;
}
