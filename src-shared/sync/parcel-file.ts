/**
 * What a stick carries, from the outside: a `.kpack` of kind `sync` with exactly one file in it. Version 1.
 *
 *   parcel.age       sealed to one reader (age-encryption.org/v1, X25519): an exchange, or an answer to an enrolment
 *                    request; what is inside is specified in parcel.ts
 *   request.json     an enrolment request of a laptop that knows no hub yet: keys, commission and role, no person. A framed
 *                    message like the other, in spite of its name
 *
 * The outside says nothing but sizes: the manifest names nobody, carries no time, and is signed with a key made for this
 * one file. That signature, with the layout that follows from the manifest (../packs/zip-layout.ts), finds every altered
 * byte and a copy that was cut off before anything is unsealed; who wrote it is proved inside.
 *
 * Files lie in the folder `komissiya` of the stick. A name is `parcelName`: a hash of the pair writer and reader, and a
 * number. So a new parcel takes the place of the older one of the same pair, which it always contains as far as it has
 * not been acknowledged, and a name tells nothing to whoever does not know both ids. A reader goes by what it can
 * unseal, never by names.
 */
import { base64ToBytes, bytesToBase64 } from '../kernel/base64.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { bytesToHex } from '../kernel/ids.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { isSameBytes } from '../kernel/same-bytes.ts';
import { fromUtf8, utf8 } from '../kernel/utf8.ts';
import { crc32 } from '../packs/crc32.ts';
import { manifestText, maxManifestBytes, type PackManifest, PackSignature, parseManifest } from '../packs/manifest.ts';
import { manifestPath, signaturePath } from '../packs/pack-path.ts';
import { localHeaderBytes, packLayout } from '../packs/zip-layout.ts';
import type { Verify } from './credential.ts';
import { maxMessageBytes } from './messages.ts';
import type { Hash } from './op.ts';

/** No parcel file is longer: a message, the seal's share of it, and the container. */
export const maxParcelBytes = maxMessageBytes + 1024 * 1024;

export type ParcelPath = 'parcel.age' | 'request.json';
const paths: readonly string[] = ['parcel.age', 'request.json'] satisfies ParcelPath[];

/** An Ed25519 pair made for one file. */
export type EnvelopeKey = { readonly publicKey: Uint8Array; readonly sign: (data: Uint8Array) => Uint8Array };

/** The file's name for a pair of writer and reader (`hub` or a replica id), `number` from 1. */
export function parcelName(writer: string, reader: string, number: number, hash: Hash): string {
  return `${parcelTag(writer, reader, hash)}-${number}.kpack`;
}

/** Sorts names so that the parts of a delivery stand in their order: part 10 after part 2. */
export function compareParcelNames(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

/** What the names of all parcels of a pair begin with. */
export function parcelTag(writer: string, reader: string, hash: Hash): string {
  return bytesToHex(hash(utf8(`komissiya parcel|${writer}|${reader}`))).slice(0, 16);
}

/** Lays the file out. */
export function wrapParcel(path: ParcelPath, content: Uint8Array, key: EnvelopeKey, hash: Hash): Uint8Array {
  const manifest: PackManifest = {
    format: 1,
    kind: 'sync',
    id: 'parcel',
    version: 1,
    titles: {},
    locales: [],
    countries: 'any',
    minimumApp: '0.1.0',
    publisher: { id: 'parcel', name: 'Komissiya' },
    madeAt: 0,
    files: [{ path, bytes: content.length, sha256: bytesToHex(hash(content)), crc32: crc32(content) }],
  };
  const manifestBytes = utf8(manifestText(manifest));
  const signature: PackSignature = {
    key: bytesToBase64(key.publicKey),
    signature: bytesToBase64(key.sign(manifestBytes)),
  };
  return layOut(manifest, manifestBytes, utf8(canonicalJson(signature)), content);
}

/**
 * Takes a file apart. Nothing of it is proved but that its bytes are as they were written. Failures: `packs/not-a-pack`,
 * `packs/cut-off`, `packs/bad-signature`, `packs/damaged`, `packs/too-large`, `packs/needs-newer-app`.
 */
export function unwrapParcel(
  bytes: Uint8Array,
  ports: { readonly hash: Hash; readonly verify: Verify },
): Result<{ path: ParcelPath; content: Uint8Array }> {
  if (bytes.length > maxParcelBytes) return err({ code: 'packs/too-large', bytes: bytes.length });
  const first = readEntry(bytes, 0, manifestPath);
  if (typeof first === 'string') return err({ code: `packs/${first}` });
  const second = readEntry(bytes, first.end, signaturePath);
  if (typeof second === 'string') return err({ code: `packs/${second}` });
  if (!isSigned(first.content, second.content, ports.verify)) return err({ code: 'packs/bad-signature' });
  let text: string;
  try {
    text = fromUtf8(first.content);
  } catch {
    return err({ code: 'packs/damaged', entry: manifestPath });
  }
  const parsed = parseManifest(text);
  if (!parsed.ok) return parsed;
  const manifest = parsed.value;
  const [file, ...others] = manifest.files;
  const path = paths.find((known): known is ParcelPath => known === file?.path);
  if (manifest.kind !== 'sync' || file === undefined || path === undefined || others.length > 0) {
    return err({ code: 'packs/not-a-pack' });
  }
  const layout = packLayout(manifest, first.content, second.content);
  if (bytes.length < layout.bytes) return err({ code: 'packs/cut-off' });
  const at = layout.entries[2]?.dataAt ?? 0;
  const content = bytes.subarray(at, at + file.bytes);
  const isAsLaidOut =
    bytes.length === layout.bytes &&
    bytesToHex(ports.hash(content)) === file.sha256 &&
    layout.entries.every(({ header, headerAt }) =>
      isSameBytes(bytes.subarray(headerAt, headerAt + header.length), header),
    ) &&
    isSameBytes(bytes.subarray(layout.tailAt), layout.tail);
  return isAsLaidOut ? ok({ path, content }) : err({ code: 'packs/damaged', entry: path });
}

function layOut(
  manifest: PackManifest,
  manifestBytes: Uint8Array,
  signatureBytes: Uint8Array,
  content: Uint8Array,
): Uint8Array {
  const layout = packLayout(manifest, manifestBytes, signatureBytes);
  const bytes = new Uint8Array(layout.bytes);
  for (const [index, entry] of layout.entries.entries()) {
    bytes.set(entry.header, entry.headerAt);
    bytes.set([manifestBytes, signatureBytes, content][index] ?? [], entry.dataAt);
  }
  bytes.set(layout.tail, layout.tailAt);
  return bytes;
}

type Entry = { readonly content: Uint8Array; readonly end: number };

/** A stored entry of this name at this place. */
function readEntry(bytes: Uint8Array, at: number, name: string): Entry | 'not-a-pack' | 'cut-off' | 'damaged' {
  const known = utf8(name);
  const wrong = at === 0 ? 'not-a-pack' : 'damaged';
  const start = [0x50, 0x4b, 0x03, 0x04];
  if (start.some((byte, index) => at + index < bytes.length && bytes[at + index] !== byte)) return wrong;
  const contentAt = at + localHeaderBytes + known.length;
  if (contentAt > bytes.length) return 'cut-off';
  if (!isSameBytes(bytes.subarray(at + localHeaderBytes, contentAt), known)) return wrong;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 18, true);
  if (length > maxManifestBytes) return wrong;
  if (contentAt + length > bytes.length) return 'cut-off';
  return { content: bytes.subarray(contentAt, contentAt + length), end: contentAt + length };
}

function isSigned(manifestBytes: Uint8Array, signatureBytes: Uint8Array, verify: Verify): boolean {
  try {
    const text = fromUtf8(signatureBytes);
    const { key, signature } = PackSignature.parse(JSON.parse(text));
    // One text for one signature, as for the manifest.
    if (canonicalJson({ key, signature }) !== text) return false;
    return verify(base64ToBytes(key), manifestBytes, base64ToBytes(signature));
  } catch {
    return false;
  }
}
