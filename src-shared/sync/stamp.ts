/**
 * Order of writing: a hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014) in one safe integer,
 * ties broken by replica.
 *
 * `time` = milliseconds since 1970 × 2048 + counter; it stays below 2^53 until the year 2109. A stamp orders values of
 * a field and nothing else: what has been delivered is told by sequence numbers (messages.ts).
 *
 * A wrong clock must not win for ever: a person's next edit beats what they have seen, whatever its stamp, and a stamp
 * further ahead than `capMs` moves nobody else's clock. So that there is always room to beat a stamp, no clock writes beyond
 * 2100, and a hub refuses what lies nearer to the end (`leavesNoRoom`).
 */

export type Stamp = { readonly time: number; readonly replica: string };

const unitsPerMs = 2048;
/** How far ahead of the wall clock a stamp may pull another replica's clock: one day. */
export const capMs = 86_400_000;
/** 2100-01-01: no wall clock counts beyond. */
const furthestMs = 4_102_444_800_000;
const lastTime = Number.MAX_SAFE_INTEGER;

/** Before any write. */
export const zeroStamp: Stamp = { time: 0, replica: '' };

/** Negative when `a` was written before `b`, positive when after, 0 when they are one stamp. */
export function compareStamps(a: Stamp, b: Stamp): number {
  return a.time - b.time || (a.replica < b.replica ? -1 : a.replica > b.replica ? 1 : 0);
}

/** The wall-clock milliseconds a stamp time was made at. */
export function stampMs(time: number): number {
  return Math.floor(time / unitsPerMs);
}

/** The stamp time of a wall-clock moment, counter 0; of one beyond 2100 that of 2100. */
export function msToStampTime(ms: number): number {
  return Math.min(Math.max(0, Math.trunc(ms)), furthestMs) * unitsPerMs;
}

/**
 * Whether a time lies so near to the last there is that edits which have to beat it could run out of times: beyond 15/16 of the way there
 * from the judge's wall clock, which is 2104 in 2026. What is refused today is so a little less tomorrow: what beats a time that was taken is.
 * `nowMs`: null where it is not for the judge to be stricter than any hub ever was.
 */
export function leavesNoRoom(time: number, nowMs: number | null): boolean {
  return time > lastTime - Math.floor((lastTime - msToStampTime(nowMs ?? furthestMs)) / 16);
}

/**
 * The next stamp time: after `last`, after everything it replaces (`seen`), and not before the wall clock.
 * Returns the clock to remember too: unchanged where a value from far ahead was beaten. The last time there is, which no hub takes, cannot
 * be beaten: beside it one writes as if it were not there.
 */
export function nextTime(last: number, nowMs: number, seen: number): { time: number; clock: number } {
  const own = Math.max(last + 1, msToStampTime(nowMs));
  if (seen < own || seen >= lastTime) return { time: own, clock: own };
  const time = seen + 1;
  return { time, clock: isFarAhead(time, nowMs) ? own : time };
}

/** The clock after having received `time` from elsewhere. */
export function observe(clock: number, time: number, nowMs: number): number {
  return isFarAhead(time, nowMs) ? clock : Math.max(clock, time);
}

/** Whether a stamp lies further ahead of the wall clock than the cap: kept and ordered, but flagged. */
export function isFarAhead(time: number, nowMs: number): boolean {
  return time > msToStampTime(nowMs + capMs);
}
