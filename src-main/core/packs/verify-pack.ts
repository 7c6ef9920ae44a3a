/** Reads a whole pack and checks every byte without writing any. For `pack verify` and for making a stick. */
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { PackManifest } from '#shared/packs/manifest.ts';
import type { Publisher } from '#shared/packs/publishers.ts';
import { checkHeader, copyStored, newCopyBuffers, readDeflated } from './copy-entry.ts';
import { PackRefused, SourceGone } from './pack-failures.ts';
import { openPack, publisherOf } from './pack-file.ts';

export type VerifiedPack = { readonly manifest: PackManifest; readonly bytes: number; readonly publisher: Publisher };

/** Checks structure, signature, publisher and every digest. Failures as in `openPack` and `publisherOf`. */
export async function verifyPack(
  path: string,
  deps: { readonly publishers: readonly Publisher[]; readonly signal?: AbortSignal },
): Promise<Result<VerifiedPack>> {
  const opened = await openPack(path);
  if (!opened.ok) return opened;
  const pack = opened.value;
  const signal = deps.signal ?? new AbortController().signal;
  const buffers = newCopyBuffers();
  let copied = 0;
  const onBytes = (bytes: number): void => {
    copied += bytes;
  };
  try {
    const known = publisherOf(pack, deps.publishers);
    if (!known.ok) return known;
    for (const [index, file] of pack.manifest.files.entries()) {
      const entry = pack.layout.entries[index + 2];
      if (entry === undefined) throw new RangeError('the layout follows from the manifest');
      await checkHeader(pack.handle, entry);
      if (entry.isDeflated) onBytes((await readDeflated(pack.handle, entry, file)).length);
      else await copyStored(pack.handle, entry, file, null, buffers, { signal, onBytes });
    }
    return ok({ manifest: pack.manifest, bytes: pack.bytes, publisher: known.value });
  } catch (error) {
    if (error instanceof PackRefused) return err(error.failure);
    if (error instanceof SourceGone) return err({ code: 'packs/source-gone', copied, bytes: pack.bytes });
    if (signal.aborted && error === signal.reason) return err({ code: 'packs/cancelled' });
    throw error;
  } finally {
    await pack.close().catch(() => undefined);
  }
}
