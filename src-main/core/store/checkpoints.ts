/**
 * When SQLite copies the write-ahead file into the main file. One place decides, as a backup reads the main file and nothing may be
 * copied into it meanwhile, whatever else is going on in the store.
 */
import type { WritableDb } from './database.ts';

/** Pages in the write-ahead file, 4 kB each, from which SQLite copies them: its own number, and while much is taken. */
const [pagesUsual, pagesAhead] = [1000, 8000] as const;

export type Checkpoints = {
  /** Much is taken: of a page written in several transactions only the last state is copied, and enciphered, once more. */
  seldom(): void;
  /** Much was taken: copies now what can be copied without waiting, and is as watchful as usual again. */
  now(): void;
  /** Copies everything, then leaves the main file as it is until `work` has ended. */
  whileStill<T>(work: () => Promise<T>): Promise<T>;
};

export function createCheckpoints(db: WritableDb): Checkpoints {
  let pages: number = pagesUsual;
  let isStill = false;
  // 0: never by itself.
  const tell = (): void => void db.pragma(`wal_autocheckpoint = ${isStill ? 0 : pages}`);
  const set = (wanted: number): void => {
    if (wanted === pages) return;
    pages = wanted;
    tell();
  };
  return {
    seldom: () => set(pagesAhead),
    now() {
      if (!isStill) db.pragma('wal_checkpoint(passive)');
      set(pagesUsual);
    },
    async whileStill(work) {
      db.pragma('wal_checkpoint(truncate)');
      isStill = true;
      tell();
      try {
        return await work();
      } finally {
        isStill = false;
        tell();
      }
    },
  };
}
