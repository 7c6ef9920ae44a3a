/** What a list of import jobs means as one thing on the screen. Pure. */
import type { ImportJob } from '#shared/packs/contract.ts';
import type { Output } from '#renderer/app/bridge.ts';

/** A stick or a chosen folder. */
export type Source = Output<'packs.offers'>['sources'][number];

export type ImportState = {
  /** `running` while anything is copied or waits its turn; `paused` when nothing runs and something can go on. */
  readonly phase: 'running' | 'paused' | 'failed' | 'done';
  readonly jobs: readonly ImportJob[];
  /** The job whose steps are shown. */
  readonly current: ImportJob;
  readonly copied: number;
  readonly bytes: number;
  /** Whole minutes for all that is left; null while unknown. */
  readonly minutesLeft: number | null;
  /** Steps done of signature, room, copying, listing: 0 to 4. */
  readonly stepsDone: number;
};

const running: readonly ImportJob['step'][] = ['verifying', 'room', 'copying', 'switching'];
const doneBefore: Readonly<Record<string, number>> = { room: 1, copying: 2, switching: 3, done: 4 };

/** Null when there is nothing to show. */
export function importState(all: readonly ImportJob[]): ImportState | null {
  const jobs = all.filter(({ step }) => step !== 'cancelled');
  const at = (...steps: ImportJob['step'][]): ImportJob | undefined => jobs.find(({ step }) => steps.includes(step));
  const active = at(...running) ?? at('queued');
  const current = active ?? at('paused') ?? at('failed') ?? jobs.at(-1);
  if (current === undefined) return null;
  const counted = jobs.filter(({ step }) => step !== 'failed');
  const copied = counted.reduce((total, job) => total + job.copied, 0);
  const bytes = counted.reduce((total, job) => total + job.bytes, 0);
  return {
    phase:
      active !== undefined
        ? 'running'
        : current.step === 'paused'
          ? 'paused'
          : current.step === 'failed'
            ? 'failed'
            : 'done',
    jobs,
    current,
    copied,
    bytes,
    minutesLeft: minutesLeft(current, bytes - copied),
    stepsDone: stepsDone(current),
  };
}

/** A paused job has been through signature and room as soon as something of it was copied. */
function stepsDone(job: ImportJob): number {
  if (job.step === 'paused' || job.step === 'failed') return job.copied > 0 ? 2 : 0;
  return doneBefore[job.step] ?? 0;
}

/** The running job's own time, stretched over what waits behind it. */
function minutesLeft(job: ImportJob, bytesLeft: number): number | null {
  const own = job.bytes - job.copied;
  if (job.secondsLeft === null || own <= 0) return null;
  return Math.round((job.secondsLeft * (bytesLeft / own)) / 60);
}
