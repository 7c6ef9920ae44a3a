/**
 * A laptop under a new identity goes on in the place of the one it was before: see #shared/sync/succession.ts, which says what is
 * allowed. One transaction, so of two that ask at once one succeeds and the other is refused by name.
 */
import { hexToBytes } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { Credential } from '#shared/sync/messages.ts';
import { handOverMs, type Succession, successionBytes } from '#shared/sync/succession.ts';
import type { HubDb } from './db/database.ts';
import type { ReplicaTable } from './db/schema.ts';
import { verifySignature } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';
import { keepCredential, lockNewest, readCredential, signCredential } from './issuing.ts';

/** Of an identity that nobody goes on in the place of. */
export const unsucceeded = { succeeded_by: null, handed_over_at: null };

/**
 * Answers the successor's credential; the same one to the same successor asking again.
 * Failures: `hub/unknown-laptop`, `hub/bad-signature` (not the old key's), `hub/key-mismatch` (the new id is known already), and with the
 * old replica as `laptop`: `hub/revoked`, `hub/expired`, `hub/succeeded` (by another key).
 */
export async function succeed(
  deps: { readonly db: HubDb; readonly identity: HubIdentity; readonly time: Time; readonly random: Random },
  succession: Succession,
): Promise<Result<Credential>> {
  const { identity } = deps;
  return deps.db.transaction().execute(async (tx) => {
    const now = deps.time.now();
    const newest = await lockNewest(tx, succession.from);
    const old = await tx.selectFrom('replica').selectAll().where('id', '=', succession.from).executeTakeFirst();
    if (newest === undefined || old === undefined) return err({ code: 'hub/unknown-laptop' });
    const signed = successionBytes(identity.publicKey, succession);
    if (!verifySignature(hexToBytes(old.public_key), signed, hexToBytes(succession.signature)))
      return err({ code: 'hub/bad-signature' });
    const known = await tx.selectFrom('replica').selectAll().where('id', '=', succession.replica).executeTakeFirst();
    if (known !== undefined && known.public_key !== succession.publicKey) return err({ code: 'hub/key-mismatch' });
    const refuse = (reason: 'revoked' | 'expired' | 'succeeded') => err({ code: `hub/${reason}`, laptop: old.id });
    if (old.succeeded_by !== null) {
      const given = old.succeeded_by === succession.replica ? await lockNewest(tx, succession.replica) : undefined;
      if (given === undefined) return refuse('succeeded');
      return given.revoked_at === null ? ok(readCredential(given.body)) : refuse('revoked');
    }
    const { signature: _s, heldBefore: _h, handOverUntil: _u, ...rights } = readCredential(newest.body);
    if (newest.revoked_at !== null) return refuse('revoked');
    if (rights.validUntil <= now) return refuse('expired');
    if (known !== undefined) return err({ code: 'hub/key-mismatch' });

    const { replica, publicKey, recipient } = succession;
    const { recipient: _before, ...kept } = rights;
    const credential = signCredential(deps, {
      ...kept,
      replica,
      publicKey,
      ...(recipient === undefined ? {} : { recipient }),
      succeeds: old.id,
      // Not longer than the old one: whoever holds a copy gains no time by it.
      validFrom: Math.max(now, rights.validFrom),
    });
    const laptop = { laptop: old.laptop, commission: old.commission, partition: old.partition, role: old.role };
    await tx
      .insertInto('replica')
      .values({
        id: replica,
        public_key: publicKey,
        ...laptop,
        ...unsucceeded,
        summary: null,
        enrolled_at: now,
        last_contact_at: now,
        app_version: old.app_version,
        stick_blobs: old.stick_blobs,
      })
      .execute();
    await keepCredential(tx, credential, now);
    await tx
      .updateTable('replica')
      .set({ succeeded_by: replica, handed_over_at: now + handOverMs })
      .where('id', '=', old.id)
      .execute();
    await tx
      .updateTable('credential')
      .set({ revoked_at: now })
      .where('replica', '=', old.id)
      .where('revoked_at', 'is', null)
      .execute();
    return ok(credential);
  });
}

/** Who was given the place of an identity, and who has it now; null where it was not succeeded. */
export async function successionOf(
  db: HubDb,
  replica: string,
): Promise<{ successor: Credential; heir: string; handedOverAt: number } | null> {
  const nextOf = (id: string): Promise<Pick<ReplicaTable, 'succeeded_by' | 'handed_over_at'> | undefined> =>
    db.selectFrom('replica').select(['succeeded_by', 'handed_over_at']).where('id', '=', id).executeTakeFirst();
  const next = await nextOf(replica);
  if (next === undefined || next.succeeded_by === null) return null;
  const { body } = await db
    .selectFrom('credential')
    .select('body')
    .where('replica', '=', next.succeeded_by)
    .orderBy('issued_at')
    .limit(1)
    .executeTakeFirstOrThrow();
  let heir = next.succeeded_by;
  for (let after = await nextOf(heir); typeof after?.succeeded_by === 'string'; after = await nextOf(heir))
    heir = after.succeeded_by;
  return { successor: readCredential(body), heir, handedOverAt: next.handed_over_at ?? 0 };
}

/** All identities of the laptop that `ids` belong to, before and after them. */
export async function linesOf(db: HubDb, ids: readonly string[]): Promise<string[]> {
  const line = new Set(ids);
  for (let size = 0; size < line.size; ) {
    size = line.size;
    const members = [...line];
    const rows = await db
      .selectFrom('replica')
      .select(['id', 'succeeded_by'])
      .where('succeeded_by', 'is not', null)
      .where((where) => where.or([where('id', 'in', members), where('succeeded_by', 'in', members)]))
      .execute();
    for (const row of rows) for (const id of [row.id, row.succeeded_by]) if (id !== null) line.add(id);
  }
  return [...line];
}
