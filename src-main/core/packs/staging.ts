/**
 * Imports under way: `<directory>/staging/<pack>-<version>/` holds `job.json` (which offer, which manifest) and half-copied
 * files `<sha256>.part`. It outlives a crash, a power cut and a pulled stick, and says what the next start may go on with.
 * Blobs brought by an import that is still in staging belong to no pack yet, but are not rubbish either.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Sha256 } from '#shared/kernel/hex.ts';
import { type PackManifest, manifestText, parseManifest } from '#shared/packs/manifest.ts';
import { type BlobStore, listBlobs } from './blob-store.ts';

/** An import that was begun and neither finished nor cancelled. */
export type StagedJob = { readonly offer: string; readonly manifest: PackManifest };

const JobFile = z.object({ offer: z.string(), manifest: z.string() });

export type Staging = {
  /** Opens the folder of an import, or finds it again. */
  begin(job: StagedJob): Promise<void>;
  /** The half-copied file of a blob. */
  partOf(manifest: PackManifest, sha256: Sha256): string;
  /** Length of a half-copied file, 0 when there is none. */
  partBytes(manifest: PackManifest, sha256: Sha256): Promise<number>;
  /** Closes the folder of a finished import. */
  end(manifest: PackManifest): Promise<void>;
  jobs(): Promise<StagedJob[]>;
};

export function createStaging(directory: string): Staging {
  const root = join(directory, 'staging');
  // Both parts are checked: a slug and a number.
  const folderOf = (manifest: PackManifest): string => join(root, `${manifest.id}-${manifest.version}`);
  const partOf = (manifest: PackManifest, sha256: Sha256): string => join(folderOf(manifest), `${sha256}.part`);
  return {
    partOf,
    async begin({ offer, manifest }) {
      await mkdir(folderOf(manifest), { recursive: true });
      const file = join(folderOf(manifest), 'job.json');
      const handle = await open(`${file}.new`, 'w');
      try {
        await handle.writeFile(JSON.stringify({ offer, manifest: manifestText(manifest) }));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(`${file}.new`, file);
    },
    async partBytes(manifest, sha256) {
      return (await stat(partOf(manifest, sha256)).catch(() => null))?.size ?? 0;
    },
    async end(manifest) {
      await rm(folderOf(manifest), { recursive: true, force: true });
    },
    async jobs() {
      const jobs: StagedJob[] = [];
      for (const name of (await readdir(root).catch(() => [])).sort()) {
        const job = await readJob(join(root, name, 'job.json'));
        // A folder without a readable job was cut off while it was made: nothing to go on with.
        if (job === null) await rm(join(root, name), { recursive: true, force: true });
        else jobs.push(job);
      }
      return jobs;
    },
  };
}

/**
 * Deletes blobs that no installed pack and no import under way needs: what a crash left between a switch and its
 * tidying up. Returns how many.
 */
export async function sweepBlobs(
  directory: string,
  blobs: BlobStore,
  jobs: readonly StagedJob[],
  isUsed: (sha256: Sha256) => boolean,
): Promise<number> {
  const staged = new Set(jobs.flatMap((job) => job.manifest.files.map((file) => file.sha256)));
  let removed = 0;
  for (const sha256 of await listBlobs(directory)) {
    if (staged.has(sha256) || isUsed(sha256)) continue;
    await blobs.remove(sha256);
    removed += 1;
  }
  return removed;
}

async function readJob(path: string): Promise<StagedJob | null> {
  try {
    const file = JobFile.parse(JSON.parse(await readFile(path, 'utf8')));
    const manifest = parseManifest(file.manifest);
    return manifest.ok ? { offer: file.offer, manifest: manifest.value } : null;
  } catch {
    return null;
  }
}
