/** Parcel files on the operator's stick: under its own name a file is whole, or not there. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { err, type Result } from '#shared/kernel/result.ts';
import { isPackName, packFolders } from '#shared/packs/pack-place.ts';
import {
  compareParcelNames,
  maxParcelBytes,
  type ParcelPath,
  unwrapParcel,
  wrapParcel,
} from '#shared/sync/parcel-file.ts';
import { sha256, verifySignature } from './hub-crypto.ts';

/** Paths of the pack files of a folder and of its folder of parcels, the parts of one delivery in their order. */
export async function listParcels(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const place of packFolders.map((name) => join(folder, name))) {
    const names = await readdir(place).catch(() => []);
    paths.push(...names.filter(isPackName).map((name) => join(place, name)));
  }
  return paths.sort(compareParcelNames);
}

/** The content of one parcel file. Failures: those of `unwrapParcel`, `hub/unreadable`. */
export async function readParcelFile(path: string): Promise<Result<{ path: ParcelPath; content: Uint8Array }>> {
  try {
    if ((await stat(path)).size > maxParcelBytes) return err({ code: 'packs/not-a-pack' });
    return unwrapParcel(await readFile(path), { hash: sha256, verify: verifySignature });
  } catch {
    return err({ code: 'hub/unreadable' });
  }
}

/** Writes one parcel file, in the place of one of the same name. Rejects with the file system's own error. */
export async function writeParcelFile(path: string, kind: ParcelPath, content: Uint8Array): Promise<number> {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const bytes = wrapParcel(kind, content, { publicKey, sign: (data) => sign(null, data, pair.privateKey) }, sha256);
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  try {
    const handle = await open(draft, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A worn-out stick takes everything and keeps something else.
    if (!(await readFile(draft)).equals(bytes)) throw new Error(`${path} does not keep what was written to it`);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
  return bytes.length;
}

/** Removes the parts of an older, longer delivery of the same pair. */
export async function removeOlderParts(written: readonly string[]): Promise<void> {
  const [first] = written;
  if (first === undefined) return;
  const tag = basename(first).slice(0, basename(first).lastIndexOf('-') + 1);
  for (const name of await readdir(dirname(first))) {
    const path = join(dirname(first), name);
    if (name.startsWith(tag) && !written.includes(path)) await rm(path, { force: true });
  }
}

/** Free bytes of the stick, 0 where it does not say. */
export async function freeBytes(folder: string): Promise<number> {
  const disk = await statfs(folder).catch(() => null);
  return disk === null ? 0 : disk.bavail * disk.bsize;
}
