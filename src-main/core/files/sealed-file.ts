/**
 * A file encrypted as it is written, piece by piece, so that nothing of it need be whole in memory or in the clear on the disk.
 *
 * Layout: `KFILE 1\n` (8 bytes), 16 random bytes, then chunks: 12 random bytes · AES-256-GCM of up to 64 KiB · 16 bytes tag, with the chunk's
 * number as additional data. Key: HKDF-SHA-256 of the profile's attachments key with the 16 bytes as salt. Every chunk but the last is full. That
 * none is missing at the end, the digest of the whole tells, which whoever reads it compares.
 *
 * A writer that is cut off loses nothing it was given before `close`; after a power cut at most the last chunk. It may be opened again and
 * goes on: the last chunk is sealed anew under new random bytes.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

const magic = Buffer.from('KFILE 1\n', 'latin1');
const saltBytes = 16;
const headBytes = magic.length + saltBytes;
const nonceBytes = 12;
const tagBytes = 16;
/** Of the content in one chunk. */
const chunkBytes = 64 * 1024;
const sealedBytes = nonceBytes + chunkBytes + tagBytes;

/** What lies there was not written by this profile, or not like that. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

export type SealedWriter = {
  /** Bytes of content it holds. */
  length(): number;
  append(content: Uint8Array): Promise<void>;
  /** Writes and flushes all; answers the content's SHA-256 as hex. Nothing may follow but `close`. */
  finish(): Promise<string>;
  /** Keeps what was given. */
  close(): Promise<void>;
};

/** Begins a sealed file, or goes on with one; one that cannot be gone on with is begun anew. */
export async function openSealedWriter(path: string, key: Uint8Array): Promise<SealedWriter> {
  const handle = await open(path, 'a+').then(async (made) => {
    await made.close();
    return open(path, 'r+');
  });
  const hash = createHash('sha256');
  /** Content of the chunk under way. */
  let tail: Buffer = Buffer.alloc(0);
  let chunks = 0;
  let isWritten = true;
  let fileKey: Uint8Array;
  try {
    const salt = await readSalt(handle);
    if (salt === null) {
      await handle.truncate(0);
      const fresh = randomBytes(saltBytes);
      await writeAll(handle, Buffer.concat([magic, fresh]), 0);
      fileKey = keyOf(key, fresh);
    } else {
      fileKey = keyOf(key, salt);
      for (;;) {
        const content = await readChunk(handle, fileKey, chunks).catch((error: unknown) => {
          if (error instanceof SealBroken) return null; // the end after a power cut
          throw error;
        });
        if (content === null) break;
        hash.update(content);
        if (content.length < chunkBytes) {
          tail = content;
          break;
        }
        chunks += 1;
      }
    }
  } catch (error) {
    await handle.close();
    throw error;
  }

  async function writeTail(): Promise<void> {
    if (isWritten) return;
    const at = headBytes + chunks * sealedBytes;
    const sealed = sealChunk(fileKey, chunks, tail);
    await writeAll(handle, sealed, at);
    await handle.truncate(at + sealed.length);
    isWritten = true;
  }

  return {
    length: () => chunks * chunkBytes + tail.length,
    async append(content) {
      hash.update(content);
      for (let at = 0; at < content.length; ) {
        const part = content.subarray(at, at + chunkBytes - tail.length);
        tail = Buffer.concat([tail, part]);
        isWritten = false;
        at += part.length;
        if (tail.length < chunkBytes) continue;
        await writeTail();
        chunks += 1;
        tail = Buffer.alloc(0);
      }
    },
    async finish() {
      await writeTail();
      await handle.sync();
      return hash.copy().digest('hex');
    },
    async close() {
      try {
        await writeTail();
      } finally {
        await handle.close();
      }
    },
  };
}

/** The content from byte `from` on, chunk by chunk. Throws SealBroken where it was altered; an end that is missing just ends it. */
export async function* readSealed(path: string, key: Uint8Array, from = 0): AsyncGenerator<Buffer, void> {
  const handle = await open(path, 'r');
  try {
    const salt = await readSalt(handle);
    if (salt === null) throw new SealBroken();
    const fileKey = keyOf(key, salt);
    let skip = from % chunkBytes;
    for (let index = Math.floor(from / chunkBytes); ; index += 1) {
      const content = await readChunk(handle, fileKey, index);
      if (content === null) return;
      if (content.length > skip) yield content.subarray(skip);
      skip = 0;
      if (content.length < chunkBytes) return;
    }
  } finally {
    await handle.close();
  }
}

function keyOf(key: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt, 'komissiya attachment 1', 32));
}

function numbered(index: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(index);
  return bytes;
}

function sealChunk(key: Uint8Array, index: number, content: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(numbered(index));
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

async function readSalt(handle: FileHandle): Promise<Buffer | null> {
  const head = await readUpTo(handle, 0, headBytes);
  const isOurs = head.length === headBytes && head.subarray(0, magic.length).equals(magic);
  return isOurs ? head.subarray(magic.length) : null;
}

/** Null behind the last one. */
async function readChunk(handle: FileHandle, key: Uint8Array, index: number): Promise<Buffer | null> {
  const sealed = await readUpTo(handle, headBytes + index * sealedBytes, sealedBytes);
  if (sealed.length === 0) return null;
  if (sealed.length <= nonceBytes + tagBytes) throw new SealBroken();
  const end = sealed.length - tagBytes;
  const opener = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes))
    .setAAD(numbered(index))
    .setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([opener.update(sealed.subarray(nonceBytes, end)), opener.final()]);
  } catch {
    throw new SealBroken(); // the tag does not fit: node tells it in English only
  }
}

async function readUpTo(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
