/** Sticks that carry what one has for another: written, handed to somebody, pulled out too early. */
import { equal, fail, ok as yes } from 'node:assert/strict';
import { type ExchangeParcel, readParcel } from '#shared/sync/parcel.ts';
import { composeParcels, markOffered, type ParcelOutcome, takeParcel } from '#shared/sync/parcel-session.ts';
import { startOfTime } from '#tests/lib/core.ts';
import type { SimLaptop } from './laptop.ts';
import { followScopes, keptBy } from './scopes.ts';
import { successionOf, waitingFor } from './succession.ts';
import { type Actor, crash, PowerCut, renew, type World } from './world.ts';

/** Puts onto a stick what one party has for another. */
export async function pack(
  world: World,
  from: Actor | undefined,
  to: Actor | undefined,
  everything: boolean,
): Promise<void> {
  const { sticks, hub } = world;
  if (from === to || sticks.length > 30) return;
  if (from === undefined) {
    const reader = to?.laptop.store().replica;
    if (reader !== undefined && hub.standingOf(reader) === 'valid') sticks.push(await hub.parcelFor(reader));
    return;
  }
  const { laptop } = from;
  // Who was not let in yet is known to nobody but the hub.
  if (to !== undefined && waitingFor(world, from) !== null) return;
  const order = {
    reader: to?.laptop.store().replica ?? 'hub',
    hubKey: hub.publicKey,
    epoch: laptop.notes().epoch ?? hub.epoch(),
    now: laptop.clock.now,
    everything,
    blobs: [],
    sign: (data: Uint8Array) => laptop.sign(data),
    succession: successionOf(world, from),
  };
  for (const { message, upTo } of composeParcels(laptop.store(), laptop.stickMemory(), order)) {
    sticks.push(message);
    if (to === undefined) laptop.keepStickMemory(markOffered(laptop.store(), laptop.stickMemory(), upTo));
  }
}

/** Hands a stick to somebody, who may not be its reader; it may be pulled, or the power may go. */
export async function unpack(
  world: World,
  actor: Actor | undefined,
  message: Uint8Array,
  how: { readonly most: number; readonly crash: boolean },
): Promise<void> {
  if (actor === undefined) {
    await world.hub.takeParcel(message);
    return;
  }
  const { laptop } = actor;
  const parcel = readParcel(message);
  if (!parcel.ok || parcel.value.header.what !== 'exchange') return fail('an unreadable parcel');
  const header: ExchangeParcel = parcel.value.header;
  const known = laptop.stickMemory().peers['hub']?.epoch;
  const before = laptop.received();
  let segments = 0;
  const signal = {
    get aborted() {
      segments += 1;
      // One in seven sticks is read to its end.
      return how.most < 6 && segments > how.most && !how.crash;
    },
  };
  try {
    const outcome = await takeParcel(
      laptop.store(),
      laptop.stickMemory(),
      { header, segments: parcel.value.segments },
      {
        hubKey: world.hub.publicKey,
        partitions: keptBy(world, actor),
        now: startOfTime,
        verify: world.keys.verify,
        signal,
        breathe: async () => {
          if (how.crash && segments >= how.most) throw new PowerCut();
        },
      },
    );
    if (header.reader !== laptop.store().replica) equal(outcome.ok, false, 'a stick for somebody else is refused');
    if (!outcome.ok) return;
    if (header.writer === 'hub' && header.epoch === known)
      for (const [log, seq] of Object.entries(laptop.received()))
        yes(seq >= (before[log] ?? 0), 'an old parcel takes nothing back');
    yes(!outcome.value.isForked || actor.copies > 0, 'only a copy is taken for one');
    if (outcome.value.failure === null) laptop.keepStickMemory(outcome.value.memory);
    rememberHubsWord(laptop, header, outcome.value);
    // As the app does at once.
    await followScopes(world, actor);
    if (outcome.value.isForked) renew(world, actor);
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    crash(actor);
  }
}

/** What the app does (core/sync/parcel-taking.ts): the next exchange over the line begins with what the hub has said by stick. */
function rememberHubsWord(laptop: SimLaptop, header: ExchangeParcel, outcome: ParcelOutcome): void {
  const hub = outcome.memory.peers['hub'];
  if (header.writer !== 'hub' || outcome.isForked || outcome.failure !== null || hub === undefined) return;
  laptop.keepNotes({ ...laptop.notes(), acknowledged: hub.summary, epoch: hub.epoch });
}
