/** What a simulated laptop keeps, and how it leaves what it may not keep any more (core/sync/follow-scopes.ts). */
import { isWithin } from '#shared/access/partitions.ts';
import { parseLogKey } from '#shared/sync/messages.ts';
import { factsHeld } from './facts.ts';
import { waitingFor } from './succession.ts';
import type { Actor, World } from './world.ts';

/** What it asks for and writes in, by the newest credential it has heard of. */
export function keptBy(world: World, actor: Actor): readonly string[] {
  const { laptop } = actor;
  return (laptop.credential() ?? waitingFor(world, actor))?.partitions ?? laptop.prefixes;
}

export function isWithinAny(prefixes: readonly string[], log: string): boolean {
  const { partition } = parseLogKey(log);
  return prefixes.some((prefix) => isWithin(partition, prefix));
}

/** Erases what the laptop may not keep any more and has handed over. */
export async function followScopes(world: World, actor: Actor): Promise<void> {
  const { laptop } = actor;
  const gone = laptop.leaving(keptBy(world, actor)).filter(({ waiting }) => waiting === 0);
  for (const { partition } of gone) await laptop.erase(partition);
  if (gone.length === 0) return;
  // What others wrote is theirs to hand over: it may have been here by stick only, and its writer's disk be gone.
  const held = factsHeld(world);
  const isOwn = (fact: string): boolean => fact.startsWith(`${laptop.name} `);
  world.required = new Set([...world.required].filter((fact) => held.has(fact) || isOwn(fact)));
}
