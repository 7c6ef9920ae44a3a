/** Power cuts, pulled sticks, full disks, pauses and cancels in the middle of an import. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { discardImport } from '#core/packs/import-pack.ts';
import { sweepBlobs } from '#core/packs/staging.ts';
import { type Laptop, listTree, makePack, noise, openLaptop, publishers, temporaryFolder } from './pack-kit.ts';

const files = {
  'a.webm': noise(6_000_000, 'a'),
  'b.webm': noise(9_000_000, 'b'),
  'c.md': 'Текст '.repeat(9000),
};
const total = Object.values(files).reduce((sum, content) => sum + Buffer.byteLength(content), 0);

let stick: string;
let pack: string;
let laptop: Laptop;
beforeEach(async () => {
  stick = temporaryFolder();
  pack = join(stick, 'one.kpack');
  await makePack(pack, files);
  laptop = openLaptop();
});
afterEach(() => {
  laptop.close();
  rmSync(stick, { recursive: true, force: true });
});

/** Imports and answers where the copying began. */
async function importFrom(
  more: Parameters<Laptop['import']>[1] = {},
): Promise<{ began: number; result: Awaited<ReturnType<Laptop['import']>> }> {
  let began = -1;
  const result = await laptop.import(pack, {
    ...more,
    onProgress: (progress) => {
      if (progress.step === 'copying' && began < 0) began = progress.copied;
      more.onProgress?.(progress);
    },
  });
  return { began, result };
}

function expectWhole(): void {
  for (const [path, content] of Object.entries(files)) {
    const file = laptop.deps.queries.file('sample-country', path);
    expect(readFileSync(laptop.deps.blobs.pathOf(file?.sha256 ?? '')).equals(Buffer.from(content))).toBe(true);
  }
}

test('killed at any point, it goes on with what is there and ends whole', async () => {
  laptop.db.close();
  for (const stopAt of [1, 3_000_000, 7_000_000, 13_000_000, total]) {
    const child = spawnSync(
      process.execPath,
      [resolve(import.meta.dirname, 'pack-import-child.ts'), laptop.folder, pack, String(stopAt)],
      { env: { ...process.env, PUBLISHERS: JSON.stringify(publishers) } },
    );
    expect([stopAt, child.signal, String(child.stderr)]).toEqual([stopAt, 'SIGKILL', '']);
    // Nothing of it is visible.
    const check = openLaptop({}, laptop.folder);
    expect(check.deps.queries.installed()).toEqual([]);
    expect((await check.deps.staging.jobs()).map((job) => job.manifest.id)).toEqual(['sample-country']);
    check.db.close();
  }
  laptop = openLaptop({}, laptop.folder);
  const { began, result } = await importFrom();
  expect(result).toMatchObject({ ok: true });
  // The finished first file need not come again; nor does the half of the second, once it is read from the disk.
  expect(began).toBeGreaterThanOrEqual(6_000_000);
  expectWhole();
  expect(listTree(join(laptop.folder, 'packs', 'staging'))).toEqual([]);
});

test('rubbish at the end of a half-copied file after a power cut does not condemn the pack', async () => {
  const [file] = (await makePack(join(stick, 'same.kpack'), files)).files;
  if (file === undefined) throw new Error('no file');
  const manifest = await makePack(join(stick, 'same.kpack'), files);
  await laptop.deps.staging.begin({ offer: 'offer', manifest });
  writeFileSync(
    laptop.deps.staging.partOf(manifest, file.sha256),
    Buffer.concat([files['a.webm'].subarray(0, 2_000_000), Buffer.alloc(4096)]),
  );
  expect((await importFrom()).result).toMatchObject({ ok: true });
  expectWhole();
});

test('a pulled stick: the copy stays for later and goes on from the byte it reached', async () => {
  let reached = 0;
  const { result } = await importFrom({
    onProgress: ({ step, copied }) => {
      reached = copied;
      if (step === 'copying' && copied >= 8_000_000) truncateSync(pack, 100);
    },
  });
  if (result.ok) throw new Error('it cannot have been read');
  expect(result.error).toMatchObject({ code: 'packs/source-gone', bytes: total });
  expect(result.error.copied).toBe(reached);
  expect(laptop.deps.queries.installed()).toEqual([]);

  // Gone altogether.
  rmSync(pack);
  expect((await importFrom()).result).toMatchObject({ error: { code: 'packs/source-gone' } });

  await makePack(pack, files);
  let first = -1;
  const again = await importFrom({
    onProgress: ({ step, copied }) => {
      if (step === 'copying' && copied > 6_000_000 && first < 0) first = copied;
    },
  });
  expect(again.result).toMatchObject({ ok: true });
  expect(first).toBe(reached);
  expectWhole();
});

test('pause keeps, cancel tidies up', async () => {
  const before = await laptop.state();
  const pausing = new AbortController();
  const paused = await importFrom({
    signal: pausing.signal,
    onProgress: ({ copied }) => copied >= 7_500_000 && pausing.abort('pause'),
  });
  expect(paused.result).toEqual({ ok: false, error: { code: 'packs/paused' } });
  expect(listTree(join(laptop.folder, 'packs', 'staging')).length).toBeGreaterThan(1);

  const cancelling = new AbortController();
  const cancelled = await importFrom({
    signal: cancelling.signal,
    onProgress: ({ copied }) => copied >= 10_000_000 && cancelling.abort('cancel'),
  });
  expect(cancelled.began).toBeGreaterThanOrEqual(6_000_000);
  expect(cancelled.result).toEqual({ ok: false, error: { code: 'packs/cancelled' } });
  expect(await laptop.state()).toEqual(before);
});

test('damage in the middle tidies up; blobs of another unfinished import stay', async () => {
  const bytes = readFileSync(pack);
  const at = bytes.indexOf(files['b.webm'].subarray(4_000_000, 4_000_064));
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  const bad = join(stick, 'bad.kpack');
  writeFileSync(bad, bytes);
  const before = await laptop.state();
  expect(await laptop.import(bad)).toEqual({ ok: false, error: { code: 'packs/damaged', entry: 'b.webm' } });
  expect(await laptop.state()).toEqual(before);

  const other = join(stick, 'other.kpack');
  const pausing = new AbortController();
  const manifest = await makePack(
    other,
    { 'a.webm': files['a.webm'], 'z.webm': noise(3_000_000, 'z') },
    { id: 'other' },
  );
  const onProgress = ({ copied }: { copied: number }) => copied >= 7_000_000 && pausing.abort('pause');
  expect(await laptop.import(other, { signal: pausing.signal, onProgress })).toMatchObject({
    error: { code: 'packs/paused' },
  });
  expect(await laptop.import(bad)).toMatchObject({ error: { code: 'packs/damaged' } });
  // The file both share is still there for the one that waits, and the sweep of the next start knows it too.
  const jobs = await laptop.deps.staging.jobs();
  expect(await sweepBlobs(laptop.deps.directory, laptop.deps.blobs, jobs, laptop.deps.queries.isUsed)).toBe(0);
  expect(((await laptop.state()) as { blobs: string[] }).blobs).toHaveLength(1);
  await discardImport(laptop.deps, manifest);
  expect(await laptop.state()).toEqual(before);
});

test('what a crash left between a switch and its tidying up is swept away', async () => {
  expect((await importFrom()).result).toMatchObject({ ok: true });
  const before = await laptop.state();
  const stray = 'ab'.repeat(32);
  mkdirSync(join(laptop.deps.directory, 'blobs', 'ab'), { recursive: true });
  writeFileSync(laptop.deps.blobs.pathOf(stray), 'stray');
  expect(await sweepBlobs(laptop.deps.directory, laptop.deps.blobs, [], laptop.deps.queries.isUsed)).toBe(1);
  expect(await laptop.state()).toEqual(before);
});

test('a full disk: told beforehand, or met on the way, with nothing left behind', async () => {
  if (process.getuid?.() !== 0) {
    process.stdout.write('skipped: a small disk can only be mounted by root\n');
    return;
  }
  const small = join(stick, 'disk');
  mkdirSync(small);
  const mount = (size: string): boolean => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', small], { stdio: 'ignore' });
      return true;
    } catch {
      process.stdout.write('skipped: mounting a small disk is not allowed here\n');
      return false;
    }
  };
  if (!mount('20m')) return;
  try {
    const tiny = openLaptop({}, small);
    const before = await tiny.state();
    const refused = await tiny.import(pack);
    if (refused.ok) throw new Error('it cannot fit');
    expect(refused.error.code).toBe('packs/disk-full');
    expect(Number(refused.error.needed)).toBeGreaterThan(Number(refused.error.free));
    expect(await tiny.state()).toEqual(before);
    tiny.db.close();
  } finally {
    execFileSync('umount', ['-l', small]);
  }
  if (!mount('64m')) return;
  try {
    const tight = openLaptop({}, small);
    const before = await tight.state();
    let filled = false;
    const met = await tight.import(pack, {
      onProgress: ({ step }) => {
        if (step !== 'copying' || filled) return;
        filled = true;
        // Another program takes the room after it was checked.
        try {
          writeFileSync(join(small, 'other'), Buffer.alloc(63 * 1024 * 1024));
        } catch {
          // Full is what it should be.
        }
      },
    });
    if (met.ok) throw new Error('it cannot fit');
    expect(met.error.code).toBe('packs/disk-full');
    expect(await tight.state()).toEqual(before);
    rmSync(join(small, 'other'));
    expect(await tight.import(pack)).toMatchObject({ ok: true });
    tight.db.close();
  } finally {
    execFileSync('umount', ['-l', small]);
  }
});
