/**
 * Makes the rows of the records of a chunk of squeezed ops, and what is derived of them: as many at a time as no screen waits for, some ten
 * milliseconds' worth on a laptop of the offices.
 */
import type { Kind } from '#shared/kinds/define-kind.ts';
import { type LooseColumns, looseOp } from '#shared/sync/loose-ops.ts';
import { createMerger, type RecordState } from '#shared/sync/merge.ts';
import type { Op } from '#shared/sync/op.ts';
import type { Authors } from './authors.ts';
import { type ColumnRows, createColumnRows, makeRowNumbers } from './column-rows.ts';
import type { WritableDb } from './database.ts';
import { foldColumns } from './fold-record.ts';
import type { Log, OpLog } from './op-log.ts';
import type { RecordPlacer } from './place-record.ts';
import type { RecordTable } from './record-rows.ts';

export type ChunkPlacer = {
  /**
   * Goes on with the record at place `from`. `logOf`: a writer's log. Answers the kinds of which there were records, and the place behind the
   * last one; those of a kind not known here stay in the archive.
   */
  place(
    columns: LooseColumns,
    from: number,
    logOf: (replica: string) => Log,
  ): { readonly kinds: readonly Kind[]; readonly to: number };
};

/** How much is done at a time, in records of which nothing is derived; words to search by and keys to sort by are several times the row. */
const [most, derivedWeight] = [1000, 5] as const;

export function createChunkPlacer(deps: {
  readonly db: WritableDb;
  readonly log: OpLog;
  readonly authors: Authors;
  readonly kinds: ReadonlyMap<number, Kind>;
  readonly tableOf: (kind: Kind) => RecordTable;
  readonly placer: RecordPlacer;
}): ChunkPlacer {
  const { db, log, authors, placer } = deps;
  const isOwn = (replica: string): boolean => log.isOwn(replica);
  makeRowNumbers(db);
  const rowsByKind = new Map<Kind, ColumnRows>();
  const rowsOf = (kind: Kind): ColumnRows => {
    const rows = rowsByKind.get(kind) ?? createColumnRows(db, kind, log, authors, isOwn);
    rowsByKind.set(kind, rows);
    return rows;
  };

  return {
    place(columns, from, logOf) {
      const { ends } = columns;
      const owns = columns.replicas.map(isOwn);
      const ownLog = (writer: number): Log | null =>
        owns[writer] === true ? logOf(columns.replicas[writer] ?? '') : null;
      const byKind = new Map<Kind, number[]>();
      let to = from;
      for (let weight = 0; to < ends.length && weight < most; to += 1) {
        const kind = deps.kinds.get(columns.kinds[to] ?? 0);
        if (kind === undefined) continue;
        weight += placer.derives(kind) ? derivedWeight : 1;
        const places = byKind.get(kind);
        if (places === undefined) byKind.set(kind, [to]);
        else places.push(to);
      }
      for (const [kind, places] of byKind) {
        const derive = (place: number, row: number, after: RecordState): void =>
          placer.derive({ kind, record: columns.ids()[place] ?? '', row, ops: () => opsOf(columns, place), after });
        const merger = createMerger(kind);
        for (const place of rowsOf(kind).insert(columns, places, placer.derives(kind) ? derive : null)) {
          const folded = foldColumns(merger, columns, ends[place - 1] ?? 0, ends[place] ?? 0, ownLog);
          placer.placeFolded(kind, deps.tableOf(kind), columns.ids()[place] ?? '', folded, () => opsOf(columns, place));
        }
      }
      return { kinds: [...byKind.keys()], to };
    },
  };
}

/** The ops of the record at a place. */
function opsOf(columns: LooseColumns, record: number): Op[] {
  const [from, to] = [columns.ends[record - 1] ?? 0, columns.ends[record] ?? 0];
  return Array.from({ length: to - from }, (_, index) => looseOp(columns, from + index).op);
}
