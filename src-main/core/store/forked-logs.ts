/**
 * Logs that are known to go on otherwise at the hub, with the seq up to which both are sure to hold the same. They are not handed on;
 * the hub's continuation is asked for, and when it comes the fork is mended (log-store.ts).
 */
import type { Summary } from '#shared/sync/messages.ts';
import type { Meta } from './meta.ts';

export type ForkedLogs = {
  /** The seq both hold alike; undefined where the log is not known to fork. */
  commonOf(log: string): number | undefined;
  add(log: string, common: number): void;
  remove(log: string): void;
  all(): Summary;
};

export function createForkedLogs(meta: Meta): ForkedLogs {
  // Read with every summary, and empty but in the rarest hour.
  let logs: { [log: string]: number } = JSON.parse(meta.get('forked-logs') ?? '{}') as Summary; // written below
  const write = (): void => meta.set('forked-logs', JSON.stringify(logs));
  return {
    commonOf: (log) => logs[log],
    add(log, common) {
      if (logs[log] === common) return;
      logs = { ...logs, [log]: common };
      write();
    },
    remove(log) {
      if (logs[log] === undefined) return;
      const { [log]: _mended, ...rest } = logs;
      logs = rest;
      write();
    },
    all: () => logs,
  };
}
