/** Attachments and packs at the hub: in a folder and in S3-like storage, on SQLite and on PostgreSQL. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HubBlobs } from '#core/sync/hub-blobs.ts';
import { createHubTransport } from '#core/sync/hub-transport.ts';
import { signRequest } from '#hub/blob-store-s3.ts';
import type { BlobOffer } from '#shared/sync/hub-http.ts';
import { type BlobPut, openBlobPut } from '#tests/lib/blob-put.ts';
import { startHub, startPostgres, type TestHub, type TestHubOptions, type TestPostgres } from '#tests/lib/hub.ts';
import { enrol, newLaptop, samplePartition } from '#tests/lib/hub-laptop.ts';
import { s3Keys, startS3, type TestS3 } from '#tests/lib/s3.ts';

const elsewhere = 'kz/kz-11/kz-11-tec_oblast';
const postgres: TestPostgres | null = startPostgres();
let s3: TestS3;
beforeAll(async () => {
  s3 = await startS3();
});
afterAll(async () => {
  postgres?.close();
  await s3.close();
});

function sample(bytes: number, partition = samplePartition): { content: Buffer; offer: BlobOffer } {
  const content = randomBytes(bytes);
  return { content, offer: { sha256: createHash('sha256').update(content).digest('hex'), bytes, partition } };
}

type Desk = BlobPut & { readonly blobs: HubBlobs };
async function desk(hub: TestHub, partition = samplePartition, address = hub.address): Promise<Desk> {
  const laptop = newLaptop();
  const enrolled = await enrol(laptop, hub.address, await hub.invite({ partition }), partition);
  if (!enrolled.ok) throw new Error(enrolled.error.code);
  const { hubKey, tlsKey } = enrolled.value;
  const deps = { ...laptop.transportDeps(address), hubKey, ...(address === hub.address ? { tlsKey } : {}) };
  const transport = createHubTransport(deps);
  const { put, close } = openBlobPut(deps);
  return {
    blobs: transport.blobs,
    put,
    close() {
      close();
      transport.close();
    },
  };
}

/**
 * Content as a slow line takes it: small pieces with a pause. All at once, the cut would come before the hub has looked who is there, and
 * the next question before it has kept a byte: no line is that fast.
 */
async function* slowly(content: Buffer): AsyncIterable<Buffer> {
  for (let at = 0; at < content.length; at += 16_384) {
    yield content.subarray(at, at + 16_384);
    await sleep(10);
  }
}

async function leave(at: Desk, { content, offer }: { content: Buffer; offer: BlobOffer }): Promise<void> {
  const put = await at.put(offer, 0, Readable.from([content]));
  expect(put).toEqual({ ok: true, value: { sha256: offer.sha256, state: 'held', offset: offer.bytes } });
}
async function fetched(at: Desk, sha256: string, from = 0, to: number | null = null): Promise<Buffer | string> {
  const got = await at.blobs.get(sha256, from, to);
  return got.ok ? buffer(got.value.content) : JSON.stringify(got.error['reason'] ?? got.error.code);
}

const s3Env = () => ({
  HUB_S3_URL: `${s3.url}/a prefix`,
  HUB_S3_REGION: s3Keys.region,
  HUB_S3_ACCESS_KEY: s3Keys.accessKey,
  HUB_S3_SECRET_KEY: s3Keys.secretKey,
});
const quota = { KOMISSIYA_HUB_BLOB_QUOTA_BYTES: '30000000' };

for (const kind of [
  { name: 'SQLite and a folder', skip: false, place: async (): Promise<TestHubOptions> => ({ env: quota }) },
  {
    name: 'PostgreSQL and S3-like storage',
    skip: postgres === null,
    place: async (): Promise<TestHubOptions> => ({
      databaseUrl: (await postgres?.createDatabase('blobs')) ?? '',
      env: { ...quota, ...s3Env() },
    }),
  },
]) {
  describe.skipIf(kind.skip)(`blobs on ${kind.name}`, () => {
    let place: TestHubOptions;
    let hub: TestHub;
    let writer: Desk;
    let reader: Desk;
    let stranger: Desk;
    beforeAll(async () => {
      place = await kind.place();
      hub = await startHub(place);
      writer = await desk(hub);
      reader = await desk(hub);
      stranger = await desk(hub, elsewhere);
    });
    afterAll(async () => {
      for (const each of [writer, reader, stranger]) each.close();
      await hub.close();
    });

    test('what one leaves the other fetches, whole and in ranges; a stranger learns nothing', async () => {
      const blob = sample(5_000_000);
      const { sha256 } = blob.offer;
      expect(await fetched(reader, sha256)).toBe('"no-blob"');
      await leave(writer, blob);
      expect(await fetched(reader, sha256)).toEqual(blob.content);
      expect(await fetched(reader, sha256, 4_999_000)).toEqual(blob.content.subarray(4_999_000));
      expect(await fetched(reader, sha256, 10, 19)).toEqual(blob.content.subarray(10, 20));
      expect(await fetched(reader, sha256, 5_000_000)).toBe('"bad-range"');
      expect(await fetched(stranger, sha256)).toBe('"no-blob"');
      expect(await fetched(stranger, 'ab'.repeat(32)), 'the same as of what is not there').toBe('"no-blob"');
    });

    test('who only knows a digest must send the whole content; then both may read', async () => {
      const blob = sample(1000);
      await leave(writer, blob);
      const other = { ...blob.offer, partition: elsewhere };
      const states = await stranger.blobs.states([other, blob.offer]);
      expect(states.ok && states.value.map(({ state, offset }) => [state, offset])).toEqual([
        ['wanted', 0],
        ['wrong-partition', 0],
      ]);
      expect(await stranger.put(blob.offer, 0, Readable.from([blob.content]))).toEqual({
        ok: false,
        error: { code: 'sync/hub-refused', reason: 'wrong-partition' },
      });
      const forged = await stranger.put(other, 0, Readable.from([randomBytes(1000)]));
      expect(forged).toEqual({ ok: false, error: { code: 'sync/hub-refused', reason: 'bad-hash' } });
      expect(await fetched(reader, blob.offer.sha256), 'the true content is unharmed').toEqual(blob.content);
      expect(await fetched(stranger, blob.offer.sha256)).toBe('"no-blob"');
      await leave(stranger, { ...blob, offer: other });
      expect(await fetched(stranger, blob.offer.sha256)).toEqual(blob.content);
    });

    test('an upload in pieces goes on where it stood, also after the hub was killed', async () => {
      const blob = sample(9_000_000);
      const { offer, content } = blob;
      const piece = async (from: number, to: number) =>
        writer.put(offer, from, Readable.from([content.subarray(from, to)]));
      expect(await piece(0, 3_000_000)).toMatchObject({ value: { state: 'wanted', offset: 3_000_000 } });
      expect(await piece(0, 3_000_000)).toEqual({
        ok: false,
        error: { code: 'sync/hub-refused', reason: 'wrong-offset', offset: 3_000_000 },
      });
      await hub.kill();
      hub = await startHub({ ...place, directory: hub.directory, port: Number(new URL(hub.address).port) });
      const states = await writer.blobs.states([offer]);
      expect(states.ok && states.value[0]).toEqual({ sha256: offer.sha256, state: 'wanted', offset: 3_000_000 });
      expect(await piece(3_000_000, 9_000_000)).toMatchObject({ value: { state: 'held', offset: 9_000_000 } });
      expect(await fetched(reader, offer.sha256)).toEqual(content);
      // Sent again, because an answer was lost: nothing happens.
      expect(await piece(0, 3_000_000)).toMatchObject({ value: { state: 'held', offset: 9_000_000 } });
    });

    test('over a line cut again and again hardly a byte goes twice', async () => {
      const line = await cutLine(Number(new URL(hub.page).port), 150_000);
      const laptop = await desk(hub, samplePartition, line.address);
      const { offer, content } = sample(1_000_000);
      for (let turn = 0; ; turn += 1) {
        expect(turn).toBeLessThan(30);
        const states = await laptop.blobs.states([offer]);
        if (!states.ok) continue;
        const [state] = states.value;
        if (state?.state === 'held') break;
        const offset = state?.offset ?? 0;
        await laptop.put(offer, offset, Readable.from(slowly(content.subarray(offset))));
      }
      const upAgain = line.up() / offer.bytes - 1;
      line.reset();
      const parts: Buffer[] = [];
      for (let held = 0, turn = 0; held < offer.bytes; turn += 1) {
        expect(turn).toBeLessThan(30);
        const got = await laptop.blobs.get(offer.sha256, held, null);
        if (!got.ok) continue;
        try {
          for await (const chunk of got.value.content as AsyncIterable<Buffer>) {
            parts.push(chunk);
            held += chunk.length;
          }
        } catch {
          // Cut: what has come is kept.
        }
      }
      expect(Buffer.concat(parts)).toEqual(content);
      const downAgain = line.down() / offer.bytes - 1;
      console.log(`cut lines: ${(upAgain * 100).toFixed(1)} % more up, ${(downAgain * 100).toFixed(1)} % more down`);
      // Headers and questions of each turn are in it.
      expect(upAgain).toBeLessThan(0.1);
      expect(downAgain).toBeLessThan(0.05);
      laptop.close();
      line.close();
    });

    test('more than the quota, more than announced and nonsense are refused, and nothing of it stays', async () => {
      const before = await objectCount(hub, kind.name);
      const big = sample(1000);
      const tooMuch = { ...big.offer, bytes: 40_000_000 };
      const states = await writer.blobs.states([tooMuch]);
      expect(states.ok && states.value[0]?.state).toBe('over-quota');
      expect(await writer.put(tooMuch, 0, Readable.from([big.content]))).toEqual({
        ok: false,
        error: { code: 'sync/hub-refused', reason: 'over-quota' },
      });
      expect(await writer.put({ ...big.offer, bytes: 999 }, 0, Readable.from([big.content]))).toEqual({
        ok: false,
        error: { code: 'sync/hub-refused', reason: 'too-large' },
      });
      const port = Number(new URL(hub.page).port);
      for (const [method, path] of [
        ['PUT', `/v1/blobs/${big.offer.sha256}?offset=0&bytes=1000&partition=${samplePartition}`],
        ['PUT', '/v1/blobs/..%2f..%2fetc?offset=-1'],
        ['GET', `/v1/blobs/${big.offer.sha256}`],
      ] as const) {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
          method,
          ...(method === 'PUT' ? { body: 'x', headers: { 'content-type': 'application/octet-stream' } } : {}),
        });
        expect(answer.status, path).toBe(400);
      }
      expect(await objectCount(hub, kind.name)).toBe(before);
      expect(await fetched(reader, big.offer.sha256)).toBe('"no-blob"');
    });
  });
}

async function objectCount(hub: TestHub, name: string): Promise<number> {
  if (name.includes('S3')) return s3.objects.size;
  return readdirSync(hub.directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}

/** A line to this machine's port that breaks after so many bytes, in either direction. */
async function cutLine(port: number, everyBytes: number) {
  let up = 0;
  let down = 0;
  const server = createServer((socket) => {
    const inner = connect(port, '127.0.0.1');
    let left = everyBytes;
    const pass = (from: typeof socket, to: typeof socket, count: (bytes: number) => void): void => {
      from.on('data', (chunk: Buffer) => {
        const passed = chunk.subarray(0, Math.max(0, left));
        left -= passed.length;
        count(passed.length);
        to.write(passed, () => {
          if (left > 0) return;
          socket.destroy();
          inner.destroy();
        });
      });
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    };
    pass(socket, inner, (bytes) => {
      up += bytes;
    });
    pass(inner, socket, (bytes) => {
      down += bytes;
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    address: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    up: () => up,
    down: () => down,
    reset(): void {
      up = 0;
      down = 0;
    },
    close: () => void server.close(),
  };
}

test('the signature is AWS’s own: their published example of a GET with a range', () => {
  // Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header", example GET Object.
  const authorization = signRequest(
    {
      region: 'us-east-1',
      accessKey: 'AKIAIOSFODNN7EXAMPLE',
      secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    },
    {
      method: 'GET',
      path: '/test.txt',
      query: {},
      headers: {
        host: 'examplebucket.s3.amazonaws.com',
        range: 'bytes=0-9',
        'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        'x-amz-date': '20130524T000000Z',
      },
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      at: '20130524T000000Z',
    },
  );
  expect(authorization).toContain('Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41');
});
