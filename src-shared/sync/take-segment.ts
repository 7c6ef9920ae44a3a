/** One segment that came from outside: the same for the hub's answer and for a parcel. */
import { isWithin } from '../access/partitions.ts';
import { err, type Failure, ok } from '../kernel/result.ts';
import { logKey } from './messages.ts';
import type { ReplicaStore, SegmentSource } from './replica-store.ts';
import { readSegmentHeader } from './segment.ts';

export type TakenSegment = {
  /** Empty where not even that could be read. */
  readonly log: string;
  /** Ops that were new here. */
  readonly applied: number;
  /** Its log was ended where both continuations part, maybe before this segment. */
  readonly branched: boolean;
  /** Why it was refused; null when it was taken, held already or left alone. */
  readonly failure: Failure | null;
};

/**
 * Applies a segment of another laptop. The sender is not trusted beyond its role: segments of this laptop's own logs and
 * of partitions not asked for are refused, and behind a refused segment (`isRefused`) the rest of its log, which would only
 * leave gaps, is left alone.
 * Failures: `segment/own-log`, `segment/not-asked`, and those of `applySegment`.
 */
export function takeForeignSegment(
  store: ReplicaStore,
  bytes: Uint8Array,
  partitions: readonly string[],
  isRefused: (log: string) => boolean,
  source: SegmentSource,
): TakenSegment {
  const read = readSegmentHeader(bytes);
  if (!read.ok) return { log: '', applied: 0, branched: false, failure: read.error };
  const { replica, partition } = read.value.header;
  const log = logKey(replica, partition);
  const refuse = (failure: Failure): TakenSegment => ({ log, applied: 0, branched: false, failure });
  if (replica === store.replica && !(source === 'hub' && store.isErased(log)))
    return refuse({ code: 'segment/own-log' });
  if (!partitions.some((prefix) => isWithin(partition, prefix))) return refuse({ code: 'segment/not-asked' });
  if (isRefused(log)) return { log, applied: 0, branched: false, failure: null };
  const applied = store.applySegment(bytes, source);
  if (!applied.ok) return refuse(applied.error);
  return { log, applied: applied.value.applied, branched: applied.value.branched, failure: null };
}

/** Five thousand ops to a transaction at most: a page that several segments touch is written once. */
export const segmentsAtOnce = 5;

/** Takes segments one by one in one transaction. Where `take` fails, or the disk does, nothing of them is kept. */
export function takeTogether<Taken extends { readonly failure: Failure | null }>(
  store: ReplicaStore,
  before: Taken,
  segments: readonly Uint8Array[],
  take: (taken: Taken, bytes: Uint8Array) => Taken,
): Taken {
  let taken = before;
  const kept = store.together(() => {
    for (const bytes of segments) {
      taken = take(taken, bytes);
      if (taken.failure !== null) return err(taken.failure);
    }
    return ok(null);
  });
  return kept.ok ? taken : { ...before, failure: kept.error };
}
