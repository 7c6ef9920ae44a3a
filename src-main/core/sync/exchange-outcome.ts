/** What an exchange's end means: which problem it shows, and what the store keeps of it. */
import { coversPartition, newestFirst } from '#shared/sync/credential.ts';
import { type Credential, parseLogKey, type Summary } from '#shared/sync/messages.ts';
import type { Failure } from '#shared/kernel/result.ts';
import type { ExchangeOutcome } from '#shared/sync/exchange.ts';
import type { Enrolment, SyncMemory, SyncStore } from './sync-store.ts';

/** Of a laptop that has never reached its hub. */
export const emptyMemory: SyncMemory = { acknowledged: {}, lastContactAt: null, lastTryAt: null, laptops: [] };

/** Nothing wrong with this laptop or its hub: the line is away. */
export function isLineAway(problem: Failure): boolean {
  return problem.code === 'sync/hub-unreachable' || problem.code === 'sync/hub-slow';
}

/** The exchange came through, but for some of what was to go or to come. */
export function isPartly({ code, partition }: Failure): boolean {
  // Without a partition it is the laptop, or the whole request, that the hub refused.
  if (code === 'sync/hub-refused') return typeof partition === 'string';
  return code === 'sync/log-parted' || code === 'sync/segment-refused' || code === 'sync/partition-left';
}

/** What to show of an exchange's end: its own failure first, then what the hub or this laptop refused, then what the hub has lost and only its writer can bring. */
export function problemOf(store: LogsHeld, outcome: ExchangeOutcome): Failure | null {
  if (outcome.failure !== null) return outcome.failure;
  const refusal = outcome.refusals[0];
  if (refusal !== undefined) {
    const { partition } = parseLogKey(refusal.log);
    return { code: 'sync/hub-refused', reason: refusal.reason, partition };
  }
  const here = outcome.refusedHere[0];
  return here === undefined ? lostBelow(store, outcome.acknowledged) : refusedHere(store, here);
}

type LogsHeld = Pick<SyncStore, 'replica' | 'isOwn' | 'begins' | 'credentials'>;

/**
 * A log of another of which the hub holds less than lies before its segments here: the hub was put back, and maybe that laptop as well, which then
 * goes on otherwise. This laptop can neither bring what is lacking nor see whether the rest is the same, so the two may not pass for equal.
 */
function lostBelow(store: LogsHeld, hub: Summary): Failure | null {
  const [own] = newestFirst(store.credentials().filter((each) => each.replica === store.replica));
  const lost = Object.entries(store.begins()).find(
    ([log, seq]) =>
      (hub[log] ?? 0) < seq &&
      !store.isOwn(log) &&
      // Of what it may not see any more the hub says nothing.
      own !== undefined &&
      coversPartition(own, parseLogKey(log).partition),
  );
  return lost === undefined ? null : logParted(store, lost[0]);
}

/** What to show where a segment that came from the hub, by line or by stick, was refused: of a log that parted, whose it is and where. */
export function refusedHere(
  store: Pick<SyncStore, 'credentials'>,
  { log, failure }: ExchangeOutcome['refusedHere'][number],
): Failure {
  return failure.code === 'segment/forked'
    ? logParted(store, log)
    : { code: 'sync/segment-refused', reason: failure.code };
}

function logParted(store: Pick<SyncStore, 'credentials'>, log: string): Failure {
  const { replica, partition } = parseLogKey(log);
  const laptop = store.credentials().find((each) => each.replica === replica)?.laptop ?? replica;
  return { code: 'sync/log-parted', laptop, partition };
}

/**
 * Own logs the hub takes no further: those it has `said` so of, and of those `known` before, where it has not been `asked` about all of them, the
 * ones it still holds no more of.
 */
export function refusedLogs(
  store: Pick<SyncStore, 'isOwn'>,
  known: Summary | undefined,
  hub: { readonly summary: Summary; readonly said: readonly string[]; readonly asked: boolean },
): Summary {
  const reached = (log: string): number => hub.summary[log] ?? 0;
  const before = Object.entries(known ?? {}).filter(([log, seq]) => !hub.asked && reached(log) <= seq);
  const said = hub.said.filter((log) => store.isOwn(log)).map((log) => [log, reached(log)] as const);
  return Object.fromEntries([...before, ...said]);
}

/**
 * Puts this laptop's newest credential, whichever way it came, into the enrolment: from then on it says what this laptop keeps.
 * Answers it where it is another one than before.
 */
export function adoptCredential(store: SyncStore): Credential | null {
  const enrolment = store.enrolment();
  const [newest] = newestFirst(store.credentials().filter((each) => each.replica === store.replica));
  if (enrolment === null || newest === undefined || newest.serial === enrolment.credential.serial) return null;
  store.setEnrolment({ ...enrolment, credential: newest });
  return newest;
}

/**
 * Keeps what the hub said in an exchange of at least one turn.
 * @param at milliseconds UTC
 */
export function keepOutcome(
  store: SyncStore,
  enrolment: Enrolment,
  memory: SyncMemory,
  outcome: ExchangeOutcome,
  at: { readonly startedAt: number; readonly now: number },
): void {
  const { epoch } = outcome;
  if (epoch !== null && epoch !== enrolment.epoch) {
    store.setEnrolment({ ...(store.enrolment() ?? enrolment), epoch });
  }
  store.setSyncMemory({
    acknowledged: outcome.acknowledged,
    lastContactAt: at.now,
    lastTryAt: at.startedAt,
    laptops: outcome.laptops ?? memory.laptops,
    clock: outcome.hubTime === null ? memory.clock : { hub: outcome.hubTime, from: at.startedAt, until: at.now },
    refused: refusedLogs(store, memory.refused, {
      summary: outcome.acknowledged,
      said: outcome.refusals.map(({ log }) => log),
      asked: outcome.failure === null,
    }),
  });
  rememberHub(store, outcome);
}

/** What the hub holds of everybody's logs: a parcel for it need not bring that again. */
function rememberHub(store: SyncStore, outcome: ExchangeOutcome): void {
  const { hubSummary, epoch, hubTime } = outcome;
  if (hubSummary === null || epoch === null || hubTime === null) return;
  const memory = store.stickMemory();
  const hub = { summary: hubSummary, epoch, at: hubTime };
  store.setStickMemory({ ...memory, peers: { ...memory.peers, hub }, offered: {} });
}
