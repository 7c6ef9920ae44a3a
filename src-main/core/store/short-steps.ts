/** Long work beside everything else, step by step: each one short transaction, so that whatever is written or asked for goes on between two of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#shared/kernel/ports.ts';
import type { Op } from '#shared/sync/op.ts';
import type { WritableDb } from './database.ts';

export type GoesOn = {
  /** Begins, where it does not go on already; ends when nothing is left to do. */
  goOn(): Promise<void>;
  /** Null where nothing goes on now. */
  running(): Promise<void> | null;
};
/** Does `step` again and again beside everything else, once it is told to and until that answers false. */
export type Beside = (step: () => boolean) => GoesOn;

/** Between two steps, so that a person's calls have their turn. */
const pauseMs = 10;

/** With pauses, until the store is closed. After a failure it goes on when the store is opened again, or it is told to. */
export function createBeside(deps: { readonly db: WritableDb; readonly logger: Logger }): Beside {
  return (step) => {
    let running: Promise<void> | null = null;
    async function doAll(): Promise<void> {
      try {
        do await sleep(pauseMs);
        while (deps.db.open && step());
      } catch (error) {
        deps.logger.warn('store/steps-failed', { name: error instanceof Error ? error.name : typeof error });
      }
    }
    return {
      goOn() {
        running ??= doAll().finally(() => {
          running = null;
        });
        return running;
      },
      running: () => running,
    };
  };
}

/** A record of some kind, by the kind's number. */
export type RecordOfKind = Pick<Op, 'kind' | 'record'>;

export function recordsOf(ops: readonly Op[]): RecordOfKind[] {
  return [...new Map(ops.map(({ kind, record }) => [`${kind} ${record}`, { kind, record }])).values()];
}

/** Records, or ops, to a step: fewer where one took longer than nobody notices, and more again. One of the conflict desk costs ten of another kind. */
const mostAtOnce = 50;
/** How long one takes is not known before the first. */
const firstAtOnce = 10;
const stepMs = 20;

/** Hands `work` the first of some, as many as its own time allows, and those that are left; answers the latter. */
export type Pace = <T>(all: readonly T[], work: (now: readonly T[], rest: readonly T[]) => void) => readonly T[];

export function createPace(): Pace {
  let atOnce = firstAtOnce;
  return (all, work) => {
    const rest = all.slice(atOnce);
    const beganAt = performance.now();
    work(all.slice(0, atOnce), rest);
    const tookMs = performance.now() - beganAt;
    atOnce = tookMs > stepMs ? Math.max(1, atOnce >> 1) : Math.min(mostAtOnce, atOnce + 5);
    return rest;
  };
}
