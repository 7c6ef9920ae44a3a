/**
 * Follows the hub when it changes what this laptop keeps: takes the newest credential into the enrolment, and leaves the partitions it
 * no longer covers, each once everything that is here of it has been handed over.
 */
import { isWithin, overlaps } from '#shared/access/partitions.ts';
import { type Credential, parseLogKey, type Summary } from '#shared/sync/messages.ts';
import { adoptCredential } from './exchange-outcome.ts';
import type { SyncStore } from './sync-store.ts';

/**
 * Called after every exchange, on whichever road. Answers the credential where it is another one than before.
 * @param now milliseconds UTC
 */
export function followScopes(store: SyncStore, now: number): Credential | null {
  const before = store.enrolment()?.credential;
  const adopted = adoptCredential(store);
  const succession = store.succession();
  if (succession !== null && adopted !== null && adopted.replica !== before?.replica)
    store.setSuccession({ ...succession, doneAt: now });
  if (before !== undefined && adopted !== null) {
    for (const partition of adopted.partitions)
      if (!before.partitions.some((prefix) => isWithin(partition, prefix)))
        store.scopes.addChange({ ...store.scopes.view(partition), what: 'joined', at: now });
  }
  const granted = store.enrolment()?.credential.partitions;
  if (granted === undefined) return adopted;
  const leaving = store.scopes.leaving(granted);
  // Of what is no longer granted there may be nothing here: that is told at once.
  for (const partition of adopted === null ? [] : (before?.partitions ?? []))
    if (![...granted, ...leaving.map((each) => each.partition)].some((each) => overlaps(partition, each)))
      store.scopes.addChange({ ...store.scopes.view(partition), what: 'left', at: now });
  for (const { waiting, files, ...left } of leaving) {
    if (waiting + files > 0) continue;
    erase(store, left.partition);
    store.scopes.addChange({ ...left, what: 'left', at: now });
  }
  return adopted;
}

/** Erases a partition that is to be left, though not all of it was handed over. Nothing where it is not to be left. */
export function dropPartition(store: SyncStore, partition: string, now: number): void {
  const granted = store.enrolment()?.credential.partitions ?? null;
  const leaving = granted === null ? [] : store.scopes.leaving(granted);
  if (!leaving.some((each) => each.partition === partition)) return;
  const left = store.scopes.view(partition);
  erase(store, partition);
  store.scopes.addChange({ ...left, what: 'dropped', at: now });
}

/** Erases a partition, and what the hub said of its logs while they were here. */
function erase(store: SyncStore, partition: string): void {
  void store.scopes.erase(partition);
  const without = (summary: Summary): Summary =>
    Object.fromEntries(Object.entries(summary).filter(([log]) => parseLogKey(log).partition !== partition));
  const [memory, stick] = [store.syncMemory(), store.stickMemory()];
  if (memory !== null) store.setSyncMemory({ ...memory, acknowledged: without(memory.acknowledged) });
  const { hub } = stick.peers;
  if (hub !== undefined)
    store.setStickMemory({ ...stick, peers: { ...stick.peers, hub: { ...hub, summary: without(hub.summary) } } });
}

/**
 * Waits until what is being erased is gone: granted again meanwhile, it would come back from one end while it goes from the other. False
 * where it was stopped.
 */
export async function afterErasing(store: SyncStore, signal: AbortSignal): Promise<boolean> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const stopNow = (): void => stop();
  signal.addEventListener('abort', stopNow, { once: true });
  for (let gone = store.scopes.erasing(); gone !== null && !signal.aborted; gone = store.scopes.erasing())
    await Promise.race([gone, stopped]);
  signal.removeEventListener('abort', stopNow);
  return !signal.aborted;
}
