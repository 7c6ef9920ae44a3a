/**
 * What this laptop keeps, when the hub changes it. A partition the newest credential no longer covers is left: everything this laptop
 * wrote there is handed over first, then all of it is erased here. The person can give up what cannot be handed over any more.
 */
import { isWithin } from '#shared/access/partitions.ts';
import type { Scopes, ScopeChange } from '../sync/scopes-port.ts';
import type { Committer } from './commit.ts';
import type { Meta } from './meta.ts';
import type { OpLog } from './op-log.ts';

/** The Sync page tells no more. */
const keptChanges = 20;

export function createScopes(deps: {
  readonly log: OpLog;
  readonly meta: Meta;
  readonly committer: Committer;
  readonly ownPartition: () => string;
}): Scopes {
  const { log: opLog, meta } = deps;
  const changes = (): ScopeChange[] => JSON.parse(meta.get('scope-changes') ?? '[]') as ScopeChange[]; // written below

  function leaving(granted: readonly string[]): { partition: string; waiting: number }[] {
    const waiting = new Map<string, number>();
    for (const log of opLog.logs()) {
      const { partition } = log;
      if (partition === deps.ownPartition() || granted.some((prefix) => isWithin(partition, prefix))) continue;
      const unsent = opLog.isOwn(log.replica) ? Math.max(0, opLog.head(log).seq - opLog.marks(log).received) : 0;
      waiting.set(partition, (waiting.get(partition) ?? 0) + unsent);
    }
    return [...waiting].map(([partition, ops]) => ({ partition, waiting: ops }));
  }

  return {
    leaving,
    erase: (partition) => deps.committer.erase(partition),
    changes,
    addChange: (change) => meta.set('scope-changes', JSON.stringify([change, ...changes()].slice(0, keptChanges))),
  };
}
