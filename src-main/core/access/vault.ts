/**
 * The vault: what may lie unencrypted beside the store. It holds the store's random key, wrapped once per person (scrypt
 * over the PIN, RFC 7914, and the OS keychain's device secret where there is one) and once by the recovery code, and the
 * little that the sign-in screen needs (#shared/access/vault-file.ts).
 *
 * The file is replaced whole (temporary file, fsync, rename), so a power cut leaves the old one or the new one.
 */
import { createCipheriv, createDecipheriv, hkdfSync, scrypt } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseVaultFile, type VaultFile, vaultFileName, type Wrapped } from '#shared/access/vault-file.ts';
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/ports.ts';

/** scrypt N=2^16 r=8 p=1: 64 MB and about 0.2 s on an office laptop. */
const scryptCost = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };

/** Reads the vault; null when there is no profile, `'damaged'` when the file cannot be understood. */
export function readVault(directory: string): VaultFile | null | 'damaged' {
  const path = join(directory, vaultFileName);
  if (!existsSync(path)) return null;
  try {
    return parseVaultFile(readFileSync(path, 'utf8')) ?? 'damaged';
  } catch {
    return 'damaged';
  }
}

/** Replaces the vault durably. Throws the file system's error (ENOSPC …) and leaves the old file then. */
export function writeVault(directory: string, vault: VaultFile): void {
  const path = join(directory, vaultFileName);
  const draft = `${path}.part`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify(vault, null, 1));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}

/** Wraps the store's key with a PIN or passphrase (or the recovery code's digits). */
export async function wrapKey(
  key: Uint8Array,
  secret: string,
  deviceSecret: Uint8Array | null,
  random: Random,
): Promise<Wrapped> {
  const salt = random.bytes(16);
  const kek = await deriveKey(secret, salt, deviceSecret);
  const nonce = random.bytes(12);
  const cipher = createCipheriv('aes-256-gcm', kek, nonce);
  const sealed = Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  return { salt: bytesToHex(salt), box: bytesToHex(sealed), device: deviceSecret !== null };
}

/** Unwraps the store's key; null when the secret is wrong, `'no-device'` when the OS keychain no longer gives its part. */
export async function unwrapKey(
  wrapped: Wrapped,
  secret: string,
  deviceSecret: Uint8Array | null,
): Promise<Uint8Array | null | 'no-device'> {
  if (wrapped.device && deviceSecret === null) return 'no-device';
  const kek = await deriveKey(secret, hexToBytes(wrapped.salt), wrapped.device ? deviceSecret : null);
  const box = hexToBytes(wrapped.box);
  const decipher = createDecipheriv('aes-256-gcm', kek, box.subarray(0, 12));
  decipher.setAuthTag(box.subarray(box.length - 16));
  try {
    return Buffer.concat([decipher.update(box.subarray(12, box.length - 16)), decipher.final()]);
  } catch {
    return null;
  }
}

function deriveKey(secret: string, salt: Uint8Array, deviceSecret: Uint8Array | null): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(secret.normalize('NFC'), salt, 32, scryptCost, (error, derived) => {
      if (error !== null) reject(error);
      else
        resolve(
          new Uint8Array(hkdfSync('sha256', derived, deviceSecret ?? new Uint8Array(0), 'komissiya store key', 32)),
        );
    });
  });
}
