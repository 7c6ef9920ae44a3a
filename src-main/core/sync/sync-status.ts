/** What the Sync page and the badge show of the exchange with the hub. */
import type { Failure } from '#shared/kernel/result.ts';
import { knownAfterMs, type Since, secondsLeft } from '#shared/kernel/time-left.ts';
import { KindName } from '#shared/records/contract.ts';
import { clockOff } from '#shared/sync/clock-check.ts';
import type { ScopeView, SyncStatus } from '#shared/sync/contract.ts';
import type { ExchangeProgress } from '#shared/sync/exchange.ts';
import { emptyMemory, isLineAway, isPartly } from './exchange-outcome.ts';
import type { LeavingScope } from './scopes-port.ts';
import type { Enrolment, ExchangeRow, SuccessionNote, SyncStore } from './sync-store.ts';

/**
 * Of an exchange under way: ops, or bytes of an answer while it is not known how many ops are due. `reach`: how far it is with what has come of
 * the answer under way.
 */
export type RunningProgress = ExchangeProgress & {
  readonly unit: 'changes' | 'bytes';
  readonly reach: number;
  readonly since: Since;
  /** Since when `reach` says something: what a large answer brought is placed in a moment, during which it says little. */
  readonly knownAt: number;
  /** `reach` goes by the least that an answer may bring: too little to tell a time by. */
  readonly isLeast: boolean;
  /** Bytes of the large answers that have come whole, and the one under way. */
  readonly whole: number;
  readonly coming: ComingAnswer;
};
type ComingAnswer = { readonly bytes: number; readonly length: number };

/** An answer of so many bytes is one of several mostly; smaller ones bring all that is left. */
const fullAnswerBytes = 900_000;
/** So many bytes of a full answer bring one op at least. */
const bytesPerOp = 200;
/** Smaller answers come at once. */
const leastToldBytes = 32 * 1024;
const noAnswer = { whole: 0, coming: { bytes: 0, length: 0 } };

/** Counted anew where it begins again: each snapshot, and the exchange behind them, has its own ops. `now` in milliseconds UTC. */
export function progressed(before: RunningProgress | null, progress: ExchangeProgress, now: number): RunningProgress {
  const { done } = progress;
  if (before?.unit === 'bytes') {
    // The answer that said how many ops are due took its time, and has brought some of them.
    const reach = Math.max(done, broughtBy({ ...before, ...progress }, before.coming));
    return { ...before, ...progress, unit: 'changes', reach, since: { at: before.since.at, done: 0 }, knownAt: now };
  }
  if (before === null || done < before.done)
    return {
      ...noAnswer,
      ...progress,
      unit: 'changes',
      reach: done,
      since: { at: now, done },
      knownAt: now,
      isLeast: false,
    };
  const isLeast = before.isLeast && done < before.reach;
  const knownAt = before.isLeast && !isLeast ? now : before.knownAt;
  return { ...before, ...progress, reach: Math.max(done, before.reach), isLeast, knownAt };
}

/** So many bytes of an answer have come: over a slow line it is long under way. */
export function answerCame(before: RunningProgress | null, coming: ComingAnswer, now: number): RunningProgress | null {
  const { bytes, length } = coming;
  if (length < leastToldBytes) return before;
  const isNext = before !== null && (length !== before.coming.length || bytes < before.coming.bytes);
  const whole = before === null ? 0 : before.whole + (isNext ? before.coming.length : 0);
  if (before !== null && before.unit === 'changes' && before.done < before.total) {
    const at = { ...before, whole, coming };
    const reach = Math.max(before.reach, before.done + broughtBy(at, coming));
    return { ...at, reach, isLeast: length >= fullAnswerBytes && whole === 0 };
  }
  const goesOn = before !== null && before.unit === 'bytes' && bytes >= before.done;
  const since = goesOn ? before.since : { at: now, done: bytes };
  const isLeast = length >= fullAnswerBytes;
  return { done: bytes, total: length, unit: 'bytes', reach: bytes, since, knownAt: since.at, isLeast, whole, coming };
}

/** Ops that so much of an answer brings: of a full one as many as those before it did, or the least there may be. */
function broughtBy({ done, total, whole }: RunningProgress, { bytes, length }: ComingAnswer): number {
  const ofFull = whole === 0 ? length / bytesPerOp : (done * length) / whole;
  const ops = length < fullAnswerBytes ? total - done : Math.min(total - done, ofFull);
  return Math.floor((ops * bytes) / length);
}

/** What is known of the exchange of an open store. */
export type SyncState = {
  readonly store: SyncStore;
  /** The exchange under way. */
  readonly running: Promise<unknown> | null;
  readonly progress: RunningProgress | null;
  readonly lastTryAt: number | null;
  readonly problem: Failure | null;
};

/** So many exchanges are looked through for what was last taken in from a stick. */
const exchangesLooked = 20;
/** So long a succession that went well is told. */
const toldMs = 30 * 86_400_000;

/** `at`: null where nobody is signed in; `nextAt`: when the clock tries again, null for never. Milliseconds UTC. */
export function syncStatus(at: SyncState | null, nextAt: number | null, now: number): SyncStatus {
  const enrolment = at?.store.enrolment() ?? null;
  const memory = at?.store.syncMemory() ?? emptyMemory;
  const counts = at?.store.roadCounts() ?? { saved: 0, sent: 0, received: 0, refused: 0 };
  const standing = at === null || enrolment === null ? null : standingProblem(at, enrolment, counts.refused);
  const leaving = enrolment === null || at === null ? [] : at.store.scopes.leaving(enrolment.credential.partitions);
  return {
    enrolled:
      enrolment === null
        ? null
        : {
            address: enrolment.address,
            hubName: enrolment.hubName,
            since: enrolment.enrolledAt,
            validUntil: enrolment.credential.validUntil,
          },
    state: stateOf(at, enrolment, standing, counts, memory.lastContactAt),
    ...counts,
    waitingSince: at?.store.waitingSince() ?? null,
    waitingByKind: (at?.store.waitingByKind() ?? []).flatMap(({ kind, count }) => {
      const known = KindName.safeParse(kind);
      return known.success ? [{ kind: known.data, count }] : [];
    }),
    lastContactAt: memory.lastContactAt,
    lastTryAt: at?.lastTryAt ?? memory.lastTryAt,
    nextTryAt: enrolment === null ? null : nextAt,
    progress: at === null || at.progress === null ? null : progressView(at.progress, now),
    problem:
      enrolment === null ? (at?.problem ?? at?.store.succession()?.refused ?? null) : shownProblem(standing, leaving),
    scopes: {
      leaving: leaving.map((each) => ({ ...each })),
      changes: (at?.store.scopes.changes() ?? []).map((each) => ({ ...each })),
    },
    clock: enrolment === null ? null : clockOff(memory.clock ?? null, now),
    succession: successionState(at?.store.succession() ?? null, now),
    laptops: memory.laptops.map((laptop) => ({
      ...laptop,
      isThis: [at?.store.replica, enrolment?.credential.replica].includes(laptop.replica),
    })),
  };
}

/** That the hub takes nothing more of a partition that is to be left is no matter for its staff: the person decides, on the same page. */
function shownProblem(problem: Failure | null, leaving: readonly LeavingScope[]): Failure | null {
  if (problem?.code !== 'sync/hub-refused' || problem['reason'] !== 'wrong-partition') return problem;
  const left = leaving.find(({ partition }) => partition === problem['partition']);
  return left === undefined ? problem : { code: 'sync/partition-left', partition: left.partition };
}

/** What is told of it: a time as soon as the speed says something. */
export function progressView(progress: RunningProgress, now: number): SyncStatus['progress'] {
  const { reach, total, unit, since, knownAt, isLeast } = progress;
  const isKnown = !isLeast && now - knownAt >= knownAfterMs;
  return { done: reach, total, unit, secondsLeft: isKnown ? secondsLeft(since, reach, total, now) : null };
}

function successionState(note: SuccessionNote | null, now: number): SyncStatus['succession'] {
  if (note === null || (note.doneAt !== null && now - note.doneAt > toldMs)) return null;
  const { since, doneAt, refused } = note;
  if (refused !== null) return { since, state: 'refused' };
  return { since, state: doneAt === null ? 'waiting' : 'done' };
}

function stateOf(
  at: SyncState | null,
  enrolment: Enrolment | null,
  problem: Failure | null,
  { saved, sent, refused }: ReturnType<SyncStore['roadCounts']>,
  lastContactAt: number | null,
): SyncStatus['state'] {
  if (at === null || enrolment === null) return 'not-enrolled';
  if (at.running !== null) return 'syncing';
  if (problem !== null) return isLineAway(problem) ? 'offline' : isPartly(problem) ? 'partly' : 'refused';
  // Before the first exchange after a start; the hub has not said otherwise since.
  if (refused > 0) return 'partly';
  return saved + sent > 0 || lastContactAt === null ? 'waiting' : 'up-to-date';
}

/** What the last exchange failed for; of a laptop without a line, what of the hub's last stick was refused, there or here. */
function standingProblem({ problem, store }: SyncState, { address }: Enrolment, refused: number): Failure | null {
  if (problem !== null || address !== null) return problem;
  const isHeard = ({ road, received, problem: told }: ExchangeRow): boolean =>
    road === 'stick' && (received > 0 || (told !== null && isPartly(told)));
  const heard = store.exchanges(exchangesLooked).find(isHeard)?.problem ?? null;
  if (heard === null || !isPartly(heard)) return null;
  return heard.code === 'sync/hub-refused' && refused === 0 ? null : heard;
}

/** Says in a problem with a partition what that is called, where anything here knows. */
export async function nameProblem<F extends Failure | null>(
  problem: F,
  store: Pick<SyncStore, 'scopes'> | null,
  namesOf: (partition: string) => Promise<ScopeView['names']>,
): Promise<F> {
  const partition = problem?.['partition'];
  if (problem === null || typeof partition !== 'string') return problem;
  const names = store?.scopes.view(partition).names ?? (await namesOf(partition));
  return names === null ? problem : { ...problem, names };
}

/** Gives a name to what no record here names, where `namesOf` a partition knows one. */
export async function nameScopes(
  { leaving, changes }: SyncStatus['scopes'],
  namesOf: (partition: string) => Promise<ScopeView['names']>,
): Promise<SyncStatus['scopes']> {
  const named = async <View extends ScopeView>(view: View): Promise<View> =>
    view.names === null ? { ...view, names: await namesOf(view.partition) } : view;
  return { leaving: await Promise.all(leaving.map(named)), changes: await Promise.all(changes.map(named)) };
}
