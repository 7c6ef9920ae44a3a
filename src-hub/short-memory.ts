/**
 * What is kept for laptops for some minutes, one thing for each: in memory, per process, bounded in all. What is forgotten, also when the hub
 * ends, has to be asked for or sent again.
 */
import type { Time } from '#shared/kernel/ports.ts';

const keptMs = 15 * 60_000;

export type ShortMemory<T> = {
  /** What is kept for a laptop; looking keeps it longer. */
  get(replica: string): T | undefined;
  /** In the place of what was kept for it before. */
  keep(replica: string, thing: T): void;
  drop(replica: string): void;
  /** Forgets what is old, and then the longest unused until the rest is no more than allowed. */
  sweep(): void;
};

/** `mostBytes`: of all together, but for what `isBusy` says is in use, which is not forgotten either. */
export function createShortMemory<T extends { readonly length: number }>(
  time: Time,
  mostBytes: number,
  isBusy: (replica: string) => boolean = () => false,
): ShortMemory<T> {
  /** The longest unused first. */
  const kept = new Map<string, { readonly thing: T; readonly at: number }>();

  function keep(replica: string, thing: T): void {
    kept.delete(replica);
    kept.set(replica, { thing, at: time.now() });
  }

  return {
    get(replica) {
      const thing = kept.get(replica)?.thing;
      if (thing !== undefined) keep(replica, thing);
      return thing;
    },
    keep,
    drop: (replica) => void kept.delete(replica),
    sweep() {
      const resting = [...kept].filter(([replica]) => !isBusy(replica));
      let bytes = resting.reduce((sum, [, { thing }]) => sum + thing.length, 0);
      for (const [replica, { thing, at }] of resting) {
        if (bytes <= mostBytes && time.now() - at < keptMs) continue;
        kept.delete(replica);
        bytes -= thing.length;
      }
    },
  };
}
