/** Attachments as the road by stick sees them: what there is for a reader, the other side's word of what it holds, the bytes both ways. */
import { type Failure, ok } from '#shared/kernel/result.ts';
import { type BlobPiece, isPlausible, referenceName, restOfPiece } from '#shared/sync/blob-pieces.ts';
import type { FilePlace, FilesQueries, PlacedFile } from '../store/files-queries.ts';
import { sha256 } from '../store/segment-ports.ts';
import { diskFailure } from './disk-failure.ts';
import type { FileExchange } from './file-exchange.ts';
import type { FileStore } from './file-store.ts';
import { takeIn } from './incoming-file.ts';
import { SealBroken } from './sealed-file.ts';

export type CarriedFiles = {
  /** Those of records in partitions that pass, once for each, as far as they are here whole. */
  here(covers: (partition: string) => boolean): PlacedFile[];
  isAtHub(place: FilePlace): boolean;
  /** What another laptop last said by stick that it holds. */
  heldBy(replica: string): readonly string[];
  /** Takes the word of the hub (`hub`, in that epoch) or of another laptop. */
  told(party: string, digests: readonly string[], epoch: string): void;
  /** The hub has no room for these of this laptop's. */
  refused(digests: readonly string[]): void;
  /** The bytes from one place to another (the last one not included); null where they cannot be read. */
  read(digest: string, from: number, to: number): Promise<Uint8Array | null>;
  /**
   * Takes pieces in that came. Left alone is what no record here refers to, what is here, and what the line is bringing.
   * Failures, one of each sort: `files/altered`, `files/disk-full`, `store/disk-error`.
   */
  take(pieces: readonly { piece: BlobPiece; content: Uint8Array }[]): Promise<TakenPieces>;
};

/** What came of pieces from a stick. */
export type TakenPieces = {
  /** Files that are whole now and were not before. */
  readonly whole: number;
  /** What is missing before one of them, or the record that refers to it, may lie in another parcel. */
  readonly hasGap: boolean;
  readonly problems: readonly Failure[];
};

type CarriedFrom = {
  readonly queries: FilesQueries;
  readonly store: FileStore;
  readonly exchange: FileExchange;
  readonly changed: (topics: readonly string[]) => void;
};

export function createCarriedFiles({ queries, store, exchange, changed }: CarriedFrom): CarriedFiles {
  async function take(pieces: readonly { piece: BlobPiece; content: Uint8Array }[]): Promise<TakenPieces> {
    const wanted = new Map(queries.referred().map((file) => [file.sha256, file]));
    const problems = new Map<string, Failure>();
    let [whole, hasGap] = [0, false];
    for (const { piece, content } of pieces) {
      const file = wanted.get(piece.sha256);
      if (file?.bytes !== piece.bytes) hasGap = true;
      if (file?.bytes !== piece.bytes || !isPlausible(piece, content) || store.has(file.sha256)) continue;
      try {
        const taken = await exchange.aside(file.sha256, () =>
          takeIn(store, file, async (part) => {
            const rest = restOfPiece(piece, content, part.length());
            if (rest === 'gap') hasGap = true;
            if (typeof rest !== 'string') await part.append(rest);
            return ok(null);
          }),
        );
        if (taken?.ok === true && taken.value) whole += 1;
        if (taken?.ok === false) problems.set(taken.error.code, taken.error);
      } catch (error) {
        const failure = diskFailure(error);
        if (failure === null) throw error;
        problems.set(failure.code, failure);
      }
    }
    if (whole > 0) changed(['files']);
    return { whole, hasGap, problems: [...problems.values()] };
  }

  return {
    here: (covers) => queries.placed(store.has).filter(({ partition }) => covers(partition)),
    isAtHub: (place) => exchange.stateOf(place).atHub,
    heldBy: queries.heldBy,
    told(party, digests, epoch) {
      if (party !== 'hub') return queries.setHeldBy(party, digests);
      const held = new Set(digests);
      // Where records of several partitions are here, that the hub holds a file does not say that they all may have it from there.
      const isPlain = queries.onlyPartition() !== null;
      for (const place of queries.placed((digest) => held.has(digest)))
        if (isPlain || held.has(referenceName(place, sha256))) queries.markAtHub(place, epoch);
    },
    refused: queries.markRefused,
    async read(digest, from, to) {
      const parts: Buffer[] = [];
      let length = 0;
      try {
        for await (const chunk of store.read(digest, from)) {
          parts.push(chunk);
          length += chunk.length;
          if (from + length >= to) break;
        }
      } catch (error) {
        // What lies there is of no use to anybody: it may be fetched anew.
        if (error instanceof SealBroken) await store.drop(digest);
        else if (diskFailure(error) === null) throw error;
        return null;
      }
      return Buffer.concat(parts).subarray(0, to - from);
    },
    take,
  };
}
