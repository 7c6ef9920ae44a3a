/** Between a kind's row and the merge's `RecordState`. Nothing else knows how clocks are packed into a row. */
import type { Id } from '#shared/kernel/ids.ts';
import { emptyValue, type Field, type FieldValue, type Kind } from '#shared/kinds/define-kind.ts';
import type { RecordState } from '#shared/sync/merge.ts';
import type { Stamp } from '#shared/sync/stamp.ts';
import type { WritableDb } from './database.ts';
import { columnName, quote } from './tables.ts';

/** A row as SQLite gives it. */
export type Row = { readonly [column: string]: string | number | null };

/** Replica ids by their small local number, and back. */
export type Replicas = { idOf(ref: number): string; refOf(id: string): number };

export type StoredRecord = { readonly row: number; readonly state: RecordState; readonly raw: Row };

/** The values of a row, by field name. */
export function rowValues(kind: Kind, raw: Row): { [field: string]: FieldValue } {
  const values: { [field: string]: FieldValue } = {};
  for (const [name, field] of Object.entries(kind.fields))
    values[name] = fromColumn(field, raw[columnName(name)] ?? null);
  return values;
}

/** Rebuilds the merge state of a row. */
export function rowToState(kind: Kind, raw: Row, replicas: Replicas): RecordState {
  const values = rowValues(kind, raw);
  const rowStamp: Stamp = { time: Number(raw.stamp_time), replica: replicas.idOf(Number(raw.stamp_by)) };
  const own: { [field: string]: [number, number] } = parse(raw.clocks);
  const clocks: { [field: string]: Stamp } = {};
  for (const [name, field] of Object.entries(kind.fields)) {
    if (field.merge === 'set') continue;
    const entry = own[name];
    if (entry !== undefined) clocks[name] = { time: entry[0], replica: replicas.idOf(entry[1]) };
    else if (values[name] !== null) clocks[name] = rowStamp;
  }
  return {
    values,
    clocks,
    sets: parse(raw.sets),
    edits: parse(raw.edits),
    removals: raw.removals === null || raw.removals === undefined ? [] : (JSON.parse(String(raw.removals)) as never),
  };
}

function parse(text: string | number | null | undefined): never {
  // Written by toRow below, in this file, and read by nobody else.
  return JSON.parse(text === null || text === undefined ? '{}' : String(text)) as never;
}

/** Reads and writes the rows of one kind with statements prepared once. */
export type RecordTable = {
  load(id: string): StoredRecord | null;
  /** Inserts or replaces; returns the row number. */
  store(id: string, before: StoredRecord | null, state: RecordState, facts: RowFacts): number;
};

export type RowFacts = {
  readonly alive: boolean;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly changedBy: Id | string | null;
  readonly ownLog: number;
  readonly ownSeq: number;
};

export function createRecordTable(db: WritableDb, kind: Kind, replicas: Replicas): RecordTable {
  const fields = Object.entries(kind.fields);
  const columns = [
    'id',
    'alive',
    'stamp_time',
    'stamp_by',
    'clocks',
    'sets',
    'edits',
    'removals',
    'created_at',
    'changed_at',
    'changed_by',
    'own_log',
    'own_seq',
    ...fields.map(([name]) => columnName(name)),
  ]; // prettier-ignore
  const table = quote(kind.name);
  const select = db.prepare(`select * from ${table} where id = ?`);
  const insert = db.prepare(
    `insert into ${table} (${columns.map(quote).join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  );
  const update = db.prepare(
    `update ${table} set ${columns.map((column) => `${quote(column)} = ?`).join(', ')} where row = ?`,
  );

  return {
    load(id) {
      const raw = select.get(id) as Row | undefined; // select * of a table of ours
      return raw === undefined ? null : { row: Number(raw.row), state: rowToState(kind, raw, replicas), raw };
    },
    store(id, before, state, facts) {
      const packed = packClocks(kind, before, state, replicas);
      const values = [
        id,
        facts.alive ? 1 : 0,
        packed.stamp.time,
        replicas.refOf(packed.stamp.replica),
        packed.clocks,
        textOrNull(state.sets),
        JSON.stringify(state.edits),
        state.removals.length === 0 ? null : JSON.stringify(state.removals),
        facts.createdAt,
        facts.changedAt,
        facts.changedBy,
        facts.ownLog,
        facts.ownSeq,
        ...fields.map(([name, field]) => toColumn(field, state.values[name] ?? emptyValue(field))),
      ];
      if (before === null) return Number(insert.run(...values).lastInsertRowid);
      update.run(...values, before.row);
      return before.row;
    },
  };
}

/**
 * One stamp for the row, and a list only for the fields that differ: the row keeps the stamp of its first write, so a
 * row written once has no list at all.
 */
function packClocks(
  kind: Kind,
  before: StoredRecord | null,
  state: RecordState,
  replicas: Replicas,
): { stamp: Stamp; clocks: string | null } {
  const stamp: Stamp =
    before === null
      ? (firstClock(state) ?? { time: 0, replica: Object.keys(state.edits)[0] ?? '' })
      : { time: Number(before.raw.stamp_time), replica: replicas.idOf(Number(before.raw.stamp_by)) };
  const own: { [field: string]: [number, number] } = {};
  for (const name of Object.keys(kind.fields)) {
    const clock = state.clocks[name];
    if (clock === undefined) continue;
    const same = clock.time === stamp.time && clock.replica === stamp.replica && (state.values[name] ?? null) !== null;
    if (!same) own[name] = [clock.time, replicas.refOf(clock.replica)];
  }
  return { stamp, clocks: textOrNull(own) };
}

function firstClock(state: RecordState): Stamp | undefined {
  for (const clock of Object.values(state.clocks)) return clock;
  return undefined;
}

function textOrNull(value: object): string | null {
  for (const _ in value) return JSON.stringify(value);
  return null;
}

function toColumn(field: Field, value: FieldValue): string | number | null {
  if (value === null) return null;
  if (field.type === 'set') return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  // What is left is a string or a number: lists are sets.
  return value as string | number;
}

/** A field's value as its column holds it. */
export function fromColumn(field: Field, value: string | number | null): FieldValue {
  if (field.type === 'set')
    return value === null || value === '[]' ? [] : (JSON.parse(String(value)) as readonly string[]); // toColumn wrote it
  if (value === null) return null;
  return field.type === 'flag' ? value === 1 : value;
}
