/** Whether a hub can be asked at all, and what of this laptop's is a reason to. */
import type { SyncStore } from './sync-store.ts';

/** Whether there is a hub with an address: a laptop may also exchange by stick only. */
export function isOnline(store: SyncStore): boolean {
  return (store.enrolment()?.address ?? null) !== null;
}

/** Own ops, and others' that came another way than from the hub: what may be a reason to ask it. */
export function opsToHandOver(store: SyncStore): number {
  const acknowledged = store.syncMemory()?.acknowledged ?? {};
  let ops = 0;
  for (const [log, seq] of Object.entries(store.summary()))
    ops += store.isOwn(log) ? seq : Math.max(0, seq - (acknowledged[log] ?? 0));
  return ops;
}
