/** Ed25519 over a manifest's bytes, with keys as raw 32 bytes in base64 (RFC 8032), as they stand in files and lists. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { canonicalJson } from '#shared/kernel/canonical-json.ts';
import { PackSignature } from '#shared/packs/manifest.ts';

/** DER of a SubjectPublicKeyInfo and of a PKCS #8 key up to the raw bytes (RFC 8410). */
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex');

const RawKey = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);

/** A publisher's key file. `privateKey` is the 32-byte seed. */
export const PublisherKey = z.object({
  id: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  name: z.string().trim().min(1).max(200),
  publicKey: RawKey,
  privateKey: RawKey,
});
export type PublisherKey = z.infer<typeof PublisherKey>;

/** Makes a new key pair for a publisher. */
export function newPublisherKey(id: string, name: string): PublisherKey {
  const pair = generateKeyPairSync('ed25519');
  return {
    id,
    name,
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(publicPrefix.length).toString('base64'),
    privateKey: pair.privateKey
      .export({ type: 'pkcs8', format: 'der' })
      .subarray(privatePrefix.length)
      .toString('base64'),
  };
}

/** Reads a key file. Failure `packs/bad-key`: not a key file, or its two halves do not belong together. */
export function parsePublisherKey(text: string): Result<PublisherKey> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err({ code: 'packs/bad-key' });
  }
  const parsed = PublisherKey.safeParse(json);
  if (!parsed.success) return err({ code: 'packs/bad-key' });
  const probe = Buffer.from('komissiya');
  const belongs = verifyBytes(probe, parsed.data.publicKey, signBytes(probe, parsed.data.privateKey));
  return belongs ? ok(parsed.data) : err({ code: 'packs/bad-key' });
}

/** The bytes of `manifest.sig` for a manifest. */
export function signManifest(manifestBytes: Uint8Array, key: PublisherKey): Buffer {
  const signature: PackSignature = { key: key.publicKey, signature: signBytes(manifestBytes, key.privateKey) };
  return Buffer.from(canonicalJson(signature), 'utf8');
}

/**
 * Checks `manifest.sig` against the manifest's bytes and answers the key it is made with; whether that key is anybody's
 * is another question. Failure `packs/bad-signature`.
 */
export function verifyManifest(
  manifestBytes: Uint8Array,
  signatureBytes: Uint8Array,
): Result<{ readonly key: string }> {
  const text = Buffer.from(signatureBytes).toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err({ code: 'packs/bad-signature' });
  }
  const parsed = PackSignature.safeParse(json);
  if (!parsed.success || canonicalJson(parsed.data) !== text) return err({ code: 'packs/bad-signature' });
  const { key, signature } = parsed.data;
  return verifyBytes(manifestBytes, key, signature) ? ok({ key }) : err({ code: 'packs/bad-signature' });
}

function signBytes(bytes: Uint8Array, privateKey: string): string {
  const der = Buffer.concat([privatePrefix, Buffer.from(privateKey, 'base64')]);
  return sign(null, bytes, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).toString('base64');
}

function verifyBytes(bytes: Uint8Array, publicKey: string, signature: string): boolean {
  try {
    const der = Buffer.concat([publicPrefix, Buffer.from(publicKey, 'base64')]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify(null, bytes, key, Buffer.from(signature, 'base64'));
  } catch {
    // 32 bytes that are no point of the curve: OpenSSL and BoringSSL throw at different steps.
    return false;
  }
}
