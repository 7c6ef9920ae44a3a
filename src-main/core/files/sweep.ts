/**
 * Removes bytes that nothing needs any more. What is on this laptop of an attachment stays
 *   1. while a living record refers to it;
 *   2. while the history of a signed record names it, also where it was taken off before the signature;
 *   3. while what is set aside where a partition began anew names it: its records come back, and who else has the bytes nobody knows;
 *   4. for thirty days after none of that was so any more, as long as it can be put back without a line;
 *   5. while a backup of the store is older than that moment: put back, it may refer to it.
 * A removed record that is restored later gets its files from the hub again. An upload or a fetch under way is no file yet.
 */
import { setImmediate } from 'node:timers/promises';
import type { FilesQueries } from '../store/files-queries.ts';
import type { FileStore } from './file-store.ts';

const graceMs = 30 * 86_400_000;

/**
 * Looks once; answers how many files were removed.
 * @param at `now`: milliseconds UTC. `oldestBackup`: when the oldest backup was made; null where there is none
 */
export async function sweepFiles(
  store: FileStore,
  queries: FilesQueries,
  at: { readonly now: number; readonly oldestBackup: number | null; readonly signal: AbortSignal },
): Promise<number> {
  let unneeded = unreferred(store, queries, []);
  // Reading histories takes a while, and mostly there is nothing to ask them for.
  if (unneeded.length > 0) {
    const named: string[] = [];
    for (const read of [...queries.signedHistories(), ...queries.setAside()]) {
      named.push(...read());
      await setImmediate();
      if (at.signal.aborted) return 0;
    }
    // Asked again: a file may have been put back meanwhile.
    unneeded = unreferred(store, queries, named);
  }
  const before = queries.unneededSince();
  const since = new Map(unneeded.map((name) => [name, before.get(name) ?? at.now]));
  const last = Math.min(at.now - graceMs, at.oldestBackup ?? at.now);
  const gone = [...since].filter(([, moment]) => moment < last).map(([name]) => name);
  for (const name of gone) {
    await store.dropNamed(name);
    since.delete(name);
  }
  if (since.size > 0 || before.size > 0) queries.setUnneededSince(since);
  return gone.length;
}

/** Names of the files that no living record refers to, besides these digests. */
function unreferred(store: FileStore, queries: FilesQueries, digests: readonly string[]): string[] {
  return store.namesBeside([...queries.referred().map(({ sha256 }) => sha256), ...digests]);
}
