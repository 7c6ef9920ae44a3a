/** The hub's key for parcels: age (age-encryption.org/v1) with X25519, made at the first start and kept in the database. */
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { HubDb } from './db/database.ts';

export type SealKey = {
  /** What laptops seal parcels for the hub to. */
  readonly recipient: string;
  /** The message inside; null when it was sealed to somebody else, or is damaged. */
  unseal(sealed: Uint8Array): Promise<Uint8Array | null>;
};

/** Reads the key or makes it; of several processes starting at once, one wins and all read the same. */
export async function ensureSealKey(db: HubDb): Promise<SealKey> {
  await db
    .insertInto('seal_key')
    .values({ id: 1, identity: await generateX25519Identity() })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  const { identity } = await db.selectFrom('seal_key').select('identity').executeTakeFirstOrThrow();
  return {
    recipient: await identityToRecipient(identity),
    async unseal(sealed) {
      try {
        const decrypter = new Decrypter();
        decrypter.addIdentity(identity);
        return await decrypter.decrypt(sealed);
      } catch {
        return null; // the library tells causes apart in English texts only
      }
    },
  };
}

/** Whether anything can be sealed to it: its form alone does not say that. */
export async function isRecipient(recipient: string): Promise<boolean> {
  return sealTo(recipient, new Uint8Array(0)).then(
    () => true,
    () => false,
  );
}

export async function sealTo(recipient: string, message: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(message);
}
