/** Keys and packing of a simulated world: the real ones, or ones that cost almost nothing and still tell a forger. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import { utf8 } from '#shared/kernel/utf8.ts';
import type { Verify } from '#shared/sync/credential.ts';
import type { SegmentPorts } from '#shared/sync/segment.ts';
import { segmentPorts, sha256 } from '#core/store/segment-ports.ts';
import { verifyByKey } from '#core/store/identity.ts';

export type KeyPair = { readonly publicKey: string; readonly sign: (data: Uint8Array) => Uint8Array };

export type Keys = {
  readonly ports: SegmentPorts;
  /** The same seed gives the same pair where that is possible. */
  readonly newPair: (seed: string) => KeyPair;
  readonly verify: Verify;
};

export const realKeys: Keys = {
  ports: segmentPorts,
  newPair() {
    const { privateKey } = generateKeyPairSync('ed25519');
    return pairOf(privateKey);
  },
  verify: verifyByKey,
};

/** The real ones, and the same seed gives the same pair. */
export const seededKeys: Keys = {
  ...realKeys,
  newPair(seed) {
    const key = Buffer.concat([ed25519Head, sha256(utf8(`key|${seed}`))]);
    return pairOf(createPrivateKey({ key, type: 'pkcs8', format: 'der' }));
  },
};
/** What stands before the 32 bytes of an Ed25519 key in PKCS 8 (RFC 8410, section 7). */
const ed25519Head = Buffer.from('302e020100300506032b657004220420', 'hex');

function pairOf(privateKey: KeyObject): KeyPair {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-32);
  return { publicKey: bytesToHex(publicKey), sign: (data) => sign(null, data, privateKey) };
}

/** Hashes in the place of signatures: who knows the public key could forge, and nobody here does; bodies are not packed. */
export const leanKeys: Keys = {
  ports: {
    hash: sha256,
    pack: (data) => data.slice(),
    unpack(data, limit) {
      if (data.length > limit) throw new RangeError('too long');
      return data;
    },
  },
  newPair(seed) {
    const key = sha256(utf8(`key|${seed}`));
    return { publicKey: bytesToHex(key), sign: (data) => mark(key, data) };
  },
  verify: (key, data, signature) => bytesToHex(mark(key, data)) === bytesToHex(signature),
};

function mark(key: Uint8Array, data: Uint8Array): Uint8Array {
  const both = new Uint8Array(key.length + data.length);
  both.set(key, 0);
  both.set(data, key.length);
  const half = sha256(both);
  const whole = new Uint8Array(64);
  whole.set(half, 0);
  whole.set(half, 32);
  return whole;
}

/** Checks with a key given as hex. */
export function verifyWith(keys: Keys, publicKey: string, data: Uint8Array, signature: Uint8Array): boolean {
  return keys.verify(hexToBytes(publicKey), data, signature);
}
