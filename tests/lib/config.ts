/** The tests' settings from the environment: the one place of theirs that reads it. */

/** How many histories the simulation runs: short by default, many on demand. */
export function simulationRuns(): number {
  const wanted = Number(process.env.KOMISSIYA_SIM_RUNS);
  return Number.isSafeInteger(wanted) && wanted > 0 ? wanted : 300;
}
