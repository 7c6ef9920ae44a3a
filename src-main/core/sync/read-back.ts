/**
 * Reads a file from the medium it was written to, and not from the memory in which the system keeps what was written last: a worn-out stick shows
 * only there. Linux does so (O_DIRECT) where the file system drives the device itself: FAT, exFAT, NTFS of the kernel, ext4 and others do. Where it
 * does not, on Windows and macOS, whose way Node does not offer, and in part where a program stands between (FUSE), the answer may be the system's.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';

/** Place in the file, length and address in memory are multiples of this; no common medium asks for more. */
const blockBytes = 4096;
/** Memory begins at a multiple of this, and much of it so far behind a block's beginning. */
const memoryStep = 16;

/** A whole file. Throws the file system's error. */
export async function readBack(path: string): Promise<Buffer<ArrayBuffer>> {
  // Undefined where the system has no such flag, whatever the types say.
  const direct: number | undefined = constants.O_DIRECT;
  const read = direct === undefined ? null : await readDirectly(path, direct);
  return read ?? readFile(path);
}

/** Null where the file system reads no file in this way. */
async function readDirectly(path: string, direct: number): Promise<Buffer<ArrayBuffer> | null> {
  const file = await unlessUnable(open(path, constants.O_RDONLY | direct));
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const length = Math.ceil(size / blockBytes) * blockBytes;
    const memory = Buffer.allocUnsafeSlow(length + blockBytes);
    // At which address it lies JavaScript does not say: each possible beginning is tried, and refused before anything is read.
    for (let turn = 0; turn < blockBytes; turn += memoryStep) {
      const from = (blockBytes - turn) % blockBytes;
      const bytes = await unlessUnable(readInto(file, memory.subarray(from, from + length), size));
      if (bytes !== null) return bytes;
    }
    return null;
  } finally {
    await file.close();
  }
}

async function readInto(file: FileHandle, memory: Buffer<ArrayBuffer>, size: number): Promise<Buffer<ArrayBuffer>> {
  let done = 0;
  while (done < size) {
    const { bytesRead } = await file.read(memory, done, memory.length - done, done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return memory.subarray(0, Math.min(done, size));
}

const unableCodes = new Set(['EINVAL', 'EOPNOTSUPP', 'ENOTSUP']);

/** Null where the system says that it cannot do it so; a medium that cannot be read throws. */
async function unlessUnable<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && 'code' in error && unableCodes.has(String(error.code))) return null;
    throw error;
  }
}
