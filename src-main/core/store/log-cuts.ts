/**
 * Takes ops out of the logs, each time in one short transaction: the rows of their records say what they said before until short steps make them
 * anew (forgotten-steps.ts), whatever happens in between. What others wrote there is written down as strays for them (#shared/sync/stray.ts).
 *
 * A snapshot that is coming goes on, unless its own partition begins anew: no log it covers is ended (log-store.ts), and what the logs say of a
 * record is right with it as without it.
 */
import { logKey, type Summary } from '#shared/sync/messages.ts';
import { givenIn } from '#shared/sync/reissue.ts';
import { straysBehind } from '#shared/sync/stray.ts';
import type { Archive } from './archive.ts';
import type { Change } from './change.ts';
import { derivedId } from './derived-id.ts';
import type { WritableDb } from './database.ts';
import { type Aside, createForgottenOps, rowsOfRecords } from './forgotten-ops.ts';
import { createForgottenSteps, type ForgottenStepsDeps } from './forgotten-steps.ts';
import type { ForkedLogs } from './forked-logs.ts';
import type { Log } from './op-log.ts';
import { isStillSo, prepareEnd, type PreparedEnd } from './prepared-end.ts';
import { type Beside, recordsOf } from './short-steps.ts';

export type LogCuts = {
  /**
   * Ends a log behind `after`, where a link ends: it went on otherwise elsewhere, or nobody takes what follows. What this laptop wrote there is
   * written again under its identity of now. Answers how many ops that are.
   */
  branchOff(log: Log, after: number): number;
  /** Begins a partition anew: of these logs, all that begin in its archive, and of that nothing is kept. `aside`: what is set aside of it, by chunk. */
  beginAnew(
    partition: string,
    logs: { readonly begun: readonly Log[]; readonly parted: readonly Log[] },
    aside: ReadonlyMap<number, Aside>,
  ): void;
  /** Does beforehand, in short steps, what `branchOff` does of an own log in one long one where nobody has. */
  prepare(log: Log, after: number): Generator<void, void>;
  /** The hub's word on all logs, as it comes. */
  heard(summary: Summary): void;
  /** Goes on with what is left to do, where there is something: what it waits for may have come. */
  goOn(): void;
};

export type LogCutsDeps = Omit<ForgottenStepsDeps, 'forgotten'> & {
  readonly db: WritableDb;
  readonly archive: Archive;
  readonly forked: Pick<ForkedLogs, 'remove'>;
  readonly beside: Beside;
};

export function createLogCuts(deps: LogCutsDeps): LogCuts {
  const { log: opLog, archive, committer, forked } = deps;
  const forgotten = createForgottenOps(deps);
  const steps = deps.beside(createForgottenSteps({ ...deps, forgotten }));
  const goOn = (): void => void steps.goOn();
  // What the life before left.
  goOn();

  const straysOf = (log: Log, after: number): Change[] =>
    straysBehind(after, (seq) => opLog.segmentBeyond(log, seq), derivedId);

  /** Of the end of a log that will be written again: what of it is done beforehand. */
  let ready: PreparedEnd | null = null;
  const prepare = (log: Log, after: number): Generator<void, PreparedEnd> =>
    prepareEnd(opLog, log, after, opLog.logOf(opLog.ownReplica(), log.partition));
  /** The end of a log written again: what was done beforehand, where that still holds, else done now. */
  function preparedEnd(log: Log, after: number): PreparedEnd {
    const before = ready;
    ready = null;
    if (before !== null && before.log === log && before.after === after && isStillSo(opLog, before)) return before;
    return finish(prepare(log, after));
  }

  /** Moves this laptop's ops behind `after` from a log that ends there into its log of now; answers how many. */
  function reissue(log: Log, after: number, now: number): number {
    const { count, into, segments, rest, records, again } = preparedEnd(log, after);
    opLog.cutBack(log, after);
    if (count === 0) return 0;
    const open = [...opLog.openOps(into)];
    const end = opLog.cutBack(into, opLog.sealedHead(into).seq);
    forgotten.takeRecords(log.partition, [...records, ...rowsOfRecords(recordsOf(open))]);
    const about = opLog.opsAbout(into, new Set(open.map(({ record }) => record)), end);
    opLog.adopt(into, segments, now);
    opLog.append(into, [...rest, ...again.follow(open, givenIn(about))], opLog.clock(), now);
    return count;
  }

  return {
    branchOff(log, after) {
      let count = 0;
      committer.rearrange(log.partition, (now) => {
        if (opLog.isOwn(log.replica)) {
          count = reissue(log, after, now);
          return [];
        }
        const strays = straysOf(log, after);
        forgotten.takeEnd(log, after);
        opLog.cutBack(log, after);
        return strays;
      });
      goOn();
      return count;
    },

    beginAnew(partition, { begun, parted }, aside) {
      committer.rearrange(partition, () => {
        const strays = parted.flatMap((log) => straysOf(log, opLog.base(log)));
        forgotten.take(
          partition,
          begun.map((log) => ({ log, from: opLog.base(log) })),
          aside,
        );
        for (const log of begun) opLog.restart(log);
        if (archive.loading()?.header.partition === partition) opLog.giveUpComing();
        archive.empty(partition);
        for (const log of parted) forked.remove(logKey(log.replica, partition));
        return strays;
      });
      goOn();
    },

    *prepare(log, after) {
      if (opLog.isOwn(log.replica)) ready = yield* prepare(log, after);
    },

    heard: forgotten.heard,
    goOn,
  };
}

function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
