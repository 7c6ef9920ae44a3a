/** Ties the sync service to the store that is open: it runs while somebody is signed in with a profile of their own. */
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import type { Logger, Random, Time } from '#shared/kernel/ports.ts';
import { err, ok } from '#shared/kernel/result.ts';
import type { SyncStatus, syncContract } from '#shared/sync/contract.ts';
import type { OpenProfile } from '../access/profile.ts';

export type SyncRuntime = {
  readonly handlers: DomainHandlers<typeof syncContract>;
  start(open: OpenProfile): void;
  stop(): Promise<void>;
  /** Something was written here: hand it over soon. */
  localChange(): void;
};

export function createSyncRuntime(_deps: {
  time: Time;
  random: Random;
  logger: Logger;
  changed: (topics: readonly string[]) => void;
  isSample: () => boolean;
}): SyncRuntime {
  let open: OpenProfile | null = null;
  return {
    start: (opened) => {
      open = opened;
    },
    stop: async () => {
      open = null;
    },
    localChange: () => undefined,
    handlers: {
      status() {
        const counts = open?.store.queries.roadCounts();
        const status: SyncStatus = {
          enrolled: null,
          state: 'not-enrolled',
          saved: counts?.saved ?? 0,
          sent: 0,
          received: counts?.received ?? 0,
          waitingSince: counts?.waitingSince ?? null,
          waitingByKind: (counts?.waitingByKind ?? []) as SyncStatus['waitingByKind'],
          lastContactAt: null,
          lastTryAt: null,
          nextTryAt: null,
          progress: null,
          problem: null,
          laptops: [],
        };
        return ok(status);
      },
      exchanges: () => ok({ items: [] }),
      enrol: () => err({ code: 'sync/not-enrolled' }),
      now: () => err({ code: 'sync/not-enrolled' }),
    },
  };
}
