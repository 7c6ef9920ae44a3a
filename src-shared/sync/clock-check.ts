/**
 * Whether this laptop's clock is off, by what the hub last said of its own time. Whose clock is wrong nobody can tell from here; what a person
 * can do is look. Dates, due days and which of two versions stands hang on it, nothing else does.
 *
 * The hub's time was read at some moment between `from` and `until` of this laptop's, however slow the line. So an hour in which an exchange ran
 * never looks like a clock that is off. The hub's time only goes on: a laptop that shows less than the hub once said is behind, also weeks later
 * and without a line, as one is whose battery for the clock is empty.
 *
 * That it is ahead only a line tells. A stick's times (the hub's parcel, its credentials) were made before now: they bound the true time from below.
 * From above nothing does but that the hub made its parcel after it had read ops of this laptop's that say a later time. That proves the clock was
 * ahead when they were sealed, weeks ago perhaps, not that it is: set right since, it would be called wrong until the next round trip, and nobody
 * could make that go. So nothing is said.
 */

/** Milliseconds UTC. */
export type HubTimeHeard = {
  readonly hub: number;
  /** This laptop's clock before the hub was asked and after it had answered; from a stick `from` is the hub's own time, as nobody asked. */
  readonly from: number;
  readonly until: number;
};

/** What this laptop's clock showed or shows, and the hub's beside it, milliseconds UTC. */
export type ClockOff = { readonly here: number; readonly hub: number };

/** Less is no matter for a date or a due day, and clocks that nobody sets drift by minutes in a year. */
const toleratedMs = 5 * 60_000;

/** Null where nothing was heard, or nothing is known to be wrong any more: a clock that was set right is so at once. */
export function clockOff(heard: HubTimeHeard | null, now: number): ClockOff | null {
  if (heard === null) return null;
  const { hub, from, until } = heard;
  if (now < hub - toleratedMs) return { here: now, hub };
  // Set back since then: the next exchange says whether that was enough.
  const isAhead = from > hub + toleratedMs && now >= from;
  return isAhead ? { here: until, hub } : null;
}
