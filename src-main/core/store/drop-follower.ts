/** Drops again what was dropped and has been written again since: #shared/sync/moved-drops.ts says why. */
import type { Kind } from '#shared/kinds/define-kind.ts';
import { type IsMoved, withoutMoved } from '#shared/sync/moved-drops.ts';
import type { Change } from './change.ts';
import type { OpLog } from './op-log.ts';
import type { RecordTable } from './record-rows.ts';
import type { RecordOfKind } from './short-steps.ts';

/** Looks at records of a partition of which something was written again by this laptop, and before by a replica that passes. */
export type DropFollower = (partition: string, records: readonly RecordOfKind[], isMoved: IsMoved) => void;

export function createDropFollower(deps: {
  readonly log: Pick<OpLog, 'isOwn'>;
  readonly kinds: ReadonlyMap<number, Kind>;
  readonly tableOf: (kind: Kind) => RecordTable;
  /** Writes into this laptop's own log of a partition, as the app itself. */
  readonly write: (partition: string, changes: readonly Change[]) => void;
}): DropFollower {
  const setsOf = ({ fields }: Kind): string[] => Object.keys(fields).filter((name) => fields[name]?.merge === 'set');
  return (partition, records, isMoved) => {
    const changes = records.flatMap(({ kind: number, record }): Change[] => {
      const kind = deps.kinds.get(number);
      const held = kind === undefined ? null : deps.tableOf(kind).load(record, setsOf(kind));
      // An edit would bring back what is removed.
      const values = held?.facts.alive === true ? withoutMoved(held.state, deps.log.isOwn, isMoved) : null;
      return kind === undefined || values === null ? [] : [{ kind, id: record, act: 'set', values }];
    });
    if (changes.length > 0) deps.write(partition, changes);
  };
}
