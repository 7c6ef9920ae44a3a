/** Failures of reading and importing packs, as they stand in the contract (src-shared/packs/contract.ts). */
import type { Failure } from '#shared/kernel/result.ts';

/** The stick was pulled, or the file changed while it was read. Thrown inside core/packs, never out of it. */
export class SourceGone extends Error {
  override readonly name = 'SourceGone';
}

/** Thrown inside core/packs to leave a nest of streams with a failure; never out of it. */
export class PackRefused extends Error {
  override readonly name = 'PackRefused';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

/**
 * Error codes of a file system that has lost its device, as Linux, macOS and Windows report it. EIO may also be a bad
 * spot on the stick; the next step for the person is the same: put the stick in again, then another stick.
 */
const goneCodes = new Set([
  'ENOENT',
  'EIO',
  'ENXIO',
  'ENODEV',
  'ESTALE',
  'EBADF',
  'ENOTDIR',
  'EACCES',
  'EPERM',
  'UNKNOWN',
  'EBUSY',
]);
const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

export function isSourceError(error: unknown): boolean {
  const code = errorCode(error);
  return error instanceof SourceGone || (code !== null && goneCodes.has(code));
}

export function isDiskFull(error: unknown): boolean {
  const code = errorCode(error);
  return code !== null && fullCodes.has(code);
}
