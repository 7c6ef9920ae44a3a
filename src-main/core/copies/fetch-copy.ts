/**
 * Brings a copy from a stick into the profile's folder `putting-back`, where it is proved whole: each piece by its digest, the store by its key
 * and its b-trees. Nothing else of the profile is touched; what was begun and not ended is removed.
 */
import { existsSync, statSync } from 'node:fs';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CopiedFile } from '#shared/copies/copy-file.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { flushFolder } from '../packs/blob-store.ts';
import { isSoundBeside } from '../store/backup-copy.ts';
import { databaseFailure } from '../store/database.ts';
import type { StickFolder } from '../sync/stick-files.ts';
import { createCopyPieces } from './copy-pieces.ts';
import type { OpenedCopy } from './found-copies.ts';

/** Within the profile. */
export const stagingFolder = 'putting-back';
export const storeName = 'komissiya.db';
/** What must stay free on the disk beyond the copy, bytes. */
const spareBytes = 64 * 1024 * 1024;

/** Bytes needed for a copy, without what lies here already, and those free. */
export async function roomFor(directory: string, { body }: OpenedCopy): Promise<{ needed: number; free: number }> {
  await mkdir(directory, { recursive: true });
  const disk = await statfs(directory);
  const absent = body.files.filter((file) => !isHere(directory, file));
  const needed = absent.reduce((sum, { bytes }) => sum + bytes, body.store.bytes) + spareBytes;
  return { needed, free: disk.bavail * disk.bsize };
}

/** A file is named by what is in it, so one of that length is the same. */
function isHere(directory: string, { path, bytes }: CopiedFile): boolean {
  const found = join(directory, path);
  return existsSync(found) && statSync(found).size === bytes;
}

/**
 * Failures: `copies/no-room` {needed, free}, `copies/altered`, `copies/stopped`, `stick/gone`, `store/disk-full` and the like. After a failure
 * nothing of it is left.
 * @param key the store's
 */
export async function fetchCopy(
  copy: OpenedCopy,
  to: {
    readonly directory: string;
    readonly key: Uint8Array;
    readonly signal: AbortSignal;
    readonly onProgress: (step: 'read' | 'prove', done: number, total: number) => void;
  },
): Promise<Result<null>> {
  const staging = join(to.directory, stagingFolder);
  let fetched: Result<null>;
  try {
    await rm(staging, { recursive: true, force: true });
    fetched = await fetchAll(copy, staging, to);
  } catch (error) {
    const failure = databaseFailure(error);
    if (failure === null) throw error;
    fetched = err(failure);
  }
  if (!fetched.ok) await rm(staging, { recursive: true, force: true }).catch(() => undefined);
  return fetched;
}

async function fetchAll(
  copy: OpenedCopy,
  staging: string,
  { directory, key, signal, onProgress }: Parameters<typeof fetchCopy>[1],
): Promise<Result<null>> {
  const { at, body } = copy;
  const room = await roomFor(directory, copy);
  if (room.needed > room.free) return err({ code: 'copies/no-room', ...room });
  const stick: StickFolder = { path: at.folder, isMount: false };
  const pieces = createCopyPieces(stick, '');
  const absent = body.files.filter((file) => !isHere(directory, file));
  const total = absent.reduce((sum, { bytes }) => sum + bytes, body.store.bytes);
  const folders = new Set<string>();
  let done = 0;
  const read = async (name: string): Promise<Result<Uint8Array>> => {
    if (signal.aborted) return err({ code: 'copies/stopped' });
    const content = await pieces.read(name);
    if (content !== null) return ok(content);
    return err({ code: existsSync(join(at.folder, at.name)) ? 'copies/altered' : 'stick/gone' });
  };
  const write = async (
    path: string,
    bytes: number,
    parts: readonly (() => Promise<Result<Uint8Array>>)[],
  ): Promise<Result<null>> => {
    const target = join(staging, path);
    if (!folders.has(dirname(target))) await mkdir(dirname(target), { recursive: true });
    folders.add(dirname(target));
    const handle = await open(target, 'w');
    try {
      let length = 0;
      for (const next of parts) {
        const part = await next();
        if (!part.ok) return part;
        await handle.writeFile(part.value);
        length += part.value.length;
        done += part.value.length;
        onProgress('read', done, total);
      }
      if (length !== bytes) return err({ code: 'copies/altered' });
      await handle.sync();
    } finally {
      await handle.close();
    }
    return ok(null);
  };
  for (const { path, bytes, pieces: names } of [{ path: storeName, ...body.store }, ...absent.filter(isAlone)]) {
    const written = await write(
      path,
      bytes,
      names.map((name) => () => read(name)),
    );
    if (!written.ok) return written;
  }
  for (const [name, files] of byPiece(absent)) {
    const content = await read(name);
    if (!content.ok) return content;
    for (const { path, bytes, from } of files) {
      const own = content.value.subarray(from, from + bytes);
      const written = await write(path, bytes, [() => Promise.resolve(ok(own))]);
      if (!written.ok) return written;
    }
  }
  onProgress('prove', 0, 0);
  const isSound = await isSoundBeside(join(staging, storeName), key, signal);
  if (isSound === null || signal.aborted) return err({ code: 'copies/stopped' });
  if (!isSound) return err({ code: 'copies/altered' });
  for (const folder of [...folders, staging]) await flushFolder(folder);
  return ok(null);
}

const isAlone = ({ from }: CopiedFile): boolean => from === undefined;

/** Files that share a piece, by its name, so that none is read twice. */
function byPiece(files: readonly CopiedFile[]): Map<string, { path: string; bytes: number; from: number }[]> {
  const found = new Map<string, { path: string; bytes: number; from: number }[]>();
  for (const {
    path,
    bytes,
    from,
    pieces: [name],
  } of files) {
    if (from === undefined || name === undefined) continue;
    const before = found.get(name);
    if (before === undefined) found.set(name, [{ path, bytes, from }]);
    else before.push({ path, bytes, from });
  }
  return found;
}
