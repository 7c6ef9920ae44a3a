/** Attachments between real cores over a real hub: behind the records, on demand, at a rate, resumed, and with what goes wrong. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { tieTogether } from '#tests/lib/bad-line.ts';
import { type TestCore, startSignedIn, temporaryFolder } from '#tests/lib/core.ts';
import { attachFile, signedDraft } from '#tests/lib/files.ts';
import { startHub, type TestHub } from '#tests/lib/hub.ts';
import { until as untilHere } from '#tests/lib/until.ts';

const quota = { KOMISSIYA_HUB_BLOB_QUOTA_BYTES: '3000000' };
let hub: TestHub;
let first: TestCore;
let second: TestCore;
const cores: TestCore[] = [];
beforeAll(async () => {
  hub = await startHub({ env: quota });
  first = await laptop('SAMPLE-01');
  second = await laptop('SAMPLE-02');
});
afterAll(async () => {
  for (const core of cores) await core.close();
  await hub.close();
});
beforeEach(async () => {
  for (const core of [first, second]) await core.value('files.setLine', { metered: false, limit: null });
});

async function laptop(name: string, address = hub.address): Promise<TestCore> {
  const core = await startSignedIn();
  cores.push(core);
  await core.value('sync.enrol', { address, code: await hub.invite({ laptop: name }) });
  await core.value('sync.now', {});
  return core;
}

async function draft(core: TestCore, number: string): Promise<string> {
  return (await core.value('records.save', { kind: 'decision', values: { number } })).id;
}

type Item = { sha256: string; here: boolean; atHub: boolean; problem: { code: string } | null; late: boolean };
async function files(core: TestCore, id: string): Promise<Item[]> {
  const listed = await core.call('files.list', { kind: 'decision', id });
  return listed.ok ? listed.value.items : [];
}

/** The laptops' own clocks go on meanwhile, faster than the wall's. */
function until(check: () => Promise<boolean>): Promise<void> {
  return untilHere(check, (turn) => {
    for (const core of cores) {
      core.clock.now += 500;
      if (turn % 10 === 0) void core.call('sync.now', {});
    }
  });
}

test('a scan follows its record to the other laptop by itself, whole', async () => {
  const id = await draft(first, '1/1');
  const content = randomBytes(700_000);
  const sha256 = await attachFile(first, id, 'Скан.pdf', content);
  await until(async () => (await files(first, id))[0]?.atHub === true);
  await until(async () => (await files(second, id))[0]?.here === true);
  const path = join(temporaryFolder(), 'out.pdf');
  await second.value('files.copyOut', { kind: 'decision', id, sha256, path });
  expect(readFileSync(path)).toEqual(content);
  expect(await first.value('files.traffic', {})).toMatchObject({ toSend: { files: 0 }, moving: null, problem: null });
});

test('on a metered line only records move, and a file when somebody asks for it', async () => {
  await first.value('files.setLine', { metered: true, limit: null });
  await second.value('files.setLine', { metered: true, limit: null });
  const id = await draft(first, '2/1');
  const sha256 = await attachFile(first, id, 'scan.pdf', randomBytes(50_000));
  await until(async () => (await files(second, id)).length === 1);
  await first.value('sync.now', {});
  expect((await files(first, id))[0]).toMatchObject({ here: true, atHub: false });
  expect(await first.value('files.traffic', {})).toMatchObject({ toSend: { files: 1, bytes: 50_000 }, moving: null });
  expect(await second.code('files.fetch', { sha256 }), 'not handed over yet').toBe('files/no-blob');
  await first.value('files.moveAll', {});
  await until(async () => (await files(first, id))[0]?.atHub === true);
  await second.value('sync.now', {});
  expect((await files(second, id))[0]?.here).toBe(false);
  await second.value('files.fetch', { sha256 });
  expect((await files(second, id))[0]).toMatchObject({ here: true, atHub: true, problem: null });
});

test('a rate is kept, and records do not wait for a file', async () => {
  const id = await draft(first, '3/1');
  // At first so slowly that the file would be under way for a minute.
  await first.value('files.setLine', { metered: false, limit: 8 });
  const begun = performance.now();
  await attachFile(first, id, 'scan.pdf', randomBytes(400_000));
  await until(async () => (await first.value('files.traffic', {})).moving !== null);
  const contact = await first.value('records.save', { kind: 'contact', values: { name: 'Контакт, пример 1' } });
  await until(async () => (await second.call('records.get', { kind: 'contact', id: contact.id })).ok);
  expect((await files(first, id))[0]?.atHub).toBe(false);
  await first.value('files.setLine', { metered: false, limit: 100 });
  await until(async () => (await files(first, id))[0]?.atHub === true);
  expect(performance.now() - begun).toBeGreaterThan(3500);
});

test('two signatures and a late file: what was signed stands, what came after is set apart', async () => {
  const id = await draft(first, '4/1');
  await attachFile(first, id, 'scan.pdf', randomBytes(1000));
  await until(async () => (await files(second, id))[0]?.here === true);
  await hub.kill();
  await signedDraft(first, id);
  const late = await attachFile(second, id, 'late.pdf', randomBytes(1000));
  hub = await startHub(again());
  for (const core of [first, second, first]) await core.call('sync.now', {});
  for (const core of [first, second]) {
    await until(async () => (await files(core, id)).length === 2);
    const list = await files(core, id);
    expect(list.filter((file) => file.late).map(({ sha256 }) => sha256)).toEqual([late]);
  }
});

/** The same hub on its own port and folder. */
function again(): { directory: string; port: number; env: { [name: string]: string } } {
  return { directory: hub.directory, port: Number(new URL(hub.address).port), env: quota };
}

test('a line that breaks again and again sends little twice', async () => {
  const line = await cuttingLine(Number(new URL(hub.address).port), 150_000);
  try {
    const far = await laptop('SAMPLE-03', line.address);
    const id = await draft(far, '6/1');
    const content = randomBytes(600_000);
    line.cut(true);
    const sha256 = await attachFile(far, id, 'scan.pdf', content);
    await until(async () => (await files(far, id))[0]?.atHub === true);
    expect(line.cuts()).toBeGreaterThan(2);
    await until(async () => (await files(second, id))[0]?.here === true);
    const path = join(temporaryFolder(), 'out.pdf');
    await second.value('files.copyOut', { kind: 'decision', id, sha256, path });
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
  } finally {
    line.close();
  }
});

test('what the hub will not hold is said, and stays here', async () => {
  const id = await draft(first, '5/1');
  await attachFile(first, id, 'large.pdf', randomBytes(3_200_000));
  await until(async () => (await files(first, id))[0]?.problem !== null);
  expect((await files(first, id))[0]).toMatchObject({
    here: true,
    atHub: false,
    problem: { code: 'files/over-quota' },
  });
  expect((await first.value('files.traffic', {})).problem).toMatchObject({ code: 'files/over-quota' });
});

type CuttingLine = { address: string; cut(on: boolean): void; cuts(): number; close(): void };
/** A line to the hub that breaks after so many bytes up. */
async function cuttingLine(port: number, after: number): Promise<CuttingLine> {
  let isCutting = false;
  let cuts = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    let up = 0;
    tieTogether(near, far, sockets);
    near.on('data', (chunk: Buffer) => {
      up += chunk.length;
      if (isCutting && up > after) {
        cuts += 1;
        near.destroy();
        return;
      }
      far.write(chunk);
    });
    far.pipe(near);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    address: `https://127.0.0.1:${own}`,
    cut: (on) => {
      isCutting = on;
    },
    cuts: () => cuts,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
