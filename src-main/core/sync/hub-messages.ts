/**
 * Messages of the exchange over a line that may break: what of one has arrived at the hub is not sent again. After a break it goes on at
 * once, and again, for as long as the hub has got further each time (#shared/sync/hub-http.ts, messages).
 */
import { Readable } from 'node:stream';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { err, type Failure, type Result } from '#shared/kernel/result.ts';
import type { Transport } from '#shared/sync/exchange.ts';
import { answerLost } from '#shared/sync/hand-over.ts';
import { hubPaths, messagePath } from '#shared/sync/hub-http.ts';
import { sha256 } from '../store/segment-ports.ts';
import { isLineAway } from './exchange-outcome.ts';
import { packMessage } from './hub-crypto.ts';
import { type HubDoor, maxAnswerBytes } from './hub-door.ts';

/** Shorter ones are sent in one request: a question would cost as much as is lost. Bytes, packed. */
const leastBytes = 4096;

const lostAnswer: Failure = { code: 'sync/hub-unreachable', cause: answerLost };

/** Answers the hub's message. Failures: those of the door. */
export type SendMessage = Transport['send'];

/** Messages through an open door. */
export function createHubMessages(door: HubDoor, idleMs: number): SendMessage {
  /** Whether the hub keeps what has come; null while it has not been asked. */
  let keeps: boolean | null = null;
  /** Whether the hub can be asked on the way, as far as is known. */
  let asks = true;
  /** Digest of a message that may lie there in part. */
  let unfinished: string | null = null;

  /** Sends what the hub lacks of a message; tells from where on it did, null where nothing was sent. */
  async function pour(
    packed: Uint8Array,
    digest: string,
    offset: number | 'ask',
    isLost: boolean,
    onSent: (() => void) | undefined,
  ): Promise<{ answer: Result<Uint8Array>; from: number | null }> {
    let from: number | null = null;
    const contentFrom = (wanted: number): Readable => {
      // All of it had been sent and nothing is there: it may have been taken, and only the answer was lost.
      if (wanted === 0 && isLost) return Readable.from([]);
      from = wanted;
      if (wanted < packed.length) unfinished = digest;
      return Readable.from(wanted < packed.length ? [packed.subarray(wanted)] : []);
    };
    const path = `${messagePath(digest)}?offset=${offset}&bytes=${packed.length}`;
    const content = offset === 'ask' ? contentFrom : contentFrom(offset);
    const isQuestion = offset === packed.length;
    const answer = await door.put(path, content, idleMs, maxAnswerBytes, isQuestion ? undefined : onSent);
    return { answer, from };
  }

  async function sendKept(packed: Uint8Array, onSent: (() => void) | undefined): Promise<Result<Uint8Array>> {
    const digest = bytesToHex(sha256(packed));
    // Put from its end on it is a plain question, answered also by a hub of an earlier version, which would wait for a body to come.
    const question = packed.length;
    let offset: number | 'ask' = keeps === null ? question : unfinished !== digest ? 0 : asks ? 'ask' : question;
    let lost = unfinished === digest ? lostAnswer : null;
    for (let furthest = -1; ; ) {
      const { answer, from } = await pour(packed, digest, offset, lost !== null, onSent);
      if (answer.ok) unfinished = null;
      if (answer.ok || answer.error['reason'] === 'wrong-offset') keeps = true;
      if (answer.ok) return answer;
      const { error } = answer;
      const failed = lost === null ? answer : err(lost);
      if (error['reason'] === 'wrong-offset') {
        const wanted = Number(error['offset']);
        if (wanted === 0 && lost !== null) return err(lostAnswer);
        if (wanted <= furthest) return failed;
        offset = furthest = wanted;
        continue;
      }
      // Something between the two swallows interim answers.
      if (offset === 'ask' && from === null && error.code === 'sync/hub-slow') asks = false;
      const isBroken = isLineAway(error) && error['cause'] !== 'not-a-hub';
      const isFurther = offset !== question && from !== null && (offset !== 'ask' || from > furthest);
      if (!isBroken || !isFurther) return failed;
      if (offset === 'ask') furthest = from ?? furthest;
      lost = error;
      offset = asks ? 'ask' : question;
    }
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
