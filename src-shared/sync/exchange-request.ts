/** What a laptop says in a turn of an exchange (exchange.ts): the request, and the brief one. */
import type { Failure, Result } from '../kernel/result.ts';
import { withPredecessors } from './credential.ts';
import {
  type HandOverOptions,
  type HubWord,
  isKept,
  isStopped,
  maxSegmentsPerMessage,
  nextSegments,
  type Sent,
} from './hand-over.ts';
import {
  type BriefRequest,
  type CredentialsHeld,
  frame,
  logKey,
  maxWriters,
  parseLogKey,
  protocolVersion,
  serialsPerPage,
  type Summary,
  type SyncRequest,
} from './messages.ts';
import type { ReplicaStore } from './replica-store.ts';
import { readSegmentHeader } from './segment.ts';

/** What of an exchange goes into its next request. */
export type Asking = HubWord & {
  readonly epoch: string | null;
  /** Null before the first answer. */
  readonly hubSummary: Summary | null;
  /** What to say next about credentials: their digest, the page behind a serial, or nothing more. */
  readonly credentials: 'digest' | { readonly after: string } | null;
  /** Writers the hub said it does not know: their credentials go along with what they wrote. Null where this hub reads none. */
  readonly forgotten: readonly string[] | null;
};

/** A request on the road. `S` is what the asker knows while it waits. */
export type Asked<S> = {
  readonly answer: Promise<Result<Uint8Array>>;
  /** Resolves when the request is on its way, or answered. */
  readonly onItsWay: Promise<unknown>;
  readonly sent: readonly Sent[];
  /** Writers whose credentials went along. */
  readonly vouchedFor: readonly string[];
  /** How things stood when it was asked. */
  readonly since: S;
};

/** Sends the next request, which counts what is `coming` as held; null where it was stopped. */
export async function ask<S extends Asking>(
  store: ReplicaStore,
  road: { send(message: Uint8Array, onSent: () => void): Promise<Result<Uint8Array>> },
  session: S,
  options: HandOverOptions,
  coming: Summary,
): Promise<Asked<S> | null> {
  if (isStopped(options)) return null;
  const isFirst = session.hubSummary === null && session.isTold;
  const { segments, sent } = await nextSegments(store, session, options, isFirst ? 1 : maxSegmentsPerMessage);
  if (isStopped(options)) return null;
  const senders = new Set(sent.map(({ log }) => parseLogKey(log).replica));
  const vouchedFor = session.forgotten?.filter((replica) => senders.has(replica)) ?? [];
  const writers = vouchedFor.length === 0 ? [] : withPredecessors(store.credentials(), vouchedFor);
  const header: SyncRequest = {
    protocol: protocolVersion,
    replica: store.replica,
    partitions: [...options.partitions],
    summary: { ...store.summary(), ...coming },
    epoch: session.epoch,
    credentials: credentialsHeld(store, session, options),
    ...(writers.length === 0 ? {} : { writers: writers.slice(0, maxWriters) }),
    segments: segments.map((segment) => segment.length),
  };
  const { promise: isSent, resolve: onSent } = Promise.withResolvers<void>();
  const answer = road.send(frame(header, segments), onSent);
  return { answer, onItsWay: Promise.race([isSent, answer]), sent, vouchedFor, since: session };
}

/** Whether the hub is of an earlier version, which takes no credentials from a laptop and calls a message with some garbage. */
export function readsNoWriters({ vouchedFor }: Pick<Asked<unknown>, 'vouchedFor'>, failure: Failure): boolean {
  return vouchedFor.length > 0 && failure.code === 'sync/hub-refused' && failure['reason'] === 'garbage';
}

/** Whether a log's writer, whom the hub does not know, can be vouched for by what the hub signed, and has not been yet. */
export function canVouch(
  store: ReplicaStore,
  { forgotten }: Pick<Asking, 'forgotten'>,
  { vouchedFor }: Pick<Asked<unknown>, 'vouchedFor'>,
  log: string,
): boolean {
  const { replica } = parseLogKey(log);
  if (forgotten === null || vouchedFor.includes(replica) || replica === store.replica) return false;
  return store.credentials().some((each) => each.replica === replica);
}

/** How far the logs will be held once these segments of an answer are applied. Where they are not after all, the next request says so. */
export function comingBy(store: ReplicaStore, segments: readonly Uint8Array[], options: HandOverOptions): Summary {
  const held = store.summary();
  const coming: { [log: string]: number } = {};
  for (const bytes of segments) {
    const read = readSegmentHeader(bytes);
    if (!read.ok) continue;
    const { replica, partition, from, to } = read.value.header;
    const log = logKey(replica, partition);
    const reached = coming[log] ?? held[log] ?? 0;
    // Its own log comes back where it was erased with its partition: twice it would be one that nobody else may write.
    const isTaken = replica !== store.replica || store.isErased(log);
    if (isTaken && isKept(options, log) && from <= reached + 1) coming[log] = Math.max(reached, to);
  }
  return coming;
}

/** What is said of credentials in the next request. */
function credentialsHeld(store: ReplicaStore, session: Asking, options: HandOverOptions): CredentialsHeld | null {
  const { credentials } = session;
  if (credentials === null) return null;
  if (credentials === 'digest') return { digest: store.credentialsDigest(options.partitions) };
  const { after } = credentials;
  const rest = store.credentialSerials(options.partitions).filter((serial) => serial > after);
  const serials = rest.slice(0, serialsPerPage);
  return { after, until: rest.length > serials.length ? (serials.at(-1) ?? null) : null, serials };
}

export function briefRequest(
  store: ReplicaStore,
  options: HandOverOptions & { readonly acknowledged: Summary; readonly unwanted?: Summary },
): Uint8Array {
  const summary: { [log: string]: number } = {};
  for (const [log, seq] of Object.entries(store.summary())) {
    if (parseLogKey(log).replica !== store.replica && !isKept(options, log)) continue;
    // What the hub does not want of a log cannot be the same on both sides.
    const both = seq <= (options.unwanted?.[log] ?? 0) ? Math.min(seq, options.acknowledged[log] ?? 0) : seq;
    if (both > 0) summary[log] = both;
  }
  const header: BriefRequest = {
    protocol: protocolVersion,
    replica: store.replica,
    partitions: [...options.partitions],
    digest: store.digestOf(summary),
    segments: [],
  };
  return frame(header, []);
}
