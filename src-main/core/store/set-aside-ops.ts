/**
 * Ops of others' logs that stood in the archive when their partition began anew (parted-logs.ts): kept here until the hub's continuation of
 * the log says them too, or this laptop has written them again.
 */
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import type { LooseOp } from '#shared/sync/loose-ops.ts';
import { parseLogKey, type Summary } from '#shared/sync/messages.ts';
import { readChunk, sealChunk } from '#shared/sync/snapshot.ts';
import type { Meta } from './meta.ts';
import { segmentPorts } from './segment-ports.ts';

export type SetAsideOps = {
  /** Those of logs whose continuation the hub has told the length of, with that seq. */
  awaited(): { readonly log: string; readonly until: number; readonly ops: () => LooseOp[] }[];
  /** Beside those of the log that still wait: it may part again before this laptop may write them. */
  add(log: string, ops: readonly LooseOp[]): void;
  remove(log: string): void;
  /** Takes down how far the hub's continuations reach. */
  heard(summary: Summary): void;
  /** How many ops of a partition's logs lie here. */
  countIn(partition: string): number;
  /** Forgets those of a partition. */
  forget(partition: string): void;
};

/** `chunk` in hex, several parted by a space; `until` null before the hub has spoken. */
type Kept = { readonly chunk: string; readonly count: number; readonly until: number | null };

export function createSetAsideOps(meta: Meta): SetAsideOps {
  const read = (): [string, Kept][] =>
    Object.entries(JSON.parse(meta.get('set-aside-ops') ?? '{}') as { [log: string]: Kept }); // written below
  const write = (kept: readonly [string, Kept][]): void =>
    kept.length === 0
      ? meta.remove('set-aside-ops')
      : meta.set('set-aside-ops', JSON.stringify(Object.fromEntries(kept)));
  const isIn = (log: string, partition: string): boolean => parseLogKey(log).partition === partition;
  return {
    awaited: () =>
      read().flatMap(([log, { chunk, until }]) =>
        until === null
          ? []
          : [{ log, until, ops: () => chunk.split(' ').flatMap((hex) => readChunk(hexToBytes(hex), segmentPorts)) }],
      ),
    add(log, ops) {
      const known = read().find(([each]) => each === log)?.[1];
      // A chunk cannot say two things of one seq.
      const chunk = [...(known === undefined ? [] : [known.chunk]), bytesToHex(sealChunk(ops, segmentPorts))].join(' ');
      const kept = { chunk, count: (known?.count ?? 0) + ops.length, until: null };
      write([...read().filter(([each]) => each !== log), [log, kept]]);
    },
    remove: (log) => write(read().filter(([each]) => each !== log)),
    heard(summary) {
      const kept = read();
      if (!kept.some(([log, { until }]) => summary[log] !== undefined && summary[log] !== until)) return;
      write(kept.map(([log, each]) => [log, { ...each, until: summary[log] ?? each.until }]));
    },
    countIn: (partition) => read().reduce((sum, [log, { count }]) => sum + (isIn(log, partition) ? count : 0), 0),
    forget: (partition) => write(read().filter(([log]) => !isIn(log, partition))),
  };
}
