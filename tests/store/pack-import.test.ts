/** A pack is built, verified, imported and found again, on real files and a real encrypted database. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fromBufferPromise } from 'yauzl';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildCoursePack } from '#core/packs/build-pack.ts';
import { parsePublisherKey } from '#core/packs/signature.ts';
import { verifyPack } from '#core/packs/verify-pack.ts';
import { developmentPublisher, knownPublishers } from '#shared/packs/publishers.ts';
import { type Laptop, makePack, noise, openLaptop, publisherKey, publishers, temporaryFolder } from './pack-kit.ts';

const root = resolve(import.meta.dirname, '../..');
const courseFolder = join(root, 'assets/courses/receiving-complaints');

let stick: string;
let laptop: Laptop;
beforeEach(() => {
  stick = temporaryFolder();
  laptop = openLaptop();
});
afterEach(() => {
  laptop.close();
  rmSync(stick, { recursive: true, force: true });
});

test('the sample course becomes the same pack twice, verifies, and is a zip for any zip reader', async () => {
  const key = parsePublisherKey(readFileSync(join(root, 'assets/publisher/development.json'), 'utf8'));
  if (!key.ok) throw new Error(key.error.code);
  expect({ id: key.value.id, name: key.value.name, key: key.value.publicKey }).toEqual(developmentPublisher);
  const deps = { key: key.value, minimumApp: '0.1.0' };
  const first = await buildCoursePack(courseFolder, join(stick, 'a.kpack'), deps);
  const second = await buildCoursePack(courseFolder, join(stick, 'b.kpack'), deps);
  if (!first.ok || !second.ok) throw new Error(JSON.stringify(first));
  const bytes = readFileSync(join(stick, 'a.kpack'));
  expect(bytes.equals(readFileSync(join(stick, 'b.kpack')))).toBe(true);
  expect(first.value.bytes).toBe(bytes.length);

  const known = { publishers: knownPublishers({ allowDevelopmentPublisher: true }) };
  expect(await verifyPack(join(stick, 'a.kpack'), known)).toMatchObject({ ok: true });
  expect(
    await verifyPack(join(stick, 'a.kpack'), { publishers: knownPublishers({ allowDevelopmentPublisher: false }) }),
  ).toEqual({ ok: false, error: { code: 'packs/unknown-publisher', publisher: developmentPublisher.name } });

  // Read by somebody else's code: names in order, and the course unpacks to the source's bytes.
  const zip = await fromBufferPromise(bytes, { strictFileNames: true });
  const names: string[] = [];
  let course = Buffer.alloc(0);
  for await (const entry of zip.eachEntry()) {
    names.push(entry.fileName);
    if (entry.fileName !== 'course.json') continue;
    const parts: Buffer[] = [];
    for await (const part of await zip.openReadStreamPromise(entry)) parts.push(part);
    course = Buffer.concat(parts);
  }
  expect(names.slice(0, 2)).toEqual(['manifest.json', 'manifest.sig']);
  expect(names.slice(2)).toEqual(first.value.manifest.files.map((file) => file.path));
  expect(course.equals(readFileSync(join(courseFolder, 'course.json')))).toBe(true);

  const other = openLaptop({ publishers: known.publishers });
  const imported = await other.import(join(stick, 'a.kpack'));
  expect(imported).toMatchObject({ ok: true, value: { id: first.value.manifest.id, kind: 'training' } });
  other.close();
});

test('every file of an imported pack is found with its own bytes and media type', async () => {
  const files = {
    'a/text.md': 'Текст '.repeat(500),
    'a/clip.webm': noise(3_000_001, 'clip'),
    'empty.txt': '',
    'ў.svg': '<svg/>',
  };
  const pack = join(stick, 'one.kpack');
  await makePack(pack, files);
  const steps: string[] = [];
  let copied = 0;
  const result = await laptop.import(pack, {
    onProgress: (progress) => {
      if (steps.at(-1) !== progress.step) steps.push(progress.step);
      expect(progress.copied).toBeGreaterThanOrEqual(copied);
      copied = progress.copied;
      expect(progress.copied).toBeLessThanOrEqual(progress.bytes);
    },
  });
  expect(result).toMatchObject({ ok: true, value: { id: 'sample-country', version: 1, publisher: publisherKey.id } });
  expect(steps).toEqual(['verifying', 'room', 'copying', 'switching']);
  expect(copied).toBe(Object.values(files).reduce((sum, content) => sum + Buffer.byteLength(content), 0));
  for (const [path, content] of Object.entries(files)) {
    const file = laptop.deps.queries.file('sample-country', path);
    expect(file?.bytes).toBe(Buffer.byteLength(content));
    const blob = readFileSync(laptop.deps.blobs.pathOf(file?.sha256 ?? ''));
    expect(blob.equals(Buffer.from(content))).toBe(true);
    expect(createHash('sha256').update(blob).digest('hex')).toBe(file?.sha256);
  }
  expect(laptop.deps.queries.file('sample-country', 'a/clip.webm')?.mediaType).toBe('video/webm');
  expect(laptop.deps.queries.file('sample-country', 'a/other.webm')).toBeUndefined();
  expect((await laptop.state()) as { staging: string[] }).toMatchObject({ staging: [] });
});

test('an update copies only what is new and takes away what no pack needs any more', async () => {
  const same = noise(2_000_000, 'same');
  await makePack(join(stick, '1.kpack'), { 'same.webm': same, 'old.webm': noise(1_000_000, 'old') });
  await makePack(
    join(stick, '2.kpack'),
    { 'same.webm': same, 'copy.webm': same, 'new.webm': noise(500_000, 'new') },
    { version: 2 },
  );
  await makePack(join(stick, 'other.kpack'), { 'x.webm': noise(10, 'x') }, { id: 'other' });
  expect(await laptop.import(join(stick, '1.kpack'))).toMatchObject({ ok: true });
  expect(await laptop.import(join(stick, 'other.kpack'))).toMatchObject({ ok: true });
  const beginnings: number[] = [];
  const updated = await laptop.import(join(stick, '2.kpack'), {
    onProgress: ({ step, copied, bytes }) => {
      if (step === 'room') beginnings.push(copied, bytes);
    },
  });
  expect(updated).toMatchObject({ ok: true, value: { version: 2 } });
  expect(beginnings).toEqual([2_000_000, 2_500_000]);
  const { blobs, packs } = (await laptop.state()) as { blobs: string[]; packs: object[] };
  expect(packs).toHaveLength(2);
  expect(blobs).toHaveLength(3);
  // The same again repairs a lost blob and changes nothing else.
  const lost = laptop.deps.queries.file('sample-country', 'new.webm')?.sha256 ?? '';
  await laptop.deps.blobs.remove(lost);
  expect(await laptop.import(join(stick, '2.kpack'))).toMatchObject({ ok: true });
  expect(await laptop.state()).toMatchObject({ blobs });
});

test('an older version is refused, and another publisher cannot take over a pack by its name', async () => {
  await makePack(join(stick, '2.kpack'), { 'a.txt': 'two' }, { version: 2 });
  await makePack(join(stick, '1.kpack'), { 'a.txt': 'one' }, { version: 1 });
  expect(await laptop.import(join(stick, '2.kpack'))).toMatchObject({ ok: true });
  const before = await laptop.state();
  expect(await laptop.import(join(stick, '1.kpack'))).toEqual({
    ok: false,
    error: { code: 'packs/older', installed: 2, offered: 1 },
  });
  const second = { ...publisherKey, id: 'second-publisher', name: 'Second (sample)' };
  await makePack(join(stick, '3.kpack'), { 'a.txt': 'three' }, { version: 3 }, second);
  const both = [...publishers, { id: second.id, name: second.name, key: second.publicKey }];
  const other = { ...laptop, deps: { ...laptop.deps, publishers: both } };
  expect(
    await (await import('#core/packs/import-pack.ts')).importPack(other.deps, {
      offer: 'offer',
      path: join(stick, '3.kpack'),
      signal: new AbortController().signal,
      onProgress: () => undefined,
    }),
  ).toMatchObject({ ok: false, error: { code: 'packs/unknown-publisher' } });
  expect(await laptop.state()).toEqual(before);
});

test('a pack for a newer app or another country is refused', async () => {
  await makePack(join(stick, 'newer.kpack'), { 'a.txt': 'x' }, { minimumApp: '0.2.0' });
  await makePack(join(stick, 'kg.kpack'), { 'a.txt': 'x' }, { countries: ['KG'] });
  expect(await laptop.import(join(stick, 'newer.kpack'))).toEqual({
    ok: false,
    error: { code: 'packs/needs-newer-app', minimum: '0.2.0' },
  });
  const inKazakhstan = openLaptop({ country: 'kz' });
  expect(await inKazakhstan.import(join(stick, 'kg.kpack'))).toEqual({
    ok: false,
    error: { code: 'packs/wrong-country' },
  });
  inKazakhstan.close();
  // A trainer travels.
  expect(await laptop.import(join(stick, 'kg.kpack'))).toMatchObject({ ok: true });
});

test('a course pack whose course cannot be used is refused whole', async () => {
  const course = JSON.parse(readFileSync(join(courseFolder, 'course.json'), 'utf8'));
  const attempts: { [path: string]: string }[] = [
    { 'a.txt': 'no course' },
    { 'course.json': '{"format":' },
    { 'course.json': JSON.stringify({ ...course, modules: [] }) },
    // Complete by itself, but its files did not come along.
    { 'course.json': JSON.stringify(course) },
  ];
  const before = await laptop.state();
  for (const files of attempts) {
    const pack = join(stick, 'course.kpack');
    await makePack(pack, files, { kind: 'training', id: course.id, version: course.version });
    expect(await laptop.import(pack)).toEqual({ ok: false, error: { code: 'packs/damaged', entry: 'course.json' } });
    expect(await laptop.state()).toEqual(before);
  }
});
