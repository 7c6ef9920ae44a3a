import type { Failure } from '#shared/kernel/result.ts';
import type { SyncStatus } from '#shared/sync/contract.ts';
import { isShutOut } from '#shared/sync/shut-out.ts';

/** Records that wait here and that the hub has not refused. */
export function toGo({ saved, refused }: SyncStatus): number {
  return saved - refused;
}

/**
 * By which road a person gets on with what waits, the one next step of the page: by stick where the hub cannot be reached or has no address.
 * Null where nothing waits that the hub would take by either.
 */
export function nextRoad(status: SyncStatus): 'hub' | 'stick' | null {
  const { state, enrolled, problem } = status;
  if (toGo(status) === 0 || enrolled === null || state === 'refused') return null;
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
