import type { Failure } from '#shared/kernel/result.ts';
import type { SyncExchange, SyncStatus } from '#shared/sync/contract.ts';
import { isShutOut } from '#shared/sync/shut-out.ts';

/**
 * By which road a person gets on with what waits, the one next step of the page: by stick where the hub cannot be reached or has no address.
 * Null where nothing waits, and where the hub takes nothing by either.
 */
export function nextRoad({ saved, state, enrolled, problem }: SyncStatus): 'hub' | 'stick' | null {
  if (saved === 0 || enrolled === null || state === 'refused') return null;
  return enrolled.address === null || state === 'offline' || problem?.code === 'sync/hub-unreachable' ? 'stick' : 'hub';
}

/**
 * Why exchange with the hub does not get on, as far as that still holds: while it is tried again an earlier failure says nothing any more, but that
 * the laptop is shut out does. `asked`: what came of the person's own try. What the exchange failed for then is in the status as well, for as long as
 * it holds: a later exchange, which nobody asked for, may have got further or failed for something else.
 */
export function standingProblem({ state, problem }: SyncStatus, asked: Failure | null): Failure | null {
  const last = problem ?? (asked?.code.startsWith('sync/') === true ? null : asked);
  return last !== null && state === 'syncing' && !isShutOut(last) ? null : last;
}

/**
 * Whether the hub has refused some of what waits here, other than by shutting the laptop out: it takes that from a stick no more than over the line.
 * `past`: exchanges, the latest first; a laptop without a line hears of it from a stick.
 */
export function isPartRefused({ problem, enrolled }: SyncStatus, past: readonly SyncExchange[]): boolean {
  const heard = enrolled?.address === null ? past.find(({ road, sent }) => road === 'stick' && sent === 0) : undefined;
  const told = problem ?? heard?.problem ?? null;
  if (told === null || isShutOut(told)) return false;
  return told.code === 'sync/hub-refused' || told.code === 'sync/partition-left';
}
