/**
 * How long to wait after wrong PINs: five free tries, then 30 s, doubling to an hour. The wait is counted from the last
 * miss; a clock set back starts the wait anew, so that turning the clock gains nothing.
 */
export type Throttle = { readonly misses: number; readonly waitFrom: number | null };

const freeTries = 5;
const firstWaitMs = 30_000;
const longestWaitMs = 3_600_000;

/** Milliseconds to wait after so many misses. */
function waitAfter(misses: number): number {
  return misses < freeTries ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (misses - freeTries));
}

/** Milliseconds still to wait now. */
export function waitLeft(throttle: Throttle, nowMs: number): number {
  const wait = waitAfter(throttle.misses);
  if (throttle.waitFrom === null) return 0;
  const passed = nowMs - throttle.waitFrom;
  return passed < 0 ? wait : Math.max(0, wait - passed);
}

/** Tries left before the next wait. */
export function triesLeft(throttle: Throttle): number {
  return Math.max(0, freeTries - throttle.misses);
}
