/** What is installed from packs. The bytes lie beside the database as blobs named by their SHA-256. */
export const migration002 = {
  name: '002-packs',
  sql: `
    create table pack (
      id text primary key,
      version integer not null,
      kind text not null,
      publisher text not null,
      publisher_name text not null,
      manifest text not null,
      installed_at integer not null,
      bytes integer not null
    ) strict, without rowid;

    create table pack_file (
      pack text not null references pack (id) on delete cascade,
      path text not null,
      sha256 text not null,
      bytes integer not null,
      media_type text not null,
      primary key (pack, path)
    ) strict, without rowid;
    create index pack_file_by_sha256 on pack_file (sha256);
  `,
};
