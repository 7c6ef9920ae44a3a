/**
 * The core's composition root: `createCore(deps)` gives one dispatcher over the whole contract. The same core runs in the
 * app's utility process, under the command line and in tests.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { coreContract, type CoreEvent } from '#shared/contract/core-contract.ts';
import { createDispatch, type Dispatch } from '#shared/contract/rpc.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Logger, Random, Time } from '#shared/kernel/ports.ts';
import { knownPublishers } from '#shared/packs/publishers.ts';
import { createAccessService } from './access/access-service.ts';
import { createPinProof } from './access/pin-proof.ts';
import { createProfile, type OpenProfile, resumeProfile, type SessionResume } from './access/profile.ts';
import { samplePassphrase } from './access/sample.ts';
import { unwrapKey } from './access/vault.ts';
import { createCommissionsService } from './commissions/commissions-service.ts';
import { createPlaceNames } from './commissions/country-documents.ts';
import { createContactsService } from './contacts/contacts-service.ts';
import { createCopiesService } from './copies/copies-service.ts';
import { finishPuttingBack, isPuttingBack } from './copies/put-in-place.ts';
import { createDeskService } from './desk/desk-service.ts';
import { createFilesService } from './files/files-service.ts';
import { createPacksService } from './packs/packs-service.ts';
import { createShelfService } from './packs/shelf-service.ts';
import { createRecordsService } from './records/records-service.ts';
import { createBackups } from './store/backups.ts';
import { databaseFailure } from './store/database.ts';
import { createLogStore } from './store/log-store.ts';
import { createBeside } from './store/short-steps.ts';
import { createSyncStore } from './store/sync-memory.ts';
import { createStickService } from './sync/stick-service.ts';
import type { SyncProfile } from './sync/sync-profile.ts';
import { createSyncService } from './sync/sync-service.ts';
import { createTrainingService } from './training/training-service.ts';

export type { SessionResume } from './access/profile.ts';

export type CoreDeps = {
  /** The profile's folder; made when missing. */
  readonly directory: string;
  readonly time: Time;
  readonly random: Random;
  readonly logger: Logger;
  /** 32 bytes from the OS keychain; null where there is none. */
  readonly deviceSecret: Uint8Array | null;
  /** The session to go on with after a crash. */
  readonly resume: SessionResume | null;
  /** Told whenever somebody signs in or out; kept by the shell in memory only. */
  readonly onSession: (resume: SessionResume | null) => void;
  readonly build: { readonly version: string; readonly allowDevelopmentPublisher: boolean };
};

export type Core = {
  readonly dispatch: Dispatch;
  subscribe(listener: (event: CoreEvent) => void): () => void;
  /** Locks, folds the write-ahead log into the file, stops everything. */
  close(): Promise<void>;
};

/** After sign-in the screen comes first; the daily backup waits this long. */
const backupDelayMs = 20_000;

/** A copy that was being put back when the core ended: goes into place, or is removed. */
function finishPutBack(deps: CoreDeps): void {
  const { directory, logger, time } = deps;
  if (!isPuttingBack(directory)) return;
  try {
    const finished = finishPuttingBack({ directory, backups: createBackups(directory, deps), time });
    logger.warn('copies/finished', { code: finished.ok ? null : finished.error.code });
  } catch (error) {
    // The next start tries again; what a person sees meanwhile is what there was.
    logger.error('copies/not-finished', { name: error instanceof Error ? error.name : typeof error });
  }
}

export function createCore(deps: CoreDeps): Core {
  const listeners = new Set<(event: CoreEvent) => void>();
  const changed = (told: readonly string[]): void => {
    // A record's list of files changes with the record.
    const topics = told.includes('records') ? [...told, 'files'] : told;
    for (const listener of listeners) listener({ event: 'changed', topics: [...new Set(topics)] });
    if (topics.includes('sync')) sync.localChange();
  };

  finishPutBack(deps);

  let backup = new AbortController();
  let backingUp: Promise<void> | null = null;
  let opening: Promise<void> = Promise.resolve();
  const profile = createProfile({
    ...deps,
    changed,
    opened(open) {
      opening = packs
        .open({ db: open.store.db, directory: open.directory, country: open.session.country })
        .then(() => changed(['packs', 'training']));
      shelf.open(open.directory, open.session.country);
      files.open(open);
      if (!open.sample) {
        openRoads(open);
        backup = new AbortController();
        backingUp = backUp(open, backup.signal);
      }
    },
    async closing() {
      backup.abort();
      await Promise.all([backingUp, copies.storeCloses()]);
      // A store that is locked at once after it was opened is still being tidied up.
      await opening;
      await Promise.all([sync.close(), stick.close(), files.close(), shelf.close(), packs.closeStore()]);
    },
  });
  const current = (): OpenProfile => {
    const open = profile.current();
    if (open === null) throw new Error('a person call without a person: the dispatcher checks');
    return open;
  };

  /** What the exchange sees of an open profile. */
  function syncProfile({ store, session }: OpenProfile): SyncProfile {
    const identity = store.identity();
    const replicaStore = createLogStore({
      ...store,
      identity,
      hubKey: () => syncStore.enrolment()?.hubKey ?? null,
      beside: createBeside({ ...deps, db: store.db }),
      roadChanged: () => changed(['records', 'contacts', 'commissions', 'training', 'sync']),
    });
    const syncStore = createSyncStore({
      ...store,
      replicaStore,
      time: deps.time,
      logger: deps.logger,
      ownPartition: () => session.partition,
      ownRole: () => session.role,
      unsentFiles: (partition) => files.unsentIn(partition),
    });
    return {
      store: syncStore,
      publicKey: identity.publicKey,
      sign: identity.sign,
      signAsBefore(replica, data) {
        const former = store.formers().find((each) => each.replica === replica);
        if (former === undefined) throw new Error('the key of an identity this laptop never had');
        return former.sign(data);
      },
      wasBefore: (replica) => store.formers().some((each) => each.replica === replica),
    };
  }

  function openRoads(open: OpenProfile): void {
    const seen = syncProfile(open);
    sync.open(seen);
    stick.open(seen);
  }

  /** The store was put back from a copy: it goes on under a new identity, and closing waits until it does. */
  function takeNewIdentity(): void {
    const open = profile.current();
    if (open === null) return;
    opening = opening.then(async () => {
      if (profile.current() !== open) return;
      await Promise.all([sync.close(), stick.close()]);
      if (profile.current() !== open) return;
      open.store.renewIdentity();
      deps.logger.warn('store/old-copy');
      openRoads(open);
      changed(['sync', 'stick']);
    });
  }

  async function backUp({ store, key }: OpenProfile, signal: AbortSignal): Promise<void> {
    // The signal ends the pause with an error.
    await sleep(backupDelayMs, undefined, { signal, ref: false }).catch(() => null);
    if (signal.aborted || !profile.backups().isDue()) return;
    const made = await profile.backups().makeBeside(store, key, signal);
    if (made?.ok === false) deps.logger.warn('backup/failed', { code: made.error.code });
  }

  const packs = createPacksService({
    appVersion: deps.build.version,
    publishers: () => knownPublishers(deps.build),
    installed: () => shelf.installed(),
    time: deps.time,
    logger: deps.logger,
    changed,
  });
  const placeNames = createPlaceNames();
  const sync = createSyncService({
    ...deps,
    changed,
    placeNames,
    isSample: () => profile.isSample(),
    isOldCopy: takeNewIdentity,
    appVersion: deps.build.version,
    reached(hub) {
      files.reached(hub);
      shelf.reached(hub.blobs);
    },
    isLineTaken: () => files.isMoving() || shelf.isFetching(),
  });
  const stick = createStickService({
    ...deps,
    changed,
    placeNames,
    isSample: () => profile.isSample(),
    enrolOnline: async (invitation) => sync.handlers.enrol(invitation),
    enrolled: () => sync.enrolmentChanged(),
    carried: () => files.carried(),
    isOldCopy: takeNewIdentity,
    placesChanged: () => copies.lookAgain(),
  });

  const files = createFilesService({
    ...deps,
    changed,
    open: current,
    hubEpoch: sync.hubEpoch,
    isEnrolled: () => sync.hubEpoch() !== null,
    lineFree: sync.lineFree,
    oldestBackup: () => profile.backups().list().at(-1)?.madeAt ?? null,
  });

  const shelf = createShelfService({
    ...deps,
    changed,
    isEnrolled: () => sync.hubEpoch() !== null,
    pace: files.pace,
    installedVersion: packs.installedVersion,
    importFile: packs.importFile,
    lineFree: sync.lineFree,
  });

  const proof = createPinProof({ ...deps, profile });
  const copies = createCopiesService({
    ...deps,
    profile,
    proof,
    changed,
    appVersion: deps.build.version,
    places: stick.places,
  });
  const handlers = {
    access: createAccessService({ ...deps, profile, proof, changed }),
    records: createRecordsService({ ...deps, open: current }),
    desk: createDeskService({ ...deps, open: current }),
    contacts: createContactsService({ ...deps, open: current }),
    commissions: createCommissionsService({ open: current }),
    training: createTrainingService({
      ...deps,
      files: packs.files,
      session() {
        const open = profile.current();
        return open === null ? null : { store: open.store, person: open.session.person };
      },
    }).handlers,
    packs: packs.handlers,
    shelf: shelf.handlers,
    files: files.handlers,
    copies: copies.handlers,
    sync: sync.handlers,
    stick: stick.handlers,
  };
  const dispatch = createDispatch(coreContract, handlers, {
    logger: deps.logger,
    isSignedIn: () => profile.current() !== null,
    newIncident: () => bytesToHex(deps.random.bytes(4)),
    failureOf: databaseFailure,
  });

  /** Goes on where a crashed core stopped; practice data needs no sign-in. Calls wait for it. */
  const ready = start();
  async function start(): Promise<void> {
    try {
      if (deps.resume !== null) {
        await resumeProfile(profile, deps.resume);
      } else if (profile.isSample()) {
        const vault = profile.vault();
        const slot = vault === null || vault === 'damaged' ? undefined : vault.slots[0];
        const wrapped = slot?.wrapped ?? null;
        const key = wrapped === null ? null : await unwrapKey(wrapped, samplePassphrase, null);
        if (slot !== undefined && key !== null && key !== 'no-device') await profile.open(key, slot, null, false);
      }
    } catch (error) {
      // The sign-in screen says what is wrong; a core that cannot start could not even do that.
      deps.logger.error('core/resume-failed', { name: error instanceof Error ? error.name : typeof error });
    }
  }

  return {
    async dispatch(name, input) {
      await ready;
      profile.current()?.store.checkpoints.acts();
      return dispatch(name, input);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await ready;
      await copies.close();
      await profile.close();
      listeners.clear();
    },
  };
}
