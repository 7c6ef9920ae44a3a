/** Over a bad line: what goes on from where it stood, at once and with few questions, on both databases. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createHubTransport, type HubTransport } from '#core/sync/hub-transport.ts';
import { type BadLine, type LineQuality, openLine, tieTogether } from '#tests/lib/bad-line.ts';
import { type TestCore, seededNumbers, seededRandom, startSignedIn, temporaryFolder } from '#tests/lib/core.ts';
import { attachFile } from '#tests/lib/files.ts';
import { bothDatabases, startHub, startPostgres, type TestHub, type TestPostgres } from '#tests/lib/hub.ts';
import { enrol, newLaptop, samplePartition } from '#tests/lib/hub-laptop.ts';
import { until } from '#tests/lib/until.ts';

/** As the bad line of a village, twenty times faster. */
const bad: LineQuality = { bitsPerSecond: 1_000_000, roundTripMs: 40, loss: 0.05, cutEveryMs: 2000 };
const good: LineQuality = { bitsPerSecond: 100_000_000, roundTripMs: 1, loss: 0, cutEveryMs: null };

const everybody = { group: 'all', search: '', country: null, locale: 'ru', offset: 0, limit: 1 } as const;

const postgres: TestPostgres | null = startPostgres();
afterAll(() => postgres?.close());

for (const { name, skip, place } of bothDatabases(postgres, 'badline')) {
  describe.skipIf(skip)(`over a bad line, on ${name}`, () => {
    let hub: TestHub;
    const cores: TestCore[] = [];
    const lines: BadLine[] = [];
    beforeAll(async () => {
      hub = await startHub(await place());
    });
    afterEach(async () => {
      for (const core of cores.splice(0)) await core.close();
      for (const line of lines.splice(0)) await line.close();
    });
    afterAll(async () => {
      await hub.close();
    });

    async function open(quality: LineQuality, port = 0): Promise<BadLine> {
      const line = await openLine(Number(new URL(hub.address).port), quality, seededNumbers('line'), port);
      lines.push(line);
      return line;
    }

    /** A laptop that has met the hub, and the port it knows it at. */
    async function laptop(): Promise<{ core: TestCore; port: number }> {
      const core = await startSignedIn();
      cores.push(core);
      const line = await open(good);
      await core.value('sync.enrol', { address: `https://127.0.0.1:${line.port}`, code: await hub.invite() });
      await core.value('sync.now', {});
      await line.close();
      return { core, port: line.port };
    }

    async function transport(address = hub.address): Promise<HubTransport> {
      const sample = newLaptop();
      const enrolled = await enrol(sample, hub.address, await hub.invite());
      if (!enrolled.ok) throw new Error(enrolled.error.code);
      const { hubKey, tlsKey } = enrolled.value;
      return createHubTransport({ ...sample.transportDeps(address), hubKey, tlsKey });
    }

    test('a scan goes on at once after each cut, and hardly a byte goes twice', async () => {
      const { core, port } = await laptop();
      const { id } = await core.value('records.save', { kind: 'decision', values: { number: '1/1' } });
      const content = randomBytes(600_000);
      const sha256 = await attachFile(core, id, 'scan.pdf', content);
      const line = await open(bad, port);
      await core.value('sync.now', {}).catch(() => undefined);
      await until(async () => (await core.value('files.traffic', {})).toSend.files === 0);
      expect(line.cuts()).toBeGreaterThan(1);
      // The record, a head and half a record of TLS for each cut, and the frames of those that arrived.
      const more = line.bytes.up - line.of.handShakes - line.of.lost - content.length;
      expect(more).toBeLessThan(0.03 * content.length + 5000 + 3500 * line.cuts());
      const other = await laptop();
      await open(good, other.port);
      await other.core.value('sync.now', {});
      await until(async () => (await other.core.value('files.traffic', {})).toFetch.files === 0);
      const path = join(temporaryFolder(), 'out.pdf');
      await other.core.value('files.copyOut', { kind: 'decision', id, sha256, path });
      expect(readFileSync(path).equals(content)).toBe(true);
    });

    test('a fetch goes on at once after each cut', async () => {
      const from = await laptop();
      await open(good, from.port);
      const { id } = await from.core.value('records.save', { kind: 'decision', values: { number: '1/2' } });
      const content = randomBytes(600_000);
      const sha256 = await attachFile(from.core, id, 'scan.pdf', content);
      await from.core.value('sync.now', {});
      await until(async () => (await from.core.value('files.traffic', {})).toSend.files === 0);
      const { core, port } = await laptop();
      const line = await open(bad, port);
      await until(async () => (await core.call('sync.now', {})).ok);
      await until(async () => (await core.value('files.list', { kind: 'decision', id })).items[0]?.here === true);
      expect(line.cuts()).toBeGreaterThan(1);
      const path = join(temporaryFolder(), 'out.pdf');
      await core.value('files.copyOut', { kind: 'decision', id, sha256, path });
      expect(readFileSync(path).equals(content)).toBe(true);
    });

    async function write(core: TestCore, many = 400): Promise<void> {
      const random = seededRandom('words');
      for (let index = 0; index < many; index += 1) {
        const note = Buffer.from(random.bytes(225)).toString('base64');
        await core.value('records.save', { kind: 'contact', values: { name: `Контакт, пример ${index}`, note } });
      }
    }
    const isHandedOver = async (core: TestCore): Promise<boolean> => {
      const { saved, sent } = await core.value('sync.status', {});
      return saved + sent === 0;
    };

    test('records whose line breaks under them go on from where they stood', async () => {
      const whole = await laptop();
      const sure = await open(good, whole.port);
      await write(whole.core);
      await whole.core.value('sync.now', {});
      const { core, port } = await laptop();
      await write(core);
      // The hub hears nothing of a cut there: what is still to come over the old line comes beside the new one.
      const line = await open({ ...bad, bitsPerSecond: 240_000, cutEveryMs: 1500, cutAt: 'laptop' }, port);
      void core.call('sync.now', {});
      await until(() => isHandedOver(core));
      expect(line.cuts()).toBeGreaterThan(1);
      const more = line.bytes.up - line.of.handShakes - line.of.lost - (sure.bytes.up - sure.of.handShakes);
      // A question, a head and half a record of TLS for each cut.
      expect(more).toBeLessThan(4000 * line.cuts());
      await until(async () => {
        await whole.core.call('sync.now', {});
        return (await whole.core.value('contacts.list', everybody)).total === 800;
      });
    });

    test('records whose answer was lost are asked after, not sent again', async () => {
      const { core, port } = await laptop();
      await write(core);
      const line = await deafLine(Number(new URL(hub.address).port), port, 60_000);
      await core.call('sync.now', {});
      await until(() => isHandedOver(core));
      expect(line.lostAnswers()).toBe(1);
      // A question, and its hand-shake.
      expect(line.up() - line.upWhenLost()).toBeLessThan(10_000);
      await line.close();
    });

    test('news that are too much for the line’s life come in smaller answers', async () => {
      const reader = await laptop();
      const writer = await laptop();
      const sure = await open(good, writer.port);
      for (let batch = 0; batch < 6; batch += 1) {
        await write(writer.core, 70);
        await writer.core.value('sync.now', {});
      }
      await sure.close();
      const held = (await writer.core.value('contacts.list', everybody)).total;
      // Some 110 kB wait, and 60 kB pass before the line breaks.
      const line = await open({ ...bad, bitsPerSecond: 320_000, cutEveryMs: 1500 }, reader.port);
      await until(async () => {
        await reader.core.call('sync.now', {});
        return (await reader.core.value('contacts.list', everybody)).total >= held;
      });
      expect(line.cuts()).toBeGreaterThan(0);
    });

    test('a segment too large for the line’s life comes down within one exchange, hardly a byte twice', async () => {
      const reader = await laptop();
      const before = (await reader.core.value('contacts.list', everybody)).total;
      const writer = await laptop();
      const sure = await open(good, writer.port);
      const random = seededRandom('large');
      const items = Array.from({ length: 480 }, (_, index) => ({
        kind: 'contact' as const,
        values: { name: `Контакт, пример ${index}`, note: Buffer.from(random.bytes(600)).toString('base64') },
      }));
      // Written away from the hub it is one segment, which none but its writer could cut.
      await writer.core.value('records.saveTogether', { items });
      await writer.core.value('sync.now', {});
      const bytes = sure.bytes.up;
      expect(bytes).toBeGreaterThan(280_000);
      // Some 30 kB pass before the line breaks, hand-shake and all.
      const line = await open({ ...bad, bitsPerSecond: 320_000, cutEveryMs: 1000 }, reader.port);
      await reader.core.value('sync.now', {});
      expect((await reader.core.value('contacts.list', everybody)).total).toBe(before + items.length);
      expect(line.cuts()).toBeGreaterThan(5);
      // Of each life what was under way, its hand-shake and its heads.
      expect(line.bytes.down).toBeLessThan(1.04 * bytes + 9000 * line.cuts());
    });

    test('where a proxy may stand between records are handed over as well', async () => {
      const core = await startSignedIn();
      cores.push(core);
      await write(core);
      await core.value('sync.enrol', { address: hub.page, code: await hub.invite() });
      await until(() => isHandedOver(core));
      expect((await core.value('sync.status', {})).received).toBeGreaterThanOrEqual(400);
    });

    test('a hub of an earlier version gets records as it always did, at once', async () => {
      const earlier = await earlierHub(hub.page);
      const core = await startSignedIn();
      cores.push(core);
      await write(core);
      await core.value('sync.enrol', { address: earlier.address, code: await hub.invite() });
      await until(() => isHandedOver(core));
      expect(earlier.unknown()).toBe(1);
      await core.close();
      await earlier.close();
    });

    test('who asks for an exchange gets what came to the hub before, though one was under way that had asked earlier', async () => {
      const relay = await holdingHub(hub.page);
      const core = await startSignedIn();
      cores.push(core);
      await core.value('sync.enrol', { address: relay.address, code: await hub.invite() });
      await core.value('sync.now', {});
      const near = await laptop();
      await open(good, near.port);
      relay.hold();
      const underWay = core.call('sync.now', {});
      await until(async () => relay.held() > 0);
      const { id } = await near.core.value('records.save', { kind: 'decision', values: { number: '1/3' } });
      await near.core.value('sync.now', {});
      const askedFor = core.value('sync.now', {});
      relay.letThrough();
      await askedFor;
      expect(await core.value('records.get', { kind: 'decision', id })).toMatchObject({ values: { number: '1/3' } });
      await underWay;
      await core.close();
      await relay.close();
    });

    test('the hub says on the way from where it wants a blob, and that it wants nothing', async () => {
      const content = randomBytes(50_000);
      const offer = {
        sha256: createHash('sha256').update(content).digest('hex'),
        bytes: content.length,
        partition: samplePartition,
      };
      const desk = await transport();
      const asked: number[] = [];
      const send = (to: number) =>
        desk.blobs.send(offer, (offset) => {
          asked.push(offset);
          return Readable.from([content.subarray(offset, to)]);
        });
      expect(await send(20_000)).toEqual({
        ok: true,
        value: { sha256: offer.sha256, state: 'wanted', offset: 20_000 },
      });
      expect(await send(50_000)).toEqual({ ok: true, value: { sha256: offer.sha256, state: 'held', offset: 50_000 } });
      expect(await send(50_000)).toEqual({ ok: true, value: { sha256: offer.sha256, state: 'held', offset: 50_000 } });
      expect(asked).toEqual([0, 20_000]);
      const elsewhere = { ...offer, partition: 'kz/kz-11/kz-11-tec_oblast' };
      const refused = await desk.blobs.send(elsewhere, () => {
        throw new Error('nothing of it is wanted');
      });
      expect(refused).toEqual({ ok: false, error: { code: 'sync/hub-refused', reason: 'wrong-partition' } });
      desk.close();
    });

    test('where a proxy may stand between it is asked in two steps', async () => {
      const content = randomBytes(50_000);
      const sha256 = createHash('sha256').update(content).digest('hex');
      const desk = await transport(hub.page);
      const asked: number[] = [];
      const sent = await desk.blobs.send({ sha256, bytes: content.length, partition: samplePartition }, (offset) => {
        asked.push(offset);
        return Readable.from([content.subarray(offset)]);
      });
      expect(sent).toMatchObject({ ok: true, value: { state: 'held' } });
      expect(asked).toEqual([0]);
      desk.close();
    });
  });
}

/** A line that takes so many bytes up on one connection and breaks with the next answer; once, then it is a good one. */
async function deafLine(toPort: number, port: number, after: number) {
  let [all, lost, upWhenLost] = [0, 0, 0];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(toPort, '127.0.0.1');
    let up = 0;
    let isDeaf = false;
    tieTogether(near, far, sockets);
    near.on('data', (chunk: Buffer) => {
      up += chunk.length;
      all += chunk.length;
      far.write(chunk);
      if (lost > 0 || up < after) return;
      isDeaf = true;
      lost += 1;
    });
    far.on('data', (chunk: Buffer) => {
      if (!isDeaf) near.write(chunk);
      else if (!near.destroyed) {
        upWhenLost = all;
        near.destroy();
      }
    });
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return {
    up: () => all,
    upWhenLost: () => upWhenLost,
    lostAnswers: () => lost,
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

/** The hub with its door for messages that go on walled up: as before it had one, it hears a body out and says, unsigned, that nothing is there. */
async function earlierHub(page: string) {
  let unknown = 0;
  const relay = await relayTo(page, (asked, answer, pass) => {
    if (asked.method !== 'PUT' || asked.url?.startsWith('/v1/sync/') !== true) return pass();
    asked.resume().once('end', () => {
      unknown += 1;
      answer.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.\n');
    });
  });
  return { ...relay, unknown: () => unknown };
}

/** The hub, the answers of whose exchanges wait to be let through from the moment `hold` is called. */
async function holdingHub(page: string) {
  let waiting: (() => void)[] | null = null;
  const relay = await relayTo(page, (asked, _answer, pass) => {
    pass((letThrough) => {
      if (waiting === null || asked.url !== '/v1/sync') letThrough();
      else waiting.push(letThrough);
    });
  });
  return {
    ...relay,
    hold(): void {
      waiting = [];
    },
    held: () => waiting?.length ?? 0,
    letThrough(): void {
      const held = waiting ?? [];
      waiting = null;
      for (const each of held) each();
    },
  };
}

/** What a relay does with a request: answers it itself, or passes it on and tells when the answer may go back, at once unless said. */
type Between = (
  asked: IncomingMessage,
  answer: ServerResponse,
  pass: (answered?: (letThrough: () => void) => void) => void,
) => void;

async function relayTo(page: string, between: Between) {
  const server = createHttpServer((asked, answer) => {
    between(asked, answer, (answered = (letThrough) => letThrough()) => {
      const { method, headers } = asked;
      const passed = httpRequest(`${page}${asked.url}`, { method, headers, agent: false }, (said) => {
        answered(() => {
          answer.writeHead(said.statusCode ?? 500, said.headers);
          said.pipe(answer);
        });
      });
      passed.once('error', () => answer.destroy());
      answer.once('close', () => passed.destroy());
      asked.pipe(passed);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    address: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
