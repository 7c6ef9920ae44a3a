/** Takes one copy off a stick because a person wants it gone. */
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { flushFolder } from '../packs/blob-store.ts';
import { errorCode } from '../packs/pack-failures.ts';
import { stickFailure } from '../sync/stick-files.ts';
import { createCopyPieces, removeUnneeded } from './copy-pieces.ts';
import { copiesIn, type CopyAt, openedCopy } from './found-copies.ts';

/**
 * Removes the copy, and of its pieces those that no other copy of the same laptop needs. Which those are is told only by copies that `copyKey`
 * opens: beside one of another laptop, or one that nobody can read, the pieces stay until the last copy there is removed.
 *
 * Failures: `copies/gone`, `stick/read-only`, `stick/gone`.
 */
export async function removeCopy({ folder, name }: CopyAt, copyKey: Uint8Array): Promise<Result<null>> {
  try {
    // First: a copy without its pieces would be one that seems whole.
    await rm(join(folder, name));
    await flushFolder(folder);
    const others = await copiesIn(folder);
    const opened = others.flatMap((at) => openedCopy(at, copyKey) ?? []);
    if (opened.length < others.length) return ok(null);
    await removeUnneeded(createCopyPieces({ path: folder, isMount: false }, ''), opened);
    // Not where somebody has put something there.
    if (others.length === 0) await rmdir(folder).catch(() => undefined);
    return ok(null);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return err({ code: 'copies/gone' });
    const failure = stickFailure(error);
    if (failure === null) throw error;
    return err(failure);
  }
}
