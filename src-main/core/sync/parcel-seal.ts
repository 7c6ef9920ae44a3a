/** Seals parcels to their reader and opens those for this laptop: age (age-encryption.org/v1) with X25519. */
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { StickStore } from './stick-store-port.ts';

/** The age identity is secret and lies in the encrypted store; the recipient is what others seal to. */
export type SealKey = { readonly identity: string; readonly recipient: string };

/** This laptop's pair; made the first time, with the library's own use of the system's randomness. */
export async function loadSealKey(store: Pick<StickStore, 'sealIdentity' | 'setSealIdentity'>): Promise<SealKey> {
  let identity = store.sealIdentity();
  if (identity === null) {
    const made = await generateX25519Identity();
    // Asked twice at once, the first to get here wins.
    identity = store.sealIdentity() ?? made;
    store.setSealIdentity(identity);
  }
  return { identity, recipient: await identityToRecipient(identity) };
}

export async function sealTo(recipient: string, message: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(message);
}

/** The message inside; null when it was sealed to somebody else, or is damaged. */
export async function unseal(key: SealKey, sealed: Uint8Array): Promise<Uint8Array | null> {
  try {
    return await decrypterOf(key).decrypt(sealed);
  } catch {
    return null; // the library tells causes apart in English texts only
  }
}

/** Whether a file that begins with these bytes (1 kB will do) is sealed to this key. */
export async function isSealedTo(key: SealKey, beginning: Uint8Array): Promise<boolean> {
  // The header is text and ends with the line of its MAC.
  const text = Buffer.from(beginning).toString('latin1');
  const last = text.indexOf('\n--- ');
  const end = last < 0 ? -1 : text.indexOf('\n', last + 1);
  if (end < 0) return false;
  try {
    await decrypterOf(key).decryptHeader(beginning.subarray(0, end + 1));
    return true;
  } catch {
    return false;
  }
}

function decrypterOf(key: SealKey): Decrypter {
  const decrypter = new Decrypter();
  decrypter.addIdentity(key.identity);
  return decrypter;
}
