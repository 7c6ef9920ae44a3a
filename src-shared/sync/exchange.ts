/**
 * The exchange: how a laptop and a hub become equal. This header is the specification; version `protocolVersion`.
 *
 * The laptop asks, the hub answers; one turn is one request and one response (messages.ts).
 *
 *   request   = my summary of all logs · the partitions I keep · the hub epoch I know · what I hold of credentials ·
 *               sealed segments beyond what the hub has acknowledged: of my own logs, and of others' that came another way
 *   response  = what the hub holds durably of the logs I may see (its summary and heads, after taking my segments) · its epoch ·
 *               refusals · credentials I lack · sealed segments of others beyond my summary · `more`
 *
 * A turn is repeated while the hub has `more`, credentials are asked for page by page, or segments remain that it has not acknowledged.
 *
 * What goes into a request is chosen in exchange-request.ts and hand-over.ts; what an answer says is taken in exchange-answer.ts. A laptop
 * that has met this hub before hands over one segment at most in its first request, so that what the hub has comes back at once; and while
 * it applies an answer's segments its next request, which counts them as held, is on its way. What proves no good after all, the request
 * after that does not count.
 *
 * Before that, where the laptop has nothing to hand over and has met this hub before, it asks in brief:
 *
 *   request   = digest of my summary (`summaryDigest`) · the partitions I keep
 *   response  = whether the hub's summary and heads for me have the same digest · its epoch · its time
 *
 * Where it is the same under the epoch known, that one turn is the whole exchange, some 300 bytes however many laptops are known:
 * new credentials and the laptops' list wait for the first op they are needed for. Else the whole request follows.
 *
 * States: brief → done | asking; asking → (answer) → taking, mostly with the next request on its way → asking | done; each → failed.
 *
 * 1. Only the hub's summary acknowledges. What it names is durable there; `markReceived` and `acknowledged` follow it
 *    forwards and backwards. So a lost response is harmless: the same segments are offered again and the hub, which
 *    compares the chain, skips what it holds. A hub restored from a backup names less than before, under a new epoch,
 *    and everything beyond is sent again.
 *    `markSent` is for roads without an answer (a stick): here the answer that acknowledges is the same that would tell
 *    that anything arrived at all.
 * 2. `gap` is no failure: the answer's summary says where to go on.
 * 3. A log refused for any other reason is left alone for the rest of this exchange; the other logs go on. The same holds
 *    for a log of the hub's that this laptop refuses; one that parts is asked for once more when others have come.
 * 4. The hub is not trusted beyond its role: segments of partitions not asked for and of this laptop's own logs are not
 *    applied; every segment is proved by its writer's signature and credential in `applySegment`.
 * 5. Segments are applied a few to a transaction, each whole or not at all. An exchange may end at any byte.
 * 6. Credentials: first their digest. Where the hub's is another one it sends no segments yet, and the serials are told page by page;
 *    what the laptop lacks comes with each page, and with the last one the segments.
 * 7. Others' logs are offered once the hub has said what it holds, and where they lie within the partitions kept or to be left. One
 *    that is refused is no fault of this laptop's. Of a log this laptop may not see any more the hub tells only how far what came with
 *    a request is held there; within an epoch its last word on such a log counts on.
 * 8. Heads tell what seqs cannot: that a log went on in two ways. One of others: the hub's stands, and is fetched. One of this
 *    laptop's own: it was put back from a copy and must take a new identity before anything else (`sync/old-copy`).
 *    In a partition this laptop may not see any more the hub's does not come: there the log ends where both are the same.
 * 9. What the hub will not take under an earlier identity, and what others kept as strays (stray.ts), is written again under today's.
 * 10. Where the hub does not know the writer of a log (it was put back from an older backup), what it has signed of that writer goes along
 *     (`writers`) when the log is offered once more: its own signature tells it by what rights to judge. A hub of an earlier version
 *     calls that garbage; then it is left at the refusal.
 * 11. Where only the answer may have been lost, a turn without segments asks what the hub holds before they are sent again.
 * 12. Another protocol version ends the exchange before anything is taken: `sync/protocol` {hub, app}.
 */
import { ok, type Failure, type Result } from '../kernel/result.ts';
import { endsIn, heardOf, takeAnswer, takeSegment, tryingAgain } from './exchange-answer.ts';
import { BriefResponse, parseLogKey, type Refusal, type Summary, SyncResponse, unframe } from './messages.ts';
import {
  ahead,
  hasToOffer,
  type HandOverOptions,
  isKept,
  isStopped,
  mayHaveArrived,
  opsBeyond,
  type Sent,
} from './hand-over.ts';
import { ask, type Asked, type Asking, briefRequest, comingBy, readsNoWriters } from './exchange-request.ts';
import type { ReplicaStore } from './replica-store.ts';
import { segmentsAtOnce, takeTogether } from './take-segment.ts';

/**
 * The road. `send` answers the hub's message; failures are the road's own (`sync/hub-unreachable` …). A road that knows tells with
 * `onSent` when the message is on its way and needs this host no more.
 */
export type Transport = { send(message: Uint8Array, onSent?: () => void): Promise<Result<Uint8Array>> };

export type ExchangeProgress = { readonly done: number; readonly total: number };

export type ExchangeOptions = HandOverOptions & {
  /** Hub epoch last seen; null at first. */
  readonly epoch: string | null;
  /** What the hub last said it holds of all logs this laptop may see. */
  readonly acknowledged: Summary;
  /** Logs of others that the hub refused before, up to these seqs: not offered again until they have grown. */
  readonly unwanted?: Summary;
  /** Ops sent and received so far, and known so far to be due. */
  readonly onProgress?: (progress: ExchangeProgress) => void;
  /** The first request, where it is under way already (`beginAhead`) and all it counts as held has been taken. */
  readonly begun?: Begun | null;
};

/** A first request that is under way before its exchange. */
export type Begun = Asked<Session>;

/** What an exchange did, complete or not. */
export type ExchangeOutcome = {
  /** Ops. */
  readonly sent: number;
  readonly received: number;
  readonly turns: number;
  readonly epoch: string | null;
  readonly acknowledged: Summary;
  /** The same; null when the hub said nothing. */
  readonly hubSummary: Summary | null;
  /** Logs of others the hub refused, with the seq they were offered up to. */
  readonly unwanted: Summary;
  /** Ops of earlier identities of this laptop that were written again under the one of now. */
  readonly reissued: number;
  readonly laptops: SyncResponse['laptops'] | null;
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
  unwanted: {},
  reissued: 0,
  laptops: null,
  hubTime: null,
  refusals: [],
  refusedHere: [],
  failure: null,
};

/** No exchange of two honest sides comes near; stops a hub that answers nonsense for ever. */
const maxTurns = 10_000;

/** Runs one exchange to its end. Never rejects for an expected failure: see `ExchangeOutcome.failure`. */
export async function exchange(
  store: ReplicaStore,
  transport: Transport,
  options: ExchangeOptions,
): Promise<ExchangeOutcome> {
  // One whose answer was lost never was.
  const begun = (await options.begun?.answer)?.ok === true ? options.begun : null;
  let session = begun?.since ?? beginExchange(store, options);
  if (!begun && ahead(store, session, options) === 0 && options.epoch !== null) {
    const brief = await askBriefly(store, transport, session, options);
    if (brief.isOver) return end(brief.session, brief.failure);
    session = brief.session;
  }
  /** Segments whose answer was lost: the hub may have them. */
  let maybeDelivered: readonly Sent[] = [];
  /** Ops handed over when an answer was last lost: lost again without one more, the road is no good. */
  let sentWhenLost = -1;
  let asked = begun ?? (await ask(store, transport, session, options, {}));
  for (;;) {
    if (asked === null) return end(session, { code: 'sync/stopped' });
    const answer = await asked.answer;
    if (!answer.ok && readsNoWriters(asked, answer.error)) {
      session = { ...session, forgotten: null };
      asked = await ask(store, transport, session, options, {});
      continue;
    }
    if (!answer.ok) {
      // A short turn tells what the hub has before it is sent again.
      if (!mayHaveArrived(answer.error) || session.sent <= sentWhenLost) return end(session, answer.error);
      if (asked.sent.length === 0) return end(session, answer.error);
      maybeDelivered = asked.sent;
      sentWhenLost = session.sent;
      asked = await ask(store, transport, session, { ...options, maxRequestBytes: 0 }, {});
      continue;
    }
    const unanswered = maybeDelivered;
    maybeDelivered = [];
    const response = unframe(answer.value, SyncResponse);
    if (!response.ok) return end(session, response.error);
    const { header, segments } = response.value;
    const credentials = header.credentials.length > 0 ? store.addCredentials(header.credentials) : ok(null);
    if (!credentials.ok) return end(session, credentials.error);
    session = heardOf(session, header.credentials);

    const before = session;
    // What did not arrive is no refusal.
    const arrived = unanswered.filter(({ log, from }) => (header.summary[log] ?? 0) >= from);
    await store.prepare?.({ ends: endsIn(store, session, header) });
    session = takeAnswer(store, session, { ...asked, sent: [...asked.sent, ...arrived] }, header, options);
    if (session.failure !== null) return end(session, session.failure);
    report(store, session, header, options);
    // While this answer is applied the hub already works on the next request.
    const isDueMore = header.more || ahead(store, session, options) > 0;
    const mayAsk = session.isFlowing && segments.length > 0 && session.credentials === null && isDueMore;
    const next = mayAsk ? await ask(store, transport, session, options, comingBy(store, segments, options)) : null;
    // What is applied would hold up its sending.
    await next?.onItsWay;
    session = await takeSegments(store, session, header, segments, options);
    if (session.failure !== null) return end(session, session.failure);
    store.takeBack();
    const left = ahead(store, session, options);
    const isAsking = session.credentials !== null;
    const lacking = opsLacking(store, session, header.summary, options);
    const isFlowing = session.received > before.received;
    if (next !== null) {
      session = { ...session, lacking, isFlowing };
      asked = next;
      continue;
    }
    const isEqual = !header.more && left === 0 && !isAsking && lacking === 0;
    // Since it was asked: what the answer before brought may have freed something to hand over.
    const { since } = asked;
    const moved =
      isAsking ||
      unanswered.length > 0 ||
      asked.sent.length > 0 ||
      // A log that was found to go on otherwise at the hub is asked for from where both part.
      lacking !== since.lacking ||
      session.branched > since.branched ||
      session.received > since.received ||
      // The hub holds less than it once said, or a log here no longer waits for another: offered in the next turn.
      (left > 0 && hasToOffer(store, session, options));
    session = { ...session, lacking, isFlowing: true };
    if (isEqual || !moved || session.turns >= maxTurns) {
      const retrying = session.turns < maxTurns ? tryingAgain(session) : null;
      // Nothing came although there is said to be more: whatever is left is refused here, or the hub errs. So it does where it never ends.
      const isStuck = (header.more && session.refusedHere.length === 0) || session.turns >= maxTurns;
      if (retrying === null) return end(session, isStuck ? { code: 'sync/protocol', reason: 'no-progress' } : null);
      session = retrying;
    }
    asked = await ask(store, transport, session, options, {});
  }
}

type Brief = { readonly isOver: boolean; readonly failure: Failure | null; readonly session: Session };

/** The short question whether anything is news. `isOver`: nothing is, or it could not be asked; else the whole request follows. */
async function askBriefly(
  store: ReplicaStore,
  transport: Transport,
  session: Session,
  options: ExchangeOptions,
): Promise<Brief> {
  const over = (failure: Failure): Brief => ({ isOver: true, failure, session });
  if (isStopped(options)) return over({ code: 'sync/stopped' });
  const answer = await transport.send(briefRequest(store, options));
  if (!answer.ok) return over(answer.error);
  const brief = unframe(answer.value, BriefResponse);
  if (!brief.ok) return over(brief.error);
  const { same, epoch, time } = brief.value.header;
  const heard = { ...session, turns: 1, hubTime: time };
  if (!same || epoch !== options.epoch) return { isOver: false, failure: null, session: heard };
  // What waited for other rights may be written now, whichever way those came.
  store.takeBack();
  return { isOver: ahead(store, heard, options) === 0, failure: null, session: heard };
}

/** Applies an answer's segments, some in one transaction each. Ends where one cannot be kept or it is stopped: the session's `failure`. */
async function takeSegments(
  store: ReplicaStore,
  session: Session,
  header: SyncResponse,
  segments: readonly Uint8Array[],
  options: ExchangeOptions,
): Promise<Session> {
  let taken = session;
  for (let at = 0; at < segments.length; at += segmentsAtOnce) {
    const some = segments.slice(at, at + segmentsAtOnce);
    await options.breathe?.();
    await store.prepare?.({ segments: some });
    if (isStopped(options)) return { ...taken, failure: { code: 'sync/stopped' } };
    taken = takeTogether(store, taken, some, (each, bytes) => takeSegment(store, each, bytes, options));
    if (taken.failure !== null) return taken;
    report(store, taken, header, options);
  }
  return taken;
}

/**
 * Sends an exchange's first request while what it counts as held, a snapshot's logs, is still `coming`: the answer is on its way meanwhile.
 * Whoever begins so knows few credentials, and tells which at once instead of their digest. Null where it was stopped.
 */
export async function beginAhead(
  store: ReplicaStore,
  transport: Transport,
  options: ExchangeOptions,
  coming: Summary,
): Promise<Begun | null> {
  const session: Session = { ...beginExchange(store, options), credentials: { after: '' } };
  return ask(store, transport, session, options, coming);
}

/** Where an exchange stands. */
export type Session = ExchangeOutcome &
  Asking & {
    /** Ops to hand over when the exchange began. */
    readonly due: number;
    /** After the last turn: others' ops the hub holds and this laptop did not. */
    readonly lacking: number;
    /** Logs ended where the hub's continuation parts from what was here. */
    readonly branched: number;
    /** Ops received when logs refused here were last tried again. */
    readonly triedAt: number;
    /** Whether the segments of the last answer were of use: else the next request waits until they are applied. */
    readonly isFlowing: boolean;
  };

function beginExchange(store: ReplicaStore, options: ExchangeOptions): Session {
  const session: Session = {
    ...nothingDone,
    epoch: options.epoch,
    acknowledged: options.acknowledged,
    unwanted: options.unwanted ?? {},
    blocked: [],
    due: 0,
    credentials: 'digest',
    lacking: 0,
    branched: 0,
    triedAt: 0,
    isFlowing: true,
    forgotten: [],
    isTold: options.epoch !== null && Object.keys(options.acknowledged).length > 0,
  };
  const due = ahead(store, session, options);
  return { ...session, due };
}

/** What is told of it in the end. */
function end(session: Session, failure: Failure | null): ExchangeOutcome {
  const { sent, received, turns, epoch, acknowledged, hubSummary, unwanted, reissued, laptops, hubTime } = session;
  const { refusals, refusedHere } = session;
  const counts = { sent, received, turns, reissued };
  return { ...counts, epoch, acknowledged, hubSummary, unwanted, laptops, hubTime, refusals, refusedHere, failure };
}

/** Others' ops the hub holds and this laptop does not, but for what it has refused. */
function opsLacking(store: ReplicaStore, session: Session, hub: Summary, options: ExchangeOptions): number {
  const refused = new Set(session.refusedHere.map(({ log }) => log));
  const wanted = Object.entries(hub).filter(
    ([log]) => parseLogKey(log).replica !== store.replica && isKept(options, log) && !refused.has(log),
  );
  return opsBeyond(Object.fromEntries(wanted), store.summary());
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
