/** A laptop on the desktop's own store, in memory or, once its power went or a backup was put back, on a file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCompactor, keptMs } from '#core/store/compaction.ts';
import { createLogStore } from '#core/store/log-store.ts';
import { createScopes } from '#core/store/scopes.ts';
import { createStickStore } from '#core/store/stick-store.ts';
import { openStore, type Store } from '#core/store/store.ts';
import { silentLogger } from '#shared/kernel/ports.ts';
import { logKey } from '#shared/sync/messages.ts';
import type { StickStore } from '#core/sync/stick-store-port.ts';
import { byHand } from '#tests/lib/by-hand.ts';
import { seededRandom } from '#tests/lib/core.ts';
import type { Image, SimLaptop, SimOp, SyncNotes, VersionName } from './laptop.ts';
import { versions } from './laptop.ts';
import type { LaptopMaker } from './world.ts';

/** Makes laptops whose files lie in one folder; `close` removes it. */
export function storedLaptops(): { make: LaptopMaker; close: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'komissiya-sim-'));
  let files = 0;
  return {
    make: ({ version }, place) =>
      createStoredLaptop({
        ...place,
        version,
        newPath() {
          files += 1;
          return join(directory, `${files}.db`);
        },
      }),
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}

type Disk = { readonly bytes: Buffer; readonly notes: SyncNotes };

function createStoredLaptop(options: {
  readonly name: string;
  readonly partition: string;
  readonly prefixes: readonly string[];
  readonly version: VersionName;
  readonly now: number;
  readonly hubKey: string;
  readonly newPath: () => string;
}): SimLaptop {
  const { name, partition } = options;
  const clock = { now: options.now };
  const random = seededRandom(name);
  let version = options.version;
  let notes: SyncNotes = { epoch: null, acknowledged: {}, unwanted: {} };
  /** Gone with the power. */
  let steps = byHand();
  let opened = open(':memory:');

  function open(path: string): { store: Store; port: StickStore } {
    const result = openStore({ path, key: null }, partition, {
      time: { now: () => clock.now },
      random,
      logger: silentLogger,
      changed: () => undefined,
      backUp: () => undefined,
      kinds: versions[version],
    });
    if (!result.ok) throw new Error(result.error.code);
    return portsOf(result.value);
  }
  /** Anew after the identity has changed. */
  function portsOf(store: Store): { store: Store; port: StickStore } {
    const replicaStore = createLogStore({
      ...store,
      beside: steps.beside,
      identity: store.identity(),
      hubKey: () => options.hubKey,
      roadChanged: () => undefined,
    });
    return { store, port: createStickStore({ ...store, replicaStore }) };
  }
  const bytesOf = (): Buffer => opened.store.db.serialize();
  function reopen(bytes: Buffer): void {
    opened.store.close();
    steps = byHand();
    const path = options.newPath();
    writeFileSync(path, bytes);
    opened = open(path);
  }
  const scopes = () =>
    createScopes({
      ...opened.store,
      logger: silentLogger,
      ownPartition: () => partition,
      acknowledged: () => notes.acknowledged,
      unsentFiles: () => 0,
    });
  const ownLogs = () => opened.store.log.logs().filter((log) => log.replica === opened.store.identity().replica);

  return {
    name,
    partition,
    prefixes: options.prefixes,
    clock,
    store: () => opened.port,
    publicKey: () => opened.store.identity().publicKey,
    sign: (data) => opened.store.identity().sign(data),
    signAsBefore(replica, data) {
      const former = opened.store.formers().find((each) => each.replica === replica);
      if (former === undefined) throw new Error('the key of somebody else');
      return former.sign(data);
    },
    stickMemory: () => opened.port.stickMemory(),
    keepStickMemory: (memory) => opened.port.setStickMemory(memory),
    notes: () => notes,
    keepNotes(kept) {
      notes = kept;
    },
    version: () => version,
    write(changes, at) {
      if (at === partition) return void opened.store.commit(changes, null);
      const { replica } = opened.store.identity();
      opened.store.committer.commit(changes, { replica, partitionOf: () => at, actor: null });
    },
    leaving: (granted) => scopes().leaving(granted),
    erase: (left) => scopes().erase(left),
    record(kind, id) {
      const found = opened.store.queries.get(kind, id);
      return found === null ? null : { alive: !found.removed, values: found.values };
    },
    head(key) {
      const log = opened.store.log.logs().find((each) => logKey(each.replica, each.partition) === key);
      return log === undefined ? 0 : opened.store.log.head(log).seq;
    },
    ops() {
      const ops: SimOp[] = [];
      opened.store.log.forEachOp((op, { replica, partition: of }) => ops.push({ op, replica, partition: of }));
      return ops;
    },
    received: () =>
      Object.fromEntries(
        ownLogs().map((log) => [logKey(log.replica, log.partition), opened.store.log.marks(log).received]),
      ),
    credential() {
      const { replica } = opened.port;
      const own = opened.port.credentials().filter((each) => each.replica === replica);
      return own.sort((a, b) => b.validFrom - a.validFrom)[0] ?? null;
    },
    compact(covered, keptOps) {
      const compactor = createCompactor({ ...opened.store, time: { now: () => clock.now + keptMs + 1 }, keptOps });
      while (compactor.step(covered));
    },
    crash: () => reopen(bytesOf()),
    upgrade(next) {
      version = next;
      reopen(bytesOf());
    },
    backUp: () => ({ image: { bytes: bytesOf(), notes } satisfies Disk }),
    restore({ image }: Image) {
      const disk = image as Disk; // made by backUp above
      reopen(disk.bytes);
      notes = disk.notes;
    },
    renewIdentity() {
      opened.store.renewIdentity();
      opened = portsOf(opened.store);
      notes = { epoch: null, acknowledged: {}, unwanted: {} };
    },
    rebuild() {
      for (const kind of versions[version]) opened.store.committer.rebuild(kind);
      opened.store.desk.rebuild();
    },
    desk: () =>
      (opened.store.db.prepare('select * from desk').all() as object[]).map((row) => JSON.stringify(row)).sort(),
    goOn: () => steps.step(),
    close: () => opened.store.close(),
  };
}
