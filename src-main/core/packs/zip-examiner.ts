/**
 * Says why a file that is not a proper pack is none: read with yauzl as an ordinary, possibly hostile zip. Used only
 * for the message; nothing is ever taken from a file that ends up here.
 */
import type { FileHandle } from 'node:fs/promises';
import { fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl';
import type { Failure } from '#shared/kernel/result.ts';
import { maxFiles, maxUnpackedBytes, type PackManifest } from '#shared/packs/manifest.ts';
import { findUnsafePath, manifestPath, signaturePath } from '#shared/packs/pack-path.ts';

type ListedEntry = { readonly path: string; readonly bytes: number };

/** What the file should be, where its signed manifest could be read. */
export type Expected = { readonly manifest: PackManifest; readonly bytes: number };

/** The failure that describes a file of this length best. */
export async function whatIsWrong(handle: FileHandle, bytes: number, expected: Expected | null): Promise<Failure> {
  const entries = await listEntries(handle, bytes);
  if (entries === null) {
    if (expected === null) return { code: 'packs/not-a-pack' };
    return bytes < expected.bytes ? { code: 'packs/cut-off' } : { code: 'packs/damaged', entry: manifestPath };
  }
  const files = entries.filter(({ path }) => path !== manifestPath && path !== signaturePath);
  const unsafe = findUnsafePath(files.map(({ path }) => path));
  if (unsafe !== undefined) return { code: 'packs/unsafe-name', entry: printable(unsafe) };
  const unpacked = files.reduce((sum, file) => sum + file.bytes, 0);
  if (unpacked > maxUnpackedBytes) return { code: 'packs/too-large', bytes: unpacked };
  if (expected === null) {
    const hasManifest = entries.some(({ path }) => path === manifestPath);
    return hasManifest ? { code: 'packs/damaged', entry: manifestPath } : { code: 'packs/not-a-pack' };
  }
  const wanted = new Map(expected.manifest.files.map((file) => [file.path, file.bytes]));
  for (const { path, bytes: size } of files) {
    if (wanted.get(path) !== size) return { code: 'packs/damaged', entry: printable(path) };
    wanted.delete(path);
  }
  const [missing] = wanted.keys();
  return { code: 'packs/damaged', entry: missing ?? manifestPath };
}

/** A name from a hostile file, fit to stand in a message. */
function printable(path: string): string {
  return path.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd').slice(0, 120);
}

/**
 * Gives yauzl the file through reads that fail as errors. Its own reader lets `fs.read` throw inside a callback when a
 * hostile directory names a position no file can have, which would take the process down.
 */
class HandleReader extends RandomAccessReader {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    super();
    this.#handle = handle;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    if (!Number.isSafeInteger(position) || position < 0) {
      setImmediate(callback, new Error('position outside the file'));
      return;
    }
    this.#handle.read(buffer, offset, length, position).then(
      // Out of the promise, so that an exception in yauzl is not swallowed as a rejection.
      ({ bytesRead }) => setImmediate(callback, null, bytesRead),
      (error: Error) => setImmediate(callback, error),
    );
  }

  override close(callback: (error: Error | null) => void): void {
    // The handle belongs to the caller.
    setImmediate(callback, null);
  }
}

/** The central directory as it stands, names unchecked; null when there is none that can be read. */
async function listEntries(handle: FileHandle, bytes: number): Promise<ListedEntry[] | null> {
  const entries: ListedEntry[] = [];
  try {
    const zip = await fromRandomAccessReaderPromise(new HandleReader(handle), bytes, {
      autoClose: false,
      decodeStrings: false,
      validateEntrySizes: false,
    });
    if (zip.entryCount > maxFiles + 2) return null;
    for await (const entry of zip.eachEntry()) {
      entries.push({ path: entry.fileNameRaw.toString('utf8'), bytes: entry.uncompressedSize });
    }
    return entries;
  } catch {
    // yauzl throws plain errors with English messages; which one it was does not change what we say.
    return null;
  }
}
