/**
 * The device secret: 32 random bytes that only this user account of this laptop can read, kept encrypted by the keychain of
 * the operating system in `<profile>/device-secret`. The core mixes it into the wrapped key of the store, so that a copied
 * profile folder cannot be opened by guessing a PIN.
 *
 * Null where there is no real keychain, and where it fails later; then the core asks for the recovery code. A secret that
 * cannot be read now is never replaced: the keychain may be back tomorrow.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SafeStorage } from 'electron';
import type { Logger } from '#shared/kernel/ports.ts';

export type KeychainDeps = {
  readonly safeStorage: Pick<
    SafeStorage,
    'isEncryptionAvailable' | 'getSelectedStorageBackend' | 'encryptString' | 'decryptString'
  >;
  readonly platform: NodeJS.Platform;
  readonly directory: string;
  readonly logger: Logger;
};

const secretBytes = 32;

/** Reads the device secret, making it at the first start. */
export function readDeviceSecret(deps: KeychainDeps): Uint8Array | null {
  const file = join(deps.directory, 'device-secret');
  try {
    const exists = existsSync(file);
    if (!hasKeychain(deps)) {
      if (exists) deps.logger.error('keychain/missing');
      return null;
    }
    if (exists) {
      const secret = Buffer.from(deps.safeStorage.decryptString(readFileSync(file)), 'base64');
      if (secret.length === secretBytes) return new Uint8Array(secret);
      deps.logger.error('keychain/damaged');
      return null;
    }
    const secret = randomBytes(secretBytes);
    mkdirSync(deps.directory, { recursive: true });
    writeFileSync(`${file}.new`, deps.safeStorage.encryptString(secret.toString('base64')), {
      flush: true,
      mode: 0o600,
    });
    renameSync(`${file}.new`, file);
    return new Uint8Array(secret);
  } catch (error) {
    deps.logger.error('keychain/failed', { name: error instanceof Error ? error.name : null });
    return null;
  }
}

/** On Linux without a keyring Chromium offers `basic_text`, a key that stands in its source: no keychain. */
function hasKeychain({ safeStorage, platform }: KeychainDeps): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false;
  return platform !== 'linux' || !['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend());
}
