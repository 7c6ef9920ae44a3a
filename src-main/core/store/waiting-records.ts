/**
 * Which records of this laptop's own logs the hub has not yet acknowledged. Asked with every look at a status, so it is kept in memory, and
 * follows the logs: of what came since it was last asked only that is read. An index over the records would say the same, and every edit
 * would write two more pages for it: as many as record and log together.
 */
import { stampMs } from '#shared/sync/stamp.ts';
import type { Log, OpLog } from './op-log.ts';

/** A record's last op that waits. */
export type WaitingRecord = { readonly kind: number; readonly seq: number };

export type WaitingLog = {
  readonly log: Log;
  /** By record. */
  readonly records: ReadonlyMap<string, WaitingRecord>;
  /** When the oldest op that waits was written, milliseconds UTC; null when none does. */
  readonly since: number | null;
};

export type WaitingRecords = {
  /** One for each own log. Not to be called within a transaction. */
  logs(): WaitingLog[];
};

type Known = {
  readonly records: Map<string, WaitingRecord>;
  readonly received: number;
  readonly head: number;
  readonly since: number | null;
};

export function createWaitingRecords(opLog: OpLog): WaitingRecords {
  const knownByRef = new Map<number, Known>();
  let cuts = opLog.cuts();

  function follow(log: Log, known: Known | undefined): Known {
    const { received } = opLog.marks(log);
    const head = opLog.head(log).seq;
    if (known !== undefined && known.received === received && known.head === head) return known;
    const goesOn = known !== undefined && known.received <= received && known.head <= head;
    const records = goesOn ? known.records : new Map<string, WaitingRecord>();
    if (goesOn && known.received < received)
      for (const [record, { seq }] of records) if (seq <= received) records.delete(record);
    for (const { seq, kind, record } of opLog.opsAfter(log, Math.max(received, goesOn ? known.head : 0), head))
      records.set(record, { kind, seq });
    const isSameOldest = goesOn && known.received === received && known.since !== null;
    const [oldest] = isSameOldest || received === head ? [] : opLog.opsAfter(log, received, 1);
    return { records, received, head, since: isSameOldest ? known.since : oldest ? stampMs(oldest.time) : null };
  }

  return {
    logs() {
      // What was known of a log may have been taken away and written otherwise.
      if (cuts !== opLog.cuts()) knownByRef.clear();
      cuts = opLog.cuts();
      return opLog
        .logs()
        .filter((log) => opLog.isOwn(log.replica))
        .map((log) => {
          const known = follow(log, knownByRef.get(log.ref));
          knownByRef.set(log.ref, known);
          return { log, records: known.records, since: known.since };
        });
    },
  };
}
