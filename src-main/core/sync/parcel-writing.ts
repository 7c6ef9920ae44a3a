/**
 * Writes what one reader lacks onto a stick: records first, then attachments for as long as there is room. What does not fit is told and goes
 * with the next one.
 */
import { setImmediate } from 'node:timers/promises';
import type { Attachment } from '#shared/files/attachment.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import { chooseFitting, fillParcels } from '#shared/sync/blob-pieces.ts';
import { makeParcel } from '#shared/sync/parcel.ts';
import { parcelName } from '#shared/sync/parcel-file.ts';
import {
  composeParcels,
  coverOf,
  heldByReader,
  markOffered,
  opsBeyond,
  type ParcelOrder,
} from '#shared/sync/parcel-session.ts';
import type { CarriedFiles } from '../files/files-service.ts';
import { sealTo } from './parcel-seal.ts';
import { freeBytes, removeStickFiles, type StickFolder, wrapForStick, writeStickFile } from './stick-files.ts';
import { sha256 } from './stick-scan.ts';
import type { StickStore } from './stick-store-port.ts';

/** What there is for one reader. */
export type Load = {
  readonly changes: number;
  /** Attachments here that it is not known to hold, of those it may see. */
  readonly files: readonly Attachment[];
  readonly order: ParcelOrder;
};

/** What was written. */
export type Written = {
  readonly names: readonly string[];
  readonly bytes: number;
  readonly changes: number;
  /** Attachments that are on the stick whole, and those it had no room for. */
  readonly files: readonly Attachment[];
  readonly left: readonly Attachment[];
  readonly failure: Failure | null;
};

/** Looks up what there is for a reader. */
export function loadFor(store: StickStore, carried: CarriedFiles | null, given: Omit<ParcelOrder, 'blobs'>): Load {
  const { reader, everything } = given;
  const memory = store.stickMemory();
  const here = carried?.here(coverOf(store, memory, reader)) ?? [];
  const order = { ...given, blobs: here.map((file) => file.sha256) };
  const held = new Set(reader === 'hub' ? [] : (carried?.heldBy(reader) ?? []));
  const isThere = (file: Attachment): boolean =>
    reader === 'hub' ? carried?.isAtHub(file.sha256) === true : held.has(file.sha256);
  return {
    order,
    changes: opsBeyond(store, heldByReader(store, memory, order)),
    files: everything ? here : here.filter((file) => !isThere(file)),
  };
}

/** Writes it, and removes what an earlier, longer delivery to the same reader has left. Failure: `sync/stopped`. */
export async function writeLoad(
  { store, signal }: { readonly store: StickStore; readonly signal: AbortSignal },
  carried: CarriedFiles | null,
  { order, files }: Load,
  to: {
    readonly folder: StickFolder;
    readonly recipient: string;
    /** Where this laptop's own records live: from there attachments are referred to. */
    readonly partition: string;
    readonly onProgress: (changes: number, bytes: number) => void;
  },
): Promise<Result<Written>> {
  const { folder } = to;
  const names: string[] = [];
  let [bytes, changes] = [0, 0];

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
    if (!written.ok) return ok({ names, bytes, changes, files: [], left: files, failure: written.error });
    changes += parcel.ops;
    store.setStickMemory(markOffered(store, store.stickMemory(), parcel.upTo));
    to.onProgress(changes, 0);
  }
  const [first = ''] = names;
  await removeStickFiles(folder.path, first.slice(0, first.lastIndexOf('-') + 1), names);

  const { chosen } = chooseFitting(
    files.map(({ sha256: digest, bytes: length }) => ({ sha256: digest, bytes: length, partition: to.partition })),
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
    for (const blob of filled.whole) whole.add(blob.sha256);
    done += filled.contents.reduce((sum, content) => sum + content.length, 0);
    to.onProgress(changes, done);
  }
  const isOn = (file: Attachment): boolean => whole.has(file.sha256);
  const left = files.filter((file) => !isOn(file));
  return ok({ names, bytes, changes, files: files.filter(isOn), left, failure });
}
