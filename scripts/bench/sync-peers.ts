/** Laptops for measuring: the real store, the real exchange and the real road to a real hub, on temporary files. */
import { createHash, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { createCompactor } from '#core/store/compaction.ts';
import { createLogStore } from '#core/store/log-store.ts';
import { createSnapshotLoader } from '#core/store/snapshot-loader.ts';
import { openStore, type Store } from '#core/store/store.ts';
import { coldStart } from '#core/sync/cold-start.ts';
import { createHubTransport, enrolAtHub, type HubTransport } from '#core/sync/hub-transport.ts';
import { bytesToId } from '#shared/kernel/ids.ts';
import { silentLogger } from '#shared/kernel/ports.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import {
  type Begun,
  beginAhead,
  exchange,
  type ExchangeOptions,
  type ExchangeOutcome,
  type Transport,
} from '#shared/sync/exchange.ts';
import { parseInvitation } from '#shared/sync/invitation.ts';
import { protocolVersion, type Summary } from '#shared/sync/messages.ts';
import type { ReplicaStore } from '#shared/sync/replica-store.ts';
import { fromColumnId } from '#core/store/column-id.ts';
import { type Cell, fromColumn } from '#core/store/record-rows.ts';
import { columnName } from '#core/store/tables.ts';
import { byHand } from '#tests/lib/by-hand.ts';
import { BenchContact, type BenchValues, type Edit } from './sync-workload.ts';

const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };
/** Somebody acts: who did it is part of the history. */
const actor = bytesToId(random.bytes(16));
const perCommit = 1000;

export type Peer = {
  readonly store: Store;
  readonly partition: string;
  insert(rows: readonly { readonly id: string; readonly values: BenchValues }[]): void;
  update(edits: readonly Edit[]): void;
  edit(edit: Edit): void;
  enrol(address: string, code: string): Promise<void>;
  /** One whole exchange; answers it and the bytes of all messages there and back, as they travel apart from HTTP's headers. */
  sync(): Promise<{ outcome: ExchangeOutcome; bytes: number }>;
  /** What the app does once nobody acts: copies what was written to its place in the file. */
  rest(): void;
  /** Begins with the hub's snapshot as the app does; answers its bytes. */
  begin(): Promise<number>;
  /** Compacts what the hub's snapshots cover, as if it were old. */
  compact(): Promise<void>;
  /** Of all records: equal on laptops that hold the same. */
  digest(): string;
  /** Bytes of the file that hold something. */
  usedBytes(): number;
  /** Every living record's values, in the order of ids. */
  rows(): Map<string, BenchValues>;
  fileBytes(): number;
  close(): void;
};

export function openPeer(path: string, key: Uint8Array | null, partition = 'kz/kz-19/kz-19-tec_oblast'): Peer {
  const opened = openStore({ path, key }, partition, {
    time: { now: () => Date.now() },
    random,
    logger: silentLogger,
    changed: () => undefined,
    backUp: () => undefined,
    kinds: [...allKinds, BenchContact],
  });
  if (!opened.ok) throw new Error(opened.error.code);
  const store = opened.value;
  let hubKey: string | null = null;
  let acknowledged: Summary = {};
  let epoch: string | null = null;
  let transport: HubTransport | null = null;
  const identity = store.identity();
  // As the app has them from when a store is opened: their statements are made long before an exchange.
  const replica: ReplicaStore = createLogStore({
    db: store.db,
    log: store.log,
    archive: store.archive,
    meta: store.meta,
    committer: store.committer,
    identity,
    hubKey: () => hubKey,
    beside: byHand().beside,
    checkpoints: store.checkpoints,
    roadChanged: () => undefined,
  });
  const snapshots = createSnapshotLoader({
    ...store,
    hubKey: () => hubKey,
    addCredentials: (credentials) => replica.addCredentials(credentials),
  });
  let bytes = 0;
  /** Of the exchange behind a beginning. */
  let begun: Begun | null = null;
  const road: Transport = {
    async send(message, onSent) {
      if (transport === null) throw new Error('not enrolled');
      const answer = await transport.send(message, onSent);
      bytes += message.length + (answer.ok ? answer.value.length : 0);
      return answer;
    },
  };
  const options = (): ExchangeOptions => ({
    partitions: [partition],
    epoch,
    acknowledged,
    breathe: () => setImmediate(undefined),
  });
  const columns = Object.keys(BenchContact.fields).map(columnName).join(', ');
  const selectRows = store.db.prepare(`select id, ${columns} from bench_contact where alive = 1 order by id`).raw();

  return {
    store,
    partition,
    insert(rows) {
      for (let at = 0; at < rows.length; at += perCommit)
        store.commit(
          rows
            .slice(at, at + perCommit)
            .map(({ id, values }) => ({ kind: BenchContact, id, act: 'set' as const, values, isNew: true })),
          actor,
        );
    },
    update(edits) {
      for (let at = 0; at < edits.length; at += perCommit)
        store.commit(
          edits.slice(at, at + perCommit).map(({ id, field, value }) => ({
            kind: BenchContact,
            id,
            act: 'set' as const,
            values: { [field]: value },
          })),
          actor,
        );
    },
    edit({ id, field, value }) {
      store.commit([{ kind: BenchContact, id, act: 'set', values: { [field]: value } }], actor);
    },
    async enrol(address, code) {
      const invitation = parseInvitation(code);
      if (!invitation.ok) throw new Error(invitation.error.code);
      const deps = {
        address,
        replica: identity.replica,
        sign: identity.sign,
        random,
        appVersion: '0.1.0',
        signal: new AbortController().signal,
      };
      const enrolled = await enrolAtHub(deps, invitation.value, {
        protocol: protocolVersion,
        code: invitation.value.digits,
        replica: identity.replica,
        publicKey: identity.publicKey,
        partition,
        role: 'chair',
      });
      if (!enrolled.ok) throw new Error(enrolled.error.code);
      const { tlsKey } = enrolled.value;
      hubKey = enrolled.value.hubKey;
      transport = createHubTransport({ ...deps, hubKey, tlsKey });
    },
    async sync() {
      const outcome = await exchange(replica, road, { ...options(), begun });
      begun = null;
      const moved = bytes;
      bytes = 0;
      if (outcome.failure !== null || outcome.refusals.length > 0 || outcome.refusedHere.length > 0)
        throw new Error(JSON.stringify([outcome.failure, outcome.refusals[0], outcome.refusedHere[0]]));
      ({ acknowledged, epoch } = outcome);
      return { outcome, bytes: moved };
    },
    rest: () => store.checkpoints.now(),
    async begin() {
      if (transport === null) throw new Error('not enrolled');
      const { blobs } = transport;
      let offered = 0;
      const done = await coldStart({
        store: {
          summary: () => replica.summary(),
          snapshots,
        },
        blobs: {
          ...blobs,
          async snapshots(partitions) {
            const offers = await blobs.snapshots(partitions);
            if (offers.ok) offered = offers.value.reduce((sum, offer) => sum + offer.bytes, 0);
            return offers;
          },
        },
        partitions: [partition],
        refused: new Set(),
        signal: { aborted: false },
        breathe: () => setImmediate(undefined),
        handOver: async () => null,
        onProgress: () => undefined,
        askOn: (coming) =>
          beginAhead(replica, road, { ...options(), acknowledged: { ...acknowledged, ...coming } }, coming),
      });
      if (done.refused !== null || done.failure !== null || done.received === 0) throw new Error(JSON.stringify(done));
      acknowledged = { ...acknowledged, ...done.covered };
      begun = done.begun;
      return offered;
    },
    async compact() {
      const offers = await transport?.blobs.snapshots([partition]);
      if (offers?.ok !== true) throw new Error('no snapshots');
      const covered: Summary = Object.assign({}, ...offers.value.map(({ summary }) => summary));
      const compactor = createCompactor({ ...store, time: { now: () => Date.now() + 100 * 86_400_000 } });
      while (compactor.step(covered));
    },
    digest() {
      const hash = createHash('sha256');
      for (const row of selectRows.iterate()) hash.update(JSON.stringify(row));
      return hash.digest('hex');
    },
    usedBytes() {
      const of = (name: string): number => Number(store.db.pragma(name, { simple: true }));
      return (of('page_count') - of('freelist_count')) * of('page_size');
    },
    rows() {
      const rows = selectRows.all() as Cell[][]; // the columns named there
      return new Map(
        rows.map(([id, ...values]) => [
          fromColumnId(id),
          Object.fromEntries(
            Object.entries(BenchContact.fields).map(([name, field], index) => [
              name,
              String(fromColumn(field, values[index] ?? null)),
            ]),
          ),
        ]),
      );
    },
    fileBytes() {
      store.db.pragma('wal_checkpoint(truncate)');
      return statSync(path).size;
    },
    close() {
      transport?.close();
      store.close();
    },
  };
}

/** How long after a tenth of a second into a start a list of fifty records is there, ms. */
export async function firstScreen(peer: Peer): Promise<number> {
  const startedAt = performance.now();
  await sleep(100);
  for (;;) {
    const page = peer.store.queries.list({ kind: BenchContact, locale: 'ru', limit: 50 });
    if (page.rows.length > 0) return performance.now() - startedAt;
    await sleep(10);
  }
}
