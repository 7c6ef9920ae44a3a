/** Histories that failed once (found-histories.ts), on both builds of a laptop. */
import { expect, onTestFinished, test } from 'vitest';
import { simulate } from './checks.ts';
import { foundSnapshotStories, foundStories } from './found-histories.ts';
import { leanKeys, realKeys } from './keys.ts';
import { leanLaptop } from './lean-laptop.ts';
import { simulateSnapshots } from './snapshot-histories.ts';
import { storedLaptops } from './stored-laptop.ts';

test.each(foundStories)('$what', async ({ histories }) => {
  for (const history of histories) {
    await expect(simulate(history, leanKeys, leanLaptop)).resolves.toBeUndefined();
    const laptops = storedLaptops();
    onTestFinished(laptops.close);
    await expect(simulate(history, realKeys, laptops.make)).resolves.toBeUndefined();
  }
});

test.each(foundSnapshotStories)('$what', ({ histories }) => {
  for (const history of histories) expect(() => simulateSnapshots(history)).not.toThrow();
});
