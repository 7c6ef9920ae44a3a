/**
 * Wakes those who wait for news. Logs moved by this process wake at once; logs moved by another process on the same
 * database are noticed by one small query a second, and only while somebody waits.
 */
import type { HubDb } from './db/database.ts';

export type LogWatch = {
  /** Wakes every waiter. */
  moved(): void;
  /** Changes whenever a log may have moved. Read it before looking at the logs, and wait from there. */
  version(): number;
  /**
   * Resolves when some log may have moved after `version`, after `ms`, or when the hub stops. False when there are too
   * many waiters or the hub stops.
   */
  wait(version: number, ms: number, signal: AbortSignal): Promise<boolean>;
  waiting(): number;
  close(): void;
};

const maxWaiters = 5000;
const pollMs = 1000;

export function createLogWatch(db: HubDb): LogWatch {
  const waiters = new Set<() => void>();
  let timer: NodeJS.Timeout | null = null;
  let seen: number | null = null;
  let closed = false;
  let version = 0;

  function moved(): void {
    version += 1;
    for (const wake of waiters) wake();
  }

  async function poll(): Promise<void> {
    timer = null;
    try {
      const row = await db
        .selectFrom('log')
        .select((select) => select.fn.sum<number | null>('head_seq').as('ops'))
        .executeTakeFirst();
      const ops = row?.ops ?? 0;
      // The first look of a series has nothing to compare with: who waits looks for himself.
      if (ops !== seen) moved();
      seen = ops;
    } catch {
      // The database is away: the waiters' own time-outs answer them, readyz tells the operator.
    }
    schedule();
  }

  function schedule(): void {
    if (closed || waiters.size === 0) seen = null;
    else timer ??= setTimeout(() => void poll(), pollMs);
  }

  return {
    moved,
    version: () => version,
    wait(since, ms, signal) {
      if (closed || waiters.size >= maxWaiters) return Promise.resolve(false);
      if (since !== version) return Promise.resolve(true);
      return new Promise((resolve) => {
        const finish = (): void => {
          waiters.delete(finish);
          clearTimeout(timeout);
          signal.removeEventListener('abort', finish);
          resolve(!closed);
        };
        const timeout = setTimeout(finish, ms);
        signal.addEventListener('abort', finish);
        waiters.add(finish);
        schedule();
      });
    },
    waiting: () => waiters.size,
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      moved();
    },
  };
}
