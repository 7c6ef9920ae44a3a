/** One wanted change of one record, and what its author has seen. */
import type { Id } from '#shared/kernel/ids.ts';
import type { WantedChange } from '#shared/sync/op-content.ts';
import type { Log, OpLog } from './op-log.ts';

export type Change = WantedChange & {
  readonly id: Id | string;
  /** The id was made just now: nothing needs to be looked up. Harmless where it is not true. */
  readonly isNew?: boolean;
  /** A record this one belongs to: a new one goes into the partition where that one is. */
  readonly beside?: Id | string;
};

/** What a remover or a signer has seen of the partition: the highest seq of each log, the op itself included. */
export function seenBy(opLog: OpLog, own: Log, seq: number): { [replica: string]: number } {
  const seen: { [replica: string]: number } = {};
  for (const log of opLog.logs()) if (log.partition === own.partition) seen[log.replica] = opLog.head(log).seq;
  return { ...seen, [own.replica]: seq };
}
