/** Reads over the record tables: one record, a page of a list, a search, a history. Plain SQL, prepared once. */
import type { Statement } from 'better-sqlite3';
import type { Locale } from '#shared/i18n/locales.ts';
import { allKinds, kindsByName, kindsByNumber } from '#shared/kinds/all-kinds.ts';
import { emptyValue, type FieldValue, type Kind } from '#shared/kinds/define-kind.ts';
import type { HistoryStep, RecordView, Road } from '#shared/records/contract.ts';
import { overruled } from '#shared/sync/merge.ts';
import { type SetChange, stampToText } from '#shared/sync/op.ts';
import { stampMs } from '#shared/sync/stamp.ts';
import { ftsMatch } from '#shared/text/search-key.ts';
import type { Authors } from './authors.ts';
import { parameterOf, selectById } from './column-id.ts';
import { fromColumnText, toColumnText } from './column-text.ts';
import type { ReadableDb } from './database.ts';
import type { Indexes } from './indexes.ts';
import type { Log, OpLog } from './op-log.ts';
import { createRecordViews, type ViewRow } from './record-views.ts';
import { columnName, quote, sortableFields } from './tables.ts';
import { createWaitingRecords } from './waiting-records.ts';

export type ListOptions = {
  readonly kind: Kind;
  readonly where?: { readonly [field: string]: FieldValue | readonly FieldValue[] };
  /** Ready SQL conditions on the kind's table `r` with their values, for what equality cannot say. */
  readonly conditions?: readonly { readonly sql: string; readonly values: readonly (string | number)[] }[];
  readonly search?: string;
  readonly sort?: { readonly field: string; readonly descending?: boolean };
  readonly locale: Locale;
  readonly offset?: number;
  readonly limit?: number;
};
export type Page = { readonly rows: RecordView[]; readonly total: number; readonly capped: boolean };

/** A search stops counting here. */
const countCap = 1000;
/** Up to so many hits are put in alphabetical order; more come as the index finds them. */
const orderedHits = 200;
/** Counts of lists remembered at one time. */
const countsKept = 200;
/** The condition of every list. */
const onlyAlive = 'r.alive = 1';

export type RecordQueries = {
  get(kind: Kind, id: string): RecordView | null;
  list(options: ListOptions): Page;
  history(kind: Kind, id: string): HistoryStep[];
  /** Hits over all kinds, at most `limit`, best kinds first. */
  searchAll(text: string, locale: Locale, limit: number): RecordView[];
  /** The actions on records of people's making since a moment, newest first. */
  recentChanges(
    since: number,
    limit: number,
  ): { at: number; kind: Kind; id: string; act: HistoryStep['act']; by: string | null }[];
  /**
   * Records by place on the road, and how many of each kind wait. What waits in a log that `isRefused` counts as saved, handed over or not, and
   * once more as refused.
   */
  roadCounts(isRefused?: (log: Log) => boolean): {
    saved: number;
    sent: number;
    received: number;
    refused: number;
    waitingByKind: { kind: string; count: number }[];
    waitingSince: number | null;
  };
  count(kind: Kind, conditions?: ListOptions['conditions']): number;
};

export function createRecordQueries(db: ReadableDb, opLog: OpLog, indexes: Indexes, authors: Authors): RecordQueries {
  const prepared = new Map<string, Statement<unknown[]>>();
  /** SQL built from declarations and options repeats, so a few dozen texts cover all. */
  const prepare = (sql: string): Statement<unknown[]> => {
    let statement = prepared.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      prepared.set(sql, statement);
    }
    return statement;
  };

  const waiting = createWaitingRecords(opLog);
  const views = createRecordViews(db, opLog, authors);
  const { nameOf } = views;

  /** Counts by statement and values; one holds until the next write of this connection, which is the file's only one. */
  const counts = new Map<string, { changes: number; count: number }>();
  const totalChanges = prepare('select total_changes()').pluck();
  function countAlive(kind: Kind, where: { sql: string; values: (string | number)[] }): number {
    const sql = `select count(*) from ${quote(kind.name)} r where ${where.sql}`;
    const key = JSON.stringify([sql, ...where.values]);
    const changes = Number(totalChanges.get());
    const known = counts.get(key);
    if (known?.changes === changes) return known.count;
    const count = Number(
      prepare(sql)
        .pluck()
        .get(...where.values),
    );
    if (counts.size >= countsKept) counts.clear();
    counts.set(key, { changes, count });
    return count;
  }

  function whereSql(options: ListOptions): { sql: string; values: (string | number)[] } {
    const parts = [onlyAlive];
    const values: (string | number)[] = [];
    for (const [name, wanted] of Object.entries(options.where ?? {})) {
      const field = options.kind.fields[name];
      if (field === undefined) continue;
      const column = `r.${quote(columnName(name))}`;
      const list = Array.isArray(wanted) ? wanted : [wanted];
      const present = list.filter((value) => value !== null).map(toSql);
      const tests = present.length > 0 ? [`${column} in (${present.map(() => parameterOf(field)).join(', ')})`] : [];
      if (list.includes(null)) tests.push(`${column} is null`);
      parts.push(`(${tests.join(' or ') || '0'})`);
      values.push(...present);
    }
    for (const condition of options.conditions ?? []) {
      parts.push(condition.sql);
      values.push(...condition.values);
    }
    return { sql: parts.join(' and '), values };
  }

  function search(options: ListOptions, match: string): Page {
    const { kind } = options;
    const where = whereSql(options);
    const index = quote(`${kind.name}_search`);
    const filtered = where.values.length > 0 || (options.conditions?.length ?? 0) > 0;
    // Only records that are alive are in the index, so an unfiltered search need not touch their rows. The index is asked once:
    // for a short beginning of a word, collecting its hits is most of the work.
    const hits = prepare(
      filtered
        ? `select r.row from ${index} s join ${quote(kind.name)} r on r.row = s.rowid where s.folded match ? and ${where.sql} limit ${countCap + 1}`
        : `select s.rowid from ${index} s where s.folded match ? limit ${countCap + 1}`,
    )
      .pluck()
      .all(match, ...(filtered ? where.values : [])) as number[]; // row numbers
    const offset = options.offset ?? 0;
    const limit = options.limit ?? 50;
    const sortable = sortableFields(kind)[0];
    if (hits.length <= orderedHits && sortable !== undefined) {
      const text = prepare(`select ${quote(columnName(sortable))} from ${quote(kind.name)} where row = ?`).pluck();
      const keys = new Map<number, string>();
      for (const row of hits) {
        const stored = text.get(row) as string | null; // sortable fields are text
        keys.set(row, indexes.keyOf(stored === null ? null : fromColumnText(stored), options.locale));
      }
      const keyOf = (row: number): string => keys.get(row) ?? '';
      hits.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : a - b));
    }
    const total = Math.min(hits.length, countCap);
    const byRow = prepare(`select ${views.columns(kind)} from ${quote(kind.name)} r where r.row = ?`).raw();
    const rows = hits.slice(offset, Math.min(offset + limit, total)).map((row) => byRow.get(row) as ViewRow); // an index entry has its row
    return { rows: views.of(kind, rows), total, capped: hits.length > countCap };
  }

  const self: RecordQueries = {
    get(kind, id) {
      const row = prepare(selectById(kind, views.columns(kind)))
        .raw()
        .get(id) as ViewRow | undefined; // the columns just named
      return row === undefined ? null : (views.of(kind, [row])[0] ?? null);
    },

    list(options) {
      const { kind } = options;
      const match = ftsMatch(options.search ?? '');
      if (match !== null) return search(options, match);
      const where = whereSql(options);
      const limit = options.limit ?? 50;
      const offset = options.offset ?? 0;
      const table = quote(kind.name);
      const sortable = sortableFields(kind);
      const field = options.sort?.field ?? sortable[0] ?? 'changedAt';
      const direction = options.sort?.descending === true ? 'desc' : 'asc';
      const total = countAlive(kind, where);
      let rows: ViewRow[];
      if (sortable.includes(field)) {
        indexes.ensureLocale(options.locale);
        const number = kind.fields[field]?.number ?? 0;
        const sort = quote(`${kind.name}_sort`);
        const order = `order by k.key ${direction}, k.row ${direction}`;
        // SQLite reads a page a quarter slower when its length is a parameter. Only records that are alive are in the sort index:
        // without a filter nothing about a row need be checked, and the rows before a later page need not be touched.
        const length = Math.trunc(limit);
        const statement =
          where.sql === onlyAlive && offset > 0
            ? `select ${views.columns(kind)} from
                 (select key, row from ${sort} where field = ${number} and locale = ?
                  order by key ${direction}, row ${direction} limit ${length} offset ?) k
               cross join ${table} r on r.row = k.row ${order}`
            : `select ${views.columns(kind)} from ${sort} k cross join ${table} r on r.row = k.row
               where k.field = ${number} and k.locale = ? ${where.sql === onlyAlive ? '' : `and ${where.sql}`}
               ${order} limit ${length} ${offset > 0 ? 'offset ?' : ''}`;
        rows = prepare(statement)
          .raw()
          .all(options.locale, ...where.values, ...(offset > 0 ? [offset] : [])) as ViewRow[]; // the columns just named
      } else {
        const column = field === 'changedAt' || kind.fields[field] === undefined ? 'changed_at' : columnName(field);
        rows = prepare(
          `select ${views.columns(kind)} from ${table} r where ${where.sql} order by r.${quote(column)} ${direction}, r.row ${direction} limit ? offset ?`,
        )
          .raw()
          .all(...where.values, limit, offset) as ViewRow[]; // the columns just named
      }
      return { rows: views.of(kind, rows), total, capped: false };
    },

    history(kind, id) {
      const entries = opLog.opsOfRecord(id);
      const lost = overruled(entries.map(({ op, log }) => ({ op, replica: log.replica })));
      const values: { [field: string]: FieldValue } = {};
      const steps: HistoryStep[] = [];
      let written = false;
      for (const { op, log } of entries) {
        const changes: HistoryStep['changes'] = [];
        for (const [name, field] of Object.entries(kind.fields)) {
          const value = op.set?.[field.number];
          if (value === undefined) continue;
          const before = values[name] ?? emptyValue(field);
          const after = value !== null && typeof value === 'object' ? united(before, value) : value;
          values[name] = after;
          changes.push({
            field: name,
            before,
            after,
            overruled: lost.has(`${stampToText({ time: op.time, replica: log.replica })} ${field.number}`),
          });
        }
        const marks = opLog.marks(log);
        const ownRoad: Road = op.seq <= marks.received ? 'received' : op.seq <= marks.sent ? 'sent' : 'saved';
        steps.push({
          at: stampMs(op.time),
          by: op.actor as HistoryStep['by'], // ids are written by commit
          byName: nameOf(op.actor),
          act: op.act === 'remove' ? 'removed' : op.act === 'restore' ? 'restored' : written ? 'changed' : 'created',
          road: opLog.isOwn(log.replica) ? ownRoad : 'received',
          changes,
        });
        written = true;
      }
      return steps.reverse();
    },

    searchAll(text, locale, limit) {
      const hits: RecordView[] = [];
      for (const name of ['contact', 'decision', 'commission', 'person']) {
        const kind = kindsByName.get(name);
        if (kind === undefined || hits.length >= limit) continue;
        hits.push(...self.list({ kind, search: text, locale, limit: Math.min(limit - hits.length, 8) }).rows);
      }
      return hits;
    },

    recentChanges(since, limit) {
      type Recent = { at: number; kind: Kind; id: string; act: HistoryStep['act']; by: string | null; first: number };
      const actions = new Map<string, Recent>();
      const newestFirst = (): Recent[] => [...actions.values()].sort((a, b) => b.at - a.at);
      for (const { op, log, at } of opLog.opsSince(since)) {
        const kind = kindsByNumber.get(op.kind);
        if (kind === undefined || op.actor === null || at <= since) continue;
        const key = `${log.ref} ${op.group} ${op.record}`;
        const known = actions.get(key);
        const act = op.act === 'remove' ? 'removed' : op.act === 'restore' ? 'restored' : 'changed';
        if (known === undefined)
          actions.set(key, { at, kind, id: op.record, act, by: op.actor, first: stampMs(op.time) });
        else known.first = Math.min(known.first, stampMs(op.time));
        // Arrivals come latest first, own ops of one segment too: what follows is older.
        if (actions.size >= limit * 2 && at < (newestFirst()[limit - 1]?.at ?? 0)) break;
      }
      return newestFirst()
        .slice(0, limit)
        .map(({ at, kind, id, act, by, first }) => {
          const createdAt = prepare(selectById(kind, 'created_at')).pluck().get(id);
          return { at, kind, id, act: act === 'changed' && Number(createdAt) === first ? 'created' : act, by };
        });
    },

    roadCounts(isRefused = () => false) {
      const counts = { saved: 0, sent: 0, received: 0, refused: 0, waitingSince: null as number | null };
      const waitingByKind: { kind: string; count: number }[] = [];
      // A record may wait in several logs: it was written in more than one partition, or under more than one identity.
      const isSaved = new Map<string, boolean>();
      const refused = new Set<string>();
      const waitingOf = new Map<number, number>();
      for (const { log, records, since } of waiting.logs()) {
        const refusesLog = isRefused(log);
        const sent = refusesLog ? 0 : opLog.marks(log).sent;
        if (since !== null) counts.waitingSince = Math.min(counts.waitingSince ?? since, since);
        for (const [record, { kind, seq }] of records) {
          if (!kindsByNumber.has(kind)) continue;
          const known = isSaved.get(record);
          if (known === undefined) waitingOf.set(kind, (waitingOf.get(kind) ?? 0) + 1);
          isSaved.set(record, known === true || seq > sent);
          if (refusesLog) refused.add(record);
        }
      }
      for (const saved of isSaved.values()) counts[saved ? 'saved' : 'sent'] += 1;
      counts.refused = refused.size;
      for (const kind of allKinds) {
        const count = waitingOf.get(kind.number) ?? 0;
        counts.received += Math.max(0, self.count(kind) - count);
        if (count > 0) waitingByKind.push({ kind: kind.name, count });
      }
      return { ...counts, waitingByKind };
    },

    count: (kind, conditions = []) => countAlive(kind, whereSql({ kind, conditions, locale: 'ru' })),
  };
  return self;
}

function toSql(value: FieldValue): string | number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  return Array.isArray(value) ? JSON.stringify(value) : toColumnText(String(value));
}

function united(before: FieldValue, change: SetChange): readonly string[] {
  const elements = new Set(Array.isArray(before) ? (before as readonly string[]) : []);
  for (const element of Object.keys(change.drop)) elements.delete(element);
  for (const element of change.add) elements.add(element);
  return [...elements].sort();
}
