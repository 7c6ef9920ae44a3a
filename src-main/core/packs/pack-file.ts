/**
 * Opens a `.kpack` without trusting it. An opened pack has a valid signature and exactly the layout its manifest
 * implies, checked at both ends of the file; what is not read yet is the file data, which its digests bind.
 * Only the two ends are read here, so a whole stick of packs is looked through in little time.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import {
  maxManifestBytes,
  maxPackBytes,
  maxSignatureBytes,
  type PackManifest,
  parseManifest,
} from '#shared/packs/manifest.ts';
import { manifestPath, signaturePath } from '#shared/packs/pack-path.ts';
import { findPublisher, type Publisher } from '#shared/packs/publishers.ts';
import { isSourceError, SourceGone } from './pack-failures.ts';
import { verifyManifest } from './signature.ts';
import { localHeaderBytes, packLayout, type ZipLayout } from '#shared/packs/zip-layout.ts';
import { type Expected, whatIsWrong } from './zip-examiner.ts';

/** A pack file opened for reading. Close it. */
export type OpenPack = {
  readonly manifest: PackManifest;
  readonly manifestBytes: Buffer;
  /** The signer's public key, base64. */
  readonly key: string;
  readonly layout: ZipLayout;
  readonly handle: FileHandle;
  /** Length of the file when it was opened. */
  readonly bytes: number;
  close(): Promise<void>;
};

/** Told as soon as a manifest is read whose signature fits, also of a pack that is refused afterwards. */
export type OnManifest = (manifest: PackManifest, key: string) => void;

/**
 * Opens a pack. Failures: `packs/not-a-pack`, `packs/cut-off`, `packs/unsigned`, `packs/bad-signature`,
 * `packs/damaged`, `packs/unsafe-name`, `packs/too-large`, `packs/needs-newer-app` (a format of the future),
 * `packs/source-gone`.
 */
export async function openPack(path: string, onManifest?: OnManifest): Promise<Result<OpenPack>> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const stats = await handle.stat();
    const result = stats.isFile() ? await readEnds(handle, stats.size, onManifest) : err({ code: 'packs/not-a-pack' });
    if (!result.ok) await handle.close();
    return result;
  } catch (error) {
    await handle?.close().catch(() => undefined);
    if (isSourceError(error)) return err({ code: 'packs/source-gone', copied: 0, bytes: 0 });
    throw error;
  }
}

/** The known publisher who signed an opened pack. Failure `packs/unknown-publisher` {publisher: the name it claims}. */
export function publisherOf(pack: OpenPack, publishers: readonly Publisher[]): Result<Publisher> {
  const { publisher } = pack.manifest;
  const known = findPublisher(publishers, publisher.id, pack.key);
  return known === undefined ? err({ code: 'packs/unknown-publisher', publisher: publisher.name }) : ok(known);
}

/**
 * Reads exactly `length` bytes at `position` into the start of `buffer`. Throws SourceGone when the device no longer
 * answers, and when the file ends earlier: its length was checked when it was opened, so it has changed since.
 */
export async function readExactly(
  handle: FileHandle,
  buffer: Uint8Array,
  position: number,
  length: number,
): Promise<void> {
  let filled = 0;
  while (filled < length) {
    let bytesRead: number;
    try {
      ({ bytesRead } = await handle.read(buffer, filled, length - filled, position + filled));
    } catch (error) {
      throw isSourceError(error) ? new SourceGone() : error;
    }
    if (bytesRead === 0) throw new SourceGone();
    filled += bytesRead;
  }
}

async function readEnds(handle: FileHandle, bytes: number, onManifest?: OnManifest): Promise<Result<OpenPack>> {
  const wrong = async (expected: Expected | null): Promise<Result<OpenPack>> =>
    err(await whatIsWrong(handle, bytes, expected));
  if (bytes > maxPackBytes) return err({ code: 'packs/too-large', bytes });
  if (bytes === 0) return err({ code: 'packs/cut-off' });

  const first = await readEntry(handle, bytes, 0, manifestPath, maxManifestBytes);
  if (first === 'cut-off') return err({ code: 'packs/cut-off' });
  if (first === 'other') return wrong(null);
  const second = await readEntry(handle, bytes, first.end, signaturePath, maxSignatureBytes);
  if (second === 'cut-off') return err({ code: 'packs/cut-off' });
  if (second === 'other') return err({ code: 'packs/unsigned' });
  const signed = verifyManifest(first.content, second.content);
  if (!signed.ok) return signed;
  const parsed = parseManifest(first.content.toString('utf8'));
  if (!parsed.ok) return parsed;
  const manifest = parsed.value;
  onManifest?.(manifest, signed.value.key);

  const layout = packLayout(manifest, first.content, second.content);
  if (layout.bytes > maxPackBytes) return err({ code: 'packs/too-large', bytes: layout.bytes });
  if (layout.bytes !== bytes) return wrong({ manifest, bytes: layout.bytes });
  for (const [index, header] of [first.header, second.header].entries()) {
    if (!header.equals(layout.entries[index]?.header ?? new Uint8Array()))
      return wrong({ manifest, bytes: layout.bytes });
  }
  const tail = Buffer.allocUnsafe(layout.tail.length);
  await readExactly(handle, tail, layout.tailAt, tail.length);
  if (!tail.equals(layout.tail)) return wrong({ manifest, bytes: layout.bytes });
  return ok({
    manifest,
    manifestBytes: first.content,
    key: signed.value.key,
    layout,
    handle,
    bytes,
    close: () => handle.close(),
  });
}

type HeadEntry = { readonly header: Buffer; readonly content: Buffer; readonly end: number };

/** Reads a stored entry of a given name at a given place; `other` when something else lies there. */
async function readEntry(
  handle: FileHandle,
  bytes: number,
  at: number,
  path: string,
  maxBytes: number,
): Promise<HeadEntry | 'cut-off' | 'other'> {
  const name = Buffer.from(path, 'utf8');
  const header = Buffer.alloc(Math.min(localHeaderBytes + name.length, bytes - at));
  await readExactly(handle, header, at, header.length);
  // Half a header still has to be the beginning of ours.
  const start = Buffer.from([0x50, 0x4b, 0x03, 0x04]).subarray(0, header.length);
  if (!header.subarray(0, start.length).equals(start)) return 'other';
  if (header.length < localHeaderBytes + name.length) return 'cut-off';
  if (!header.subarray(localHeaderBytes).equals(name) || header.readUInt16LE(26) !== name.length) return 'other';
  const contentBytes = header.readUInt32LE(18);
  const contentAt = at + header.length + header.readUInt16LE(28);
  if (contentBytes > maxBytes) return 'other';
  if (contentAt + contentBytes > bytes) return 'cut-off';
  const content = Buffer.allocUnsafe(contentBytes);
  await readExactly(handle, content, contentAt, contentBytes);
  return { header, content, end: contentAt + contentBytes };
}
