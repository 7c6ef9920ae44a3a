/** What is told of an answer while it comes. */
import { expect, test } from 'vitest';
import { answerCame, progressed, type RunningProgress } from '#core/sync/sync-status.ts';

const come = (before: RunningProgress | null, bytes: number, length: number) =>
  answerCame(before, { bytes, length }, bytes / 10);

test('bytes, while nobody has said how many changes are due', () => {
  const first = come(null, 10_000, 100_000);
  expect(first).toMatchObject({ unit: 'bytes', reach: 10_000, total: 100_000, since: { at: 1000, done: 10_000 } });
  expect(come(first, 60_000, 100_000)).toMatchObject({ reach: 60_000, since: { at: 1000, done: 10_000 } });
  expect(come(null, 1000, 2000), 'a small answer is here at once').toBeNull();
  const known = progressed(first, { done: 0, total: 500 }, 5000);
  expect(known).toMatchObject({ unit: 'changes', reach: 0, total: 500, since: { at: 5000, done: 0 } });
});

test('its share of the changes that are left, which is not taken back when they are placed one after another', () => {
  const begun = progressed(null, { done: 100, total: 500 }, 0);
  const half = come(begun, 50_000, 100_000);
  expect(half).toMatchObject({ unit: 'changes', done: 100, reach: 300, total: 500 });
  expect(progressed(half, { done: 150, total: 500 }, 6000)).toMatchObject({ done: 150, reach: 300 });
  expect(progressed(half, { done: 400, total: 500 }, 6000)).toMatchObject({ done: 400, reach: 400 });
});

test('of a full answer no more than it surely brings, as others follow', () => {
  const begun = progressed(null, { done: 0, total: 100_000 }, 0);
  expect(come(begun, 1_000_000, 1_000_000)?.reach).toBe(5000);
});
