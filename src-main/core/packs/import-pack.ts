/**
 * Takes a pack over: signature and standing, room, copying, then one short transaction. Nothing of it is visible before
 * all of it is verified. Blobs already held are not copied again; a half-copied file goes on where it stopped.
 *
 * After a failure the disk is as before, except where the import can go on later (`packs/source-gone`, `packs/paused`,
 * a crash): then what was copied stays in staging until it goes on or is discarded.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rm, statfs } from 'node:fs/promises';
import type { Time } from '#shared/kernel/ports.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import type { PackFile, PackManifest } from '#shared/packs/manifest.ts';
import { checkCourse } from '#shared/training/course-check.ts';
import { parseCourse } from '#shared/training/course.ts';
import type { BlobStore } from './blob-store.ts';
import { checkHeader, type CopyBuffers, copyStored, hashHeld, newCopyBuffers, readDeflated } from './copy-entry.ts';
import { isDiskFull, PackRefused, SourceGone } from './pack-failures.ts';
import { type OpenPack, openPack } from './pack-file.ts';
import { type StandingDeps, standingProblem } from './pack-offers.ts';
import type { InstalledPack, PackQueries } from './pack-queries.ts';
import type { Staging } from './staging.ts';
import type { PlacedEntry } from '#shared/packs/zip-layout.ts';

/** What must stay free on the disk beyond the pack itself, in bytes: the database has to go on writing. */
const spareBytes = 32 * 1024 ** 2;
/** How many finished files may be on their way to the disk while the next ones are copied. */
const maxFlushing = 4;

export type ImportDeps = StandingDeps & {
  /** Holds `blobs` and `staging`; one per database. */
  readonly directory: string;
  readonly blobs: BlobStore;
  readonly staging: Staging;
  readonly queries: PackQueries;
  readonly time: Time;
};

export type ImportProgress = {
  readonly step: 'verifying' | 'room' | 'copying' | 'switching';
  readonly manifest: PackManifest;
  /** Content bytes of the pack that are here, and of how many. */
  readonly copied: number;
  readonly bytes: number;
  /** Free bytes on the disk, null before they were asked. */
  readonly free: number | null;
};

export type ImportRequest = {
  readonly offer: string;
  readonly path: string;
  /** Aborted with the reason `pause` it leaves what it has for later; with any other it tidies up. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ImportProgress) => void;
};

/** Imports one pack file. Failures: every `packs/…` of the contract, `packs/paused`, `store/disk-error`. */
export async function importPack(deps: ImportDeps, request: ImportRequest): Promise<Result<InstalledPack>> {
  const opened = await openPack(request.path);
  if (!opened.ok) return opened;
  const pack = opened.value;
  const run = new ImportRun(deps, request, pack);
  try {
    const problem = standingProblem(pack.manifest, pack.key, deps.queries.find(pack.manifest.id), deps);
    if (problem !== null) return err(problem);
    return await run.start();
  } catch (error) {
    const failure = run.failureOf(error);
    if (failure === null) throw error;
    if (failure.code !== 'packs/source-gone' && failure.code !== 'packs/paused')
      await discardImport(deps, pack.manifest);
    return err(failure);
  } finally {
    await pack.close().catch(() => undefined);
  }
}

/** Forgets an import that was begun: its staging folder, and the blobs it brought that nothing else needs. */
export async function discardImport(
  deps: Pick<ImportDeps, 'blobs' | 'staging' | 'queries'>,
  manifest: PackManifest,
): Promise<void> {
  await deps.staging.end(manifest);
  await removeUnused(deps, manifest.files);
}

/** Deletes those blobs of a list that no installed pack and no other import under way uses. */
export async function removeUnused(
  deps: Pick<ImportDeps, 'blobs' | 'staging' | 'queries'>,
  files: readonly PackFile[],
): Promise<void> {
  const staged = new Set((await deps.staging.jobs()).flatMap((job) => job.manifest.files.map((file) => file.sha256)));
  for (const { sha256 } of files) {
    if (!staged.has(sha256) && !deps.queries.isUsed(sha256)) await deps.blobs.remove(sha256);
  }
}

/** One import: its counters and what it still has to flush. */
class ImportRun {
  readonly #deps: ImportDeps;
  readonly #request: ImportRequest;
  readonly #pack: OpenPack;
  readonly #buffers: CopyBuffers = newCopyBuffers();
  readonly #flushing = new Set<Promise<void>>();
  readonly #total: number;
  #flushError: unknown = null;
  #copied = 0;
  #free: number | null = null;

  constructor(deps: ImportDeps, request: ImportRequest, pack: OpenPack) {
    this.#deps = deps;
    this.#request = request;
    this.#pack = pack;
    this.#total = distinctFiles(pack.manifest).reduce((sum, file) => sum + file.bytes, 0);
  }

  async start(): Promise<Result<InstalledPack>> {
    const { manifest } = this.#pack;
    this.#tell('verifying');
    this.#request.signal.throwIfAborted();
    const missing = await this.#findMissing();
    await this.#checkRoom(missing);
    await this.#deps.staging.begin({ offer: this.#request.offer, manifest });
    this.#tell('copying');
    try {
      for (const { file, entry } of missing) await this.#take(file, entry);
    } finally {
      await Promise.all(this.#flushing);
    }
    if (this.#flushError !== null) throw this.#flushError;
    await this.#deps.blobs.flushNames();
    this.#request.signal.throwIfAborted();
    this.#tell('switching');
    return this.#switch();
  }

  /** The expected failure behind what was thrown; null for a bug. */
  failureOf(error: unknown): Failure | null {
    const progress = { copied: this.#copied, bytes: this.#total };
    if (this.#request.signal.aborted && error === this.#request.signal.reason) {
      return error === 'pause' ? { code: 'packs/paused' } : { code: 'packs/cancelled' };
    }
    if (error instanceof PackRefused) return error.failure;
    if (error instanceof SourceGone) return { code: 'packs/source-gone', ...progress };
    if (isDiskFull(error))
      return { code: 'packs/disk-full', needed: this.#total - this.#copied, free: this.#free ?? 0 };
    // Any other system error is the laptop's own disk: the source's were turned into SourceGone where they arose.
    if (error instanceof Error && 'syscall' in error) return { code: 'store/disk-error' };
    return null;
  }

  #tell(step: ImportProgress['step']): void {
    const { manifest } = this.#pack;
    this.#request.onProgress({ step, manifest, copied: this.#copied, bytes: this.#total, free: this.#free });
  }

  /** Which files still have to come; checks every header on the way, so that a held blob cannot hide a forged one. */
  async #findMissing(): Promise<{ file: PackFile; entry: PlacedEntry }[]> {
    const { manifest, layout, handle } = this.#pack;
    const missing: { file: PackFile; entry: PlacedEntry }[] = [];
    const seen = new Set<string>();
    for (const [index, file] of manifest.files.entries()) {
      const entry = layout.entries[index + 2];
      if (entry === undefined) throw new RangeError('the layout follows from the manifest');
      await checkHeader(handle, entry);
      if (seen.has(file.sha256)) continue;
      seen.add(file.sha256);
      if (await this.#deps.blobs.has(file.sha256, file.bytes)) this.#copied += file.bytes;
      else missing.push({ file, entry });
      this.#request.signal.throwIfAborted();
    }
    return missing;
  }

  async #checkRoom(missing: readonly { file: PackFile }[]): Promise<void> {
    let needed = missing.length === 0 ? 0 : spareBytes;
    for (const { file } of missing) {
      needed += Math.max(0, file.bytes - (await this.#deps.staging.partBytes(this.#pack.manifest, file.sha256)));
    }
    await mkdir(this.#deps.directory, { recursive: true });
    const disk = await statfs(this.#deps.directory);
    this.#free = disk.bavail * disk.bsize;
    this.#tell('room');
    if (this.#free < needed) throw new PackRefused({ code: 'packs/disk-full', needed, free: this.#free });
  }

  async #take(file: PackFile, entry: PlacedEntry): Promise<void> {
    const path = this.#deps.staging.partOf(this.#pack.manifest, file.sha256);
    this.#request.signal.throwIfAborted();
    if (this.#flushError !== null) throw this.#flushError;
    if (entry.isDeflated) {
      const content = await readDeflated(this.#pack.handle, entry, file);
      const handle = await open(path, 'w');
      await this.#finish(handle, path, file, () => handle.writeFile(content));
      this.#count(content.length);
      return;
    }
    const held = Math.min(await this.#deps.staging.partBytes(this.#pack.manifest, file.sha256), file.bytes);
    try {
      await this.#takeStored(file, entry, path, held);
    } catch (error) {
      // After a power cut the end of a half-copied file may be anything: begin it once more before blaming the pack.
      if (!(error instanceof PackRefused) || held === 0) throw error;
      this.#copied -= file.bytes;
      await rm(path, { force: true });
      await this.#takeStored(file, entry, path, 0);
    }
  }

  async #takeStored(file: PackFile, entry: PlacedEntry, path: string, held: number): Promise<void> {
    const { signal } = this.#request;
    const hash = held === 0 ? createHash('sha256') : await hashHeld(path, held, this.#buffers, signal);
    this.#count(held);
    const handle = await open(path, held === 0 ? 'w' : 'r+');
    try {
      const deps = { signal, onBytes: (bytes: number) => this.#count(bytes) };
      await copyStored(this.#pack.handle, entry, file, { handle, held, hash }, this.#buffers, deps);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await this.#finish(handle, path, file, async () => undefined);
  }

  #count(bytes: number): void {
    this.#copied += bytes;
    this.#tell('copying');
  }

  /** Flushes and names a finished file beside the copying of the next ones. */
  async #finish(handle: FileHandle, path: string, file: PackFile, write: () => Promise<void>): Promise<void> {
    const flush = async (): Promise<void> => {
      try {
        try {
          await write();
          await handle.datasync();
        } finally {
          await handle.close();
        }
        await this.#deps.blobs.adopt(path, file.sha256);
      } catch (error) {
        this.#flushError ??= error;
      }
    };
    const flushing = flush().finally(() => this.#flushing.delete(flushing));
    this.#flushing.add(flushing);
    if (this.#flushing.size >= maxFlushing) await Promise.race(this.#flushing);
  }

  async #switch(): Promise<Result<InstalledPack>> {
    const { manifest } = this.#pack;
    const { queries, staging, time } = this.#deps;
    await checkContent(manifest, this.#deps.blobs);
    const before = queries.find(manifest.id);
    queries.put(manifest, time.now());
    const installed = queries.find(manifest.id);
    if (installed === undefined) throw new Error('the pack was just put there');
    await staging.end(manifest);
    if (before !== undefined) await removeUnused(this.#deps, before.manifest.files);
    return ok(installed);
  }
}

/** One file for each blob, in order. */
function distinctFiles(manifest: PackManifest): PackFile[] {
  return [...new Map(manifest.files.map((file) => [file.sha256, file])).values()];
}

/** A course has to be readable and whole before it replaces the one people use. */
async function checkContent(manifest: PackManifest, blobs: BlobStore): Promise<void> {
  if (manifest.kind !== 'training') return;
  const damaged = new PackRefused({ code: 'packs/damaged', entry: 'course.json' });
  const file = manifest.files.find(({ path }) => path === 'course.json');
  if (file === undefined) throw damaged;
  let json: unknown;
  try {
    json = JSON.parse(await readFile(blobs.pathOf(file.sha256), 'utf8'));
  } catch {
    throw damaged;
  }
  const course = parseCourse(json);
  if (!course.ok || course.value.id !== manifest.id || course.value.version !== manifest.version) throw damaged;
  const paths = manifest.files.map(({ path }) => path);
  // Matters of style are the builder's to refuse; a file that is not there would be a hole in a lesson.
  if (checkCourse(course.value, paths).some(({ code }) => code === 'training/missing-file')) throw damaged;
}
