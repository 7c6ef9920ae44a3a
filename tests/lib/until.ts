/** Waiting for what comes by itself. */

/** What never comes must end a test some time; nothing that comes is late, however slow the machine is. */
const patienceMs = 120_000;
const betweenMs = 50;

/**
 * Looks until it holds. `between` is done after each look that found it did not, with the number of that look from 1 on: where a
 * laptop's own clock must go on, or somebody asks again. Throws when it never comes.
 */
export async function until(
  check: () => boolean | Promise<boolean>,
  between: (turn: number) => unknown = () => undefined,
): Promise<void> {
  const end = performance.now() + patienceMs;
  for (let turn = 1; !(await check()); turn += 1) {
    if (performance.now() > end) throw new Error(`it did not come in ${patienceMs / 1000} s`);
    await new Promise((done) => setTimeout(done, betweenMs));
    await between(turn);
  }
}
