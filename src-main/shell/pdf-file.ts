/**
 * Saving a printed document: the file appears whole or not at all, whatever happens to the disk, and never takes the place
 * of another file unless a person chose so in the dialog.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { err, ok, type Result } from '#shared/kernel/result.ts';

const longestName = 120;
/** Names that Windows keeps for devices, with any ending. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** A suggested name as a file name that every system takes, without ending. */
export function safeFileName(suggested: string): string {
  const cleaned = suggested
    .normalize('NFC')
    // oxlint-disable-next-line no-control-regex -- control characters are what must go
    .replace(/[<>:"/\\|?*\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '_')
    .replace(/\s+/g, ' ')
    .slice(0, longestName)
    .replace(/^[. ]+|[. ]+$/g, '');
  if (cleaned === '') return 'document';
  return deviceName.test(cleaned) ? `_${cleaned}` : cleaned;
}

/** `<name>.pdf` in a folder (or another ending, with its dot), or `<name> (2).pdf` … where that is taken. */
export function freePath(directory: string, name: string, ending = '.pdf'): string {
  let path = join(directory, `${name}${ending}`);
  for (let number = 2; existsSync(path); number += 1) path = join(directory, `${name} (${number})${ending}`);
  return path;
}

/** Why a file could not be written: what the person can do differs. */
export type WriteProblem = 'disk-full' | 'read-only' | 'folder-gone' | 'in-use' | 'other';

/** Writes a file through a temporary one in the same folder. Fails with `shell/write-failed` {reason}. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<Result<{ fileName: string }>> {
  const temporary = join(dirname(path), `.komissiya-${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return ok({ fileName: basename(path) });
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    return err({ code: 'shell/write-failed', reason: writeProblem(error) });
  }
}

function writeProblem(error: unknown): WriteProblem {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return 'disk-full';
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return 'read-only';
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EIO':
    case 'ENXIO':
      return 'folder-gone';
    case 'EBUSY':
    case 'ETXTBSY':
      return 'in-use';
    default:
      return 'other';
  }
}
