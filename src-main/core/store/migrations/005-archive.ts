/**
 * Ops of logs below their bases (op-log.ts), by record: what a snapshot brought, or what stood in segments that have been let go.
 * loading: the chunk belongs to a snapshot that has not come whole yet. squeezed_at: when the hub made the snapshot; null where the
 * ops are as they were written. first, last, records: which records are in it (record-places.ts).
 */
export const migration005 = {
  name: '005-archive',
  sql: `
    create table archive (
      ref integer primary key,
      partition text not null,
      loading integer not null,
      squeezed_at integer,
      first text not null,
      last text not null,
      records blob not null,
      bytes blob not null
    ) strict;
    create index archive_by_first on archive (first, last);
  `,
};
