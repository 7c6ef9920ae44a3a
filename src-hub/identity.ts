/** Who this hub is: its epoch, name and key, made at the first start and kept in the database. */
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import type { HubDb } from './db/database.ts';
import { newOwnCertificate, type TlsPair } from './certificate.ts';
import { createSigner, newKeyPair } from './hub-crypto.ts';

export type HubIdentity = {
  /** Changes when the hub is restored from a backup, so that laptops send again what it lost. */
  readonly epoch: string;
  readonly name: string;
  /** Ed25519, hex. */
  readonly publicKey: string;
  readonly sign: (data: Uint8Array) => Uint8Array;
};

/** Reads the identity or makes it; of several processes starting at once, one wins and all read the same. */
export async function ensureIdentity(
  db: HubDb,
  name: string,
  deps: { time: Time; random: Random },
): Promise<HubIdentity> {
  const keys = newKeyPair();
  await db
    .insertInto('hub_identity')
    .values({
      id: 1,
      epoch: bytesToHex(deps.random.bytes(8)),
      name,
      public_key: keys.publicKey,
      private_key: keys.privateKey,
      created_at: deps.time.now(),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  const row = await db.selectFrom('hub_identity').selectAll().executeTakeFirstOrThrow();
  return { epoch: row.epoch, name: row.name, publicKey: row.public_key, sign: createSigner(row.private_key) };
}

/** The hub's own certificate, made when first asked for; of several processes at once, one wins and all read the same. */
export async function ensureOwnCertificate(db: HubDb, random: Random): Promise<TlsPair> {
  const made = newOwnCertificate(['localhost', '127.0.0.1'], random);
  await db
    .updateTable('hub_identity')
    .set({ tls_certificate: made.certificate, tls_key: made.privateKey })
    .where('tls_key', 'is', null)
    .execute();
  const row = await db.selectFrom('hub_identity').select(['tls_certificate', 'tls_key']).executeTakeFirstOrThrow();
  if (row.tls_certificate === null || row.tls_key === null) throw new Error('the certificate was not kept');
  return { certificate: row.tls_certificate, privateKey: row.tls_key };
}
