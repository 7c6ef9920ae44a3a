/** Bytes of a blob to the hub from wherever one likes and as many, which no app sends: it begins where the hub wants them. */
import type { Readable } from 'node:stream';
import { createHubDoor } from '#core/sync/hub-door.ts';
import type { HubTransportDeps } from '#core/sync/hub-transport.ts';
import { createTrustedLine } from '#core/sync/hub-trust.ts';
import { parseForeignJson } from '#shared/kernel/foreign-json.ts';
import { ok, type Result } from '#shared/kernel/result.ts';
import { type BlobOffer, blobPath, BlobState } from '#shared/sync/hub-http.ts';

const idleMs = 10_000;

export type BlobPut = {
  /** `content` begins at `offset` and may end before the blob does. Answers how far it has come. */
  put(offer: BlobOffer, offset: number, content: Readable): Promise<Result<BlobState>>;
  close(): void;
};

/** Over a line of its own to a hub where the laptop is enrolled. */
export function openBlobPut(deps: HubTransportDeps & { readonly hubKey: string }): BlobPut {
  const line = createTrustedLine(deps, (key) => key === deps.hubKey);
  const door = createHubDoor(deps, line, deps.hubKey);
  return {
    async put({ sha256, bytes, partition }, offset, content) {
      const query = new URLSearchParams({ offset: String(offset), bytes: String(bytes), partition });
      const answer = await door.put(`${blobPath(sha256)}?${query.toString()}`, content, idleMs);
      return answer.ok ? ok(BlobState.parse(parseForeignJson(answer.value))) : answer;
    },
    close: line.close,
  };
}
