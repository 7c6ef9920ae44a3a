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

/** How long a file became, or why it could not be written: the file system's code (`ENOSPC` …), or `not-kept`. */
export type WrittenFile = { readonly bytes: number; readonly cut: string | null };

/** Writes one parcel file, in the place of one of the same name. */
export async function writeParcelFile(path: string, kind: ParcelPath, content: Uint8Array): Promise<WrittenFile> {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const bytes = wrapParcel(kind, content, { publicKey, sign: (data) => sign(null, data, pair.privateKey) }, sha256);
  const draft = `${path}.new`;
  try {
    await makeFolder(dirname(path));
    const handle = await open(draft, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A worn-out stick takes everything and keeps something else.
    if (!(await readFile(draft)).equals(bytes)) return await giveUp(draft, 'not-kept');
    await rename(draft, path);
  } catch (error) {
    return giveUp(draft, codeOf(error));
  }
  return { bytes: bytes.length, cut: null };
}

/** Not the folders above it: where the stick was, on the disk behind it, nothing is written. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

async function giveUp(draft: string, cut: string): Promise<WrittenFile> {
  await rm(draft, { force: true }).catch(() => undefined);
  return { bytes: 0, cut };
}

/** The file system's code of what it rejected with; any other error is a fault of ours and goes on. */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw error;
}

/** Removes the parts of an older, longer delivery of the same pair. Where one stays it does no harm: late answers take nothing back. */
export async function removeOlderParts(written: readonly string[]): Promise<void> {
  const [first] = written;
  if (first === undefined) return;
  const tag = basename(first).slice(0, basename(first).lastIndexOf('-') + 1);
  for (const name of await readdir(dirname(first)).catch(() => [])) {
    const path = join(dirname(first), name);
    if (name.startsWith(tag) && !written.includes(path)) await rm(path, { force: true }).catch(() => undefined);
  }
}

/** Free bytes of the stick, 0 where it does not say. */
export async function freeBytes(folder: string): Promise<number> {
  const disk = await statfs(folder).catch(() => null);
  return disk === null ? 0 : disk.bavail * disk.bsize;
}
