/**
 * When SQLite copies the write-ahead file into the main file: while the store is at rest. One place decides, as a backup reads the main
 * file and nothing may be copied into it meanwhile, whatever else is going on in the store.
 *
 * Copying takes as long as writing did, and longer under the cipher, which undoes and does each page; and SQLite copies all that waits
 * in one go: it keeps how far it has come only at the end, so what is ended early is done again, and the one connection of an exclusive
 * file cannot hold it back at a page. There are no smaller steps; there are moments when nobody waits. So it is done once for a while
 * nobody has asked or written anything, and a page written many times until then is copied once. Closing the store copies the rest.
 *
 * Meanwhile nothing is slower: a page is read from the one file as fast as from the other. After a crash the next opening reads the
 * write-ahead file through and copies nothing: measured, 3 ms for 1,000 pages, 22 ms for 8,000, 45 ms for 16,000, with the cipher and
 * without. What bounds its size is the copying itself, which comes in one go where nobody rests: 0.1 s for 8,000 pages, enciphered 0.3 s.
 */
import type { Logger } from '#shared/kernel/ports.ts';
import { databaseFailure, type WritableDb } from './database.ts';

/** Pages in the write-ahead file, 4 kB each, from which SQLite copies them by itself, whoever waits. */
const mostPages = 8000;
/** Fewer are not worth the two waits for the disk that copying takes. */
const pagesWorthIt = 250;
/**
 * Of work that goes on behind everything else and writes much, so many are copied between two of its steps: else they come to `mostPages`,
 * and then all at once, in the step of somebody who waits.
 */
const pagesBetween = 500;
/** How long nobody acts before the store is at rest, ms. */
export const restMs = 3000;

/** A call to come; put off, its time begins anew. */
export type Waiting = { putOff(): void; end(): void };
/** Calls `work` in `ms`. The machine's own timers where no others are given; they keep no process alive. */
export type Later = (ms: number, work: () => void) => Waiting;

export type Checkpoints = {
  /** Something was written, so the store is not at rest: it is to be copied when it is. */
  written(): void;
  /** Somebody asks for something: the store is not at rest. Cheap. */
  acts(): void;
  /** Copies now what can be copied without waiting. */
  now(): void;
  /** Between two steps of such work: copies what waits where that is worth a step of its own, and says whether it did. */
  between(): boolean;
  /** Copies everything, then leaves the main file as it is until `work` has ended. */
  whileStill<T>(work: () => Promise<T>): Promise<T>;
  /** Nothing is copied at rest any more. Before the database is closed. */
  close(): void;
};

export function createCheckpoints(deps: {
  readonly db: WritableDb;
  readonly logger: Logger;
  readonly later?: Later | undefined;
}): Checkpoints {
  const { db, logger, later = byMachine } = deps;
  let isStill = false;
  let waiting: Waiting | null = null;
  // 0: never by itself.
  const setMost = (): void => void db.pragma(`wal_autocheckpoint = ${isStill ? 0 : mostPages}`);
  setMost();

  /** Pages that wait to be copied. */
  function pages(): number {
    const [row] = db.pragma('wal_checkpoint(noop)') as { log: number; checkpointed: number }[]; // pragma's fixed columns
    return row === undefined ? 0 : row.log - row.checkpointed;
  }
  function atRest(): void {
    waiting = null;
    try {
      if (pages() >= pagesWorthIt) self.now();
    } catch (error) {
      // It stays where it is, and is tried again after the next writing.
      const failure = databaseFailure(error);
      if (failure === null) throw error;
      logger.warn('store/not-copied', { problem: failure.code });
    }
  }

  const self: Checkpoints = {
    written() {
      if (waiting === null) waiting = later(restMs, atRest);
      else waiting.putOff();
    },
    acts: () => waiting?.putOff(),
    now() {
      if (!isStill) db.pragma('wal_checkpoint(passive)');
    },
    between() {
      if (isStill || pages() < pagesBetween) return false;
      self.now();
      return true;
    },
    async whileStill(work) {
      db.pragma('wal_checkpoint(truncate)');
      isStill = true;
      setMost();
      try {
        return await work();
      } finally {
        isStill = false;
        setMost();
        self.written();
      }
    },
    close() {
      waiting?.end();
      waiting = null;
    },
  };
  return self;
}

const byMachine: Later = (ms, work) => {
  const timer = setTimeout(work, ms);
  timer.unref();
  return { putOff: () => void timer.refresh(), end: () => clearTimeout(timer) };
};
