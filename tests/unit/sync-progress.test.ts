/** What is told of an answer while it comes. */
import { describe, expect, test } from 'vitest';
import { answerCame, progressed, progressView, type RunningProgress } from '#core/sync/sync-status.ts';

const come = (before: RunningProgress | null, bytes: number, length: number) =>
  answerCame(before, { bytes, length }, bytes / 10);

test('bytes, while nobody has said how many changes are due', () => {
  const first = come(null, 10_000, 100_000);
  expect(first).toMatchObject({ unit: 'bytes', reach: 10_000, total: 100_000, since: { at: 1000, done: 10_000 } });
  expect(come(first, 60_000, 100_000)).toMatchObject({ reach: 60_000, since: { at: 1000, done: 10_000 } });
  expect(come(null, 1000, 2000), 'a small answer is here at once').toBeNull();
  const known = progressed(come(first, 100_000, 100_000), { done: 0, total: 500 }, 10_000);
  // The answer that has come is on its way into the tables, and its time counts.
  expect(known).toMatchObject({ unit: 'changes', reach: 500, total: 500, since: { at: 1000, done: 0 } });
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

describe('how long three full answers and a rest take over a slow line', () => {
  const [full, opsOfFull, bytesPerMs] = [1_000_000, 20_000, 8];
  const answers = [full, full, full, full / 2];
  const total = 3.5 * opsOfFull;
  const took = (3.5 * full) / bytesPerMs;
  const placingMs = 1000;

  /** What is told every 20 kB, and ten times while an answer is placed. */
  function told(first: RunningProgress | null): { at: number; left: number | null }[] {
    const all: { at: number; left: number | null }[] = [];
    let [now, whole, progress] = [0, 0, first];
    const look = (): void => {
      if (progress !== null) all.push({ at: now, left: progressView(progress, now)?.secondsLeft ?? null });
    };
    for (const length of answers) {
      for (let bytes = 20_000; bytes <= length; bytes += 20_000) {
        now = (whole + bytes) / bytesPerMs;
        progress = answerCame(progress, { bytes, length }, now);
        look();
      }
      const before = (whole / full) * opsOfFull;
      whole += length;
      for (let part = 0; part <= 10; part += 1) {
        const done = before + (part / 10) * (length / full) * opsOfFull;
        progress = progressed(progress, { done, total }, (now += placingMs / 10));
        look();
      }
    }
    return all;
  }

  test.each([
    { of: 'where it is known at once how many changes are due', first: progressed(null, { done: 0, total }, 0) },
    { of: 'where the first answer says that', first: null },
  ])('$of: nothing before one has come, then about right', ({ first }) => {
    const all = told(first);
    expect(all.filter(({ at }) => at < full / bytesPerMs).every(({ left }) => left === null)).toBe(true);
    const known = all.filter(({ left }) => left !== null);
    expect(known.length).toBeGreaterThan(100);
    for (const { at, left } of known) {
      const still = (took - at) / 1000;
      expect(left, `of ${still} s`).toBeGreaterThan(still / 1.5 - 4);
      expect(left, `of ${still} s`).toBeLessThan(still * 1.5 + 4);
    }
  });
});
