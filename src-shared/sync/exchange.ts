/**
 * The exchange: how a laptop and a hub become equal. This header is the specification; version `protocolVersion`.
 *
 * The laptop asks, the hub answers; one turn is one request and one response (messages.ts).
 *
 *   request   = my summary of all logs · the partitions I keep · the hub epoch I know · serials of the credentials I hold
 *               · sealed segments of my own logs beyond what the hub has acknowledged
 *   response  = what the hub holds durably of the logs I may see (its summary, after taking my segments) · its epoch ·
 *               refusals · credentials I lack · sealed segments of others beyond my summary · `more`
 *
 * A turn is repeated while the hub has `more` or own segments remain that it has not acknowledged.
 *
 * Before that, where the laptop has nothing to hand over and has met this hub before, it asks in brief:
 *
 *   request   = digest of my summary (`summaryDigest`) · the partitions I keep
 *   response  = whether the hub's summary for me has the same digest · its epoch · its time
 *
 * Where it is the same under the epoch known, that one turn is the whole exchange, some 300 bytes however many laptops are known:
 * new credentials and the laptops' list wait for the first op they are needed for. Else the whole request follows.
 *
 * States: brief → done | asking; asking → (answer) → taking → asking | done; each → failed.
 *
 * 1. Only the hub's summary acknowledges. What it names is durable there; `markReceived` and `acknowledged` follow it
 *    forwards and backwards. So a lost response is harmless: the same segments are offered again and the hub, which
 *    compares the chain, skips what it holds. A hub restored from a backup names less than before, under a new epoch,
 *    and everything beyond is sent again.
 *    `markSent` is for roads without an answer (a stick): here the answer that acknowledges is the same that would tell
 *    that anything arrived at all.
 * 2. `gap` is no failure: the answer's summary says where to go on.
 * 3. A log refused for any other reason is left alone for the rest of this exchange; the other logs go on. The same holds
 *    for a log of the hub's that this laptop refuses.
 * 4. The hub is not trusted beyond its role: segments of partitions not asked for and of this laptop's own logs are not
 *    applied; every segment is proved by its writer's signature and credential in `applySegment`.
 * 5. Every segment is applied in its own transaction. An exchange may end at any byte.
 * 6. Another protocol version ends the exchange before anything is taken: `sync/protocol` {hub, app}.
 */
import type { z } from 'zod';
import { isWithin } from '../access/partitions.ts';
import { err, ok, type Failure, type Result } from '../kernel/result.ts';
import {
  type BriefRequest,
  BriefResponse,
  type Credential,
  frame,
  parseLogKey,
  protocolVersion,
  type Refusal,
  type Summary,
  SyncRequest,
  SyncResponse,
  unframe,
} from './messages.ts';
import type { ReplicaStore } from './replica-store.ts';
import { takeForeignSegment } from './take-segment.ts';

/** The road. `send` answers the hub's message; failures are the road's own (`sync/hub-unreachable` …). */
export type Transport = { send(message: Uint8Array): Promise<Result<Uint8Array>> };

export type ExchangeProgress = { readonly done: number; readonly total: number };

export type ExchangeOptions = {
  /** Partition prefixes this laptop keeps. */
  readonly partitions: readonly string[];
  /** Hub epoch last seen; null at first. */
  readonly epoch: string | null;
  /** What the hub last said it holds of this laptop's own logs. */
  readonly acknowledged: Summary;
  /** Own segments per request, bytes. Small enough for a bad line to finish one. */
  readonly maxRequestBytes?: number;
  /** Ops sent and received so far, and known so far to be due. */
  readonly onProgress?: (progress: ExchangeProgress) => void;
  /** Checked between steps; the transport is cancelled by whoever made it. */
  readonly signal?: { readonly aborted: boolean };
  /** Awaited between segments so that the host's event loop gets its turn. */
  readonly breathe?: () => Promise<void>;
};

/** What an exchange did, complete or not. */
export type ExchangeOutcome = {
  /** Ops. */
  readonly sent: number;
  readonly received: number;
  readonly turns: number;
  readonly epoch: string | null;
  readonly acknowledged: Summary;
  /** What the hub holds of all logs this laptop may see, as it last said; null when it said nothing. */
  readonly hubSummary: Summary | null;
  readonly laptops: SyncResponse['laptops'] | null;
  /** This laptop's own credential where the hub has renewed it; its signature was checked by the store. */
  readonly renewed: Credential | null;
  /** The hub's clock in its last answer, milliseconds UTC. */
  readonly hubTime: number | null;
  /** Own segments the hub refused, `gap` apart. */
  readonly refusals: readonly Refusal[];
  /** Segments of others this laptop refused. */
  readonly refusedHere: readonly { readonly log: string; readonly failure: Failure }[];
  /** Why it ended early; null when both sides are equal (refused logs apart). */
  readonly failure: Failure | null;
};

/** Of an exchange before its first answer, or one that broke off without any. */
export const nothingDone: ExchangeOutcome = {
  sent: 0,
  received: 0,
  turns: 0,
  epoch: null,
  acknowledged: {},
  hubSummary: null,
  laptops: null,
  renewed: null,
  hubTime: null,
  refusals: [],
  refusedHere: [],
  failure: null,
};

const defaultRequestBytes = 1024 * 1024;
/** No exchange of two honest sides comes near; stops a hub that answers nonsense for ever. */
const maxTurns = 10_000;
/** As many as the message's header may name. */
const maxSegmentsPerMessage = 1000;

/** Runs one exchange to its end. Never rejects for an expected failure: see `ExchangeOutcome.failure`. */
export async function exchange(
  store: ReplicaStore,
  transport: Transport,
  options: ExchangeOptions,
): Promise<ExchangeOutcome> {
  let session = beginExchange(store, options);
  if (session.due === 0 && options.epoch !== null) {
    if (isStopped(options)) return end(session, { code: 'sync/stopped' });
    const answer = await transport.send(briefRequest(store, options));
    if (!answer.ok) return end(session, answer.error);
    const brief = readAnswer(answer.value, BriefResponse);
    if (!brief.ok) return end(session, brief.error);
    const { same, epoch, time } = brief.value.header;
    session = { ...session, turns: 1, hubTime: time };
    if (same && epoch === options.epoch) return end(session, null);
  }
  for (;;) {
    if (isStopped(options)) return end(session, { code: 'sync/stopped' });
    const request = await nextRequest(store, session, options);
    if (isStopped(options)) return end(session, { code: 'sync/stopped' });
    const answer = await transport.send(request.message);
    if (!answer.ok) return end(session, answer.error);
    const response = readAnswer(answer.value, SyncResponse);
    if (!response.ok) return end(session, response.error);
    const { header, segments } = response.value;
    const credentials = header.credentials.length > 0 ? store.addCredentials(header.credentials) : ok(null);
    if (!credentials.ok) return end(session, credentials.error);

    const before = session;
    session = takeAnswer(store, session, request.sent, header);
    for (const credential of header.credentials) {
      const isLater = credential.validUntil > (session.renewed?.validUntil ?? 0);
      if (credential.replica === store.replica && isLater) session = { ...session, renewed: credential };
    }
    report(store, session, header, options);
    for (const bytes of segments) {
      await options.breathe?.();
      if (isStopped(options)) return end(session, { code: 'sync/stopped' });
      session = takeSegment(store, session, bytes, options);
      if (session.failure !== null) return end(session, session.failure);
      report(store, session, header, options);
    }
    const ahead = ownAhead(store, held(session));
    if (!header.more && ahead === 0) return end(session, null);
    const moved =
      request.sent.length > 0 ||
      session.received > before.received ||
      // The hub holds less than it once said: offered from there in the next turn.
      ahead !== ownAhead(store, held(before));
    if (!moved || session.turns >= maxTurns) {
      // Nothing came although there is said to be more: whatever is left is refused here, or the hub errs.
      const isStuck = header.more && session.refusedHere.length === 0;
      return end(session, isStuck ? { code: 'sync/protocol', reason: 'no-progress' } : null);
    }
  }
}

function isStopped(options: ExchangeOptions): boolean {
  return options.signal?.aborted === true;
}

type Session = ExchangeOutcome & {
  /** Own logs the hub refused: not offered again in this exchange. */
  readonly blocked: readonly string[];
  /** Own ops not acknowledged when the exchange began. */
  readonly due: number;
};

type Sent = { readonly log: string; readonly from: number; readonly to: number };

function beginExchange(store: ReplicaStore, options: ExchangeOptions): Session {
  return {
    ...nothingDone,
    epoch: options.epoch,
    acknowledged: options.acknowledged,
    blocked: [],
    due: ownAhead(store, options.acknowledged),
  };
}

function end(session: Session, failure: Failure | null): ExchangeOutcome {
  const { blocked: _blocked, due: _due, ...outcome } = session;
  return { ...outcome, failure };
}

/** What is not to be offered: what the hub holds, and everything of a blocked log. */
function held(session: Session): Summary {
  return {
    ...session.acknowledged,
    ...Object.fromEntries(session.blocked.map((log) => [log, Number.MAX_SAFE_INTEGER])),
  };
}

async function nextRequest(
  store: ReplicaStore,
  session: Session,
  options: ExchangeOptions,
): Promise<{ message: Uint8Array; sent: Sent[] }> {
  const { segments, sent } = await nextSegments(store, session, options);
  const header: SyncRequest = {
    protocol: protocolVersion,
    replica: store.replica,
    partitions: [...options.partitions],
    summary: store.summary(),
    epoch: session.epoch,
    credentials: store.credentialSerials(),
    segments: segments.map((segment) => segment.length),
  };
  return { message: frame(header, segments), sent };
}

/** Own segments for one request, sealed one by one so that the host's event loop gets its turn between them. */
async function nextSegments(
  store: ReplicaStore,
  session: Session,
  options: ExchangeOptions,
): Promise<{ segments: Uint8Array[]; sent: Sent[] }> {
  const limit = options.maxRequestBytes ?? defaultRequestBytes;
  const segments: Uint8Array[] = [];
  const sent: Sent[] = [];
  let bytes = 0;
  let next = held(session);
  while (bytes < limit && segments.length < maxSegmentsPerMessage && ownAhead(store, next) > 0) {
    await options.breathe?.();
    if (isStopped(options)) break;
    const sealed = store.segmentsBeyond(next, 1, 'own');
    if (sealed.length === 0) break;
    for (const { bytes: segment, log, from, to } of sealed) {
      segments.push(segment);
      sent.push({ log, from, to });
      bytes += segment.length;
      next = { ...next, [log]: to };
    }
  }
  return { segments, sent };
}

function briefRequest(store: ReplicaStore, options: ExchangeOptions): Uint8Array {
  const isSeen = (log: string): boolean => {
    const { replica, partition } = parseLogKey(log);
    return replica === store.replica || options.partitions.some((prefix) => isWithin(partition, prefix));
  };
  const summary = Object.fromEntries(Object.entries(store.summary()).filter(([log]) => isSeen(log)));
  const header: BriefRequest = {
    protocol: protocolVersion,
    replica: store.replica,
    partitions: [...options.partitions],
    digest: store.digestOf(summary),
    segments: [],
  };
  return frame(header, []);
}

/** Reads an answer. Failures: `sync/protocol` {hub, app}, `sync/garbage`, `sync/too-large`. */
function readAnswer<T extends { protocol: number; segments: number[] }>(
  bytes: Uint8Array,
  schema: z.ZodType<T>,
): Result<{ header: T; segments: Uint8Array[] }> {
  const response = unframe(bytes, schema);
  if (!response.ok) return response;
  const hub = response.value.header.protocol;
  return hub === protocolVersion ? response : err({ code: 'sync/protocol', hub, app: protocolVersion });
}

function takeAnswer(store: ReplicaStore, session: Session, sent: readonly Sent[], header: SyncResponse): Session {
  const own: Summary = {};
  for (const [log, seq] of Object.entries(header.summary))
    if (parseLogKey(log).replica === store.replica) own[log] = seq;
  store.markReceived(own);

  const blocked = new Set(session.blocked);
  let acknowledgedOps = 0;
  for (const log of new Set(sent.map((segment) => segment.log))) {
    const offered = sent.filter((segment) => segment.log === log);
    const from = Math.min(...offered.map((segment) => segment.from));
    const to = Math.max(...offered.map((segment) => segment.to));
    const now = own[log] ?? 0;
    acknowledgedOps += Math.max(0, Math.min(now, to) - from + 1);
    // Standing still means refused. Less than was offered from means a gap: go on from there.
    if (now === from - 1) blocked.add(log);
  }
  const refusals = header.refusals.filter((refusal) => refusal.reason !== 'gap');
  return {
    ...session,
    turns: session.turns + 1,
    epoch: header.epoch,
    acknowledged: own,
    hubSummary: header.summary,
    laptops: header.laptops,
    hubTime: header.time,
    sent: session.sent + acknowledgedOps,
    refusals: [...session.refusals, ...refusals],
    blocked: [...blocked],
  };
}

function takeSegment(store: ReplicaStore, session: Session, bytes: Uint8Array, options: ExchangeOptions): Session {
  const { refusedHere } = session;
  const taken = takeForeignSegment(store, bytes, options.partitions, (log) =>
    refusedHere.some((refused) => refused.log === log),
  );
  if (taken.failure === null) return { ...session, received: session.received + taken.applied };
  // No disk, no exchange: the store is as before this segment.
  if (taken.failure.code === 'store/disk-full') return { ...session, failure: taken.failure };
  return { ...session, refusedHere: [...refusedHere, { log: taken.log, failure: taken.failure }] };
}

function report(store: ReplicaStore, session: Session, header: SyncResponse, options: ExchangeOptions): void {
  if (options.onProgress === undefined) return;
  const mine = store.summary();
  let toReceive = 0;
  for (const [log, seq] of Object.entries(header.summary)) {
    if (parseLogKey(log).replica !== store.replica) toReceive += Math.max(0, seq - (mine[log] ?? 0));
  }
  const done = session.sent + session.received;
  options.onProgress({ done, total: Math.max(done, session.due + session.received + toReceive) });
}

function ownAhead(store: ReplicaStore, acknowledged: Summary): number {
  let ahead = 0;
  for (const [log, seq] of Object.entries(store.summary())) {
    if (parseLogKey(log).replica === store.replica) ahead += Math.max(0, seq - (acknowledged[log] ?? 0));
  }
  return ahead;
}
