/** Keeps one question open at the hub; it answers when another laptop has sent something. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '#shared/kernel/ports.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { ExchangeOutcome } from '#shared/sync/exchange.ts';
import type { WaitResponse } from '#shared/sync/hub-http.ts';
import { jitter, retryDelay } from './sync-schedule.ts';

/** A hub that is full or stopping does not hold the question open so long. */
const heldMs = 2000;

export type HubListening = {
  readonly signal: AbortSignal;
  /** Asks the hub; null where there is none to ask. */
  readonly ask: () => Promise<Result<WaitResponse> | null>;
  /** Fetches the news. */
  readonly exchange: () => Promise<ExchangeOutcome>;
  readonly lineBroke: () => void;
  readonly random: Random;
};

/** Listens until the line breaks, an exchange fails, there is no hub to ask any more, or the signal ends. */
export async function listenToHub({ signal, ask, exchange, lineBroke, random }: HubListening): Promise<void> {
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);
  let fruitless = 0;
  while (!signal.aborted) {
    const askedAt = performance.now();
    const answer = await ask();
    if (answer === null || signal.aborted) return;
    if (!answer.ok) return lineBroke();
    if (!answer.value.moved) {
      if (performance.now() - askedAt < heldMs) await pause(jitter(10_000, 0.5, random));
      continue;
    }
    // Many laptops hear the same news at once; and news this laptop cannot take is told again and again.
    await pause(fruitless > 1 ? retryDelay(fruitless, random) : jitter(150, 1, random));
    if (signal.aborted) return;
    const outcome = await exchange();
    if (outcome.failure !== null) return;
    // Once without gain is usual: another exchange had fetched it already.
    fruitless = outcome.received > 0 ? 0 : fruitless + 1;
  }
}
