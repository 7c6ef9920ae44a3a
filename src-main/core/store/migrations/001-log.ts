/**
 * The log, its replicas and the small facts. Tables of record kinds come from their declarations (tables.ts). What the rows of a
 * log mean, and that none of its parts overlap, is told in op-log.ts.
 */
export const migration001 = {
  name: '001-log',
  sql: `
    create table meta (
      key text primary key,
      value text not null
    ) strict, without rowid;

    create table replica (
      ref integer primary key,
      id text not null unique,
      public_key text not null
    ) strict;

    -- base: the log begins behind this seq here, where a snapshot or compaction stands for what was before.
    -- seed: the salt seed of the block being written; only for own logs.
    create table log (
      ref integer primary key,
      replica integer not null references replica (ref),
      partition text not null,
      base_seq integer not null default 0,
      base_head blob not null,
      sent_seq integer not null default 0,
      received_seq integer not null default 0,
      seed_block integer,
      seed blob,
      unique (replica, partition)
    ) strict;

    -- Sealed segments, own and others'. records: which records are in it (record-places.ts).
    -- joined: made here of smaller ones, so applied_at is that of the last.
    create table segment (
      ref integer primary key,
      log integer not null references log (ref),
      from_seq integer not null,
      to_seq integer not null,
      head blob not null,
      applied_at integer not null,
      joined integer not null default 0,
      records blob not null,
      bytes blob not null
    ) strict;
    create unique index segment_by_log on segment (log, to_seq);
    create index segment_by_applied on segment (applied_at);

    -- Own ops not yet sealed, a row per action.
    create table tail (
      ref integer primary key,
      log integer not null references log (ref),
      from_seq integer not null,
      clock integer not null,
      ops blob not null
    ) strict;

    create table credential (
      serial text primary key,
      replica text not null,
      body text not null
    ) strict, without rowid;
    create index credential_by_replica on credential (replica);

    create table exchange (
      ref integer primary key,
      road text not null,
      started_at integer not null,
      finished_at integer,
      sent integer not null default 0,
      received integer not null default 0,
      problem text
    ) strict;
  `,
};
