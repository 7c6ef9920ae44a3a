/** A laptop whose credential was revoked, or has run out, asks all the same, by line and by stick; then it is invited anew. */
import { deepEqual, equal, ok as yes } from 'node:assert/strict';
import { exchange } from '#shared/sync/exchange.ts';
import { parseLogKey, type Summary } from '#shared/sync/messages.ts';
import { startOfTime } from '#tests/lib/core.ts';
import type { Step } from './history.ts';
import { keptBy } from './scopes.ts';
import { pack } from './stick-road.ts';
import { type Actor, admit, dayMs, type World } from './world.ts';

/** What runs out is days of a history, of which what is handed over has thirty. */
const mostDays = 20;

export async function shutOut(world: World, actor: Actor, { how }: Step & { do: 'shut-out' }): Promise<void> {
  const { hub, hubClock, names } = world;
  const { laptop } = actor;
  const { replica } = laptop.store();
  const role = laptop.credential()?.roles[0];
  // Who is revoked is so under every identity it had, and only that of now is let in again.
  const identities = [...names.values()].filter((name) => name === laptop.name);
  if (role === undefined || identities.length > 1 || hub.standingOf(replica) !== 'valid' || hub.revoke === null) return;
  if (how === 'revoked') await hub.revoke(replica);
  else {
    if (hubClock.now > startOfTime + mostDays * dayMs) return;
    await admit(world, actor, role, 1);
    hubClock.now += dayMs;
  }
  const before = heldThere(world, how, replica);
  const { epoch, acknowledged, unwanted } = laptop.notes();
  const outcome = await exchange(
    laptop.store(),
    { send: async (message) => hub.turn(message, (data) => laptop.sign(data)) },
    {
      partitions: keptBy(world, actor),
      leaving: [],
      epoch,
      acknowledged,
      unwanted,
      maxRequestBytes: 1024 * 1024,
      signal: new AbortController().signal,
      breathe: async () => undefined,
    },
  );
  const { failure } = outcome;
  yes(failure !== null, `a laptop whose credential is ${how} is let in`);
  equal(
    failure.code === 'sync/hub-refused' ? failure['reason'] : failure.code,
    how === 'revoked' ? 'sync/revoked' : how,
  );
  const others = world.sticks.splice(0);
  await pack(world, actor, undefined, true);
  for (const message of world.sticks.splice(0)) await hub.takeParcel(message);
  world.sticks.push(...others);
  deepEqual(heldThere(world, how, replica), before, `what a laptop wrote is taken that is ${how}`);
  actor.isCutShort = true;
  await admit(world, actor, role);
}

/** What must not grow: of one that has run out what it wrote itself, of one that was revoked also what it carries for others. */
function heldThere({ hub }: World, how: 'revoked' | 'expired', replica: string): Summary {
  const all = Object.entries(hub.summary());
  return Object.fromEntries(how === 'revoked' ? all : all.filter(([log]) => parseLogKey(log).replica === replica));
}
