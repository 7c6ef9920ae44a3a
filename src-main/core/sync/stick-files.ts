/**
 * Parcel files on a stick. A file is written under another name, flushed, renamed and read back: under its own name it is
 * whole, or not there. Sticks are full, write-protected, worn out and pulled at any moment; each is a failure with a name.
 *
 * Failures: `stick/full` {needed, free}, `stick/read-only`, `stick/gone`, `stick/unreliable` (what was written reads
 * differently).
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import { isPackName, packFolder, packFolders } from '#shared/packs/pack-place.ts';
import { isInvitationName } from '#shared/sync/invitation-file.ts';
import { compareParcelNames, maxParcelBytes, type ParcelPath, wrapParcel } from '#shared/sync/parcel-file.ts';
import { sha256 } from '../store/segment-ports.ts';
import { flushFolder } from '../packs/blob-store.ts';
import { readBack } from './read-back.ts';

const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const readOnlyCodes = new Set(['EROFS', 'EACCES', 'EPERM']);
const goneCodes = new Set(['ENOENT', 'EIO', 'ENXIO', 'ENODEV', 'ESTALE', 'EBADF', 'ENOTDIR', 'UNKNOWN', 'EBUSY']);
/** More files than this on one stick are not looked at. */
const mostFiles = 2000;

/** The failure behind an error of the stick's file system; null for a bug. */
export function stickFailure(error: unknown): Failure | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (fullCodes.has(code)) return { code: 'stick/full', needed: 0, free: 0 };
  if (readOnlyCodes.has(code)) return { code: 'stick/read-only' };
  return goneCodes.has(code) ? { code: 'stick/gone' } : null;
}

/**
 * A place by its path. `isMount`: it was seen as a file system of its own. Where a pulled stick leaves its folder behind, the folder lies on
 * the system's disk from then on: nothing may be written there instead.
 */
export type StickFolder = { readonly path: string; readonly isMount: boolean };

/** Whether a file system of its own is mounted there; false where the place cannot be asked. */
export async function isMountPoint(path: string): Promise<boolean> {
  const [own, parent] = await Promise.all([stat(path), stat(dirname(path))]).catch(() => [null, null]);
  return own !== null && parent !== null && own.dev !== parent.dev;
}

/**
 * Writes one file into the stick's folder, or another `under` the stick, in the place of one of the same name. `isReadLater`: the caller will
 * see whether it reads as it was written.
 */
export async function writeStickFile(
  place: StickFolder,
  name: string,
  bytes: Uint8Array,
  { under = packFolder, isReadLater = false }: { readonly under?: string; readonly isReadLater?: boolean } = {},
): Promise<Result<null>> {
  const { path, isMount } = place;
  const folder = join(path, under);
  const draft = join(folder, `${name}.new`);
  const isPulled = async (): Promise<boolean> => isMount && !(await isMountPoint(path));
  try {
    const { dev: device } = await stat(path);
    if (await isPulled()) return err({ code: 'stick/gone' });
    await makeFolders(path, under);
    const handle = await open(draft, 'w');
    try {
      if ((await handle.stat()).dev !== device) {
        await rm(draft, { force: true });
        return err({ code: 'stick/gone' });
      }
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!isReadLater && !(await readBack(draft)).equals(bytes)) {
      await rm(draft, { force: true });
      return err({ code: 'stick/unreliable' });
    }
    await rename(draft, join(folder, name));
    // The new name must outlive a pull, too.
    await flushFolder(folder);
    return (await isPulled()) ? err({ code: 'stick/gone' }) : ok(null);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    const failure = stickFailure(error);
    if (failure === null) throw error;
    if (failure.code !== 'stick/full') return err(failure);
    return err({ ...failure, needed: bytes.length, free: await freeBytes(path) });
  }
}

/** Makes a folder below the stick, one after another: at once, Node says of a write-protected stick that it is not there. */
async function makeFolders(path: string, under: string): Promise<void> {
  let folder = path;
  for (const name of under.split(sep)) {
    folder = join(folder, name);
    await mkdir(folder).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  }
}

/** Removes files of the folder whose names begin with `prefix` and are not in `keep`. */
export async function removeStickFiles(place: string, prefix: string, keep: readonly string[]): Promise<void> {
  const folder = join(place, packFolder);
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith(prefix) && !keep.includes(name))
      await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

/** Paths of the packs and invitations of a place: in its root and in the folder of parcels, nowhere deeper. */
export async function listStickFiles(place: string): Promise<string[]> {
  const paths: string[] = [];
  for (const folder of packFolders.map((name) => join(place, name))) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.sort(compareParcelNames)) {
      if ((isPackName(name) || isInvitationName(name)) && paths.length < mostFiles) paths.push(join(folder, name));
    }
  }
  return paths;
}

/** A whole file. Failures: `stick/gone`, `packs/too-large` {bytes}. */
export async function readStickFile(path: string): Promise<Result<Uint8Array>> {
  try {
    const { size } = await stat(path);
    if (size > maxParcelBytes) return err({ code: 'packs/too-large', bytes: size });
    return ok(await readFile(path));
  } catch (error) {
    if (stickFailure(error) === null) throw error;
    return err({ code: 'stick/gone' });
  }
}

/** Free bytes of a place, 0 where it does not say. */
export async function freeBytes(place: string): Promise<number> {
  const disk = await statfs(place).catch(() => null);
  return disk === null ? 0 : disk.bavail * disk.bsize;
}

/** Lays a parcel file out under a key made for it alone. */
export function wrapForStick(path: ParcelPath, content: Uint8Array): Uint8Array {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  return wrapParcel(path, content, { publicKey, sign: (data) => sign(null, data, pair.privateKey) }, sha256);
}
