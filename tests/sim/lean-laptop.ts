/**
 * A laptop in plain memory: a second, small implementation of the store's ports (lean-store.ts) beside the desktop's. Merge, segments,
 * exchange and parcels are the product's. What stands on its disk survives a crash; every method changes it whole or not at all.
 */
import { isAlive } from '#shared/sync/merge.ts';
import { logKey } from '#shared/sync/messages.ts';
import type { LaptopMaker } from './world.ts';
import { copyOf, type Disk, leavingOf } from './lean-disk.ts';
import { type Keys, leanKeys, seededKeys } from './keys.ts';
import { type Image, type SimLaptop, type SimOp } from './laptop.ts';
import { createLeanMachine, type LeanOptions } from './lean-machine.ts';
import { leanStore } from './lean-store.ts';

function createLeanLaptop(options: LeanOptions): SimLaptop {
  const { name, partition } = options;
  const machine = createLeanMachine(options);
  const { current, pairOf, received, keyOf, credentialsOf, write, rebuild, newIdentity, clock } = machine;
  return {
    name,
    partition,
    prefixes: options.prefixes,
    clock,
    store: () => leanStore(machine, options.hubKey),
    publicKey: () => pairOf(current().replica).publicKey,
    sign: (data) => pairOf(current().replica).sign(data),
    signAsBefore: (replica, data) => pairOf(replica).sign(data),
    stickMemory: () => machine.disk.memory,
    keepStickMemory: (memory) => void (machine.disk.memory = memory),
    notes: () => machine.disk.notes,
    keepNotes: (notes) => void (machine.disk.notes = notes),
    version: () => machine.disk.version,
    write,
    leaving: (granted) => leavingOf(machine.disk, partition, granted),
    async erase(left) {
      const own = machine.disk.logs.get(logKey(current().replica, left));
      if (own !== undefined && own.received > 0) machine.disk.erased.set(keyOf(own), own.received);
      for (const [key, log] of machine.disk.logs) if (log.partition === left) machine.disk.logs.delete(key);
      rebuild();
    },
    record(kind, id) {
      const found = machine.disk.records.get(id);
      return found?.kind === kind.number ? { alive: isAlive(found.state), values: found.state.values } : null;
    },
    head: (log) => machine.disk.logs.get(log)?.ops.length ?? 0,
    ops: () =>
      [...machine.disk.logs.values()].flatMap((log): SimOp[] =>
        log.ops.map((op) => ({ op, replica: log.replica, partition: log.partition })),
      ),
    received,
    credential: () => credentialsOf(current().replica).sort((a, b) => b.validFrom - a.validFrom)[0] ?? null,
    compact: () => undefined, // it keeps all
    goOn: () => false, // it does all at once
    crash: () => undefined, // nothing is held outside the disk
    upgrade(version) {
      machine.disk.version = version;
      rebuild();
    },
    backUp: () => ({ image: copyOf(machine.disk) }),
    restore({ image }: Image) {
      const { version } = machine.disk;
      machine.disk = { ...copyOf(image as Disk), version }; // made by backUp above
      rebuild();
    },
    renewIdentity() {
      machine.disk.identities = [...machine.disk.identities, newIdentity()];
      machine.disk.notes = { epoch: null, acknowledged: {}, unwanted: {} };
    },
    rebuild,
    desk: () => null,
    close: () => undefined,
  };
}

/** A laptop of a simulated world. */
export const leanLaptop = leanLaptopWith(leanKeys);

/** One whose signatures others check who are not of this world. */
export const signingLaptop = leanLaptopWith(seededKeys);

function leanLaptopWith(keys: Keys): LaptopMaker {
  return ({ version }, place) => createLeanLaptop({ ...place, version, keys });
}
