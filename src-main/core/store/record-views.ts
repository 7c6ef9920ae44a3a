/**
 * From a kind's row to the view of a record that screens get. Reads the columns that a view needs as arrays and looks up persons and
 * marks once per answer, because a list asks for fifty rows at every key press.
 */
import type { Statement } from 'better-sqlite3';
import { Person } from '#shared/access/person.ts';
import type { Field, Kind } from '#shared/kinds/define-kind.ts';
import type { RecordView, Road } from '#shared/records/contract.ts';
import type { Authors } from './authors.ts';
import { fromColumnId, selectById } from './column-id.ts';
import { fromColumnText } from './column-text.ts';
import type { ReadableDb } from './database.ts';
import type { OpLog } from './op-log.ts';
import { type Cell, fromColumn } from './record-rows.ts';
import { columnName, quote } from './tables.ts';

/** The values of `columns` in their order. */
export type ViewRow = readonly Cell[];

const commonColumns = ['id', 'alive', 'created_at', 'changed_at', 'changed_by', 'own_log', 'own_seq'];

export type RecordViews = {
  /** What to select from a kind's table, called `r` in the statement. */
  columns(kind: Kind): string;
  /** The views of one answer's rows. */
  of(kind: Kind, rows: readonly ViewRow[]): RecordView[];
  /** A person's name; null when not known here. */
  nameOf(person: string | null): string | null;
};

export function createRecordViews(db: ReadableDb, opLog: OpLog, authors: Authors): RecordViews {
  const names: Statement<unknown[]> = db.prepare(selectById(Person, 'f_name')).pluck();
  const nameOf = (person: string | null): string | null =>
    person === null ? null : fromColumnText((names.get(person) as string | undefined) ?? '') || null; // text column, required

  const shapes = new Map<string, { columns: string; fields: [string, Field][] }>();
  const shapeOf = (kind: Kind): { columns: string; fields: [string, Field][] } => {
    let shape = shapes.get(kind.name);
    if (shape === undefined) {
      const fields = Object.entries(kind.fields);
      const columns = [...commonColumns, ...fields.map(([name]) => columnName(name))];
      shape = { columns: columns.map((column) => `r.${quote(column)}`).join(', '), fields };
      shapes.set(kind.name, shape);
    }
    return shape;
  };

  return {
    columns: (kind) => shapeOf(kind).columns,
    nameOf,
    of(kind, rows) {
      const { fields } = shapeOf(kind);
      const namesByPerson = new Map<string, string | null>();
      const marksByLog = new Map<number, { sent: number; received: number }>();

      const rememberedName = (person: string | null): string | null => {
        if (person === null) return null;
        let name = namesByPerson.get(person);
        if (name === undefined) {
          name = nameOf(person);
          namesByPerson.set(person, name);
        }
        return name;
      };
      const road = (ref: number, seq: number): Road => {
        let marks = marksByLog.get(ref);
        if (marks === undefined) {
          const log = opLog.logByRef(ref);
          // Others wrote it: it came from the hub.
          marks = log === null ? { sent: seq, received: Number.POSITIVE_INFINITY } : opLog.marks(log);
          marksByLog.set(ref, marks);
        }
        return seq <= marks.received ? 'received' : seq <= marks.sent ? 'sent' : 'saved';
      };

      return rows.map((row) => {
        const [id, alive, createdAt, changedAt, by, ownLog, ownSeq] = row;
        const changedBy = by === null || by === undefined ? null : authors.idOf(Number(by));
        const values: Record<string, RecordView['values'][string]> = {};
        for (let index = 0; index < fields.length; index += 1) {
          const entry = fields[index];
          if (entry !== undefined) values[entry[0]] = fromColumn(entry[1], row[commonColumns.length + index] ?? null);
        }
        return {
          id: fromColumnId(id),
          kind: kind.name as RecordView['kind'], // of our own declarations
          values,
          road: road(Number(ownLog), Number(ownSeq)),
          removed: alive !== 1,
          createdAt: Number(createdAt),
          changedAt: Number(changedAt),
          changedBy: changedBy as RecordView['changedBy'],
          changedByName: rememberedName(changedBy),
        };
      });
    },
  };
}
