/**
 * The last step of putting a copy back. What was fetched and proved lies in `putting-back`; its vault is written there last and says that all of
 * it may go into place. From then on it goes forward only: each step may be repeated, and a process that ended in the middle goes on at the next
 * start. Before, a start removes what was begun: the profile is as it was.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type VaultFile, vaultFileName } from '#shared/access/vault-file.ts';
import type { Time } from '#shared/kernel/ports.ts';
import { ok, type Result } from '#shared/kernel/result.ts';
import { readVault, writeVault } from '../access/vault.ts';
import type { Backups } from '../store/backups.ts';
import { copiedFolders } from './copied-files.ts';
import { stagingFolder, storeName } from './fetch-copy.ts';

type Place = { readonly directory: string; readonly backups: Pick<Backups, 'putAside'>; readonly time: Time };

/** Whether a start has something to finish or to remove. */
export function isPuttingBack(directory: string): boolean {
  return existsSync(join(directory, stagingFolder));
}

/**
 * Puts what was fetched into the place of store and vault, which are kept beside; the store must be closed. Failure: `store/disk-error` and the
 * like; then the next start goes on.
 */
export function putInPlace(vault: VaultFile, place: Place): Result<null> {
  writeVault(join(place.directory, stagingFolder), vault);
  return finishPuttingBack(place);
}

/** At a start: goes on with what may go into place, and removes what may not. Failures as above. */
export function finishPuttingBack({ directory, backups, time }: Place): Result<null> {
  const staging = join(directory, stagingFolder);
  const vault = readVault(staging);
  if (vault !== null && vault !== 'damaged') {
    for (const root of copiedFolders) moveFiles(join(staging, root), join(directory, root));
    if (existsSync(join(staging, storeName))) {
      const aside = backups.putAside();
      if (!aside.ok) return aside;
      renameSync(join(staging, storeName), join(directory, storeName));
    }
    const own = join(directory, vaultFileName);
    if (readVault(directory) === 'damaged') renameSync(own, `${own}.damaged-${time.now()}`);
    renameSync(join(staging, vaultFileName), own);
  }
  rmSync(staging, { recursive: true, force: true });
  return ok(null);
}

/** What was fetched was not there whole: it takes the place of one cut short. */
function moveFiles(from: string, to: string): void {
  if (!existsSync(from)) return;
  for (const folder of readdirSync(from)) {
    for (const name of readdirSync(join(from, folder))) {
      const target = join(to, folder, name);
      mkdirSync(dirname(target), { recursive: true });
      renameSync(join(from, folder, name), target);
    }
  }
}
