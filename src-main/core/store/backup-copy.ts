/** The work of a backup: copying the store's file and checking the copy, with the caller waiting or beside other work. */
import { closeSync, fdatasync, fsyncSync, mkdirSync, openSync, read, readSync, write, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { isSound, openDatabase } from './database.ts';

const pieceBytes = 1 << 20;

/** The thread's script: as it is in the sources, or beside the bundle. */
const checkScript = import.meta.url.endsWith('.ts') ? './backup-check.ts' : './backup-check.js';

/** Copies the file behind the handle `from` into a new file, durably, with the caller waiting. */
export function copyNow(from: number, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const to = openSync(path, 'w');
  try {
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (let at = 0, length = readSync(from, piece, 0, pieceBytes, 0); length > 0; ) {
      writeSync(to, piece, 0, length, at);
      at += length;
      length = readSync(from, piece, 0, pieceBytes, at);
    }
    fsyncSync(to);
  } finally {
    closeSync(to);
  }
}

/** The same piece by piece, between other work. Ends early, with a file that is to be removed, when the signal says so. */
export async function copyBeside(from: number, path: string, signal: AbortSignal): Promise<void> {
  const [readPiece, writePiece] = [promisify(read), promisify(write)];
  mkdirSync(dirname(path), { recursive: true });
  const to = openSync(path, 'w');
  try {
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (let at = 0; !signal.aborted; ) {
      const { bytesRead } = await readPiece(from, piece, 0, pieceBytes, at);
      if (bytesRead === 0) break;
      await writePiece(to, piece, 0, bytesRead, at);
      at += bytesRead;
    }
    if (!signal.aborted) await promisify(fdatasync)(to);
  } finally {
    closeSync(to);
  }
}

/** Whether the file opens with the key and checks out. Takes a second per 100 MB and more. */
export function isSoundCopy(path: string, key: Uint8Array | null): boolean {
  const copy = openDatabase({ path, key });
  if (!copy.ok) return false;
  try {
    return isSound(copy.value);
  } finally {
    copy.value.close();
  }
}

/** The same in a thread of its own. Null when the signal ended it. */
export function isSoundBeside(path: string, key: Uint8Array | null, signal: AbortSignal): Promise<boolean | null> {
  const worker = new Worker(new URL(checkScript, import.meta.url), { workerData: { path, key } });
  return new Promise((resolve) => {
    const stop = (): void => void worker.terminate();
    signal.addEventListener('abort', stop, { once: true });
    worker.once('message', (sound: unknown) => resolve(sound === true));
    // Where no thread can be started, waiting is better than no backup.
    worker.once('error', () => resolve(isSoundCopy(path, key)));
    worker.once('exit', () => {
      signal.removeEventListener('abort', stop);
      // After an answer this says nothing more.
      resolve(null);
    });
  });
}
