/** Seals and opens the index of a copy (#shared/copies/copy-file.ts is the specification). */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { type CopyBody, type CopyHead, type CopyIndex, parseCopyBody } from '#shared/copies/copy-file.ts';
import { canonicalJson } from '#shared/kernel/canonical-json.ts';
import type { Random } from '#shared/kernel/ports.ts';

const [nonceBytes, tagBytes] = [12, 16] as const;

/** The key of a laptop's indexes. It opens neither store nor attachments, so a copy goes on while the laptop is locked. */
export function copyKeyOf(storeKey: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', storeKey, '', 'komissiya copy 1', 32));
}

export function sealCopy(head: CopyHead, body: CopyBody, copyKey: Uint8Array, random: Random): CopyIndex {
  const nonce = random.bytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', copyKey, nonce).setAAD(Buffer.from(canonicalJson(head)));
  const sealed = Buffer.concat([nonce, cipher.update(JSON.stringify(body)), cipher.final(), cipher.getAuthTag()]);
  return { head, sealed: sealed.toString('base64') };
}

/** Null where the key is another laptop's, or head or body were altered. */
export function openCopy({ head, sealed }: CopyIndex, copyKey: Uint8Array): CopyBody | null {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length <= nonceBytes + tagBytes) return null;
  const end = bytes.length - tagBytes;
  const opener = createDecipheriv('aes-256-gcm', copyKey, bytes.subarray(0, nonceBytes))
    .setAAD(Buffer.from(canonicalJson(head)))
    .setAuthTag(bytes.subarray(end));
  try {
    return parseCopyBody(Buffer.concat([opener.update(bytes.subarray(nonceBytes, end)), opener.final()]).toString());
  } catch {
    return null; // the tag does not fit
  }
}
