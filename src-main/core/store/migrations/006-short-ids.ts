import type { WritableDb } from '../database.ts';

/** Ids and references stand in rows and their indexes as 16 bytes: as text they were a sixth of a row, and most of an index. */
export const migration006 = {
  name: '006-short-ids',
  sql: '',
  /** A column's type is part of its table, so each table is written anew. Its rows keep their numbers, by which other tables name them. */
  run(db: WritableDb): void {
    const tables = db
      .prepare(
        `select t.name, t.sql from sqlite_schema t join pragma_table_info(t.name) c
         where t.type = 'table' and c.name = 'stamp_time' order by t.name`,
      )
      .all() as { name: string; sql: string }[]; // text columns
    for (const { name, sql } of tables) {
      const ids = new Set(['id', ...(references[name] ?? [])]);
      // The fixed shape of table_info.
      const columns = (db.pragma(`table_info("${name}")`) as { name: string }[]).map((column) => column.name);
      const short = [...ids].reduce(
        (text, id) => text.replace(new RegExp(`([\\s,(]"?${id}"?) text`, 'i'), '$1 blob'),
        sql.replace(`"${name}"`, `"${name}_short"`),
      );
      const values = columns.map((column) => (ids.has(column) ? `unhex("${column}", '-')` : `"${column}"`));
      db.exec(`
        ${short};
        insert into "${name}_short" ("${columns.join('", "')}") select ${values.join(', ')} from "${name}";
        drop table "${name}";
        alter table "${name}_short" rename to "${name}";
      `);
    }
  },
};

/** The columns that held references then. Indexes are made anew from the declarations. */
const references: { readonly [table: string]: readonly string[] } = {
  membership: ['f_commission', 'f_contact'],
  decision: ['f_signedBy', 'f_corrects'],
  progress: ['f_person'],
  attempt: ['f_person'],
};
