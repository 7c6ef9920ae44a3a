/** Small facts of the store by key: identity, enrolment, which languages have a sort index. */
import type { WritableDb } from './database.ts';

export type Meta = {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
};

export function createMeta(db: WritableDb): Meta {
  const get = db.prepare('select value from meta where key = ?').pluck();
  const set = db.prepare(
    'insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
  );
  const remove = db.prepare('delete from meta where key = ?');
  return {
    get: (key) => (get.get(key) as string | undefined) ?? null, // the column is text not null
    set: (key, value) => void set.run(key, value),
    remove: (key) => void remove.run(key),
  };
}
