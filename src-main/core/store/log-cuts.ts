/**
 * Takes ops out of the logs, each time in one short transaction: the rows of their records say what they said before until short steps make them
 * anew (forgotten-steps.ts), whatever happens in between. What others wrote there is written down as strays for them (#shared/sync/stray.ts).
 *
 * A snapshot that is coming goes on coming, but where its own partition begins anew: no log it covers is ended (log-store.ts), and of one record
 * the logs say what is right with it as without it.
 */
import { logKey, type Summary } from '#shared/sync/messages.ts';
import { givenIn, reissued } from '#shared/sync/reissue.ts';
import { straysBehind } from '#shared/sync/stray.ts';
import type { Archive } from './archive.ts';
import type { Change } from './change.ts';
import { derivedId } from './derived-id.ts';
import type { WritableDb } from './database.ts';
import { type Aside, createForgottenOps } from './forgotten-ops.ts';
import { createForgottenSteps, type ForgottenStepsDeps } from './forgotten-steps.ts';
import type { ForkedLogs } from './forked-logs.ts';
import type { Log } from './op-log.ts';
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

  /** Moves this laptop's ops behind `after` from a log that ends there into its log of now; answers how many. */
  function reissue(log: Log, after: number, now: number): number {
    const stale = opLog.opsAfter(log, after, Number.POSITIVE_INFINITY);
    opLog.cutBack(log, after);
    if (stale.length === 0) return 0;
    const into = opLog.logOf(opLog.ownReplica(), log.partition);
    const open = [...opLog.openOps(into)];
    const end = opLog.cutBack(into, opLog.sealedHead(into).seq);
    const moved = [...stale, ...open];
    forgotten.takeRecords(log.partition, recordsOf(moved));
    const ops = reissued({
      from: { replica: log.replica, after, ops: stale },
      to: {
        replica: into.replica,
        after: end,
        ops: open,
        isGiven: givenIn(opLog.opsAbout(into, new Set(moved.map(({ record }) => record)), end)),
      },
    });
    opLog.append(into, ops, opLog.clock(), now);
    return stale.length;
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

    heard: forgotten.heard,
    goOn,
  };
}
