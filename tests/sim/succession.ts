/** A simulated laptop under a new identity that the hub has still to hear of (#shared/sync/succession.ts). */
import { ok as yes } from 'node:assert/strict';
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

/** What one of a laptop's identities, that of now where none is given, has to say of the one it goes on for (core/sync/succeeding.ts). */
export function successionOf(world: World, actor: Actor, replica = actor.laptop.store().replica): Succession | null {
  const { laptop } = actor;
  const store = laptop.store();
  const [own] = newestFirst(store.credentials().filter((each) => each.replica === replica));
  const waits = replica === store.replica ? waitingFor(world, actor) : null;
  const from = waits?.replica ?? own?.succeeds;
  const publicKey = replica === store.replica ? laptop.publicKey() : own?.publicKey;
  if (from === undefined || publicKey === undefined || !store.isOwn(logKey(from, laptop.partition))) return null;
  const { recipient } = world.hub;
  const unsigned = { from, replica, publicKey, ...(recipient === undefined ? {} : { recipient }) };
  return makeSuccession(world.hub.publicKey, unsigned, (data) => laptop.signAsBefore(from, data));
}

/** Asks the hub to let it in; where it was put back and has forgotten whole generations, those before come first. */
export async function succeedAtHub(
  world: World,
  actor: Actor,
  replica = actor.laptop.store().replica,
): Promise<Credential | null> {
  const succession = successionOf(world, actor, replica);
  if (succession === null) return null;
  if (world.hub.standingOf(succession.from) === 'unknown') {
    const before = await succeedAtHub(world, actor, succession.from);
    if (before === null) return null;
    yes(actor.laptop.store().addCredentials([before]).ok);
  }
  return world.hub.succeed(succession);
}
