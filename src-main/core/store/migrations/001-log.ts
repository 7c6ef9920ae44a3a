/** The log, its replicas and the small facts. Tables of record kinds come from their declarations (tables.ts). */
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

    create table log (
      ref integer primary key,
      replica integer not null references replica (ref),
      partition text not null,
      head_seq integer not null default 0,
      head blob not null,
      sent_seq integer not null default 0,
      received_seq integer not null default 0,
      unique (replica, partition)
    ) strict;

    create table log_head (
      log integer not null references log (ref),
      seq integer not null,
      head blob not null,
      primary key (log, seq)
    ) strict, without rowid;

    -- Others' segments as they came, so that a stick or a neighbour can be handed them.
    create table segment (
      log integer not null references log (ref),
      from_seq integer not null,
      to_seq integer not null,
      bytes blob not null,
      primary key (log, to_seq)
    ) strict, without rowid;

    create table op (
      log integer not null references log (ref),
      seq integer not null,
      time integer not null,
      kind integer not null,
      record text not null,
      actor text,
      op_group text not null,
      act text not null,
      body text not null,
      applied_at integer not null,
      primary key (log, seq)
    ) strict, without rowid;
    create index op_by_record on op (record, time);
    create index op_by_applied on op (applied_at);

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
