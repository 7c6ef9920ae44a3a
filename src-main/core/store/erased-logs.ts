/**
 * This laptop's own logs in partitions it has left and erased. The hub still holds them, so their being longer there is no sign of an
 * old copy; and nothing may be written into one before all of it has come back, where the hub grants the partition again.
 */
import type { Summary } from '#shared/sync/messages.ts';
import type { Meta } from './meta.ts';

export type ErasedLogs = {
  has(log: string): boolean;
  /** Remembers that the hub holds this log up to `seq`. */
  add(log: string, seq: number): void;
  /** Called when the log reaches `seq` here: forgotten once all of it is back. */
  reached(log: string, seq: number): void;
};

export function createErasedLogs(meta: Meta): ErasedLogs {
  // Asked seldom, and by several: read anew each time.
  const read = (): Summary => JSON.parse(meta.get('erased-logs') ?? '{}') as Summary; // written below
  const write = (logs: Summary): void => meta.set('erased-logs', JSON.stringify(logs));
  return {
    has: (log) => read()[log] !== undefined,
    add: (log, seq) => write({ ...read(), [log]: Math.max(seq, read()[log] ?? 0) }),
    reached(log, seq) {
      const { [log]: wanted, ...rest } = read();
      if (wanted !== undefined && seq >= wanted) write(rest);
    },
  };
}
