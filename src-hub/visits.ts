/**
 * Who was here, when, and what moved: written behind the answers, many visits in one transaction. So an exchange waits for the one
 * commit that makes its ops durable, and one without news for none. What a crash takes is the last moment's dates and counts.
 */
import type { Ledger, Visit } from './ledger-queries.ts';

/** How far the table may be behind: an operator's eye does not see it, and all who come at nine o'clock are one transaction. */
const behindMs = 200;
const retryMs = 1000;

export type Visits = {
  note(visit: Visit): void;
  /** Resolves when what was noted is written, or cannot be. Nothing is left running; what is noted after it is written as before. */
  close(): Promise<void>;
};

export function createVisits(deps: { ledger: Ledger; onTrouble: () => void }): Visits {
  let waiting = new Map<string, Visit>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  function note(visit: Visit): void {
    const before = waiting.get(visit.replica);
    waiting.set(visit.replica, before === undefined ? visit : together(before, visit));
    schedule(behindMs);
  }

  function schedule(ms: number): void {
    timer ??= setTimeout(() => {
      timer = null;
      writing = writing.then(write);
    }, ms);
  }

  async function write(): Promise<void> {
    const visits = [...waiting.values()];
    waiting = new Map();
    if (visits.length === 0) return;
    try {
      await deps.ledger.recordVisits(visits);
    } catch {
      deps.onTrouble();
      for (const visit of visits) {
        const since = waiting.get(visit.replica);
        waiting.set(visit.replica, since === undefined ? visit : together(visit, since));
      }
      schedule(retryMs);
    }
  }

  return {
    note,
    async close() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      await writing;
      await write();
      if (timer !== null) clearTimeout(timer);
    },
  };
}

function together(before: Visit, since: Visit): Visit {
  return {
    ...since,
    appVersion: since.appVersion ?? before.appVersion,
    summary: since.summary ?? before.summary,
    opsIn: before.opsIn + since.opsIn,
    bytesIn: before.bytesIn + since.bytesIn,
    segmentsOut: before.segmentsOut + since.segmentsOut,
    bytesOut: before.bytesOut + since.bytesOut,
  };
}
