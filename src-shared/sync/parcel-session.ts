/**
 * A laptop's side of the exchange by parcels (specification: parcel.ts): what goes into one, and what one that came
 * changes. Pure but for the store; files, seals and the stick are the host's.
 */
import { err, type Failure, ok, type Result } from '../kernel/result.ts';
import { maxBlobsNamed } from './blob-pieces.ts';
import { coversPartition, isSucceeded, newestFirst, type Verify, withPredecessors } from './credential.ts';
import { hexToBytes } from '../kernel/ids.ts';
import { type Credential, logKey, parseLogKey, type Refusal, type Summary } from './messages.ts';
import {
  type CarriedParcel,
  type ExchangeParcel,
  isParcelSigned,
  makeParcel,
  maxSegmentsPerParcel,
  segmentBytesPerParcel,
} from './parcel.ts';
import type { ReplicaStore } from './replica-store.ts';
import { readSegmentHeader, signedBytes } from './segment.ts';
import type { Succession } from './succession.ts';
import { takeForeignSegment } from './take-segment.ts';

/** What another side last said it holds, in which epoch, and when by its own clock. */
export type Peer = { readonly summary: Summary; readonly epoch: string; readonly at: number };

/** What this laptop remembers of the road by stick. Kept as one JSON text. */
export type StickMemory = {
  /** By `hub` or replica id. */
  readonly peers: { readonly [party: string]: Peer };
  /** Own ops up to here lie in a parcel for the hub, by log: `sent` until the hub says more, or refuses that log. */
  readonly offered: Summary;
  /** Serials of revoked credentials, as the hub said. */
  readonly revoked: readonly string[];
  /** SHA-256 of parcel files taken in, newest last. */
  readonly taken: readonly string[];
};

export const emptyStickMemory: StickMemory = { peers: {}, offered: {}, revoked: [], taken: [] };
const keptTaken = 500;

/** What the road by stick needs of a store beyond the exchange's port. */
export type ParcelStore = ReplicaStore & {
  /** Of logs whose segments here begin later: the seq before the first of them. */
  begins(): Summary;
  /** Of each of this laptop's own logs, how far the hub is known to hold it. */
  received(): Summary;
};

/** The hub both sides belong to, and who reads. */
export type ParcelOrder = {
  /** `hub` or a replica id. */
  readonly reader: string;
  readonly hubKey: string;
  readonly epoch: string;
  readonly now: number;
  /** Everything, not only what the reader is not known to hold. */
  readonly everything: boolean;
  /** Digests of attachments that are here whole, of those the reader may see. */
  readonly blobs: readonly string[];
  readonly sign: (data: Uint8Array) => Uint8Array;
  /** Asked of the hub while this laptop waits to be let in under its new identity. */
  readonly succession?: Succession | null;
};

export type ComposedParcel = {
  readonly message: Uint8Array;
  readonly ops: number;
  /** Highest seq in this parcel, by log. */
  readonly upTo: Summary;
};

/** The credential under which a laptop may write and read now: its newest that is neither revoked nor succeeded. */
export function standingCredential(
  credentials: readonly Credential[],
  revoked: readonly string[],
  replica: string,
): Credential | null {
  const [newest] = newestFirst(credentials.filter((each) => each.replica === replica));
  return newest === undefined || revoked.includes(newest.serial) || isSucceeded(newest, credentials) ? null : newest;
}

/** What the reader is not to be sent, by log: what it holds, its own logs, and logs it may not see. */
export function heldByReader(store: ParcelStore, memory: StickMemory, order: ParcelOrder): Summary {
  const held = order.everything ? {} : (memory.peers[order.reader]?.summary ?? {});
  const visible = visibleTo(store, memory, order.reader);
  const hidden = Object.keys(store.summary()).filter(
    (log) => !visible(log) || parseLogKey(log).replica === order.reader,
  );
  return { ...held, ...Object.fromEntries(hidden.map((log) => [log, Number.MAX_SAFE_INTEGER])) };
}

/** The higher seq of each log. */
export function furthest(a: Summary, b: Summary): Summary {
  const all = { ...a };
  for (const [log, seq] of Object.entries(b)) all[log] = Math.max(seq, all[log] ?? 0);
  return all;
}

/** Whether somebody who holds so much lacks what lies before where segments begin. */
export function lacksBeginnings(begins: Summary, held: Summary): boolean {
  return Object.entries(begins).some(([log, seq]) => (held[log] ?? 0) < seq);
}

/** The parcels for a reader, one after the other: at least one, which also tells what this side holds. */
export function* composeParcels(
  store: ParcelStore,
  memory: StickMemory,
  order: ParcelOrder,
): Generator<ComposedParcel, void, undefined> {
  // Before where its segments begin this laptop has none: who lacks that as well gets it from the hub.
  let held = furthest(store.begins(), heldByReader(store, memory, order));
  const visible = visibleTo(store, memory, order.reader);
  const summary = Object.fromEntries(Object.entries(store.summary()).filter(([log]) => visible(log)));
  const begins = Object.fromEntries(Object.entries(store.begins()).filter(([log]) => visible(log)));
  const credentials = store.credentials();
  /** A hub that was put back from a backup may have forgotten whom it signed them for. */
  const ofWriters = (segments: readonly { readonly log: string }[]): Credential[] => {
    const writers = segments.map(({ log }) => parseLogKey(log).replica).filter((each) => each !== store.replica);
    return withPredecessors(credentials, writers);
  };
  let proofs = signedByReader(store, order.reader);
  for (let isFirst = true; ; isFirst = false) {
    const segments = store.segmentsBeyond(held, segmentBytesPerParcel).slice(0, maxSegmentsPerParcel - proofs.length);
    if (segments.length === 0 && !isFirst) return;
    const upTo: Summary = {};
    for (const { log, to } of segments) upTo[log] = to;
    const message = makeParcel(
      {
        what: 'exchange',
        hubKey: order.hubKey,
        writer: store.replica,
        reader: order.reader,
        madeAt: order.now,
        epoch: order.epoch,
        summary,
        heads: {},
        credentials: (order.reader === 'hub' ? ofWriters(segments) : credentials).slice(0, 2000),
        succession: order.reader === 'hub' ? (order.succession ?? null) : null,
        revoked: [],
        refusals: [],
        laptops: [],
        blobs: order.blobs.slice(0, maxBlobsNamed),
        begins,
      },
      [...proofs, ...segments.map(({ bytes }) => bytes)],
      order.sign,
    );
    proofs = [];
    const ops = segments.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    yield { message, ops, upTo };
    held = { ...held, ...upTo };
  }
}

function visibleTo(store: ParcelStore, memory: StickMemory, reader: string): (log: string) => boolean {
  const covers = coverOf(store, memory, reader);
  return (log) => covers(parseLogKey(log).partition);
}

/** Whether a reader may see what is in a partition. */
export function coverOf(store: ParcelStore, memory: StickMemory, reader: string): (partition: string) => boolean {
  if (reader === 'hub') return () => true;
  const credential = standingCredential(store.credentials(), memory.revoked, reader);
  return (partition) => credential !== null && coversPartition(credential, partition);
}

/** The last link of each of the reader's own logs as held here: what it signed, so that it sees at once whether it still holds it. */
function signedByReader(store: ParcelStore, reader: string): Uint8Array[] {
  const held = store.summary();
  const nothing = Object.fromEntries(Object.keys(held).map((log) => [log, Number.MAX_SAFE_INTEGER]));
  return Object.entries(held).flatMap(([log, seq]) => {
    if (parseLogKey(log).replica !== reader) return [];
    return store.segmentsBeyond({ ...nothing, [log]: seq - 1 }, 1).map(({ bytes }) => bytes);
  });
}

export type ParcelReader = {
  readonly hubKey: string;
  readonly partitions: readonly string[];
  readonly now: number;
  readonly verify: Verify;
  readonly onProgress?: (done: number, total: number) => void;
  /** Awaited between segments so that the host's event loop gets its turn. */
  readonly breathe?: () => Promise<void>;
  readonly signal?: { readonly aborted: boolean };
};

/** What a parcel changed, complete or not. */
export type ParcelOutcome = {
  readonly writer: string;
  /** Ops that were new here. */
  readonly received: number;
  readonly refusedHere: readonly { readonly log: string; readonly failure: Failure }[];
  /** What the hub did not take of this laptop, `gap` apart. */
  readonly refusals: readonly Refusal[];
  readonly memory: StickMemory;
  /** The other side holds another continuation of this laptop's own log: this store is an old copy. */
  readonly isForked: boolean;
  /** This laptop's own credential is revoked, as the hub says; `isSucceeded`: because a copy of it goes on in its place. */
  readonly isRevoked: boolean;
  readonly isSucceeded: boolean;
  /** Why it ended early. */
  readonly failure: Failure | null;
};

/**
 * Takes an exchange parcel in. Failures, with nothing taken: `stick/other-hub`, `stick/not-for-us`, `stick/forged`,
 * `stick/revoked-writer`, `stick/unknown-writer`, `stick/expired-writer`, `sync/bad-credential`.
 */
export async function takeParcel(
  store: ParcelStore,
  memory: StickMemory,
  parcel: { readonly header: ExchangeParcel; readonly segments: readonly Uint8Array[] },
  reader: ParcelReader,
): Promise<Result<ParcelOutcome>> {
  const { header, segments } = parcel;
  const proved = proveWriter(store, memory, header, reader);
  if (!proved.ok) return proved;
  const added = store.addCredentials(header.credentials);
  if (!added.ok) return added;

  const isHub = header.writer === 'hub';
  const peer = movedOn(memory.peers[header.writer], header, isHub);
  const isNewEpoch = isHub && memory.peers['hub'] !== undefined && peer.epoch !== memory.peers['hub'].epoch;
  const next: StickMemory = {
    ...memory,
    peers: { ...memory.peers, [header.writer]: peer },
    offered: isNewEpoch ? {} : stillOffered(memory.offered, isHub && header.madeAt >= peer.at ? header.refusals : []),
    revoked: isHub ? [...new Set([...memory.revoked, ...header.revoked])] : memory.revoked,
  };
  const isForked = isHub ? store.compareHeads(header.summary, header.heads) : isOldCopy(store, segments, reader.verify);
  // An old copy must not be told that its other self has handed everything over.
  if (isHub && !isForked) acknowledge(store, next, peer.epoch === memory.peers['hub']?.epoch);

  let received = 0;
  const refusedHere: { log: string; failure: Failure }[] = [];
  if (!isHub && !isForked)
    for (const log of claimsBeyond(store, header)) refusedHere.push({ log, failure: { code: 'segment/unproved' } });
  let failure: Failure | null = null;
  for (const [index, bytes] of segments.entries()) {
    await reader.breathe?.();
    if (isHub) await store.prepare?.({ segments: [bytes] });
    if (reader.signal?.aborted === true) failure = { code: 'sync/stopped' };
    if (failure !== null) break;
    const isRefused = (log: string): boolean => refusedHere.some((refused) => refused.log === log);
    const taken = isHub
      ? takeForeignSegment(store, bytes, reader.partitions, isRefused, 'hub')
      : takeFirstHand(store, next, bytes, reader, isRefused);
    received += taken.applied;
    if (taken.failure?.code === 'store/disk-full') failure = taken.failure;
    else if (taken.failure !== null && taken.failure.code !== 'segment/own-log') {
      refusedHere.push({ log: taken.log, failure: taken.failure });
    } else if (taken.branched && taken.applied === 0)
      refusedHere.push({ log: taken.log, failure: { code: 'segment/gap' } });
    reader.onProgress?.(index + 1, segments.length);
  }
  // The hub's word alone may have brought the rights that strays waited for.
  if (received > 0 || isHub) store.takeBack();
  const held = store.credentials();
  const [own] = newestFirst(held.filter((each) => each.replica === store.replica));
  return ok({
    writer: header.writer,
    received,
    refusedHere,
    refusals: isHub ? header.refusals.filter((refusal) => refusal.reason !== 'gap') : [],
    memory: next,
    isForked,
    isRevoked: own !== undefined && next.revoked.includes(own.serial),
    isSucceeded: own !== undefined && isSucceeded(own, held),
    failure,
  });
}

/** Remembers a parcel file as taken in. */
export function rememberTaken(memory: StickMemory, digest: string): StickMemory {
  return { ...memory, taken: [...memory.taken.filter((known) => known !== digest), digest].slice(-keptTaken) };
}

/** Remembers that own ops lie in a written parcel for the hub, and marks them as sent. */
export function markOffered(store: ParcelStore, memory: StickMemory, upTo: Summary): StickMemory {
  const offered = { ...memory.offered };
  for (const [log, seq] of Object.entries(upTo)) {
    if (!store.isOwn(log)) continue;
    store.markSent(log, seq);
    offered[log] = Math.max(offered[log] ?? 0, seq);
  }
  return { ...memory, offered };
}

/**
 * What the hub holds moves the marks; what lies in a parcel beyond that stays on its way. In the epoch known they only move forward: an
 * exchange that broke off has moved them further than is remembered here.
 */
function acknowledge(store: ParcelStore, memory: StickMemory, isEpochKnown: boolean): void {
  const said = memory.peers['hub']?.summary ?? {};
  store.markReceived(isEpochKnown ? furthest(store.received(), said) : said);
  for (const [log, seq] of Object.entries(memory.offered)) if (store.isOwn(log)) store.markSent(log, seq);
}

/** What lies in a parcel of a log that the hub has refused is on no way. */
function stillOffered(offered: Summary, refusals: readonly Refusal[]): Summary {
  const refused = new Set(refusals.filter(({ reason }) => reason !== 'gap').map(({ log }) => log));
  return Object.fromEntries(Object.entries(offered).filter(([log]) => !refused.has(log)));
}

/** Rule 3 of the specification. Another laptop's newest word counts whole: it may have lost what it held. */
function movedOn(known: Peer | undefined, header: ExchangeParcel, isHub: boolean): Peer {
  const said: Peer = { summary: header.summary, epoch: header.epoch, at: header.madeAt };
  if (known === undefined) return said;
  if (!isHub || known.epoch !== said.epoch) return said.at > known.at ? said : known;
  return { summary: furthest(known.summary, said.summary), epoch: known.epoch, at: Math.max(said.at, known.at) };
}

/**
 * Whether another laptop holds what this one has signed and has no more: its own signature over another continuation of its own log is
 * the proof, and nothing else is.
 */
function isOldCopy(store: ParcelStore, segments: readonly Uint8Array[], verify: Verify): boolean {
  const publicKey = store.credentials().find((each) => each.replica === store.replica)?.publicKey;
  if (publicKey === undefined) return false;
  const contradicted = segments.filter((bytes) => {
    const read = readSegmentHeader(bytes);
    if (!read.ok || read.value.header.replica !== store.replica) return false;
    const { partition, to, head, signature } = read.value.header;
    const isSigned = verify(hexToBytes(publicKey), signedBytes(read.value.header), hexToBytes(signature));
    return isSigned && store.contradicts(logKey(store.replica, partition), to, head);
  });
  return contradicted.length > 0;
}

/** This laptop's own logs of which another claims to hold more. */
function claimsBeyond(store: ParcelStore, { summary }: ExchangeParcel): string[] {
  const held = store.summary();
  return Object.entries(summary)
    .filter(
      ([log, seq]) => parseLogKey(log).replica === store.replica && seq > (held[log] ?? 0) && !store.isErased(log),
    )
    .map(([log]) => log);
}

/**
 * Proves a parcel's writer. Failures: `stick/other-hub`, `stick/not-for-us`, `stick/forged`, `stick/revoked-writer`,
 * `stick/unknown-writer`, `stick/expired-writer`.
 */
export function proveWriter(
  store: ParcelStore,
  memory: StickMemory,
  header: CarriedParcel,
  reader: Pick<ParcelReader, 'hubKey' | 'now' | 'verify'>,
): Result<null> {
  if (header.hubKey !== reader.hubKey) return err({ code: 'stick/other-hub' });
  if (header.reader !== store.replica) return err({ code: 'stick/not-for-us' });
  if (header.writer === 'hub') {
    return isParcelSigned(header, reader.hubKey, reader.verify) ? ok(null) : err({ code: 'stick/forged' });
  }
  const held = store.credentials();
  const brought = header.what === 'exchange' ? header.credentials : [];
  const credentials = [...held, ...brought.filter((each) => each.replica === header.writer)];
  if (!credentials.some((each) => each.replica === header.writer)) return err({ code: 'stick/unknown-writer' });
  const credential = standingCredential(credentials, memory.revoked, header.writer);
  if (credential === null) return err({ code: 'stick/revoked-writer' });
  // Its own signature is checked when it is added, right after this and before anything else is believed.
  if (!isParcelSigned(header, credential.publicKey, reader.verify)) return err({ code: 'stick/forged' });
  return reader.now < credential.validUntil ? ok(null) : err({ code: 'stick/expired-writer' });
}

/**
 * A segment that no hub has judged: its writer must not be known as revoked. What an identity wrote that was succeeded is taken: its
 * successor hands it on.
 */
function takeFirstHand(
  store: ParcelStore,
  memory: StickMemory,
  bytes: Uint8Array,
  reader: ParcelReader,
  isRefused: (log: string) => boolean,
): ReturnType<typeof takeForeignSegment> {
  const read = readSegmentHeader(bytes);
  if (read.ok && read.value.header.replica !== store.replica) {
    const { replica, partition } = read.value.header;
    const log = logKey(replica, partition);
    const credentials = store.credentials().filter((each) => each.replica === replica);
    if (credentials.length > 0 && standingCredential(credentials, memory.revoked, replica) === null) {
      return { log, applied: 0, branched: false, failure: { code: 'segment/revoked' } };
    }
  }
  return takeForeignSegment(store, bytes, reader.partitions, isRefused, 'laptop');
}
