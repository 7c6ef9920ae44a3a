/** The hub as a process, on its own file and on real PostgreSQL: the same tests on both. */
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { pino } from 'pino';
import { readConfig } from '#hub/config.ts';
import { createHub, type Hub } from '#hub/hub.ts';
import { createSeal } from '#core/sync/hub-crypto.ts';
import { strongRandom } from '#hub/hub-crypto.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import type { Role } from '#shared/access/roles.ts';
import { formatInvitation, makeInvitation } from '#shared/sync/invitation.ts';
import { segmentPorts } from '#core/store/segment-ports.ts';
import { logKey, protocolVersion } from '#shared/sync/messages.ts';
import { readSegmentHeader } from '#shared/sync/segment.ts';
import { bothDatabases, startHub, startPostgres, type TestHub, type TestPostgres } from '#tests/lib/hub.ts';
import { badSegments } from '#tests/lib/bad-input.ts';
import {
  enrol,
  type Laptop,
  newLaptop,
  sampleOps,
  samplePartition,
  seal,
  turn,
  waitForNews,
} from '#tests/lib/hub-laptop.ts';
import { hubHeaders } from '#shared/sync/hub-http.ts';

const postgres: TestPostgres | null = startPostgres();
afterAll(() => postgres?.close());

const kinds = bothDatabases(postgres, 'hub');

for (const kind of kinds) {
  describe.skipIf(kind.skip)(`on ${kind.name}`, () => {
    let hub: TestHub;
    /** A second opening of the same database in this process, as the operator's commands do: invitations without a wait. */
    let office: Hub;
    beforeAll(async () => {
      hub = await startHub({ ...(await kind.place()), env: { KOMISSIYA_HUB_ENROLMENTS_PER_MINUTE: '100000' } });
      office = await openOffice(hub);
    });
    afterAll(async () => {
      await office.close();
      await hub.close();
    });

    async function enrolled(
      partition = samplePartition,
      roles: Role[] = ['chair', 'secretary'],
    ): Promise<{ laptop: Laptop; hubKey: string; address: string }> {
      const laptop = newLaptop();
      const code = await office.credentials.invite({
        partitions: [partition],
        roles,
        laptop: 'SAMPLE-02',
        commission: null,
        days: 1,
        validDays: 400,
      });
      const answer = await enrol(laptop, hub.address, code, partition);
      if (!answer.ok) throw new Error(JSON.stringify(answer.error));
      return { laptop, hubKey: answer.value.hubKey, address: hub.address };
    }
    test('an invitation makes one credential, and the same again when the answer was lost', async () => {
      const code = await hub.invite({ laptop: 'SAMPLE-07' });
      const laptop = newLaptop();
      const first = await enrol(laptop, hub.address, code);
      expect(first).toMatchObject({
        ok: true,
        value: {
          hubName: 'Hub, sample',
          credential: { laptop: 'SAMPLE-07', roles: ['chair', 'secretary'], partitions: [samplePartition] },
        },
      });
      expect(await enrol(laptop, hub.address, code)).toEqual(first);
      expect(await enrol(newLaptop(), hub.address, code)).toEqual({ ok: false, error: { code: 'sync/code-used' } });
    });

    test('a code for another commission, of another hub, never issued or out of date is refused', async () => {
      const elsewhere = await hub.invite({ partition: 'kz/kz-11/kz-11-tec_oblast' });
      expect(await enrol(newLaptop(), hub.address, elsewhere)).toEqual({
        ok: false,
        error: { code: 'sync/wrong-partition', invited: ['kz/kz-11/kz-11-tec_oblast'] },
      });
      const { hubKey } = await enrolled();
      const random = { bytes: (length: number) => new Uint8Array(length).fill(7) };
      const invented = formatInvitation(makeInvitation(hubKey, random, segmentPorts.hash));
      expect(await enrol(newLaptop(), hub.address, invented)).toEqual({ ok: false, error: { code: 'sync/bad-code' } });
      const foreign = formatInvitation(makeInvitation('22'.repeat(32), random, segmentPorts.hash));
      expect(await enrol(newLaptop(), hub.address, foreign)).toEqual({
        ok: false,
        error: { code: 'sync/wrong-hub-key' },
      });
      const order = { partitions: [samplePartition], roles: ['chair' as const], laptop: 'SAMPLE', commission: null };
      const old = await office.credentials.invite({ ...order, days: 0, validDays: 1 });
      expect(await enrol(newLaptop(), hub.address, old)).toEqual({ ok: false, error: { code: 'sync/code-expired' } });
    });

    test('a laptop whose permission has run out is refused', async () => {
      const order = { partitions: [samplePartition], roles: ['chair' as const], laptop: 'SAMPLE', commission: null };
      const laptop = newLaptop();
      const code = await office.credentials.invite({ ...order, days: 1, validDays: 0 });
      // Valid from now until now: the app itself sees that such a credential is none.
      expect(await enrol(laptop, hub.address, code)).toEqual({ ok: false, error: { code: 'sync/wrong-hub-key' } });
      const hubKey = office.identity.publicKey;
      expect(await turn(laptop, { address: hub.address, hubKey })).toEqual({
        ok: false,
        error: { code: 'sync/hub-refused', reason: 'expired' },
      });
      expect(await turn(newLaptop(), { address: hub.address, hubKey })).toEqual({
        ok: false,
        error: { code: 'sync/hub-refused', reason: 'unknown-laptop' },
      });
    });

    test('what one laptop sends, the other gets, byte for byte, and only of its partitions', async () => {
      const a = await enrolled();
      const b = await enrolled();
      const stranger = await enrolled('kz/kz-11');
      const ops = sampleOps(1, 5);
      const segment = seal(a.laptop, ops);
      const log = logKey(a.laptop.replica, samplePartition);
      const sent = await turn(a.laptop, a, [segment], { summary: { [log]: 5 } });
      expect(sent.ok && sent.value.header.summary[log]).toBe(5);
      expect(sent.ok && sent.value.segments.length, 'its own log does not come back').toBe(0);

      const got = await turn(b.laptop, b);
      if (!got.ok) throw new Error(JSON.stringify(got.error));
      expect(got.value.segments.map((bytes) => Buffer.from(bytes).toString('hex'))).toContain(
        Buffer.from(segment).toString('hex'),
      );
      expect(got.value.header.credentials.map((credential) => credential.replica)).toContain(a.laptop.replica);
      const idle = await turn(b.laptop, b, [], { summary: got.value.header.summary });
      expect(idle.ok && idle.value.segments.length).toBe(0);

      const foreign = await turn(stranger.laptop, stranger, [], { partitions: ['kz', samplePartition] });
      expect(foreign.ok && Object.keys(foreign.value.header.summary)).toEqual([]);
      expect(foreign.ok && foreign.value.header.laptops.map((each) => each.replica)).toEqual([stranger.laptop.replica]);
    });

    test('a repeated, overlapping or reordered upload changes nothing; a gap says where to go on', async () => {
      const a = await enrolled();
      const ops = sampleOps(1, 9);
      const log = logKey(a.laptop.replica, samplePartition);
      const head = async (...segments: Uint8Array[]): Promise<[number | undefined, string[]] | null> => {
        const answer = await turn(a.laptop, a, segments);
        return answer.ok
          ? [answer.value.header.summary[log], answer.value.header.refusals.map((each) => each.reason)]
          : null;
      };
      const first = seal(a.laptop, ops.slice(0, 3));
      const second = seal(a.laptop, ops.slice(3, 6), ops.slice(0, 3));
      const third = seal(a.laptop, ops.slice(6, 9), ops.slice(0, 6));
      expect(await head(third)).toEqual([undefined, ['gap']]);
      expect(await head(second, first)).toEqual([6, []]);
      expect(await head(first, second)).toEqual([6, []]);
      // Cut otherwise than before, because an answer was lost: the same chain, so no fork.
      expect(await head(seal(a.laptop, ops.slice(1, 5), ops.slice(0, 1)))).toEqual([6, []]);
      // One that begins where a held one does and reaches further takes its place, as a stick brings it.
      expect(await head(seal(a.laptop, ops.slice(0, 8)))).toEqual([8, []]);
      // One that begins within a held one waits until it is cut where the answer's summary says.
      expect(await head(third)).toEqual([8, []]);
      expect(await head(seal(a.laptop, ops.slice(8, 9), ops.slice(0, 8)))).toEqual([9, []]);
    });

    test('a log that goes on otherwise than it began is refused as forked', async () => {
      const a = await enrolled();
      const ops = sampleOps(1, 6);
      await turn(a.laptop, a, [seal(a.laptop, ops.slice(0, 4))]);
      const other = sampleOps(1, 6, 'another past');
      for (const fork of [
        seal(a.laptop, other.slice(0, 4)),
        seal(a.laptop, other.slice(0, 6)),
        seal(a.laptop, other.slice(4, 6), other.slice(0, 4)),
        seal(a.laptop, other.slice(1, 2), other.slice(0, 1)),
      ]) {
        const answer = await turn(a.laptop, a, [fork]);
        expect(answer.ok && answer.value.header.refusals[0]?.reason).toBe('forked');
        expect(answer.ok && answer.value.header.summary[logKey(a.laptop.replica, samplePartition)]).toBe(4);
      }
    });

    test('of a message with bad segments the good ones are taken; the operator’s figures and the log tell of the others', async () => {
      const a = await enrolled();
      const known = { own: a.laptop, member: (await enrolled(samplePartition, ['member'])).laptop };
      const good = seal(a.laptop, sampleOps(1, 2));
      const bad = badSegments(known).filter(([, , reason]) => !['gap', 'forked'].includes(reason));
      const [first, ...others] = bad.map(([, segment]) => segment());
      if (first === undefined) throw new Error('there is nothing bad');
      const mixed = await turn(a.laptop, a, [first, good, ...others]);
      expect(mixed.ok && mixed.value.header.summary[logKey(a.laptop.replica, samplePartition)]).toBe(2);
      expect(mixed.ok && mixed.value.header.refusals.map((each) => each.reason).sort()).toEqual(
        bad.map(([, , reason]) => reason).sort(),
      );

      const stats = JSON.parse(await hub.command('stats')) as { refusals: Record<string, number> };
      expect(stats.refusals).toMatchObject({ 'wrong-role': 1, 'wrong-partition': 1, 'bad-signature': 1 });
      const metrics = await (await fetch(`${hub.page}/metrics`)).text();
      for (const reason of ['garbage', 'altered', 'bad-signature', 'no-credential', 'wrong-partition', 'wrong-role']) {
        expect(metrics, reason).toMatch(new RegExp(`komissiya_hub_refused_total\\{reason="${reason}"\\} [1-9]`));
      }
      expect(hub.log.join('\n'), 'nothing of a record in the log').not.toMatch(/Sample contact|KSEG/);
    });

    test('a kind this hub does not know is kept and handed on', async () => {
      const a = await enrolled();
      const answer = await turn(a.laptop, a, [seal(a.laptop, sampleOps(1, 1, 'x', { kind: 999 }))]);
      expect(answer.ok && answer.value.header.summary[logKey(a.laptop.replica, samplePartition)]).toBe(1);
    });

    test('a revoked laptop is refused from its next contact on', async () => {
      const laptop = newLaptop();
      const answer = await enrol(laptop, hub.address, await hub.invite({ laptop: 'SAMPLE-LOST' }));
      if (!answer.ok) throw new Error(answer.error.code);
      const at = { address: hub.address, hubKey: answer.value.hubKey };
      const segment = seal(laptop, sampleOps(1, 1));
      expect((await turn(laptop, at, [segment])).ok).toBe(true);
      expect(await hub.command('revoke', answer.value.credential.serial)).toContain('SAMPLE-LOST');
      expect(await turn(laptop, at)).toEqual({ ok: false, error: { code: 'sync/revoked' } });
      // Nor may a friend hand on what it writes from now on; what it sent before stays.
      const friend = await enrolled();
      const later = await turn(friend.laptop, friend, [seal(laptop, sampleOps(2, 2), sampleOps(1, 1))]);
      expect(later.ok && later.value.header.refusals[0]?.reason).toBe('revoked');
      expect(later.ok && later.value.header.summary[logKey(laptop.replica, samplePartition)]).toBe(1);
    });

    test('a repeated request changes nothing and its answer opens only for the first sender', async () => {
      const a = await enrolled();
      const listener = await listenIn(hub.page);
      onTestFinished(listener.close);
      await turn(a.laptop, { ...a, address: listener.address }, [seal(a.laptop, sampleOps(1, 3))]);
      const [request] = listener.caught;
      if (request === undefined) throw new Error('nothing was sent');
      const { init } = request;
      const again = await fetch(request.url, init);
      expect(again.status).toBe(200);
      const body = Buffer.from(await again.arrayBuffer());
      expect(body.includes(a.laptop.replica), 'sealed').toBe(false);
      const after = await turn(a.laptop, a);
      expect(after.ok && after.value.header.summary[logKey(a.laptop.replica, samplePartition)]).toBe(3);

      const headers = new Headers(init.headers);
      headers.set(hubHeaders.seal, createSeal().publicKey);
      expect((await fetch(request.url, { ...init, headers })).status, 'another seal breaks the signature').toBe(401);
      expect((await fetch(request.url, { ...init, body: 'x' })).status).toBe(401);
      expect((await fetch(request.url, { method: 'POST', body: 'x' })).status).toBe(400);
    });

    test('another protocol version is refused by name', async () => {
      const a = await enrolled();
      expect(await turn(a.laptop, a, [], { protocol: protocolVersion + 1 })).toEqual({
        ok: false,
        error: { code: 'sync/protocol', hub: protocolVersion, app: protocolVersion },
      });
    });

    test('waiting ends when another laptop has sent something, and says nothing of one’s own', async () => {
      const a = await enrolled();
      const b = await enrolled();
      const start = await turn(b.laptop, b);
      const summary = start.ok ? start.value.header.summary : {};
      const waiting = waitForNews(b.laptop, b, summary);
      await turn(b.laptop, b, [seal(b.laptop, sampleOps(1, 1))]);
      await new Promise((done) => setTimeout(done, 300));
      expect(waiting.hasEnded()).toBe(false);
      await turn(a.laptop, a, [seal(a.laptop, sampleOps(1, 1))]);
      expect(await waiting.answer).toMatchObject({ ok: true, value: { moved: true } });
    });

    test('an idle exchange is one request; its size is known', async () => {
      const a = await enrolled('uz/uz-an/uz-an-dec');
      const partitions = ['uz/uz-an/uz-an-dec'];
      const first = await turn(a.laptop, a, [seal(a.laptop, sampleOps(1, 1), [], 'uz/uz-an/uz-an-dec')], {
        partitions,
      });
      if (!first.ok) throw new Error(first.error.code);
      const before = await metric(hub.page, 'komissiya_hub_bytes_out_total');
      const beforeIn = await metric(hub.page, 'komissiya_hub_bytes_in_total');
      await turn(a.laptop, a, [], { partitions, summary: first.value.header.summary, credentials: null });
      const bytesOut = (await metric(hub.page, 'komissiya_hub_bytes_out_total')) - before;
      const bytesIn = (await metric(hub.page, 'komissiya_hub_bytes_in_total')) - beforeIn;
      console.log(`idle exchange, one laptop known: ${bytesIn} B there, ${bytesOut} B back, headers apart`);
      expect(bytesIn + bytesOut).toBeLessThan(1000);
    });
  });
}

/** Somebody on a line without TLS: hands everything on to the hub and keeps what was asked. */
async function listenIn(page: string) {
  const caught: { url: string; init: RequestInit }[] = [];
  const server = createServer((request, response) => {
    const forward = async (): Promise<void> => {
      const body = new Uint8Array(Buffer.concat(await request.toArray()));
      const headers = { ...request.headers };
      delete headers.connection;
      delete headers['content-length'];
      // Node's headers of one request are single texts here.
      const init: RequestInit = { method: 'POST', body, headers: headers as Record<string, string> };
      caught.push({ url: `${page}${request.url}`, init });
      const answer = await fetch(`${page}${request.url}`, init);
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    };
    void forward();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    caught,
    address: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function openOffice(hub: TestHub): Promise<Hub> {
  return createHub(readConfig(hub.env), {
    time: { now: () => Date.now() },
    random: strongRandom,
    logger: pino({ level: 'silent' }),
    version: '0.0.0',
    kinds: allKinds,
  });
}

async function metric(page: string, name: string): Promise<number> {
  const text = await (await fetch(`${page}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

test.skipIf(postgres === null)(
  'one log handed to two hub processes at once is stored once, without gap or double',
  async () => {
    const place = {
      databaseUrl: (await postgres?.createDatabase('two_processes')) ?? '',
      env: { KOMISSIYA_HUB_ENROLMENTS_PER_MINUTE: '1000' },
    };
    const [one, two] = await Promise.all([startHub(place), startHub(place)]);
    onTestFinished(async () => void (await Promise.all([one.close(), two.close()])));
    const writer = newLaptop();
    const reader = newLaptop();
    const enrolled = await enrol(writer, one.address, await one.invite());
    expect((await enrol(reader, two.address, await one.invite())).ok).toBe(true);
    if (!enrolled.ok) throw new Error(enrolled.error.code);
    const hubKey = enrolled.value.hubKey;
    const log = logKey(writer.replica, samplePartition);
    const ops = sampleOps(1, 60);
    for (let from = 0; from < 60; from += 6) {
      // Cut differently for each, as after a lost answer.
      const [left, right] = [
        [3, 6],
        [2, 4, 6],
      ].map((cuts) => {
        let last = 0;
        return cuts.map((cut) => {
          const piece = seal(writer, ops.slice(from + last, from + cut), ops.slice(0, from + last));
          last = cut;
          return piece;
        });
      });
      await Promise.all([
        turn(writer, { address: one.address, hubKey }, left),
        turn(writer, { address: two.address, hubKey }, right),
      ]);
      // What a skipped piece held beyond is offered again from where the answer says, as the exchange does.
      for (;;) {
        const held = await turn(writer, { address: one.address, hubKey });
        const seq = held.ok ? (held.value.header.summary[log] ?? 0) : 0;
        if (seq >= from + 6) break;
        await turn(writer, { address: two.address, hubKey }, [
          seal(writer, ops.slice(seq, from + 6), ops.slice(0, seq)),
        ]);
      }
    }
    const got = await turn(reader, { address: two.address, hubKey });
    if (!got.ok) throw new Error(got.error.code);
    expect(got.value.header.summary[log]).toBe(60);
    let next = 1;
    for (const bytes of got.value.segments) {
      const read = readSegmentHeader(bytes);
      if (!read.ok) throw new Error('unreadable');
      expect(read.value.header.from).toBe(next);
      next = read.value.header.to + 1;
    }
    expect(next).toBe(61);
    const stats = JSON.parse(await one.command('stats')) as { refusals: Record<string, number> };
    expect(Object.keys(stats.refusals).filter((reason) => reason !== 'gap')).toEqual([]);
  },
);
