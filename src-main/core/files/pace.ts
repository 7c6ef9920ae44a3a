/** Keeps a stream to a rate, so that a slow line stays usable for people. */
import { setTimeout as sleep } from 'node:timers/promises';

/** No piece is longer, bytes: a slow line moves in small steps and stays below every idle limit. */
const stepBytes = 16 * 1024;

/**
 * Passes content on in steps at the rate asked for before each of them (bytes a second; null: none). `onBytes` hears of each step
 * passed on. Ends early, without an error, when the signal does.
 */
export async function* paced(
  content: AsyncIterable<Buffer>,
  rate: () => number | null,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  // Monotonic: somebody may set the clock meanwhile.
  let freeAt = performance.now();
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; at += stepBytes) {
      if (signal.aborted) return;
      const step = chunk.subarray(at, at + stepBytes);
      const perSecond = rate();
      if (perSecond !== null) {
        const now = performance.now();
        freeAt = Math.max(now, freeAt) + (step.length * 1000) / perSecond;
        if (freeAt > now) await sleep(freeAt - now, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
      }
      yield step;
      onBytes(step.length);
    }
  }
}
