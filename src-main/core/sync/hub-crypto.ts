/** The laptop's half of what hub-http.ts (shared) describes: signing requests, checking and opening answers. */
import {
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import type { Transform } from 'node:stream';
import { zstdCompressSync } from 'node:zlib';
import { base64ToBytes, bytesToBase64 } from '#shared/kernel/base64.ts';
import { hexToBytes } from '#shared/kernel/ids.ts';
import { sealInfo } from '#shared/sync/hub-http.ts';
import { maxMessageBytes } from '#shared/sync/messages.ts';
import { unpackZstd } from '../store/segment-ports.ts';

export function packMessage(message: Uint8Array): Uint8Array {
  return zstdCompressSync(message);
}

/** A key pair for one answer. */
export type Seal = {
  /** As its header has it. */
  readonly publicKey: string;
  /** The message inside; null when it was not sealed to this pair. */
  open(sealed: Uint8Array, nonce: string): Uint8Array | null;
  /** Opens a stream sealed with the hub's one-time key, as its header has it; null when that is no key. */
  openStream(hubSeal: string, nonce: string): Transform | null;
};

const keyBytes = 32;
const tagBytes = 16;

/** Makes the pair. */
export function createSeal(): Seal {
  const pair = generateKeyPairSync('x25519');
  const keyWith = (theirs: Uint8Array, nonce: string): Uint8Array => {
    const secret = diffieHellman({ privateKey: pair.privateKey, publicKey: rawToKey(theirs) });
    return new Uint8Array(hkdfSync('sha256', secret, hexToBytes(nonce), sealInfo, 32));
  };
  return {
    publicKey: rawKey(pair.publicKey),
    openStream(hubSeal, nonce) {
      try {
        return createDecipheriv('aes-256-ctr', keyWith(base64ToBytes(hubSeal), nonce), new Uint8Array(16));
      } catch {
        return null;
      }
    },
    open(sealed, nonce) {
      try {
        const key = keyWith(sealed.subarray(0, keyBytes), nonce);
        const decipher = createDecipheriv('aes-256-gcm', key, new Uint8Array(12));
        decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
        const inside = sealed.subarray(keyBytes, sealed.length - tagBytes);
        const packed = Buffer.concat([decipher.update(inside), decipher.final()]);
        return unpackZstd(packed, maxMessageBytes);
      } catch {
        return null;
      }
    },
  };
}

/** The last 32 bytes of an X25519 SPKI (RFC 8410 section 4) are the key itself. */
function rawKey(key: KeyObject): string {
  return bytesToBase64(key.export({ type: 'spki', format: 'der' }).subarray(-keyBytes));
}
function rawToKey(raw: Uint8Array): KeyObject {
  const der = Buffer.concat([hexToBytes('302a300506032b656e032100'), raw]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}
