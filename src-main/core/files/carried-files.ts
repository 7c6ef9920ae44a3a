/** Attachments as the road by stick sees them: what there is for a reader, the other side's word of what it holds, the bytes both ways. */
import type { Attachment } from '#shared/files/attachment.ts';
import type { FilesQueries } from '../store/files-queries.ts';
import { diskFailure } from './disk-failure.ts';
import type { FileExchange } from './file-exchange.ts';
import type { FileStore } from './file-store.ts';
import { SealBroken } from './sealed-file.ts';

export type CarriedFiles = {
  /** Those of records in partitions that pass, as far as they are here whole. */
  here(covers: (partition: string) => boolean): Attachment[];
  isAtHub(sha256: string): boolean;
  /** What another laptop last said by stick that it holds. */
  heldBy(replica: string): readonly string[];
  /** Takes the word of the hub (`hub`, in that epoch) or of another laptop. */
  told(party: string, digests: readonly string[], epoch: string): void;
  /** The bytes from one place to another (the last one not included); null where they cannot be read. */
  read(sha256: string, from: number, to: number): Promise<Uint8Array | null>;
  take: FileExchange['takePieces'];
};

type CarriedFrom = { readonly queries: FilesQueries; readonly store: FileStore; readonly exchange: FileExchange };

export function createCarriedFiles({ queries, store, exchange }: CarriedFrom): CarriedFiles {
  return {
    here: (covers) => queries.referredWithin(covers).filter(({ sha256 }) => store.has(sha256)),
    isAtHub: (sha256) => exchange.stateOf(sha256).atHub,
    heldBy: queries.heldBy,
    told(party, digests, epoch) {
      if (party !== 'hub') return queries.setHeldBy(party, digests);
      const held = new Set(digests);
      for (const { sha256 } of queries.referred())
        if (held.has(sha256) && !queries.isAtHub(sha256, epoch)) queries.markAtHub(sha256, epoch);
    },
    async read(sha256, from, to) {
      const parts: Buffer[] = [];
      let length = 0;
      try {
        for await (const chunk of store.read(sha256, from)) {
          parts.push(chunk);
          length += chunk.length;
          if (from + length >= to) break;
        }
      } catch (error) {
        // What lies there is of no use to anybody: it may be fetched anew.
        if (error instanceof SealBroken) await store.drop(sha256);
        else if (diskFailure(error) === null) throw error;
        return null;
      }
      return Buffer.concat(parts).subarray(0, to - from);
    },
    take: exchange.takePieces,
  };
}
