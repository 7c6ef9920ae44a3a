/** An attachment that comes, whole or in pieces and by any road: kept as far as it has come, and proved when it is whole. */
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import type { Attachment } from '#shared/files/attachment.ts';
import type { FileStore } from './file-store.ts';
import type { SealedWriter } from './sealed-file.ts';

/** What must stay free on the disk beyond a file, bytes: the database has to go on writing. */
const spareBytes = 64 * 1024 * 1024;

/** Whether the disk has room for a file. Failure: `files/disk-full` {needed, free}. */
export async function checkRoom(store: FileStore, bytes: number): Promise<Result<null>> {
  const needed = bytes + spareBytes;
  const free = await store.free();
  return free < needed ? err({ code: 'files/disk-full', needed, free }) : ok(null);
}

/**
 * Lets `pour` append what comes next of a file; where it is whole then, it is proved and taken in. Answers whether it is. Whatever ends it,
 * what has come stays, but for content that is not what it should be. Failures: `files/altered`, `files/disk-full`, those of `pour`.
 */
export async function takeIn(
  store: FileStore,
  { sha256, bytes }: Attachment,
  pour: (part: SealedWriter) => Promise<Result<null>>,
): Promise<Result<boolean>> {
  const room = await checkRoom(store, bytes);
  if (!room.ok) return room;
  const altered: Failure = { code: 'files/altered' };
  const part = await store.part(sha256);
  let failure: Failure | null = null;
  let isWhole = false;
  try {
    const poured: Result<null> = part.length() < bytes ? await pour(part) : ok(null);
    isWhole = part.length() >= bytes;
    if (!poured.ok) failure = poured.error;
    else if (part.length() > bytes || (isWhole && (await part.finish()) !== sha256)) failure = altered;
  } finally {
    await part.close();
    if (failure?.code === altered.code) await store.dropPart(sha256);
  }
  if (failure !== null) return err(failure);
  if (isWhole) await store.adopt(sha256, sha256);
  return ok(isWhole);
}
