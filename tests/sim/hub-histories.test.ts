/**
 * Histories with the real hub (real-hub.ts): those that failed once and some more on laptops in plain memory, and a few on the real store;
 * `npm run test:sim -- --hub [--stored]` draws new ones.
 */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { simulate } from './checks.ts';
import { fixedHistories } from './fixed-histories.ts';
import { foundStories } from './found-histories.ts';
import { history, storedHistory, withShutOuts } from './history.ts';
import { realKeys, seededKeys } from './keys.ts';
import { signingLaptop } from './lean-laptop.ts';
import { realHub } from './real-hub.ts';
import { storedLaptops } from './stored-laptop.ts';

test.each(foundStories)('with the real hub it holds as well that $what', async ({ histories }) => {
  for (const each of histories)
    await expect(simulate(each, seededKeys, signingLaptop, realHub)).resolves.toBeUndefined();
});

test('so they do with the real hub', async () => {
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(withShutOuts(history(40)), async (each) => {
      histories += 1;
      await simulate(each, seededKeys, signingLaptop, realHub);
    }),
    fixedHistories(20),
  );
  expect(histories).toBe(20);
});

test('so they do with the real hub and on the real store', async () => {
  const laptops = storedLaptops();
  onTestFinished(laptops.close);
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(withShutOuts(storedHistory(30)), async (each) => {
      histories += 1;
      await simulate(each, realKeys, laptops.make, realHub);
    }),
    fixedHistories(5),
  );
  expect(histories).toBe(5);
});
