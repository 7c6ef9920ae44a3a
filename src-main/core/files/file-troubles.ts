/**
 * What went wrong with files on their way, and when each is tried again. A file's way here is called by its digest, its way to the hub by
 * its place (`placeName`), since it may be refused in one partition and taken in another.
 */
import type { Random, Time } from '#shared/kernel/ports.ts';
import type { Failure } from '#shared/kernel/result.ts';
import { retryDelay } from '../sync/sync-schedule.ts';

type Trouble = { readonly failure: Failure; readonly tries: number; readonly nextAt: number };

export type FileTroubles = {
  add(way: string, failure: Failure): void;
  of(way: string): Failure | null;
  all(): readonly Failure[];
  /** Whether it is not to be tried yet. */
  rests(way: string): boolean;
  /** When the first of them is to be tried again, milliseconds UTC; null where there is none. */
  nextAt(): number | null;
  forget(way: string): void;
  clear(): void;
};

/** A fetch that was stopped rests as one that failed so often: ten minutes. */
const triesOfStopped = 8;

export function createFileTroubles({ time, random }: { readonly time: Time; readonly random: Random }): FileTroubles {
  const troubles = new Map<string, Trouble>();
  return {
    add(way, failure) {
      // Who stopped a fetch does not want it back in a minute.
      const tries = failure.code === 'sync/stopped' ? triesOfStopped : (troubles.get(way)?.tries ?? 0) + 1;
      troubles.set(way, { failure, tries, nextAt: time.now() + retryDelay(tries, random) });
    },
    of: (way) => troubles.get(way)?.failure ?? null,
    all: () => [...troubles.values()].map(({ failure }) => failure),
    rests: (way) => (troubles.get(way)?.nextAt ?? 0) > time.now(),
    nextAt: () => (troubles.size === 0 ? null : Math.min(...[...troubles.values()].map(({ nextAt }) => nextAt))),
    forget: (way) => void troubles.delete(way),
    clear: () => troubles.clear(),
  };
}
