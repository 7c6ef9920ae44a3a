/**
 * Messages of the exchange over a line that may break: what of one has arrived at the hub is not sent again. After a break it goes on at
 * once, and again, for as long as the hub has got further each time (#shared/sync/hub-http.ts, messages).
 */
import { Readable } from 'node:stream';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { err, type Failure, type Result } from '#shared/kernel/result.ts';
import { hubPaths, messagePath } from '#shared/sync/hub-http.ts';
import { sha256 } from '../store/segment-ports.ts';
import { isLineAway } from './exchange-outcome.ts';
import { packMessage } from './hub-crypto.ts';
import { type HubDoor, maxAnswerBytes } from './hub-door.ts';

/** Shorter ones are sent in one request: a question would cost as much as is lost. Bytes, packed. */
const leastBytes = 4096;

/** Answers the hub's message. Failures: those of the door. */
export type SendMessage = (message: Uint8Array) => Promise<Result<Uint8Array>>;

/** Messages through an open door. */
export function createHubMessages(door: HubDoor, idleMs: number): SendMessage {
  /** Whether the hub keeps what has come: null while it has not been asked. */
  let keeps: boolean | null = null;
  /** Digest of a message that may lie there in part. */
  let unfinished: string | null = null;

  /** Sends what the hub lacks of a message; tells from where on it did, null where nothing was sent. */
  async function pour(
    packed: Uint8Array,
    digest: string,
    offset: number | 'ask',
    isLost: boolean,
  ): Promise<{ answer: Result<Uint8Array>; from: number | null }> {
    let from: number | null = null;
    const contentFrom = (wanted: number): Readable => {
      // All of it had been sent and nothing is there: it may have been taken, and only the answer was lost.
      if (wanted === 0 && isLost) return Readable.from([]);
      from = wanted;
      return Readable.from([packed.subarray(wanted)]);
    };
    const path = `${messagePath(digest)}?offset=${offset}&bytes=${packed.length}`;
    const answer = await door.put(path, offset === 'ask' ? contentFrom : contentFrom(offset), idleMs, maxAnswerBytes);
    return { answer, from };
  }

  async function sendKept(packed: Uint8Array): Promise<Result<Uint8Array>> {
    const digest = bytesToHex(sha256(packed));
    let offset: number | 'ask' = keeps === true && unfinished !== digest ? 0 : 'ask';
    let lost: Failure | null = null;
    unfinished = digest;
    for (let furthest = -1; ; ) {
      const { answer, from } = await pour(packed, digest, offset, lost !== null);
      if (answer.ok) unfinished = null;
      if (answer.ok || answer.error['reason'] === 'wrong-offset') keeps = true;
      if (answer.ok) return answer;
      const isOffset = answer.error['reason'] === 'wrong-offset';
      if (!isOffset && !isLineAway(answer.error)) return answer;
      // Where it stands now: as the hub says where a proxy stands between, or as it was asked on the way.
      const reached = isOffset ? Number(answer.error['offset']) : offset === 'ask' ? from : furthest + 1;
      if (reached === null || reached <= furthest || (isOffset && reached === 0 && lost !== null))
        return lost === null ? answer : err(lost);
      furthest = reached;
      if (!isOffset) lost = answer.error;
      offset = isOffset ? reached : 'ask';
    }
  }

  return async (message) => {
    const packed = message.length < leastBytes || keeps === false ? null : packMessage(message);
    if (packed === null || packed.length < leastBytes) return door.ask(hubPaths.sync, message, idleMs);
    const answer = await sendKept(packed);
    // A hub of an earlier version has no such door, and does not sign that it has none.
    if (answer.ok || keeps !== null || answer.error['cause'] !== 'not-a-hub') return answer;
    keeps = false;
    return door.ask(hubPaths.sync, message, idleMs);
  };
}
