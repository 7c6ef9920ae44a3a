/** The operator's commands against a hub that runs: invitations in every form, the shelf, backup, restore, verify. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { createHash } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { buildCoursePack } from '#core/packs/build-pack.ts';
import { parsePublisherKey } from '#core/packs/signature.ts';
import { createHubTransport, type HubTransport } from '#core/sync/hub-transport.ts';
import { parseInvitationFile, parseInvitationLink } from '#shared/sync/invitation-file.ts';
import { logKey } from '#shared/sync/messages.ts';
import { startHub, startPostgres, type TestHub, type TestHubOptions, type TestPostgres } from '#tests/lib/hub.ts';
import { enrol, type Laptop, newLaptop, sampleOps, samplePartition, seal, turn } from '#tests/lib/hub-laptop.ts';
import { type Modules, modulesInPng, modulesInSvg, modulesInText, modulesOf } from '#tests/lib/qr-picture.ts';

const root = resolve(import.meta.dirname, '../..');
const postgres: TestPostgres | null = startPostgres();
afterAll(() => postgres?.close());
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'хаб № '));
  ends.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
async function start(options: TestHubOptions = {}): Promise<TestHub> {
  const hub = await startHub(options);
  ends.push(() => hub.close());
  return hub;
}

type Enrolled = { laptop: Laptop; hubKey: string; address: string; transport: HubTransport };
async function enrolled(hub: TestHub): Promise<Enrolled> {
  const laptop = newLaptop();
  const answer = await enrol(laptop, hub.address, await hub.invite());
  if (!answer.ok) throw new Error(answer.error.code);
  const { hubKey, tlsKey } = answer.value;
  const transport = createHubTransport({ ...laptop.transportDeps(hub.address), hubKey, tlsKey });
  ends.push(() => transport.close());
  return { laptop, hubKey, address: hub.address, transport };
}

test('an invitation as a file for a stick and as a QR code says the same as the code', async () => {
  const hub = await start();
  const stick = temporary();
  const order = ['--partition', samplePartition, '--roles', 'chair', '--laptop', 'SAMPLE-01'];
  const address = 'https://hub.example.org:8470';
  const at = ['--address', `${address}/`];
  const codeIn = (said: string) => /^ +((?:\d{4} ){4}\d{4})$/m.exec(said)?.[1]?.replaceAll(' ', '') ?? 'no code';
  const said = await hub.commandProcess('invite', ...order, ...at, '--file', stick);
  const file = parseInvitationFile(readFileSync(join(stick, 'komissiya-invitation.json'), 'utf8'));
  expect(file).toMatchObject({ code: codeIn(said), address, partitions: [samplePartition] });
  const { hubKey } = file ?? { hubKey: '' };

  const png = join(stick, 'code.png');
  const svg = join(stick, 'code.svg');
  const pictures: [string[], (said: string) => Modules][] = [
    [['--qr', png], () => modulesInPng(readFileSync(png))],
    [['--qr', svg], () => modulesInSvg(readFileSync(svg, 'utf8'))],
    [['--qr', 'text'], modulesInText],
    [['--qr', 'text', ...at], modulesInText],
  ];
  for (const [options, modulesIn] of pictures) {
    const printed = await hub.command('invite', ...order, ...options);
    const where = options.includes('--address') ? `&hub=${encodeURIComponent(address)}` : '';
    const link = `komissiya:invite?code=${codeIn(printed)}&key=${hubKey}${where}`;
    expect(modulesIn(printed), options.join(' ')).toEqual(modulesOf(link));
    // The same to be copied, and as the app reads it.
    expect(printed.split('\n')).toContain(`    ${link}`);
    const read = { code: codeIn(printed), hubKey, address: where === '' ? null : address };
    expect(parseInvitationLink(link)).toEqual(read);
    expect(parseInvitationLink(`${link}"`)).toBeNull();
  }
  const laptop = newLaptop();
  const answer = await enrol(laptop, hub.address, String(file?.code));
  expect(answer.ok && answer.value.hubKey, 'the file names the hub’s whole key').toBe(hubKey);
});

async function samplePack(directory: string): Promise<string> {
  const key = parsePublisherKey(readFileSync(join(root, 'assets/publisher/development.json'), 'utf8'));
  if (!key.ok) throw new Error(key.error.code);
  const path = join(directory, 'course.kpack');
  const course = join(root, 'assets/courses/receiving-complaints');
  const built = await buildCoursePack(course, path, { key: key.value, minimumApp: '0.1.0' });
  if (!built.ok) throw new Error(JSON.stringify(built.error));
  return path;
}

test('a pack is checked, published, listed for laptops and fetched; a bad one is refused with the reason', async () => {
  const hub = await start({ env: { KOMISSIYA_HUB_DEVELOPMENT_PACKS: '1' } });
  const { transport } = await enrolled(hub);
  const directory = temporary();
  const path = await samplePack(directory);
  expect(await transport.blobs.shelf()).toEqual({ ok: true, value: [] });
  expect(await hub.commandProcess('publish', path)).toContain('On the shelf: receiving-complaints');
  const shelf = await transport.blobs.shelf();
  const [pack] = shelf.ok ? shelf.value : [];
  const bytes = readFileSync(path);
  expect(pack).toMatchObject({ id: 'receiving-complaints', kind: 'training', bytes: bytes.length });
  expect(pack?.titles['ru']).toBeTruthy();
  const got = await transport.blobs.get(String(pack?.sha256), 0, null);
  expect(got.ok && (await buffer(got.value.content)).equals(bytes)).toBe(true);
  expect(await hub.commandProcess('publish', path), 'twice is harmless').toContain('On the shelf');
  expect((await hub.commandProcess('shelf')).trim().split('\n')).toHaveLength(1);

  const bad = (change: (copy: Buffer) => Buffer): string => {
    const file = join(directory, 'bad.kpack');
    writeFileSync(file, change(Buffer.from(bytes)));
    return file;
  };
  const flip = (at: number) => (copy: Buffer) => {
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const refusals: [string, RegExp][] = [
    [bad((copy) => copy.subarray(0, copy.length - 10)), /not a pack, or cut off/],
    [bad(flip(Math.floor(bytes.length / 2))), /damaged|not a pack/],
    [bad(flip(200)), /signature|damaged|not a pack/],
    [bad((copy) => Buffer.concat([copy, Buffer.from('more')])), /not a pack|damaged/],
    [join(directory, 'none.kpack'), /cannot be read/],
    [directory, /cannot be read|not a pack/],
  ];
  for (const [file, reason] of refusals)
    await expect(hub.commandProcess('publish', file), file).rejects.toThrow(reason);
  const strict = await start();
  await expect(strict.commandProcess('publish', path)).rejects.toThrow(/publisher this hub does not know/);
  expect(await hub.commandProcess('verify')).toContain('"problems":0');
});

for (const kind of [
  { name: 'SQLite', to: 'SQLite', skip: false },
  { name: 'PostgreSQL', to: 'PostgreSQL', skip: postgres === null },
  { name: 'SQLite', to: 'PostgreSQL', skip: postgres === null },
]) {
  describe.skipIf(kind.skip)(`from ${kind.name} to ${kind.to}`, () => {
    let count = 0;
    const place = async (name: string): Promise<TestHubOptions> => {
      count += 1;
      const database = `${kind.name}_${kind.to}_${count}`.toLowerCase();
      return name === 'SQLite' ? {} : { databaseUrl: (await postgres?.createDatabase(database)) ?? '' };
    };

    test('a backup made while the hub takes records is whole, restores elsewhere, and laptops send the rest again', async () => {
      const hub = await start(await place(kind.name));
      const writer = await enrolled(hub);
      const content = Buffer.alloc(100_000, 7);
      const sha256 = createHash('sha256').update(content).digest('hex');
      const offer = { sha256, bytes: content.length, partition: samplePartition };
      await writer.transport.blobs.send(offer, () => Readable.from([content]));
      const ops = sampleOps(1, 400);
      let sent = 0;
      const stop = new AbortController();
      const writing = (async () => {
        // Ten are kept back: a quick machine writes all of them before the backup has begun.
        for (; sent < 390 && !stop.signal.aborted; sent += 10) {
          await turn(writer.laptop, writer, [seal(writer.laptop, ops.slice(sent, sent + 10), ops.slice(0, sent))]);
        }
      })();
      const folder = temporary();
      const facts = JSON.parse(await hub.commandProcess('backup', folder)) as {
        rows: Record<string, number>;
        epoch: string;
      };
      stop.abort();
      await writing;
      // Again, to the same folder: only what is new is copied.
      const blobAt = statSync(join(folder, 'blobs', sha256.slice(0, 2), sha256)).mtimeMs;
      const again = JSON.parse(await hub.commandProcess('backup', folder)) as typeof facts;
      expect(statSync(join(folder, 'blobs', sha256.slice(0, 2), sha256)).mtimeMs).toBe(blobAt);
      expect(again.rows['segment']).toBeGreaterThanOrEqual(facts.rows['segment'] ?? 0);
      expect(again.rows).toMatchObject({ replica: 1, credential: 1, blob: 1, blob_ref: 1 });

      await expect(hub.commandProcess('restore', folder)).rejects.toThrow(/holds data already/);
      await expect(hub.commandProcess('restore', temporary())).rejects.toThrow(/no complete backup/);
      const port = Number(new URL(hub.address).port);
      await turn(writer.laptop, writer, [seal(writer.laptop, ops.slice(sent, sent + 5), ops.slice(0, sent))]);
      await hub.close();

      // A new machine: nothing but the backup. The commands make the database the server then uses.
      const target = await place(kind.to);
      const directory = temporary();
      const first = await startHub({ ...target, directory });
      const restored = await (async () => {
        await first.close();
        return first.commandProcess('restore', folder);
      })();
      expect(restored).toContain('Restored "Hub, sample"');
      expect(await first.commandProcess('verify')).toMatch(/"logs":1,.*"credentials":2,.*"blobs":1,.*"problems":0/);
      const second = await start({ ...target, directory, port });
      const answer = await turn(writer.laptop, writer);
      if (!answer.ok) throw new Error(JSON.stringify(answer.error));
      expect(answer.value.header.epoch).not.toBe(facts.epoch);
      expect(answer.value.header.summary[logKey(writer.laptop.replica, samplePartition)], 'as of the backup').toBe(
        sent,
      );
      const rest = await turn(writer.laptop, writer, [
        seal(writer.laptop, ops.slice(sent, sent + 5), ops.slice(0, sent)),
      ]);
      expect(rest.ok && rest.value.header.summary[logKey(writer.laptop.replica, samplePartition)]).toBe(sent + 5);
      const got = await writer.transport.blobs.get(sha256, 0, null);
      expect(got.ok && (await buffer(got.value.content)).equals(content)).toBe(true);
      expect(second.address).toBe(hub.address);
    });
  });
}

test('verify finds a changed segment, a missing one and a damaged blob, and says where', async () => {
  const hub = await start();
  const writer = await enrolled(hub);
  const ops = sampleOps(1, 30);
  for (const from of [0, 10, 20]) {
    await turn(writer.laptop, writer, [seal(writer.laptop, ops.slice(from, from + 10), ops.slice(0, from))]);
  }
  const content = Buffer.alloc(1000, 7);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const offer = { sha256, bytes: 1000, partition: samplePartition };
  await writer.transport.blobs.send(offer, () => Readable.from([content]));
  expect(await hub.commandProcess('verify')).toMatch(/"ops":30,.*"problems":0/);

  writeFileSync(join(hub.directory, 'blobs', sha256.slice(0, 2), sha256), Buffer.alloc(1000, 8));
  await expect(hub.commandProcess('verify')).rejects.toThrow(/has another content/);
  const database = new Sqlite(join(hub.directory, 'hub.sqlite'));
  const { bytes } = database.prepare('select bytes from segment where from_seq = 11').get() as { bytes: Buffer };
  const altered = Buffer.from(bytes);
  altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
  database.prepare('update segment set bytes = ? where from_seq = 11').run(altered);
  await expect(hub.commandProcess('verify')).rejects.toThrow(/the segment from 11 is not right \(segment\/altered\)/);
  database.prepare('delete from segment where from_seq = 11').run();
  await expect(hub.commandProcess('verify')).rejects.toThrow(/no segment begins at 11/);
  database.close();
});

test('commands say what they are for and what is wrong with them', async () => {
  const hub = await start();
  expect(await hub.commandProcess('--help')).toMatch(/^Usage: .*\n[^]*restore <folder>/);
  expect(await hub.commandProcess('backup', '--help')).toMatch(/backup <folder>/);
  expect(await hub.commandProcess('init')).toMatch(/^Key: [0-9a-f]{64}$/m);
  await expect(hub.commandProcess('dance')).rejects.toThrow(/no command "dance"/);
  await expect(hub.commandProcess('backup')).rejects.toThrow(/Usage: .*backup <folder>/);
  await expect(hub.commandProcess('backup', join(hub.directory, 'hub.sqlite', 'within a file'))).rejects.toThrow(
    /could not be done/,
  );
  await expect(
    hub.commandProcess('invite', '--partition', 'kz', '--roles', 'chair', '--laptop', 'X', '--qr', 'x.gif'),
  ).rejects.toThrow(/--qr/);
});
