/**
 * Content-addressed files: `<directory>/blobs/<aa>/<sha256>`. A blob stands under its name only when it is complete,
 * checked and on the disk, so after a power cut what is there is right.
 */
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sha256 } from '#shared/kernel/hex.ts';

export type BlobStore = {
  /** Absolute path of a blob, held or not. */
  pathOf(sha256: Sha256): string;
  /** Whether the blob is held with this length. */
  has(sha256: Sha256, bytes: number): Promise<boolean>;
  /** Moves a finished, flushed file into place. */
  adopt(file: string, sha256: Sha256): Promise<void>;
  /** Deletes a blob; no error when it is not there. */
  remove(sha256: Sha256): Promise<void>;
  /** Makes the names of adopted blobs durable. Call before a row refers to them. */
  flushNames(): Promise<void>;
};

export function createBlobStore(directory: string): BlobStore {
  const root = join(directory, 'blobs');
  const unflushed = new Set<string>();
  const pathOf = (sha256: Sha256): string => join(root, sha256.slice(0, 2), sha256);
  return {
    pathOf,
    async has(sha256, bytes) {
      const stats = await stat(pathOf(sha256)).catch(() => null);
      return stats?.isFile() === true && stats.size === bytes;
    },
    async adopt(file, sha256) {
      const target = pathOf(sha256);
      await mkdir(dirname(target), { recursive: true });
      await rename(file, target);
      unflushed.add(dirname(target));
    },
    async remove(sha256) {
      await rm(pathOf(sha256), { force: true });
      // Goes only when it was the last one inside.
      await rmdir(dirname(pathOf(sha256))).catch(() => undefined);
    },
    async flushNames() {
      const folders = unflushed.size === 0 ? [] : [...unflushed, root, directory];
      unflushed.clear();
      for (const folder of folders) await flushFolder(folder);
    },
  };
}

/** Every blob in the store, for checks and tests. */
export async function listBlobs(directory: string): Promise<Sha256[]> {
  const root = join(directory, 'blobs');
  const folders = await readdir(root).catch(() => []);
  const names = await Promise.all(folders.map((folder) => readdir(join(root, folder))));
  return names.flat().sort();
}

/** Writes a folder's entries to the disk. Windows cannot and need not: NTFS journals its names. */
export async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  if (handle === null) return;
  try {
    await handle.sync();
  } catch {
    // EPERM or EISDIR where folders cannot be flushed.
  } finally {
    await handle.close();
  }
}
