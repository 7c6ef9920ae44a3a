/** Which copies lie on a stick. Nothing there is trusted: an index counts once its key has opened it. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  compareCopies,
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

/** One laptop's copies, newest first; those that cannot be read last. */
export async function copiesIn(folder: string): Promise<CopyAt[]> {
  const names = (await readdir(folder).catch(() => [])).filter(isCopyName).sort().reverse().slice(0, mostCopies);
  const found: CopyAt[] = [];
  for (const name of names) {
    const stats = await stat(join(folder, name)).catch(() => null);
    const text =
      stats === null || stats.size > maxIndexBytes ? '' : await readFile(join(folder, name), 'utf8').catch(() => '');
    found.push({ folder, name, laptop: basename(folder), index: parseCopyIndex(text) });
  }
  return found.sort(newestFirst);
}

function newestFirst(a: CopyAt, b: CopyAt): number {
  const [one, two] = [headOf(a), headOf(b)];
  return one === null || two === null ? Number(one === null) - Number(two === null) : compareCopies(one, two);
}

/** A copy and the id of the place where it lies. */
export type FoundAt = { readonly place: string; readonly at: CopyAt };

/**
 * Copies as a person looks for one: those of a laptop together, wherever they lie, its newest first. Laptops go by the moment of their newest:
 * they have nothing else in common.
 */
export function inOrder(found: readonly FoundAt[]): FoundAt[] {
  const byLaptop = Map.groupBy(found, ({ at }) => at.laptop);
  const moment = ([first]: readonly FoundAt[]): number => (first === undefined ? 0 : (headOf(first.at)?.madeAt ?? 0));
  return [...byLaptop.values()]
    .map((copies) => copies.sort((a, b) => newestFirst(a.at, b.at)))
    .sort((a, b) => moment(b) - moment(a))
    .flat();
}

/** What anybody may read of it; null where it cannot be read. */
export function headOf({ index }: CopyAt): CopyHead | null {
  return index === null || index === 'from-future' ? null : index.head;
}

/** A copy that can be put back. */
export type OpenedCopy = { readonly at: CopyAt; readonly head: CopyHead; readonly body: CopyBody };

/** Null where the key is another one, or the index was altered. */
export function openedCopy(at: CopyAt, copyKey: Uint8Array): OpenedCopy | null {
  if (at.index === null || at.index === 'from-future') return null;
  const body = openCopy(at.index, copyKey);
  return body === null ? null : { at, head: at.index.head, body };
}
