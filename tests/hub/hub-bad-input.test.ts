/**
 * What a hub may be sent by mistake or malice, one by one, on both databases: each is refused with its reason, the reason is counted,
 * nothing is stored, and a neighbour who waits for news on a line of its own, and one who exchanges, notice nothing.
 */
import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { verifySignature } from '#core/store/identity.ts';
import { segmentPorts } from '#core/store/segment-ports.ts';
import { createHubTransport } from '#core/sync/hub-transport.ts';
import { createSeal } from '#core/sync/hub-crypto.ts';
import { bytesToBase64 } from '#shared/kernel/base64.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import {
  blobPath,
  HubFailure,
  hubHeaders,
  hubPaths,
  readSignature,
  requestBytes,
  responseBytes,
} from '#shared/sync/hub-http.ts';
import { logKey, maxMessageBytes } from '#shared/sync/messages.ts';
import { openHubHere } from '#tests/lib/hub-here.ts';
import { badRequests, type BadRequest, badSegments, json, message, put, putMessage } from '#tests/lib/bad-input.ts';
import { bothDatabases, startPostgres } from '#tests/lib/hub.ts';
import {
  enrol,
  type Laptop,
  newLaptop,
  sampleOps,
  samplePartition,
  seal,
  sealBody,
  turn,
  waitForNews,
} from '#tests/lib/hub-laptop.ts';

const postgres = startPostgres();
afterAll(() => postgres?.close());
const dayMs = 86_400_000;
const sha256Hex = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
for (const kind of bothDatabases(postgres, 'bad')) {
  describe.skipIf(kind.skip)(`bad input, on ${kind.name}`, () => {
    let now = Date.now();
    let at: Awaited<ReturnType<typeof openHubHere>>;
    let hubKey = '';
    let page = '';
    let own: Laptop;
    let member: Laptop;
    let neighbour: Laptop;
    const here = () => ({ address: at.address, hubKey });

    async function admitted(roles: readonly ('chair' | 'member')[] = ['chair'], validDays = 400): Promise<Laptop> {
      const laptop = newLaptop();
      const order = { partitions: [samplePartition], roles, laptop: 'SAMPLE', commission: null, days: 1, validDays };
      const enrolled = await enrol(laptop, at.address, await at.hub.credentials.invite(order));
      if (!enrolled.ok) throw new Error(enrolled.error.code);
      return laptop;
    }

    beforeAll(async () => {
      const databaseUrl = await kind.url();
      at = await openHubHere(() => now, {
        KOMISSIYA_HUB_REQUESTS_PER_MINUTE: '100000',
        KOMISSIYA_HUB_ENROLMENTS_PER_MINUTE: '100000',
        KOMISSIYA_HUB_BLOB_QUOTA_BYTES: '1000000',
        ...(databaseUrl === null ? {} : { HUB_DATABASE_URL: databaseUrl }),
      });
      hubKey = at.hub.identity.publicKey;
      page = at.address.replace('https:', 'http:');
      [own, member, neighbour] = [await admitted(), await admitted(['member']), await admitted()];
      // A log that others can be forked from and repeat.
      await turn(own, here(), [seal(own, sampleOps(1, 4))]);
    });
    afterAll(() => at.close());

    async function send(request: BadRequest): Promise<{ status: number; reason: string | null }> {
      const { method = 'POST', path = hubPaths.sync, body = new Uint8Array(0), as = own, signed = {} } = request;
      const nonce = bytesToHex(randomBytes(16));
      const sealKey = createSeal().publicKey;
      const bytes = requestBytes({
        method,
        path: signed.path ?? path,
        hubKey: signed.hubKey ?? hubKey,
        replica: as.replica,
        nonce,
        seal: sealKey,
        bodyHash: method === 'POST' ? sha256Hex(signed.body ?? body) : '',
      });
      const answer = await fetch(`${page}${path}`, {
        method,
        headers: {
          'content-type': 'application/octet-stream',
          [hubHeaders.replica]: as.replica,
          [hubHeaders.nonce]: nonce,
          [hubHeaders.seal]: sealKey,
          [hubHeaders.signature]: bytesToBase64((signed.by ?? as).sign(bytes)),
          ...request.headers,
        },
        ...(method === 'GET' ? {} : { body: Buffer.from(body) }),
      });
      const text = await answer.text();
      const failure = answer.ok ? null : HubFailure.parse(JSON.parse(text));
      // A laptop takes anything else for a stranger's.
      if (failure !== null && !isSigned(answer, text, nonce)) throw new Error(`«${text}» is not signed by the hub`);
      return { status: answer.status, reason: failure?.reason ?? null };
    }

    function isSigned({ status, headers }: Response, text: string, nonce: string): boolean {
      const signature = readSignature(headers.get(hubHeaders.signature) ?? '') ?? new Uint8Array();
      const bodyHash = sha256Hex(Buffer.from(text));
      // Where the request's own headers are not as they should be there is no nonce to answer to.
      return [nonce, ''].some((each) =>
        verifySignature(hubKey, responseBytes({ nonce: each, status, bodyHash }), signature),
      );
    }

    /** Bytes as they are, and what came back before the line was closed. */
    function shout(bytes: string | Uint8Array, cut: boolean): Promise<string> {
      return new Promise((done) => {
        const socket = connect(Number(new URL(at.address).port), '127.0.0.1');
        let said = '';
        socket.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
        socket.once('error', () => undefined);
        socket.once('close', () => done(said));
        socket.write(bytes, () => cut && setTimeout(() => socket.destroy(), 50));
      });
    }

    async function counted(reason: string): Promise<number> {
      const text = await (await fetch(`${page}/metrics`)).text();
      const name =
        reason === 'cut-off' ? 'komissiya_hub_cut_off_total' : `komissiya_hub_refused_total{reason="${reason}"}`;
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length) ?? 0,
      );
    }
    async function stored(): Promise<unknown> {
      const tables = ['segment', 'log', 'replica', 'credential', 'blob', 'blob_ref', 'blob_part'] as const;
      const rows = tables.map((table) =>
        at.hub.db.selectFrom(table).select((row) => row.fn.countAll<number>().as('n')),
      );
      const counts = await Promise.all(rows.map((row) => row.executeTakeFirst()));
      const heads = await at.hub.db
        .selectFrom('log')
        .select(['replica', 'head_seq', 'head'])
        .orderBy('replica')
        .execute();
      return { counts, heads };
    }

    test('each is refused by its reason, counted, and leaves nothing; neighbours notice nothing', async () => {
      const before = await stored();
      const summary = { [logKey(own.replica, samplePartition)]: 4 };
      const waiting = waitForNews(neighbour, here(), summary);
      for (const [what, request, status, reason] of badRequests({ own, member })) {
        const had = await counted(reason);
        expect(await send(request()), what).toEqual({ status, reason });
        expect(await counted(reason), `${what} is counted`).toBe(had + 1);
      }
      for (const [what, segment, reason] of badSegments({ own, member })) {
        const had = await counted(reason);
        const answer = await turn(own, here(), [segment()]);
        expect(answer.ok && answer.value.header.refusals.map((each) => each.reason), what).toEqual([reason]);
        expect(await counted(reason), `${what} is counted`).toBe(had + 1);
      }
      // Lines that carry no request, and one that breaks in the middle of one.
      await shout(Buffer.from('16030100ff0000', 'hex'), true);
      const post =
        'POST /v1/sync HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: 5000\r\n\r\nabc';
      for (const [what, bytes, isCut, reason] of [
        ['not HTTP', 'what is this\r\n\r\n', false, 'garbage'],
        ['a request cut short', post, true, 'cut-off'],
      ] as const) {
        const had = await counted(reason);
        await shout(bytes, isCut);
        await expect.poll(() => counted(reason), { message: `${what} is counted` }).toBe(had + 1);
      }
      const had = await counted('garbage');
      expect((await fetch(`${page}/v1/nothing-here`, { method: 'POST' })).status).toBe(404);
      expect(await counted('garbage')).toBe(had + 1);

      expect(await stored()).toEqual(before);
      expect(waiting.hasEnded(), 'the neighbour still waits').toBe(false);
      expect((await turn(neighbour, here(), [seal(neighbour, sampleOps(1, 2))])).ok).toBe(true);
      // Repeated and reordered: taken once, refused never.
      const [first, second] = [
        seal(own, sampleOps(5, 6), sampleOps(1, 4)),
        seal(own, sampleOps(7, 8), sampleOps(1, 6)),
      ];
      for (const order of [
        [second, first],
        [first, second],
        [first, first],
      ]) {
        const answer = await turn(own, here(), order);
        expect(answer.ok && answer.value.header).toMatchObject({
          refusals: [],
          summary: { [logKey(own.replica, samplePartition)]: 8 },
        });
      }
      expect(await waiting.answer).toMatchObject({ ok: true, value: { moved: true } });
    });

    test('of many small bombs in one message only the first are unpacked', async () => {
      const laptop = await admitted();
      const bomb = sealBody(laptop, segmentPorts.pack(Buffer.alloc(31 * 1024 * 1024)));
      const honest = seal(laptop, sampleOps(1, 2));
      const answer = await turn(laptop, here(), [...Array<Uint8Array>(9).fill(bomb), honest]);
      expect(answer.ok && answer.value.header.refusals.map(({ reason }) => reason)).toEqual(Array(10).fill('garbage'));
      // It was what it came with.
      expect(await turn(laptop, here(), [honest])).toMatchObject({ ok: true, value: { header: { refusals: [] } } });
    });

    test('nobody unknown has much collected, and those known not more than there is room for', async () => {
      const head = (laptop: Laptop): string =>
        [
          `POST ${hubPaths.sync} HTTP/1.1`,
          'host: 127.0.0.1',
          'content-type: application/octet-stream',
          `content-length: ${maxMessageBytes}`,
          `${hubHeaders.replica}: ${laptop.replica}`,
          `${hubHeaders.nonce}: ${'0'.repeat(32)}`,
          `${hubHeaders.seal}: ${bytesToBase64(new Uint8Array(32))}`,
          `${hubHeaders.signature}: ${bytesToBase64(new Uint8Array(64))}`,
          '\r\n',
        ].join('\r\n');
      /** Says that much will come, and sends none of it; what is answered, or null for as long as nothing is. */
      function begin(laptop: Laptop): { answer: () => string | null; leave: () => void } {
        const socket = connect(Number(new URL(at.address).port), '127.0.0.1');
        let said: string | null = null;
        socket.on('data', (chunk: Buffer) => (said = (said ?? '') + chunk.toString('latin1')));
        socket.on('error', () => undefined);
        socket.write(head(laptop));
        onTestFinished(() => void socket.destroy());
        return { answer: () => said, leave: () => void socket.destroy() };
      }
      const stranger = begin(newLaptop());
      await expect.poll(stranger.answer, { timeout: 20_000 }).toContain('unknown-laptop');

      const begun = Array.from({ length: 5 }, () => begin(own));
      const answered = (): number =>
        begun.filter(({ answer }) => answer()?.includes('too-many-requests') === true).length;
      await expect.poll(answered, { timeout: 20_000 }).toBe(1);
      expect((await turn(neighbour, here(), [])).ok).toBe(true);
      for (const each of begun) each.leave();
      // The room is there again.
      await expect
        .poll(async () => {
          const again = begin(own);
          await new Promise((done) => setTimeout(done, 200));
          again.leave();
          return again.answer();
        })
        .toBeNull();
    });

    test('expired and revoked: refused at every door, and what others bring of them', async () => {
      const [short, gone] = [await admitted(['chair'], 1), await admitted()];
      const before = await stored();
      now += 2 * dayMs;
      const serial = (await at.hub.credentials.list()).find(({ id }) => id === gone.replica)?.serial ?? '';
      await at.hub.credentials.revoke(serial);
      for (const [laptop, reason] of [
        [short, 'expired'],
        [gone, 'revoked'],
      ] as const) {
        for (const request of [
          { body: message(laptop, [seal(laptop, sampleOps(1, 1))]) },
          { path: hubPaths.wait, body: json({}) },
          { path: hubPaths.blobs, body: json({}) },
          { path: hubPaths.shelf, body: json({}) },
          { path: hubPaths.snapshots, body: json({}) },
          { method: 'GET' as const, path: blobPath('ab'.repeat(32)) },
          put({}),
          putMessage(laptop, {}),
        ]) {
          const had = await counted(reason);
          expect(await send({ ...request, as: laptop }), `${reason} at ${request.path ?? hubPaths.sync}`).toEqual({
            status: 403,
            reason,
          });
          expect(await counted(reason)).toBe(had + 1);
        }
        const had = await counted(reason);
        const answer = await turn(neighbour, here(), [seal(laptop, sampleOps(1, 1))]);
        expect(answer.ok && answer.value.header.refusals.map((each) => each.reason)).toEqual([reason]);
        expect(await counted(reason)).toBe(had + 1);
      }
      expect(await stored()).toEqual(before);
    });

    test.each([
      ['1980', Date.UTC(1980, 0, 1)],
      ['2099', Date.UTC(2099, 0, 1)],
    ])(
      'the hub’s clock stands in %s: nothing is lost or doubled, and with the clock right again all goes on',
      async (_year, wrong) => {
        const right = now;
        const before = await stored();
        now = wrong;
        // A credential that is not valid yet, or not any more, by that clock: refused, told, and nothing changed.
        const answer = await turn(own, here(), [seal(own, sampleOps(9, 9), sampleOps(1, 8))]);
        const said = answer.ok ? answer.value.header.refusals[0]?.reason : answer.error['reason'];
        expect(said).toBe('expired');
        expect(await stored()).toEqual(before);
        now = right;
        expect((await turn(own, here(), [])).ok).toBe(true);
      },
    );
  });
}

test('one laptop’s requests are limited together, whatever they ask for, and others’ are not', async () => {
  const at = await openHubHere(() => 1_790_000_000_000, { KOMISSIYA_HUB_REQUESTS_PER_MINUTE: '6' });
  onTestFinished(at.close);
  const laptops = [newLaptop(), newLaptop()];
  const order = {
    partitions: [samplePartition],
    roles: ['chair' as const],
    laptop: 'X',
    commission: null,
    days: 1,
    validDays: 9,
  };
  for (const each of laptops)
    expect((await enrol(each, at.address, await at.hub.credentials.invite(order))).ok).toBe(true);
  const [busy, other] = laptops.map((each) =>
    createHubTransport({ ...each.transportDeps(at.address), hubKey: at.hub.identity.publicKey }),
  );
  const offer = { sha256: 'ab'.repeat(32), bytes: 3, partition: samplePartition };
  const outcomes: unknown[] = [];
  // Attachments and courses come through the same doors as blobs, beside lists and exchanges.
  for (let round = 0; round < 3; round += 1) {
    const asked = [
      await busy?.blobs.get(offer.sha256, 0, null),
      await busy?.blobs.states([offer]),
      await busy?.blobs.shelf(),
    ];
    outcomes.push(...asked.map((each) => (each?.ok === false ? each.error['reason'] : 'ok')));
  }
  expect(outcomes).toEqual(['no-blob', 'ok', 'ok', 'no-blob', 'ok', 'ok', ...Array(3).fill('too-many-requests')]);
  expect((await other?.blobs.shelf())?.ok).toBe(true);
  busy?.close();
  other?.close();
});
