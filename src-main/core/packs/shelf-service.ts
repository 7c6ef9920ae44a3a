/**
 * The packs on the hub's shelf: fetched one at a time into `<profile>/shelf/<sha256>.part`, gone on with from the byte where a line broke, and
 * under their digest as `.kpack` only when whole; then imported like a pack from a stick, and the file is removed.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import { isLocale } from '#shared/i18n/locales.ts';
import type { Logger, Time } from '#shared/kernel/ports.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import { type Since, secondsLeft } from '#shared/kernel/time-left.ts';
import { isForCountry } from '#shared/packs/manifest.ts';
import type { shelfContract, ShelfOffer } from '#shared/packs/shelf-contract.ts';
import { packStanding } from '#shared/packs/versions.ts';
import type { ShelfPack } from '#shared/sync/hub-http.ts';
import { type Pace, paced } from '../files/pace.ts';
import type { HubBlobs } from '../sync/hub-blobs.ts';
import { hashHeld, newCopyBuffers } from './copy-entry.ts';
import { isDiskFull } from './pack-failures.ts';
import type { Source } from './pack-sources.ts';

export type ShelfServiceDeps = {
  readonly time: Time;
  readonly logger: Logger;
  readonly changed: (topics: readonly string[]) => void;
  readonly isEnrolled: () => boolean;
  /** What large things on the line share. */
  readonly pace: Pace;
  readonly installedVersion: (packId: string) => number | null;
  /** Takes a whole pack file into the queue of imports. Failures: every `packs/…` of opening and standing. */
  readonly importFile: (path: string) => Promise<Result<null>>;
  /** Told when it has left the line. */
  readonly lineFree: () => void;
};

export type ShelfService = {
  readonly handlers: DomainHandlers<typeof shelfContract>;
  /** Somebody signed in. `country`: alpha-2 code, null for trainers and hub staff. */
  open(directory: string, country: string | null): void;
  /** Ends what is under way and keeps what has come. */
  close(): Promise<void>;
  /** An exchange has reached the hub: fetches that wait go on. */
  reached(blobs: HubBlobs): void;
  /** Something was installed: its file is of no use any more. */
  installed(): void;
  /** Whether a pack is on its way. */
  isFetching(): boolean;
};

type Fetch = {
  readonly pack: ShelfPack;
  step: NonNullable<ShelfOffer['step']>;
  copied: number;
  since: Since | null;
  problem: Failure | null;
  stop: AbortController | null;
};
type Opened = { readonly folder: string; readonly country: string | null };

const shelfFolder = 'shelf';
/** What must stay free beyond the file and what is unpacked of it, bytes. */
const spareBytes = 64 * 1024 ** 2;
const progressEveryMs = 300;

export function createShelfService(deps: ShelfServiceDeps): ShelfService {
  let opened: Opened | null = null;
  let blobs: HubBlobs | null = null;
  let packs: readonly ShelfPack[] | null = null;
  const fetches = new Map<string, Fetch>();
  /** Bytes of fetches begun in an earlier run, by digest. */
  const left = new Map<string, number>();
  let running: Promise<void> | null = null;
  const changed = (): void => deps.changed(['shelf']);
  const isFetching = (): boolean => running !== null;

  async function look(): Promise<Result<null>> {
    if (blobs === null) return err({ code: deps.isEnrolled() ? 'sync/hub-unreachable' : 'sync/not-enrolled' });
    const listed = await blobs.shelf();
    if (!listed.ok) return listed;
    packs = listed.value;
    changed();
    return ok(null);
  }

  function pump(): void {
    const at = opened;
    const line = blobs;
    const next = [...fetches.values()].find(({ step }) => step === 'waiting');
    if (running !== null || at === null || line === null || next === undefined) return;
    running = run(at, line, next).finally(() => {
      running = null;
      changed();
      if (next.step !== 'waiting') pump();
      if (!isFetching()) deps.lineFree();
    });
  }

  async function run(at: Opened, line: HubBlobs, own: Fetch): Promise<void> {
    try {
      end(own, await bring(at, line, own));
    } catch (error) {
      deps.logger.error('shelf/failed', { name: error instanceof Error ? error.name : typeof error });
      end(own, err({ code: 'store/disk-error' }));
    }
  }

  function end(own: Fetch, result: Result<null>): void {
    own.stop = null;
    own.since = null;
    if (result.ok) {
      fetches.delete(own.pack.sha256);
      left.delete(own.pack.sha256);
      return;
    }
    const { code } = result.error;
    if (code === 'sync/stopped') {
      if (own.step === 'fetching') own.step = 'waiting';
      return;
    }
    own.problem = result.error;
    // The line comes back by itself, and the fetch with it; anything else waits for a person.
    own.step = code === 'sync/hub-unreachable' || code === 'sync/hub-slow' ? 'waiting' : 'paused';
    if (own.step === 'waiting') blobs = null;
    deps.logger.info('shelf/not-fetched', { code });
  }

  async function bring(at: Opened, line: HubBlobs, own: Fetch): Promise<Result<null>> {
    const { pack } = own;
    const { sha256, bytes } = pack;
    const stop = new AbortController();
    own.stop = stop;
    own.step = 'fetching';
    own.problem = null;
    changed();
    await mkdir(at.folder, { recursive: true });
    const part = join(at.folder, `${sha256}.part`);
    const whole = join(at.folder, `${sha256}.kpack`);
    if ((await stat(whole).catch(() => null))?.size !== bytes) {
      const fetched = await fetchTo(part, line, own, stop.signal);
      if (!fetched.ok) return fetched;
      await rename(part, whole);
    }
    const taken = await deps.importFile(whole);
    // A pack that may not be imported here is of no use lying about.
    if (!taken.ok) await rm(whole, { force: true });
    deps.logger.info('shelf/fetched', { bytes, code: taken.ok ? null : taken.error.code });
    return taken;
  }

  async function fetchTo(part: string, line: HubBlobs, own: Fetch, signal: AbortSignal): Promise<Result<null>> {
    const { sha256, bytes } = own.pack;
    const held = Math.min((await stat(part).catch(() => null))?.size ?? 0, bytes);
    const disk = await statfs(part.slice(0, -`${sha256}.part`.length));
    const free = disk.bavail * disk.bsize;
    // The file, and as much again for what is unpacked of it.
    const needed = bytes - held + bytes + spareBytes;
    if (free < needed) return err({ code: 'packs/disk-full', needed, free });
    const handle = await open(part, held === 0 ? 'w' : 'r+');
    let isAltered = false;
    try {
      const hash = held === 0 ? createHash('sha256') : await hashHeld(part, held, newCopyBuffers(), signal);
      own.copied = held;
      own.since = { at: deps.time.now(), done: held };
      if (held < bytes) {
        const got = await line.get(sha256, held, null);
        if (!got.ok) return got.error['reason'] === 'no-blob' ? err({ code: 'shelf/gone' }) : got;
        const { content, length, failureOf } = got.value;
        if (held + length !== bytes) {
          content.destroy();
          isAltered = true;
          return err({ code: 'shelf/altered' });
        }
        let toldAt = deps.time.now();
        try {
          for await (const step of paced(content, deps.pace, () => undefined, signal)) {
            await handle.write(step, 0, step.length, own.copied);
            hash.update(step);
            own.copied += step.length;
            if (deps.time.now() - toldAt < progressEveryMs) continue;
            toldAt = deps.time.now();
            changed();
          }
        } catch (error) {
          return err(isDiskFull(error) ? { code: 'packs/disk-full', needed, free: 0 } : failureOf(error));
        } finally {
          content.destroy();
        }
      }
      if (signal.aborted) return err({ code: 'sync/stopped' });
      if (own.copied < bytes) return err({ code: 'sync/hub-unreachable', cause: 'cut' });
      await handle.sync();
      isAltered = hash.digest('hex') !== sha256;
      return isAltered ? err({ code: 'shelf/altered' }) : ok(null);
    } catch (error) {
      if (signal.aborted) return err({ code: 'sync/stopped' });
      throw error;
    } finally {
      left.set(sha256, own.copied);
      await handle.close();
      if (isAltered) {
        left.delete(sha256);
        await rm(part, { force: true });
      }
    }
  }

  function toOffer(pack: ShelfPack): ShelfOffer {
    const own = fetches.get(pack.sha256);
    const installedVersion = deps.installedVersion(pack.id);
    const isOurs = isForCountry({ countries: pack.countries }, opened?.country ?? null);
    const standing = installedVersion === null ? 'new' : packStanding(installedVersion, pack.version);
    const titles: ShelfOffer['titles'] = {};
    for (const [locale, title] of Object.entries(pack.titles)) if (isLocale(locale)) titles[locale] = title;
    return {
      sha256: pack.sha256,
      packId: pack.id,
      titles,
      publisher: pack.publisher.name,
      locales: pack.locales.filter(isLocale),
      bytes: pack.bytes,
      version: pack.version,
      installedVersion,
      status: !isOurs ? 'other-country' : standing === 'older' ? 'installed' : standing,
      step: own?.step ?? null,
      copied: own?.copied ?? left.get(pack.sha256) ?? 0,
      secondsLeft: own === undefined ? null : timeLeft(own, deps.time.now()),
      problem: own?.problem ?? null,
    };
  }

  async function stop(sha256: string, step: 'paused' | null): Promise<void> {
    const own = fetches.get(sha256);
    if (own === undefined) return;
    own.step = 'paused';
    own.problem = null;
    if (step === null) fetches.delete(sha256);
    if (own.stop !== null) {
      own.stop.abort();
      await running;
    }
    changed();
  }

  return {
    handlers: {
      list: () =>
        ok({
          state: !deps.isEnrolled() ? 'no-hub' : packs === null ? 'away' : 'known',
          packs: (packs ?? []).map(toOffer),
        }),
      async look() {
        const looked = await look();
        return looked.ok ? ok({}) : looked;
      },
      fetch({ sha256 }) {
        const pack = packs?.find((each) => each.sha256 === sha256);
        if (pack === undefined) return err({ code: 'shelf/gone' });
        const own = fetches.get(sha256);
        if (own === undefined) {
          const copied = left.get(sha256) ?? 0;
          fetches.set(sha256, { pack, step: 'waiting', copied, since: null, problem: null, stop: null });
        } else if (own.step === 'paused') {
          own.step = 'waiting';
          own.problem = null;
        }
        pump();
        changed();
        return ok({});
      },
      async pause({ sha256 }) {
        await stop(sha256, 'paused');
        return ok({});
      },
      async drop({ sha256 }) {
        await stop(sha256, null);
        left.delete(sha256);
        if (opened !== null) await rm(join(opened.folder, `${sha256}.part`), { force: true });
        changed();
        return ok({});
      },
    },
    open(directory, country) {
      const own: Opened = { folder: join(directory, shelfFolder), country };
      opened = own;
      void recall(own.folder, left).then(changed, () => undefined);
    },
    async close() {
      opened = null;
      blobs = null;
      packs = null;
      for (const own of fetches.values()) own.stop?.abort();
      await running;
      fetches.clear();
      left.clear();
    },
    reached(line) {
      const isFirst = packs === null;
      blobs = line;
      if (isFirst) void look();
      pump();
    },
    isFetching,
    installed() {
      const at = opened;
      if (at === null) return;
      for (const pack of packs ?? []) {
        if (deps.installedVersion(pack.id) !== pack.version) continue;
        void rm(join(at.folder, `${pack.sha256}.kpack`), { force: true }).catch(() => undefined);
      }
      changed();
    },
  };
}

/** Where whole packs from the hub lie until they are imported. */
export function fetchedPacks(directory: string): Source {
  return { path: join(directory, shelfFolder), name: shelfFolder, type: 'folder' };
}

/** What earlier runs left half-fetched. */
async function recall(folder: string, left: Map<string, number>): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const sha256 = /^([0-9a-f]{64})\.part$/.exec(name)?.[1];
    if (sha256 !== undefined) left.set(sha256, (await stat(join(folder, name))).size);
  }
}

function timeLeft({ since, step, copied, pack }: Fetch, now: number): number | null {
  return since === null || step !== 'fetching' ? null : secondsLeft(since, copied, pack.bytes, now);
}
