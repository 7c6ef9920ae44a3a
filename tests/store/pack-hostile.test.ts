/** A stick is hostile: every bad pack gives its own code and leaves rows, blobs and staging as they were. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyPack } from '#core/packs/verify-pack.ts';
import {
  describe,
  forgedManifest,
  forgePack,
  head,
  type Laptop,
  makePack,
  noise,
  openLaptop,
  publisherKey,
  publishers,
  strangerKey,
  temporaryFolder,
} from './pack-kit.ts';

const content = Buffer.from('content of a file');
const files = { 'lesson.md': 'Урок '.repeat(400), 'clip.webm': noise(40_000, 'clip'), 'note.txt': 'x' };

let stick: string;
let laptop: Laptop;
let good: Buffer;
let before: object;
beforeAll(async () => {
  stick = temporaryFolder();
  laptop = openLaptop();
  // Something is installed already and must survive all of it.
  await makePack(
    join(stick, 'installed.kpack'),
    { 'clip.webm': noise(1000, 'installed') },
    { id: 'installed', version: 3 },
  );
  expect(await laptop.import(join(stick, 'installed.kpack'))).toMatchObject({ ok: true });
  await makePack(join(stick, 'good.kpack'), files);
  good = readFileSync(join(stick, 'good.kpack'));
  before = await laptop.state();
});
afterAll(() => {
  laptop.close();
  rmSync(stick, { recursive: true, force: true });
});

/** Imports the bytes as a file and answers the failure; checks that nothing changed and that `verify` refuses as well. */
async function refusal(bytes: Uint8Array): Promise<{ code: string; [fact: string]: unknown }> {
  const path = join(stick, 'bad.kpack');
  writeFileSync(path, bytes);
  const result = await laptop.import(path);
  expect(await laptop.state()).toEqual(before);
  if (result.ok) throw new Error('a bad pack was imported');
  return result.error;
}

test('cut off at any length', async () => {
  const lengths = new Set([0, 1, 3, 4, 29, 30, 42, 43, 44, good.length - 1, good.length - 22, good.length - 23]);
  for (let length = 50; length < good.length; length += 997) lengths.add(length);
  for (const length of lengths) {
    expect([length, (await refusal(good.subarray(0, length))).code]).toEqual([length, 'packs/cut-off']);
  }
});

test('one byte altered, at every place that is not file data and at many that are', async () => {
  const places = new Set<number>();
  const clipAt = good.indexOf(noise(40_000, 'clip').subarray(0, 64));
  for (let place = 0; place < good.length; place += 1) {
    const inClip = place > clipAt + 40 && place < clipAt + 39_960;
    if (!inClip || place % 1499 === 0) places.add(place);
  }
  const codes = new Map<string, number>();
  for (const place of places) {
    const bytes = Buffer.from(good);
    bytes[place] = (bytes[place] ?? 0) ^ (1 << (place % 8));
    const path = join(stick, 'altered.kpack');
    writeFileSync(path, bytes);
    const verified = await verifyPack(path, { publishers });
    if (verified.ok) throw new Error(`a change of byte ${place} went unnoticed`);
    codes.set(verified.error.code, (codes.get(verified.error.code) ?? 0) + 1);
    if (place % 97 === 0) await refusal(bytes);
  }
  const allowed = [
    'packs/damaged',
    'packs/bad-signature',
    'packs/not-a-pack',
    'packs/unsigned',
    'packs/cut-off',
    'packs/unsafe-name',
    'packs/too-large',
  ];
  expect([...codes.keys()].filter((code) => !allowed.includes(code))).toEqual([]);
  expect(codes.get('packs/damaged')).toBeGreaterThan(300);
  expect(codes.get('packs/bad-signature')).toBeGreaterThan(300);
});

test('bytes after the end, a second archive behind the first', async () => {
  expect((await refusal(Buffer.concat([good, Buffer.from([0])]))).code).toBe('packs/damaged');
  expect((await refusal(Buffer.concat([good, good]))).code).toBe('packs/damaged');
});

test('unsigned, signed by a stranger, signed with a stranger’s key under a known name', async () => {
  const manifest = forgedManifest([describe('a.txt', content)]);
  const unsigned = forgePack(manifest, [content]);
  const at = unsigned.indexOf('manifest.sig');
  unsigned.write('manifest.txt', at);
  expect(await refusal(unsigned)).toEqual({ code: 'packs/unsigned' });
  expect(await refusal(forgePack(manifest, [content], strangerKey))).toEqual({
    code: 'packs/unknown-publisher',
    publisher: 'Test publisher (sample)',
  });
  await makePack(join(stick, 'stranger.kpack'), files, {}, strangerKey);
  expect(await refusal(readFileSync(join(stick, 'stranger.kpack')))).toEqual({
    code: 'packs/unknown-publisher',
    publisher: 'Stranger (sample)',
  });
});

test.each([
  '../outside.txt',
  'a/../../outside.txt',
  '/etc/passwd.txt',
  'C:/windows/a.txt',
  'a\\b.txt',
  './a.txt',
  'a//b.txt',
  'CON.txt',
  'lessons/aux.md',
  'Com1.txt',
  'NUL.txt',
  'a./b.txt',
  'a /b.txt',
  ' a.txt',
  '.hidden.txt',
  'a\u0000.txt',
  'a\u202etxt.md',
  'run.exe',
  'script.js',
  'autorun.inf',
  'no-extension',
  'manifest.json',
  'MANIFEST.SIG',
  'decomposed-\u0438\u0306.txt',
])('a signed pack with the name %j', async (path) => {
  const failure = await refusal(forgePack(forgedManifest([describe(path, content)]), [content]));
  expect(failure.code).toBe('packs/unsafe-name');
});

test.each([
  [['a.txt', 'A.txt']],
  [['ў/b.txt', 'Ў/B.txt']],
  [['a.txt', 'a.txt']],
  [['a.txt', 'a.txt/b.txt']],
  [['a.txt/b.txt', 'A.TXT']],
])('a signed pack with names that meet: %j', async (paths) => {
  const manifest = forgedManifest(paths.map((path) => describe(path, content)));
  expect(
    (
      await refusal(
        forgePack(
          manifest,
          paths.map(() => content),
        ),
      )
    ).code,
  ).toBe('packs/unsafe-name');
});

test('a zip of another program: repacked, with an extra file, with a file missing, with ../', async () => {
  const script = (body: string): Buffer => {
    const out = join(stick, 'repacked.kpack');
    const program = `import zipfile,sys\nsource=zipfile.ZipFile(sys.argv[1])\nout=zipfile.ZipFile(sys.argv[2],'w')\nnames=source.namelist()\n${body}\nout.close()`;
    execFileSync('python3', ['-c', program, join(stick, 'good.kpack'), out]);
    return readFileSync(out);
  };
  try {
    execFileSync('python3', ['--version']);
  } catch {
    process.stdout.write('skipped: python3 is not here to repack zips\n');
    return;
  }
  const all = 'for n in names: out.writestr(n, source.read(n))';
  expect((await refusal(script(all))).code).toBe('packs/damaged');
  expect(await refusal(script(`${all}\nout.writestr('extra.txt','x')`))).toEqual({
    code: 'packs/damaged',
    entry: 'extra.txt',
  });
  expect(await refusal(script('for n in names:\n  if n!="note.txt": out.writestr(n, source.read(n))'))).toEqual({
    code: 'packs/damaged',
    entry: 'note.txt',
  });
  expect(await refusal(script(`${all}\nout.writestr('../outside.txt','x')`))).toEqual({
    code: 'packs/unsafe-name',
    entry: '../outside.txt',
  });
  expect((await refusal(script('out.writestr("a.txt","x")'))).code).toBe('packs/not-a-pack');
  expect((await refusal(script('out.writestr("../a.txt","x")'))).code).toBe('packs/unsafe-name');
});

test('declared sizes and digests that are wrong', async () => {
  const right = describe('a.txt', content);
  const other = Buffer.from('CONTENT of a file');
  expect(await refusal(forgePack(forgedManifest([right]), [other]))).toEqual({ code: 'packs/damaged', entry: 'a.txt' });
  const shorter = { ...right, bytes: right.bytes - 3 };
  expect(await refusal(forgePack(forgedManifest([shorter]), [content.subarray(0, -3)]))).toEqual({
    code: 'packs/damaged',
    entry: 'a.txt',
  });
  for (const bytes of [-1, 1.5, '17', null, 0xffff_ffff]) {
    const failure = await refusal(
      forgePack(forgedManifest([{ ...right, bytes }]), [content], publisherKey, forgedManifest([right])),
    );
    expect(['packs/damaged', 'packs/too-large']).toContain(failure.code);
  }
});

test('a bomb: 64 MB of zeros behind 64 KB, declared small, declared truly, declared beyond all bounds', async () => {
  const zeros = Buffer.alloc(64 * 1024 * 1024);
  const deflated = deflateRawSync(zeros, { level: 9 });
  const packed = { bytes: deflated.length, sha256: createHash('sha256').update(deflated).digest('hex') };
  const declared = (bytes: number) => forgedManifest([{ ...describe('a.txt', zeros), bytes, packed }]);
  const memory = process.memoryUsage().arrayBuffers;
  expect(await refusal(forgePack(declared(1000), [deflated]))).toEqual({ code: 'packs/damaged', entry: 'a.txt' });
  expect(process.memoryUsage().arrayBuffers - memory).toBeLessThan(8 * 1024 * 1024);
  expect(await refusal(forgePack(declared(zeros.length), [deflated]))).toEqual({
    code: 'packs/too-large',
    bytes: zeros.length,
  });
  const many = Array.from({ length: 600 }, (_, index) => ({
    ...describe(`${index}.txt`, content),
    bytes: 16 * 1024 * 1024,
    packed: { bytes: content.length, sha256: describe('', content).sha256 },
  }));
  expect(
    (
      await refusal(
        forgePack(
          forgedManifest(many),
          many.map(() => content),
        ),
      )
    ).code,
  ).toBe('packs/too-large');
});

test('a manifest of a future format asks for a newer app; nonsense is damage', async () => {
  const file = describe('a.txt', content);
  expect(await refusal(forgePack(forgedManifest([file], { format: 2, minimumApp: '1.4.0' }), [content]))).toEqual({
    code: 'packs/needs-newer-app',
    minimum: '1.4.0',
  });
  const changes: object[] = [
    { id: 'Not A Slug' },
    { id: '../x' },
    { version: 0 },
    { kind: 'virus' },
    { minimumApp: 'soon' },
    { countries: [] },
    { titles: { ru: '' } },
    { files: [{ ...file, sha256: 'abc' }] },
  ];
  for (const change of changes) {
    const failure = await refusal(forgePack({ ...forgedManifest([file]), ...change }, [content]));
    expect([change, failure.code]).toEqual([change, 'packs/damaged']);
  }
  const failure = await refusal(forgePack(forgedManifest([file], { kind: 'backup' }), [content]));
  expect(failure.code).toBe('packs/not-a-pack');
});

test('what is no pack at all', async () => {
  for (const bytes of [noise(5000, 'noise'), Buffer.from('hello'), Buffer.alloc(70_000)]) {
    expect((await refusal(bytes)).code).toBe('packs/not-a-pack');
  }
  expect(await laptop.import(stick)).toEqual({ ok: false, error: { code: 'packs/not-a-pack' } });
  expect(await laptop.import(join(stick, 'nothing.kpack'))).toMatchObject({ error: { code: 'packs/source-gone' } });
  // A directory record that points beyond anything a file can hold must be an answer, not a crash.
  const end = Buffer.alloc(20 + 22);
  end.writeUInt32LE(0x07064b50, 0);
  end.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, 8);
  end.writeUInt32LE(0x06054b50, 20);
  expect((await refusal(Buffer.concat([Buffer.from('PK??'), end]))).code).toBe('packs/not-a-pack');
});

test('malformed archives from elsewhere', async () => {
  const folder = resolve(import.meta.dirname, '../../../shared/fixtures/zip');
  if (!existsSync(folder)) {
    process.stdout.write('skipped: ../shared/fixtures/zip is not here\n');
    return;
  }
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.zip'))) {
    const { code } = await refusal(readFileSync(join(folder, name)));
    expect([name, ['packs/not-a-pack', 'packs/unsafe-name', 'packs/too-large'].includes(code)]).toEqual([name, true]);
  }
});

test('the head used by all these packs is a good one', async () => {
  expect(await laptop.import(join(stick, 'good.kpack'))).toMatchObject({ ok: true, value: { id: head.id } });
});
