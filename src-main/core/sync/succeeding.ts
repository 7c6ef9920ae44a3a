/**
 * The laptop's side of succession (#shared/sync/succession.ts). While it waits its enrolment still holds the credential of the identity
 * it had before: it writes on, shows as connected, hands over nothing yet but the request itself, and asks nobody anything.
 */
import { isSucceeded, newestFirst } from '#shared/sync/credential.ts';
import type { Failure, Result } from '#shared/kernel/result.ts';
import type { Credential } from '#shared/sync/messages.ts';
import { isShutOut } from '#shared/sync/shut-out.ts';
import { makeSuccession, type Succession } from '#shared/sync/succession.ts';
import { createHubTransport, type HubTransport, type HubTransportDeps } from './hub-transport.ts';
import { loadSealKey } from './parcel-seal.ts';
import type { SyncProfile } from './sync-profile.ts';
import type { Enrolment, SyncStore } from './sync-store.ts';

/** Whether this laptop has still to be let in under its identity of now. */
export function isWaiting(store: Pick<SyncStore, 'enrolment' | 'replica'>): boolean {
  const enrolment = store.enrolment();
  return enrolment !== null && enrolment.credential.replica !== store.replica;
}

/**
 * What one of this laptop's identities, that of now where none is given, has to say of the one it goes on for; null where there was none.
 * By stick it is said in every parcel: a hub that knows the identity passes over it, and one that was put back from a backup made before
 * the succession hears of it again.
 */
export async function successionOf(at: SyncProfile, replica = at.store.replica): Promise<Succession | null> {
  const { store } = at;
  const enrolment = store.enrolment();
  if (enrolment === null) return null;
  const isNow = replica === store.replica;
  const [own] = newestFirst(store.credentials().filter((each) => each.replica === replica));
  const from = isNow && isWaiting(store) ? enrolment.credential.replica : own?.succeeds;
  const publicKey = isNow ? at.publicKey : own?.publicKey;
  if (from === undefined || publicKey === undefined || !at.wasBefore(from)) return null;
  const recipient = isNow ? (await loadSealKey(store)).recipient : own?.recipient;
  const who = { from, replica, publicKey, ...(recipient === undefined ? {} : { recipient }) };
  return makeSuccession(enrolment.hubKey, who, (data) => at.signAsBefore(from, data));
}

/**
 * Has the hub let this laptop in under its identity of now, by what it signed when it took it. A hub that was put back from a backup may
 * have forgotten whole generations: then those before come first, each under its own identity. Answers the credential, which is kept;
 * null where there is nothing to say.
 * @param road the one of the identity of now
 * @param depsOf what a road to an address takes
 * Failures: those of the line.
 */
export async function succeedAtHub(
  at: SyncProfile,
  road: HubTransport,
  depsOf: (address: string) => HubTransportDeps,
): Promise<Result<Credential> | null> {
  const opened: HubTransport[] = [];
  function roadAs(replica: string, { hubKey, tlsKey, address }: Enrolment): HubTransport {
    if (replica === at.store.replica || address === null) return road;
    const sign = (data: Uint8Array): Uint8Array => at.signAsBefore(replica, data);
    const other = createHubTransport({ ...depsOf(address), replica, sign, hubKey, tlsKey });
    opened.push(other);
    return other;
  }
  async function ask(replica: string): Promise<Result<Credential> | null> {
    const [succession, enrolment] = [await successionOf(at, replica), at.store.enrolment()];
    if (succession === null || enrolment === null) return null;
    const own = roadAs(replica, enrolment);
    let answer = await own.succeed(succession);
    if (!answer.ok && isForgotten(answer.error)) {
      const before = await ask(succession.from);
      if (before?.ok === true) answer = await own.succeed(succession);
    }
    const added = answer.ok ? at.store.addCredentials([answer.value]) : answer;
    return added.ok ? answer : added;
  }
  try {
    return await ask(at.store.replica);
  } finally {
    for (const other of opened) other.close();
  }
}

/** The hub does not know who asks: it was never told, or was put back from a backup made before. */
export function isForgotten({ code, reason }: Failure): boolean {
  return code === 'sync/hub-refused' && reason === 'unknown-laptop';
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
