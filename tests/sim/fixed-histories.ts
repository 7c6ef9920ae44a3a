/**
 * How `npm test` plays histories: the same ones every time, so that it fails for what was changed and for nothing else. New ones are drawn
 * by `npm run test:sim`. What has failed once is written out in found.test.ts: a seed means another history when the generators change.
 */
export function fixedHistories(numRuns: number): { seed: number; numRuns: number; endOnFailure: boolean } {
  // Not shrunk here, which may take longer than a test: `npm run test:sim` with the seed and path printed does it.
  return { seed: 20_261_126, numRuns, endOnFailure: true };
}
