/**
 * A locked laptop shows its sign-in screen without waiting for the core: who may sign in stands in the vault file, readable
 * by anybody, and the core would read it from there too. It boots meanwhile, and is there before a PIN is typed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockedState, parseVaultFile, type VaultFile, vaultFileName } from '#shared/access/vault-file.ts';
import type { Dispatch } from '#shared/contract/rpc.ts';
import type { Time } from '#shared/kernel/ports.ts';
import { ok } from '#shared/kernel/result.ts';
import type { CoreHost } from './core-host.ts';

export type LockedStart = {
  /** Whether the profile can be shown without the core. What is damaged or missing is the core's to say. */
  readonly isKnown: boolean;
  /** The core's calls; `access.state` is answered here until the core has been ready. */
  readonly dispatch: Dispatch;
};

export function createLockedStart(deps: {
  readonly directory: string;
  readonly time: Time;
  readonly core: Pick<CoreHost, 'dispatch' | 'hasBeenReady'>;
}): LockedStart {
  const vault = readVault(deps.directory);
  return {
    isKnown: vault !== null,
    dispatch(name, input) {
      if (vault !== null && name === 'access.state' && !deps.core.hasBeenReady())
        return Promise.resolve(ok(lockedState(vault, deps.time.now())));
      return deps.core.dispatch(name, input);
    },
  };
}

function readVault(directory: string): VaultFile | null {
  try {
    return parseVaultFile(readFileSync(join(directory, vaultFileName), 'utf8'));
  } catch {
    return null;
  }
}
