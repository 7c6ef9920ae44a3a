/** How long something will still take is said once its speed says something, of what was counted last. */
import { expect, test } from 'vitest';
import { progressed } from '#core/sync/sync-status.ts';
import { secondsLeft } from '#shared/kernel/time-left.ts';

test('what is left at the speed since it was counted, not in the first two seconds and not where nothing has moved', () => {
  const since = { at: 10_000, done: 400 };
  expect(secondsLeft(since, 500, 1000, 11_999)).toBeNull();
  expect(secondsLeft(since, 400, 1000, 60_000)).toBeNull();
  expect(secondsLeft(since, 500, 1000, 15_000)).toBe(25);
});

test('an exchange that begins again with the next snapshot is counted from there', () => {
  const first = progressed(null, { done: 100, total: 1000 }, 5000);
  const on = progressed(first, { done: 900, total: 1000 }, 9000);
  expect(on.since).toEqual({ at: 5000, done: 100 });
  expect(progressed(on, { done: 0, total: 50 }, 9500).since).toEqual({ at: 9500, done: 0 });
});
