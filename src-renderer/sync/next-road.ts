import type { SyncStatus } from '#shared/sync/contract.ts';

/** By which road a person gets on with what waits, the one next step of the page: by stick where the hub cannot be reached or knows no address. */
export function nextRoad({ saved, state, enrolled, problem }: SyncStatus): 'hub' | 'stick' | null {
  if (saved === 0 || enrolled === null) return null;
  return enrolled.address === null || state === 'offline' || problem?.code === 'sync/hub-unreachable' ? 'stick' : 'hub';
}
