/** The hub's cryptography: Node's own, in the shapes the shared code asks for. */
import {
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import type { Transform } from 'node:stream';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { base64ToBytes, bytesToBase64 } from '#shared/kernel/base64.ts';
import { latin1Bytes } from '#shared/kernel/binary.ts';
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/ports.ts';
import { sealInfo } from '#shared/sync/hub-http.ts';
import type { SegmentPorts } from '#shared/sync/segment.ts';

// By way of a text: a Buffer of Node's own lies outside of the heap and costs three times what hashing does.
export const sha256 = (data: Uint8Array): Uint8Array => latin1Bytes(hash('sha256', data, 'binary'));
export const strongRandom: Random = { bytes: (length) => new Uint8Array(randomBytes(length)) };

/** Unpacks at most `limit` bytes; throws on garbage and on more. */
export function unpack(data: Uint8Array, limit: number): Uint8Array {
  return zstdDecompressSync(data, { maxOutputLength: limit });
}
export function pack(data: Uint8Array): Uint8Array {
  return zstdCompressSync(data);
}
export const segmentPorts: SegmentPorts = { hash: sha256, pack, unpack };

/** A new Ed25519 pair: raw public key as hex, private key as PKCS 8 hex. */
export function newKeyPair(): { publicKey: string; privateKey: string } {
  const pair = generateKeyPairSync('ed25519');
  return {
    publicKey: bytesToHex(rawKey(pair.publicKey)),
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('hex'),
  };
}

/** A signer for a private key made by `newKeyPair`. */
export function createSigner(privateKey: string): (data: Uint8Array) => Uint8Array {
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'hex'), type: 'pkcs8', format: 'der' });
  return (data) => sign(null, data, key);
}

/** Ed25519; false also for a key or signature of the wrong form. */
export function verifySignature(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, data, publicKeyOf('Ed25519', publicKey), signature);
  } catch {
    return false;
  }
}

/** Seals an answer to the asker's one-time X25519 key (base64); see hub-http.ts. Throws on a key of the wrong form. */
export function sealAnswer(plain: Uint8Array, sealKey: string, nonce: string): Buffer {
  const { key, publicKey } = newSeal(sealKey, nonce);
  const cipher = createCipheriv('aes-256-gcm', key, new Uint8Array(12));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([base64ToBytes(publicKey), sealed, cipher.getAuthTag()]);
}

/** Seals a stream likewise; `publicKey` (base64) is the hub's half. Throws on a key of the wrong form. */
export function sealStream(sealKey: string, nonce: string): { readonly publicKey: string; readonly cipher: Transform } {
  const { key, publicKey } = newSeal(sealKey, nonce);
  return { publicKey, cipher: createCipheriv('aes-256-ctr', key, new Uint8Array(16)) };
}

/** A key for one answer, agreed on with the asker's half. */
function newSeal(sealKey: string, nonce: string): { key: Uint8Array; publicKey: string } {
  const own = generateKeyPairSync('x25519');
  const secret = diffieHellman({
    privateKey: own.privateKey,
    publicKey: publicKeyOf('X25519', base64ToBytes(sealKey)),
  });
  const key = new Uint8Array(hkdfSync('sha256', secret, hexToBytes(nonce), sealInfo, 32));
  return { key, publicKey: bytesToBase64(rawKey(own.publicKey)) };
}

function publicKeyOf(curve: 'Ed25519' | 'X25519', raw: Uint8Array): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: curve, x: Buffer.from(raw).toString('base64url') }, format: 'jwk' });
}

function rawKey(key: KeyObject): Uint8Array {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}
