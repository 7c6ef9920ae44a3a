/**
 * What logs said and say no more: up to where a partition began anew the chunks of its archive and the segments as they lay, or what was taken off
 * the end of one log (log-cuts.ts). They count for nothing any more, and each stays until two things are done, in short steps, over crashes and
 * restarts:
 *
 * - The rows of its records are made anew of what the logs say now (forgotten-steps.ts).
 * - Its ops that were set aside, of logs that had parted, are known to be said by the hub's continuations, or this laptop has written them again.
 *   Those that a continuation does not say take its place, as a chunk of their own: `lost`.
 */
import { compareLoose, type LooseOp } from '#shared/sync/loose-ops.ts';
import { parseLogKey, type Summary } from '#shared/sync/messages.ts';
import type { Op } from '#shared/sync/op.ts';
import { readOps } from '#shared/sync/segment.ts';
import { readChunk, sealChunk } from '#shared/sync/snapshot.ts';
import type { WritableDb } from './database.ts';
import type { Meta } from './meta.ts';
import type { Log } from './op-log.ts';
import { mayHold, recordPlaces } from './record-places.ts';
import { segmentPorts } from './segment-ports.ts';
import { type RecordOfKind, recordsOf } from './short-steps.ts';

/** How many ops are set aside, by log. */
export type Aside = { readonly [log: string]: number };
/** What was set aside of a log in one place: `isLost` where the hub's continuation once did not say it. */
export type AsidePart = { readonly ref: number; readonly log: string; readonly isLost: boolean };

export type ForgottenOps = {
  /**
   * Takes over what the archive has of a partition, a coming snapshot's chunks too, and what these logs have behind `from`. `aside`: what is set
   * aside, by chunk of the archive. Called before they let go of it, in one transaction with that.
   */
  take(partition: string, logs: readonly { log: Log; from: number }[], aside: ReadonlyMap<number, Aside>): void;
  /** Takes over the segments of a log that reach behind `from`, from which it lets go of them in the same transaction. */
  takeEnd(log: Log, from: number): void;
  /** Takes over what was said of these records by ops that their logs let go of in the same transaction. */
  takeRecords(partition: string, records: readonly RecordRow[]): void;
  /** A test of whether something of a record was taken off the end of a log and its row may not say so yet; null where nothing is so of any. */
  mayBeStale(): ((record: string) => boolean) | null;
  /** The next of which rows are to be made anew, but for some partitions; null when there is none. */
  nextToFold(except: readonly string[]): { readonly ref: number; readonly partition: string } | null;
  recordsOf(ref: number): readonly RecordOfKind[];
  /** Where a record is of which nothing else speaks any more; null where nothing here does. */
  partitionOf(record: string): string | null;
  /** The rows of its records have been made anew. */
  folded(ref: number): void;
  /** All that is set aside. */
  setAside(): AsidePart[];
  /** Of that, what is of logs whose continuation the hub has told the length of, with that seq. */
  comparable(): (AsidePart & { readonly until: number })[];
  asideOps(part: AsidePart): Op[];
  /** These of a part are not said by the hub's continuation, all others are. */
  compared(part: AsidePart, lost: readonly Op[]): void;
  /** Takes down how far the hub's continuations reach. */
  heard(summary: Summary): void;
  /** How many ops of a partition's logs are set aside. */
  countIn(partition: string): number;
  /** The last of a partition; null when there is none. */
  lastOf(partition: string): number | null;
  drop(ref: number): void;
};

type Row = { readonly ref: number; readonly partition: string; readonly form: Form; folded: number; aside: string };
/** A chunk as the archive keeps it, a segment, a chunk of what has to be written again, kinds and ids of records as JSON. */
type Form = 'chunk' | 'segment' | 'lost' | 'records';

/** Records, a row of the table of them. */
export type RecordRow = { readonly bytes: Uint8Array; readonly places: Uint8Array };

/** As many to a row as to a segment. */
const recordsToRow = 1000;

export function rowsOfRecords(records: readonly RecordOfKind[]): RecordRow[] {
  const rows: RecordRow[] = [];
  for (let at = 0; at < records.length; at += recordsToRow) {
    const some = records.slice(at, at + recordsToRow);
    rows.push({ bytes: Buffer.from(JSON.stringify(some)), places: recordPlaces(some.map(({ record }) => record)) });
  }
  return rows;
}

export function createForgottenOps({ db, meta }: { readonly db: WritableDb; readonly meta: Meta }): ForgottenOps {
  const any = db.prepare('select 1 from forgotten limit 1').pluck();
  const all = db.prepare('select ref, partition, form, folded, aside from forgotten order by ref');
  const one = db.prepare('select ref, partition, form, folded, aside from forgotten where ref = ?');
  const bytesOf = db.prepare('select bytes from forgotten where ref = ?').pluck();
  const fromArchive = db.prepare('select ref from archive where partition = ? order by ref').pluck();
  const moveChunk = db.prepare(
    `insert into forgotten (partition, form, folded, aside, bytes) select partition, 'chunk', 0, ?, bytes from archive where ref = ?`,
  );
  const moveSegments = db.prepare(
    `insert into forgotten (partition, form, folded, aside, bytes) select ?, 'segment', 0, '{}', bytes from segment where log = ? and to_seq > ?`,
  );
  const moveEnd = db.prepare(
    `insert into forgotten (partition, form, folded, aside, bytes, records) select ?, 'segment', 0, '{}', bytes, records from segment where log = ? and to_seq > ?`,
  );
  const insertRecords = db.prepare(
    `insert into forgotten (partition, form, folded, aside, bytes, records) values (?, 'records', 0, '{}', ?, ?)`,
  );
  const selectCutOff = db.prepare('select records from forgotten where records is not null and folded = 0').pluck();
  const insert = db.prepare('insert into forgotten (partition, form, folded, aside, bytes) values (?, ?, 1, ?, ?)');
  const update = db.prepare('update forgotten set folded = ?, aside = ? where ref = ?');
  const remove = db.prepare('delete from forgotten where ref = ?');
  const rows = (): Row[] => (any.get() === undefined ? [] : (all.all() as Row[])); // the columns named above
  const asideOf = (row: Row): Aside => JSON.parse(row.aside) as Aside; // written here

  const untils = (): Summary => JSON.parse(meta.get('continuations') ?? '{}') as Summary; // written below
  const setUntils = (known: Summary): void =>
    Object.keys(known).length === 0 ? meta.remove('continuations') : meta.set('continuations', JSON.stringify(known));

  function change(
    ref: number,
    to: (row: Row, aside: Aside) => { readonly folded: number; readonly aside: Aside },
  ): void {
    const row = one.get(ref) as Row | undefined; // the columns named above
    if (row === undefined) return;
    const { folded, aside } = to(row, asideOf(row));
    if (folded === 1 && Object.keys(aside).length === 0) remove.run(ref);
    else update.run(folded, JSON.stringify(aside), ref);
  }
  const self: ForgottenOps = {
    take(partition, logs, aside) {
      for (const ref of fromArchive.all(partition) as number[])
        moveChunk.run(JSON.stringify(aside.get(ref) ?? {}), ref);
      for (const { log, from } of logs) moveSegments.run(partition, log.ref, from);
      // How far the continuation reaches that parted now is told with its next word.
      const parted = new Set([...aside.values()].flatMap((each) => Object.keys(each)));
      setUntils(Object.fromEntries(Object.entries(untils()).filter(([log]) => !parted.has(log))));
    },
    takeEnd: ({ ref, partition }, from) => void moveEnd.run(partition, ref, from),
    takeRecords(partition, records) {
      for (const { bytes, places } of records) insertRecords.run(partition, bytes, places);
    },
    mayBeStale() {
      const places = selectCutOff.all() as Uint8Array[]; // record-places.ts
      return places.length === 0 ? null : (record) => places.some((each) => mayHold(each, record));
    },
    nextToFold: (except) => rows().find(({ partition, folded }) => folded === 0 && !except.includes(partition)) ?? null,
    recordsOf(ref) {
      const row = one.get(ref) as Row | undefined; // the columns named above
      if (row === undefined) return [];
      const bytes = bytesOf.get(ref) as Uint8Array; // the row just found
      if (row.form === 'records') return JSON.parse(Buffer.from(bytes).toString()) as RecordOfKind[]; // written here
      if (row.form === 'segment') return recordsOf(readOps(bytes, segmentPorts));
      return recordsOf(readChunk(bytes, segmentPorts).map(({ op }) => op));
    },
    folded: (ref) => change(ref, (_row, aside) => ({ folded: 1, aside })),
    partitionOf(record) {
      const open = rows().filter(({ folded }) => folded === 0);
      // Mostly there is but one.
      const [first, second] = new Set(open.map(({ partition }) => partition));
      if (second === undefined) return first ?? null;
      const holding = open.find(({ ref }) => self.recordsOf(ref).some((each) => each.record === record));
      return holding?.partition ?? null;
    },
    setAside: () =>
      rows().flatMap((row) =>
        Object.keys(asideOf(row)).map((log) => ({ ref: row.ref, log, isLost: row.form === 'lost' })),
      ),
    comparable() {
      const known = untils();
      return self.setAside().flatMap((part) => {
        const until = known[part.log];
        return until === undefined ? [] : [{ ...part, until }];
      });
    },
    asideOps({ ref, log }) {
      const { replica } = parseLogKey(log);
      const bytes = bytesOf.get(ref) as Uint8Array | undefined;
      // Meanwhile all of it may have been written again.
      if (bytes === undefined) return [];
      return readChunk(bytes, segmentPorts).flatMap((entry) => (entry.replica === replica ? [entry.op] : []));
    },
    compared({ ref, log }, lost) {
      const { replica, partition } = parseLogKey(log);
      const entries = lost.map((op): LooseOp => ({ op, replica })).sort(compareLoose);
      db.transaction(() => {
        if (entries.length > 0)
          insert.run(partition, 'lost', JSON.stringify({ [log]: lost.length }), sealChunk(entries, segmentPorts));
        change(ref, ({ folded }, { [log]: _done, ...aside }) => ({ folded, aside }));
      }).immediate();
    },
    heard(summary) {
      const known = untils();
      const logs = new Set(rows().flatMap((row) => Object.keys(asideOf(row))));
      const told = [...logs].flatMap((log) => {
        const until = summary[log] ?? known[log];
        return until === undefined ? [] : [[log, until] as const];
      });
      if (told.length === Object.keys(known).length && told.every(([log, until]) => known[log] === until)) return;
      setUntils(Object.fromEntries(told));
    },
    countIn: (partition) =>
      rows()
        .filter((row) => row.partition === partition)
        .reduce((sum, row) => Object.values(asideOf(row)).reduce((count, each) => count + each, sum), 0),
    lastOf: (partition) => rows().findLast((row) => row.partition === partition)?.ref ?? null,
    drop: (ref) => void remove.run(ref),
  };
  return self;
}
