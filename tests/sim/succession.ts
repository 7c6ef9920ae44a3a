/** A simulated laptop under a new identity that the hub has still to hear of (#shared/sync/succession.ts). */
import { newestFirst } from '#shared/sync/credential.ts';
import { type Credential, logKey } from '#shared/sync/messages.ts';
import { makeSuccession, type Succession } from '#shared/sync/succession.ts';
import type { Actor, World } from './world.ts';

/** The credential of an identity before, while the hub has not let in the one of now; null where nothing waits. */
export function waitingFor({ names }: World, { laptop }: Actor): Credential | null {
  if (laptop.credential() !== null) return null;
  const own = laptop
    .store()
    .credentials()
    .filter(({ replica }) => names.get(replica) === laptop.name);
  const held = own.filter(({ replica, partitions: [partition = ''] }) =>
    laptop.store().isOwn(logKey(replica, partition)),
  );
  return newestFirst(held)[0] ?? null;
}

/** What a laptop with a new identity asks of the hub (core/sync/succeeding.ts). */
export function successionOf(world: World, actor: Actor): Succession | null {
  const { laptop } = actor;
  const from = waitingFor(world, actor)?.replica;
  if (from === undefined) return null;
  const unsigned = { from, replica: laptop.store().replica, publicKey: laptop.publicKey() };
  return makeSuccession(world.hub.publicKey, unsigned, (data) => laptop.signAsBefore(from, data));
}
