/**
 * Succession: a laptop that had to take a new identity (it was put back from a copy, so that its old log may have gone on elsewhere)
 * asks the hub to go on in the place of the one it had. No person is asked anything.
 *
 * The *old* key signs that the new one takes its place, at this hub and no other; the new key signs the request, or the parcel, that
 * carries this. The hub then issues a credential of the new key with the same partitions, roles, name and end (`succeeds` names the
 * old replica), and closes the old one: it is given nothing more, and of its log the hub takes only what continues the chain it holds,
 * from the successor always, from others who got it by stick for `handOverMs`.
 *
 * An identity is succeeded once. The same new key asking again gets the same credential; another one is refused by name
 * (`succeeded`), and so is the old identity from then on: either shows that the same copy is in two hands. Revoked and expired
 * identities are not succeeded.
 */
import { z } from 'zod';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { PublicKey } from '../kernel/hex.ts';
import { bytesToHex } from '../kernel/ids.ts';
import { utf8 } from '../kernel/utf8.ts';
import { AgeRecipient, Credential } from './messages.ts';

export const Succession = z.strictObject({
  /** The replica that is succeeded, and the one that takes its place. */
  from: z.string().max(40),
  replica: z.string().max(40),
  /** The successor's Ed25519 key, 32 bytes as hex. */
  publicKey: PublicKey,
  /** Where parcels for the successor are to be sealed to. */
  recipient: AgeRecipient.optional(),
  /** The old key's, over `successionBytes`. */
  signature: z.string().regex(/^[0-9a-f]{128}$/),
});
export type Succession = z.infer<typeof Succession>;

export const SuccessionRequest = z.strictObject({ protocol: z.int(), succession: Succession });
export type SuccessionRequest = z.infer<typeof SuccessionRequest>;
export const SuccessionResponse = z.strictObject({
  protocol: z.int(),
  epoch: z.string().max(40),
  credential: Credential,
});
export type SuccessionResponse = z.infer<typeof SuccessionResponse>;

/** How long others than the successor may still hand over what the old identity wrote: as long as after a change of rights. */
export const handOverMs = 30 * 86_400_000;

/** What the old key signs. `hubKey` as hex. */
export function successionBytes(hubKey: string, succession: Omit<Succession, 'signature'>): Uint8Array {
  const { from, replica, publicKey, recipient } = succession;
  return utf8(canonicalJson({ what: 'komissiya succession 1', hubKey, from, replica, publicKey, recipient }));
}

/** Signs a succession with the old key. */
export function makeSuccession(
  hubKey: string,
  unsigned: Omit<Succession, 'signature'>,
  signAsBefore: (data: Uint8Array) => Uint8Array,
): Succession {
  return { ...unsigned, signature: bytesToHex(signAsBefore(successionBytes(hubKey, unsigned))) };
}
