import type { WritableDb } from '../database.ts';

/**
 * Who changed a record last is a small number in its row, and the id stands once in `author`: the id itself was a fifteenth of every row.
 * The index by place on the road holds only records this laptop has written.
 */
export const migration003 = {
  name: '003-authors',
  sql: `
    create table author (
      ref integer primary key,
      id text not null unique
    ) strict;
  `,
  /** The tables of kinds are made from declarations, so those to change are found by the column. */
  run(db: WritableDb): void {
    const tables = db
      .prepare(
        `select t.name from sqlite_schema t join pragma_table_info(t.name) c
         where t.type = 'table' and c.name = 'changed_by' and c.type = 'TEXT' order by t.name`,
      )
      .pluck()
      .all() as string[]; // a text column
    for (const table of tables)
      db.exec(`
        insert or ignore into author (id) select distinct changed_by from "${table}" where changed_by is not null;
        alter table "${table}" rename column changed_by to changed_by_id;
        alter table "${table}" add column changed_by integer;
        update "${table}" set changed_by = (select ref from author where id = changed_by_id);
        alter table "${table}" drop column changed_by_id;
        drop index if exists "${table}_by_own";
      `);
  },
};
