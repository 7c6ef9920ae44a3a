/**
 * The tables of a record kind, derived from its declaration: one row per record, a full-text index over its searchable
 * fields, a sort index per language. New kinds and fields are added to an existing file; no column is ever dropped.
 */
import { carriesAttachments } from '#shared/files/attachment.ts';
import type { Field, Kind } from '#shared/kinds/define-kind.ts';
import type { WritableDb } from './database.ts';

/** Names are checked by defineKind to be plain words, so quoting is all that is needed. */
export function quote(name: string): string {
  return `"${name}"`;
}

export function searchableFields(kind: Kind): string[] {
  return fieldsWhere(kind, (field) => field.searchable);
}
export function sortableFields(kind: Kind): string[] {
  return fieldsWhere(kind, (field) => field.sortable);
}
function fieldsWhere(kind: Kind, test: (field: Field) => boolean): string[] {
  return Object.entries(kind.fields)
    .filter(([, field]) => test(field))
    .map(([name]) => name);
}

/** SQLite's storage class of a field. A set is its sorted elements as a JSON list; a reference is stored as ids are (column-id.ts). */
function columnType(field: Field): 'integer' | 'text' | 'blob' {
  if (field.type === 'reference') return 'blob';
  return field.type === 'integer' || field.type === 'flag' ? 'integer' : 'text';
}

/**
 * Columns every record has; how clocks are packed into them is told in record-rows.ts.
 */
const commonColumns = `
  row integer primary key,
  id blob not null unique,
  alive integer not null,
  stamp_time integer not null,
  stamp_by integer not null,
  clocks text,
  sets text,
  edit_seq integer not null default 0,
  edits text,
  removals text,
  created_at integer not null,
  changed_at integer not null,
  changed_by integer,
  own_log integer not null default 0,
  own_seq integer not null default 0`;

/** Which records of a kind that carries attachments have some: the very words of its index. */
export const hasFiles = `alive = 1 and (f_files <> '[]' or f_sealedFiles <> '')`;

/**
 * Makes what is missing of the kinds' tables, columns and indexes, and drops indexes of fields that are not `filtered` any more.
 * Idempotent. Every list asks for records that are alive, so the indexes hold only those: counting them, or a group of them, need not
 * touch the rows.
 */
export function ensureTables(db: WritableDb, kinds: readonly Kind[]): void {
  db.transaction(() => {
    for (const kind of kinds) {
      db.exec(`create table if not exists ${quote(kind.name)} (${commonColumns}) strict`);
      const present = new Set(
        // table_info's fixed shape
        (db.pragma(`table_info(${quote(kind.name)})`) as { name: string }[]).map((column) => column.name),
      );
      for (const [name, field] of Object.entries(kind.fields)) {
        const column = columnName(name);
        if (!present.has(column))
          db.exec(`alter table ${quote(kind.name)} add column ${quote(column)} ${columnType(field)}`);
        const index = quote(`${kind.name}_by_${column}`);
        db.exec(
          field.filtered
            ? `create index if not exists ${index} on ${quote(kind.name)} (${quote(column)}) where alive = 1`
            : `drop index if exists ${index}`,
        );
      }
      if (carriesAttachments(kind)) {
        db.exec(
          `create index if not exists ${quote(`${kind.name}_with_files`)} on ${quote(kind.name)} (row) where ${hasFiles}`,
        );
      }
      // What waits for the hub was counted by it (waiting-records.ts).
      db.exec(`drop index if exists ${quote(`${kind.name}_by_own`)}`);
      if (searchableFields(kind).length > 0) {
        db.exec(
          `create virtual table if not exists ${quote(`${kind.name}_search`)} using fts5
             (folded, content='', contentless_delete=1, tokenize='unicode61', prefix='2 3')`,
        );
      }
      if (sortableFields(kind).length > 0) {
        db.exec(
          `create table if not exists ${quote(`${kind.name}_sort`)}
             (field integer not null, locale text not null, key text not null, row integer not null,
              primary key (field, locale, key, row)) strict, without rowid`,
        );
      }
    }
  }).immediate();
}

/** A field's column. Fields live beside the common columns, so they carry a prefix. */
export function columnName(field: string): string {
  return `f_${field}`;
}
