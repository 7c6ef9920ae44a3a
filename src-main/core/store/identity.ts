/**
 * This replica's id and Ed25519 key pair, kept inside the encrypted store. A store that was put back from a backup takes
 * a new identity: its old log may have gone on elsewhere, and one number must never mean two ops.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { bytesToHex, hexToBytes, type Id, newId } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import type { Verify } from '#shared/sync/credential.ts';
import type { SuccessionNote } from '../sync/sync-store.ts';
import type { Meta } from './meta.ts';

export type Identity = {
  readonly replica: Id;
  /** 32 bytes as hex. */
  readonly publicKey: string;
  sign(data: Uint8Array): Uint8Array;
};

/** Reads the identity, or makes one. */
export function loadIdentity(meta: Meta, deps: { time: Time; random: Random }): Identity {
  const replica = meta.get('replica');
  const pem = meta.get('replica-key');
  if (replica !== null && pem !== null) return identityOf(replica as Id, createPrivateKey(pem)); // written as an Id below
  return renewIdentity(meta, deps);
}

/**
 * Takes a new identity. The one before is kept among the former ones: its logs stay in the store, are handed on until the hub
 * holds them, and nothing is written into them any more. An enrolment stays: the laptop asks its hub to go on in the place of the one it
 * was (../sync/succeeding.ts).
 */
export function renewIdentity(meta: Meta, deps: { time: Time; random: Random }): Identity {
  const { privateKey } = generateKeyPairSync('ed25519');
  const replica = newId(deps);
  const before = identitiesIn(meta);
  if (before.length > 0) {
    const note: SuccessionNote = { since: deps.time.now(), doneAt: null, refused: null };
    if (meta.get('enrolment') !== null) meta.set('succession', JSON.stringify(note));
    meta.remove('pending-enrolment');
    // Parcels for the one before are not for this one.
    meta.remove('seal-identity');
    meta.set('former-identities', JSON.stringify(before));
  }
  meta.set('replica', replica);
  meta.set('replica-key', String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
  return identityOf(replica, privateKey);
}

/** An identity as it is kept: `key` as PEM. */
type KeptIdentity = { readonly replica: Id; readonly key: string };

function formersIn(meta: Meta): KeptIdentity[] {
  return JSON.parse(meta.get('former-identities') ?? '[]') as KeptIdentity[]; // written in this file
}

/** Every identity of a store with its key, that of now first. */
export function identitiesIn(meta: Meta): KeptIdentity[] {
  const [replica, key] = [meta.get('replica'), meta.get('replica-key')];
  return [...(replica === null || key === null ? [] : [{ replica: replica as Id, key }]), ...formersIn(meta)]; // written as an Id above
}

/**
 * Takes identities, the latest first, that this laptop had after all that this store knows of: it counts as the first of them from its
 * next opening on.
 */
export function goOnFrom(meta: Meta, later: readonly KeptIdentity[]): void {
  const [now, ...others] = later;
  if (now === undefined) return;
  meta.set('former-identities', JSON.stringify([...others, ...identitiesIn(meta)]));
  meta.set('replica', now.replica);
  meta.set('replica-key', now.key);
}

/** The identities this store had before, the latest first. */
export function formerIdentities(meta: Meta): Identity[] {
  return formersIn(meta).map(({ replica, key }) => identityOf(replica, createPrivateKey(key)));
}

export function publicKeyOf({ key }: KeptIdentity): string {
  return rawPublicKey(createPublicKey(createPrivateKey(key)));
}

function identityOf(replica: Id, privateKey: KeyObject): Identity {
  return {
    replica,
    publicKey: rawPublicKey(createPublicKey(privateKey)),
    sign: (data) => sign(null, data, privateKey),
  };
}

/** The last 32 bytes of an Ed25519 SPKI (RFC 8410 section 4) are the key itself. */
function rawPublicKey(key: KeyObject): string {
  return bytesToHex(key.export({ type: 'spki', format: 'der' }).subarray(-32));
}

/** Checks an Ed25519 signature against a raw public key (hex). False for anything that is not a key or signature. */
export function verifySignature(publicKey: string, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    const der = new Uint8Array([...hexToBytes('302a300506032b6570032100'), ...hexToBytes(publicKey)]);
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
    return verify(null, data, key, signature);
  } catch {
    return false;
  }
}

/** The same with the key as 32 bytes, as the protocol's own code asks for it. */
export const verifyByKey: Verify = (key, data, signature) => verifySignature(bytesToHex(key), data, signature);
