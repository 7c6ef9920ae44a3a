/** Keeps streams together to one rate, so that a slow line stays usable for people. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LineSettings } from '#shared/files/contract.ts';

/** No piece is longer, bytes: a slow line moves in small steps and stays below every idle limit. */
const stepBytes = 16 * 1024;

/** One line's rate: whoever shares it waits for the others' steps too. */
export type Pace = {
  /** Resolves when so many bytes may move, or the signal ends. */
  turn(bytes: number, signal: AbortSignal): Promise<void>;
};

/** The limit as a rate; null where there is none. */
export function bytesPerSecond({ limit }: LineSettings): number | null {
  return limit === null ? null : limit * 1000;
}

/** `rate` is asked before each step: bytes a second; null: no limit. */
export function createPace(rate: () => number | null): Pace {
  // Monotonic: somebody may set the clock meanwhile.
  let freeAt = performance.now();
  return {
    async turn(bytes, signal) {
      const perSecond = rate();
      if (perSecond === null) return;
      const now = performance.now();
      freeAt = Math.max(now, freeAt) + (bytes * 1000) / perSecond;
      if (freeAt > now) await sleep(freeAt - now, undefined, { signal }).catch(() => undefined);
    },
  };
}

/**
 * Passes content on in steps as `pace` allows. `onBytes` hears of each step passed on. Ends early, without an error, when the signal
 * does.
 */
export async function* paced(
  content: AsyncIterable<Buffer>,
  pace: Pace,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; at += stepBytes) {
      if (signal.aborted) return;
      const step = chunk.subarray(at, at + stepBytes);
      await pace.turn(step.length, signal);
      if (signal.aborted) return;
      yield step;
      onBytes(step.length);
    }
  }
}
