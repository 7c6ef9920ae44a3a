import type { Failure } from '#shared/kernel/result.ts';
import { errorCode, isDiskFull } from '../packs/pack-failures.ts';

/** The failure behind an error of this laptop's own disk; null for anything else. */
export function diskFailure(error: unknown): Failure | null {
  if (isDiskFull(error)) return { code: 'files/disk-full' };
  const isSystems = error instanceof Error && 'syscall' in error && 'path' in error;
  return isSystems && errorCode(error) !== null ? { code: 'store/disk-error' } : null;
}
