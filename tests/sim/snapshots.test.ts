/** Beginning with snapshots (snapshot-histories.ts): the same histories every time; `npm run test:sim -- --snapshots` draws anew. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixedHistories } from './fixed-histories.ts';
import { simulateSnapshots, snapshotHistory } from './snapshot-histories.ts';

test('a laptop that begins with a snapshot holds what one with every log holds', () => {
  let histories = 0;
  fc.assert(
    fc.property(snapshotHistory, (each) => {
      histories += 1;
      simulateSnapshots(each);
    }),
    fixedHistories(24),
  );
  expect(histories).toBe(24);
});
