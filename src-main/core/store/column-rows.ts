/**
 * Rows of records straight from a chunk's columns (#shared/sync/loose-ops.ts), some hundred with one statement: without a text, an op, a
 * state or a bound value for each. Half of what beginning with a snapshot takes would go into binding values alone.
 *
 * SQLite is given one blob and makes the rows of it itself. Each column lies in the blob in slots of one width, so that row i's begins at
 * offset + i × width; what is shorter is filled up with blanks, and a text that is null is the byte ff. The rows are the very ones that
 * folding the ops and writing the state make. What cannot be had so simply is left to them: a removal, a set that holds something, ops
 * of this laptop's own, a long text, a record that is here already.
 */
import type { Statement } from 'better-sqlite3';
import { idInPlanes, isIdText } from '#shared/kernel/ids.ts';
import type { Field, FieldValue, Kind } from '#shared/kinds/define-kind.ts';
import { actAt, type LooseColumns } from '#shared/sync/loose-ops.ts';
import type { RecordState } from '#shared/sync/merge.ts';
import { letterNo, letterText, letterYes } from '#shared/sync/op-values.ts';
import { chunkOps } from '#shared/sync/snapshot.ts';
import { stampMs } from '#shared/sync/stamp.ts';
import { type ReadValues, valueAt } from '#shared/sync/value-columns.ts';
import type { Authors } from './authors.ts';
import { idParameter } from './column-id.ts';
import type { WritableDb } from './database.ts';
import { keepStatements } from './kept-statements.ts';
import { clockEntry, noClocks, othersEntry, type Replicas } from './record-rows.ts';
import { createSlots, unslotted } from './row-slots.ts';
import { columnName, quote } from './tables.ts';

export type ColumnRows = {
  /**
   * Makes the rows of those records, by their places in the chunk, that can be made so. Answers the others. `made` is told of each row
   * and asked for what it says by who derives something of it; null where nobody does.
   */
  insert(
    columns: LooseColumns,
    records: readonly number[],
    made: ((record: number, row: number, after: RecordState) => void) | null,
  ): readonly number[];
};

/** Rows made by one statement: those of a chunk. */
const mostRows = chunkOps;
/** Bytes of a value: all in its column are given as much room. */
const mostBytes = 400;
const none = -1;
/** A column, and the expression that makes its value. */
type Cell = readonly [column: string, expression: string];

export function createColumnRows(
  db: WritableDb,
  kind: Kind,
  replicas: Replicas,
  authors: Authors,
  isOwn: (replica: string) => boolean,
): ColumnRows {
  const names = Object.keys(kind.fields);
  const fields: readonly Field[] = Object.values(kind.fields);
  const count = fields.length;
  const limits = fields.map(limitOf);
  const places = new Map(fields.map((field, place) => [field.number, place]));
  const kept = keepStatements();
  const anyBetween = db
    .prepare(`select 1 from ${quote(kind.name)} where id between ${idParameter} and ${idParameter} limit 1`)
    .pluck();

  // Of the rows at hand. By row and field: the op that wrote last, and its value where that fits; by row and fact: numbers.
  const writtenAt = new Int32Array(mostRows * count);
  const sources = new Int32Array(mostRows * count);
  const numbers = (): Float64Array => new Float64Array(mostRows);
  const facts = {
    stamp_time: numbers(),
    stamp_by: numbers(),
    changed_at: numbers(),
    changed_by: numbers(),
    edit_seq: numbers(),
    created_at: numbers(),
  };
  const records = new Uint32Array(mostRows);
  const clocks: string[] = [];
  const others: string[] = [];
  const slots = createSlots(sources, count);
  // Of the chunk at hand: for each shape where its values go, null where one goes into a set; and which writers are this laptop.
  let plans: readonly (Int32Array | null)[] = [];
  let owns: readonly boolean[] = [];
  // By replica: its number here, once it was asked for.
  let refs = new Int32Array(0);

  function plan(columns: LooseColumns): void {
    owns = columns.replicas.map(isOwn);
    refs = new Int32Array(columns.replicas.length).fill(none);
    plans = columns.values.shapes.map((shape) => {
      const targets = new Int32Array(shape.length);
      for (const [index, number] of shape.entries()) {
        const place = places.get(number) ?? none;
        if (fields[place]?.merge === 'set') return null;
        targets[index] = place;
      }
      return targets;
    });
  }

  /** Lays the ops of a record one over the other, as they come by rising stamp. Whether a row comes of it here. */
  function lay(columns: LooseColumns, record: number, row: number): boolean {
    const { writers, seqs, times, values, ends } = columns;
    const [from, to] = [ends[record - 1] ?? 0, ends[record] ?? 0];
    const start = row * count;
    writtenAt.fill(none, start, start + count);
    sources.fill(none, start, start + count);
    for (let place = from; place < to; place += 1) {
      if (owns[writers[place] ?? 0] === true || actAt(columns, place) === 'remove') return false;
      const shape = values.shapeOf[place] ?? none;
      if (shape === none) continue;
      const targets = plans[shape] ?? null;
      if (targets === null) return false;
      const first = values.starts[place] ?? 0;
      for (let index = 0; index < targets.length; index += 1) {
        const target = targets[index] ?? none;
        // A field of a newer version stays in the archive.
        if (target === none) continue;
        writtenAt[start + target] = place;
        sources[start + target] = first + index;
      }
    }
    let base = to;
    for (let field = 0; field < count; field += 1) {
      const at = writtenAt[start + field] ?? none;
      if (at === none) continue;
      if (at < base) base = at;
      const fit = fitOf(limits[field], columns.values, sources[start + field] ?? 0);
      if (fit === 'elsewhere') return false;
      if (fit === 'none') sources[start + field] = none;
    }
    // Without a value that stands the stamp is none: see `firstClock`.
    const stampTime = base === to ? 0 : (times[base] ?? 0);
    const writer = writers[base === to ? from : base] ?? 0;
    let editSeq = 0;
    let list = '';
    for (let place = from; place < to; place += 1) {
      const who = writers[place] ?? 0;
      if (who === writer) editSeq = Math.max(editSeq, seqs[place] ?? 0);
      else if (writers.indexOf(who, from) === place)
        list = othersEntry(list, refOf(columns, who), highestSeq(columns, who, place, to));
    }
    others[row] = list;
    let entries = '';
    for (let field = 0; field < count; field += 1) {
      const at = writtenAt[start + field] ?? none;
      if (at === none || (at === base && sources[start + field] !== none)) continue;
      const entry = clockEntry(
        limits[field]?.number ?? 0,
        (times[at] ?? 0) - stampTime,
        refOf(columns, writers[at] ?? 0),
      );
      entries = entries === '' ? entry : `${entries},${entry}`;
    }
    clocks[row] = entries;
    records[row] = record;
    facts.stamp_time[row] = stampTime;
    facts.stamp_by[row] = refOf(columns, writer);
    facts.changed_at[row] = stampMs(times[to - 1] ?? 0);
    facts.changed_by[row] = authors.refOf(columns.actors[to - 1] ?? null) ?? 0;
    facts.edit_seq[row] = editSeq;
    facts.created_at[row] = stampMs(times[from] ?? 0);
    return true;
  }

  function refOf(columns: LooseColumns, writer: number): number {
    let ref = refs[writer] ?? none;
    if (ref === none) {
      ref = replicas.refOf(columns.replicas[writer] ?? '');
      refs[writer] = ref;
    }
    return ref;
  }

  /** Puts the columns of so many rows into slots, and makes the rows; answers the first one's number. */
  function write(columns: LooseColumns, rows: number): number {
    slots.begin(rows);
    const cells: Cell[] = [['id', slots.planes(columns.planes, columns.ends.length, records)]];
    for (const [name, values] of Object.entries(facts)) {
      const whole = slots.integers(values, name);
      cells.push([name, name === 'changed_by' ? `nullif(${whole}, 0)` : whole]);
    }
    const lists = clocks.slice(0, rows);
    cells.push([
      'clocks',
      lists.every((list) => list === '') ? `'${noClocks}'` : slots.ascii(lists, noClocks.length, 'clocks'),
    ]);
    const edits = others.slice(0, rows);
    if (edits.some((list) => list !== '')) cells.push(['edits', `nullif(${slots.ascii(edits, 0, 'edits')}, '')`]);
    for (const [place, field] of fields.entries()) {
      const cell = field.merge === 'set' ? `'[]'` : putField(field, columns, place);
      if (cell !== null) cells.push([quote(columnName(names[place] ?? '')), cell]);
    }
    const { changes, lastInsertRowid } = statementFor(cells).run({ ...slots.parameters(), rows });
    if (changes !== rows) throw new Error('a record that was not here and is');
    return Number(lastInsertRowid) - rows + 1;
  }

  /** The expression that reads a field's column; null where all are null. */
  function putField(field: Field, { values }: LooseColumns, place: number): string | null {
    const { begins, ends, contents, letters } = values;
    if (field.type === 'reference') return slots.ids(place, contents, begins);
    if (field.type === 'flag') {
      const digits = slots.flags(place, letters, letterYes);
      return digits === null ? null : `cast(${digits} as integer)`;
    }
    const text = slots.texts(place, contents, begins, ends);
    return text === null || field.type !== 'integer' ? text : `cast(${text} as integer)`;
  }

  function statementFor(cells: readonly Cell[]): Statement<unknown[]> {
    const columns = cells.map(([column]) => column);
    const expressions = cells.map(([, expression]) => expression);
    const sql = `insert into ${quote(kind.name)} (alive, ${columns.join(', ')})
      select 1, ${expressions.join(', ')} from temp.row_number where i < @rows`;
    return kept(sql, () => db.prepare(sql));
  }

  function stateOf(columns: LooseColumns, row: number): RecordState {
    const all = columns.values.all();
    const values: { [field: string]: FieldValue } = {};
    for (const [place, name] of names.entries()) {
      const source = sources[row * count + place] ?? none;
      // What is no set change is a value of a field: `fitOf` has seen to it.
      if (writtenAt[row * count + place] !== none) values[name] = source === none ? null : (all[source] as FieldValue);
    }
    const record = records[row] ?? 0;
    const edits: { [replica: string]: number } = {};
    for (let place = columns.ends[record - 1] ?? 0; place < (columns.ends[record] ?? 0); place += 1) {
      const replica = columns.replicas[columns.writers[place] ?? 0] ?? '';
      edits[replica] = Math.max(edits[replica] ?? 0, columns.seqs[place] ?? 0);
    }
    return { values, clocks: {}, sets: {}, edits, removals: [] };
  }

  return {
    insert(columns, wanted, made) {
      const [first, last] = [wanted[0], wanted.at(-1)];
      if (first === undefined || last === undefined) return [];
      const idOf = (record: number): string => idInPlanes(columns.planes, columns.ends.length, record);
      if (anyBetween.get(idOf(first), idOf(last)) !== undefined) return wanted;
      plan(columns);
      const left: number[] = [];
      for (let at = 0; at < wanted.length; ) {
        let rows = 0;
        for (; at < wanted.length && rows < mostRows; at += 1) {
          const record = wanted[at] ?? 0;
          if (lay(columns, record, rows)) rows += 1;
          else left.push(record);
        }
        if (rows === 0) continue;
        const row = write(columns, rows);
        if (made === null) continue;
        for (let each = 0; each < rows; each += 1) made(records[each] ?? 0, row + each, stateOf(columns, each));
      }
      return left;
    },
  };
}

/**
 * Makes the numbers that a statement here gives its rows, once for each connection and not within a transaction. To count in the statement
 * itself takes a tenth of what its rows take.
 */
export function makeRowNumbers(db: WritableDb): void {
  db.exec(`create temp table row_number (i integer primary key);
    insert into temp.row_number with recursive n (i) as (values (0) union all select i + 1 from n where i + 1 < ${mostRows})
      select i from n`);
}

function highestSeq({ writers, seqs }: LooseColumns, writer: number, from: number, to: number): number {
  let highest = 0;
  for (let place = from; place < to; place += 1)
    if (writers[place] === writer) highest = Math.max(highest, seqs[place] ?? 0);
  return highest;
}

/** What of a field says whether a value fits, alike for all fields: what is read for each value of millions takes a third of the time so. */
type Limit = {
  readonly number: number;
  readonly isReference: boolean;
  readonly isFlag: boolean;
  readonly isRequired: boolean;
  /** UTF-16 units of a text that fits whatever it says; −1 where that depends on it. */
  readonly most: number;
  readonly fits: (value: unknown) => boolean;
};

function limitOf({ number, type, required, max, fits }: Field): Limit {
  return {
    number,
    isReference: type === 'reference',
    isFlag: type === 'flag',
    isRequired: required,
    most: max ?? -1,
    fits,
  };
}

/**
 * What a row says of a value: it itself; `none`, as it is none or does not fit; `elsewhere`: it has to be written by another way. Texts are
 * looked at as they lie there, as making them costs more than all the rest.
 */
function fitOf(limit: Limit | undefined, values: ReadValues, source: number): 'fits' | 'none' | 'elsewhere' {
  if (limit === undefined) return 'none';
  const { letters, units, begins, ends, contents } = values;
  const letter = letters[source] ?? 0;
  const [begin, end] = [begins[source] ?? 0, ends[source] ?? 0];
  if (letter === letterText) {
    if (end - begin > mostBytes || isPadding(contents, begin, end)) return 'elsewhere';
    if (limit.isReference) {
      if (contents[begin] === 0x66 && valueAt(values, source) === unslotted) return 'elsewhere';
      return isIdText(contents, begin, end) ? 'fits' : 'none';
    }
    if ((units[source] ?? 0) <= limit.most && (!limit.isRequired || isInk(contents, begin, end))) return 'fits';
  } else if (limit.isFlag && (letter === letterYes || letter === letterNo)) return 'fits';
  const value = valueAt(values, source);
  return value !== null && limit.fits(value) ? 'fits' : 'none';
}

/** Whether a text ends as a slot is filled up, or begins as an escaped text does (column-text.ts). */
function isPadding(bytes: Uint8Array, begin: number, end: number): boolean {
  if (begin === end) return false;
  return bytes[end - 1] === 0x20 || (bytes[begin] === 0xef && bytes[begin + 1] === 0xbf && bytes[begin + 2] === 0xbf);
}

/** Whether something visible of ASCII or Cyrillic (U+0400 to U+04FF) is in it: then it is not blank. */
function isInk(bytes: Uint8Array, begin: number, end: number): boolean {
  for (let at = begin; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if ((byte > 0x20 && byte < 0x7f) || (byte >= 0xd0 && byte <= 0xd3)) return true;
  }
  return false;
}
