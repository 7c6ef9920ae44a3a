/** Reads of the conflict desk: its places, the decisions made, the names of laptops. Plain SQL over derived tables. */
import { kindsByNumber } from '#shared/kinds/all-kinds.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import type { SettlementAbout } from '#shared/desk/settlement.ts';
import { Credential } from '#shared/sync/messages.ts';
import type { ReadableDb } from '../store/database.ts';

export type DeskEntry = {
  readonly item: string;
  readonly kind: Kind;
  readonly subject: string;
  readonly about: SettlementAbout;
  /** Field number, second record, or ''. */
  readonly part: string;
  readonly since: number;
};
/** `since`: of its oldest entry. */
export type DeskPlace = { readonly item: string; readonly since: number };
export type DecidedEntry = DeskEntry & { readonly stands: string; readonly by: string | null };

export type DeskQueries = {
  count(): number;
  /** Places of each kind, records and clashes apart. */
  counts(): { readonly kind: Kind; readonly count: number }[];
  /**
   * The places of a page, oldest first, with all others of the moments it begins and ends in: who orders those of one moment finds in them which
   * are on the page. `before`: places of earlier moments.
   */
  places(offset: number, limit: number): { readonly before: number; readonly places: readonly DeskPlace[] };
  /** Every place of a kind. */
  itemsOf(kind: Kind, what: 'record' | 'clash'): string[];
  entries(item: string): DeskEntry[];
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

export function createDeskQueries(db: ReadableDb): DeskQueries {
  const columns = 'item, kind, subject, about, part, since';
  const selectCount = db.prepare('select count(distinct item) from desk').pluck();
  const selectCounts = db.prepare('select kind, count(distinct item) as count from desk group by kind');
  const place = 'select item, min(since) as since from desk group by item';
  const selectPlaces = db.prepare(
    `with place as (${place}), page as (select since from place order by since limit ? offset ?),
          edge as (select min(since) as first, max(since) as last from page)
     select item, since from place, edge where since between first and last`,
  );
  const selectBefore = db.prepare(`select count(*) from (${place}) where since < ?`).pluck();
  const selectItems = db
    .prepare(`select distinct item from desk where kind = ? and (about = 'same') = ? order by item`)
    .pluck();
  const selectItem = db.prepare(`select ${columns} from desk where item = ? order by about, part`);
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

  const known = (rows: Row[]): DeskEntry[] =>
    rows.flatMap(({ kind: number, ...row }) => {
      const kind = kindsByNumber.get(number);
      return kind === undefined ? [] : [{ ...row, kind }];
    });

  return {
    count: () => Number(selectCount.get()),
    counts: () =>
      (selectCounts.all() as { kind: number; count: number }[]).flatMap(({ kind: number, count }) => {
        const kind = kindsByNumber.get(number);
        return kind === undefined ? [] : [{ kind, count }];
      }),
    places(offset, limit) {
      const places = selectPlaces.all(limit, offset) as DeskPlace[]; // rows of our own table, here and below
      const first = places.reduce((least, { since }) => Math.min(least, since), Number.MAX_SAFE_INTEGER);
      return { before: Number(selectBefore.get(first)), places };
    },
    itemsOf: (kind, what) => selectItems.all(kind.number, what === 'clash' ? 1 : 0) as string[],
    entries: (item) => known(selectItem.all(item) as Row[]),
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
