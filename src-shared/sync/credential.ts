/** Credentials: what the hub signs, and what a credential allows. Pure; the signature check comes in as a function. */
import { isWithin, overlaps } from '../access/partitions.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { hexToBytes } from '../kernel/ids.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { utf8 } from '../kernel/utf8.ts';
import type { Kind } from '../kinds/define-kind.ts';
import type { Credential } from './messages.ts';
import type { Op } from './op.ts';

/** Ed25519 check; `publicKey` is 32 bytes. */
export type Verify = (publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array) => boolean;

/** What the signature covers: these members and no others. */
const signedMembers = [
  'serial',
  'replica',
  'publicKey',
  'laptop',
  'recipient',
  'roles',
  'partitions',
  'succeeds',
  'heldBefore',
  'handOverUntil',
  'validFrom',
  'validUntil',
] as const satisfies readonly (keyof Credential)[];

/** The bytes the hub's signature covers. */
export function credentialBytes(credential: Omit<Credential, 'signature'>): Uint8Array {
  const members = Object.fromEntries(signedMembers.map((name) => [name, credential[name]]));
  return utf8(canonicalJson({ what: 'komissiya credential 1', ...members }));
}

/** Checks that the hub with this key (hex) signed the credential. Failure: `sync/bad-credential`. */
export function checkCredential(credential: Credential, hubKey: string, verify: Verify): Result<null> {
  const signed = verify(hexToBytes(hubKey), credentialBytes(credential), hexToBytes(credential.signature));
  return signed && credential.validFrom < credential.validUntil ? ok(null) : err({ code: 'sync/bad-credential' });
}

/** Whether the credential is valid at `nowMs` (milliseconds UTC). */
export function isValidAt(credential: Credential, nowMs: number): boolean {
  return credential.validFrom <= nowMs && nowMs < credential.validUntil;
}

/** The latest issued first: the order in which credentials of one laptop count. */
export function newestFirst(credentials: readonly Credential[]): Credential[] {
  return [...credentials].sort((a, b) => b.validFrom - a.validFrom || (a.serial < b.serial ? 1 : -1));
}

/** Whether another laptop's credential says that it goes on in the place of this one's owner, which has not been let in anew since. */
export function isSucceeded(credential: Credential, credentials: readonly Credential[]): boolean {
  return credentials.some(
    ({ succeeds, validFrom }) => succeeds === credential.replica && validFrom >= credential.validFrom,
  );
}

/** The credentials of these writers, and of those in whose places they are: what proves to a hub that has forgotten them who they were. */
export function withPredecessors(credentials: readonly Credential[], replicas: Iterable<string>): Credential[] {
  const line = new Set(replicas);
  // A set also visits what is added meanwhile.
  for (const replica of line)
    for (const each of credentials)
      if (each.replica === replica && each.succeeds !== undefined) line.add(each.succeeds);
  return credentials.filter(({ replica }) => line.has(replica));
}

/** Whether a credential reaches into one of these partitions: whoever keeps them meets its laptop's logs. */
export function reachesInto(credential: Pick<Credential, 'partitions'>, partitions: readonly string[]): boolean {
  return credential.partitions.some((own) => partitions.some((asked) => overlaps(own, asked)));
}

/** Whether the credential covers a partition. */
export function coversPartition(credential: Pick<Credential, 'partitions'>, partition: string): boolean {
  return credential.partitions.some((prefix) => isWithin(partition, prefix));
}

/**
 * Of a laptop's credentials, newest first, those by whose rights it may still hand over what it wrote: the first, and the one behind each
 * that says `handOverUntil`. `nowMs`: milliseconds UTC, the hub's; null where whoever asks does not judge whether it is in time.
 */
export function stillHonoured(newestOnwards: readonly Credential[], nowMs: number | null): Credential[] {
  const isOpen = ({ handOverUntil }: Credential): boolean =>
    handOverUntil !== undefined && (nowMs === null || nowMs < handOverUntil);
  const last = newestOnwards.findIndex((each) => !isOpen(each));
  return last < 0 ? [...newestOnwards] : newestOnwards.slice(0, last + 1);
}

/**
 * Those that still count, without the ones that say what a newer one says: roles, partitions, and until when those before it count. Without them
 * the same ops are allowed.
 */
export function withoutRepeated(counting: readonly Credential[]): Credential[] {
  const said = new Set<string>();
  return counting.filter(({ roles, partitions, handOverUntil = null }) => {
    const key = canonicalJson({ roles, partitions, handOverUntil });
    const isNew = !said.has(key);
    said.add(key);
    return isNew;
  });
}

/**
 * Whether a laptop may leave attachments in a partition: its newest credential covers it, or one before did and there is still time to
 * hand over what belongs there. `credentials`: all the laptop had, newest first; `nowMs`: milliseconds UTC, the hub's.
 */
export function mayLeaveIn(credentials: readonly Credential[], partition: string, nowMs: number): boolean {
  return stillHonoured(credentials, nowMs).some((each) => coversPartition(each, partition));
}

/**
 * Whether the credential's roles may do `act` on a record of this kind. A kind this version does not know is let
 * through: it is kept and forwarded, and a version that knows it judges it. Restoring undoes a removal by writing.
 */
export function mayAct(credential: Pick<Credential, 'roles'>, kind: Kind | undefined, act: Op['act']): boolean {
  if (kind === undefined) return true;
  const allowed = act === 'remove' ? kind.rights.remove : kind.rights.write;
  return credential.roles.some((role) => allowed.includes(role));
}

/** Whether the credential allows `act` on a record of this kind in this partition. */
export function mayWrite(
  credential: Pick<Credential, 'roles' | 'partitions'>,
  kind: Kind | undefined,
  act: Op['act'],
  partition: string,
): boolean {
  return coversPartition(credential, partition) && mayAct(credential, kind, act);
}
