/**
 * The bytes of attachments: `<profile>/attachments/<aa>/<name>`, each sealed (sealed-file.ts) and stored once. A name is a keyed digest of the
 * content's SHA-256, so that a finder of the laptop cannot even ask whether a known paper is here. Under its name a file is whole, proved and
 * on the disk; what is under way lies in `attachments/parts` and may be gone on with.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import { mkdir, readdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { flushFolder } from '../packs/blob-store.ts';
import { openSealedWriter, readSealed, type SealedWriter } from './sealed-file.ts';

export type FileStore = {
  has(sha256: string): boolean;
  /** The content from a byte on. Throws SealBroken where it was altered. */
  read(sha256: string, from?: number): AsyncGenerator<Buffer, void>;
  /** A file under way: `name` is a digest wanted, or an upload's own id. */
  part(name: string): Promise<SealedWriter>;
  /** Takes a finished part in under its digest. */
  adopt(part: string, sha256: string): Promise<void>;
  dropPart(name: string): Promise<void>;
  /** Forgets bytes that turned out not to be what they should. */
  drop(sha256: string): Promise<void>;
  /** Names of the files held besides these digests: a name tells nothing of what is in it. */
  namesBeside(digests: readonly string[]): string[];
  /** Forgets a file by its name. */
  dropNamed(name: string): Promise<void>;
  /** Free bytes of the disk. */
  free(): Promise<number>;
};

/** Opens the folder; uploads an earlier run left are removed, fetches kept. */
export async function openFileStore(directory: string, profileKey: Uint8Array): Promise<FileStore> {
  const root = join(directory, 'attachments');
  const parts = join(root, 'parts');
  const derive = (info: string): Uint8Array => new Uint8Array(hkdfSync('sha256', profileKey, '', info, 32));
  const contentKey = derive('komissiya attachments');
  const nameKey = derive('komissiya attachment names');
  const nameOf = (text: string): string => createHmac('sha256', nameKey).update(text).digest('hex').slice(0, 40);
  const pathFor = (name: string): string => join(root, name.slice(0, 2), name);
  const pathOf = (sha256: string): string => pathFor(nameOf(sha256));
  const partOf = (name: string): string => join(parts, `${nameOf(name)}${uploadName.test(name) ? '.new' : '.part'}`);

  const held = new Set<string>();
  for (const folder of await readdir(root).catch(() => [])) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const name of await readdir(join(root, folder))) held.add(name);
  }
  for (const name of await readdir(parts).catch(() => []))
    if (name.endsWith('.new')) await rm(join(parts, name), { force: true });

  async function dropNamed(name: string): Promise<void> {
    held.delete(name);
    await rm(pathFor(name), { force: true });
  }

  return {
    has: (sha256) => held.has(nameOf(sha256)),
    read: (sha256, from = 0) => readSealed(pathOf(sha256), contentKey, from),
    async part(name) {
      await mkdir(parts, { recursive: true });
      return openSealedWriter(partOf(name), contentKey);
    },
    async adopt(part, sha256) {
      const target = pathOf(sha256);
      await mkdir(dirname(target), { recursive: true });
      await rename(partOf(part), target);
      for (const folder of [dirname(target), root]) await flushFolder(folder);
      held.add(nameOf(sha256));
    },
    dropPart: (name) => rm(partOf(name), { force: true }),
    drop: (sha256) => dropNamed(nameOf(sha256)),
    namesBeside(digests) {
      const named = new Set(digests.map(nameOf));
      return [...held].filter((name) => !named.has(name));
    },
    dropNamed,
    async free() {
      await mkdir(root, { recursive: true });
      const disk = await statfs(root);
      return disk.bavail * disk.bsize;
    },
  };
}

/** Ids of uploads, unlike digests, are short. */
const uploadName = /^.{1,40}$/;
