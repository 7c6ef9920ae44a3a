/**
 * Wakes those who wait for news. Logs moved by this process wake at once; logs moved by another process on the same
 * database are noticed by one small query a second, and only while somebody waits.
 */
import type { HubDb } from './db/database.ts';

export type LogWatch = {
  /** Wakes every waiter. */
  moved(): void;
  /** Resolves when some log has moved, after `ms`, or when the hub stops. False when there are too many waiters. */
  wait(ms: number, signal: AbortSignal): Promise<boolean>;
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

  function wakeAll(): void {
    for (const wake of [...waiters]) wake();
  }

  async function poll(): Promise<void> {
    timer = null;
    try {
      const row = await db
        .selectFrom('log')
        .select((select) => select.fn.sum<number | null>('head_seq').as('ops'))
        .executeTakeFirst();
      const ops = row?.ops ?? 0;
      if (seen !== null && ops !== seen) wakeAll();
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
    moved: wakeAll,
    wait(ms, signal) {
      if (closed || waiters.size >= maxWaiters) return Promise.resolve(false);
      return new Promise((resolve) => {
        const finish = (): void => {
          waiters.delete(finish);
          clearTimeout(timeout);
          signal.removeEventListener('abort', finish);
          resolve(true);
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
      wakeAll();
    },
  };
}
