/**
 * The packs domain: what lies on sticks and in folders, imports, and where the files of installed packs are. The service
 * lives as long as the core; a store comes and goes with sign-in and lock.
 */
import type { WritableDb } from '#core/store/database.ts';
import type { CourseFiles } from '#core/training/course-library.ts';
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import type { Logger, Time } from '#shared/kernel/ports.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import type { packsContract } from '#shared/packs/contract.ts';
import type { Publisher } from '#shared/packs/publishers.ts';
import { type BlobStore, createBlobStore } from './blob-store.ts';
import { type ImportDeps, removeUnused } from './import-pack.ts';
import { createImportQueue, type ImportQueue } from './import-queue.ts';
import { openPack } from './pack-file.ts';
import { isOfferable, standingProblem, toOffer } from './pack-offers.ts';
import { createPackQueries, type PackQueries } from './pack-queries.ts';
import { fetchedPacks } from './shelf-service.ts';
import { createSourceScanner, type SeenPack, type Source } from './pack-sources.ts';
import { createStaging, type Staging, sweepBlobs } from './staging.ts';

export type PacksDeps = {
  readonly appVersion: string;
  /** Publishers known now: those of the build and those of the hub. */
  readonly publishers: () => readonly Publisher[];
  readonly time: Time;
  readonly logger: Logger;
  /** Told after a pack was installed. */
  readonly installed: () => void;
  /** Topics whose queries may answer otherwise now. */
  readonly changed: (topics: readonly string[]) => void;
};

/** The store a person has opened. */
export type PacksStore = {
  readonly db: WritableDb;
  /** Folder for blobs and staging; belongs to this database alone. */
  readonly directory: string;
  /** Alpha-2 code of the profile's country, null for trainers and hub staff. */
  readonly country: string | null;
};

export type PacksService = {
  readonly handlers: DomainHandlers<typeof packsContract>;
  /** What the training domain reads of installed packs. */
  readonly files: CourseFiles;
  /** After sign-in. Shows imports left unfinished and tidies up what a crash left. */
  open(store: PacksStore): Promise<void>;
  /** Before the database is closed: pauses what runs. */
  closeStore(): Promise<void>;
  /** Takes a whole pack file of ours into the queue of imports. Failures: every `packs/…` of opening and standing. */
  importFile(path: string): Promise<Result<null>>;
  /** Version of an installed pack, null when there is none. */
  installedVersion(packId: string): number | null;
  /** Settles when no import runs or waits and no source is being looked through. */
  idle(): Promise<void>;
};

type Opened = {
  /** Settles when what a crash left is tidied up and unfinished imports are listed. */
  readonly tidied: Promise<void>;
  readonly blobs: BlobStore;
  readonly queries: PackQueries;
  readonly queue: ImportQueue;
  readonly staging: Staging;
};

/** Progress is told at most this often, in ms. */
const progressInterval = 200;

export function createPacksService(deps: PacksDeps): PacksService {
  const scanner = createSourceScanner();
  let opened: Opened | null = null;
  let country: string | null = null;
  let sources: readonly Source[] = [];
  let seen: readonly SeenPack[] = [];
  const scanning = new Set<string>();
  let scan: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;

  const standing = () => ({ publishers: deps.publishers(), appVersion: deps.appVersion, country });
  const locked: Failure = { code: 'rpc/locked' };

  function tellSoon(): void {
    timer ??= setTimeout(() => {
      timer = null;
      deps.changed(['packs']);
    }, progressInterval).unref();
  }

  /** Looks through all sources, one after another: two at once are slower on one stick. */
  async function lookThrough(wanted: readonly Source[]): Promise<void> {
    for (const source of wanted) {
      const id = scanner.idOf(source);
      const found = await scanner.scan(source);
      // A later list of sources has taken over.
      if (wanted !== sources) return;
      const before = seen.filter((pack) => pack.source === id);
      const isSame = before.length === found.length && before.every((pack, index) => pack === found[index]);
      seen = [...seen.filter((pack) => pack.source !== id), ...found];
      const wasShown = scanning.delete(id);
      tellFound();
      if (wasShown || !isSame) deps.changed(['packs']);
    }
  }

  function tellFound(besides: readonly SeenPack[] = []): void {
    const usable = [...seen, ...besides].flatMap(({ offer, path, manifest, problem }) =>
      manifest === null || problem !== null ? [] : [{ offer, path, manifest }],
    );
    opened?.queue.found(usable);
  }

  const handlers: PacksService['handlers'] = {
    offers() {
      if (opened === null) return err(locked);
      const { queries } = opened;
      const offers = seen
        .filter(isOfferable)
        .map((pack) => toOffer(pack, pack.manifest === null ? undefined : queries.find(pack.manifest.id), standing()));
      const views = sources.map((source) => {
        const id = scanner.idOf(source);
        return { id, name: source.name, type: source.type, scanning: scanning.has(id) };
      });
      return ok({ sources: views, offers });
    },
    async jobs() {
      await opened?.tidied;
      return opened === null ? err(locked) : ok({ jobs: opened.queue.jobs() });
    },
    async startImport({ offers }) {
      // Tidying up must not take a new import's blobs for rubbish.
      await opened?.tidied;
      if (opened === null) return err(locked);
      const chosen: { seen: SeenPack; manifest: NonNullable<SeenPack['manifest']> }[] = [];
      for (const offer of offers) {
        const pack = seen.find((candidate) => candidate.offer === offer);
        if (pack === undefined) return err({ code: 'packs/source-gone', copied: 0, bytes: 0 });
        const { manifest, key } = pack;
        if (manifest === null || key === null) return err(pack.problem ?? { code: 'packs/not-a-pack' });
        const problem = standingProblem(manifest, key, opened.queries.find(manifest.id), standing()) ?? pack.problem;
        if (problem !== null) return err(problem);
        chosen.push({ seen: pack, manifest });
      }
      for (const { seen: pack, manifest } of chosen) opened.queue.start(pack.offer, pack.path, manifest);
      return ok({});
    },
    pauseImport({ offer }) {
      opened?.queue.pause(offer);
      return ok({});
    },
    resumeImport({ offer }) {
      opened?.queue.resume(offer);
      return ok({});
    },
    async cancelImport({ offer }) {
      await opened?.queue.cancel(offer);
      return ok({});
    },
    clearJobs() {
      opened?.queue.clear();
      return ok({});
    },
    setSources({ sources: given }) {
      const known = new Set(sources.map((source) => scanner.idOf(source)));
      const ids = new Set(given.map((source) => scanner.idOf(source)));
      sources = given;
      seen = seen.filter((pack) => ids.has(pack.source));
      for (const id of scanning) if (!ids.has(id)) scanning.delete(id);
      // The shell asks again every few seconds; only a new source is shown as being looked through.
      for (const id of ids) if (!known.has(id)) scanning.add(id);
      if (known.size !== ids.size || [...ids].some((id) => !known.has(id))) deps.changed(['packs']);
      const before = scan;
      scan = before
        .then(() => lookThrough(given))
        .catch((error: unknown) => {
          scanning.clear();
          deps.logger.error('packs/scan-broke', { name: error instanceof Error ? error.name : typeof error });
        });
      return ok({});
    },
    locate({ pack, path }) {
      if (opened === null) return err(locked);
      const file = opened.queries.file(pack, path);
      if (file === undefined) return err({ code: 'packs/no-file' });
      return ok({ file: opened.blobs.pathOf(file.sha256), bytes: file.bytes, mediaType: file.mediaType });
    },
    async remove({ pack }) {
      if (opened === null) return err(locked);
      const installed = opened.queries.find(pack);
      if (installed === undefined) return ok({});
      opened.queries.remove(pack);
      await removeUnused(opened, installed.manifest.files);
      deps.logger.info('packs/removed', { version: installed.version });
      deps.changed(['packs', 'training']);
      return ok({});
    },
  };

  return {
    handlers,
    files: {
      trainingPacks: () => opened?.queries.installed().filter(({ kind }) => kind === 'training') ?? [],
      fileOf(pack, path) {
        const file = opened?.queries.file(pack, path);
        return opened === null || file === undefined ? undefined : { ...file, file: opened.blobs.pathOf(file.sha256) };
      },
    },
    async open(store) {
      const blobs = createBlobStore(store.directory);
      const staging = createStaging(store.directory);
      const queries = createPackQueries(store.db);
      country = store.country;
      const imports = (): ImportDeps => ({
        ...standing(),
        directory: store.directory,
        blobs,
        staging,
        queries,
        time: deps.time,
      });
      const queue = createImportQueue({
        imports,
        time: deps.time,
        logger: deps.logger,
        onChange: tellSoon,
        onInstalled() {
          deps.changed(['packs', 'training']);
          deps.installed();
        },
      });
      const tidy = async (): Promise<void> => {
        const jobs = await staging.jobs();
        const removed = await sweepBlobs(store.directory, blobs, jobs, queries.isUsed);
        if (removed > 0) deps.logger.info('packs/swept', { blobs: removed });
        queue.restore(jobs);
      };
      const tidied = tidy();
      // Courses are there at once; only imports wait for the tidying.
      opened = { tidied, blobs, staging, queries, queue };
      await tidied;
      // A pack fetched from the hub whose import was broken off lies there still.
      tellFound(await scanner.scan(fetchedPacks(store.directory)));
    },
    async importFile(path) {
      await opened?.tidied;
      if (opened === null) return err(locked);
      const pack = await openPack(path);
      if (!pack.ok) return pack;
      const { manifest, key } = pack.value;
      await pack.value.close();
      const problem = standingProblem(manifest, key, opened.queries.find(manifest.id), standing());
      if (problem !== null) return err(problem);
      opened.queue.start(scanner.offerOf(path), path, manifest);
      return ok(null);
    },
    installedVersion: (packId) => opened?.queries.find(packId)?.version ?? null,
    async closeStore() {
      const closing = opened;
      opened = null;
      country = null;
      await closing?.tidied;
      await closing?.queue.close();
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
    async idle() {
      await opened?.tidied;
      await scan;
      await opened?.queue.idle();
    },
  };
}
