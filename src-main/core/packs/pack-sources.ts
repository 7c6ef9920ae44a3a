/**
 * Looks for packs on sticks and in folders: `*.kpack` in the root and in `komissiya/`, nowhere deeper. Only the two ends
 * of each file are read, and a file that has not changed since is not read again.
 */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '#shared/kernel/result.ts';
import type { PackManifest } from '#shared/packs/manifest.ts';
import { isPackName, packFolders } from '#shared/packs/pack-place.ts';
import { openPack } from './pack-file.ts';

export type Source = { readonly path: string; readonly name: string; readonly type: 'stick' | 'folder' };

/** One file that was looked at. `manifest` is null when not even that could be read with a fitting signature. */
export type SeenPack = {
  readonly offer: string;
  readonly source: string;
  readonly path: string;
  /** File name, with `komissiya/` before it when it lies there. */
  readonly file: string;
  readonly bytes: number;
  readonly manifest: PackManifest | null;
  /** The key the manifest is signed with. */
  readonly key: string | null;
  /** What is wrong with the file itself. */
  readonly problem: Failure | null;
};

/** More than this many files on one stick are not looked at. */
const maxFilesPerSource = 200;

export type SourceScanner = {
  /** Id of a source, the same whenever it is mounted at the same place. */
  idOf(source: Source): string;
  /** Id of a pack file, the same while it lies there. */
  offerOf(path: string): string;
  /** Looks through one source; an unreadable one holds nothing. */
  scan(source: Source): Promise<SeenPack[]>;
};

export function createSourceScanner(): SourceScanner {
  const cache = new Map<string, { readonly stamp: string; readonly seen: SeenPack }>();
  const idOf = (source: Source): string => shortHash(source.path);

  async function look(source: Source, folder: string, name: string): Promise<SeenPack | null> {
    const path = join(source.path, folder, name);
    const stats = await stat(path).catch(() => null);
    if (stats === null || !stats.isFile()) return null;
    const stamp = `${stats.size} ${stats.mtimeMs}`;
    const cached = cache.get(path);
    if (cached?.stamp === stamp) return cached.seen;
    let manifest: PackManifest | null = null;
    let key: string | null = null;
    const opened = await openPack(path, (foundManifest, foundKey) => {
      manifest = foundManifest;
      key = foundKey;
    });
    if (opened.ok) await opened.value.close();
    const seen: SeenPack = {
      offer: shortHash(path),
      source: idOf(source),
      path,
      file: folder === '' ? name : `${folder}/${name}`,
      bytes: stats.size,
      manifest,
      key,
      problem: opened.ok ? null : opened.error,
    };
    // A stick that was pulled while it was read is not remembered that way.
    if (seen.problem?.code !== 'packs/source-gone') cache.set(path, { stamp, seen });
    return seen;
  }

  return {
    idOf,
    offerOf: shortHash,
    async scan(source) {
      const seen: SeenPack[] = [];
      for (const folder of packFolders) {
        const names = await readdir(join(source.path, folder)).catch(() => []);
        for (const name of names.sort()) {
          if (seen.length >= maxFilesPerSource) return seen;
          if (!isPackName(name)) continue;
          const found = await look(source, folder, name);
          if (found !== null) seen.push(found);
        }
      }
      return seen;
    },
  };
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
