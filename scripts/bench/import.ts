/**
 * Pack import against a plain copy with SHA-256 of the same 300 MB, on the same disk, in the same process. Both read a
 * file from the page cache, hash it, write it and wait until the disk has it; the import also checks, renames, makes
 * rows. Median of five, alternating, so that a slow moment of the machine meets both.
 */
import { createHash, randomFillSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlobStore } from '#core/packs/blob-store.ts';
import { writePack } from '#core/packs/build-pack.ts';
import { importPack } from '#core/packs/import-pack.ts';
import { createPackQueries } from '#core/packs/pack-queries.ts';
import { newPublisherKey } from '#core/packs/signature.ts';
import { createStaging } from '#core/packs/staging.ts';
import { openDatabase } from '#core/store/database.ts';
import { migrate } from '#core/store/migrate.ts';
import type { Result } from '#shared/kernel/result.ts';
import { type Figure, figure } from './figure.ts';

const megabyte = 1024 * 1024;
const runs = 5;

/** A course as trainers carry it: a few long clips, many pictures, texts. Lengths in bytes, 300 MB together. */
const fileBytes = [
  ...[90, 70, 60, 40].map((size) => size * megabyte),
  ...Array.from({ length: 80 }, () => megabyte / 2),
];

/** Measures the import. Figures: `import.pack` (ms, baseline ms; ratio is the share of the baseline's speed reached). */
export async function benchImport(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'komissiya-bench-'));
  try {
    const pack = await makePack(folder);
    const plain: number[] = [];
    const imported: number[] = [];
    for (let run = 0; run <= runs; run += 1) {
      const copied = await timed(() => copyAndHash(pack, join(folder, 'copy')));
      rmSync(join(folder, 'copy'));
      const took = await timedImport(pack, join(folder, `laptop-${run}`));
      // The first round warms up code and cache.
      if (run === 0) continue;
      plain.push(copied);
      imported.push(took);
    }
    const baseline = median(plain);
    const value = median(imported);
    return [
      figure({ bench: 'import', figure: 'pack', value, baseline, ratio: baseline / value, target: 0.6, atLeast: true }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makePack(folder: string): Promise<string> {
  const source = join(folder, 'source');
  mkdirSync(source);
  const names = fileBytes.map((bytes, index) => {
    const name = `file-${index}.webm`;
    writeFileSync(join(source, name), randomFillSync(Buffer.alloc(bytes)));
    return name;
  });
  const out = join(folder, 'bench.kpack');
  expectOk(
    await writePack(
      source,
      names,
      {
        kind: 'country',
        id: 'bench',
        version: 1,
        titles: { en: 'Bench' },
        locales: ['en'],
        countries: 'any',
        minimumApp: '0.1.0',
        madeAt: 0,
      },
      benchKey,
      out,
    ),
  );
  rmSync(source, { recursive: true });
  return out;
}

const benchKey = newPublisherKey('bench', 'Bench');

/** The baseline: one buffer, one step after the other, flushed at the end. */
async function copyAndHash(from: string, to: string): Promise<void> {
  const source = await open(from, 'r');
  const target = await open(to, 'w');
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(megabyte);
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, megabyte);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await target.write(chunk);
  }
  await target.datasync();
  await target.close();
  await source.close();
  hash.digest();
}

async function timedImport(pack: string, folder: string): Promise<number> {
  mkdirSync(folder);
  const db = expectOk(openDatabase({ path: join(folder, 'store.db'), key: new Uint8Array(32).fill(1) }));
  expectOk(migrate(db, () => undefined));
  const directory = join(folder, 'packs');
  const deps = {
    directory,
    blobs: createBlobStore(directory),
    staging: createStaging(directory),
    queries: createPackQueries(db),
    publishers: [{ id: benchKey.id, name: benchKey.name, key: benchKey.publicKey }],
    appVersion: '0.1.0',
    country: null,
    time: { now: () => Date.now() },
  };
  const request = { offer: 'bench', path: pack, signal: new AbortController().signal, onProgress: () => undefined };
  const took = await timed(async () => {
    expectOk(await importPack(deps, request));
  });
  db.close();
  rmSync(folder, { recursive: true });
  return took;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function expectOk<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}
