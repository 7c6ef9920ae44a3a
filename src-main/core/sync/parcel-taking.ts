/** Takes one parcel file in: its records into the store, its attachments into the files, and the other side's word into the memory. */
import { setImmediate } from 'node:timers/promises';
import type { Logger } from '#shared/kernel/ports.ts';
import type { Failure } from '#shared/kernel/result.ts';
import { refusedBlob } from '#shared/sync/blob-pieces.ts';
import { parseLogKey, type Summary } from '#shared/sync/messages.ts';
import type { BlobsParcel, ExchangeParcel, SnapshotParcel } from '#shared/sync/parcel.ts';
import { type ParcelReader, proveWriter, rememberTaken, takeParcel } from '#shared/sync/parcel-session.ts';
import { openSnapshotHead, type SnapshotHeader, snapshotSummary } from '#shared/sync/snapshot.ts';
import type { CarriedFiles } from '../files/carried-files.ts';
import { verifyByKey, verifySignature } from '../store/identity.ts';
import { segmentPorts } from '../store/segment-ports.ts';
import { isWorth } from './cold-start.ts';
import { refusedHere as refusedOfHub, refusedLogs } from './exchange-outcome.ts';
import { afterErasing, followScopes } from './follow-scopes.ts';
import type { SealKey } from './parcel-seal.ts';
import { readParcelFile, type StickFile } from './stick-scan.ts';
import { giveUp, refusalByStick } from './succeeding.ts';
import type { Enrolment, SyncStore } from './sync-store.ts';

/** What came of one file. */
export type TakenFile = {
  /** Ops and attachments that were new here. */
  readonly received: number;
  readonly attachments: number;
  readonly isTaken: boolean;
  /** Something before what it holds is missing; it may lie in another file. */
  readonly hasGap: boolean;
  /** Where the segments of a laptop begin later (`ExchangeParcel.begins`), and what it is called; null for the hub's. */
  readonly origin: { readonly laptop: string; readonly begins: Summary } | null;
  readonly problems: readonly Failure[];
};

export type ParcelTaking = {
  readonly store: SyncStore;
  readonly signal: AbortSignal;
  readonly carried: CarriedFiles | null;
  readonly key: SealKey;
  readonly now: () => number;
  readonly logger: Logger;
  /** Told when a parcel showed that this store is an old copy: it has to take a new identity. */
  readonly isOldCopy: () => void;
};

export async function takeParcelFile(at: ParcelTaking, file: StickFile & { what: 'parcel' }): Promise<TakenFile> {
  const enrolment = at.store.enrolment();
  if (enrolment === null) return refused({ code: 'sync/not-enrolled' });
  if (!(await afterErasing(at.store, at.signal))) return refused({ code: 'sync/stopped' });
  const read = await readParcelFile(file.path, at.key);
  // What it is called among packs means nothing to who waits for records.
  if (!read.ok) return refused(read.error.code.startsWith('packs/') ? { code: 'stick/damaged' } : read.error);
  const { header, segments } = read.value;
  if (header.what === 'exchange') return takeExchange(at, enrolment, file.digest, header, segments);
  if (header.what === 'blobs') return takeBlobs(at, enrolment, file.digest, header, segments);
  if (header.what === 'snapshot') return takeSnapshot(at, enrolment, file.digest, header, segments);
  return refused({ code: 'stick/garbage' });
}

/** Goes on with a snapshot, or begins one that is worth it. The hub's signature is in its head. */
async function takeSnapshot(
  at: ParcelTaking,
  enrolment: Enrolment,
  digest: string,
  header: SnapshotParcel,
  [head, ...chunks]: readonly Uint8Array[],
): Promise<TakenFile> {
  const { store } = at;
  const done = (received: number, hasGap: boolean): TakenFile => {
    if (!hasGap) store.setStickMemory(rememberTaken(store.stickMemory(), digest));
    return { received, attachments: 0, isTaken: !hasGap, hasGap, origin: null, problems: [] };
  };
  const proved = proveWriter(store, store.stickMemory(), header, readerOf(at, enrolment));
  if (!proved.ok) return refused(proved.error);
  const { hubKey, credential } = enrolment;
  const opened = openSnapshotHead(
    head ?? new Uint8Array(0),
    (data, signature) => verifySignature(hubKey, data, signature),
    segmentPorts,
  );
  if (head === undefined || !opened.ok) return refused({ code: 'stick/damaged' });
  let loading = store.snapshots.loading();
  // Another one is coming: one at a time.
  if (loading !== null && loading.sha256 !== header.sha256) return done(0, true);
  if (loading === null) {
    if (!isWorth({ summary: snapshotSummary(opened.value) }, store.summary(), 1)) return done(0, false);
    const begun = store.snapshots.begin(head, header.sha256, credential.partitions);
    if (!begun.ok) return refused({ code: 'sync/snapshot-refused', reason: begun.error.code });
    loading = begun.value;
  }
  let received = 0;
  while (loading !== null && loading.next >= header.first && chunks[loading.next - header.first] !== undefined) {
    await setImmediate();
    if (at.signal.aborted) return refused({ code: 'sync/stopped' });
    const chunk = chunks[loading.next - header.first] ?? new Uint8Array(0);
    const next: number = loading.next;
    const named: SnapshotHeader = loading.header;
    const taken = store.snapshots.take(chunk);
    if (!taken.ok && taken.error.code.startsWith('snapshot/')) {
      store.snapshots.giveUp();
      return refused({ code: 'sync/snapshot-refused', reason: taken.error.code });
    }
    if (!taken.ok) return refused(taken.error);
    loading = taken.value;
    if (loading?.next !== next) received += named.chunks[next]?.ops ?? 0;
  }
  return done(received, loading !== null && loading.next < header.first);
}

async function takeExchange(
  at: ParcelTaking,
  enrolment: Enrolment,
  digest: string,
  header: ExchangeParcel,
  segments: readonly Uint8Array[],
): Promise<TakenFile> {
  const { store } = at;
  const reader = { ...readerOf(at, enrolment), signal: at.signal, breathe: () => setImmediate(undefined) };
  const outcome = await takeParcel(store, store.stickMemory(), { header, segments }, reader);
  if (!outcome.ok) return refused(outcome.error);
  const { received, refusedHere, refusals, memory, isForked, isRevoked, isSucceeded, failure } = outcome.value;
  if (at.signal.aborted) return refused({ code: 'sync/stopped' });
  store.setStickMemory(failure === null ? rememberTaken(memory, digest) : memory);
  at.carried?.told(header.writer, header.blobs, header.epoch);
  const refusedThere = refusals.map((refusal) => ({ ...refusal, blob: refusedBlob(refusal) }));
  const ofRecords = refusedThere.find(({ blob }) => blob === null);
  const ofFile = refusedThere.find(({ blob, reason }) => blob !== null && reason !== 'too-large');
  const overQuota = refusedThere.flatMap(({ blob, reason }) => (blob !== null && reason === 'too-large' ? [blob] : []));
  if (overQuota.length > 0) at.carried?.refused(overQuota);
  if (header.writer === 'hub' && !isForked) rememberHubsWord(at, enrolment, header);
  const renewed = followScopes(store, at.now());
  const of = (code: string): boolean => refusedHere.some((each) => each.failure.code === code);
  if (header.writer === 'hub' && !isForked) rememberRefused(store, header, renewed !== null);
  if (renewed !== null) {
    at.logger.info('sync/credential-renewed', { serial: renewed.serial });
    // The answer that gives other rights also brings what they are for.
    if (of('segment/not-asked')) {
      const again = await takeExchange(at, { ...enrolment, credential: renewed }, digest, header, segments);
      return { ...again, received: received + again.received };
    }
  }
  const refusal = refusalByStick(store);
  if (refusal !== null) giveUp(store, refusal);
  if (isForked) at.isOldCopy();
  const real = refusedHere.filter(({ failure: { code } }) => !['segment/gap', 'segment/unproved'].includes(code));
  // What another laptop's stick says of a log that parted is for the hub to settle, and no news yet.
  const refusedOf = (each: (typeof real)[number]): Failure =>
    header.writer === 'hub' ? refusedOfHub(store, each) : { code: 'sync/segment-refused', reason: each.failure.code };
  const problems: (Failure | null)[] = [
    failure,
    isForked ? { code: 'sync/old-copy' } : null,
    of('segment/unproved') ? { code: 'stick/unproved-claim' } : null,
    isRevoked ? { code: 'sync/revoked' } : null,
    isSucceeded ? { code: 'sync/succeeded' } : refusal,
    ofRecords === undefined
      ? null
      : { code: 'sync/hub-refused', reason: ofRecords.reason, partition: parseLogKey(ofRecords.log).partition },
    overQuota.length === 0 ? null : { code: 'files/over-quota' },
    ofFile === undefined ? null : { code: 'files/hub-refused', reason: ofFile.reason },
    real[0] === undefined ? null : refusedOf(real[0]),
  ];
  return {
    received,
    attachments: 0,
    isTaken: failure === null,
    hasGap: of('segment/gap'),
    origin: originOf(store, header),
    problems: problems.filter((problem) => problem !== null),
  };
}

async function takeBlobs(
  at: ParcelTaking,
  enrolment: Enrolment,
  digest: string,
  header: BlobsParcel,
  contents: readonly Uint8Array[],
): Promise<TakenFile> {
  const { store, carried } = at;
  const proved = proveWriter(store, store.stickMemory(), header, readerOf(at, enrolment));
  if (!proved.ok) return refused(proved.error);
  if (carried === null) return refused({ code: 'sync/stopped' });
  const { whole, hasGap, problems } = await carried.take(
    header.pieces.flatMap((piece, index) => {
      const content = contents[index];
      return content === undefined ? [] : [{ piece, content }];
    }),
  );
  if (at.signal.aborted) return refused({ code: 'sync/stopped' });
  const isTaken = problems.length === 0;
  if (isTaken) store.setStickMemory(rememberTaken(store.stickMemory(), digest));
  return { received: 0, attachments: whole, isTaken, hasGap, origin: null, problems };
}

function originOf(store: SyncStore, { writer, begins }: ExchangeParcel): TakenFile['origin'] {
  if (writer === 'hub') return null;
  return { laptop: store.credentials().find(({ replica }) => replica === writer)?.laptop ?? '', begins };
}

function readerOf(at: ParcelTaking, { hubKey, credential }: Enrolment): ParcelReader {
  return { hubKey, partitions: credential.partitions, now: at.now(), verify: verifyByKey };
}

function refused(failure: Failure): TakenFile {
  return { received: 0, attachments: 0, isTaken: false, hasGap: false, origin: null, problems: [failure] };
}

/** What the page shows of the hub, and where the next exchange over the network begins. */
function rememberHubsWord({ store, now }: ParcelTaking, enrolment: Enrolment, header: ExchangeParcel): void {
  const hub = store.stickMemory().peers['hub'];
  if (hub === undefined) return;
  const memory = store.syncMemory();
  store.setSyncMemory({
    acknowledged: hub.summary,
    lastContactAt: Math.max(memory?.lastContactAt ?? 0, Math.min(header.madeAt, now())),
    lastTryAt: memory?.lastTryAt ?? null,
    laptops: header.madeAt >= hub.at ? header.laptops : (memory?.laptops ?? []),
    clock: { hub: header.madeAt, from: header.madeAt, until: now() },
    refused: memory?.refused,
  });
  if (hub.epoch !== enrolment.epoch) store.setEnrolment({ ...enrolment, epoch: hub.epoch });
}

/**
 * The hub speaks of what was on the stick it answers. What it refused before it still refuses, until it holds more of it or has given this laptop
 * other rights.
 */
function rememberRefused(store: SyncStore, header: ExchangeParcel, hasOtherRights: boolean): void {
  const [memory, hub] = [store.syncMemory(), store.stickMemory().peers['hub']];
  // A late answer says what is no longer so.
  if (memory === null || hub === undefined || header.madeAt < hub.at) return;
  const said = header.refusals.flatMap((each) =>
    refusedBlob(each) === null && each.reason !== 'gap' ? [each.log] : [],
  );
  const known = hasOtherRights ? undefined : memory.refused;
  const refused = refusedLogs(store, known, { summary: memory.acknowledged, said, asked: false });
  store.setSyncMemory({ ...memory, refused });
}
