/**
 * The simulation of whole worlds (checks.ts says what must hold) on laptops in plain memory: the same histories every time;
 * `npm run test:sim` draws as many new ones as wanted.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { simulate } from './checks.ts';
import { fixedHistories } from './fixed-histories.ts';
import { history } from './history.ts';
import { leanKeys } from './keys.ts';
import { leanLaptop } from './lean-laptop.ts';

test('desktops, a hub and sticks converge, lose nothing and take nothing forbidden', async () => {
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(history(40), async (each) => {
      histories += 1;
      await simulate(each, leanKeys, leanLaptop);
    }),
    fixedHistories(600),
  );
  expect(histories).toBe(600);
});
