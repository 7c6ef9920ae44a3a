/** A hub of a few lines beside real stores: what the exchange makes of its answers, and what it asks. */
import { afterEach } from 'vitest';
import { createLogStore } from '#core/store/log-store.ts';
import type { Store } from '#core/store/store.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { ok, type Result } from '#shared/kernel/result.ts';
import { kindsByName } from '#shared/kinds/all-kinds.ts';
import { credentialBytes } from '#shared/sync/credential.ts';
import { exchange, type ExchangeOptions, type ExchangeOutcome, type Transport } from '#shared/sync/exchange.ts';
import {
  BriefRequest,
  type Credential,
  frame,
  logKey,
  protocolVersion,
  SyncRequest,
  type SyncResponse,
  unframe,
} from '#shared/sync/messages.ts';
import type { ReplicaStore } from '#shared/sync/replica-store.ts';
import { readSegmentHeader } from '#shared/sync/segment.ts';
import { byHand } from '#tests/lib/by-hand.ts';
import { startOfTime, temporaryFolder } from '#tests/lib/core.ts';
import { newLaptop, samplePartition } from '#tests/lib/hub-laptop.ts';
import { openTestStore } from '#tests/lib/open-store.ts';

export const hubOwner = newLaptop();

type NewStore = { readonly store: Store; readonly replicaStore: ReplicaStore; readonly log: string };

/** Opens stores that are closed after each test. */
export function storesForEachTest(): () => NewStore {
  const open: Store[] = [];
  afterEach(() => {
    for (const store of open.splice(0)) store.close();
  });
  return () => {
    const directory = temporaryFolder();
    const store = openTestStore(`${directory}/test.db`, { partition: samplePartition });
    open.push(store);
    const replicaStore = logStoreOf(store);
    return { store, replicaStore, log: logKey(replicaStore.replica, samplePartition) };
  };
}

/** The exchange's side of a store, at the tiny hub's owner. */
export function logStoreOf(store: Store): ReplicaStore {
  return createLogStore({
    beside: byHand().beside,
    ...store,
    identity: store.identity(),
    hubKey: () => hubOwner.publicKey,
    roadChanged: () => undefined,
  });
}

/** So many contacts, each an action of its own. */
export function writeContacts(store: Store, count: number): void {
  const kind = kindsByName.get('contact');
  if (kind === undefined) throw new Error('no kind contact');
  for (let index = 0; index < count; index += 1) {
    store.commit(
      [
        {
          kind,
          id: `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
          act: 'set',
          values: { name: `Sample ${index} ${Math.random()}` },
        },
      ],
      null,
    );
  }
}

/** A hub of a few lines: keeps heads only, and answers what the test puts into `reply`. */
export function tinyHub(
  reply: (
    header: SyncRequest,
    seen: { log: string; from: number; to: number }[],
  ) => Partial<SyncResponse> & { bytes?: Uint8Array[] },
  /** Digest of what it holds for the asker. */
  holds: () => string | null = () => null,
) {
  const turns: SyncRequest[] = [];
  const briefs: BriefRequest[] = [];
  const transport: Transport = {
    async send(message): Promise<Result<Uint8Array>> {
      const brief = unframe(message, BriefRequest);
      if (brief.ok) {
        briefs.push(brief.value.header);
        const same = brief.value.header.digest === holds();
        return ok(frame({ protocol: protocolVersion, epoch: 'one', same, time: startOfTime, segments: [] }, []));
      }
      const asked = unframe(message, SyncRequest);
      if (!asked.ok) return asked;
      turns.push(asked.value.header);
      const seen = asked.value.segments.map((bytes) => {
        const read = readSegmentHeader(bytes);
        if (!read.ok) throw new Error('an unreadable segment was sent');
        const { replica, partition, from, to } = read.value.header;
        return { log: logKey(replica, partition), from, to };
      });
      const { bytes = [], ...more } = reply(asked.value.header, seen);
      const header: SyncResponse = {
        protocol: protocolVersion,
        epoch: 'one',
        summary: {},
        heads: {},
        refusals: [],
        credentials: [],
        credentialsAfter: null,
        more: false,
        time: startOfTime,
        laptops: [],
        segments: bytes.map((segment) => segment.length),
        ...more,
      };
      return ok(frame(header, bytes));
    },
  };
  return { transport, turns, briefs };
}

const options = (more: Partial<ExchangeOptions> = {}): ExchangeOptions => ({
  partitions: [samplePartition],
  epoch: null,
  acknowledged: {},
  ...more,
});
/** One exchange with it. */
export const run = (
  store: ReplicaStore,
  transport: Transport,
  more: Partial<ExchangeOptions> = {},
): Promise<ExchangeOutcome> => exchange(store, transport, options(more));

type Known = { readonly replica: string; readonly publicKey: string };
/** `before`: the identity it goes on for. */
export function credentialFor(laptop: Known, before: Known | null = null): Credential {
  const unsigned: Omit<Credential, 'signature'> = {
    serial: laptop.replica.slice(-8),
    replica: laptop.replica,
    publicKey: laptop.publicKey,
    laptop: 'SAMPLE-02',
    roles: ['chair'],
    partitions: [samplePartition],
    ...(before === null ? {} : { succeeds: before.replica }),
    validFrom: 0,
    validUntil: startOfTime * 2,
  };
  return { ...unsigned, signature: bytesToHex(hubOwner.sign(credentialBytes(unsigned))) };
}
