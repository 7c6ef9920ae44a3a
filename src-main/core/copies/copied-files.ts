/** What a copy holds besides the store: attachments as they are sealed on the disk, and the files of installed courses. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isCopiedPath } from '#shared/copies/copy-file.ts';

/** Folders of the profile, each with files in folders of two hex digits. */
export const copiedFolders = ['attachments', 'blobs'] as const;

export type LocalFile = {
  /** Relative to the profile, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds UTC. */
  readonly changedAt: number;
};

/** Those that are whole; what is under way lies elsewhere, and what the system put among them is none of ours. */
export async function listCopiedFiles(directory: string): Promise<LocalFile[]> {
  const files: LocalFile[] = [];
  for (const root of copiedFolders) {
    for (const folder of (await readdir(join(directory, root)).catch(() => [])).sort()) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const name of (await readdir(join(directory, root, folder))).sort()) {
        const path = `${root}/${folder}/${name}`;
        if (!isCopiedPath(path)) continue;
        const stats = await stat(join(directory, path)).catch(() => null);
        if (stats?.isFile() !== true) continue;
        files.push({ path, bytes: stats.size, changedAt: Math.trunc(stats.mtimeMs) });
      }
    }
  }
  return files;
}
