/**
 * Attachments on a stick: which of them go along, how they are cut into pieces that fit a parcel, and what of a piece is new where
 * it arrives. The same for laptop and hub; rights, disks and files are theirs.
 */
import { z } from 'zod';
import { Sha256 } from '../kernel/hex.ts';
import { bytesToHex } from '../kernel/ids.ts';
import { utf8 } from '../kernel/utf8.ts';
import { BlobOffer } from './hub-http.ts';
import type { Refusal } from './messages.ts';
import type { Hash } from './op.ts';

/** A piece of a blob: where it begins; its length is that of the content. `partition`: from where it is referred to, for the hub. */
export const BlobPiece = BlobOffer.extend({ offset: z.int().min(0) });
export type BlobPiece = z.infer<typeof BlobPiece>;

/** Digests in one parcel. */
export const maxBlobsNamed = 20_000;
export const BlobsNamed = z.array(Sha256).max(maxBlobsNamed);

/**
 * What stands in `blobs` of the hub's parcels for a reference, beside the blob's own digest: that the hub holds a blob does not say that it
 * is referred to from each partition where a record here names it. Who does not know of these names meets a digest of nothing.
 */
export function referenceName({ sha256, partition }: Pick<BlobOffer, 'sha256' | 'partition'>, hash: Hash): string {
  return bytesToHex(hash(utf8(`komissiya reference|${sha256}|${partition}`)));
}

/**
 * What the hub's answer on a stick says of an attachment it did not take, among the refusals of segments: `blob ‹sha256›` stands for the
 * log. `reason`: as the hub names it, without a domain. That a laptop's room is used up reads as `too-large`, as of a segment.
 */
export function blobRefusal(sha256: string, reason: string): Refusal {
  return { log: `blob ${sha256}`, from: 0, reason: refusalReasons.get(reason) ?? 'garbage' };
}
const refusalReasons: ReadonlyMap<string, Refusal['reason']> = new Map([
  ['over-quota', 'too-large'],
  ['bad-hash', 'altered'],
  ['wrong-partition', 'wrong-partition'],
]);

/** The digest of the attachment a refusal is about; null where it is about a segment. */
export function refusedBlob({ log }: Refusal): string | null {
  return /^blob ([0-9a-f]{64})$/.exec(log)?.[1] ?? null;
}

/** References in one parcel: each may need two names. */
export const maxReferencesNamed = maxBlobsNamed / 2;

/** How the hub names what it holds: every blob, then from where each is referred to. */
export function nameReferences(references: readonly BlobOffer[], hash: Hash): string[] {
  const blobs = new Set(references.map(({ sha256 }) => sha256));
  return [...blobs, ...references.map((reference) => referenceName(reference, hash))];
}

/** Bytes of pieces in one parcel. */
const bytesPerParcel = 2 * 1024 * 1024;
const piecesPerParcel = 500;
/** What a stick is never filled with attachments beyond, bytes free: the records of the next office, and the answers, must still fit. */
const keptFree = 16 * 1024 * 1024;
/** What seal and container add to a blob, at most. */
const wrapping = (bytes: number): number => Math.ceil(bytes / 1000) + 4096;

/** The blobs that fit where so many bytes are free, the smaller ones first so that most are there whole. */
export function chooseFitting(blobs: readonly BlobOffer[], free: number): readonly BlobOffer[] {
  const sorted = [...blobs].sort((a, b) => a.bytes - b.bytes || (a.sha256 < b.sha256 ? -1 : 1));
  let room = free - keptFree;
  const end = sorted.findIndex(({ bytes }) => (room -= bytes + wrapping(bytes)) < 0);
  return end < 0 ? sorted : sorted.slice(0, end);
}

type Filled = {
  readonly pieces: readonly BlobPiece[];
  readonly contents: readonly Uint8Array[];
  /** Blobs that are whole with this parcel. */
  readonly whole: readonly BlobOffer[];
};

/**
 * Cuts blobs into parcels, in order. `read` gives the bytes from one place to another (the last one not included); null where the blob
 * cannot be read: it is left out.
 */
export async function* fillParcels(
  blobs: readonly BlobOffer[],
  read: (blob: BlobOffer, from: number, to: number) => Promise<Uint8Array | null>,
): AsyncGenerator<Filled, void> {
  let pieces: BlobPiece[] = [];
  let contents: Uint8Array[] = [];
  let whole: BlobOffer[] = [];
  let room = bytesPerParcel;
  for (const blob of blobs) {
    for (let offset = 0; offset < blob.bytes; ) {
      const to = Math.min(blob.bytes, offset + room);
      const content = await read(blob, offset, to);
      if (content?.length !== to - offset) break;
      pieces.push({ ...blob, offset });
      contents.push(content);
      room -= content.length;
      offset = to;
      if (offset === blob.bytes) whole.push(blob);
      if (room > 0 && pieces.length < piecesPerParcel) continue;
      yield { pieces, contents, whole };
      [pieces, contents, whole, room] = [[], [], [], bytesPerParcel];
    }
  }
  if (pieces.length > 0) yield { pieces, contents, whole };
}

/** What of a piece goes in behind `held` bytes of its blob: the rest of it, `gap` where something before it is missing, `held` where nothing is new. */
export function restOfPiece(piece: BlobPiece, content: Uint8Array, held: number): Uint8Array | 'gap' | 'held' {
  if (held < piece.offset) return 'gap';
  const rest = content.subarray(held - piece.offset);
  return rest.length === 0 ? 'held' : rest;
}

/** Whether a piece lies within its blob. */
export function isPlausible(piece: BlobPiece, content: Uint8Array): boolean {
  return content.length > 0 && piece.offset + content.length <= piece.bytes;
}
