/**
 * The last large answer given to each laptop, as sealed: whose line broke under it fetches the rest (#shared/sync/hub-http.ts, answers). It can be
 * opened only by who asked.
 */
import type { Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { keptAnswerBytes } from '#shared/sync/hub-http.ts';
import { createShortMemory } from './short-memory.ts';

const mostBytes = 32 * 1024 * 1024;

export type KeptAnswers = {
  /** An answer is on its way. */
  given(replica: string, nonce: string, sealed: Buffer): void;
  /** What of it follows the first so many bytes. Failures: `hub/no-answer`, `hub/bad-range`. */
  rest(replica: string, nonce: string, from: number): Result<Buffer>;
};

export function createKeptAnswers(time: Time): KeptAnswers {
  const memory = createShortMemory<{ readonly nonce: string; readonly sealed: Buffer; readonly length: number }>(
    time,
    mostBytes,
  );
  return {
    given(replica, nonce, sealed) {
      if (sealed.length < keptAnswerBytes) return;
      memory.keep(replica, { nonce, sealed, length: sealed.length });
      memory.sweep();
    },
    rest(replica, nonce, from) {
      const answer = memory.get(replica);
      if (answer?.nonce !== nonce) return err({ code: 'hub/no-answer' });
      return from < answer.length ? ok(answer.sealed.subarray(from)) : err({ code: 'hub/bad-range' });
    },
  };
}
