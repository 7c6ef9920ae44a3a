/** Drops again what was dropped and has been written again since: #shared/sync/moved-drops.ts says why. */
import type { Kind } from '#shared/kinds/define-kind.ts';
import { type AddedAt, type IsMoved, withoutMoved } from '#shared/sync/moved-drops.ts';
import { isSetChange, type Op } from '#shared/sync/op.ts';
import type { Change } from './change.ts';
import type { OpLog } from './op-log.ts';
import type { RecordTable } from './record-rows.ts';
import type { RecordOfKind } from './short-steps.ts';

/** Looks at records of a partition of which something was written again by this laptop, and before by a replica that passes. */
export type DropFollower = (partition: string, records: readonly RecordOfKind[], isMoved: IsMoved) => void;

export function createDropFollower(deps: {
  readonly log: Pick<OpLog, 'isOwn' | 'opsOfRecord'>;
  readonly kinds: ReadonlyMap<number, Kind>;
  readonly tableOf: (kind: Kind) => RecordTable;
  /** Writes into this laptop's own log of a partition, as the app itself. */
  readonly write: (partition: string, changes: readonly Change[]) => void;
}): DropFollower {
  const setsOf = ({ fields }: Kind): string[] => Object.keys(fields).filter((name) => fields[name]?.merge === 'set');
  /** Read where a drop waits, which is seldom. */
  function addedTo(kind: Kind, record: string): AddedAt {
    let own: Map<number, Op[]> | null = null;
    return (field, time) => {
      own ??= Map.groupBy(ownOps(kind, record), (op) => op.time);
      const values = (own.get(time) ?? []).flatMap(({ set }) => set?.[String(kind.fields[field]?.number)] ?? []);
      return values.length === 0 ? null : values.filter(isSetChange).flatMap(({ add }) => add);
    };
  }
  function ownOps(kind: Kind, record: string): Op[] {
    const own = deps.log
      .opsOfRecord(record)
      .filter(({ op, log }) => op.kind === kind.number && deps.log.isOwn(log.replica));
    return own.map(({ op }) => op);
  }
  return (partition, records, isMoved) => {
    const changes = records.flatMap(({ kind: number, record }): Change[] => {
      const kind = deps.kinds.get(number);
      if (kind === undefined) return [];
      const held = deps.tableOf(kind).load(record, setsOf(kind));
      // An edit would bring back what is removed.
      if (held?.facts.alive !== true) return [];
      const values = withoutMoved(held.state, deps.log.isOwn, isMoved, addedTo(kind, record));
      return values === null ? [] : [{ kind, id: record, act: 'set', values }];
    });
    if (changes.length > 0) deps.write(partition, changes);
  };
}
