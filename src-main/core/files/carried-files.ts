/** Attachments as the road by stick sees them: what there is for a reader, the other side's word of what it holds, the bytes both ways. */
import { referenceName } from '#shared/sync/blob-pieces.ts';
import type { FilePlace, FilesQueries, PlacedFile } from '../store/files-queries.ts';
import { sha256 } from '../store/segment-ports.ts';
import { diskFailure } from './disk-failure.ts';
import type { FileExchange } from './file-exchange.ts';
import type { FileStore } from './file-store.ts';
import { SealBroken } from './sealed-file.ts';

export type CarriedFiles = {
  /** Those of records in partitions that pass, once for each, as far as they are here whole. */
  here(covers: (partition: string) => boolean): PlacedFile[];
  isAtHub(place: FilePlace): boolean;
  /** What another laptop last said by stick that it holds. */
  heldBy(replica: string): readonly string[];
  /** Takes the word of the hub (`hub`, in that epoch) or of another laptop. */
  told(party: string, digests: readonly string[], epoch: string): void;
  /** The bytes from one place to another (the last one not included); null where they cannot be read. */
  read(digest: string, from: number, to: number): Promise<Uint8Array | null>;
  take: FileExchange['takePieces'];
};

type CarriedFrom = { readonly queries: FilesQueries; readonly store: FileStore; readonly exchange: FileExchange };

export function createCarriedFiles({ queries, store, exchange }: CarriedFrom): CarriedFiles {
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
    take: exchange.takePieces,
  };
}
