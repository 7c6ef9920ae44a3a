/**
 * The simulation of whole worlds (checks.ts says what must hold), short: many histories on laptops in plain memory, some on the
 * desktop's own store. `npm run test:sim` plays as many as wanted. A failing one prints its seed and is shrunk.
 */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { simulate } from './checks.ts';
import { history } from './history.ts';
import { leanKeys, realKeys } from './keys.ts';
import { leanLaptop } from './lean-laptop.ts';
import { storedLaptops } from './stored-laptop.ts';

test('desktops, a hub and sticks converge, lose nothing and take nothing forbidden', async () => {
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(history(40), async (each) => {
      histories += 1;
      await simulate(each, leanKeys, leanLaptop);
    }),
    { numRuns: 350 },
  );
  expect(histories).toBeGreaterThanOrEqual(350);
});

test('so they do on the real store', async () => {
  const laptops = storedLaptops();
  onTestFinished(laptops.close);
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(history(30), async (each) => {
      histories += 1;
      await simulate(each, realKeys, laptops.make);
    }),
    { numRuns: 100 },
  );
  expect(histories).toBeGreaterThanOrEqual(100);
});
