/**
 * Lets go of what need not be kept as it came: others' segments that are old, that the hub holds, and that one of its snapshots covers.
 * Their ops go whole into the archive, packed tighter and by record, and the log's base moves behind them; so state, desk and history
 * stay as they were. Own logs are left alone: they can always be handed over again. One step is one short transaction.
 */
import { constants, zstdCompressSync } from 'node:zlib';
import type { Time } from '#shared/kernel/ports.ts';
import { compareLoose, type LooseOp, toLooseColumns } from '#shared/sync/loose-ops.ts';
import { logKey, type Summary } from '#shared/sync/messages.ts';
import { readOps } from '#shared/sync/segment.ts';
import type { Archive } from './archive.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { WritableDb } from './database.ts';
import type { Log, OpLog } from './op-log.ts';
import { recordPlaces } from './record-places.ts';
import { segmentPorts } from './segment-ports.ts';

/** How long segments stay as they came after their arrival: so long a neighbour or a stick may still want them from here. */
export const keptMs = 90 * 86_400_000;
/** A longer chunk packs tighter and takes longer: a step is to end within a few hundredths of a second. */
const segmentsAtOnce = 3;
const droppedAtOnce = 8;

export type Compactor = {
  /** Does one step; false when nothing is left to do. `covered`: what the hub's snapshots cover. */
  step(covered: Summary): boolean;
};

export function createCompactor(deps: {
  readonly db: WritableDb;
  readonly log: OpLog;
  readonly archive: Archive;
  readonly time: Time;
  readonly checkpoints: Pick<Checkpoints, 'written'>;
  /** So many ops at the end of a log stay whatever their age. */
  readonly keptOps?: number;
}): Compactor {
  const { db, log: opLog, archive, time, keptOps = 1000 } = deps;
  const next = db.prepare(
    'select to_seq as "to", head, applied_at as at, bytes from segment where log = ? and to_seq > ? order by to_seq limit ?',
  );
  type Row = { to: number; head: Uint8Array; at: number; bytes: Uint8Array };

  /** The segments behind a log's base that may go. */
  function old(log: Log, covered: Summary): Row[] {
    const last = Math.min(covered[logKey(log.replica, log.partition)] ?? 0, opLog.head(log).seq - keptOps);
    if (opLog.isOwn(log.replica) || last <= opLog.base(log)) return [];
    const rows = next.all(log.ref, opLog.base(log), segmentsAtOnce) as Row[]; // the columns just named
    const stays = rows.findIndex((row) => row.to > last || row.at > time.now() - keptMs);
    return stays < 0 ? rows : rows.slice(0, stays);
  }

  return {
    step(covered) {
      // A coming snapshot moves the bases itself.
      if (archive.loading() !== null) return false;
      if (opLog.dropCovered(droppedAtOnce) > 0) return true;
      for (const log of opLog.logs()) {
        const rows = old(log, covered);
        const last = rows.at(-1);
        if (last === undefined) continue;
        const base = opLog.base(log);
        const entries = rows
          .flatMap((row) => readOps(row.bytes, segmentPorts))
          .filter((op) => op.seq > base)
          .map((op): LooseOp => ({ op, replica: log.replica }))
          .sort(compareLoose);
        const records = entries.map(({ op }) => op.record);
        const [first = '', end = ''] = [records[0], records.at(-1)];
        try {
          db.transaction(() => {
            archive.add({
              partition: log.partition,
              isLoading: false,
              squeezedAt: null,
              first,
              last: end,
              places: recordPlaces(records),
              bytes: packTight(toLooseColumns(entries)),
            });
            opLog.setBase(log, { seq: last.to, head: last.head });
          }).immediate();
          deps.checkpoints.written();
        } catch (error) {
          opLog.reload();
          throw error;
        }
        return true;
      }
      return false;
    },
  };
}

/** Written once and seldom read: worth some more milliseconds. */
function packTight(data: Uint8Array): Uint8Array {
  return zstdCompressSync(data, { params: { [constants.ZSTD_c_compressionLevel]: 12 } });
}
