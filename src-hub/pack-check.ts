/**
 * Checks a pack the operator wants to publish as a laptop would at its import: a known publisher's signature over the
 * manifest, exactly the files the manifest names, each with its digest, and not a byte beside them.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import {
  maxManifestBytes,
  maxPackBytes,
  maxSignatureBytes,
  type PackManifest,
  PackSignature,
  parseManifest,
} from '#shared/packs/manifest.ts';
import { manifestPath, signaturePath } from '#shared/packs/pack-path.ts';
import { findPublisher, type Publisher } from '#shared/packs/publishers.ts';
import { verifySignature } from './hub-crypto.ts';

/** Lengths of zip's structures without names (APPNOTE 4.3.7, 4.3.12, 4.3.16). */
const headerBytes = 30 + 46;
const endBytes = 22;

export type CheckedPack = { readonly manifest: PackManifest; readonly bytes: number; readonly sha256: string };

/**
 * Failures: `packs/not-a-pack`, `packs/unsigned`, `packs/bad-signature`, `packs/unknown-publisher` {publisher},
 * `packs/too-large` {bytes}, `packs/damaged` {entry}, those of `parseManifest`, `packs/no-file`.
 */
export async function checkPack(path: string, publishers: readonly Publisher[]): Promise<Result<CheckedPack>> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return err({ code: 'packs/no-file' });
  const { size } = await file.stat();
  await file.close();
  if (size > maxPackBytes) return err({ code: 'packs/too-large', bytes: size });
  const zip = await openPromise(path, { autoClose: false, strictFileNames: true }).catch(() => null);
  if (zip === null) return err({ code: 'packs/not-a-pack' });
  try {
    const manifest = await checkEntries(zip, size, publishers);
    return manifest.ok ? ok({ manifest: manifest.value, bytes: size, sha256: await digestOf(path) }) : manifest;
  } catch {
    // yauzl throws on whatever is no proper zip.
    return err({ code: 'packs/not-a-pack' });
  } finally {
    zip.close();
  }
}

async function checkEntries(
  zip: ZipFile,
  size: number,
  publishers: readonly Publisher[],
): Promise<Result<PackManifest>> {
  let manifest: PackManifest | null = null;
  let manifestBytes: Buffer | null = null;
  let expectedBytes = endBytes;
  let index = -2;
  for await (const entry of zip.eachEntry()) {
    expectedBytes += headerBytes + 2 * Buffer.byteLength(entry.fileName) + entry.compressedSize;
    if (index === -2) {
      if (entry.fileName !== manifestPath || entry.uncompressedSize > maxManifestBytes)
        return err({ code: 'packs/not-a-pack' });
      manifestBytes = await contentOf(zip, entry);
    } else if (index === -1) {
      if (entry.fileName !== signaturePath || entry.uncompressedSize > maxSignatureBytes || manifestBytes === null)
        return err({ code: 'packs/unsigned' });
      const signed = checkSignature(manifestBytes, await contentOf(zip, entry), publishers);
      if (!signed.ok) return signed;
      manifest = signed.value;
    } else {
      const file = manifest?.files[index];
      const isNamed =
        file !== undefined &&
        file.path === entry.fileName &&
        file.bytes === entry.uncompressedSize &&
        file.crc32 === entry.crc32 &&
        (file.packed === undefined ? entry.compressionMethod === 0 : file.packed.bytes === entry.compressedSize);
      if (!isNamed) return err({ code: 'packs/damaged', entry: entry.fileName.slice(0, 120) });
      const hash = createHash('sha256');
      for await (const chunk of await zip.openReadStreamPromise(entry)) hash.update(chunk as Buffer); // yauzl gives Buffers
      if (hash.digest('hex') !== file.sha256) return err({ code: 'packs/damaged', entry: file.path });
    }
    index += 1;
  }
  if (manifest === null) return err({ code: index === -2 ? 'packs/not-a-pack' : 'packs/unsigned' });
  // Neither fewer files than named, nor gaps, comments or extra fields between them.
  const isExact = index === manifest.files.length && expectedBytes === size;
  return isExact ? ok(manifest) : err({ code: 'packs/damaged', entry: manifestPath });
}

function checkSignature(
  manifestBytes: Buffer,
  signatureBytes: Buffer,
  publishers: readonly Publisher[],
): Result<PackManifest> {
  let json: unknown;
  try {
    json = JSON.parse(signatureBytes.toString('utf8'));
  } catch {
    return err({ code: 'packs/bad-signature' });
  }
  const signature = PackSignature.safeParse(json);
  if (!signature.success) return err({ code: 'packs/bad-signature' });
  const raw = (text: string): Buffer => Buffer.from(text, 'base64');
  if (!verifySignature(raw(signature.data.key), manifestBytes, raw(signature.data.signature)))
    return err({ code: 'packs/bad-signature' });
  const manifest = parseManifest(manifestBytes.toString('utf8'));
  if (!manifest.ok) return manifest;
  const { publisher } = manifest.value;
  return findPublisher(publishers, publisher.id, signature.data.key) === undefined
    ? err({ code: 'packs/unknown-publisher', publisher: publisher.name })
    : ok(manifest.value);
}

async function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  return buffer(await zip.openReadStreamPromise(entry));
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  try {
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk as Buffer); // no encoding set
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}
