/**
 * Blobs and the shelf over the road to the hub, as #shared/sync/hub-http.ts describes. Streams both ways: what has gone over
 * a line that breaks is not sent again.
 *
 * Failures: those of the line, and `sync/hub-refused` {reason}: `no-blob`, `bad-range`, `wrong-offset` {offset}, `bad-hash`,
 * `over-quota`, `too-large`, `wrong-partition` …
 */
import type { Readable } from 'node:stream';
import { parseForeignJson } from '#shared/kernel/foreign-json.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import { utf8 } from '#shared/kernel/utf8.ts';
import {
  blobAnswerText,
  type BlobOffer,
  blobPath,
  BlobsResponse,
  BlobState,
  hubPaths,
  type ShelfPack,
  ShelfResponse,
  type SnapshotOffer,
  SnapshotsResponse,
} from '#shared/sync/hub-http.ts';
import { parseMessage, protocolVersion } from '#shared/sync/messages.ts';
import type { HubDoor } from './hub-door.ts';

export type HubBlobs = {
  /** How the hub stands to blobs one would leave there, in the order asked (at most 500). */
  states(offers: readonly BlobOffer[]): Promise<Result<BlobState[]>>;
  /**
   * Sends bytes from `offset` on; `content` begins there and may end before the blob does. Answers how far it has come. After
   * a failure of the line ask `states` how far it came and go on from there.
   */
  put(offer: BlobOffer, offset: number, content: Readable): Promise<Result<BlobState>>;
  /**
   * The same from wherever the hub wants it on, which it is asked for on the way; `contentFrom` is called once, or not at all where the hub
   * wants nothing. After a failure of the line call it again.
   */
  send(offer: BlobOffer, contentFrom: (offset: number) => Readable): Promise<Result<BlobState>>;
  /** Bytes of a blob from `from` to `to` (included; null: to the end). `content`'s errors are told by `failureOf`. */
  get(sha256: string, from: number, to: number | null): Promise<Result<BlobStream>>;
  /** The newest snapshot of each of these partitions that has one. */
  snapshots(partitions: readonly string[]): Promise<Result<SnapshotOffer[]>>;
  /** The packs the operator has published. */
  shelf(): Promise<Result<ShelfPack[]>>;
};

export type BlobStream = {
  readonly from: number;
  /** Bytes that come. */
  readonly length: number;
  /** To be checked against the digest by whoever puts the whole together. */
  readonly content: Readable;
  readonly failureOf: (error: unknown) => Failure;
};

/** Blobs through an open door to the hub. */
export function createHubBlobs(door: HubDoor, idleMs: number): HubBlobs {
  const garbage = err({ code: 'sync/hub-refused', reason: 'garbage' });
  /** Whether the hub can be asked on the way, as far as is known. */
  let asksOnTheWay = true;

  async function upload(
    { sha256, bytes, partition }: BlobOffer,
    offset: number | 'ask',
    content: Readable | ((offset: number) => Readable),
  ): Promise<Result<BlobState>> {
    const query = new URLSearchParams({ offset: String(offset), bytes: String(bytes), partition });
    const answer = await door.put(`${blobPath(sha256)}?${query.toString()}`, content, idleMs);
    if (!answer.ok) return answer;
    const parsed = BlobState.safeParse(parseForeignJson(answer.value));
    return parsed.success ? ok(parsed.data) : garbage;
  }

  async function sendAsked(
    blobs: HubBlobs,
    offer: BlobOffer,
    contentFrom: (offset: number) => Readable,
  ): Promise<Result<BlobState>> {
    const states = await blobs.states([offer]);
    const state = states.ok ? states.value[0] : undefined;
    if (!states.ok || state === undefined) return states.ok ? garbage : states;
    if (state.state === 'held') return ok(state);
    if (state.state !== 'wanted') return err({ code: 'sync/hub-refused', reason: state.state });
    return upload(offer, state.offset, contentFrom(state.offset));
  }

  const blobs: HubBlobs = {
    async states(offers) {
      const request = utf8(JSON.stringify({ protocol: protocolVersion, blobs: offers }));
      const answer = await door.ask(hubPaths.blobs, request, idleMs);
      if (!answer.ok) return answer;
      const parsed = parseMessage(parseForeignJson(answer.value), BlobsResponse);
      if (!parsed.ok) return parsed;
      return parsed.value.blobs.length === offers.length ? ok(parsed.value.blobs) : garbage;
    },
    put: upload,
    async send(offer, contentFrom) {
      if (!asksOnTheWay) return sendAsked(blobs, offer, contentFrom);
      let isBegun = false;
      const sent = await upload(offer, 'ask', (offset) => {
        isBegun = true;
        return contentFrom(offset);
      });
      if (sent.ok || isBegun) return sent;
      const { code, reason, offset } = sent.error;
      // A proxy stands between; or the hub is of an earlier version; or something swallows what it says.
      if (reason === 'wrong-offset') return upload(offer, Number(offset), contentFrom(Number(offset)));
      if (reason !== 'garbage' && code !== 'sync/hub-slow') return sent;
      asksOnTheWay = false;
      return sendAsked(blobs, offer, contentFrom);
    },
    async get(sha256, from, to) {
      const headers = from === 0 && to === null ? {} : { range: `bytes=${from}-${to ?? ''}` };
      const answer = await door.get(blobPath(sha256), headers, idleMs, (length, seal) =>
        blobAnswerText({ sha256, from, length, seal }),
      );
      return answer.ok ? ok({ from, ...answer.value }) : answer;
    },
    async snapshots(partitions) {
      const request = utf8(JSON.stringify({ protocol: protocolVersion, partitions }));
      const answer = await door.ask(hubPaths.snapshots, request, idleMs);
      if (!answer.ok) return answer;
      const parsed = parseMessage(parseForeignJson(answer.value), SnapshotsResponse);
      return parsed.ok ? ok(parsed.value.snapshots) : parsed;
    },
    async shelf() {
      const answer = await door.ask(hubPaths.shelf, utf8(JSON.stringify({ protocol: protocolVersion })), idleMs);
      if (!answer.ok) return answer;
      const parsed = parseMessage(parseForeignJson(answer.value), ShelfResponse);
      return parsed.ok ? ok(parsed.value.packs) : parsed;
    },
  };
  return blobs;
}
