/** How a credential is made, kept and found: what enrolment, renewal, other rights and succession have in common. */
import { bytesToHex } from '#shared/kernel/ids.ts';
import { credentialBytes } from '#shared/sync/credential.ts';
import type { Credential } from '#shared/sync/messages.ts';
import type { HubDb } from './db/database.ts';
import type { HubIdentity } from './identity.ts';

/** Signs with the hub's key. */
export function signCredential(identity: HubIdentity, unsigned: Omit<Credential, 'signature'>): Credential {
  return { ...unsigned, signature: bytesToHex(identity.sign(credentialBytes(unsigned))) };
}

export async function keepCredential(tx: HubDb, credential: Credential, issuedAt: number): Promise<void> {
  await tx
    .insertInto('credential')
    .values({
      serial: credential.serial,
      replica: credential.replica,
      body: JSON.stringify(credential),
      valid_until: credential.validUntil,
      issued_at: issuedAt,
      revoked_at: null,
    })
    .execute();
}

/** A laptop's newest credential, locked by a write first, so that of several transactions one goes on. */
export async function lockNewest(
  tx: HubDb,
  replica: string,
): Promise<{ serial: string; body: string; revoked_at: number | null } | undefined> {
  await tx
    .updateTable('credential')
    .set((row) => ({ issued_at: row.ref('issued_at') }))
    .where('replica', '=', replica)
    .execute();
  return tx
    .selectFrom('credential')
    .select(['serial', 'body', 'revoked_at'])
    .where('replica', '=', replica)
    .orderBy('issued_at', 'desc')
    .orderBy('serial', 'desc')
    .limit(1)
    .executeTakeFirst();
}
