/**
 * What is left to do with what logs said and say no more (forgotten-ops.ts), each step one short transaction: after a crash between any two of them
 * it goes on. Until a record's row is made anew it says what it said before.
 */
import { logKey } from '#shared/sync/messages.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { ForgottenOps } from './forgotten-ops.ts';
import { createLostOps, type LostOpsDeps } from './lost-ops.ts';
import type { Meta } from './meta.ts';
import type { Log } from './op-log.ts';
import { partitionsBeingErased } from './partition-eraser.ts';
import { createPace, type RecordOfKind } from './short-steps.ts';

export type ForgottenStepsDeps = LostOpsDeps & {
  readonly meta: Meta;
  readonly checkpoints: Pick<Checkpoints, 'between'>;
  readonly forgotten: ForgottenOps;
  /** Whether this laptop's logs in a partition are in a state to write again in. */
  readonly isReady: (partition: string) => boolean;
};

/** Does one step; false where nothing is left to do for now. */
export function createForgottenSteps(deps: ForgottenStepsDeps): () => boolean {
  const { log: opLog, committer, forgotten } = deps;
  const pace = createPace();
  const lost = createLostOps(deps);
  /** Of what is being folded, the records that are left: read again where another life began it. */
  let left: { readonly ref: number; readonly records: readonly RecordOfKind[] } | null = null;

  function fold({ ref, partition }: { readonly ref: number; readonly partition: string }): void {
    const records = left?.ref === ref ? left.records : forgotten.recordsOf(ref);
    left = null;
    const rest = pace(records, (now, others) =>
      committer.refold(partition, now, () => others.length === 0 && forgotten.folded(ref), others.length === 0),
    );
    if (rest.length > 0) left = { ref, records: rest };
  }

  const findLog = (key: string): Log | undefined =>
    opLog.logs().find(({ replica, partition }) => logKey(replica, partition) === key);

  return () => {
    const erasing = partitionsBeingErased(deps.meta);
    const next = forgotten.nextToFold(erasing);
    const ready =
      next !== null
        ? []
        : forgotten.comparable().flatMap(({ until, ...part }) => {
            const log = findLog(part.log);
            const isHere = log !== undefined && !opLog.isComing(log) && opLog.head(log).seq >= until;
            return isHere && !erasing.includes(log.partition) && deps.isReady(log.partition) ? [{ part, log }] : [];
          });
    if (next === null && ready.length === 0) return false;
    if (deps.checkpoints.between()) return true;
    if (next !== null) {
      fold(next);
      return true;
    }
    const whole = ready.find(({ part }) => !part.isLost);
    if (whole !== undefined) {
      forgotten.compared(whole.part, lost.unsaid(whole.log, forgotten.asideOps(whole.part)));
      return true;
    }
    const byLog = Map.groupBy(ready, ({ log }) => log);
    return [...byLog].some(([log, parts]) =>
      lost.writeAgain(
        log,
        parts.map(({ part }) => part),
      ),
    );
  };
}
