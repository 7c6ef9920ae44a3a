/**
 * The hub's own certificate: self-signed, for ever, made without openssl or a native module. Laptops do not trust it as
 * such: they trust the hub's key, which signs for this one's (hub-http.ts, TLS). Browsers of operators warn once.
 *
 * The structure is RFC 5280, the key is on P-256 because Chromium and Electron take no Ed25519 certificates.
 */
import { createHash, createPrivateKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import type { Random } from '#shared/kernel/ports.ts';

/** PEM texts. */
export type TlsPair = { readonly certificate: string; readonly privateKey: string };

/** ASN.1 tags. */
const tag = { bool: 0x01, int: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, utf8: 0x0c, sequence: 0x30, set: 0x31 };
const ecdsaWithSha256 = der(tag.sequence, oid('2a8648ce3d040302'));
/** RFC 5280, 4.1.2.5: the end of a certificate that has none. */
const validity = der(tag.sequence, time('20240101000000Z'), time('99991231235959Z'));

/** Makes a key pair and a certificate for it. `names` are DNS names and IPv4 addresses a browser may call this machine. */
export function newOwnCertificate(names: readonly string[], random: Random): TlsPair {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const name = der(tag.sequence, der(tag.set, der(tag.sequence, oid('550403'), der(tag.utf8, 'Komissiya hub'))));
  const serial = Buffer.from(random.bytes(16));
  // Positive and of full length.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = der(
    tag.sequence,
    der(0xa0, der(tag.int, Buffer.of(2))),
    der(tag.int, serial),
    ecdsaWithSha256,
    name,
    validity,
    name,
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(tag.sequence, ...extensions(names))),
  );
  const signature = sign('sha256', body, pair.privateKey);
  const whole = der(tag.sequence, body, ecdsaWithSha256, der(tag.bits, Buffer.of(0), signature));
  return {
    certificate: toPem('CERTIFICATE', whole),
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/**
 * SHA-256 of the certificate's public key (SPKI, DER), hex: what the hub signs for. `pem` may be a chain, the hub's own
 * first. Throws when the two do not belong together.
 */
export function tlsKeyOf(pair: TlsPair): string {
  const certificate = new X509Certificate(pair.certificate);
  if (!certificate.checkPrivateKey(createPrivateKey(pair.privateKey))) {
    throw new Error('the TLS certificate and the TLS key do not belong together');
  }
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

function extensions(names: readonly string[]): Buffer[] {
  const alternatives = names.map((name) =>
    /^\d+(\.\d+){3}$/.test(name) ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, name),
  );
  return [
    // Basic constraints, critical: signs no others.
    der(tag.sequence, oid('551d13'), der(tag.bool, Buffer.of(0xff)), der(tag.octets, der(tag.sequence))),
    // Key usage, critical: digital signature.
    der(
      tag.sequence,
      oid('551d0f'),
      der(tag.bool, Buffer.of(0xff)),
      der(tag.octets, der(tag.bits, Buffer.of(7, 0x80))),
    ),
    // Extended key usage: server.
    der(tag.sequence, oid('551d25'), der(tag.octets, der(tag.sequence, oid('2b06010505070301')))),
    der(tag.sequence, oid('551d11'), der(tag.octets, der(tag.sequence, ...alternatives))),
  ];
}

function oid(hex: string): Buffer {
  return der(tag.oid, Buffer.from(hex, 'hex'));
}

function time(text: string): Buffer {
  // GeneralizedTime; RFC 5280 wants UTCTime before 2050, which has two digits for the year.
  return text < '2050' ? der(0x17, text.slice(2)) : der(0x18, text);
}

/** Tag, length, value (X.690). */
function der(tagNumber: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const value = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const size = value.length;
  const length =
    size < 0x80 ? Buffer.of(size) : size < 0x100 ? Buffer.of(0x81, size) : Buffer.of(0x82, size >> 8, size & 0xff);
  return Buffer.concat([Buffer.of(tagNumber), length, value]);
}

function toPem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
