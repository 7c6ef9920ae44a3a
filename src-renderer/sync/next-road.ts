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

const isParted = ({ code }: Failure): boolean => code === 'sync/log-parted';

/**
 * Why exchange with the hub does not get on, as far as that still holds: while it is tried again an earlier failure says nothing any more, but that
 * the laptop is shut out, or logs have parted, does. `asked`: what came of the person's own try. What the exchange failed for then is in the status as well, for as long as
 * it holds: a later exchange, which nobody asked for, may have got further or failed for something else.
 */
export function standingProblem({ state, problem }: SyncStatus, asked: Failure | null): Failure | null {
  const last = problem ?? (asked?.code.startsWith('sync/') === true ? null : asked);
  return last !== null && state === 'syncing' && !isShutOut(last) && !isParted(last) ? null : last;
}

/**
 * What a laptop without a line failed for last stands with the stick, its only road; that it is shut out stands with the hub, where the way back
 * in is.
 */
function standsWithStick({ enrolled, problem }: SyncStatus): boolean {
  return enrolled?.address === null && problem !== null && !isShutOut(problem);
}

/** What the hub's card says of why the exchange does not get on; `asked` as above. */
export function hubFailure(status: SyncStatus, asked: Failure | null): Failure | null {
  return standsWithStick(status) ? null : standingProblem(status, asked);
}

/** What the stick's card says of it, and nothing that the hub's says. `taken`: why a stick was not taken in, or not all of it. */
export function stickFailure(status: SyncStatus, taken: Failure | null): Failure | null {
  const isHere = standsWithStick(status);
  const standing = isHere ? status.problem : hubFailure(status, null);
  if (taken !== null && taken.code !== standing?.code) return taken;
  return isHere ? standing : null;
}

/** No network is a state, and what went through in part is no failure. */
const tones: { readonly [state in SyncStatus['state']]?: 'ochre' | 'paper' } = { partly: 'ochre', offline: 'paper' };

/** How loudly that which holds is said. */
export function standingTone({ state, problem }: SyncStatus): 'ochre' | 'paper' | 'brick' {
  return problem !== null && isParted(problem) ? 'ochre' : (tones[state] ?? 'brick');
}
