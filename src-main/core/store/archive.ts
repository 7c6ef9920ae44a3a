/**
 * What is kept of logs below their bases: ops by record, in chunks (#shared/sync/loose-ops.ts). For state, desk and history they stand in
 * the place of the logs' beginnings; they prove nothing to others and are not handed on.
 *
 * While a snapshot is loading its chunks stand beside what they will replace: for a record that is in one of them already, they count,
 * and of the partition's logs only what lies beyond the snapshot; for every other record all is as before.
 */
import { logKey } from '#shared/sync/messages.ts';
import type { LooseColumns, LooseOp } from '#shared/sync/loose-ops.ts';
import { readChunk, readChunkColumns, type SnapshotHeader, snapshotSummary } from '#shared/sync/snapshot.ts';
import type { WritableDb } from './database.ts';
import type { Meta } from './meta.ts';
import { mayHold, mayHoldAny } from './record-places.ts';
import { segmentPorts } from './segment-ports.ts';

/** A snapshot that is coming. */
export type Loading = {
  readonly sha256: string;
  readonly header: SnapshotHeader;
  /** The chunk wanted next, where it begins in the file, and how many of its records have their rows already. */
  readonly next: number;
  readonly offset: number;
  readonly within: number;
};

type ArchivedOp = LooseOp & { readonly partition: string };

export type Archive = {
  /** The snapshot that is coming; null when there is none. */
  loading(): Loading | null;
  /** Highest seq of a log that the coming snapshot covers; 0 for none. */
  coming(replica: string, partition: string): number;
  setLoading(loading: Loading | null): void;
  /**
   * Keeps a chunk of whole records. `first` and `last`: the least and the greatest id of one; `places`: which they are (record-places.ts).
   * `squeezedAt`: null where the ops are as they were written.
   */
  add(chunk: {
    readonly partition: string;
    readonly isLoading: boolean;
    readonly squeezedAt: number | null;
    readonly first: string;
    readonly last: string;
    readonly places: Uint8Array;
    readonly bytes: Uint8Array;
  }): void;
  /** A record's ops, and whether those of the coming snapshot are among them. */
  find(record: string): { readonly ops: readonly ArchivedOp[]; readonly isComing: boolean };
  /** The chunks of the snapshot a partition began with, in order, as they came. */
  squeezedChunks(partition: string): readonly (() => Uint8Array)[];
  /** When the snapshot was made that a record's history begins with; null where it is whole. */
  squeezedAt(record: string): number | null;
  /** Which of these records the chunks of other partitions hold. */
  beyond(partition: string, records: ReadonlySet<string>): Set<string>;
  /** The last chunk of a partition that is not of a coming snapshot; null when there is none. */
  lastOf(partition: string): { readonly ref: number; readonly entries: readonly LooseOp[] } | null;
  drop(ref: number): void;
  /** The chunks of a partition but those of a coming snapshot, each read as columns when that is asked for. */
  chunksOf(partition: string): readonly { readonly ref: number; readonly columns: () => LooseColumns }[];
  /** Shows every op but those of a coming snapshot. */
  forEach(visit: (op: ArchivedOp) => void): void;
  /** Forgets all chunks of a partition but those of a coming snapshot. */
  empty(partition: string): void;
  /** The coming snapshot has come: its chunks take the place of all others of its partition. */
  settle(partition: string): void;
  /** Forgets the chunks of the coming snapshot. */
  dropLoading(): void;
  /** Forgets what is held in memory, after a transaction that was rolled back. */
  reload(): void;
};

type Row = { ref: number; partition: string; loading: number; squeezed_at: number | null; records: Uint8Array };

/** Chunks held in memory as they were read: neighbours are asked for one after the other. */
const mostRead = 4;

export function createArchive(db: WritableDb, meta: Meta): Archive {
  const insert = db.prepare(
    'insert into archive (partition, loading, squeezed_at, first, last, records, bytes) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const near = db.prepare(
    'select ref, partition, loading, squeezed_at, records from archive where first <= ? and last >= ? order by ref',
  );
  const all = db.prepare('select ref, partition, loading from archive order by ref');
  const selectBytes = db.prepare('select bytes from archive where ref = ?').pluck();
  const bytesOf = (ref: number): Uint8Array => selectBytes.get(ref) as Uint8Array; // a row just found
  const squeezed = db
    .prepare('select ref from archive where partition = ? and loading = 0 and squeezed_at is not null order by ref')
    .pluck();
  const placesElsewhere = db.prepare('select ref, records from archive where partition <> ?');
  const selectLast = db
    .prepare('select ref from archive where partition = ? and loading = 0 order by ref desc limit 1')
    .pluck();
  const dropChunk = db.prepare('delete from archive where ref = ?');
  const dropSettled = db.prepare('delete from archive where partition = ? and loading = 0');
  const settleRows = db.prepare('update archive set loading = 0 where loading = 1');
  const dropRows = db.prepare('delete from archive where loading = 1');
  const read = new Map<number, Map<string, LooseOp[]>>();
  /** Undefined: not looked up. */
  let known: { loading: Loading; seqs: { readonly [log: string]: number } } | null | undefined;

  function current(): typeof known {
    if (known !== undefined) return known;
    const [place, header] = [meta.get('snapshot-place'), meta.get('snapshot-header')];
    known = null;
    if (place === null || header === null) return known;
    // Both were written by `setLoading`.
    const kept = JSON.parse(place) as Omit<Loading, 'header'>;
    // An earlier version took every chunk at once.
    const loading = { ...kept, within: kept.within ?? 0, header: JSON.parse(header) as SnapshotHeader };
    known = { loading, seqs: snapshotSummary(loading.header) };
    return known;
  }

  function recordsIn(ref: number): Map<string, LooseOp[]> {
    const held = read.get(ref);
    if (held !== undefined) return held;
    const byRecord = new Map<string, LooseOp[]>();
    for (const entry of readChunk(bytesOf(ref), segmentPorts)) {
      const ops = byRecord.get(entry.op.record);
      if (ops === undefined) byRecord.set(entry.op.record, [entry]);
      else ops.push(entry);
    }
    if (read.size >= mostRead) read.delete(read.keys().next().value ?? 0);
    read.set(ref, byRecord);
    return byRecord;
  }

  /** The chunks that hold a record, with its ops. */
  function holding(record: string): (Row & { ops: LooseOp[] })[] {
    const rows = (near.all(record, record) as Row[]).filter((row) => mayHold(row.records, record)); // the columns named above
    return rows.flatMap((row) => {
      const ops = recordsIn(row.ref).get(record);
      return ops === undefined ? [] : [{ ...row, ops }];
    });
  }

  const self: Archive = {
    loading: () => current()?.loading ?? null,
    coming: (replica, partition) => current()?.seqs[logKey(replica, partition)] ?? 0,
    setLoading(loading) {
      const before = current();
      known = undefined;
      if (loading === null) {
        meta.remove('snapshot-place');
        meta.remove('snapshot-header');
        return;
      }
      const { header, ...place } = loading;
      meta.set('snapshot-place', JSON.stringify(place));
      // It may be long, and stays the same from chunk to chunk.
      if (before?.loading.sha256 === loading.sha256) known = { loading, seqs: before.seqs };
      else meta.set('snapshot-header', JSON.stringify(header));
    },
    add({ partition, isLoading, squeezedAt, first, last, places, bytes }) {
      insert.run(partition, isLoading ? 1 : 0, squeezedAt, first, last, places, bytes);
    },
    find(record) {
      const rows = holding(record);
      const partition = self.loading()?.header.partition;
      const isComing = rows.some((row) => row.loading === 1);
      const counting = rows.filter((row) => (isComing ? row.loading === 1 || row.partition !== partition : true));
      return {
        isComing,
        ops: counting.flatMap((row) => row.ops.map((entry) => ({ ...entry, partition: row.partition }))),
      };
    },
    squeezedChunks: (partition) => (squeezed.all(partition) as number[]).map((ref) => () => bytesOf(ref)), // a plucked column
    squeezedAt: (record) =>
      holding(record).reduce<number | null>((at, row) => (row.squeezed_at === null ? at : row.squeezed_at), null),
    beyond(partition, records) {
      const mayHoldOne = mayHoldAny(records);
      const found = new Set<string>();
      const candidates = (placesElsewhere.all(partition) as Row[]).filter((row) => mayHoldOne(row.records)); // the columns named above
      for (const { ref } of candidates)
        for (const record of recordsIn(ref).keys()) if (records.has(record)) found.add(record);
      return found;
    },
    lastOf(partition) {
      const ref = selectLast.get(partition) as number | undefined; // a key
      return ref === undefined ? null : { ref, entries: readChunk(bytesOf(ref), segmentPorts) };
    },
    drop(ref) {
      dropChunk.run(ref);
      read.clear();
    },
    chunksOf: (partition) =>
      (all.all() as Row[]).flatMap(({ ref, partition: of, loading }) =>
        of === partition && loading === 0 ? [{ ref, columns: () => readChunkColumns(bytesOf(ref), segmentPorts) }] : [],
      ),
    forEach(visit) {
      for (const { ref, partition, loading } of all.all() as Row[]) {
        if (loading === 1) continue;
        for (const entry of readChunk(bytesOf(ref), segmentPorts)) visit({ ...entry, partition });
      }
    },
    empty(partition) {
      dropSettled.run(partition);
      read.clear();
    },
    settle(partition) {
      self.empty(partition);
      settleRows.run();
    },
    dropLoading() {
      dropRows.run();
      read.clear();
    },
    reload() {
      known = undefined;
      read.clear();
    },
  };
  return self;
}
