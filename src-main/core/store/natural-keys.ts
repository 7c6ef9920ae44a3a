/**
 * The table `natural_key`: a row for each living record of a kind with a natural key, a hash of the folded key and the row's number. Equal hashes are
 * compared by the keys themselves, by whoever asks. Derived, and made anew with the desk (desk-index.ts).
 */
import type { Kind } from '#shared/kinds/define-kind.ts';
import type { WritableDb } from './database.ts';

export type NaturalKeys = {
  /** Answers the rows of other records that may have the same key. */
  add(kind: Kind, key: string, row: number): readonly number[];
  remove(kind: Kind, key: string, row: number): void;
  /** Forgets those of a kind, or all. */
  clear(kind: Kind | null): void;
};

/** More records of one key than anybody types twice: from here on only the first ones are compared. */
const mostAlike = 20;

export function createNaturalKeys(db: WritableDb): NaturalKeys {
  db.exec(`
    create table if not exists natural_key (
      kind integer not null,
      key integer not null,
      row integer not null,
      primary key (kind, key, row)
    ) strict, without rowid;
  `);
  const insert = db.prepare('insert or ignore into natural_key (kind, key, row) values (?, ?, ?)');
  const remove = db.prepare('delete from natural_key where kind = ? and key = ? and row = ?');
  const selectOther = db.prepare('select 1 from natural_key where kind = ? and key = ? and row <> ? limit 1').pluck();
  const select = db.prepare('select row from natural_key where kind = ? and key = ? order by row limit ?').pluck();
  const clear = db.prepare('delete from natural_key where kind = ?');
  const clearAll = db.prepare('delete from natural_key');
  return {
    add({ number }, key, row) {
      const hash = keyHash(key);
      insert.run(number, hash, row);
      if (selectOther.get(number, hash, row) === undefined) return [];
      return (select.all(number, hash, mostAlike) as number[]).filter((other) => other !== row); // an integer column
    },
    remove: ({ number }, key, row) => void remove.run(number, keyHash(key), row),
    clear: (kind) => void (kind === null ? clearAll.run() : clear.run(kind.number)),
  };
}

/** 53 bits of two FNV-1a hashes (Fowler, Noll, Vo), the same on every laptop; quick, as every write of a key pays for it. */
export function keyHash(key: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < key.length; index += 1) {
    const unit = key.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x01000193) ^ (low >>> 15);
  }
  return (high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0);
}
