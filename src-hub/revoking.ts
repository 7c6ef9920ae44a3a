/**
 * Revocation. Of who is enrolled the credentials say it. Of an identity that the hub does not know, or knows only by its own signature
 * (learnt.ts), the table `revoked_identity` does: a hub put back from a backup has forgotten whom it enrolled since and whom of these it
 * revoked, and the operator, who has it in writing, need not wait until others bring what the laptop wrote.
 *
 * All of a laptop is revoked at once: every credential, and every identity of its line that is known by then. Where it is heard later that
 * an identity named beforehand goes on for another, or another for it, that one is revoked too.
 */
import type { Time } from '#shared/kernel/ports.ts';
import type { HubDb } from './db/database.ts';
import { lockNewest, revokeCredentials } from './issuing.ts';
import { learntLines } from './learnt.ts';
import { isRevokedIdentity } from './revoked-identities.ts';
import { linesOf, unsucceeded } from './succession.ts';

type Deps = { readonly db: HubDb; readonly time: Time };

/** By an identity, a credential's serial, an earlier one too, or a laptop's name; answers the names, none where nothing matched. */
export async function revoke({ db, time }: Deps, named: string): Promise<string[]> {
  const enrolled = await db
    .selectFrom('credential')
    .innerJoin('replica', 'replica.id', 'credential.replica')
    .select(['replica.id', 'replica.laptop'])
    .where((where) =>
      where.or([
        where('replica.id', '=', named),
        where('credential.serial', '=', named),
        where('replica.laptop', '=', named),
      ]),
    )
    .execute();
  const learnt = await db
    .selectFrom('learnt_credential')
    .select(['replica as id', 'laptop'])
    .where((where) =>
      where.or([where('replica', '=', named), where('serial', '=', named), where('laptop', '=', named)]),
    )
    .execute();
  const rows = [...enrolled, ...learnt];
  await shutOut(
    { db, time },
    rows.map((row) => row.id),
  );
  return [...new Set(rows.map((row) => row.laptop))];
}

/** Revokes an identity that nothing is known of, for when something is. */
export async function revokeUnseen({ db, time }: Deps, identity: string): Promise<void> {
  await shutOut({ db, time }, [identity]);
}

/** Of identities that were just heard of for the first time: who was revoked beforehand takes its line along. */
export async function followRevocations(deps: Deps, replicas: readonly string[]): Promise<void> {
  for (const replica of replicas) if (await isRevokedIdentity(deps.db, replica)) await shutOut(deps, [replica]);
}

/** All of these laptops, also what they were renewed to since the operator looked, and under whatever identity they went on. */
async function shutOut({ db, time }: Deps, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.transaction().execute(async (tx) => {
    // Locked first: nothing is renewed, and nobody goes on for one of them, while they are revoked.
    const line = new Set<string>();
    for (let found: readonly string[] = ids; found.length > 0; ) {
      for (const id of found) await lockNewest(tx, id);
      for (const id of found) line.add(id);
      found = (await learntLines(tx, await linesOf(tx, [...line]))).filter((id) => !line.has(id));
    }
    for (const id of line) {
      await tx.updateTable('replica').set(unsucceeded).where('id', '=', id).execute();
      await revokeCredentials(tx, id, time.now());
      const known = await tx.selectFrom('replica').select('id').where('id', '=', id).executeTakeFirst();
      if (known !== undefined) continue;
      await tx
        .insertInto('revoked_identity')
        .values({ replica: id, revoked_at: time.now() })
        .onConflict((conflict) => conflict.column('replica').doNothing())
        .execute();
    }
  });
}
