/** The pieces of one laptop's copies on a stick, and files cut into such. */
import { createReadStream } from 'node:fs';
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { copyPieceBytes, piecesOf } from '#shared/copies/copy-file.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Result } from '#shared/kernel/result.ts';
import { readBack } from '../sync/read-back.ts';
import { type StickFolder, writeStickFile } from '../sync/stick-files.ts';
import type { OpenedCopy } from './found-copies.ts';

const folderName = 'pieces';

export type CopyPieces = {
  /** Lengths of those that lie there under their names, proved by nobody. */
  held(): Promise<Map<string, number>>;
  /** What was written is not read back: that is for the end, when the system has forgotten most of it. Failures: those of `writeStickFile`. */
  write(name: string, bytes: Uint8Array): Promise<Result<null>>;
  /** A piece as it lies there, if it is what its name says; else null. */
  read(name: string): Promise<Uint8Array | null>;
  /** With the folders left empty. */
  remove(names: Iterable<string>): Promise<void>;
};

/** @param under the laptop's folder, relative to the stick */
export function createCopyPieces(stick: StickFolder, under: string): CopyPieces {
  const root = join(stick.path, under, folderName);
  const pathOf = (name: string): string => join(root, name.slice(0, 2), name);
  return {
    async held() {
      const found = new Map<string, number>();
      for (const folder of await readdir(root).catch(() => [])) {
        for (const name of await readdir(join(root, folder)).catch(() => [])) {
          const stats = await stat(join(root, folder, name)).catch(() => null);
          // What a pulled stick left half-written has another ending: it is to be removed with what is not needed.
          if (stats !== null) found.set(name, stats.size);
        }
      }
      return found;
    },
    write: (name, bytes) =>
      writeStickFile(stick, name, bytes, { under: join(under, folderName, name.slice(0, 2)), isReadLater: true }),
    async read(name) {
      const bytes = await readBack(pathOf(name)).catch(() => null);
      return bytes !== null && (await digestOf(bytes)) === name ? bytes : null;
    },
    async remove(names) {
      for (const name of names) await rm(pathOf(name), { force: true }).catch(() => undefined);
      // Those left empty; others stay.
      for (const folder of await readdir(root).catch(() => [])) await rmdir(join(root, folder)).catch(() => undefined);
      await rmdir(root).catch(() => undefined);
    },
  };
}

/** Removes what none of these copies is of. */
export async function removeUnneeded(pieces: CopyPieces, kept: readonly OpenedCopy[]): Promise<void> {
  const needed = new Set(kept.flatMap(({ body }) => [...piecesOf(body)]));
  await pieces.remove([...(await pieces.held()).keys()].filter((name) => !needed.has(name)));
}

/** SHA-256 as hex, worked out beside other work. */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** A file piece by piece. Throws the file system's error. */
export async function* cutFile(path: string): AsyncGenerator<Buffer<ArrayBuffer>, void> {
  let [parts, length]: [Buffer[], number] = [[], 0];
  for await (const chunk of createReadStream(path, { highWaterMark: copyPieceBytes })) {
    const part = chunk as Buffer; // no encoding was asked for
    parts.push(part);
    length += part.length;
    if (length < copyPieceBytes) continue;
    const whole = Buffer.concat(parts);
    yield whole.subarray(0, copyPieceBytes);
    parts = [whole.subarray(copyPieceBytes)];
    length -= copyPieceBytes;
  }
  if (length > 0) yield Buffer.concat(parts);
}
