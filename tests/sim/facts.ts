/** What the ops of a simulated world say, by name: so it can be asked whether anything is lost, wherever it stands now. */
import { fail } from 'node:assert/strict';
import { hexToBytes } from '#shared/kernel/ids.ts';
import { logKey, parseLogKey } from '#shared/sync/messages.ts';
import { valuesToText } from '#shared/sync/op-values.ts';
import { readOps, readSegmentHeader } from '#shared/sync/segment.ts';
import { Stray } from '#shared/sync/stray.ts';
import type { SimOp } from './laptop.ts';
import type { World } from './world.ts';

/**
 * Names what an op says whatever log it stands in: a laptop that was put back may have to write it again under another identity. Twice: when
 * it was written, and what it says, since it may have to be given another time where two have come by one.
 */
export function factsOf({ names }: World, ops: readonly Pick<SimOp, 'op' | 'replica'>[]): string[] {
  return ops.flatMap(({ op, replica }) => {
    const about = `${names.get(replica) ?? replica} ${op.act} ${op.kind} ${op.record}`;
    const values = valuesToText(op.set ?? {}).replace(/\d+@([0-9a-f-]{36})/g, (_, of: string) => names.get(of) ?? of);
    return [`${about} at ${op.time}`, `${about} ${values}`];
  });
}

/** The facts of a world in which nobody has a name: what a laptop wrote another may say again that let go of its segments (store/parted-logs.ts). */
export function unnamed({ names }: World, facts: Iterable<string>): Set<string> {
  const anybody = new RegExp([...new Set(names.values())].join('|'), 'g');
  return new Set([...facts].map((fact) => fact.replace(anybody, 'somebody')));
}

/**
 * The facts that only rogues can give back: what they took off others' logs stands behind what they wrote against their role, and the hub
 * leaves their logs there.
 */
export function factsKeptByRogues(world: World): Set<string> {
  const rogues = world.actors.filter(({ order }) => order.office === 'rogue');
  const segments = rogues.flatMap(({ laptop }) =>
    laptop
      .ops()
      .filter(({ op, replica }) => op.kind === Stray.number && replica === laptop.store().replica)
      .filter(({ op, replica, partition }) => op.seq > world.hub.held(logKey(replica, partition)))
      .flatMap(({ op }) => {
        const hex = op.set?.[String(Stray.fields.segment.number)];
        return typeof hex === 'string' ? [hexToBytes(hex)] : [];
      }),
  );
  const ops = segments.flatMap((bytes) => {
    const read = readSegmentHeader(bytes);
    if (!read.ok) return fail('a stray that is no segment');
    return readOps(bytes, world.keys.ports).map((op) => ({ op, replica: read.value.header.replica }));
  });
  return new Set(factsOf(world, ops));
}

/** The facts that somebody holds. */
export function factsHeld(world: World): Set<string> {
  return new Set([...factsAtHub(world), ...world.actors.flatMap(({ laptop }) => factsOf(world, laptop.ops()))]);
}

/** The facts that the hub holds. */
export function factsAtHub(world: World): Set<string> {
  const { hub, keys } = world;
  const ops = Object.keys(hub.summary()).flatMap((log) =>
    hub.pieces(log).flatMap((bytes) => readOps(bytes, keys.ports).map((op) => ({ op, ...parseLogKey(log) }))),
  );
  return new Set(factsOf(world, ops));
}
