/** How long something will still take, for screens. */

/** When it began to be counted, milliseconds UTC, and how much was done then. */
export type Since = { readonly at: number; readonly done: number };

/** Before this, in ms, the speed says little. */
export const knownAfterMs = 2000;

/** Seconds until `total` is done, at the speed since then; null while that says little. `now` in milliseconds UTC. */
export function secondsLeft(since: Since, done: number, total: number, now: number): number | null {
  const elapsed = now - since.at;
  const gone = done - since.done;
  return elapsed < knownAfterMs || gone <= 0 ? null : Math.ceil(((total - done) * elapsed) / gone / 1000);
}
