/**
 * The manifest of a `.kpack`: what is in it, for whom, by whom. It is the first entry of the file; its bytes are
 * canonical JSON and are what the publisher signs.
 *
 * The file is a zip in one canonical layout (zip-layout.ts): `manifest.json`, `manifest.sig`, then the files
 * in the order of the manifest, one after another, no gaps, no comments, fixed times. Every byte that is not file data
 * follows from the manifest, and file data is bound by its digests; so the signature covers every byte of the file,
 * and a reader knows the exact length of the whole before it copies anything. Any zip program can open such a file,
 * but only the exact bytes are accepted.
 *
 * One pack file is smaller than 4 GB: the sticks it travels on are FAT32, and no ZIP64 is needed.
 */
import { z } from 'zod';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { Sha256 } from '../kernel/hex.ts';
import { type Err, err, type Ok, ok } from '../kernel/result.ts';
import { mediaTypeOf } from './media-types.ts';
import { findUnsafePath, maxPathLength } from './pack-path.ts';
import { AppVersion, compareAppVersions } from './versions.ts';

/** Largest pack file, in bytes: one less than FAT32 can hold. */
export const maxPackBytes = 0xffff_fffe;
/** Largest sum of all files unpacked, in bytes. */
export const maxUnpackedBytes = 8 * 1024 ** 3;
export const maxFiles = 20_000;
export const maxManifestBytes = 8 * 1024 ** 2;
export const maxSignatureBytes = 4096;
/** Only files up to this many bytes are deflated; they are unpacked in memory. */
export const maxDeflatedBytes = 16 * 1024 ** 2;

export const PackKind = z.enum(['training', 'country', 'sync', 'backup']);
export type PackKind = z.infer<typeof PackKind>;

export const PackFile = z.object({
  path: z.string().min(1).max(maxPathLength),
  /** Length of the content. */
  bytes: z.int().min(0).max(maxPackBytes),
  sha256: Sha256,
  /** CRC-32 of the content, as zip wants it; it adds nothing to the digest but lets a reader know the headers beforehand. */
  crc32: z.int().min(0).max(0xffff_ffff),
  /** Given when the content is deflated in the pack: length and digest of the deflated bytes. */
  packed: z.object({ bytes: z.int().min(1).max(maxDeflatedBytes), sha256: Sha256 }).optional(),
});
export type PackFile = z.infer<typeof PackFile>;

const Slug = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);
const ContentLocale = z.string().regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?$/);

export const PackManifest = z.object({
  format: z.literal(1),
  kind: PackKind,
  id: Slug,
  /** Rises with each publication. */
  version: z.int().min(1).max(1_000_000_000),
  /** By content locale. */
  titles: z.record(ContentLocale, z.string().trim().min(1).max(300)),
  locales: z.array(ContentLocale).max(40),
  /** ISO 3166-1 alpha-2 codes, or `any`. */
  countries: z.union([
    z.literal('any'),
    z
      .array(z.string().regex(/^[A-Z]{2}$/))
      .min(1)
      .max(50),
  ]),
  minimumApp: AppVersion,
  publisher: z.object({ id: Slug, name: z.string().trim().min(1).max(200) }),
  /** Milliseconds UTC. */
  madeAt: z.int().min(0),
  /** In the order in which they lie in the pack. */
  files: z.array(PackFile).max(maxFiles),
});
export type PackManifest = z.infer<typeof PackManifest>;

/** The second entry, `manifest.sig`: Ed25519 over the bytes of the first. Base64 with padding. */
export const PackSignature = z.object({
  key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
  signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
});
export type PackSignature = z.infer<typeof PackSignature>;

export type ManifestProblem =
  | { readonly code: 'packs/damaged'; readonly entry: string }
  | { readonly code: 'packs/needs-newer-app'; readonly minimum: string | null }
  | { readonly code: 'packs/unsafe-name'; readonly entry: string }
  | { readonly code: 'packs/too-large'; readonly bytes: number };

/** What can be read of a manifest of any future format: enough to say that a newer app is needed. */
const FutureManifest = z.object({ format: z.int().min(2), minimumApp: AppVersion.nullable().catch(null) });

/** Reads a manifest from its text and checks every rule that needs nothing but the manifest. */
export function parseManifest(text: string): Ok<PackManifest> | Err<ManifestProblem> {
  const damaged = err({ code: 'packs/damaged', entry: 'manifest.json' });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return damaged;
  }
  // Canonical or nothing: two readers must not be able to understand one signed text differently (duplicate keys).
  if (canonicalJson(json) !== text) return damaged;
  const future = FutureManifest.safeParse(json);
  if (future.success) return err({ code: 'packs/needs-newer-app', minimum: future.data.minimumApp });
  const parsed = PackManifest.safeParse(json);
  if (!parsed.success) return damaged;
  const manifest = parsed.data;
  const problem = checkManifest(manifest);
  return problem === undefined ? ok(manifest) : err(problem);
}

/** The rules a schema cannot say. */
export function checkManifest(manifest: PackManifest): ManifestProblem | undefined {
  const unsafe = findUnsafePath(manifest.files.map((file) => file.path));
  if (unsafe !== undefined) return { code: 'packs/unsafe-name', entry: unsafe };
  for (const file of manifest.files) {
    if (mediaTypeOf(file.path) === null) return { code: 'packs/unsafe-name', entry: file.path };
    if (file.packed !== undefined && file.bytes > maxDeflatedBytes)
      return { code: 'packs/too-large', bytes: file.bytes };
  }
  const bytes = unpackedBytes(manifest);
  return bytes > maxUnpackedBytes ? { code: 'packs/too-large', bytes } : undefined;
}

/** The exact text that is signed and written. */
export function manifestText(manifest: PackManifest): string {
  return canonicalJson(manifest);
}

/** Sum of the lengths of all files. */
export function unpackedBytes(manifest: PackManifest): number {
  return manifest.files.reduce((sum, file) => sum + file.bytes, 0);
}

/** Whether this version of the app may take the pack. */
export function isAppNewEnough(manifest: PackManifest, appVersion: AppVersion): boolean {
  return compareAppVersions(appVersion, manifest.minimumApp) >= 0;
}

/** Whether the pack is meant for a country (alpha-2, any case). A person without a country takes every pack. */
export function isForCountry(manifest: Pick<PackManifest, 'countries'>, country: string | null): boolean {
  return country === null || manifest.countries === 'any' || manifest.countries.includes(country.toUpperCase());
}
