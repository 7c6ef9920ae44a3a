/**
 * Attachments between the hub and a stick (specification: #shared/sync/parcel.ts, `blobs`). What a stick brings goes the way of an
 * upload over the network: into the laptop's parts, against its quota, and counts when it is whole and has its digest.
 */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ok, type Result } from '#shared/kernel/result.ts';
import { type BlobPiece, chooseFitting, fillParcels, isPlausible, restOfPiece } from '#shared/sync/blob-pieces.ts';
import type { BlobOffer } from '#shared/sync/hub-http.ts';
import type { Credential } from '#shared/sync/messages.ts';
import { type BlobsParcel, makeParcel } from '#shared/sync/parcel.ts';
import type { Blobs, Leaver } from './blobs.ts';
import { holdBody } from './held-body.ts';
import type { HubIdentity } from './identity.ts';
import { refusalReason } from './refusal-reason.ts';

/** What came of the pieces of a parcel. */
export type TakenPieces = {
  /** Attachments that are whole now and were not before. */
  readonly whole: number;
  /** Which were refused, piece by piece, and why: without a domain, `over-quota`, `bad-hash` … */
  readonly refused: readonly { readonly sha256: string; readonly reason: string }[];
  /** Something before one of them is missing yet. */
  readonly hasGap: boolean;
};

/** Of these a stick is filled at most. */
const mostOnStick = 20_000;

export type StickBlobs = ReturnType<typeof createStickBlobs>;

export function createStickBlobs(deps: { blobs: Blobs; identity: HubIdentity }) {
  const { blobs, identity } = deps;

  /** Takes the pieces of a proved parcel, from this laptop. */
  async function take(leaver: Leaver, { pieces }: BlobsParcel, contents: readonly Uint8Array[]): Promise<TakenPieces> {
    let [whole, hasGap] = [0, false];
    const refused: { sha256: string; reason: string }[] = [];
    const refuse = ({ sha256 }: BlobPiece, reason: string): void => void refused.push({ sha256, reason });
    for (const [index, piece] of pieces.entries()) {
      const content = contents[index];
      if (content === undefined || !isPlausible(piece, content)) {
        refuse(piece, 'garbage');
        continue;
      }
      const taken = await takePiece(leaver, piece, content);
      if (!taken.ok) refuse(piece, refusalReason(taken.error));
      else if (taken.value === 'gap') hasGap = true;
      else if (taken.value === 'whole') whole += 1;
    }
    return { whole, refused, hasGap };
  }

  /** Failures: those of `Blobs.take`. */
  async function takePiece(
    leaver: Leaver,
    { offset, ...offer }: BlobPiece,
    content: Uint8Array,
  ): Promise<Result<'whole' | 'taken' | 'held' | 'gap'>> {
    const state = await blobs.stateOf(leaver, offer);
    if (state.state === 'held') return ok('held');
    const rest = restOfPiece({ ...offer, offset }, content, state.offset);
    if (typeof rest === 'string') return ok(rest);
    const body = holdBody(Readable.from([rest]), (wanted) => wanted === state.offset);
    const taken = await blobs.take(leaver, offer, body);
    return taken.ok ? ok(taken.value.state === 'held' ? 'whole' : 'taken') : taken;
  }

  /** What a laptop may have and does not hold. */
  async function lackedBy(credential: Credential, held: readonly string[]): Promise<BlobOffer[]> {
    const has = new Set(held);
    const all = await blobs.within(credential.partitions, mostOnStick);
    return all.filter(({ sha256 }) => !has.has(sha256));
  }

  /** The parcels for a laptop with as many of these as fit where so many bytes are free, and how many are whole with each. */
  async function* compose(
    credential: Credential,
    lacked: readonly BlobOffer[],
    free: number,
  ): AsyncGenerator<{ message: Uint8Array; whole: number }> {
    const filled = fillParcels(chooseFitting(lacked, free), async ({ sha256 }, from, to) => {
      const opened = await blobs.open(credential, sha256, { from, to: to - 1 });
      return opened.ok ? buffer(opened.value.content) : null;
    });
    for await (const { pieces, contents, whole } of filled) {
      const message = makeParcel(
        {
          what: 'blobs',
          hubKey: identity.publicKey,
          writer: 'hub',
          reader: credential.replica,
          pieces: [...pieces],
        },
        contents,
        identity.sign,
      );
      yield { message, whole: whole.length };
    }
  }

  return { take, lackedBy, compose };
}
