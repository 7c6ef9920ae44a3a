/** Takes one parcel file in: its records into the store, its attachments into the files, and the other side's word into the memory. */
import { setImmediate } from 'node:timers/promises';
import type { Logger } from '#shared/kernel/ports.ts';
import type { Failure } from '#shared/kernel/result.ts';
import type { BlobsParcel, ExchangeParcel } from '#shared/sync/parcel.ts';
import { type ParcelReader, proveWriter, rememberTaken, takeParcel } from '#shared/sync/parcel-session.ts';
import type { CarriedFiles } from '../files/files-service.ts';
import { followScopes } from './follow-scopes.ts';
import type { SealKey } from './parcel-seal.ts';
import { readParcelFile, type StickFile, verify } from './stick-scan.ts';
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
  const read = await readParcelFile(file.path, at.key);
  if (!read.ok) return refused(read.error);
  const { header, segments } = read.value;
  if (header.what === 'exchange') return takeExchange(at, enrolment, file.digest, header, segments);
  if (header.what === 'blobs') return takeBlobs(at, enrolment, file.digest, header, segments);
  return refused({ code: 'stick/garbage' });
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
  if (header.writer === 'hub' && !isForked) rememberHubsWord(at, enrolment, header);
  const renewed = followScopes(store, at.now());
  if (renewed !== null) at.logger.info('sync/credential-renewed', { serial: renewed.serial });
  const refusal = refusalByStick(store);
  if (refusal !== null) giveUp(store, refusal);
  if (isForked) at.isOldCopy();
  const of = (code: string): boolean => refusedHere.some((each) => each.failure.code === code);
  const real = refusedHere.filter(({ failure: { code } }) => !['segment/gap', 'segment/unproved'].includes(code));
  const problems: (Failure | null)[] = [
    failure,
    isForked ? { code: 'sync/old-copy' } : null,
    of('segment/unproved') ? { code: 'stick/unproved-claim' } : null,
    isRevoked ? { code: 'sync/revoked' } : null,
    isSucceeded ? { code: 'sync/succeeded' } : refusal,
    refusals[0] === undefined ? null : { code: 'sync/hub-refused', reason: refusals[0].reason },
    real[0] === undefined ? null : { code: 'sync/segment-refused', reason: real[0].failure.code },
  ];
  return {
    received,
    attachments: 0,
    isTaken: failure === null,
    hasGap: of('segment/gap'),
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
  return { received: 0, attachments: whole, isTaken, hasGap, problems };
}

function readerOf(at: ParcelTaking, { hubKey, credential }: Enrolment): ParcelReader {
  return { hubKey, partitions: credential.partitions, now: at.now(), verify };
}

function refused(failure: Failure): TakenFile {
  return { received: 0, attachments: 0, isTaken: false, hasGap: false, problems: [failure] };
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
  });
  if (hub.epoch !== enrolment.epoch) store.setEnrolment({ ...enrolment, epoch: hub.epoch });
}
