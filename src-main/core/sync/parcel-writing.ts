/**
 * Writes what one reader lacks onto a stick: records first, then attachments for as long as there is room. What does not fit is told and goes
 * with the next one.
 */
import { setImmediate } from 'node:timers/promises';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import { chooseFitting, fillParcels } from '#shared/sync/blob-pieces.ts';
import { opsBeyond } from '#shared/sync/hand-over.ts';
import { makeParcel, maxSegmentsPerParcel, segmentBytesPerParcel } from '#shared/sync/parcel.ts';
import { parcelName } from '#shared/sync/parcel-file.ts';
import {
  composeParcels,
  coverOf,
  furthest,
  heldByReader,
  lacksBeginnings,
  markOffered,
  type ParcelOrder,
} from '#shared/sync/parcel-session.ts';
import { snapshotSummary } from '#shared/sync/snapshot.ts';
import type { CarriedFiles } from '../files/carried-files.ts';
import { placeName, type PlacedFile } from '../store/files-queries.ts';
import type { HeldSnapshot } from '../store/snapshot-loader.ts';
import { sha256 } from '../store/segment-ports.ts';
import { sealTo } from './parcel-seal.ts';
import { freeBytes, removeStickFiles, type StickFolder, wrapForStick, writeStickFile } from './stick-files.ts';
import type { SyncStore } from './sync-store.ts';

/** What there is for one reader. */
export type Load = {
  readonly changes: number;
  /** Of the changes, those the hub, whom they are for, has refused. */
  readonly refused: number;
  /** Attachments here that it is not known to hold, of those it may see; for the hub once for each partition they are referred to from. */
  readonly files: readonly PlacedFile[];
  /** It is not known to hold what lies before the segments of some log here: that only the hub can give. */
  readonly needsHub: boolean;
  /** Those that give it what lies before the segments here. */
  readonly snapshots: readonly HeldSnapshot[];
  readonly order: ParcelOrder;
};

/** What was written. */
export type Written = {
  readonly names: readonly string[];
  readonly bytes: number;
  readonly changes: number;
  /** Attachments that are on the stick whole, and those it had no room for. */
  readonly files: readonly PlacedFile[];
  readonly left: readonly PlacedFile[];
  readonly failure: Failure | null;
};

/** Looks up what there is for a reader. */
export function loadFor(store: SyncStore, carried: CarriedFiles | null, given: Omit<ParcelOrder, 'blobs'>): Load {
  const { reader, everything } = given;
  const memory = store.stickMemory();
  const placed = carried?.here(coverOf(store, memory, reader)) ?? [];
  const once = [...new Map(placed.map((file) => [file.sha256, file])).values()];
  const here = reader === 'hub' ? placed : once;
  const order = { ...given, blobs: once.map((file) => file.sha256) };
  const heldThere = new Set(reader === 'hub' ? [] : (carried?.heldBy(reader) ?? []));
  const isThere = (file: PlacedFile): boolean =>
    reader === 'hub' ? carried?.isAtHub(file) === true : heldThere.has(file.sha256);
  const held = heldByReader(store, memory, order);
  const begins = store.begins();
  const snapshots =
    reader === 'hub'
      ? []
      : store.snapshots.toHandOn().filter(({ header }) => lacksBeginnings(snapshotSummary(header), held));
  const refusedLogs = reader === 'hub' ? (store.syncMemory()?.refused ?? {}) : {};
  const isRefused = ([log]: [string, number]): boolean => Object.hasOwn(refusedLogs, log);
  const summary = store.summary();
  const covered = snapshots.map(({ header }) => snapshotSummary(header)).reduce(furthest, held);
  return {
    order,
    snapshots,
    changes: opsBeyond(summary, furthest(begins, held)),
    refused: opsBeyond(Object.fromEntries(Object.entries(summary).filter(isRefused)), furthest(begins, held)),
    needsHub: reader !== 'hub' && lacksBeginnings(begins, covered),
    files: everything ? here : here.filter((file) => !isThere(file)),
  };
}

/** Writes it, and removes what an earlier, longer delivery to the same reader has left. Failure: `sync/stopped`. */
export async function writeLoad(
  { store, signal }: { readonly store: SyncStore; readonly signal: AbortSignal },
  carried: CarriedFiles | null,
  { order, files, snapshots }: Load,
  to: {
    readonly folder: StickFolder;
    readonly recipient: string;
    readonly onProgress: (changes: number, bytes: number) => void;
  },
): Promise<Result<Written>> {
  const { folder } = to;
  const names: string[] = [];
  let [bytes, changes] = [0, 0];
  const stopped = (failure: Failure): Result<Written> => ok({ names, bytes, changes, files: [], left: files, failure });

  async function put(message: Uint8Array): Promise<Result<null>> {
    const file = wrapForStick('parcel.age', await sealTo(to.recipient, message));
    const name = parcelName(store.replica, order.reader, names.length + 1, sha256);
    const written = await writeStickFile(folder, name, file);
    if (!written.ok) return written;
    names.push(name);
    bytes += file.length;
    return ok(null);
  }

  for (const parcel of composeParcels(store, store.stickMemory(), order)) {
    await setImmediate();
    if (signal.aborted) return err({ code: 'sync/stopped' });
    const written = await put(parcel.message);
    if (signal.aborted) return err({ code: 'sync/stopped' });
    if (!written.ok) return stopped(written.error);
    changes += parcel.ops;
    store.setStickMemory(markOffered(store, store.stickMemory(), parcel.upTo));
    to.onProgress(changes, 0);
  }
  // Behind the parcel that makes this laptop known to its reader.
  for (const message of snapshotParcels(store.replica, order, snapshots)) {
    await setImmediate();
    if (signal.aborted) return err({ code: 'sync/stopped' });
    const written = await put(message);
    if (!written.ok) return stopped(written.error);
  }
  const [first = ''] = names;
  await removeStickFiles(folder.path, first.slice(0, first.lastIndexOf('-') + 1), names);

  const chosen = chooseFitting(
    files.map(({ sha256: digest, bytes: length, partition }) => ({ sha256: digest, bytes: length, partition })),
    await freeBytes(folder.path),
  );
  const whole = new Set<string>();
  let failure: Failure | null = null;
  let done = 0;
  const read = (blob: { sha256: string }, from: number, end: number): Promise<Uint8Array | null> =>
    carried?.read(blob.sha256, from, end) ?? Promise.resolve(null);
  for await (const filled of fillParcels(chosen, read)) {
    const message = makeParcel(
      {
        what: 'blobs',
        hubKey: order.hubKey,
        writer: store.replica,
        reader: order.reader,
        pieces: [...filled.pieces],
      },
      filled.contents,
      order.sign,
    );
    if (signal.aborted) return err({ code: 'sync/stopped' });
    const written = await put(message);
    if (signal.aborted) return err({ code: 'sync/stopped' });
    if (!written.ok) {
      // Less room than the stick had said: what is on it stays, the rest goes with the next one.
      failure = written.error.code === 'stick/full' ? null : written.error;
      break;
    }
    for (const blob of filled.whole) whole.add(placeName(blob));
    done += filled.contents.reduce((sum, content) => sum + content.length, 0);
    to.onProgress(changes, done);
  }
  const isOn = (file: PlacedFile): boolean => whole.has(placeName(file));
  const left = files.filter((file) => !isOn(file));
  return ok({ names, bytes, changes, files: files.filter(isOn), left, failure });
}

/** Parcels with these snapshots as they came. */
function* snapshotParcels(
  writer: string,
  { hubKey, reader, sign }: ParcelOrder,
  snapshots: readonly HeldSnapshot[],
): Generator<Uint8Array, void, undefined> {
  for (const { sha256: name, head, chunks } of snapshots) {
    for (let first = 0; first < chunks.length; ) {
      const contents = [head];
      let bytes = head.length;
      while (first + contents.length - 1 < chunks.length && contents.length < maxSegmentsPerParcel) {
        const chunk = chunks[first + contents.length - 1]?.() ?? new Uint8Array(0);
        if (contents.length > 1 && bytes + chunk.length > segmentBytesPerParcel) break;
        contents.push(chunk);
        bytes += chunk.length;
      }
      yield makeParcel({ what: 'snapshot', hubKey, writer, reader, sha256: name, first }, contents, sign);
      first += contents.length - 1;
    }
  }
}
