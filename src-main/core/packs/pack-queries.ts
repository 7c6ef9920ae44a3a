/** The SQL of installed packs. Their rows are facts of this laptop, not records: they are not synced and have no log. */
import type { WritableDb } from '#core/store/database.ts';
import { mediaTypeOf } from '#shared/packs/media-types.ts';
import { type PackKind, type PackManifest, manifestText, unpackedBytes } from '#shared/packs/manifest.ts';

export type InstalledPack = {
  readonly id: string;
  readonly version: number;
  readonly kind: PackKind;
  readonly publisher: string;
  readonly publisherName: string;
  readonly manifest: PackManifest;
  /** Milliseconds UTC. */
  readonly installedAt: number;
  /** Sum of the lengths of its files. */
  readonly bytes: number;
};

export type InstalledFile = { readonly sha256: string; readonly bytes: number; readonly mediaType: string };

export type PackQueries = {
  installed(): InstalledPack[];
  find(id: string): InstalledPack | undefined;
  file(pack: string, path: string): InstalledFile | undefined;
  /** Whether any installed pack uses the blob. */
  isUsed(sha256: string): boolean;
  /** Makes a version the installed one, in one transaction. */
  put(manifest: PackManifest, installedAt: number): void;
  remove(id: string): void;
};

type PackRow = {
  id: string;
  version: number;
  kind: PackKind;
  publisher: string;
  publisher_name: string;
  manifest: string;
  installed_at: number;
  bytes: number;
};

/** Prepares the statements on a store that has been migrated. */
export function createPackQueries(db: WritableDb): PackQueries {
  const columns = 'id, version, kind, publisher, publisher_name, manifest, installed_at, bytes';
  const selectAll = db.prepare(`select ${columns} from pack order by id`);
  const selectOne = db.prepare(`select ${columns} from pack where id = ?`);
  const selectFile = db.prepare(
    'select sha256, bytes, media_type as mediaType from pack_file where pack = ? and path = ?',
  );
  const selectUse = db.prepare('select 1 from pack_file where sha256 = ? limit 1');
  const insertPack = db.prepare(`insert into pack (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?)`);
  const insertFile = db.prepare('insert into pack_file (pack, path, sha256, bytes, media_type) values (?, ?, ?, ?, ?)');
  const deleteFiles = db.prepare('delete from pack_file where pack = ?');
  const deletePack = db.prepare('delete from pack where id = ?');

  const drop = (id: string): void => {
    deleteFiles.run(id);
    deletePack.run(id);
  };
  const put = db.transaction((manifest: PackManifest, installedAt: number) => {
    const { id, version, kind, publisher } = manifest;
    drop(id);
    const text = manifestText(manifest);
    insertPack.run(id, version, kind, publisher.id, publisher.name, text, installedAt, unpackedBytes(manifest));
    for (const file of manifest.files) {
      // parseManifest refused files without a media type.
      insertFile.run(id, file.path, file.sha256, file.bytes, mediaTypeOf(file.path) ?? 'application/octet-stream');
    }
  });
  const remove = db.transaction(drop);

  return {
    // Rows of our own strict tables have exactly the columns selected.
    installed: () => (selectAll.all() as PackRow[]).map(toPack),
    find(id) {
      const row = selectOne.get(id) as PackRow | undefined;
      return row === undefined ? undefined : toPack(row);
    },
    file: (pack, path) => selectFile.get(pack, path) as InstalledFile | undefined,
    isUsed: (sha256) => selectUse.get(sha256) !== undefined,
    put: (manifest, installedAt) => put.immediate(manifest, installedAt),
    remove: (id) => remove.immediate(id),
  };
}

function toPack(row: PackRow): InstalledPack {
  return {
    id: row.id,
    version: row.version,
    kind: row.kind,
    publisher: row.publisher,
    publisherName: row.publisher_name,
    // Written by `put` from a manifest that had been parsed.
    manifest: JSON.parse(row.manifest) as PackManifest,
    installedAt: row.installed_at,
    bytes: row.bytes,
  };
}
