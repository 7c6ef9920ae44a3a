/** Stamps: whatever a clock says and whatever has been written, there is a time for the next edit, and it wins. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leavesNoRoom, msToStampTime, nextTime, observe } from '#shared/sync/stamp.ts';

const last = Number.MAX_SAFE_INTEGER;
const hour = 3_600_000;
const today = Date.UTC(2026, 10, 27);
/** From 1970 to far beyond what a date can be. */
const wallClock = fc.integer({ min: 0, max: 8_640_000_000_000_000 });
const time = fc.oneof(fc.integer({ min: 1, max: last }), fc.integer({ min: last - 3, max: last }));

test('a clock goes on, whatever it has seen, and a time can always be written', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ now: wallClock, seen: time, came: time }), { minLength: 1 }), (steps) => {
      let clock = 0;
      for (const { now, seen, came } of steps) {
        const next = nextTime(clock, now, seen);
        expect(Number.isSafeInteger(next.time)).toBe(true);
        expect(next.clock).toBeGreaterThan(clock);
        expect(seen === last || next.time > seen).toBe(true);
        clock = observe(next.clock, came, now);
        expect(clock).toBeLessThanOrEqual(msToStampTime(Date.UTC(2100, 0)) + steps.length);
      }
    }),
  );
});

test('what beats a time that a hub took, the hub takes too', () => {
  fc.assert(
    fc.property(time, fc.integer({ min: 0, max: 100_000 }), (seen, hours) => {
      fc.pre(!leavesNoRoom(seen, today));
      expect(leavesNoRoom(seen, null)).toBe(false);
      const now = today + (hours + 1) * hour;
      expect(leavesNoRoom(nextTime(0, now, seen).time, now)).toBe(false);
    }),
  );
});

test('no clock writes what a hub refuses, also one that stands in 2099 or beyond', () => {
  for (const now of [today, Date.UTC(1980, 0), Date.UTC(2099, 11), Date.UTC(2250, 0)])
    for (const hubs of [today, Date.UTC(1980, 0), Date.UTC(2050, 0), Date.UTC(2099, 11)])
      expect(leavesNoRoom(nextTime(0, now, 0).time, hubs)).toBe(false);
  expect(leavesNoRoom(last, today)).toBe(true);
  expect(leavesNoRoom(last, Date.UTC(2099, 11))).toBe(true);
});

test('by stick nobody takes what cannot be beaten, whatever the own clock says', () => {
  expect(leavesNoRoom(last, null)).toBe(true);
  expect(leavesNoRoom(nextTime(0, Date.UTC(2250, 0), 0).time, null)).toBe(false);
});
