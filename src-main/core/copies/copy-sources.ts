/** What of a laptop's files an earlier copy on a stick holds already, and what has to be written. */
import { join } from 'node:path';
import { type CopiedFile, copyPieceBytes, sharesPieceBelow } from '#shared/copies/copy-file.ts';
import type { LocalFile } from './copied-files.ts';

/** Where a file lies on a stick. */
export type Place = Pick<CopiedFile, 'pieces' | 'from'>;

/** A file here, and where it lies on the stick; null where it has to be read and written. */
export type Source = LocalFile & { readonly origin: string; readonly place: Place | null };

/** So many pieces may be hardly filled; more are made anew: a weekly copy with a scan or two would leave a piece each time. */
const mostHardlyFilled = 16;
/** What a file takes on a stick is rounded up to this. */
const clusterBytes = 32 * 1024;

export const sharesPiece = ({ bytes }: LocalFile): boolean => bytes < sharesPieceBelow;

/**
 * @param former those of the copy before
 * @param directory the profile's
 */
export function knownSources(files: readonly LocalFile[], former: readonly CopiedFile[], directory: string): Source[] {
  const known = new Map(former.map((file) => [file.path, file]));
  const sources = files.map((file): Source => {
    const before = known.get(file.path);
    const isSame = before?.bytes === file.bytes && before.changedAt === file.changedAt;
    return { ...file, origin: join(directory, file.path), place: isSame ? placeOf(before) : null };
  });
  const anew = hardlyFilled(sources);
  if (anew.size <= mostHardlyFilled) return sources;
  const isAnew = (source: Source): boolean => source.place?.pieces.some((name) => anew.has(name)) === true;
  return sources.map((source) => (isAnew(source) ? { ...source, place: null } : source));
}

function placeOf({ pieces, from }: CopiedFile): Place {
  return from === undefined ? { pieces } : { pieces, from };
}

/** Pieces of small files of which less than half is still needed. */
function hardlyFilled(sources: readonly Source[]): Set<string> {
  const filled = new Map<string, number>();
  for (const source of sources) {
    const [name] = source.place?.pieces ?? [];
    if (name !== undefined && sharesPiece(source)) filled.set(name, (filled.get(name) ?? 0) + source.bytes);
  }
  return new Set([...filled].flatMap(([name, bytes]) => (bytes < copyPieceBytes / 2 ? name : [])));
}

/** Bytes that files take on a stick at most. */
export function roomOf(files: readonly LocalFile[]): number {
  const small = files.filter(sharesPiece).reduce((sum, { bytes }) => sum + bytes, 0);
  const rounded = (bytes: number, pieces: number): number => bytes + (pieces + 1) * clusterBytes;
  return files
    .filter((file) => !sharesPiece(file))
    .reduce(
      (sum, { bytes }) => sum + rounded(bytes, 0),
      // A piece is full but for one small file.
      rounded(small, small / (copyPieceBytes - sharesPieceBelow)),
    );
}
