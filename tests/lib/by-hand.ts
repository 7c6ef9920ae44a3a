/** Work that goes on beside everything else, done when a test says so instead of by the clock. */
import type { Beside } from '#core/store/short-steps.ts';

export type ByHand = {
  readonly beside: Beside;
  /** Does one step; false where nothing was left to do. */
  step(): boolean;
  /** Does all that is left. */
  finish(): void;
};

export function byHand(): ByHand {
  const waiting = new Set<() => boolean>();
  const self: ByHand = {
    beside: (step) => ({
      goOn() {
        waiting.add(step);
        return Promise.resolve();
      },
      running: () => null,
    }),
    step() {
      for (const each of waiting) {
        if (each()) return true;
        waiting.delete(each);
      }
      return false;
    },
    finish() {
      while (self.step());
    },
  };
  return self;
}
