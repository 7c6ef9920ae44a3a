/** Ties the sync service to the store that is open: it runs while somebody is signed in with a profile of their own. */
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import type { Logger, Random, Time } from '#shared/kernel/ports.ts';
import type { syncContract } from '#shared/sync/contract.ts';
import type { OpenProfile } from '../access/profile.ts';
import { createLogStore } from '../store/log-store.ts';
import { createSyncStore } from '../store/sync-memory.ts';
import { createSyncService } from './sync-service.ts';
import type { SyncStore } from './sync-store.ts';

export type SyncRuntime = {
  readonly handlers: DomainHandlers<typeof syncContract>;
  start(open: OpenProfile): void;
  stop(): Promise<void>;
  /** Something was written here: hand it over soon. */
  localChange(): void;
};

export type SyncRuntimeDeps = {
  readonly time: Time;
  readonly random: Random;
  readonly logger: Logger;
  readonly changed: (topics: readonly string[]) => void;
  readonly isSample: () => boolean;
  readonly build: { readonly version: string };
};

export function createSyncRuntime(deps: SyncRuntimeDeps): SyncRuntime {
  const service = createSyncService({ ...deps, appVersion: deps.build.version });
  return {
    handlers: service.handlers,
    start(open) {
      const identity = open.store.identity();
      service.open({
        store: openSyncStore(open, () => deps.changed(['sync'])),
        publicKey: identity.publicKey,
        sign: identity.sign,
      });
    },
    stop: service.close,
    localChange: service.localChange,
  };
}

/** The store's face for the exchange. */
export function openSyncStore(open: Pick<OpenProfile, 'store' | 'session'>, roadChanged: () => void): SyncStore {
  const { store, session } = open;
  const { db, log, meta, committer, queries } = store;
  const syncStore: SyncStore = createSyncStore({
    db,
    meta,
    queries,
    replicaStore: createLogStore({
      db,
      log,
      meta,
      committer,
      identity: store.identity(),
      hubKey: () => syncStore.enrolment()?.hubKey ?? null,
      roadChanged,
    }),
    ownPartition: () => session.partition,
    ownRole: () => session.role,
  });
  return syncStore;
}
