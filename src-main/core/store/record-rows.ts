/**
 * Between a kind's row and the merge's `RecordState`. Nothing else knows how clocks are packed into a row:
 *
 * - `stamp_time`, `stamp_by`: the stamp of the row's first write. It holds for every field that has a value and no entry in `clocks`.
 * - `clocks`: the fields whose stamp is another one: `field number:difference of time, base 36:replica ref`, by commas; filled up with
 *   spaces. SQLite splits a full page as soon as one of its rows grows: with room kept for the first partial write, which most rows see,
 *   the table stays a third smaller and an update touches fewer pages.
 * - `edit_seq`: highest seq of an edit by the replica of `stamp_by`; 0 for none. `edits`: null, or that of other replicas, `ref:seq`.
 * - `sets`, `removals`: null, or the merge's own as JSON; only records with set fields or removals have them.
 *
 * A row is read and written only as far as an op touches it.
 */
import type { Id } from '#shared/kernel/ids.ts';
import type { Field, FieldValue, Kind } from '#shared/kinds/define-kind.ts';
import type { RecordState } from '#shared/sync/merge.ts';
import { compareStamps, type Stamp } from '#shared/sync/stamp.ts';
import type { Authors } from './authors.ts';
import { fromColumnId, idParameter, parameterOf, selectById } from './column-id.ts';
import { fromColumnText, toColumnText } from './column-text.ts';
import type { WritableDb } from './database.ts';
import { keepStatements } from './kept-statements.ts';
import { columnName, quote } from './tables.ts';

/** A row as SQLite gives it. */
export type Row = { readonly [column: string]: Cell };
export type Cell = string | number | Uint8Array | null;

/** Replica ids by their small local number, and back. */
export type Replicas = { idOf(ref: number): string; refOf(id: string): number };

/** What a row says besides its values. */
export type RowFacts = {
  readonly alive: boolean;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly changedBy: Id | string | null;
  /** The last op of this replica on the record: its log and seq, 0 for none. */
  readonly ownLog: number;
  readonly ownSeq: number;
};

/** A record as far as it was read: `state` holds the asked fields only. */
export type StoredRecord = {
  readonly row: number;
  readonly state: RecordState;
  readonly facts: RowFacts;
  readonly stamp: Stamp;
  /** The list without its room. */
  readonly clocks: string;
};

/** The values of a row, by field name. */
export function rowValues(kind: Kind, raw: Row): { [field: string]: FieldValue } {
  const values: { [field: string]: FieldValue } = {};
  for (const [name, field] of Object.entries(kind.fields))
    values[name] = fromColumn(field, raw[columnName(name)] ?? null);
  return values;
}

/** Reads and writes the rows of one kind with statements prepared once. */
export type RecordTable = {
  /** The record with these fields; null when there is none. */
  load(id: string, fields: readonly string[]): StoredRecord | null;
  /** Makes the row of a record; returns its number, or null when there is one already. */
  insert(id: string, state: RecordState, facts: RowFacts): number | null;
  remove(row: number): void;
  /** Writes the facts, and these fields of `state`. */
  update(before: StoredRecord, fields: readonly string[], state: RecordState, facts: RowFacts): void;
};

/** Length of `clocks` in a row written once, and the least in a row written in part: what is saved goes to longer sequence numbers. */
const [roomAtFirst, roomLater] = [28, 24] as const;
/** `clocks` of a row all of whose values were written at once. */
export const noClocks = withRoom('');

const factColumns = ['changed_at', 'changed_by', 'edit_seq', 'created_at'] as const;
const rareFactColumns = ['edits', 'removals'] as const;
const ownColumns = ['own_log', 'own_seq'] as const;
const plainColumns = ['id', 'stamp_time', 'stamp_by', 'clocks', ...factColumns, ...ownColumns] as const;
const rareColumns = ['alive', 'sets', ...rareFactColumns] as const;
const loadColumns = [
  'row',
  'alive',
  'stamp_time',
  'stamp_by',
  'clocks',
  ...factColumns,
  ...rareFactColumns,
  ...ownColumns,
] as const;

export function createRecordTable(db: WritableDb, kind: Kind, replicas: Replicas, authors: Authors): RecordTable {
  const allNames = Object.keys(kind.fields);
  const table = quote(kind.name);
  // Which fields are written together repeats.
  const kept = keepStatements();
  const columnsOf = (names: readonly string[]): string[] => names.map((name) => quote(columnName(name)));
  const hasSets = (names: readonly string[]): boolean => names.some((name) => kind.fields[name]?.merge === 'set');
  const cell = (name: string, state: RecordState): Cell => {
    const field = kind.fields[name];
    return field === undefined ? null : toColumn(field, state.values[name] ?? null);
  };
  const allColumns = columnsOf(allNames);
  const parameters = new Map(
    Object.entries(kind.fields).map(([name, field]) => [quote(columnName(name)), parameterOf(field)]),
  );
  const parameter = (column: string): string => (column === 'id' ? idParameter : (parameters.get(column) ?? '?'));
  const insertSql = (columns: readonly string[], more = '', values = ''): string =>
    `insert into ${table} (${columns.join(', ')}${more}) values (${columns.map(parameter).join(', ')}${values}) on conflict do nothing`;
  const insertWhole = db.prepare(insertSql([...plainColumns, ...rareColumns, ...allColumns]));
  // Nearly every row begins so: alive, written by one replica, without sets.
  const insertPlain = db.prepare(insertSql([...plainColumns, ...allColumns], ', alive', ', 1'));
  // Filled anew for each row: SQLite has copied what it was given.
  const plainCells: Cell[] = Array.from({ length: plainColumns.length + allNames.length }, () => null);
  const wholeCells: Cell[] = Array.from({ length: plainCells.length + rareColumns.length }, () => null);
  const removeRow = db.prepare(`delete from ${table} where row = ?`);

  return {
    load(id, names) {
      const withSets = hasSets(names);
      const statement = kept(`load ${names.join(' ')}`, () => {
        const columns = [...loadColumns, ...(withSets ? ['sets'] : []), ...columnsOf(names)];
        return db.prepare(selectById(kind, columns.join(', '))).raw();
      });
      const cells = statement.get(id) as readonly Cell[] | undefined; // the columns just named
      if (cells === undefined) return null;
      const [row, alive, time, by, clocks, changedAt, changedBy, editSeq, createdAt, edits, removals, ownLog, ownSeq] =
        cells;
      const stamp: Stamp = { time: Number(time), replica: replicas.idOf(Number(by)) };
      const sets: RecordState['sets'] = withSets ? parse(cells[loadColumns.length]) : {};
      const state = {
        values: {} as { [field: string]: FieldValue },
        clocks: {} as { [field: string]: Stamp },
        sets,
        edits: readEdits(stamp.replica, Number(editSeq), textOf(edits), replicas),
        removals: removals === null || removals === undefined ? [] : (JSON.parse(String(removals)) as never), // written by `removalsOf`
      };
      const own = textOf(clocks)?.trimEnd() ?? '';
      let at = loadColumns.length + (withSets ? 1 : 0);
      for (const name of names) {
        const field = kind.fields[name];
        const value = cells[at] ?? null;
        at += 1;
        if (field === undefined) continue;
        state.values[name] = fromColumn(field, value);
        if (field.merge === 'set') continue;
        const clock = own === '' ? null : readClock(own, field.number, stamp.time, replicas);
        if (clock !== null) state.clocks[name] = clock;
        else if (value !== null) state.clocks[name] = stamp;
      }
      return {
        row: Number(row),
        state,
        facts: {
          alive: alive === 1,
          createdAt: Number(createdAt),
          changedAt: Number(changedAt),
          changedBy: changedBy === null || changedBy === undefined ? null : authors.idOf(Number(changedBy)),
          ownLog: Number(ownLog),
          ownSeq: Number(ownSeq),
        },
        stamp,
        clocks: own,
      };
    },

    insert(id, state, facts) {
      const stamp = firstClock(state);
      const sets = jsonOrNull(state.sets);
      const edits = othersEdits(stamp, state, replicas);
      const removals = removalsOf(state);
      const isPlain = facts.alive && sets === null && edits === null && removals === null;
      const cells = isPlain ? plainCells : wholeCells;
      let at = 0;
      cells[at++] = id;
      cells[at++] = stamp.time;
      cells[at++] = replicas.refOf(stamp.replica);
      cells[at++] = withRoom(clockEntries(kind, allNames, stamp, state, replicas));
      cells[at++] = facts.changedAt;
      cells[at++] = authors.refOf(facts.changedBy);
      cells[at++] = state.edits[stamp.replica] ?? 0;
      cells[at++] = facts.createdAt;
      cells[at++] = facts.ownLog;
      cells[at++] = facts.ownSeq;
      if (!isPlain) {
        cells[at++] = facts.alive ? 1 : 0;
        cells[at++] = sets;
        cells[at++] = edits;
        cells[at++] = removals;
      }
      for (const name of allNames) cells[at++] = cell(name, state);
      const { changes, lastInsertRowid } = (isPlain ? insertPlain : insertWhole).run(cells);
      return changes === 0 ? null : Number(lastInsertRowid);
    },

    remove: (row) => void removeRow.run(row),

    update(before, names, state, facts) {
      const withSets = hasSets(names);
      // Naming a column makes SQLite write the indexes over it anew, so what stays is not named.
      const withAlive = facts.alive !== before.facts.alive;
      const statement = kept(`update ${withAlive ? '+' : ''} ${names.join(' ')}`, () => {
        const columns = [
          ...factColumns,
          ...rareFactColumns,
          'clocks',
          ...ownColumns,
          ...(withAlive ? ['alive'] : []),
          ...(withSets ? ['sets'] : []),
          ...columnsOf(names),
        ];
        const values = columns.map((column) => `${column} = ${parameter(column)}`);
        return db.prepare(`update ${table} set ${values.join(', ')} where row = ?`);
      });
      const { stamp } = before;
      const entries = clockEntries(kind, names, stamp, state, replicas);
      const cells: Cell[] = [
        facts.changedAt,
        authors.refOf(facts.changedBy),
        state.edits[stamp.replica] ?? 0,
        facts.createdAt,
        othersEdits(stamp, state, replicas),
        removalsOf(state),
        replaceClocks(kind, before.clocks, names, entries).padEnd(roomLater),
        facts.ownLog,
        facts.ownSeq,
      ];
      if (withAlive) cells.push(facts.alive ? 1 : 0);
      if (withSets) cells.push(jsonOrNull(state.sets));
      for (const name of names) cells.push(cell(name, state));
      cells.push(before.row);
      statement.run(cells);
    },
  };
}

function othersEdits(stamp: Stamp, { edits }: RecordState, replicas: Replicas): string | null {
  let others = '';
  for (const replica in edits) {
    if (replica === stamp.replica) continue;
    others = othersEntry(others, replicas.refOf(replica), edits[replica] ?? 0);
  }
  return others === '' ? null : others;
}

/** The list of others' edits with one more. */
export function othersEntry(list: string, ref: number, seq: number): string {
  return `${list === '' ? '' : `${list},`}${ref}:${seq}`;
}

/** One entry of `clocks`: how long after the row's first write a field was written, and by whom. */
export function clockEntry(field: number, difference: number, ref: number): string {
  return `${field}:${difference.toString(36)}:${ref}`;
}

/** A new row's `clocks`. */
function withRoom(clocks: string): string {
  return clocks.padEnd(roomAtFirst);
}

function removalsOf({ removals }: RecordState): string | null {
  return removals.length === 0 ? null : JSON.stringify(removals);
}

function readEdits(replica: string, seq: number, others: string | null, replicas: Replicas): RecordState['edits'] {
  const edits: { [replica: string]: number } = {};
  if (seq > 0) edits[replica] = seq;
  for (const entry of others === null ? [] : others.split(',')) {
    const [ref, other] = entry.split(':');
    edits[replicas.idOf(Number(ref))] = Number(other);
  }
  return edits;
}

/** The stamp of a row's first write that still stands in a field, else of the edit or removal that made it. */
function firstClock(state: RecordState): Stamp {
  let first: Stamp | null = null;
  for (const name in state.clocks) {
    const clock = state.clocks[name];
    if (clock !== undefined && clock !== first && (first === null || compareStamps(clock, first) < 0)) first = clock;
  }
  if (first !== null) return first;
  for (const replica in state.edits) return { time: 0, replica };
  return { time: 0, replica: '' };
}

function isSameStamp(a: Stamp, b: Stamp): boolean {
  return a === b || (a.time === b.time && a.replica === b.replica);
}

function readClock(clocks: string, field: number, base: number, replicas: Replicas): Stamp | null {
  const key = `${field}:`;
  let at = clocks.startsWith(key) ? 0 : clocks.indexOf(`,${key}`);
  if (at < 0) return null;
  if (at > 0) at += 1;
  const difference = at + key.length;
  const colon = clocks.indexOf(':', difference);
  const comma = clocks.indexOf(',', colon);
  return {
    time: base + Number.parseInt(clocks.slice(difference, colon), 36),
    replica: replicas.idOf(Number(clocks.slice(colon + 1, comma < 0 ? clocks.length : comma))),
  };
}

/** The entries that these fields need in the list of clocks. */
function clockEntries(
  kind: Kind,
  names: readonly string[],
  base: Stamp,
  state: RecordState,
  replicas: Replicas,
): string {
  let list = '';
  for (const name of names) {
    const field = kind.fields[name];
    const clock = state.clocks[name];
    if (field === undefined || clock === undefined) continue;
    if (isSameStamp(clock, base) && (state.values[name] ?? null) !== null) continue;
    const entry = clockEntry(field.number, clock.time - base.time, replicas.refOf(clock.replica));
    list += list === '' ? entry : `,${entry}`;
  }
  return list;
}

/** The list with these `entries` in the place of those of `names`; the others stay. */
function replaceClocks(kind: Kind, list: string, names: readonly string[], entries: string): string {
  if (list === '') return entries;
  const numbers = names.map((name) => `${kind.fields[name]?.number}:`);
  const kept = list.split(',').filter((entry) => !numbers.some((number) => entry.startsWith(number)));
  return (entries === '' ? kept : [...kept, entries]).join(',');
}

function parse(text: Cell | undefined): never {
  // Written by jsonOrNull below, in this file, and read by nobody else.
  return JSON.parse(text === null || text === undefined ? '{}' : String(text)) as never;
}

function jsonOrNull(value: object): string | null {
  for (const _ in value) return JSON.stringify(value);
  return null;
}

function textOf(cell: Cell | undefined): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}

function toColumn(field: Field, value: FieldValue): Cell {
  if (field.type === 'set') return value === null ? '[]' : JSON.stringify(value);
  if (value === null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string') return toColumnText(value);
  // What is left is a number: lists are sets.
  return value as number;
}

/** A field's value as its column holds it. */
export function fromColumn(field: Field, value: Cell): FieldValue {
  if (field.type === 'set')
    return value === null || value === '[]' ? [] : (JSON.parse(String(value)) as readonly string[]); // toColumn wrote it
  if (value === null) return null;
  if (typeof value === 'string') return fromColumnText(value);
  if (typeof value === 'object') return fromColumnId(value);
  return field.type === 'flag' ? value === 1 : value;
}
