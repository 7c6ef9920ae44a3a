/** Migrations of the hub's database, forward only, the same for both dialects. Names are kept for ever. */
import { type Kysely, type Migration, sql } from 'kysely';
import type { Dialect } from './database.ts';

/** Texts that are keys must order by bytes in PostgreSQL too. */
export function hubMigrations(dialect: Dialect): { readonly [name: string]: Migration } {
  const text = dialect === 'postgres' ? sql`text collate "C"` : sql`text`;
  const integer = dialect === 'postgres' ? sql`bigint` : sql`integer`;
  const bytes = dialect === 'postgres' ? sql`bytea` : sql`blob`;
  const strict = dialect === 'postgres' ? sql`` : sql` strict`;

  return {
    '0001-first': {
      async up(db: Kysely<unknown>): Promise<void> {
        const statements = [
          sql`create table hub_identity (
            id ${integer} primary key check (id = 1), epoch ${text} not null, name ${text} not null,
            public_key ${text} not null, private_key ${text} not null, created_at ${integer} not null)${strict}`,
          sql`create table replica (
            id ${text} primary key, public_key ${text} not null, laptop ${text} not null, commission ${text},
            partition ${text} not null, role ${text} not null, enrolled_at ${integer} not null,
            last_contact_at ${integer}, app_version ${text}, summary ${text})${strict}`,
          sql`create table credential (
            serial ${text} primary key, replica ${text} not null references replica (id), body ${text} not null,
            valid_until ${integer} not null, issued_at ${integer} not null, revoked_at ${integer})${strict}`,
          sql`create index credential_replica on credential (replica, issued_at)`,
          sql`create table invitation (
            code_hash ${text} primary key, partitions ${text} not null, roles ${text} not null, laptop ${text} not null,
            commission ${text}, valid_days ${integer} not null, created_at ${integer} not null,
            expires_at ${integer} not null, used_at ${integer}, used_by ${text}, serial ${text})${strict}`,
          sql`create table log (
            replica ${text} not null, partition ${text} not null, head_seq ${integer} not null, head ${text} not null,
            bytes ${integer} not null, moved_at ${integer} not null, primary key (replica, partition))${strict}`,
          sql`create index log_partition on log (partition)`,
          // The primary key is what two hub processes cannot both insert.
          sql`create table segment (
            replica ${text} not null, partition ${text} not null, from_seq ${integer} not null,
            to_seq ${integer} not null, head ${text} not null, size ${integer} not null, bytes ${bytes} not null,
            received_at ${integer} not null, primary key (replica, partition, from_seq))${strict}`,
          sql`create table exchange (
            id ${text} primary key, replica ${text} not null, at ${integer} not null, ops_in ${integer} not null,
            bytes_in ${integer} not null, segments_out ${integer} not null, bytes_out ${integer} not null)${strict}`,
          sql`create index exchange_at on exchange (at)`,
          sql`create table refusal (
            replica ${text} not null, reason ${text} not null, day ${integer} not null, count ${integer} not null,
            last_at ${integer} not null, primary key (replica, reason, day))${strict}`,
        ];
        for (const statement of statements) await statement.execute(db);
      },
    },
    '0002-own-certificate': {
      async up(db: Kysely<unknown>): Promise<void> {
        await sql`alter table hub_identity add column tls_certificate ${text}`.execute(db);
        await sql`alter table hub_identity add column tls_key ${text}`.execute(db);
      },
    },
    '0003-blobs': {
      async up(db: Kysely<unknown>): Promise<void> {
        const statements = [
          sql`create table blob (
            sha256 ${text} primary key, bytes ${integer} not null, stored_at ${integer} not null)${strict}`,
          sql`create table blob_ref (
            sha256 ${text} not null references blob (sha256), partition ${text} not null, replica ${text} not null,
            referred_at ${integer} not null, primary key (sha256, partition))${strict}`,
          sql`create index blob_ref_replica on blob_ref (replica)`,
          // The primary key is what two hub processes cannot both add to one upload.
          sql`create table blob_part (
            replica ${text} not null, sha256 ${text} not null, from_byte ${integer} not null, bytes ${integer} not null,
            key ${text} not null, received_at ${integer} not null, primary key (replica, sha256, from_byte))${strict}`,
          sql`create table shelf_pack (
            id ${text} not null, version ${integer} not null, sha256 ${text} not null references blob (sha256),
            body ${text} not null, published_at ${integer} not null, primary key (id, version))${strict}`,
          sql`create index shelf_pack_sha256 on shelf_pack (sha256)`,
        ];
        for (const statement of statements) await statement.execute(db);
      },
    },
    '0004-seal-key': {
      async up(db: Kysely<unknown>): Promise<void> {
        await sql`create table seal_key (id ${integer} primary key check (id = 1), identity ${text} not null)${strict}`.execute(
          db,
        );
      },
    },
    '0005-snapshots': {
      async up(db: Kysely<unknown>): Promise<void> {
        await sql`create table snapshot (
          sha256 ${text} primary key, partition ${text} not null, bytes ${integer} not null,
          head_bytes ${integer} not null, ops ${integer} not null, rules ${integer} not null, summary ${text} not null,
          made_at ${integer} not null)${strict}`.execute(db);
        await sql`create index snapshot_partition on snapshot (partition)`.execute(db);
      },
    },
    '0006-succession': {
      async up(db: Kysely<unknown>): Promise<void> {
        await sql`alter table replica add column succeeded_by ${text}`.execute(db);
        await sql`alter table replica add column handed_over_at ${integer}`.execute(db);
      },
    },
    '0007-stick-blobs': {
      async up(db: Kysely<unknown>): Promise<void> {
        await sql`alter table replica add column stick_blobs ${text}`.execute(db);
      },
    },
    '0008-learnt-credentials': {
      async up(db: Kysely<unknown>): Promise<void> {
        await sql`create table learnt_credential (
          serial ${text} primary key, replica ${text} not null, laptop ${text} not null, body ${text} not null,
          learnt_at ${integer} not null, revoked_at ${integer})${strict}`.execute(db);
        await sql`create index learnt_credential_replica on learnt_credential (replica)`.execute(db);
      },
    },
    '0009-revoked-identities': {
      async up(db: Kysely<unknown>): Promise<void> {
        const statements = [
          sql`create table revoked_identity (replica ${text} primary key, revoked_at ${integer} not null)${strict}`,
          sql`insert into revoked_identity select replica, min(revoked_at) from learnt_credential
            where revoked_at is not null group by replica`,
          sql`alter table learnt_credential drop column revoked_at`,
        ];
        for (const statement of statements) await statement.execute(db);
      },
    },
  };
}
