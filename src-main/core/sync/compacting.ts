/** Compaction beside a person's work: once a day after an exchange, step by step with pauses, ended at once by `close`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger, Time } from '#shared/kernel/ports.ts';
import type { Summary } from '#shared/sync/messages.ts';
import type { HubBlobs } from './hub-blobs.ts';
import type { SyncStore } from './sync-store.ts';

export type Compacting = {
  /** An exchange has ended well: the logs may be due. */
  reached(at: { readonly store: SyncStore; readonly blobs: HubBlobs; readonly partitions: readonly string[] }): void;
  close(): Promise<void>;
};

const everyMs = 86_400_000;
const pauseMs = 250;

export function createCompacting(deps: { readonly time: Time; readonly logger: Logger }): Compacting {
  const stop = new AbortController();
  let lastAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;

  async function run({ store, blobs, partitions }: Parameters<Compacting['reached']>[0]): Promise<void> {
    const offers = await blobs.snapshots(partitions);
    if (!offers.ok) return;
    const covered: Summary = Object.assign({}, ...offers.value.map(({ summary }) => summary));
    let steps = 0;
    while (!stop.signal.aborted && store.compactor.step(covered)) {
      steps += 1;
      await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    if (steps > 0) deps.logger.info('sync/compacted', { steps });
  }

  return {
    reached(at) {
      if (running !== null || stop.signal.aborted || deps.time.now() - lastAt < everyMs) return;
      lastAt = deps.time.now();
      running = run(at)
        .catch((error: unknown) => {
          deps.logger.warn('sync/compaction-failed', { name: error instanceof Error ? error.name : typeof error });
        })
        .finally(() => {
          running = null;
        });
    },
    async close() {
      stop.abort();
      await running;
    },
  };
}
