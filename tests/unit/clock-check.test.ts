/** When a laptop's clock is said to be off. */
import { expect, test } from 'vitest';
import { clockOff } from '#shared/sync/clock-check.ts';

const minute = 60_000;
const hub = Date.UTC(2026, 10, 27, 12, 0);

test('a clock that drifted by minutes, and an exchange of hours over a bad line, are no matter', () => {
  expect(clockOff(null, 0)).toBeNull();
  for (const drift of [-5, -1, 0, 1, 5]) {
    const here = hub + drift * minute;
    expect(clockOff({ hub, from: here, until: here + 1000 }, here + 1000)).toBeNull();
  }
  for (const [from, until] of [
    [-180, 0],
    [0, 180],
    [-90, 90],
  ] as const) {
    const slow = { hub, from: hub + from * minute, until: hub + until * minute };
    expect(clockOff(slow, slow.until)).toBeNull();
  }
});

test('a clock that is ahead is told until it was set back', () => {
  for (const ahead of [6 * minute, Date.UTC(2099, 0, 1) - hub]) {
    const here = hub + ahead;
    const heard = { hub, from: here, until: here + 2000 };
    expect(clockOff(heard, here + 10 * minute)).toEqual({ here: here + 2000, hub });
    expect(clockOff(heard, hub + 5000)).toBeNull();
  }
});

test('a clock that is behind is told as soon as it shows less than the hub once said', () => {
  for (const here of [hub - 6 * minute, Date.UTC(1980, 0, 1)]) {
    expect(clockOff({ hub, from: here - 1000, until: here }, here)).toEqual({ here, hub });
    // It was right then, and is not any more.
    expect(clockOff({ hub, from: hub, until: hub + 1000 }, here)).toEqual({ here, hub });
  }
  expect(clockOff({ hub, from: 0, until: 1000 }, hub + 5000)).toBeNull();
});
