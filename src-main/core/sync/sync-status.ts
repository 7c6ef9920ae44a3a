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

/** Of an exchange under way, with where it stood when it began to be counted. */
export type RunningProgress = ExchangeProgress & { readonly since: Since };

/** Counted anew where it begins again: each snapshot, and the exchange behind them, has its own ops. `now` in milliseconds UTC. */
export function progressed(before: RunningProgress | null, progress: ExchangeProgress, now: number): RunningProgress {
  const goesOn = before !== null && progress.done >= before.done;
  return { ...progress, since: goesOn ? before.since : { at: now, done: progress.done } };
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

function progressView({ done, total, since }: RunningProgress, now: number): SyncStatus['progress'] {
  return { done, total, secondsLeft: secondsLeft(since, done, total, now) };
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
