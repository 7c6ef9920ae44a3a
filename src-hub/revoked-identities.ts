/** Identities that are revoked and not enrolled: see revoking.ts. */
import type { HubDb } from './db/database.ts';

export async function isRevokedIdentity(db: HubDb, replica: string): Promise<boolean> {
  const row = await db
    .selectFrom('revoked_identity')
    .select('replica')
    .where('replica', '=', replica)
    .executeTakeFirst();
  return row !== undefined;
}

/** Those of which nothing else is known, by identity. */
export async function revokedUnseen(db: HubDb): Promise<string[]> {
  const rows = await db
    .selectFrom('revoked_identity')
    .select('replica')
    .where('replica', 'not in', (select) => select.selectFrom('learnt_credential').select('learnt_credential.replica'))
    .orderBy('replica')
    .execute();
  return rows.map(({ replica }) => replica);
}

/** Of an identity that is enrolled: from now on its credentials say it. */
export async function clearRevoked(tx: HubDb, replica: string): Promise<void> {
  await tx.deleteFrom('revoked_identity').where('replica', '=', replica).execute();
}
