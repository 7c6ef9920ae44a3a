/** Which answers the hub keeps, for whom, and that they are forgotten. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createKeptAnswers } from '#hub/kept-answers.ts';

const large = randomBytes(10_000);
const noAnswer = { ok: false, error: { code: 'hub/no-answer' } };

test('the rest of the last large answer is there for whom it was given, by its nonce', () => {
  const kept = createKeptAnswers({ now: () => 0 });
  kept.given('a', 'one', large);
  kept.given('a', 'small', Buffer.alloc(100));
  expect(kept.rest('a', 'one', 4000)).toEqual({ ok: true, value: large.subarray(4000) });
  expect(kept.rest('a', 'one', 10_000)).toEqual({ ok: false, error: { code: 'hub/bad-range' } });
  expect(kept.rest('b', 'one', 0)).toEqual(noAnswer);
  expect(kept.rest('a', 'small', 0)).toEqual(noAnswer);
  kept.given('a', 'two', large);
  expect(kept.rest('a', 'one', 0)).toEqual(noAnswer);
});

test('they are bounded in all and forgotten in time', () => {
  let now = 0;
  const kept = createKeptAnswers({ now: () => now });
  const tenth = Buffer.alloc(3_400_000);
  for (let which = 0; which < 10; which += 1) kept.given(`laptop ${which}`, 'one', tenth);
  expect(kept.rest('laptop 0', 'one', 0), 'the longest unused').toEqual(noAnswer);
  expect(kept.rest('laptop 9', 'one', 0).ok).toBe(true);
  now = 16 * 60_000;
  kept.given('another', 'one', large);
  expect(kept.rest('laptop 9', 'one', 0)).toEqual(noAnswer);
});
