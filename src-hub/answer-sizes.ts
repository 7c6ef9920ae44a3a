/**
 * How much one answer of the exchange may bring a laptop. Over a line that breaks before an answer has arrived the laptop asks again from the
 * same place, for ever if the answer is the same: so the next is a quarter as large, and grows again with each that arrives.
 *
 * In memory, per process: what is forgotten begins large again.
 */
import { bytesToHex } from '#shared/kernel/ids.ts';
import { utf8 } from '#shared/kernel/utf8.ts';
import type { Summary } from '#shared/sync/messages.ts';
import { sha256 } from './hub-crypto.ts';
import { answerBytes } from './log-archive.ts';

/** Bytes of segments in the smallest answer. */
const leastBytes = 16 * 1024;
/** No more laptops than this are remembered; beyond it all begin large again. */
const maxLaptops = 20_000;

export type AnswerSizes = {
  /** The answer to a laptop that says it holds this: at most `limit` bytes; `answered` is told how many they were. */
  next(replica: string, held: Summary): { readonly limit: number; answered(bytes: number): void };
};

/** Makes the memory. */
export function createAnswerSizes(): AnswerSizes {
  const last = new Map<string, { readonly held: string; readonly bytes: number; readonly limit: number }>();

  function limitFor(replica: string, held: string): number {
    const before = last.get(replica);
    if (before === undefined) return answerBytes;
    // Nothing of the last answer is there.
    if (before.held === held) return Math.max(leastBytes, Math.floor(Math.min(before.limit, before.bytes) / 4));
    return Math.min(answerBytes, before.limit * 2);
  }

  return {
    next(replica, summary) {
      const held = bytesToHex(sha256(utf8(JSON.stringify(summary))));
      const limit = limitFor(replica, held);
      return {
        limit,
        answered(bytes) {
          // One that brought nothing says nothing about the line.
          if (bytes === 0) return;
          if (last.size >= maxLaptops) last.clear();
          last.set(replica, { held, bytes, limit });
        },
      };
    },
  };
}
