/** One measured figure, as `npm run bench` prints it. */

export type Figure = {
  readonly bench: string;
  readonly figure: string;
  /** What was measured, in the unit of the baseline (ms or bytes). */
  readonly value: number;
  /** The same work done plainly beside it, in the same run. */
  readonly baseline: number;
  readonly ratio: number;
  /** Null for a figure that only tells. */
  readonly target: number | null;
  /** What we are after beyond the target; left out where there is none. */
  readonly goal?: number;
  readonly ok: boolean;
};

/**
 * Makes a figure. `ratio` is value / baseline unless given. With `atLeast` the ratio must reach the target, else it may
 * not exceed it.
 */
export function figure(facts: {
  readonly bench: string;
  readonly figure: string;
  readonly value: number;
  readonly baseline: number;
  readonly ratio?: number;
  readonly target: number | null;
  readonly goal?: number;
  readonly atLeast?: boolean;
}): Figure {
  const { bench, value, baseline, target } = facts;
  const ratio = facts.ratio ?? value / baseline;
  const ok = target === null || (facts.atLeast === true ? ratio >= target : ratio <= target);
  return {
    bench,
    figure: facts.figure,
    value: round(value),
    baseline: round(baseline),
    ratio: round(ratio),
    target,
    ...(facts.goal === undefined ? {} : { goal: facts.goal }),
    ok,
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
