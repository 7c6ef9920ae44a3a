/**
 * Logs that are known to go on otherwise at the hub, with the seq up to which both are sure to hold the same. They are not handed on;
 * the hub's continuation is asked for, and when it comes the fork is mended (log-store.ts).
 */
import type { Summary } from '#shared/sync/messages.ts';
import type { Meta } from './meta.ts';
import type { OpLog } from './op-log.ts';

export type ForkedLogs = {
  /** The seq both hold alike; undefined where the log is not known to fork. */
  commonOf(log: string): number | undefined;
  add(log: string, common: number): void;
  remove(log: string): void;
  all(): Summary;
};

export function createForkedLogs(meta: Meta, log: Pick<OpLog, 'cuts'>): ForkedLogs {
  const read = (): Summary => JSON.parse(meta.get('forked-logs') ?? '{}') as Summary; // written below
  // Read with every summary, and empty but in the rarest hour. A transaction that is rolled back takes what was written here along.
  let [logs, cuts] = [read(), log.cuts()];
  const current = (): Summary => {
    if (cuts !== log.cuts()) [logs, cuts] = [read(), log.cuts()];
    return logs;
  };
  const write = (changed: Summary): void => {
    meta.set('forked-logs', JSON.stringify(changed));
    logs = changed;
  };
  return {
    commonOf: (key) => current()[key],
    add(key, common) {
      if (current()[key] !== common) write({ ...current(), [key]: common });
    },
    remove(key) {
      if (current()[key] === undefined) return;
      const { [key]: _mended, ...rest } = current();
      write(rest);
    },
    all: current,
  };
}
