import type { Failure } from '#shared/kernel/result.ts';

/**
 * A failure in words of the exchange. A full disk elsewhere means that what a person just typed is not saved; here it is only what came from the
 * hub or a stick.
 */
export function receivedFailure<F extends Failure | null>(failure: F): F | Failure {
  return failure?.code === 'store/disk-full' ? { code: 'sync/disk-full' } : failure;
}

/** The same of a stick, where the other side of `sync/protocol` {hub, app} is whoever wrote it: a hub or a laptop. */
export function takenFailure(failure: Failure): Failure {
  const { code, hub, app } = failure;
  const isOlder = code === 'sync/protocol' && typeof hub === 'number' && typeof app === 'number' && hub < app;
  return isOlder ? { code: 'stick/old-writer' } : receivedFailure(failure);
}
