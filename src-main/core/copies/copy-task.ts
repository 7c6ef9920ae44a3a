/** What is under way between this laptop and a stick's copies: one thing at a time, with its progress, ended by a person or by the app's end. */
import type { CopyTask } from '#shared/copies/contract.ts';
import type { Time } from '#shared/kernel/ports.ts';
import { err, type Result } from '#shared/kernel/result.ts';
import { type Since, secondsLeft } from '#shared/kernel/time-left.ts';

export type OwnTask = {
  readonly signal: AbortSignal;
  /** Bytes done of all, in this step. */
  readonly progress: (step: CopyTask['step'], done: number, total: number) => void;
};

export type CopyTasks = {
  /** Runs it, unless another one runs. Failure: `copies/busy`. */
  run<T>(doing: CopyTask['doing'], place: string, task: (own: OwnTask) => Promise<Result<T>>): Promise<Result<T>>;
  /** What runs now. */
  view(): CopyTask | null;
  /** `cancelled`: what was written goes. `closing`: it may stay for the next time. */
  stop(reason: 'cancelled' | 'closing'): void;
  /** Settles when nothing runs. */
  idle(): Promise<void>;
};

/** Progress is told at most this often, in ms. */
const tellEveryMs = 300;

type Task = Omit<CopyTask, 'secondsLeft'> & {
  readonly stop: AbortController;
  /** When the bytes of this step began to be counted, and how many there were then. */
  since: Since | null;
};

export function createCopyTasks({ time, changed }: { readonly time: Time; readonly changed: () => void }): CopyTasks {
  let task: Task | null = null;
  let running: Promise<unknown> = Promise.resolve();
  let toldAt = 0;

  function progress(own: Task, step: CopyTask['step'], done: number, total: number): void {
    const now = time.now();
    if (own.step !== step || own.since === null) own.since = { at: now, done };
    [own.step, own.done, own.total] = [step, done, total];
    if (Math.abs(now - toldAt) < tellEveryMs) return;
    toldAt = now;
    changed();
  }

  return {
    run(doing, place, run) {
      if (task !== null) return Promise.resolve(err({ code: 'copies/busy' }));
      const stop = new AbortController();
      const own: Task = { doing, place, stop, step: 'prepare', done: 0, total: 0, since: null };
      task = own;
      const result = run({
        signal: stop.signal,
        progress: (step, done, total) => progress(own, step, done, total),
      }).finally(() => {
        task = null;
      });
      running = result.catch(() => undefined);
      changed();
      return result;
    },
    view() {
      if (task === null) return null;
      const { doing, step, place, done, total, since } = task;
      return { doing, step, place, done, total, secondsLeft: since && secondsLeft(since, done, total, time.now()) };
    },
    stop: (reason) => task?.stop.abort(reason),
    async idle() {
      await running;
    },
  };
}
