/**
 * Imports one after another, with their state for the screen. A job that lost its stick, was paused or outlived a
 * restart stays in the list and goes on where it was; nothing is begun without being asked, except that a job whose
 * stick was pulled goes on by itself when the stick is back.
 */
import type { Logger, Time } from '#shared/kernel/ports.ts';
import type { Failure } from '#shared/kernel/result.ts';
import { type Since, secondsLeft } from '#shared/kernel/time-left.ts';
import type { ImportJob } from '#shared/packs/contract.ts';
import type { PackManifest } from '#shared/packs/manifest.ts';
import { discardImport, type ImportDeps, type ImportProgress, importPack } from './import-pack.ts';
import { titlesOf } from './pack-offers.ts';
import type { StagedJob } from './staging.ts';

type Step = ImportJob['step'];

type Job = {
  offer: string;
  /** Null after a restart, until the stick is seen again. */
  path: string | null;
  readonly manifest: PackManifest;
  step: Step;
  copied: number;
  bytes: number;
  free: number | null;
  problem: Failure | null;
  /** Where and when copying began this time, for the time left. */
  since: Since | null;
  controller: AbortController | null;
};

export type ImportQueueDeps = {
  readonly imports: () => ImportDeps;
  readonly time: Time;
  readonly logger: Logger;
  readonly onChange: () => void;
  readonly onInstalled: () => void;
};

export type ImportQueue = {
  jobs(): ImportJob[];
  /** Begins, or goes on with, the import of a pack. */
  start(offer: string, path: string, manifest: PackManifest): void;
  /** Shows imports that an earlier run of the app left unfinished, as paused. */
  restore(jobs: readonly StagedJob[]): void;
  pause(offer: string): void;
  resume(offer: string): void;
  cancel(offer: string): Promise<void>;
  clear(): void;
  /** Tells where packs are now: a job may go on from another mount point. */
  found(packs: readonly { readonly offer: string; readonly path: string; readonly manifest: PackManifest }[]): void;
  /** Settles when nothing runs and nothing waits. */
  idle(): Promise<void>;
  /** Pauses what runs and forgets the list. */
  close(): Promise<void>;
};

const ended: readonly Step[] = ['done', 'failed', 'cancelled'];

export function createImportQueue(deps: ImportQueueDeps): ImportQueue {
  const jobs = new Map<string, Job>();
  let running: Promise<void> | null = null;
  let isClosed = false;

  function pump(): void {
    if (running !== null || isClosed) return;
    const job = [...jobs.values()].find(({ step }) => step === 'queued');
    if (job === undefined) return;
    running = run(job).finally(() => {
      running = null;
      deps.onChange();
      pump();
    });
  }

  async function run(job: Job): Promise<void> {
    job.controller = new AbortController();
    job.step = 'verifying';
    job.problem = null;
    job.since = null;
    const { signal } = job.controller;
    const onProgress = (progress: ImportProgress): void => {
      if (progress.step === 'copying') job.since ??= { at: deps.time.now(), done: progress.copied };
      job.step = progress.step;
      job.copied = progress.copied;
      job.bytes = progress.bytes;
      job.free = progress.free;
      deps.onChange();
    };
    try {
      const { offer, path } = job;
      if (path === null) return settle(job, { code: 'packs/source-gone', copied: job.copied, bytes: job.bytes });
      const result = await importPack(deps.imports(), { offer, path, signal, onProgress });
      settle(job, result.ok ? null : result.error);
    } catch (error) {
      // A bug must not stop the queue; it is logged without its message, which may name files.
      deps.logger.error('packs/import-broke', { name: error instanceof Error ? error.name : typeof error });
      settle(job, { code: 'store/disk-error' });
    } finally {
      job.controller = null;
    }
  }

  function settle(job: Job, problem: Failure | null): void {
    job.problem = problem;
    if (problem === null) {
      job.step = 'done';
      job.copied = job.bytes;
      deps.onInstalled();
    } else if (problem.code === 'packs/paused') {
      job.step = 'paused';
      job.problem = null;
    } else if (problem.code === 'packs/source-gone') {
      // Opening a missing file knows no sizes; what was known stays.
      job.step = 'paused';
      job.problem = { ...problem, copied: job.copied, bytes: job.bytes };
    } else {
      job.step = problem.code === 'packs/cancelled' ? 'cancelled' : 'failed';
      if (job.step === 'cancelled') job.problem = null;
    }
    deps.logger.info('packs/import-ended', { step: job.step, code: problem?.code ?? null, bytes: job.bytes });
  }

  function requeue(job: Job): void {
    job.step = 'queued';
    job.problem = null;
    deps.onChange();
    pump();
  }

  return {
    jobs: () => [...jobs.values()].map((job) => toView(job, deps.time.now())),
    start(offer, path, manifest) {
      const known = jobs.get(offer);
      if (known !== undefined && isSamePack(known.manifest, manifest) && !ended.includes(known.step)) {
        known.path = path;
        if (known.step === 'paused') requeue(known);
        return;
      }
      jobs.delete(offer);
      const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
      const job: Job = {
        offer,
        path,
        manifest,
        bytes,
        step: 'queued',
        copied: 0,
        free: null,
        problem: null,
        since: null,
        controller: null,
      }; // prettier-ignore
      jobs.set(offer, job);
      requeue(job);
    },
    restore(staged) {
      for (const { offer, manifest } of staged) {
        const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
        jobs.set(offer, {
          offer,
          manifest,
          bytes,
          path: null,
          step: 'paused',
          copied: 0,
          free: null,
          problem: null,
          since: null,
          controller: null,
        }); // prettier-ignore
      }
    },
    pause(offer) {
      const job = jobs.get(offer);
      if (job === undefined) return;
      if (job.controller !== null) job.controller.abort('pause');
      else if (job.step === 'queued') job.step = 'paused';
      deps.onChange();
    },
    resume(offer) {
      const job = jobs.get(offer);
      if (job !== undefined && (job.step === 'paused' || job.step === 'failed')) requeue(job);
    },
    async cancel(offer) {
      const job = jobs.get(offer);
      if (job === undefined || job.step === 'done') return;
      if (job.controller !== null) {
        job.controller.abort('cancel');
        await running;
      } else {
        job.step = 'cancelled';
        job.problem = null;
        await discardImport(deps.imports(), job.manifest);
      }
      deps.onChange();
    },
    clear() {
      for (const [offer, job] of jobs) if (ended.includes(job.step)) jobs.delete(offer);
      deps.onChange();
    },
    found(packs) {
      const waiting = [...jobs.values()].filter(({ step }) => step === 'paused');
      for (const job of waiting) {
        const pack = packs.find(({ manifest }) => isSamePack(manifest, job.manifest));
        if (pack === undefined) continue;
        jobs.delete(job.offer);
        job.offer = pack.offer;
        job.path = pack.path;
        jobs.set(job.offer, job);
        if (job.problem?.code === 'packs/source-gone') requeue(job);
      }
    },
    async idle() {
      for (let run = running; run !== null; run = running) await run;
    },
    async close() {
      isClosed = true;
      for (const job of jobs.values()) job.controller?.abort('pause');
      await running;
      jobs.clear();
    },
  };
}

function isSamePack(left: PackManifest, right: PackManifest): boolean {
  return left.id === right.id && left.version === right.version && left.publisher.id === right.publisher.id;
}

function toView(job: Job, now: number): ImportJob {
  const since = job.step === 'copying' ? job.since : null;
  return {
    offer: job.offer,
    packId: job.manifest.id,
    titles: titlesOf(job.manifest),
    step: job.step,
    copied: job.copied,
    bytes: job.bytes,
    secondsLeft: since && secondsLeft(since, job.copied, job.bytes, now),
    free: job.free,
    problem: job.problem,
  };
}
