/** Reads of the conflict desk: its places, the decisions made, the names of laptops. Plain SQL over derived tables. */
import type { Statement } from 'better-sqlite3';
import { Contact } from '#shared/contacts/contact.ts';
import type { DeskLine } from '#shared/desk/contract.ts';
import { type Locale, locales } from '#shared/i18n/locales.ts';
import { kindsByNumber } from '#shared/kinds/all-kinds.ts';
import { type FieldValue, type Kind, localizedField } from '#shared/kinds/define-kind.ts';
import { recordTitle } from '#shared/records/record-title.ts';
import type { SettlementAbout } from '#shared/desk/settlement.ts';
import { Credential } from '#shared/sync/messages.ts';
import { selectById } from '../store/column-id.ts';
import type { ReadableDb } from '../store/database.ts';
import { type Cell, fromColumn } from '../store/record-rows.ts';
import { columnName, quote } from '../store/tables.ts';

export type DeskEntry = {
  readonly item: string;
  readonly kind: Kind;
  readonly subject: string;
  readonly about: SettlementAbout;
  /** Field number, second record, or ''. */
  readonly part: string;
  readonly since: number;
};
/** `since`: of its oldest entry. `subject`: of its first. */
export type DeskPlace = {
  readonly item: string;
  readonly since: number;
  readonly kind: Kind;
  readonly subject: string;
};
/** What a record is called: its title in the language asked for, or the nearest to it, and the number of a paper. */
export type DeskTitle = Pick<DeskLine, 'title' | 'titleLocale' | 'number'>;
export type DecidedEntry = DeskEntry & { readonly stands: string; readonly by: string | null };

export type DeskQueries = {
  count(): number;
  /** Places of each kind, records and clashes apart. */
  counts(): { readonly kind: Kind; readonly what: DeskLine['what']; readonly count: number }[];
  /**
   * The places of a page, oldest first, with all others of the moments it begins and ends in: who orders those of one moment finds in them which
   * are on the page. `before`: places of earlier moments.
   */
  places(offset: number, limit: number): { readonly before: number; readonly places: readonly DeskPlace[] };
  /** Every place of a kind. */
  itemsOf(kind: Kind, what: 'record' | 'clash'): string[];
  entries(item: string): DeskEntry[];
  /** Null where the record is not here. A membership is known by its person. */
  titleOf(kind: Kind, id: string, locale: Locale): DeskTitle | null;
  /** The places where a record lies. */
  itemsOfRecord(record: string): string[];
  /** The latest decisions; those about one record are told apart by their part. */
  decided(limit: number): DecidedEntry[];
  /** The kind of a record that has been decided about. */
  kindDecided(record: string): Kind | null;
  /** The record that this one was merged into. */
  mergedInto(record: string): string | null;
  /** The name a laptop was enrolled under; null where it is not known here. */
  laptopName(replica: string): string | null;
};

type Row = { item: string; kind: number; subject: string; about: SettlementAbout; part: string; since: number };

type PlaceRow = Pick<Row, 'item' | 'since' | 'kind' | 'subject'> & { readonly before: number };

export function createDeskQueries(db: ReadableDb): DeskQueries {
  const columns = 'item, kind, subject, about, part, since';
  const selectCount = db.prepare('select count(distinct item) from desk').pluck();
  // Of one place all entries are of one kind. An index has all of these columns in this order.
  const place =
    'select item, kind, min(since) as since, min(subject) as subject from desk indexed by desk_by_place group by item';
  // The place of a record is named by it, that of records of one key by another name.
  const selectCounts = db.prepare(
    `select kind, iif(item = subject, 'record', 'clash') as what, count(*) as count from (${place}) group by 1, 2 order by 1, 2 desc`,
  );
  const selectPlaces = db.prepare(
    `with place as materialized (${place}), page as (select since from place order by since limit ? offset ?),
          edge as (select min(since) as first, max(since) as last from page),
          earlier as (select count(*) as before from place, edge where since < first)
     select item, since, kind, subject, before from place, edge, earlier where since between first and last`,
  );
  const selectItems = db
    .prepare(`select distinct item from desk where kind = ? and (about = 'same') = ? order by item`)
    .pluck();
  const selectItem = db.prepare(`select ${columns} from desk where item = ? order by about, subject, part`);
  const selectOf = db
    .prepare(`select distinct item from desk where subject = ? or part = ? order by about = 'same'`)
    .pluck();
  const selectDecided = db.prepare(
    `select f_subjectKind as kind, f_subject as subject, f_about as about, f_field as field, f_other as other,
            f_stands as stands, changed_at as since, (select id from author where ref = changed_by) as "by"
     from settlement where alive = 1 order by changed_at desc, row desc limit ?`,
  );
  const selectKind = db.prepare('select f_subjectKind from settlement where f_subject = ? limit 1').pluck();
  const selectMerged = db
    .prepare(
      `select f_stands from settlement where f_about = 'same' and (f_subject = ? or f_other = ?)
       and f_stands not in ('different', ?) order by changed_at desc limit 1`,
    )
    .pluck();
  const selectCredential = db.prepare('select body from credential where replica = ? limit 1').pluck();

  const known = <R extends { kind: number }>(rows: R[]): (Omit<R, 'kind'> & { kind: Kind })[] =>
    rows.flatMap(({ kind: number, ...row }) => {
      const kind = kindsByNumber.get(number);
      return kind === undefined ? [] : [{ ...row, kind }];
    });

  const titles = new Map<string, { readonly fields: readonly string[]; readonly select: Statement<unknown[]> }>();
  /** The fields a record is called by, and the statement that reads no more than these: a moment may have thousands of places. */
  function titleFields(kind: Kind) {
    let known = titles.get(kind.name);
    if (known === undefined) {
      const names = ['title', 'name'].flatMap((base) => [base, ...locales.map((each) => localizedField(base, each))]);
      const fields = [...names, 'number', 'contact'].filter((name) => name in kind.fields);
      const columns = fields.map((name) => quote(columnName(name)));
      known = { fields, select: db.prepare(selectById(kind, columns.join(', '))).raw() };
      titles.set(kind.name, known);
    }
    return known;
  }

  const self: DeskQueries = {
    count: () => Number(selectCount.get()),
    counts: () => known(selectCounts.all() as { kind: number; what: DeskLine['what']; count: number }[]),
    places(offset, limit) {
      const rows = selectPlaces.all(limit, offset) as PlaceRow[]; // rows of our own table, here and below
      return { before: rows[0]?.before ?? 0, places: known(rows) };
    },
    itemsOf: (kind, what) => selectItems.all(kind.number, what === 'clash' ? 1 : 0) as string[],
    entries: (item) => known(selectItem.all(item) as Row[]),
    titleOf(kind, id, locale) {
      const { fields, select } = titleFields(kind);
      const row = select.get(id) as Cell[] | undefined;
      if (row === undefined) return null;
      const values: Record<string, FieldValue> = {};
      fields.forEach((name, index) => {
        const field = kind.fields[name];
        if (field !== undefined) values[name] = fromColumn(field, row[index] ?? null);
      });
      const person = typeof values.contact === 'string' ? self.titleOf(Contact, values.contact, locale) : null;
      const { text, locale: titleLocale } = recordTitle({ values }, locale);
      return { title: text, titleLocale, ...person, number: String(values.number ?? '') };
    },
    itemsOfRecord: (record) => selectOf.all(record, record) as string[],
    decided: (limit) =>
      (selectDecided.all(limit) as DecidedRow[]).flatMap(({ kind: number, field, other, ...row }) => {
        const kind = kindsByNumber.get(number);
        if (kind === undefined) return [];
        const part = row.about === 'same' ? (other ?? '') : row.about === 'field' ? String(field) : '';
        return [{ ...row, kind, part, item: row.about === 'same' ? `${row.subject}|${part}` : row.subject }];
      }),
    kindDecided: (record) => kindsByNumber.get(Number(selectKind.get(record))) ?? null,
    mergedInto: (record) => (selectMerged.get(record, record, record) as string | undefined) ?? null,
    laptopName(replica) {
      const body = selectCredential.get(replica) as string | undefined; // written by addCredentials
      return body === undefined ? null : Credential.parse(JSON.parse(body)).laptop;
    },
  };
  return self;
}

type DecidedRow = {
  kind: number;
  subject: string;
  about: SettlementAbout;
  field: number | null;
  other: string | null;
  stands: string;
  since: number;
  by: string | null;
};
