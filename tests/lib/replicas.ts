/** Real stores in memory that exchange real segments through a relay that may drop, repeat and reorder. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { createLogStore } from '#core/store/log-store.ts';
import type { Store } from '#core/store/store.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { ok } from '#shared/kernel/result.ts';
import { credentialBytes } from '#shared/sync/credential.ts';
import type { Credential } from '#shared/sync/messages.ts';
import { readSegmentHeader } from '#shared/sync/segment.ts';
import { createSnapshotLoader, type SnapshotLoader } from '#core/store/snapshot-loader.ts';
import type { ReplicaStore } from '#shared/sync/replica-store.ts';
import { byHand } from './by-hand.ts';
import { seededRandom, startOfTime } from './core.ts';
import { openTestStore } from './open-store.ts';

export const partition = 'kz/kz-19/own-simulated';

const hubPair = generateKeyPairSync('ed25519');
export const hubKey = bytesToHex(hubPair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));

/** Signs as the hub that issued the laptops' credentials. */
export const hubSign = (data: Uint8Array): Uint8Array => sign(null, data, hubPair.privateKey);

export type Replica = {
  readonly name: string;
  readonly store: Store;
  readonly log: ReplicaStore;
  readonly snapshots: SnapshotLoader;
  /** This laptop's own idea of the time. */
  readonly clock: { now: number };
  readonly credential: Credential;
};

/** A laptop with a clock `skewMs` off. */
export function createReplica(name: string, skewMs = 0, path = ':memory:'): Replica {
  const clock = { now: startOfTime + skewMs };
  const store = openTestStore(path, { partition, time: { now: () => clock.now }, random: seededRandom(name) });
  const identity = store.identity();
  const log = createLogStore({
    ...store,
    beside: byHand().beside,
    identity,
    hubKey: () => hubKey,
    roadChanged: () => undefined,
  });
  const rest = {
    serial: `serial-${name}`,
    replica: identity.replica,
    publicKey: identity.publicKey,
    laptop: name,
    roles: ['chair' as const],
    partitions: [partition],
    validFrom: 0,
    validUntil: 2 ** 45,
  };
  const credential = { ...rest, signature: bytesToHex(sign(null, credentialBytes(rest), hubPair.privateKey)) };
  const snapshots = createSnapshotLoader({
    ...store,
    hubKey: () => hubKey,
    addCredentials: (credentials) => log.addCredentials(credentials),
  });
  return { name, store, log, snapshots, clock, credential };
}

/** Lets every replica know the others' credentials, as the hub's answers do. */
export function introduce(replicas: readonly Replica[]): void {
  for (const replica of replicas) {
    const added = replica.log.addCredentials(replicas.map((other) => other.credential));
    if (!added.ok) throw new Error(added.error.code);
  }
}

/** What a hub is to the exchange: the segments of every log as they came. */
export type Relay = { readonly segments: Map<string, Uint8Array[]> };

export function createRelay(): Relay {
  return { segments: new Map() };
}

/** What the relay holds without a gap. */
function relaySummary(relay: Relay): { [log: string]: number } {
  const summary: { [log: string]: number } = {};
  for (const [log, segments] of relay.segments) {
    for (const bytes of segments) {
      const read = readSegmentHeader(bytes);
      if (read.ok && read.value.header.from === (summary[log] ?? 0) + 1) summary[log] = read.value.header.to;
    }
  }
  return summary;
}

/** Hands over what the relay lacks, at most `budget` segments of it: a connection may break at any point. */
export function upload(replica: Replica, relay: Relay, budget = Number.POSITIVE_INFINITY): void {
  let left = budget;
  for (const { bytes, log, to } of replica.log.segmentsBeyond(relaySummary(relay), 1)) {
    if (left <= 0) return;
    left -= 1;
    relay.segments.set(log, [...(relay.segments.get(log) ?? []), bytes]);
    replica.log.markSent(log, to);
  }
}

/** Fetches others' segments; `choose` may drop, repeat or reorder them. Only what fits is applied: the rest is refused whole. */
export function download(
  replica: Replica,
  relay: Relay,
  choose: (segments: Uint8Array[]) => Uint8Array[] = (all) => all,
): void {
  const all = [...relay.segments]
    .filter(([log]) => !log.startsWith(replica.log.replica))
    .flatMap(([, segments]) => segments);
  // As the exchange does: a few to a transaction.
  const chosen = choose(all);
  for (let at = 0; at < chosen.length; at += 3) {
    const kept = replica.log.together(() => {
      for (const bytes of chosen.slice(at, at + 3)) {
        const applied = replica.log.applySegment(bytes);
        if (!applied.ok && applied.error.code !== 'segment/gap') throw new Error(applied.error.code);
      }
      return ok(null);
    });
    if (!kept.ok) throw new Error(kept.error.code);
  }
  replica.log.markReceived(relaySummary(relay));
}

/** Exchanges until nobody lacks anything. */
export function settle(replicas: readonly Replica[], relay: Relay): void {
  for (const replica of replicas) {
    let before = -1;
    while (before !== Object.values(relaySummary(relay)).reduce((sum, seq) => sum + seq, 0)) {
      before = Object.values(relaySummary(relay)).reduce((sum, seq) => sum + seq, 0);
      upload(replica, relay);
    }
  }
  for (const replica of replicas) download(replica, relay);
}
