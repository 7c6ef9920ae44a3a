/**
 * A backup knows nothing of the identities that its laptop has taken since: the hub let it in under them, so under the one it was made with
 * it would be refused as a copy. Where the store that the backup takes the place of can still be read, they are fetched from there, and the
 * laptop goes on for the last of them. It had their keys all along: whoever has nothing but a backup gains nothing by this.
 */
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import type { Enrolment } from '../sync/sync-store.ts';
import { openDatabase, type WritableDb } from './database.ts';
import { goOnFrom, identitiesIn, publicKeyOf } from './identity.ts';
import { createMeta, type Meta } from './meta.ts';
import type { OpLog } from './op-log.ts';

/** Called for a store just put back, before it takes a new identity. `path`: the file it took the place of. */
export function carryIdentities(
  { db, meta, log }: { readonly db: WritableDb; readonly meta: Meta; readonly log: OpLog },
  { path, key }: { readonly path: string; readonly key: Uint8Array },
): void {
  // Whoever tries to rescue what is in it shall find it as it was, and opening a file writes to it.
  const copy = `${path}.reading`;
  const suffixes = ['', '-wal'];
  let from: WritableDb | null = null;
  try {
    for (const suffix of suffixes)
      if (existsSync(`${path}${suffix}`)) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
    const opened = openDatabase({ path: copy, key });
    if (!opened.ok) return;
    from = opened.value;
    const replaced = createMeta(from);
    const known = new Set(identitiesIn(meta).map(({ replica }) => replica));
    const later = identitiesIn(replaced).filter(({ replica }) => !known.has(replica));
    const text = replaced.get('enrolment');
    if (later.length === 0 || text === null) return;
    const enrolment = JSON.parse(text) as Enrolment; // written by sync-memory.ts
    const isLet = later.some(({ replica }) => replica === enrolment.credential.replica);
    const selectOf = from.prepare('select serial, replica, body from credential where replica = ?');
    const credentials = later.flatMap(({ replica }) => selectOf.all(replica));
    const insert = db.prepare(
      'insert or ignore into credential (serial, replica, body) values (@serial, @replica, @body)',
    );
    db.transaction(() => {
      for (const former of later) log.addReplica(former.replica, publicKeyOf(former));
      goOnFrom(meta, later);
      for (const credential of credentials) insert.run(credential);
      if (isLet) meta.set('enrolment', text);
    }).immediate();
  } finally {
    from?.close();
    for (const suffix of [...suffixes, '-shm']) rmSync(`${copy}${suffix}`, { force: true });
  }
}
