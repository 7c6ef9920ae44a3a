/** The persons who have written, by small numbers that rows hold in the place of their ids. What is read once stays in memory. */
import type { WritableDb } from './database.ts';

export type Authors = {
  /** The number of a person, made where there is none yet; null of null. */
  refOf(id: string | null): number | null;
  /** The person behind a number. */
  idOf(ref: number | null): string | null;
  /** Forgets what is held in memory, after a transaction that was rolled back. */
  reload(): void;
};

export function createAuthors(db: WritableDb): Authors {
  const insert = db.prepare('insert into author (id) values (?) on conflict do nothing');
  const selectRef = db.prepare('select ref from author where id = ?').pluck();
  const selectId = db.prepare('select id from author where ref = ?').pluck();
  const refsById = new Map<string, number>();
  const idsByRef = new Map<number, string>();

  function remember(ref: number, id: string): void {
    refsById.set(id, ref);
    idsByRef.set(ref, id);
  }

  return {
    refOf(id) {
      if (id === null) return null;
      const known = refsById.get(id);
      if (known !== undefined) return known;
      insert.run(id);
      const ref = Number(selectRef.get(id));
      remember(ref, id);
      return ref;
    },
    idOf(ref) {
      if (ref === null) return null;
      const known = idsByRef.get(ref);
      if (known !== undefined) return known;
      const id = selectId.get(ref) as string | undefined; // a text column
      if (id === undefined) return null;
      remember(ref, id);
      return id;
    },
    reload() {
      refsById.clear();
      idsByRef.clear();
    },
  };
}
