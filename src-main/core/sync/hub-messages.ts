/**
 * Messages of the exchange over a line that may break: what of one has arrived at the hub is not sent again (#shared/sync/hub-http.ts, messages).
 */
import { Readable } from 'node:stream';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import type { Transport } from '#shared/sync/exchange.ts';
import { answerLost } from '#shared/sync/hand-over.ts';
import { hubPaths, messagePath } from '#shared/sync/hub-http.ts';
import { sha256 } from '../store/segment-ports.ts';
import { packMessage } from './hub-crypto.ts';
import { type HubDoor, maxAnswerBytes } from './hub-door.ts';
import { type HubUploads, wantedBy } from './hub-uploads.ts';

/** Shorter ones are sent in one request: a question would cost as much as is lost. Bytes, packed. */
const leastBytes = 4096;

const lostAnswer: Failure = { code: 'sync/hub-unreachable', cause: answerLost };

/** Answers the hub's message. Failures: those of the door. */
export type SendMessage = Transport['send'];

/** Messages through an open door. */
export function createHubMessages(door: HubDoor, uploads: HubUploads, idleMs: number): SendMessage {
  /** Whether the hub keeps what has come; null while it has not been asked. */
  let keeps: boolean | null = null;
  /** Digest of a message that may lie there in part. */
  let unfinished: string | null = null;

  async function sendKept(packed: Uint8Array, onSent: (() => void) | undefined): Promise<Result<Uint8Array>> {
    const digest = bytesToHex(sha256(packed));
    let mayBeThere = unfinished === digest;
    const pathFrom = (offset: number | 'ask'): string =>
      `${messagePath(digest)}?offset=${offset}&bytes=${packed.length}`;
    /** Put from its end on it is a plain question, answered also by a hub of an earlier version, which would wait for a body to come. */
    async function question(): Promise<Result<number | { readonly answer: Uint8Array }>> {
      const answer = await door.put(pathFrom(packed.length), null, idleMs, maxAnswerBytes);
      const wanted = wantedBy(answer);
      if (wanted !== null) return ok(wanted);
      return answer.ok ? ok({ answer: answer.value }) : answer;
    }
    function contentFrom(wanted: number): Readable {
      // It had been sent and nothing is there: it may have been taken, and only the answer was lost.
      if (wanted === 0 && mayBeThere) return Readable.from([]);
      mayBeThere = true;
      unfinished = digest;
      return Readable.from(wanted < packed.length ? [packed.subarray(wanted)] : []);
    }

    let begin: number | 'ask' = mayBeThere ? 'ask' : 0;
    if (keeps === null) {
      const wanted = await question();
      if (!wanted.ok) return wanted;
      keeps = true;
      if (typeof wanted.value !== 'number') return ok(wanted.value.answer);
      begin = wanted.value;
    }
    const maxAnswer = maxAnswerBytes;
    const answer = await uploads.send({ pathFrom, contentFrom, begin, question, read: ok, maxAnswer, onSent });
    if (answer.ok) unfinished = null;
    return wantedBy(answer) === 0 ? err(lostAnswer) : answer;
  }

  return async (message, onSent) => {
    const packed = message.length < leastBytes || keeps === false ? null : packMessage(message);
    if (packed === null || packed.length < leastBytes) return door.ask(hubPaths.sync, message, idleMs, onSent);
    const answer = await sendKept(packed, onSent);
    // A hub of an earlier version has no such door, and does not sign that it has none.
    if (answer.ok || keeps !== null || answer.error['cause'] !== 'not-a-hub') return answer;
    keeps = false;
    return door.ask(hubPaths.sync, message, idleMs, onSent);
  };
}
