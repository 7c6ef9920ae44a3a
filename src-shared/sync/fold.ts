/**
 * Makes the content of a snapshot out of an earlier one and the ops behind it, in one pass by rising record, holding no more than
 * those ops and a chunk.
 */
import type { Kind } from '../kinds/define-kind.ts';
import { kindsByNumber } from '../kinds/all-kinds.ts';
import { compareLoose, type LooseOp } from './loose-ops.ts';
import { chunkOps } from './snapshot.ts';
import { squeezeRecord } from './squeeze.ts';

export type Fold = {
  /** Takes the next chunk of the earlier snapshot; gives the chunks that are full now. */
  push(earlier: readonly LooseOp[]): LooseOp[][];
  /** There is no more of it; gives the rest. */
  end(): LooseOp[][];
};

/** `later`: ops beyond what the earlier snapshot covers, each once, in any order. `size`: ops after which a chunk ends. */
export function createFold(
  later: readonly LooseOp[],
  kinds: ReadonlyMap<number, Kind> = kindsByNumber,
  size = chunkOps,
): Fold {
  const added = [...later].sort(compareLoose);
  let next = 0;
  let chunk: LooseOp[] = [];
  let full: LooseOp[][] = [];

  function put(record: LooseOp[]): void {
    for (const entry of squeezeRecord(record, kinds)) chunk.push(entry);
    if (chunk.length < size) return;
    full.push(chunk);
    chunk = [];
  }
  /** Puts the records of `added` that come before another, or all that are left. */
  function putBefore(entry: LooseOp | null): void {
    for (let first = added[next]; first !== undefined; first = added[next]) {
      if (entry !== null && compareRecords(first, entry) >= 0) return;
      put(takeRecord(first));
    }
  }
  function takeRecord(of: LooseOp): LooseOp[] {
    const record: LooseOp[] = [];
    for (let entry = added[next]; entry !== undefined && compareRecords(entry, of) === 0; entry = added[next]) {
      record.push(entry);
      next += 1;
    }
    return record;
  }
  function taken(): LooseOp[][] {
    const chunks = full;
    full = [];
    return chunks;
  }

  return {
    push(earlier) {
      for (let at = 0; at < earlier.length; ) {
        const first = earlier[at];
        if (first === undefined) break;
        const record: LooseOp[] = [];
        for (let entry = earlier[at]; entry !== undefined && compareRecords(entry, first) === 0; entry = earlier[at]) {
          record.push(entry);
          at += 1;
        }
        putBefore(first);
        put([...record, ...takeRecord(first)]);
      }
      return taken();
    },
    end() {
      putBefore(null);
      if (chunk.length > 0) full.push(chunk);
      chunk = [];
      return taken();
    },
  };
}

function compareRecords(a: LooseOp, b: LooseOp): number {
  if (a.op.record !== b.op.record) return a.op.record < b.op.record ? -1 : 1;
  return a.op.kind - b.op.kind;
}
