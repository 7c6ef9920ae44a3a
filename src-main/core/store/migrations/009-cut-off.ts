/**
 * What was taken off the end of a log stands beside what a partition's logs said before it began anew (forgotten-ops.ts). records: which records
 * it is about (record-places.ts); null of the latter.
 */
export const migration009 = {
  name: '009-cut-off',
  sql: 'alter table forgotten add column records blob',
};
