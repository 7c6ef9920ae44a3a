/** The simulation of whole worlds (histories.test.ts) on the real store; `npm run test:sim -- --stored` draws new ones. */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { simulate } from './checks.ts';
import { fixedHistories } from './fixed-histories.ts';
import { storedHistory } from './history.ts';
import { realKeys } from './keys.ts';
import { storedLaptops } from './stored-laptop.ts';

test('so they do on the real store', async () => {
  const laptops = storedLaptops();
  onTestFinished(laptops.close);
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(storedHistory(30), async (each) => {
      histories += 1;
      await simulate(each, realKeys, laptops.make);
    }),
    fixedHistories(100),
  );
  expect(histories).toBe(100);
});
