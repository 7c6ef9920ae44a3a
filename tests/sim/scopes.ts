/** What a simulated laptop keeps, and how it leaves what it may not keep any more (core/sync/follow-scopes.ts). */
import { isWithin } from '#shared/access/partitions.ts';
import { parseLogKey } from '#shared/sync/messages.ts';
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
  for (const { partition, waiting } of laptop.leaving(keptBy(world, actor)))
    if (waiting === 0) await laptop.erase(partition);
}
