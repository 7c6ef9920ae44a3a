/** Plays a history's steps. What each of them must leave true is asserted on the way (line.ts, stick-road.ts); what must be true at the end, in checks.ts. */
import { mayAct } from '#shared/sync/credential.ts';
import { logKey } from '#shared/sync/messages.ts';
import { factsHeld, factsOf } from './facts.ts';
import type { Step } from './history.ts';
import type { SimChange } from './laptop.ts';
import { meetHub } from './line.ts';
import { deskChanges, recordChanges } from './people.ts';
import { isWithinAny, keptBy } from './scopes.ts';
import { shutOut } from './shut-out.ts';
import { pack, unpack } from './stick-road.ts';
import { waitingFor } from './succession.ts';
import type { HubImage } from './sim-hub.ts';
import { type Actor, commissions, crash, dayMs, oblast, renew, signInAnew, type World } from './world.ts';

/** Plays one step. */
export async function play(world: World, step: Step): Promise<void> {
  world.hubClock.now += 1000;
  // What goes on beside everything else comes as far as it comes.
  for (const { laptop } of world.actors) laptop.goOn();
  // Clocks stand still now and then, so that two laptops write in the same moment.
  if (world.hubClock.now % 8000 === 0) for (const { laptop } of world.actors) laptop.clock.now += 1000;
  const actor = 'who' in step ? world.actors[step.who % (world.actors.length + 1)] : undefined;
  switch (step.do) {
    case 'write':
      return actor && write(world, actor, step);
    case 'decide':
      return actor && commit(world, actor, deskChanges(actor.laptop, step.which, step.take), actor.laptop.partition);
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
      if (actor === undefined || actor.order.office === 'rogue') return;
      await world.hub.grant(actor.laptop.name, { roles: [step.role] }, step.handOver);
      actor.isCutShort ||= !step.handOver;
      return;
    case 'reach':
      if (actor === undefined || actor.order.office === 'rogue') return;
      actor.granted = [step.isWide ? oblast : actor.laptop.partition];
      actor.wasWide ||= step.isWide;
      await world.hub.grant(actor.laptop.name, { partitions: [...actor.granted] }, step.handOver);
      actor.isCutShort ||= !step.handOver;
      return;
    case 'shut-out':
      return actor && shutOut(world, actor, step);
    case 'upgrade': {
      const next = { before: 'now', now: 'after', after: 'after' } as const;
      actor?.laptop.upgrade(next[actor.laptop.version()]);
      return actor && signInAnew(actor);
    }
    case 'crash':
      return actor && crash(actor);
    case 'compact':
      // What a rogue alone still has it need not give back.
      if (actor === undefined || actor.order.office === 'rogue') return;
      return compact(world, actor, step.keptOps);
    case 'back-up':
      if (actor === undefined) world.hubBackup = await world.hub.backUp();
      else actor.backup = actor.laptop.backUp();
      return;
    case 'put-back':
      return putBack(world, actor, step.isKnown);
  }
}

function compact(world: World, { laptop }: Actor, keptOps: number): void {
  laptop.compact(world.hub.summary(), keptOps);
  const begins = laptop.store().begins();
  const below = laptop
    .ops()
    .filter(({ op, replica, partition }) => op.seq <= (begins[logKey(replica, partition)] ?? 0));
  for (const fact of factsOf(world, below)) world.letGo.add(fact);
}

async function putBack(world: World, actor: Actor | undefined, isKnown: boolean): Promise<void> {
  if (actor === undefined) {
    if (world.hubBackup === null) return;
    await restoreHub(world, world.hubBackup);
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
  const held = factsHeld(world);
  world.required = new Set([...world.required].filter((fact) => held.has(fact)));
}

/** The hub forgets what was decided since; its operator repeats the rights that were given, one after the other, with time to hand over. */
async function restoreHub({ hub }: World, image: HubImage): Promise<void> {
  for (const { laptop, roles, partitions } of await hub.restore(image))
    await hub.grant(laptop, { roles, partitions }, true);
}

/** Somebody writes, in the own commission or, where that is kept, about what there is of the other. */
function write(world: World, actor: Actor, step: Step & { do: 'write' }): void {
  const { laptop, order } = actor;
  const isRogue = order.office === 'rogue';
  if (!step.elsewhere || isRogue)
    return commit(world, actor, recordChanges(actor, step, laptop.partition), laptop.partition, isRogue);
  const partition = laptop.partition === commissions.one ? commissions.two : commissions.one;
  const log = logKey(laptop.store().replica, partition);
  if (!isWithinAny(keptBy(world, actor), log) || laptop.store().isErased(log)) return;
  const changes = recordChanges(actor, step, partition);
  // A record that is not here yet would be the own commission's.
  if (changes.every(({ kind, id }) => laptop.record(kind, id) !== null)) commit(world, actor, changes, partition);
}

/** Writes what the laptop's role allows; a rogue does not ask. */
function commit(world: World, actor: Actor, changes: readonly SimChange[], partition: string, isRogue = false): void {
  const { laptop } = actor;
  const credential = laptop.credential() ?? waitingFor(world, actor);
  if (credential === null || changes.length === 0) return;
  if (!isRogue && changes.some(({ kind, act }) => !mayAct(credential, kind, act))) return;
  const log = logKey(laptop.store().replica, partition);
  const before = laptop.head(log);
  laptop.write(changes, partition);
  if (isRogue || laptop.head(log) === before) return;
  const own = laptop.ops().filter((each) => logKey(each.replica, each.partition) === log && each.op.seq > before);
  for (const fact of factsOf(world, own)) world.required.add(fact);
}
