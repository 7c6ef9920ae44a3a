/**
 * What stood of a partition when it began anew (forgotten-ops.ts): chunks of the archive and segments as they lay, until the rows of their
 * records have been made anew. form: what `bytes` is. folded: whether they have been. aside: how many of its ops, by log, may have to be
 * written again, as JSON.
 */
export const migration008 = {
  name: '008-forgotten',
  sql: `
    create table forgotten (
      ref integer primary key,
      partition text not null,
      form text not null,
      folded integer not null,
      aside text not null,
      bytes blob not null
    ) strict;
  `,
};
