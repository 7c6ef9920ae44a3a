/**
 * The laptop's side of succession (#shared/sync/succession.ts). While it waits its enrolment still holds the credential of the identity
 * it had before: it writes on, shows as connected, hands over nothing yet but the request itself, and asks nobody anything.
 */
import { isSucceeded } from '#shared/sync/credential.ts';
import type { Failure } from '#shared/kernel/result.ts';
import { isShutOut } from '#shared/sync/shut-out.ts';
import { makeSuccession, type Succession } from '#shared/sync/succession.ts';
import { loadSealKey } from './parcel-seal.ts';
import type { SyncProfile } from './sync-service.ts';
import type { SyncStore } from './sync-store.ts';

/** Whether this laptop has still to be let in under its identity of now. */
export function isWaiting(store: Pick<SyncStore, 'enrolment' | 'replica'>): boolean {
  const enrolment = store.enrolment();
  return enrolment !== null && enrolment.credential.replica !== store.replica;
}

/** What to ask of the hub; null where there is nothing to ask. */
export async function successionOf({ store, publicKey, signAsBefore }: SyncProfile): Promise<Succession | null> {
  const enrolment = store.enrolment();
  if (enrolment === null || !isWaiting(store)) return null;
  const from = enrolment.credential.replica;
  const { recipient } = await loadSealKey(store);
  const { replica } = store;
  return makeSuccession(enrolment.hubKey, { from, replica, publicKey, recipient }, (data) => signAsBefore(from, data));
}

/** Whether the hub will never let this laptop in so: a person needs an invitation. */
export function isFinal(failure: Failure): boolean {
  const isRefused = failure.code === 'sync/hub-refused';
  return isShutOut(failure) || (isRefused && ['key-mismatch', 'bad-signature'].includes(String(failure['reason'])));
}

/** Ends the waiting: the laptop is as one that was never enrolled, and says why. */
export function giveUp(store: SyncStore, failure: Failure): void {
  const note = store.succession();
  if (note !== null) store.setSuccession({ ...note, refused: failure });
  store.setEnrolment(null);
}

/** Why the hub's word by stick ends the waiting; null where it does not. */
export function refusalByStick(store: SyncStore): Failure | null {
  const enrolment = store.enrolment();
  if (enrolment === null || !isWaiting(store)) return null;
  const { credential } = enrolment;
  if (store.stickMemory().revoked.includes(credential.serial)) return { code: 'sync/revoked' };
  return isSucceeded(credential, store.credentials()) ? { code: 'sync/succeeded' } : null;
}
