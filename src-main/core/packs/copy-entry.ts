/**
 * Moves the bytes of one entry from the pack to a file while hashing them. Reading, hashing and writing overlap: while
 * one buffer is hashed here, the next is read and the last one written by the system's threads.
 */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import type { PackFile } from '#shared/packs/manifest.ts';
import { PackRefused } from './pack-failures.ts';
import { readExactly } from './pack-file.ts';
import type { PlacedEntry } from '#shared/packs/zip-layout.ts';

/** Large enough that a stick reads in long runs, small enough that hashing one does not hold the event loop (about 1 ms). */
export const chunkBytes = 1024 * 1024;

const inflate = promisify(inflateRaw);

export type CopyDeps = {
  readonly signal: AbortSignal;
  /** Called with the number of content bytes just taken over. */
  readonly onBytes: (bytes: number) => void;
};

/** Three buffers, made once per import. */
export type CopyBuffers = readonly [Buffer, Buffer, Buffer];
export function newCopyBuffers(): CopyBuffers {
  return [Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes)];
}

/** Throws PackRefused unless the local header in the file is the one the manifest implies. */
export async function checkHeader(source: FileHandle, entry: PlacedEntry): Promise<void> {
  const header = Buffer.allocUnsafe(entry.header.length);
  await readExactly(source, header, entry.headerAt, header.length);
  if (!header.equals(entry.header)) throw new PackRefused({ code: 'packs/damaged', entry: entry.path });
}

/**
 * Copies a stored entry into `target`, going on after the first `held` bytes that `hash` has already seen.
 * `target` may be null: then the entry is only read and checked. Throws PackRefused `packs/damaged` on a wrong digest.
 */
export async function copyStored(
  source: FileHandle,
  entry: PlacedEntry,
  file: PackFile,
  target: { readonly handle: FileHandle; readonly held: number; readonly hash: Hash } | null,
  buffers: CopyBuffers,
  deps: CopyDeps,
): Promise<void> {
  const hash = target?.hash ?? createHash('sha256');
  let at = target?.held ?? 0;
  const read = (index: number, position: number): Promise<number> => {
    const length = Math.min(chunkBytes, entry.bytes - position);
    if (length <= 0) return Promise.resolve(0);
    return readExactly(source, bufferAt(buffers, index), entry.dataAt + position, length).then(() => length);
  };
  let writing: Promise<void> = Promise.resolve();
  let next = handled(read(0, at));
  try {
    for (let index = 0; at < entry.bytes; index += 1) {
      const length = await next;
      deps.signal.throwIfAborted();
      next = handled(read(index + 1, at + length));
      await writing;
      const chunk = bufferAt(buffers, index).subarray(0, length);
      writing = target === null ? Promise.resolve() : handled(writeFully(target.handle, chunk, at));
      hash.update(chunk);
      at += length;
      deps.onBytes(length);
    }
  } finally {
    // Nothing may still use the buffers or the handles when the caller goes on.
    await Promise.allSettled([next, writing]);
  }
  await writing;
  if (hash.digest('hex') !== file.sha256) throw new PackRefused({ code: 'packs/damaged', entry: file.path });
}

/** Reads a deflated entry and unpacks it in memory, at most to its declared length. */
export async function readDeflated(source: FileHandle, entry: PlacedEntry, file: PackFile): Promise<Buffer> {
  const damaged = new PackRefused({ code: 'packs/damaged', entry: file.path });
  const packed = Buffer.allocUnsafe(entry.storedBytes);
  await readExactly(source, packed, entry.dataAt, packed.length);
  if (file.packed === undefined || sha256(packed) !== file.packed.sha256) throw damaged;
  let content: Buffer;
  try {
    // A bomb stops here: zlib gives up as soon as it has one byte more than the manifest allows.
    content = await inflate(packed, { maxOutputLength: Math.max(1, file.bytes) });
  } catch {
    throw damaged;
  }
  if (content.length !== file.bytes || sha256(content) !== file.sha256) throw damaged;
  return content;
}

/** Feeds what a half-copied file already holds to a new hash. */
export async function hashHeld(path: string, length: number, buffers: CopyBuffers, signal: AbortSignal): Promise<Hash> {
  const hash = createHash('sha256');
  const handle = await open(path, 'r');
  try {
    for (let at = 0; at < length; ) {
      const { bytesRead } = await handle.read(buffers[0], 0, Math.min(chunkBytes, length - at), at);
      if (bytesRead === 0) break;
      hash.update(buffers[0].subarray(0, bytesRead));
      at += bytesRead;
      signal.throwIfAborted();
    }
  } finally {
    await handle.close();
  }
  return hash;
}

export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Marks a rejection as looked after: it is awaited later, and Node must not end the process in between. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function bufferAt(buffers: CopyBuffers, index: number): Buffer {
  const buffer = buffers[index % buffers.length];
  if (buffer === undefined) throw new RangeError('no such buffer');
  return buffer;
}
