/**
 * What this laptop keeps, when the hub changes it. A partition the newest credential no longer covers is left: everything here that the hub
 * is not known to hold is handed over first, whoever wrote it, with the attachments the hub lacks; then all of it is erased here. The
 * person can give up what cannot be handed over any more.
 */
import { isWithin } from '#shared/access/partitions.ts';
import { Commission } from '#shared/commissions/commission.ts';
import { type Locale, locales } from '#shared/i18n/locales.ts';
import type { Logger } from '#shared/kernel/ports.ts';
import { localizedField } from '#shared/kinds/define-kind.ts';
import type { ScopeView } from '#shared/sync/contract.ts';
import type { LeavingScope, Scopes, ScopeChange } from '../sync/scopes-port.ts';
import { createErasedLogs } from './erased-logs.ts';
import { createForgottenOps } from './forgotten-ops.ts';
import { createForkedLogs } from './forked-logs.ts';
import { logKey, type Summary } from '#shared/sync/messages.ts';
import { fromColumnText } from './column-text.ts';
import type { WritableDb } from './database.ts';
import type { Row } from './record-rows.ts';
import { createPartitionEraser } from './partition-eraser.ts';
import { createBeside } from './short-steps.ts';
import { columnName, quote } from './tables.ts';
import type { Archive } from './archive.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Committer } from './commit.ts';
import type { Meta } from './meta.ts';
import type { OpLog } from './op-log.ts';

/** The Sync page tells no more. */
const keptChanges = 20;

export function createScopes(deps: {
  readonly db: WritableDb;
  readonly log: OpLog;
  readonly archive: Archive;
  readonly meta: Meta;
  readonly committer: Committer;
  readonly checkpoints: Pick<Checkpoints, 'between'>;
  readonly logger: Logger;
  readonly ownPartition: () => string;
  /** What the hub last said it holds. */
  readonly acknowledged: () => Summary;
  /** Attachments here of a partition's records that the hub does not hold yet. */
  readonly unsentFiles: (partition: string) => number;
}): Scopes {
  const { log: opLog, meta } = deps;
  const selectCommission = deps.db.prepare(
    `select * from ${quote(Commission.name)} where ${columnName('partitionPath')} = ? and alive = 1`,
  );
  const changes = (): ScopeChange[] => JSON.parse(meta.get('scope-changes') ?? '[]') as ScopeChange[]; // written below

  function view(partition: string): ScopeView {
    const names: { [locale in Locale]?: string } = {};
    const row = selectCommission.get(partition) as Row | undefined; // a table of ours
    for (const locale of row === undefined ? [] : locales) {
      const name = row?.[columnName(localizedField('name', locale))];
      if (typeof name === 'string' && name !== '') names[locale] = fromColumnText(name);
    }
    return { partition, names: row === undefined ? null : names };
  }

  const eraser = createPartitionEraser(deps);
  const erasing = createBeside(deps)(eraser.step);
  if (eraser.pending().length > 0) void erasing.goOn();

  function leaving(granted: readonly string[]): LeavingScope[] {
    const kept = [deps.ownPartition(), ...eraser.pending()];
    const logs = opLog
      .logs()
      .filter(({ partition }) => !kept.includes(partition) && !granted.some((prefix) => isWithin(partition, prefix)));
    // Nothing to leave, mostly: then nothing more is read.
    if (logs.length === 0) return [];
    const acknowledged = deps.acknowledged();
    const forked = createForkedLogs(meta, opLog);
    const forgotten = createForgottenOps(deps);
    const waiting = new Map<string, number>();
    for (const log of logs) {
      const { partition } = log;
      const key = logKey(log.replica, partition);
      const held = opLog.isOwn(log.replica) ? opLog.marks(log).received : (acknowledged[key] ?? 0);
      // Where the hub's goes on otherwise, what is here from there on is nowhere else.
      const handedOver = Math.min(held, forked.commonOf(key) ?? held);
      waiting.set(
        partition,
        (waiting.get(partition) ?? forgotten.countIn(partition)) + Math.max(0, opLog.head(log).seq - handedOver),
      );
    }
    return [...waiting].map(([partition, ops]) => ({
      ...view(partition),
      waiting: ops,
      files: deps.unsentFiles(partition),
    }));
  }

  return {
    leaving,
    view,
    erase(partition) {
      const log = opLog.logs().find((each) => each.replica === opLog.ownReplica() && each.partition === partition);
      const received = log === undefined ? 0 : opLog.marks(log).received;
      if (log !== undefined && received > 0) createErasedLogs(meta).add(logKey(log.replica, partition), received);
      eraser.begin(partition);
      return erasing.goOn();
    },
    erasing: erasing.running,
    changes,
    addChange: (change) => meta.set('scope-changes', JSON.stringify([change, ...changes()].slice(0, keptChanges))),
  };
}
