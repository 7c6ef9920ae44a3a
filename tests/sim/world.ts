/**
 * Plays a history: laptops, a hub and a bag of sticks. What every step must leave true is asserted here; what must be true at the
 * end, in checks.ts.
 */
import { equal, fail, ok as yes } from 'node:assert/strict';
import type { Role } from '#shared/access/roles.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { mayAct } from '#shared/sync/credential.ts';
import { exchange, type ExchangeOutcome, nothingDone } from '#shared/sync/exchange.ts';
import { frame, logKey, SyncResponse, unframe } from '#shared/sync/messages.ts';
import { type ExchangeParcel, readParcel } from '#shared/sync/parcel.ts';
import { composeParcels, markOffered, takeParcel } from '#shared/sync/parcel-session.ts';
import { startOfTime } from '#tests/lib/core.ts';
import { factsAtHub, factsOf } from './facts.ts';
import type { Fault, History, LaptopOrder, Step } from './history.ts';
import type { Keys } from './keys.ts';
import type { Image, SimChange, SimLaptop } from './laptop.ts';
import { deskChanges, recordChanges } from './people.ts';
import { createModelHub, type HubImage, type ModelHub } from './model-hub.ts';
import { successionOf, waitingFor } from './succession.ts';

const dayMs = 86_400_000;
const oblast = 'kz/kz-19';
const commissions = { one: `${oblast}/one`, two: `${oblast}/two` };

export type Actor = {
  readonly laptop: SimLaptop;
  readonly order: LaptopOrder;
  backup: Image | null;
  /** So often it was put back. */
  putBacks: number;
  /** So often it was put back from outside, so that the app did not know. */
  copies: number;
};
export type World = {
  readonly keys: Keys;
  readonly actors: readonly Actor[];
  readonly hub: ModelHub;
  readonly hubClock: { now: number };
  readonly sticks: Uint8Array[];
  hubBackup: HubImage | null;
  /** What must be there at the end: every honest op (`factsOf`) that was not lost with the last disk that held it. */
  required: Set<string>;
  /** Whose laptop each identity is. */
  readonly names: Map<string, string>;
  /** Requests caught on the line, to be sent again. */
  readonly caught: Uint8Array[];
};
type Writer = {
  readonly replica: string;
  readonly publicKey: string;
  readonly name: string;
  readonly prefixes: readonly string[];
};

export type LaptopMaker = (
  order: LaptopOrder,
  place: {
    readonly name: string;
    readonly partition: string;
    readonly prefixes: readonly string[];
    readonly now: number;
    readonly hubKey: string;
  },
) => SimLaptop;

export function createWorld(history: History, keys: Keys, make: LaptopMaker): World {
  const hubClock = { now: startOfTime };
  const hub = createModelHub(keys, keys.newPair('hub'), hubClock);
  const actors = history.laptops.map((given, index): Actor => {
    // Somebody must be able to write papers, and to keep everything.
    const order: LaptopOrder = index === 0 ? { ...given, office: 'chair', place: 'one' } : given;
    const { place } = order;
    const isSecond = place === 'two' || (place === 'both' && index % 2 === 1);
    const partition = isSecond ? commissions.two : commissions.one;
    const prefixes = [place === 'both' ? oblast : partition];
    const now = startOfTime + order.skewDays * dayMs;
    const laptop = make(order, { name: `laptop-${index}`, partition, prefixes, now, hubKey: hub.publicKey });
    return { laptop, order, backup: null, putBacks: 0, copies: 0 };
  });
  const world: World = {
    keys,
    actors,
    hub,
    hubClock,
    sticks: [],
    hubBackup: null,
    required: new Set(),
    names: new Map(),
    caught: [],
  };
  for (const actor of actors) admit(world, actor, actor.order.office === 'chair' ? 'chair' : 'member');
  return world;
}

/** Takes a new identity; the hub hears of it at the next contact, on whichever road. */
function renew({ names }: World, { laptop }: Actor): void {
  laptop.renewIdentity();
  names.set(laptop.store().replica, laptop.name);
}

/** Lets a laptop in under its new identity over a line; false where the line failed. One that was succeeded before is invited. */
function succeedFirst(world: World, actor: Actor, fault: Fault): boolean {
  const succession = successionOf(world, actor);
  if (succession === null) {
    // A copy that does not know of its successor is told so, and a person invites it.
    if (world.hub.standingOf(actor.laptop.store().replica) !== 'valid') admit(world, actor, 'chair');
    return true;
  }
  if (fault.what === 'lose-request') return false;
  const credential = world.hub.succeed(succession);
  if (fault.what === 'lose-answer' || fault.what === 'cut') return false;
  if (fault.what === 'twice') equal(world.hub.succeed(succession)?.serial, credential?.serial);
  if (credential === null) admit(world, actor, 'chair');
  else yes(actor.laptop.store().addCredentials([credential]).ok);
  return true;
}

/** Gives a laptop a credential, as an invitation does. */
export function admit({ hub, names }: World, { laptop }: Actor, role: Role): void {
  const credential = hub.enrol({ ...writerOf(laptop), role });
  names.set(credential.replica, laptop.name);
  yes(laptop.store().addCredentials([credential]).ok);
}

function writerOf(laptop: SimLaptop): Writer {
  const { name, prefixes } = laptop;
  return { replica: laptop.store().replica, publicKey: laptop.publicKey(), name, prefixes };
}

/** Plays one step. */
export async function play(world: World, step: Step): Promise<void> {
  world.hubClock.now += 1000;
  // Clocks stand still now and then, so that two laptops write in the same moment.
  if (world.hubClock.now % 8000 === 0) for (const { laptop } of world.actors) laptop.clock.now += 1000;
  const actor = 'who' in step ? world.actors[step.who % (world.actors.length + 1)] : undefined;
  switch (step.do) {
    case 'write':
      return actor && commit(world, actor, recordChanges(actor, step), actor.order.office === 'rogue');
    case 'decide':
      return actor && commit(world, actor, deskChanges(actor.laptop, step.which, step.take));
    case 'exchange':
      if (actor !== undefined) await meetHub(world, actor, step.fault);
      return;
    case 'pack':
      return pack(world, actor, world.actors[step.to % (world.actors.length + 1)], step.everything);
    case 'unpack': {
      const message = world.sticks.at(step.which % Math.max(1, world.sticks.length));
      if (message !== undefined) await unpack(world, actor, message, step);
      return;
    }
    case 'lose':
      world.sticks.splice(step.which % Math.max(1, world.sticks.length), 1);
      return;
    case 'clock':
      if (actor !== undefined) actor.laptop.clock.now += step.days * dayMs;
      return;
    case 'role':
      // Its owner learns of it with the next answer.
      if (actor !== undefined && actor.order.office !== 'rogue')
        world.hub.grant(actor.laptop.name, step.role, step.handOver);
      return;
    case 'upgrade': {
      const next = { before: 'now', now: 'after', after: 'after' } as const;
      actor?.laptop.upgrade(next[actor.laptop.version()]);
      return actor && signInAnew(actor);
    }
    case 'crash':
      return actor && crash(actor);
    case 'back-up':
      if (actor === undefined) world.hubBackup = world.hub.backUp();
      else actor.backup = actor.laptop.backUp();
      return;
    case 'put-back':
      return putBack(world, actor, step.isKnown);
  }
}

/** What the hub did not want of others is known until the app is closed, and no longer. */
export function signInAnew({ laptop }: Actor): void {
  laptop.keepNotes({ ...laptop.notes(), unwanted: {} });
}

function crash(actor: Actor): void {
  actor.laptop.crash();
  signInAnew(actor);
}

function putBack(world: World, actor: Actor | undefined, isKnown: boolean): void {
  if (actor === undefined) {
    if (world.hubBackup === null) return;
    world.hub.restore(world.hubBackup);
  } else {
    if (actor.backup === null || actor.order.office === 'rogue') return;
    actor.laptop.restore(actor.backup);
    signInAnew(actor);
    // The app that puts a backup back takes a new identity. A disk that came back from outside is found out at the next contact.
    actor.putBacks += 1;
    if (isKnown) renew(world, actor);
    else actor.copies += 1;
  }
  // What nobody holds any more went with the disk.
  const held = new Set([...factsAtHub(world), ...world.actors.flatMap(({ laptop }) => factsOf(world, laptop.ops()))]);
  world.required = new Set([...world.required].filter((fact) => held.has(fact)));
}

/** Writes what the laptop's role allows; a rogue does not ask. */
function commit(world: World, actor: Actor, changes: readonly SimChange[], isRogue = false): void {
  const { laptop } = actor;
  const credential = laptop.credential() ?? waitingFor(world, actor);
  if (credential === null || changes.length === 0) return;
  if (!isRogue && changes.some(({ kind, act }) => !mayAct(credential, kind, act))) return;
  const log = logKey(laptop.store().replica, laptop.partition);
  const before = laptop.head(log);
  laptop.write(changes);
  if (isRogue || laptop.head(log) === before) return;
  const own = laptop.ops().filter(({ op, replica }) => replica === laptop.store().replica && op.seq > before);
  for (const fact of factsOf(world, own)) world.required.add(fact);
}

/** Thrown where the power goes. */
class PowerCut extends Error {}

export const noFault: Fault = { what: 'none', turn: 0, at: 0, small: false };

/** One exchange over a line on which `fault` happens; null when the power went in its middle. */
export async function meetHub(world: World, actor: Actor, fault: Fault): Promise<ExchangeOutcome | null> {
  const { laptop } = actor;
  const store = laptop.store();
  if (!succeedFirst(world, actor, fault)) return { ...nothingDone, failure: { code: 'sync/hub-unreachable' } };
  const notes = laptop.notes();
  let left = fault.what === 'crash' || fault.what === 'stop' ? Math.floor(fault.at / 40) : Number.POSITIVE_INFINITY;
  const signal = {
    get aborted() {
      return fault.what === 'stop' && left <= 0;
    },
  };
  let outcome: ExchangeOutcome;
  try {
    outcome = await exchange(store, lineTo(world, fault), {
      partitions: laptop.prefixes,
      epoch: notes.epoch,
      acknowledged: notes.acknowledged,
      unwanted: notes.unwanted,
      maxRequestBytes: fault.small ? 1 : 1024 * 1024,
      signal,
      breathe: async () => {
        left -= 1;
        if (left < 0 && fault.what === 'crash') throw new PowerCut();
      },
    });
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    crash(actor);
    return null;
  }
  if (outcome.turns > 0) keep(laptop, outcome);
  if (outcome.failure?.code === 'sync/old-copy') {
    renew(world, actor);
    return outcome;
  }
  checkOutcome(world, actor, outcome, fault);
  return outcome;
}

/** As the service keeps an exchange's end (core/sync/exchange-outcome.ts). */
function keep(laptop: SimLaptop, outcome: ExchangeOutcome): void {
  const { epoch, acknowledged, unwanted, hubSummary, hubTime } = outcome;
  laptop.keepNotes({ epoch, acknowledged, unwanted });
  if (hubSummary === null || epoch === null || hubTime === null) return;
  const memory = laptop.stickMemory();
  const hub = { summary: hubSummary, epoch, at: hubTime };
  laptop.keepStickMemory({ ...memory, peers: { ...memory.peers, hub }, offered: {} });
}

function checkOutcome({ hub, actors }: World, { laptop, order }: Actor, outcome: ExchangeOutcome, fault: Fault): void {
  const { replica } = laptop.store();
  const held = hub.summary();
  const mine = laptop.store().summary();
  const isHonest = !['damage', 'cut'].includes(fault.what);
  if (outcome.hubSummary !== null && isHonest) {
    for (const [log, seq] of Object.entries(laptop.received()))
      yes(seq <= (held[log] ?? 0), `${log} is shown as received to ${seq}, the hub holds ${held[log] ?? 0}`);
  }
  if (fault.what !== 'none') return;
  equal(outcome.failure, null);
  equal(JSON.stringify(outcome.refusedHere), '[]', 'a laptop takes what the hub took');
  for (const refusal of outcome.refusals) {
    equal(refusal.reason, 'wrong-role', 'of an honest laptop a hub refuses nothing but what its new role forbids');
    yes(order.office === 'rogue' || actors.length > 0);
  }
  for (const [log, seq] of Object.entries(held)) {
    const partition = log.slice(log.indexOf(' ') + 1);
    const isSeen =
      log.startsWith(replica) || laptop.prefixes.some((prefix) => `${partition}/`.startsWith(`${prefix}/`));
    if (isSeen) yes((mine[log] ?? 0) >= seq, `after an exchange ${log} is held to ${mine[log] ?? 0} of ${seq}`);
  }
  const own = Object.entries(mine).filter(([log]) => log.startsWith(replica));
  if (outcome.refusals.length === 0)
    for (const [log, seq] of own) equal(held[log] ?? 0, seq, `after an exchange the hub holds all of ${log}`);
}

/** The line to the hub, on which something happens once. */
function lineTo(world: World, fault: Fault): { send: (message: Uint8Array) => Promise<Result<Uint8Array>> } {
  const { hub, caught } = world;
  let turn = -1;
  const away = err({ code: 'sync/hub-unreachable' });
  return {
    async send(message) {
      turn += 1;
      if (caught.length < 20) caught.push(message);
      if (fault.what === 'foreign' && turn >= fault.turn) return ok(changed(hub.turn(message), fault, world));
      if (turn !== fault.turn) return ok(hub.turn(message));
      switch (fault.what) {
        case 'lose-request':
          return away;
        case 'lose-answer':
          hub.turn(message);
          return away;
        case 'twice':
          hub.turn(message);
          return ok(hub.turn(message));
        case 'replay':
          hub.turn(caught[fault.at % caught.length] ?? message);
          return ok(hub.turn(message));
        case 'cut': {
          const answer = hub.turn(message);
          return ok(answer.slice(0, Math.floor((answer.length * fault.at) / 1000)));
        }
        default:
          return ok(changed(hub.turn(message), fault, world));
      }
    },
  };
}

/** An answer that came otherwise than it was given: what a bad disk or a lying hub may do to its segments. */
function changed(answer: Uint8Array, fault: Fault, { hub }: World): Uint8Array {
  const read = unframe(answer, SyncResponse);
  if (!read.ok) return answer;
  const { header } = read.value;
  let segments: Uint8Array[] = read.value.segments.map((each) => each.slice());
  switch (fault.what) {
    case 'damage': {
      const one = segments[fault.at % Math.max(1, segments.length)];
      if (one !== undefined)
        one[(fault.at * 31) % one.length] = (one[(fault.at * 31) % one.length] ?? 0) ^ (1 << (fault.at % 8));
      break;
    }
    case 'shuffle':
      segments = segments.map((_, index) => segments[(index * 7 + fault.at) % segments.length] ?? new Uint8Array(1));
      break;
    case 'foreign':
      // Everything it has, asked for or not, the laptop's own log among it.
      segments = Object.keys(hub.summary()).flatMap((log) => hub.pieces(log).slice(0, 2));
      break;
    default:
      return answer;
  }
  return frame({ ...header, segments: segments.map((each) => each.length) }, segments);
}

/** Puts onto a stick what one party has for another. */
export function pack(world: World, from: Actor | undefined, to: Actor | undefined, everything: boolean): void {
  const { sticks, hub } = world;
  if (from === to || sticks.length > 30) return;
  if (from === undefined) {
    const reader = to?.laptop.store().replica;
    if (reader !== undefined && hub.standingOf(reader) === 'valid') sticks.push(hub.parcelFor(reader));
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
    world.hub.takeParcel(message);
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
        partitions: laptop.prefixes,
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
    // As the app does at once.
    if (outcome.value.isForked) renew(world, actor);
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    crash(actor);
  }
}
