/**
 * What a laptop hands over in an exchange (exchange.ts): sealed segments beyond what the hub is known to hold, of its own logs and, once the
 * hub has said what it holds, of others' within the partitions kept or to be left.
 */
import { isWithin } from '../access/partitions.ts';
import type { Failure } from '../kernel/result.ts';
import { logKey, parseLogKey, type Summary } from './messages.ts';
import type { ReplicaStore } from './replica-store.ts';

export type HandOverOptions = {
  /** Partition prefixes this laptop keeps. */
  readonly partitions: readonly string[];
  /** Partitions held that may be kept no more: what others wrote there may have come here by stick, and be nowhere else. */
  readonly leaving?: readonly string[];
  /** Own segments per request, bytes. Small enough for a bad line to finish one. */
  readonly maxRequestBytes?: number;
  /** Checked between steps; the transport is cancelled by whoever made it. */
  readonly signal?: { readonly aborted: boolean };
  /** Awaited between segments so that the host's event loop gets its turn. */
  readonly breathe?: () => Promise<void>;
};

/** What the hub has said of the logs here. */
export type HubWord = {
  readonly acknowledged: Summary;
  /** Logs of others that the hub refused, up to these seqs: not offered again until they have grown. */
  readonly unwanted: Summary;
  /** Logs the hub refused: not offered again in this exchange. */
  readonly blocked: readonly string[];
  /** Whether the hub has said what it holds: before, others' logs are not offered. */
  readonly isTold: boolean;
};

export type Sent = { readonly log: string; readonly from: number; readonly to: number };

const defaultRequestBytes = 1024 * 1024;
/** As many as the message's header may name. */
export const maxSegmentsPerMessage = 1000;

/** Ops to hand over. */
export function ahead(store: ReplicaStore, word: HubWord, options: HandOverOptions): number {
  return opsBeyond(store.summary(), notToOffer(store, word, options));
}

/** Whether some of them can be handed over now: what is written under this identity may wait for what was written before it. */
export function hasToOffer(store: ReplicaStore, word: HubWord, options: HandOverOptions): boolean {
  return store.segmentsBeyond(notToOffer(store, word, options), 1).length > 0;
}

/**
 * Whether after this failure of the road the hub may have taken a request and only its answer was lost. Where a part of it lies there the road
 * goes on with the same request, so it must not become another one meanwhile.
 */
export function mayHaveArrived(failure: Failure): boolean {
  return failure.code === 'sync/hub-unreachable' && failure['cause'] === answerLost;
}
export const answerLost = 'answer-lost';

/** Segments for one request, sealed one by one so that the host's event loop gets its turn between them. */
export async function nextSegments(
  store: ReplicaStore,
  word: HubWord,
  options: HandOverOptions,
  mostSegments: number,
): Promise<{ segments: Uint8Array[]; sent: Sent[] }> {
  const limit = options.maxRequestBytes ?? defaultRequestBytes;
  const segments: Uint8Array[] = [];
  const sent: Sent[] = [];
  let bytes = 0;
  let next = notToOffer(store, word, options);
  while (bytes < limit && segments.length < mostSegments && opsBeyond(store.summary(), next) > 0) {
    await options.breathe?.();
    if (isStopped(options)) break;
    const sealed = store.segmentsBeyond(next, 1);
    if (sealed.length === 0) break;
    for (const { bytes: segment, log, from, to } of sealed) {
      segments.push(segment);
      sent.push({ log, from, to });
      bytes += segment.length;
      next = { ...next, [log]: to };
      // What is written under this identity may name what was written before it: only once that has been taken.
      if (isOfBefore(store, log))
        next = { ...next, [logKey(store.replica, parseLogKey(log).partition)]: Number.MAX_SAFE_INTEGER };
    }
  }
  return { segments, sent };
}

/** What is not to be offered: what the hub holds, and everything of logs that it refused or that are none of its business. */
function notToOffer(store: ReplicaStore, word: HubWord, options: HandOverOptions): Summary {
  const withheld = Object.entries(store.summary()).filter(([log, seq]) => {
    if (word.blocked.includes(log)) return true;
    if (store.isOwn(log)) return false;
    const isOffered = isKept(options, log) || options.leaving?.includes(parseLogKey(log).partition) === true;
    return !word.isTold || !isOffered || seq <= (word.unwanted[log] ?? 0);
  });
  return {
    ...word.acknowledged,
    ...Object.fromEntries(withheld.map(([log]) => [log, Number.MAX_SAFE_INTEGER])),
  };
}

/** What the hub does not name any more in the same epoch is not for this laptop to see; it is there all the same. */
export function othersIn(store: ReplicaStore, summary: Summary): Summary {
  return Object.fromEntries(Object.entries(summary).filter(([log]) => !store.isOwn(log)));
}

/** How many ops a summary counts that another one does not. */
export function opsBeyond(summary: Summary, other: Summary): number {
  let ops = 0;
  for (const [log, seq] of Object.entries(summary)) ops += Math.max(0, seq - (other[log] ?? 0));
  return ops;
}

/** Whether a log lies within the partitions this laptop keeps. */
export function isKept({ partitions }: Pick<HandOverOptions, 'partitions'>, log: string): boolean {
  const { partition } = parseLogKey(log);
  return partitions.some((prefix) => isWithin(partition, prefix));
}

/** Whether a log is of an identity this laptop had before. */
export function isOfBefore(store: ReplicaStore, log: string): boolean {
  return store.isOwn(log) && parseLogKey(log).replica !== store.replica;
}

export function isStopped({ signal }: Pick<HandOverOptions, 'signal'>): boolean {
  return signal?.aborted === true;
}
