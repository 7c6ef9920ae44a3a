/** Which copies lie on a stick. Nothing there is trusted: an index counts once its key has opened it. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  copiesFolder,
  type CopyBody,
  type CopyHead,
  type CopyIndex,
  isCopyName,
  isLaptopFolder,
  maxIndexBytes,
  parseCopyIndex,
} from '#shared/copies/copy-file.ts';
import { packFolder } from '#shared/packs/pack-place.ts';
import { openCopy } from './copy-seal.ts';

/** Relative to a stick. */
export const copiesUnder = join(packFolder, copiesFolder);
/** More than these on one stick are not looked at. */
const [mostLaptops, mostCopies] = [50, 10] as const;

export type CopyAt = {
  /** The folder of the laptop's copies. */
  readonly folder: string;
  readonly name: string;
  /** The laptop that made it. */
  readonly laptop: string;
  readonly index: CopyIndex | 'from-future' | null;
};

/** Looks through a stick, or a folder copied from one. */
export async function findCopies(place: string): Promise<CopyAt[]> {
  const found: CopyAt[] = [];
  // Whoever chooses a folder by hand may choose one too deep.
  for (const root of [join(place, copiesUnder), join(place, copiesFolder), place]) {
    const folders = (await readdir(root).catch(() => [])).filter(isLaptopFolder).slice(0, mostLaptops);
    for (const laptop of folders) found.push(...(await copiesIn(join(root, laptop))));
  }
  return found;
}

/** One laptop's copies, newest first. */
export async function copiesIn(folder: string): Promise<CopyAt[]> {
  const names = (await readdir(folder).catch(() => [])).filter(isCopyName).sort().reverse().slice(0, mostCopies);
  const found: CopyAt[] = [];
  for (const name of names) {
    const stats = await stat(join(folder, name)).catch(() => null);
    const text =
      stats === null || stats.size > maxIndexBytes ? '' : await readFile(join(folder, name), 'utf8').catch(() => '');
    found.push({ folder, name, laptop: basename(folder), index: parseCopyIndex(text) });
  }
  return found;
}

/** A copy that can be put back. */
export type OpenedCopy = { readonly at: CopyAt; readonly head: CopyHead; readonly body: CopyBody };

/** Null where the key is another one, or the index was altered. */
export function openedCopy(at: CopyAt, copyKey: Uint8Array): OpenedCopy | null {
  if (at.index === null || at.index === 'from-future') return null;
  const body = openCopy(at.index, copyKey);
  return body === null ? null : { at, head: at.index.head, body };
}
