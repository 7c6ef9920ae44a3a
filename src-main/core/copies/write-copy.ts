/**
 * Writes a whole copy onto a stick. The index is written last, and former copies make room only when the new one has been read back, so a stick
 * that is pulled or full keeps what it held. Nothing of the stick but this laptop's own folder is touched.
 */
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CopyBody,
  copyFormat,
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
import { type CopyPieces, createCopyPieces, cutFile, digestOf, removeUnneeded } from './copy-pieces.ts';
import { copiesIn, copiesUnder, type CopyAt, headOf, openedCopy, type OpenedCopy } from './found-copies.ts';
import { listCopiedFiles } from './copied-files.ts';
import { sealCopy } from './copy-seal.ts';
import { knownSources, type Place, roomOf, sharesPiece, type Source } from './copy-sources.ts';

/** Newest copies kept of a laptop. */
const mostKept = 2;
/** What a file takes of the index, and what must stay free. */
const [indexBytesPerFile, spareBytes] = [256, 1024 * 1024] as const;

export type CopyOrder = {
  readonly stick: StickFolder;
  /** The laptop's folder. */
  readonly laptop: string;
  /** The profile's folder. */
  readonly directory: string;
  readonly store: StoreDraft;
  readonly copyKey: Uint8Array;
  readonly random: Random;
  readonly head: Omit<CopyHead, 'format' | 'turn' | 'bytes'>;
  /** Of the laptop's last copy, on whichever stick. */
  readonly lastTurn: number;
  readonly body: Omit<CopyBody, 'store' | 'files'>;
  readonly signal: AbortSignal;
  readonly onProgress: (step: 'prepare' | 'write' | 'check', done: number, total: number) => void;
};

export type CopyMade = {
  /** Of the whole copy, in bytes. */
  readonly bytes: number;
  /** Of those the ones this stick had not held. */
  readonly written: number;
  readonly turn: number;
};

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
  const found = await copiesIn(folder);
  let former = openFormer(found, order.copyKey);
  const storeSource: Source = { path: '', origin: store.path, bytes: store.bytes, changedAt: 0, place: null };
  let storePieces: string[];
  let sources: Source[];
  try {
    storePieces = await digestsOf(store.path, signal, (done) => onProgress('prepare', done, store.bytes));
    // Behind the store: what it refers to is here by now.
    sources = knownSources(await listCopiedFiles(directory), former[0]?.body.files ?? [], directory);
  } catch (error) {
    return localFailure(error);
  }
  if (signal.aborted) return err({ code: 'copies/stopped' });

  let held = await pieces.held();
  const missing = (): number => {
    const absent = storePieces.filter((name) => !held.has(name)).length * copyPieceBytes;
    const files = roomOf(sources.filter((source) => !isThere(source, held)));
    return Math.min(absent, store.bytes) + files + sources.length * indexBytesPerFile + spareBytes;
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
  let written = 0;
  const put = async (content: Uint8Array<ArrayBuffer>): Promise<Result<string>> => {
    if (signal.aborted) return err({ code: 'copies/stopped' });
    const name = await digestOf(content);
    if (held.get(name) === content.length) return ok(name);
    const put = await pieces.write(name, content);
    if (!put.ok) return put.error.code === 'stick/full' ? err({ code: 'stick/full', needed, free }) : put;
    fresh.add(name);
    held.set(name, content.length);
    written += content.length;
    return ok(name);
  };
  const turn = nextTurn(order, found);
  try {
    const proved = new Set<string>();
    let body: CopyBody;
    for (;;) {
      const placed = await writeFiles([storeSource, ...sources], {
        held,
        put,
        onWritten: (done) => onProgress('write', done, bytes),
      });
      if (!placed.ok) return placed;
      const [storePlace, ...places] = placed.value;
      if (storePlace?.pieces.some((name, index) => name !== storePieces[index]) !== false)
        return err({ code: 'copies/changed' });
      sources = sources.map((source, index) => ({ ...source, place: places[index] ?? null }));
      body = {
        ...order.body,
        store: { bytes: store.bytes, pieces: storePieces },
        files: sources.map(({ path, bytes, changedAt, place }) => ({ path, bytes, changedAt, pieces: [], ...place })),
      };
      const bad = await proveAll(order, pieces, body, { held, proved });
      if (!bad.ok) return bad;
      if (bad.value.length === 0) break;
      // What an earlier copy left has gone bad: it is written once more. What was written just now has no excuse.
      if (bad.value.some((name) => fresh.has(name))) return err({ code: 'stick/unreliable' });
      for (const name of bad.value) held.delete(name);
    }
    const head: CopyHead = { ...order.head, format: copyFormat, turn, bytes };
    const index = JSON.stringify(sealCopy(head, body, order.copyKey, order.random));
    const indexed = await writeStickFile(stick, copyName(turn), Buffer.from(index), { under });
    if (!indexed.ok) return indexed;
  } catch (error) {
    return localFailure(error);
  }
  await tidy(folder, pieces, order);
  return ok({ bytes, written, turn });
}

function isThere({ place }: Source, held: ReadonlyMap<string, number>): boolean {
  return place?.pieces.every((name) => held.has(name)) === true;
}

/** Higher than that of every copy known, wherever the stick was meanwhile. */
function nextTurn({ lastTurn }: CopyOrder, found: readonly CopyAt[]): number {
  let turn = Math.max(lastTurn, ...found.map((at) => headOf(at)?.turn ?? 0)) + 1;
  while (found.some(({ name }) => name === copyName(turn))) turn += 1;
  return turn;
}

/** Writes what is not there; answers where each file lies, in their order. The first one, the store, shares no piece. */
async function writeFiles(
  sources: readonly Source[],
  to: {
    readonly held: ReadonlyMap<string, number>;
    readonly put: (content: Uint8Array<ArrayBuffer>) => Promise<Result<string>>;
    /** Bytes of all files so far. */
    readonly onWritten: (done: number) => void;
  },
): Promise<Result<Place[]>> {
  const places: Place[] = [];
  /** Small files that will share a piece. */
  let [waiting, parts, filled]: [{ index: number; from: number }[], Buffer[], number] = [[], [], 0];
  const putWaiting = async (): Promise<Result<null>> => {
    if (waiting.length === 0) return ok(null);
    const name = await to.put(Buffer.concat(parts));
    if (!name.ok) return name;
    for (const { index, from } of waiting) places[index] = { pieces: [name.value], from };
    [waiting, parts, filled] = [[], [], 0];
    return ok(null);
  };
  let done = 0;
  for (const [index, source] of sources.entries()) {
    const { origin, bytes } = source;
    let length = bytes;
    if (source.place !== null && isThere(source, to.held)) places[index] = source.place;
    else if (index > 0 && sharesPiece(source)) {
      const content = await readFile(origin);
      length = content.length;
      if (filled + length > copyPieceBytes) {
        const put = await putWaiting();
        if (!put.ok) return put;
      }
      waiting.push({ index, from: filled });
      parts.push(content);
      filled += length;
    } else {
      const names: string[] = [];
      length = 0;
      for await (const content of cutFile(origin)) {
        const name = await to.put(content);
        if (!name.ok) return name;
        names.push(name.value);
        length += content.length;
        to.onWritten(done + length);
      }
      places[index] = { pieces: names };
    }
    if (length !== bytes) return err({ code: 'copies/changed' });
    done += bytes;
    to.onWritten(done);
  }
  const put = await putWaiting();
  return put.ok ? ok(places) : put;
}

/** Reads back all pieces of the copy that are not `proved` yet; answers those that are not what their names say. */
async function proveAll(
  { signal, onProgress }: CopyOrder,
  pieces: CopyPieces,
  body: CopyBody,
  { held, proved }: { readonly held: ReadonlyMap<string, number>; readonly proved: Set<string> },
): Promise<Result<string[]>> {
  const names = [...piecesOf(body)].filter((name) => !proved.has(name));
  const total = names.reduce((sum, name) => sum + (held.get(name) ?? 0), 0);
  const bad: string[] = [];
  let done = 0;
  for (const name of names) {
    if (signal.aborted) return err({ code: 'copies/stopped' });
    if ((await pieces.read(name)) === null) bad.push(name);
    else proved.add(name);
    done += held.get(name) ?? 0;
    onProgress('check', done, total);
  }
  return ok(bad);
}

/** Keeps the newest copies that the same recovery code opens, the one just made among them, and the pieces they are of. */
async function tidy(folder: string, pieces: CopyPieces, { copyKey, head }: CopyOrder): Promise<void> {
  const all = await copiesIn(folder);
  if (hasNewerApps(all)) return;
  const whole = openFormer(all, copyKey).filter((copy) => copy.head.recovery.box === head.recovery.box);
  const kept = whole.slice(0, mostKept);
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
  const sources = knownSources(await listCopiedFiles(directory), former?.body.files ?? [], directory);
  const total = sources.reduce((all, { bytes }) => all + bytes, storeBytes);
  return { needed: storeBytes + roomOf(sources.filter(({ place }) => place === null)) + spareBytes, total };
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
