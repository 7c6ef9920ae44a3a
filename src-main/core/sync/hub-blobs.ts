/**
 * Blobs and the shelf over the road to the hub, as #shared/sync/hub-http.ts describes. Streams both ways, which go on by themselves where a
 * line breaks (going-on.ts).
 *
 * Failures: those of the line, and `sync/hub-refused` {reason}: `no-blob`, `bad-range`, `wrong-offset` {offset}, `bad-hash`,
 * `over-quota`, `too-large`, `wrong-partition` …
 */
import type { Readable } from 'node:stream';
import { parseForeignJson } from '#shared/kernel/foreign-json.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
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
import { type Coming, goingOn } from './going-on.ts';
import type { HubDoor } from './hub-door.ts';
import type { HubUploads } from './hub-uploads.ts';

export type HubBlobs = {
  /** How the hub stands to blobs one would leave there, in the order asked (at most 500). */
  states(offers: readonly BlobOffer[]): Promise<Result<BlobState[]>>;
  /**
   * Sends what the hub lacks of a blob. `contentFrom` gives the bytes from there on and is called each time the line is opened for it, or not at
   * all where the hub wants nothing; null gives it up (`sync/stopped`, or a failure of the line). Answers how far it has come, and tells so on
   * the way.
   */
  send(
    offer: BlobOffer,
    contentFrom: (offset: number) => Readable | null,
    onReached?: (offset: number) => void,
  ): Promise<Result<BlobState>>;
  /**
   * Bytes of a blob from `from` to `to` (included; null: to the end), to be checked against the digest by whoever puts the whole together.
   */
  get(sha256: string, from: number, to: number | null): Promise<Result<Coming>>;
  /** The newest snapshot of each of these partitions that has one. */
  snapshots(partitions: readonly string[]): Promise<Result<SnapshotOffer[]>>;
  /** The packs the operator has published. */
  shelf(): Promise<Result<ShelfPack[]>>;
};

/** Blobs through an open door to the hub. */
export function createHubBlobs(door: HubDoor, uploads: HubUploads, idleMs: number): HubBlobs {
  const garbage = err({ code: 'sync/hub-refused', reason: 'garbage' });

  function pathOf({ sha256, bytes, partition }: BlobOffer, offset: number | 'ask'): string {
    const query = new URLSearchParams({ offset: String(offset), bytes: String(bytes), partition });
    return `${blobPath(sha256)}?${query.toString()}`;
  }

  function readState(answer: Uint8Array): Result<BlobState> {
    const parsed = BlobState.safeParse(parseForeignJson(answer));
    return parsed.success ? ok(parsed.data) : garbage;
  }

  async function states(offers: readonly BlobOffer[]): Promise<Result<BlobState[]>> {
    const request = utf8(JSON.stringify({ protocol: protocolVersion, blobs: offers }));
    const answer = await door.ask(hubPaths.blobs, request, idleMs);
    if (!answer.ok) return answer;
    const parsed = parseMessage(parseForeignJson(answer.value), BlobsResponse);
    if (!parsed.ok) return parsed;
    return parsed.value.blobs.length === offers.length ? ok(parsed.value.blobs) : garbage;
  }

  async function question(offer: BlobOffer): Promise<Result<number | { readonly answer: BlobState }>> {
    const asked = await states([offer]);
    const state = asked.ok ? asked.value[0] : undefined;
    if (!asked.ok || state === undefined) return asked.ok ? garbage : asked;
    if (state.state === 'held') return ok({ answer: state });
    return state.state === 'wanted' ? ok(state.offset) : err({ code: 'sync/hub-refused', reason: state.state });
  }

  return {
    states,
    send: (offer, contentFrom, onReached) =>
      uploads.send({
        onReached,
        pathFrom: (offset) => pathOf(offer, offset),
        contentFrom,
        begin: 'ask',
        question: () => question(offer),
        read: readState,
      }),
    async get(sha256, from, to) {
      const open = (at: number): Promise<Result<Coming>> => {
        const headers = at === 0 && to === null ? {} : { range: `bytes=${at}-${to ?? ''}` };
        return door.get(blobPath(sha256), headers, idleMs, (length, seal) =>
          blobAnswerText({ sha256, from: at, length, seal }),
        );
      };
      const first = await open(from);
      return first.ok ? ok(goingOn(first.value, (passed) => open(from + passed))) : first;
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
}
