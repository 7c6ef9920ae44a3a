/**
 * Search and sort indexes of the record tables, kept in the same transaction as the rows. Sort keys exist only for the
 * languages somebody has used on this laptop: seven alphabets for everyone would cost more than the records.
 */
import type { FieldValue, Kind } from '#shared/kinds/define-kind.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import { searchIndexText } from '#shared/text/search-key.ts';
import { sortKey } from '#shared/text/sort-key.ts';
import type { WritableDb } from './database.ts';
import { rowValues, type Row } from './record-rows.ts';
import { quote, searchableFields, sortableFields } from './tables.ts';
import type { Meta } from './meta.ts';

type Values = { readonly [field: string]: FieldValue };

/** The words under which a record is found. */
export function searchText(kind: Kind, values: Values): string {
  const parts: string[] = [];
  for (const name of searchableFields(kind)) {
    const value = values[name];
    if (typeof value === 'string' && value !== '') parts.push(searchIndexText(value));
  }
  return parts.join(' ');
}

export type Indexes = {
  /** The fields of a kind that are in an index. */
  fieldsOf(kind: Kind): readonly string[];
  /** Brings the indexes of one row up to date; `before` or `after` is null where the record was or is not alive. */
  update(kind: Kind, row: number, before: Values | null, after: Values | null): void;
  /** Makes the sort index of a language if this laptop has none yet. */
  ensureLocale(locale: Locale): void;
  /** The key by which a value is ordered in a language's alphabet. */
  keyOf(value: string | number | null, locale: Locale): string;
  /** Empties the indexes of a kind whose table is being rebuilt. */
  clear(kind: Kind): void;
};

export function createIndexes(db: WritableDb, meta: Meta, kinds: readonly Kind[]): Indexes {
  const statements = new Map(
    kinds.map((kind) => {
      const search = quote(`${kind.name}_search`);
      const sort = quote(`${kind.name}_sort`);
      const searchable = searchableFields(kind).length > 0;
      const sortable = sortableFields(kind).length > 0;
      return [
        kind.name,
        {
          fields: [...new Set([...searchableFields(kind), ...sortableFields(kind)])],
          addSearch: searchable ? db.prepare(`insert into ${search} (rowid, folded) values (?, ?)`) : null,
          dropSearch: searchable ? db.prepare(`delete from ${search} where rowid = ?`) : null,
          addSort: sortable
            ? db.prepare(`insert or ignore into ${sort} (field, locale, key, row) values (?, ?, ?, ?)`)
            : null,
          dropSort: sortable
            ? db.prepare(`delete from ${sort} where field = ? and locale = ? and key = ? and row = ?`)
            : null,
        },
      ];
    }),
  );
  let locales = new Set((meta.get('sort-locales') ?? '').split(' ').filter((locale) => locale !== '')) as Set<Locale>; // written below

  return {
    fieldsOf: (kind) => statements.get(kind.name)?.fields ?? [],
    update(kind, row, before, after) {
      const own = statements.get(kind.name);
      if (own === undefined) return;
      if (own.addSearch !== null && own.dropSearch !== null && !isSame(searchableFields(kind), before, after)) {
        const was = before === null ? '' : searchText(kind, before);
        const is = after === null ? '' : searchText(kind, after);
        if (was !== is) {
          if (was !== '') own.dropSearch.run(row);
          if (is !== '') own.addSearch.run(row, is);
        }
      }
      if (own.addSort === null || own.dropSort === null) return;
      for (const name of sortableFields(kind)) {
        const number = kind.fields[name]?.number ?? 0;
        const was = before === null ? null : sortText(before[name]);
        const is = after === null ? null : sortText(after[name]);
        if (was === is) continue;
        for (const locale of locales) {
          if (was !== null) own.dropSort.run(number, locale, sortKey(was, locale), row);
          if (is !== null) own.addSort.run(number, locale, sortKey(is, locale), row);
        }
      }
    },
    ensureLocale(locale) {
      if (locales.has(locale)) return;
      db.transaction(() => {
        for (const kind of kinds) {
          const add = statements.get(kind.name)?.addSort;
          if (add === null || add === undefined) continue;
          const rows = db.prepare(`select * from ${quote(kind.name)} where alive = 1`).all() as Row[]; // a table of ours
          for (const raw of rows) {
            const values = rowValues(kind, raw);
            for (const name of sortableFields(kind)) {
              add.run(kind.fields[name]?.number ?? 0, locale, sortKey(sortText(values[name]), locale), Number(raw.row));
            }
          }
        }
        meta.set('sort-locales', [...locales, locale].join(' '));
      }).immediate();
      locales = new Set([...locales, locale]);
    },
    keyOf: (value, locale) => sortKey(sortText(value), locale),
    clear(kind) {
      if (searchableFields(kind).length > 0) db.exec(`delete from ${quote(`${kind.name}_search`)}`);
      if (sortableFields(kind).length > 0) db.exec(`delete from ${quote(`${kind.name}_sort`)}`);
    },
  };
}

function isSame(fields: readonly string[], before: Values | null, after: Values | null): boolean {
  return before !== null && after !== null && fields.every((name) => before[name] === after[name]);
}

function sortText(value: FieldValue | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}
