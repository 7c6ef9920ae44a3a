/**
 * Writes a whole copy onto a stick. The index is written last, and former copies make room only when the new one has been read back, so a stick
 * that is pulled or full keeps what it held. Nothing of the stick but this laptop's own folder is touched.
 */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CopiedFile,
  type CopyBody,
  type CopyHead,
  copyName,
  copyPieceBytes,
  piecesOf,
} from '#shared/copies/copy-file.ts';
import type { Random } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { diskFailure } from '../files/disk-failure.ts';
import { errorCode } from '../packs/pack-failures.ts';
import type { StoreDraft } from '../store/backups.ts';
import { freeBytes, isMountPoint, type StickFolder, writeStickFile } from '../sync/stick-files.ts';
import { type CopyPieces, createCopyPieces, cutFile, digestOf } from './copy-pieces.ts';
import { copiesIn, copiesUnder, type CopyAt, openedCopy, type OpenedCopy } from './found-copies.ts';
import { listCopiedFiles, type LocalFile } from './copied-files.ts';
import { sealCopy } from './copy-seal.ts';

/** Newest copies kept of a laptop. */
const mostKept = 2;
/** What a file takes on a stick is rounded up to this, and some of the index beside it. */
const [clusterBytes, indexBytesPerFile, spareBytes] = [32 * 1024, 256, 1024 * 1024] as const;

export type CopyOrder = {
  readonly stick: StickFolder;
  /** The laptop's folder. */
  readonly laptop: string;
  /** The profile's folder. */
  readonly directory: string;
  readonly store: StoreDraft;
  readonly copyKey: Uint8Array;
  readonly random: Random;
  readonly head: Omit<CopyHead, 'bytes'>;
  readonly body: Omit<CopyBody, 'store' | 'files'>;
  readonly signal: AbortSignal;
  readonly onProgress: (step: 'prepare' | 'write' | 'check', done: number, total: number) => void;
};

export type CopyMade = {
  /** Of the whole copy, in bytes. */
  readonly bytes: number;
  /** Of those the ones this stick had not held. */
  readonly written: number;
};

/** A file here, and the pieces it had when it was last copied; null where it has to be read. */
type Source = LocalFile & { readonly from: string; readonly pieces: readonly string[] | null };

/**
 * Failures: `copies/stopped`, `copies/changed`, `stick/full` {needed, free}, `stick/read-only`, `stick/gone`, `stick/unreliable`,
 * `store/disk-error`.
 */
export async function writeCopy(order: CopyOrder): Promise<Result<CopyMade>> {
  const { stick, signal } = order;
  const under = join(copiesUnder, order.laptop);
  const pieces = createCopyPieces(stick, under);
  const fresh = new Set<string>();
  const result = await write(order, under, pieces, fresh);
  // What a person ended, or has no room, leaves nothing; what a pulled stick holds already is not written again the next time.
  if (!result.ok && (result.error.code === 'stick/full' || (signal.aborted && signal.reason !== 'closing')))
    await pieces.remove(fresh);
  return result;
}

async function write(
  order: CopyOrder,
  under: string,
  pieces: CopyPieces,
  fresh: Set<string>,
): Promise<Result<CopyMade>> {
  const { stick, directory, store, signal, onProgress } = order;
  const folder = join(stick.path, under);
  const stopped = err({ code: 'copies/stopped' });
  const found = await copiesIn(folder);
  let former = openFormer(found, order.copyKey);
  const storeSource: Source = { path: '', from: store.path, bytes: store.bytes, changedAt: 0, pieces: null };
  let storePieces: string[];
  let sources: Source[];
  try {
    storePieces = await digestsOf(store.path, signal, (done) => onProgress('prepare', done, store.bytes));
    // Behind the store: what it refers to is here by now.
    sources = knownSources(await listCopiedFiles(directory), former[0], directory);
  } catch (error) {
    return localFailure(error);
  }
  if (signal.aborted) return stopped;

  let held = await pieces.held();
  const missing = (): number => {
    const absent = storePieces.filter((name) => !held.has(name)).length * copyPieceBytes;
    const files = sources.filter((file) => file.pieces === null || file.pieces.some((name) => !held.has(name)));
    const rounded = files.reduce((sum, { bytes }) => sum + Math.ceil(bytes / clusterBytes + 1) * clusterBytes, 0);
    return Math.min(absent, store.bytes) + rounded + sources.length * indexBytesPerFile + spareBytes;
  };
  let [needed, free] = [missing(), await freeBytes(stick.path)];
  if (needed > free && former.length > 1 && !hasNewerApps(found)) {
    // They would go anyway once the new copy is whole; the newest stays until then.
    const [newest, ...older] = former;
    await drop(older.map(({ at }) => at));
    former = newest === undefined ? [] : [newest];
    await removeUnneeded(pieces, former);
    held = await pieces.held();
    [needed, free] = [missing(), await freeBytes(stick.path)];
  }
  // A pulled stick has no free byte either.
  if (needed > free)
    return err(free === 0 && !(await isHere(stick)) ? { code: 'stick/gone' } : { code: 'stick/full', needed, free });

  const bytes = store.bytes + sources.reduce((sum, file) => sum + file.bytes, 0);
  let [written, done] = [0, 0];
  const files: CopiedFile[] = [];
  const put = async (name: string, content: Uint8Array): Promise<Result<null>> => {
    const put = await pieces.write(name, content);
    if (!put.ok) return put.error.code === 'stick/full' ? err({ code: 'stick/full', needed, free }) : put;
    fresh.add(name);
    written += content.length;
    return put;
  };
  try {
    for (const source of [storeSource, ...sources]) {
      const isThere = source.pieces?.every((name) => held.has(name)) === true;
      const names: string[] = isThere ? [...(source.pieces ?? [])] : [];
      let length = 0;
      if (!isThere) {
        for await (const content of cutFile(source.from)) {
          if (signal.aborted) return stopped;
          const name = await digestOf(content);
          if (held.get(name) !== content.length && !fresh.has(name)) {
            const one = await put(name, content);
            if (!one.ok) return one;
          }
          names.push(name);
          length += content.length;
          onProgress('write', done + length, bytes);
        }
        if (length !== source.bytes) return err({ code: 'copies/changed' });
      }
      done += source.bytes;
      onProgress('write', done, bytes);
      const { path, changedAt } = source;
      if (source !== storeSource) files.push({ path, bytes: source.bytes, changedAt, pieces: names });
    }
    const body: CopyBody = { ...order.body, store: { bytes: store.bytes, pieces: storePieces }, files };
    const checked = await checkAll(order, pieces, [storeSource, ...sources], body, put);
    if (!checked.ok) return checked;
    const head: CopyHead = { ...order.head, bytes };
    const index = JSON.stringify(sealCopy(head, body, order.copyKey, order.random));
    const indexed = await writeStickFile(stick, copyName(head.madeAt), Buffer.from(index), under);
    if (!indexed.ok) return indexed;
  } catch (error) {
    return localFailure(error);
  }
  await tidy(folder, pieces, order);
  return ok({ bytes, written });
}

/** Reads back all that the copy consists of. What an earlier copy left is written once more where it has gone bad. */
async function checkAll(
  { signal, onProgress }: CopyOrder,
  pieces: CopyPieces,
  sources: readonly Source[],
  { store, files }: CopyBody,
  put: (name: string, content: Uint8Array) => Promise<Result<null>>,
): Promise<Result<null>> {
  const copied = [store, ...files];
  const total = copied.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const [place, { bytes, pieces: names }] of copied.entries()) {
    let bad = 0;
    for (const name of names) {
      if (signal.aborted) return err({ code: 'copies/stopped' });
      if ((await pieces.read(name)) === null) bad += 1;
    }
    if (bad > 0) {
      for await (const content of cutFile(sources[place]?.from ?? '')) {
        const name = await digestOf(content);
        if (!names.includes(name)) return err({ code: 'copies/changed' });
        if ((await pieces.read(name)) !== null) continue;
        const again = await put(name, content);
        if (!again.ok) return again;
        if ((await pieces.read(name)) === null) return err({ code: 'stick/unreliable' });
      }
    }
    done += bytes;
    onProgress('check', done, total);
  }
  return ok(null);
}

/** Keeps the copy just made and the newest whole ones that the same recovery code opens, and the pieces they are of. */
async function tidy(folder: string, pieces: CopyPieces, { copyKey, head }: CopyOrder): Promise<void> {
  const all = await copiesIn(folder);
  if (hasNewerApps(all)) return;
  const whole = openFormer(all, copyKey).filter((copy) => copy.head.recovery.box === head.recovery.box);
  // Also where a clock that was ahead has dated earlier ones later.
  const isMade = (copy: OpenedCopy): boolean => copy.head.madeAt === head.madeAt;
  const kept = [...whole.filter(isMade), ...whole.filter((copy) => !isMade(copy))].slice(0, mostKept);
  await drop(all.filter((at) => !kept.some((copy) => copy.at === at)));
  await removeUnneeded(pieces, kept);
}

/** Made by a newer version of this laptop's app: which pieces are theirs cannot be told. */
function hasNewerApps(copies: readonly CopyAt[]): boolean {
  return copies.some(({ index }) => index === 'from-future');
}

async function drop(copies: readonly CopyAt[]): Promise<void> {
  for (const { folder, name } of copies) await rm(join(folder, name), { force: true }).catch(() => undefined);
}

async function removeUnneeded(pieces: CopyPieces, kept: readonly OpenedCopy[]): Promise<void> {
  const needed = new Set(kept.flatMap(({ body }) => [...piecesOf(body)]));
  await pieces.remove([...(await pieces.held()).keys()].filter((name) => !needed.has(name)));
}

function openFormer(copies: readonly CopyAt[], copyKey: Uint8Array): OpenedCopy[] {
  return copies.flatMap((at) => openedCopy(at, copyKey) ?? []);
}

async function isHere({ path, isMount }: StickFolder): Promise<boolean> {
  return isMount ? isMountPoint(path) : (await stat(path).catch(() => null)) !== null;
}

/** Which bytes a copy would take at most on a stick that holds these copies of the laptop. */
export async function estimateCopy(
  folder: string,
  copyKey: Uint8Array,
  directory: string,
  storeBytes: number,
): Promise<{ needed: number; total: number }> {
  const [former] = openFormer(await copiesIn(folder), copyKey);
  const sources = knownSources(await listCopiedFiles(directory), former, directory);
  const sum = (files: readonly Source[]): number => files.reduce((all, { bytes }) => all + bytes, storeBytes);
  return { needed: sum(sources.filter((file) => file.pieces === null)) + spareBytes, total: sum(sources) };
}

function knownSources(files: readonly LocalFile[], former: OpenedCopy | undefined, directory: string): Source[] {
  const known = new Map(former?.body.files.map((file) => [file.path, file]));
  return files.map((file) => {
    const before = known.get(file.path);
    const isSame = before?.bytes === file.bytes && before.changedAt === file.changedAt;
    return { ...file, from: join(directory, file.path), pieces: isSame ? before.pieces : null };
  });
}

async function digestsOf(path: string, signal: AbortSignal, onRead: (bytes: number) => void): Promise<string[]> {
  const names: string[] = [];
  let read = 0;
  for await (const content of cutFile(path)) {
    if (signal.aborted) break;
    names.push(await digestOf(content));
    read += content.length;
    onRead(read);
  }
  return names;
}

/** The failure behind an error of this laptop's own disk; what has gone was removed meanwhile. */
function localFailure(error: unknown): Result<never> {
  if (errorCode(error) === 'ENOENT') return err({ code: 'copies/changed' });
  const failure = diskFailure(error);
  if (failure === null) throw error;
  return err(failure);
}
