/**
 * Where the bytes of blobs lie: one port, two places (a folder here, S3-compatible storage in blob-store-s3.ts). It guarantees:
 * - a blob stands under its digest only when its content has that digest and is durable;
 * - putting the same blob twice, at the same time or by two processes, is harmless.
 * Parts of unfinished uploads lie beside them under names of their own, so that any hub process can go on.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/ports.ts';

export type StoredObject = { readonly key: string; readonly bytes: number };

export type BlobStore = {
  /** Stores a whole blob; false, storing nothing, when the content has not this digest. */
  putBlob(sha256: string, bytes: number, content: Readable): Promise<boolean>;
  /** Stores a part of an upload. */
  putPart(key: string, content: Uint8Array): Promise<void>;
  /** Bytes `from` to `to` (the last one included) of an object; its errors come on the stream. */
  read(key: string, from: number, to: number): Promise<Readable>;
  /** Length; null when it is not there. */
  size(key: string): Promise<number | null>;
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>;
  /** Everything under a prefix that ends with a slash, in no order. */
  list(prefix: string): AsyncIterable<StoredObject>;
};

/** The key of a whole blob. */
export function blobKey(sha256: string): string {
  return `blobs/${sha256.slice(0, 2)}/${sha256}`;
}

/** Passes bytes on and tells their digest (hex) and number at the end. */
export function createDigester(): { readonly stream: Transform; digest(): string; bytes(): number } {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, digest: () => hash.digest('hex'), bytes: () => bytes };
}

/** Blobs as files below `directory`. */
export function createFolderBlobStore(directory: string, random: Random): BlobStore {
  const pathOf = (key: string): string => join(directory, ...key.split('/'));

  /** Writes beside the place, then moves: what stands under a name is whole, also after a power cut. */
  async function write(key: string, content: Readable, isRight: () => boolean): Promise<boolean> {
    const path = pathOf(key);
    const temporary = join(directory, 'incoming', bytesToHex(random.bytes(12)));
    await mkdir(dirname(temporary), { recursive: true, mode: 0o700 });
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      await pipeline(content, createWriteStream(temporary, { mode: 0o600, flush: true }));
      if (!isRight()) return false;
      await rename(temporary, path);
      await syncFolder(dirname(path));
      return true;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  return {
    async putBlob(sha256, bytes, content) {
      const digester = createDigester();
      const relay = content.on('error', (error) => digester.stream.destroy(error)).pipe(digester.stream);
      return write(blobKey(sha256), relay, () => digester.bytes() === bytes && digester.digest() === sha256);
    },
    async putPart(key, content) {
      await write(key, Readable.from([content]), () => true);
    },
    async read(key, from, to) {
      const handle = await open(pathOf(key), 'r');
      return createReadStream('', { fd: handle, start: from, end: to });
    },
    async size(key) {
      return (await stat(pathOf(key)).catch(() => null))?.size ?? null;
    },
    remove: (key) => rm(pathOf(key), { force: true }),
    async *list(prefix) {
      const folder = await opendir(pathOf(prefix.replace(/\/$/, '')), { recursive: true }).catch(() => null);
      if (folder === null) return;
      for await (const entry of folder) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        const bytes = (await stat(path)).size;
        yield { key: relative(directory, path).split(sep).join('/'), bytes };
      }
    },
  };
}

/** Makes a rename durable. Windows has no such thing and needs none. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  try {
    await folder?.sync();
  } catch {
    // Not offered by this file system.
  } finally {
    await folder?.close();
  }
}
