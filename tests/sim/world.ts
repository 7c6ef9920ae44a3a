/** A world of laptops, a hub and a bag of sticks, and what happens to its machines. */
import { equal, ok as yes } from 'node:assert/strict';
import type { Role } from '#shared/access/roles.ts';
import { startOfTime } from '#tests/lib/core.ts';
import type { Fault, History, LaptopOrder } from './history.ts';
import type { Keys } from './keys.ts';
import type { Image, SimLaptop } from './laptop.ts';
import type { HubImage, HubMaker, SimHub } from './sim-hub.ts';
import { succeedAtHub, successionOf, waitingFor } from './succession.ts';

export const dayMs = 86_400_000;
export const oblast = 'kz/kz-19';
export const commissions = { one: `${oblast}/one`, two: `${oblast}/two` };

export type Actor = {
  readonly laptop: SimLaptop;
  readonly order: LaptopOrder;
  backup: Image | null;
  /** So often it was put back. */
  putBacks: number;
  /** So often it was put back from outside, so that the app did not know. */
  copies: number;
  /** What its operator has granted it last. */
  granted: readonly string[];
  /** It might keep all of the oblast at some time. */
  wasWide: boolean;
  /** Rights were taken from it without time to hand over what it had written under them. */
  isCutShort: boolean;
};
export type World = {
  readonly keys: Keys;
  readonly actors: readonly Actor[];
  readonly hub: SimHub;
  readonly hubClock: { now: number };
  readonly sticks: Uint8Array[];
  hubBackup: HubImage | null;
  /** What must be there at the end: every honest op (`factsOf`) that was not lost with the last disk that held it. */
  required: Set<string>;
  /** The facts of others whose segments somebody has let go: it alone may have them, and then gives them back under its own name. */
  readonly letGo: Set<string>;
  /** Whose laptop each identity is. */
  readonly names: Map<string, string>;
  /** Requests caught on the line, to be sent again. */
  readonly caught: Uint8Array[];
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

export async function createWorld(history: History, keys: Keys, make: LaptopMaker, makeHub: HubMaker): Promise<World> {
  const hubClock = { now: startOfTime };
  const hub = await makeHub(keys, hubClock);
  const actors = history.laptops.map((given, index): Actor => {
    // Somebody must be able to write papers, and to keep everything.
    const order: LaptopOrder = index === 0 ? { ...given, office: 'chair', place: 'one' } : given;
    const { place } = order;
    const isSecond = place === 'two' || (place === 'both' && index % 2 === 1);
    const partition = isSecond ? commissions.two : commissions.one;
    const prefixes = [place === 'both' ? oblast : partition];
    const now = startOfTime + order.skewDays * dayMs;
    const laptop = make(order, { name: `laptop-${index}`, partition, prefixes, now, hubKey: hub.publicKey });
    return {
      laptop,
      order,
      backup: null,
      putBacks: 0,
      copies: 0,
      granted: prefixes,
      wasWide: place === 'both',
      isCutShort: false,
    };
  });
  const world: World = {
    keys,
    actors,
    hub,
    hubClock,
    sticks: [],
    hubBackup: null,
    required: new Set(),
    letGo: new Set(),
    names: new Map(),
    caught: [],
  };
  for (const actor of actors) await admit(world, actor, actor.order.office === 'chair' ? 'chair' : 'member');
  return world;
}

/** Takes a new identity; the hub hears of it at the next contact, on whichever road. */
export function renew({ names }: World, { laptop }: Actor): void {
  laptop.renewIdentity();
  names.set(laptop.store().replica, laptop.name);
}

/** Lets a laptop in under its new identity over a line; false where the line failed. One that was succeeded before is invited. */
export async function succeedFirst(world: World, actor: Actor, fault: Fault): Promise<boolean> {
  const standing = world.hub.standingOf(actor.laptop.store().replica);
  const isWaiting = waitingFor(world, actor) !== null;
  if (!isWaiting && standing === 'valid') return true;
  if (!isWaiting && (standing === 'succeeded' || successionOf(world, actor) === null)) {
    // A copy that does not know of its successor is told so, and a person invites it; also one that the hub has forgotten.
    await inviteAnew(world, actor);
    return true;
  }
  if (fault.what === 'lose-request') return false;
  const credential = await succeedAtHub(world, actor);
  if (fault.what === 'lose-answer' || fault.what === 'cut') return false;
  if (fault.what === 'twice') equal((await succeedAtHub(world, actor))?.serial, credential?.serial);
  if (credential === null) await inviteAnew(world, actor);
  else yes(actor.laptop.store().addCredentials([credential]).ok);
  return true;
}

/** An invitation gives the rights it names and no time for others that were had before. */
async function inviteAnew(world: World, actor: Actor): Promise<void> {
  actor.isCutShort ||= actor.wasWide && !actor.granted.includes(oblast);
  await admit(world, actor, 'chair');
}

/** Gives a laptop a credential, as an invitation does. */
export async function admit(
  { hub, names }: World,
  { laptop, granted }: Actor,
  role: Role,
  validDays?: number,
): Promise<void> {
  const { name, partition } = laptop;
  const writer = { replica: laptop.store().replica, publicKey: laptop.publicKey(), name, prefixes: granted, partition };
  const credential = await hub.enrol({ ...writer, role, validDays });
  names.set(credential.replica, laptop.name);
  yes(laptop.store().addCredentials([credential]).ok);
}

/** What the hub did not want of others is known until the app is closed, and no longer. */
export function signInAnew({ laptop }: Actor): void {
  laptop.keepNotes({ ...laptop.notes(), unwanted: {} });
}

export function crash(actor: Actor): void {
  actor.laptop.crash();
  signInAnew(actor);
}

/** Thrown where the power goes. */
export class PowerCut extends Error {}
