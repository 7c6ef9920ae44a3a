/** The shelf: packs the operator has published. Each is a blob every enrolled laptop may read. */
import { createReadStream } from 'node:fs';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { Time } from '#shared/kernel/ports.ts';
import type { Publisher } from '#shared/packs/publishers.ts';
import { ShelfPack } from '#shared/sync/hub-http.ts';
import type { BlobStore } from './blob-store.ts';
import { noteBlob } from './blobs.ts';
import type { HubDb } from './db/database.ts';
import { checkPack } from './pack-check.ts';

export type Shelf = ReturnType<typeof createShelf>;

export function createShelf(deps: { db: HubDb; store: BlobStore; time: Time; publishers: readonly Publisher[] }) {
  const { db, store, time, publishers } = deps;

  /** The newest version of each pack, by id. */
  async function list(): Promise<ShelfPack[]> {
    const rows = await db.selectFrom('shelf_pack').select('body').orderBy('id').orderBy('version', 'desc').execute();
    const newest = new Map<string, ShelfPack>();
    for (const row of rows) {
      const pack = ShelfPack.parse(JSON.parse(row.body));
      if (!newest.has(pack.id)) newest.set(pack.id, pack);
    }
    return [...newest.values()];
  }

  /**
   * Checks a pack file and puts it on the shelf. The same pack again changes nothing.
   * Failures: those of `checkPack`, `packs/wrong-kind` {kind} (only courses and countries stand on a shelf),
   * `packs/older` {installed, offered}, `packs/changed` (another content under a version published before).
   */
  async function publish(path: string): Promise<Result<ShelfPack>> {
    const checked = await checkPack(path, publishers);
    if (!checked.ok) return checked;
    const { manifest, bytes, sha256 } = checked.value;
    const { id, version, kind, titles, locales, countries, publisher } = manifest;
    if (kind !== 'training' && kind !== 'country') return err({ code: 'packs/wrong-kind', kind });
    const [held] = (await list()).filter((pack) => pack.id === id);
    if (held !== undefined && held.version > version) {
      return err({ code: 'packs/older', installed: held.version, offered: version });
    }
    if (held?.version === version && held.sha256 !== sha256) return err({ code: 'packs/changed' });
    // Read again for the store: a file that changed in between is refused by its digest.
    if (!(await store.putBlob(sha256, bytes, createReadStream(path)))) return err({ code: 'packs/changed' });
    const now = time.now();
    const pack: ShelfPack = {
      id,
      version,
      kind,
      titles,
      locales,
      countries,
      publisher,
      sha256,
      bytes,
      publishedAt: now,
    };
    await db.transaction().execute(async (tx) => {
      await noteBlob(tx, { sha256, bytes, stored_at: now });
      await tx
        .insertInto('shelf_pack')
        .values({ id, version, sha256, body: JSON.stringify(pack), published_at: now })
        .onConflict((conflict) => conflict.columns(['id', 'version']).doNothing())
        .execute();
    });
    return ok(pack);
  }

  return { list, publish };
}
