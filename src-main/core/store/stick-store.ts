/** What the road by stick keeps in the store, and the few reads the exchange's port does not have. */
import { logKey } from '#shared/sync/messages.ts';
import { emptyStickMemory, type StickMemory } from '#shared/sync/parcel-session.ts';
import type { ReplicaStore } from '#shared/sync/replica-store.ts';
import type { PendingEnrolment, StickStore } from '../sync/stick-store-port.ts';
import type { Meta } from './meta.ts';
import type { OpLog } from './op-log.ts';

export type StickStoreDeps = {
  readonly meta: Meta;
  readonly log: OpLog;
  readonly replicaStore: ReplicaStore;
};

/** Completes a `ReplicaStore` to what parcels need. */
export function createStickStore(deps: StickStoreDeps): StickStore {
  const { meta, log: opLog } = deps;
  // Written by the setters below.
  const parsed = <T>(key: string): T | null => {
    const text = meta.get(key);
    return text === null ? null : (JSON.parse(text) as T);
  };
  return {
    ...deps.replicaStore,
    begins: () =>
      Object.fromEntries(
        opLog.logs().flatMap((log) => {
          const base = opLog.base(log);
          return base === 0 ? [] : [[logKey(log.replica, log.partition), base]];
        }),
      ),
    received: () =>
      Object.fromEntries(
        opLog
          .logs()
          .filter((log) => opLog.isOwn(log.replica))
          .map((log) => [logKey(log.replica, log.partition), opLog.marks(log).received]),
      ),
    stickMemory: () => ({ ...emptyStickMemory, ...parsed<StickMemory>('stick-memory') }),
    setStickMemory: (memory) => meta.set('stick-memory', JSON.stringify(memory)),
    sealIdentity: () => meta.get('seal-identity'),
    setSealIdentity: (identity) => meta.set('seal-identity', identity),
    pendingEnrolment: () => parsed<PendingEnrolment>('pending-enrolment'),
    setPendingEnrolment: (pending) =>
      pending === null ? meta.remove('pending-enrolment') : meta.set('pending-enrolment', JSON.stringify(pending)),
  };
}
