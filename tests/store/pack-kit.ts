/** Real packs, keys, folders and databases for the tests of packs; hostile packs made by hand. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { createBlobStore, listBlobs } from '#core/packs/blob-store.ts';
import { type PackHead, writePack } from '#core/packs/build-pack.ts';
import { type ImportDeps, type ImportRequest, importPack } from '#core/packs/import-pack.ts';
import { createPackQueries } from '#core/packs/pack-queries.ts';
import { newPublisherKey, signManifest } from '#core/packs/signature.ts';
import { createStaging } from '#core/packs/staging.ts';
import { packLayout } from '#shared/packs/zip-layout.ts';
import { openDatabase, type WritableDb } from '#core/store/database.ts';
import { migrate } from '#core/store/migrate.ts';
import { canonicalJson } from '#shared/kernel/canonical-json.ts';
import type { PackFile, PackManifest } from '#shared/packs/manifest.ts';
import type { Publisher } from '#shared/packs/publishers.ts';

export const publisherKey = newPublisherKey('test-publisher', 'Test publisher (sample)');
export const strangerKey = newPublisherKey('stranger', 'Stranger (sample)');
export const publishers: readonly Publisher[] = [
  { id: publisherKey.id, name: publisherKey.name, key: publisherKey.publicKey },
];

/** A folder under the system's temporary one, with Cyrillic and a space in its name. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'комиссия тест '));
}

function writeFiles(folder: string, files: { readonly [path: string]: string | Uint8Array }): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Bytes that do not compress and are the same on every run. */
export function noise(bytes: number, seed: string): Buffer {
  const blocks: Buffer[] = [];
  for (let index = 0; index * 32 < bytes; index += 1) {
    blocks.push(createHash('sha256').update(`${seed}${index}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, bytes);
}

export const head: PackHead = {
  kind: 'country',
  id: 'sample-country',
  version: 1,
  titles: { ru: 'Образец', ky: 'Үлгү' },
  locales: ['ru', 'ky'],
  countries: 'any',
  minimumApp: '0.1.0',
  madeAt: 1_700_000_000_000,
};

/** Writes a proper pack of these files; `change` replaces members of its head. */
export async function makePack(
  out: string,
  files: { readonly [path: string]: string | Uint8Array },
  change: Partial<PackHead> = {},
  key = publisherKey,
): Promise<PackManifest> {
  const folder = temporaryFolder();
  try {
    writeFiles(folder, files);
    const built = await writePack(folder, Object.keys(files), { ...head, ...change }, key, out);
    if (!built.ok) throw new Error(built.error.code);
    return built.value.manifest;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a hostile builder with a known key might say of a file. */
export function describe(path: string, content: Uint8Array): PackFile {
  return {
    path,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    crc32: crc32(content),
  };
}

/**
 * Lays out and signs a manifest without any check, with the given bytes as the files' data. `laidOut` is another
 * manifest to lay the files out by, where the signed one says what no zip can.
 */
export function forgePack(
  manifest: object,
  data: readonly Uint8Array[],
  key = publisherKey,
  laidOut: object = manifest,
): Buffer {
  const manifestBytes = Buffer.from(canonicalJson(manifest));
  // A forger's manifest has the shape that the layout reads, if not its rules.
  const layout = packLayout(laidOut as PackManifest, manifestBytes, signManifest(manifestBytes, key));
  const file = Buffer.alloc(layout.bytes);
  const contents = [manifestBytes, signManifest(manifestBytes, key), ...data];
  for (const [index, entry] of layout.entries.entries()) {
    file.set(entry.header, entry.headerAt);
    Buffer.from(contents[index] ?? []).copy(file, entry.dataAt);
  }
  file.set(layout.tail, layout.tailAt);
  return file;
}

export function forgedManifest(files: readonly object[], change: object = {}): object {
  const publisher = { id: publisherKey.id, name: publisherKey.name };
  return { format: 1, ...head, publisher, files, ...change };
}

/** A database and folders to import into. */
export type Laptop = {
  readonly folder: string;
  readonly db: WritableDb;
  readonly deps: ImportDeps;
  import(path: string, more?: Partial<ImportRequest>): ReturnType<typeof importPack>;
  /** Everything an import may change: rows, blobs, staging. */
  state(): Promise<object>;
  close(): void;
};

export function openLaptop(change: Partial<ImportDeps> = {}, folder = temporaryFolder()): Laptop {
  const opened = openDatabase({ path: join(folder, 'store.db'), key: new Uint8Array(32).fill(7) });
  if (!opened.ok) throw new Error(opened.error.code);
  const db = opened.value;
  const migrated = migrate(db, () => undefined);
  if (!migrated.ok) throw new Error(migrated.error.code);
  const directory = join(folder, 'packs');
  const deps: ImportDeps = {
    directory,
    blobs: createBlobStore(directory),
    staging: createStaging(directory),
    queries: createPackQueries(db),
    publishers,
    appVersion: '0.1.0',
    country: null,
    time: { now: () => 1_700_000_100_000 },
    ...change,
  };
  return {
    folder,
    db,
    deps,
    import: (path, more = {}) =>
      importPack(deps, {
        offer: 'offer',
        path,
        signal: new AbortController().signal,
        onProgress: () => undefined,
        ...more,
      }),
    async state() {
      return {
        packs: db.prepare('select * from pack order by id').all(),
        files: db.prepare('select * from pack_file order by pack, path').all(),
        blobs: await listBlobs(directory),
        staging: listTree(join(directory, 'staging')),
      };
    },
    close() {
      if (db.open) db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Paths and lengths of all files below a folder; empty when it does not exist. */
export function listTree(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.name} ${statSync(join(entry.parentPath, entry.name)).size}`)
      .sort();
  } catch {
    return [];
  }
}
