import type { Failure } from '../kernel/result.ts';

/** Whether the hub lets this laptop in again only with a new invitation. */
export function isShutOut(failure: Failure): boolean {
  if (failure.code === 'sync/revoked' || failure.code === 'sync/succeeded') return true;
  return failure.code === 'sync/hub-refused' && ['expired', 'unknown-laptop'].includes(String(failure['reason']));
}
