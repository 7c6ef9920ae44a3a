/** The store's own transactions: immediate, and what is held in memory of the database goes back with one that fails. */
import type { Authors } from './authors.ts';
import type { Checkpoints } from './checkpoints.ts';
import { withoutWaiting, type WritableDb } from './database.ts';
import type { OpLog } from './op-log.ts';

export type Transactions = {
  /** What `work` did is on the disk when this returns. */
  lasting<T>(work: () => T): T;
  /** May be lost in a power cut: for what is done again then. */
  repeatable<T>(work: () => T): T;
  /** Repeatable, and freed pages are overwritten: what is erased shall not lie about in the file. */
  erasing(work: () => void): void;
};

export function createTransactions(deps: {
  readonly db: WritableDb;
  readonly log: OpLog;
  readonly authors: Authors;
  readonly checkpoints: Checkpoints;
}): Transactions {
  const { db } = deps;
  // Made once: a function for each transaction takes as long as a statement of it.
  const immediate = db.transaction((work: () => unknown) => work()).immediate;

  function lasting<T>(work: () => T): T {
    try {
      const result = immediate(work) as T; // what `work` answered
      deps.checkpoints.written();
      return result;
    } catch (error) {
      deps.log.reload();
      deps.authors.reload();
      throw error;
    }
  }

  const repeatable = <T>(work: () => T): T => withoutWaiting(db, () => lasting(work));

  function erasing(work: () => void): void {
    db.pragma('secure_delete = on');
    try {
      repeatable(work);
    } finally {
      db.pragma('secure_delete = off');
    }
  }

  return { lasting, repeatable, erasing };
}
