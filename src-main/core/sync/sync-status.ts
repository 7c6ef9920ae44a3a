/** What the Sync page and the badge show of the exchange with the hub. */
import type { Failure } from '#shared/kernel/result.ts';
import { type Since, secondsLeft } from '#shared/kernel/time-left.ts';
import { KindName } from '#shared/records/contract.ts';
import { clockOff } from '#shared/sync/clock-check.ts';
import type { ScopeView, SyncStatus } from '#shared/sync/contract.ts';
import type { ExchangeProgress } from '#shared/sync/exchange.ts';
import { emptyMemory, isLineAway } from './exchange-outcome.ts';
import type { LeavingScope } from './scopes-port.ts';
import type { Enrolment, SuccessionNote, SyncStore } from './sync-store.ts';

/**
 * Of an exchange under way: ops, or bytes of an answer while it is not known how many ops are due. `reach`: how far it is with what has come of
 * the answer under way.
 */
export type RunningProgress = ExchangeProgress & {
  readonly unit: 'changes' | 'bytes';
  readonly reach: number;
  readonly since: Since;
};

/** An answer of so many bytes is one of several mostly; smaller ones bring all that is left. */
const fullAnswerBytes = 900_000;
/** So many bytes of a full answer bring one op at least. */
const bytesPerOp = 200;
/** Smaller answers come at once. */
const leastToldBytes = 32 * 1024;

/** Counted anew where it begins again: each snapshot, and the exchange behind them, has its own ops. `now` in milliseconds UTC. */
export function progressed(before: RunningProgress | null, progress: ExchangeProgress, now: number): RunningProgress {
  const { done } = progress;
  const goesOn = before !== null && before.unit === 'changes' && done >= before.done;
  const begun = { reach: done, since: { at: now, done } };
  return {
    ...progress,
    unit: 'changes',
    ...(goesOn ? { reach: Math.max(done, before.reach), since: before.since } : begun),
  };
}

/** So many bytes of an answer have come: over a slow line it is long under way. */
export function answerCame(
  before: RunningProgress | null,
  { bytes, length }: { readonly bytes: number; readonly length: number },
  now: number,
): RunningProgress | null {
  if (length < leastToldBytes) return before;
  if (before !== null && before.unit === 'changes' && before.done < before.total) {
    const rest = before.total - before.done;
    const ops = length < fullAnswerBytes ? rest : Math.min(rest, length / bytesPerOp);
    return { ...before, reach: Math.max(before.reach, before.done + Math.floor((ops * bytes) / length)) };
  }
  const goesOn = before !== null && before.unit === 'bytes' && bytes >= before.done;
  const since = goesOn ? before.since : { at: now, done: bytes };
  return { done: bytes, total: length, unit: 'bytes', reach: bytes, since };
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

/** So long a succession that went well is told. */
const toldMs = 30 * 86_400_000;

/** `at`: null where nobody is signed in; `nextAt`: when the clock tries again, null for never. Milliseconds UTC. */
export function syncStatus(at: SyncState | null, nextAt: number | null, now: number): SyncStatus {
  const enrolment = at?.store.enrolment() ?? null;
  const memory = at?.store.syncMemory() ?? emptyMemory;
  const counts = at?.store.roadCounts() ?? { saved: 0, sent: 0, received: 0 };
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
    state: stateOf(at, enrolment, counts.saved + counts.sent, memory.lastContactAt),
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
    problem: enrolment === null ? (at?.problem ?? at?.store.succession()?.refused ?? null) : shownProblem(at, leaving),
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
function shownProblem(at: SyncState | null, leaving: readonly LeavingScope[]): Failure | null {
  const problem = at?.problem ?? null;
  if (problem?.code !== 'sync/hub-refused' || problem['reason'] !== 'wrong-partition') return problem;
  const left = leaving.find(({ partition }) => partition === problem['partition']);
  return left === undefined ? problem : { code: 'sync/partition-left', partition: left.partition };
}

function progressView({ reach, total, unit, since }: RunningProgress, now: number): SyncStatus['progress'] {
  // The end of one answer of several is not the end.
  const isOneOfMany = unit === 'bytes' && total >= fullAnswerBytes;
  return { done: reach, total, unit, secondsLeft: isOneOfMany ? null : secondsLeft(since, reach, total, now) };
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
  waiting: number,
  lastContactAt: number | null,
): SyncStatus['state'] {
  if (at === null || enrolment === null) return 'not-enrolled';
  if (at.running !== null) return 'syncing';
  if (at.problem !== null) return isLineAway(at.problem) ? 'offline' : 'refused';
  return waiting > 0 || lastContactAt === null ? 'waiting' : 'up-to-date';
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
