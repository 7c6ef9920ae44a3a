/** How a credential is made, kept, found and read: what enrolment, renewal, other rights and succession have in common. */
import { bytesToHex, isId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/ports.ts';
import { credentialBytes } from '#shared/sync/credential.ts';
import { Credential } from '#shared/sync/messages.ts';
import type { HubDb } from './db/database.ts';
import type { HubIdentity } from './identity.ts';
import { isRecipient } from './seal-key.ts';

/**
 * Whether a laptop that wants to come in has an id and a recipient that all can go by: others keep its logs under the one, and the operator's
 * stick writes to every laptop.
 */
export async function isFitForAll(laptop: {
  readonly replica: string;
  readonly recipient?: string | undefined;
}): Promise<boolean> {
  return isId(laptop.replica) && (laptop.recipient === undefined || (await isRecipient(laptop.recipient)));
}

/** Gives it a serial of its own and signs it with the hub's key. */
export function signCredential(
  { identity, random }: { readonly identity: HubIdentity; readonly random: Random },
  rights: Omit<Credential, 'serial' | 'signature'>,
): Credential {
  // Short, because an operator types it to revoke the laptop.
  const unsigned = { ...rights, serial: bytesToHex(random.bytes(5)) };
  return { ...unsigned, signature: bytesToHex(identity.sign(credentialBytes(unsigned))) };
}

/** A credential as the table keeps it; throws when it is none. */
export function readCredential(body: string): Credential {
  return Credential.parse(JSON.parse(body));
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

/** What it did not revoke before. */
export async function revokeCredentials(tx: HubDb, replica: string, at: number): Promise<void> {
  await tx
    .updateTable('credential')
    .set({ revoked_at: at })
    .where('replica', '=', replica)
    .where('revoked_at', 'is', null)
    .execute();
}

/** How far the hub holds a laptop's logs, by partition: what a credential with other rights calls `heldBefore`. */
export async function heldOf(tx: HubDb, replica: string): Promise<{ [partition: string]: number }> {
  const logs = await tx
    .selectFrom('log')
    .select(['partition', 'head_seq'])
    .where('replica', '=', replica)
    .where('head_seq', '>', 0)
    .execute();
  return Object.fromEntries(logs.map((log) => [log.partition, log.head_seq]));
}
