/**
 * A laptop under a new identity goes on in the place of the one it was before: see #shared/sync/succession.ts, which says what is
 * allowed. One transaction, so of two that ask at once one succeeds and the other is refused by name.
 */
import { hexToBytes } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { newestFirst, stillHonoured } from '#shared/sync/credential.ts';
import type { Credential } from '#shared/sync/messages.ts';
import { handOverMs, type Succession, successionBytes } from '#shared/sync/succession.ts';
import type { HubDb } from './db/database.ts';
import type { ReplicaTable } from './db/schema.ts';
import { verifySignature } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';
import { keyOf } from './learnt.ts';
import {
  isFitForAll,
  keepCredential,
  lockNewest,
  readCredential,
  revokeCredentials,
  signCredential,
} from './issuing.ts';
import { isRevokedIdentity } from './revoked-identities.ts';

/** Of an identity that nobody goes on in the place of. */
export const unsucceeded = { succeeded_by: null, handed_over_at: null };

/**
 * Answers the successor's credential; the same one to the same successor asking again.
 * Failures: `hub/garbage` (no id, or no recipient), `hub/unknown-laptop`, `hub/bad-signature` (not the old key's), `hub/key-mismatch` (the new id is known already), and with the
 * old replica as `laptop`: `hub/revoked`, `hub/expired`, `hub/succeeded` (by another key).
 */
export async function succeed(
  deps: { readonly db: HubDb; readonly identity: HubIdentity; readonly time: Time; readonly random: Random },
  succession: Succession,
): Promise<Result<Credential>> {
  const { identity } = deps;
  if (!(await isFitForAll(succession))) return err({ code: 'hub/garbage' });
  return deps.db.transaction().execute(async (tx) => {
    const now = deps.time.now();
    const newest = await lockNewest(tx, succession.from);
    const old = await tx.selectFrom('replica').selectAll().where('id', '=', succession.from).executeTakeFirst();
    if (newest === undefined || old === undefined) return err({ code: 'hub/unknown-laptop' });
    const signed = successionBytes(identity.publicKey, succession);
    if (!verifySignature(hexToBytes(old.public_key), signed, hexToBytes(succession.signature)))
      return err({ code: 'hub/bad-signature' });
    const known = await keyOf(tx, succession.replica);
    if (known !== null && known.publicKey !== succession.publicKey) return err({ code: 'hub/key-mismatch' });
    const refuse = (reason: 'revoked' | 'expired' | 'succeeded') => err({ code: `hub/${reason}`, laptop: old.id });
    if (old.succeeded_by !== null) {
      const given = old.succeeded_by === succession.replica ? await lockNewest(tx, succession.replica) : undefined;
      if (given === undefined) return refuse('succeeded');
      return given.revoked_at === null ? ok(readCredential(given.body)) : refuse('revoked');
    }
    const rights = readCredential(newest.body);
    if (newest.revoked_at !== null) return refuse('revoked');
    if (rights.validUntil <= now) return refuse('expired');
    if (known?.isEnrolled === true) return err({ code: 'hub/key-mismatch' });
    if (await isRevokedIdentity(tx, succession.replica)) {
      // Revoked beforehand, and this is the laptop it was.
      await revokeCredentials(tx, old.id, now);
      return refuse('revoked');
    }

    const counting = stillHonoured(await credentialsOf(tx, old.id), now);
    const issued = counting.map((each, age) =>
      signCredential(deps, heirRights(succession, each, { rights, age, now })),
    );
    const [credential] = issued;
    if (credential === undefined) return err({ code: 'hub/unknown-laptop' });
    const { replica, publicKey } = succession;
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
    for (const [age, each] of issued.entries()) await keepCredential(tx, each, now - age);
    await tx
      .updateTable('replica')
      .set({ succeeded_by: replica, handed_over_at: now + handOverMs })
      .where('id', '=', old.id)
      .execute();
    await revokeCredentials(tx, old.id, now);
    return ok(credential);
  });
}

/**
 * What the successor gets for one of the old identity's credentials by whose rights it may still hand over; only the newest of them says
 * whom it succeeds. `age`: how many are newer. Rights of before are of use where what was written under them has to be written again.
 */
function heirRights(
  { from, replica, publicKey, recipient }: Succession,
  before: Credential,
  { rights, age, now }: { readonly rights: Credential; readonly age: number; readonly now: number },
): Omit<Credential, 'serial' | 'signature'> {
  const { signature: _s, serial: _n, heldBefore: _h, handOverUntil, recipient: _r, succeeds: _p, ...kept } = before;
  return {
    ...kept,
    replica,
    publicKey,
    ...(recipient === undefined ? {} : { recipient }),
    ...(age === 0 ? { succeeds: from } : {}),
    ...(handOverUntil !== undefined && now < handOverUntil ? { handOverUntil } : {}),
    // Not longer than the newest of the old ones: whoever holds a copy gains no time by it.
    validFrom: Math.max(now, rights.validFrom) - age,
    validUntil: rights.validUntil,
  };
}

async function credentialsOf(db: HubDb, replica: string): Promise<Credential[]> {
  const rows = await db.selectFrom('credential').select('body').where('replica', '=', replica).execute();
  return newestFirst(rows.map(({ body }) => readCredential(body)));
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
  const successor = (await credentialsOf(db, next.succeeded_by)).findLast(({ succeeds }) => succeeds === replica);
  if (successor === undefined) throw new Error('a successor whose credential does not say so');
  let heir = next.succeeded_by;
  for (let after = await nextOf(heir); typeof after?.succeeded_by === 'string'; after = await nextOf(heir))
    heir = after.succeeded_by;
  return { successor, heir, handedOverAt: next.handed_over_at ?? 0 };
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
