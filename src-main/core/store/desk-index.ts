/**
 * What waits on the conflict desk, kept current while ops are applied, so that asking costs nothing whatever the number of records.
 * Ops only mark records as touched (`projected`); before the transaction ends the marked ones are judged from their ops
 * (#shared/desk/disputes.ts) and their rows in `desk` replaced. All three tables are derived and can be made anew (`rebuild`).
 *
 * `desk_agreed` names the records that are not on the desk only because rivals say the same: their next edit is judged whatever it is.
 *
 * Which records may be the same is asked of natural-keys.ts, and compared here by the keys themselves.
 */
import type { Statement } from 'better-sqlite3';
import type { Kind } from '#shared/kinds/define-kind.ts';
import { findDisputes, findSame, isDisputed, mayDispute, type Written } from '#shared/desk/disputes.ts';
import { naturalKey } from '#shared/desk/natural-key.ts';
import { Settlement, type SettlementAbout, settlementSeed } from '#shared/desk/settlement.ts';
import { emptyState, isAlive, type RecordState } from '#shared/sync/merge.ts';
import type { Op } from '#shared/sync/op.ts';
import { stampMs } from '#shared/sync/stamp.ts';
import { fromColumnId, selectById } from './column-id.ts';
import type { WritableDb } from './database.ts';
import { derivedId } from './derived-id.ts';
import type { Meta } from './meta.ts';
import { createNaturalKeys, keyHash } from './natural-keys.ts';
import type { LoggedOp, OpLog } from './op-log.ts';
import { type Row, rowValues } from './record-rows.ts';
import { quote } from './tables.ts';

/** Raised when the rules of what comes to the desk change: stores of older versions are judged anew. */
const rulesVersion = '3';
/** Rows in memory while everything is made anew. */
const rowsAtOnce = 1000;
/** Records whose ops are read together: a segment is read once for all of them, not for each. */
const recordsAtOnce = 1000;

export type DeskIndex = {
  /** The fields that `projected` wants to see beside those an op sets and those of the natural key. */
  fieldsOf(kind: Kind): readonly string[];
  /** Whether records of a kind have anything to do with the desk. */
  watches(kind: Kind): boolean;
  /** Marks what an op may have put on the desk or taken off; called in the op's transaction, after its row was stored. */
  projected(change: {
    readonly kind: Kind;
    readonly op: Op;
    readonly row: number;
    readonly before: RecordState;
    readonly after: RecordState;
  }): void;
  /**
   * The same for a record whose row was made at once of all its ops, which `ops` makes; `before` is what the row said until then. Also marks what
   * only all of them together show.
   */
  placed(change: {
    readonly kind: Kind;
    readonly record: string;
    readonly ops: () => readonly Op[];
    readonly row: number;
    readonly before: RecordState;
    readonly after: RecordState;
  }): void;
  /** Marks what waits of a record whose ops are others than before, and what its row said of others until now. */
  refolded(record: string, kind: Kind, before: RecordState): void;
  /** Forgets what is remembered of a record whose row, which said `before`, is gone. What waits is for `reconsider`. */
  removed(gone: {
    readonly kind: Kind;
    readonly record: string;
    readonly row: number;
    readonly before: RecordState;
  }): void;
  /** Marks all that waits: records may be gone. */
  reconsider(): void;
  /** Judges what was marked; called before the transaction ends. Whether the desk has changed. */
  settle(): boolean;
  /** Forgets what is remembered of the records of a kind whose table is made anew from the log. */
  clear(kind: Kind): void;
  /** Makes both tables anew from the records and the log. */
  rebuild(): void;
};

type Decided = { kind: number; subject: string; other: string | null };
type DeskRow = { subject: string; about: SettlementAbout; part: string; kind: number; item: string; since: number };

/** The ops of the settlement about something of a record. */
export function settlementOps(log: OpLog, about: SettlementAbout, subject: string, part: string): Written[] {
  return opsOf(log, derivedId(settlementSeed(about, subject, part)));
}

/** A record's ops as the rules read them. */
export function opsOf(log: OpLog, record: string): Written[] {
  return written(log.opsOfRecord(record));
}

function written(ops: readonly LoggedOp[]): Written[] {
  return ops.map(({ op, log: { replica } }) => ({ op, replica }));
}

/** The name of a pair's place on the desk: records of one key lie together. */
function pairItem(kind: Kind, key: string | null, first: string, second: string): string {
  return key === null ? `${first}|${second}` : `${kind.number}:${keyHash(key)}`;
}

export function createDeskIndex(db: WritableDb, opLog: OpLog, meta: Meta, kinds: readonly Kind[]): DeskIndex {
  const kindsByNumber = new Map(kinds.map((kind) => [kind.number, kind]));
  const keys = createNaturalKeys(db);
  db.exec(`
    create table if not exists desk (
      subject text not null,
      about text not null,
      part text not null,
      kind integer not null,
      item text not null,
      since integer not null,
      primary key (subject, about, part)
    ) strict, without rowid;
    drop index if exists desk_by_item;
    create index if not exists desk_by_place on desk (item, kind, since, subject);
    create index if not exists desk_by_part on desk (part);
    create index if not exists settlement_by_subject on settlement (f_subject);
    create index if not exists settlement_by_other on settlement (f_other);
    create table if not exists desk_agreed (record text primary key, kind integer not null) strict, without rowid;
  `);
  const selectRows = db.prepare('select * from desk where subject = ? and about <> ?');
  const selectPair = db.prepare('select * from desk where subject = ? and about = ? and part = ?');
  const selectPairsOf = db.prepare("select subject, part from desk where about = 'same' and (subject = ? or part = ?)");
  const anyDecided = db.prepare("select 1 from settlement where f_about = 'same' limit 1").pluck();
  const decided = `select f_subjectKind as kind, f_subject as subject, f_other as other from settlement where f_about = 'same'`;
  const selectDecided = db.prepare(decided);
  const selectDecidedOf = db.prepare(`${decided} and f_subject = ? union all ${decided} and f_other = ?`);
  const selectSettlement = db.prepare(selectById(Settlement, '1')).pluck();
  const selectAny = db.prepare('select 1 from desk limit 1').pluck();
  const insertRow = db.prepare(
    'insert or replace into desk (subject, about, part, kind, item, since) values (?, ?, ?, ?, ?, ?)',
  );
  const deleteRow = db.prepare('delete from desk where subject = ? and about = ? and part = ?');
  const selectAgreed = db.prepare('select 1 from desk_agreed where record = ?').pluck();
  const insertAgreed = db.prepare('insert or ignore into desk_agreed (record, kind) values (?, ?)');
  const deleteAgreed = db.prepare('delete from desk_agreed where record = ?');
  const deleteAgreedOf = db.prepare('delete from desk_agreed where kind = ?');

  const prepared = new Map<string, Statement<unknown[]>>();
  const prepare = (sql: string): Statement<unknown[]> => {
    const statement = prepared.get(sql) ?? db.prepare<unknown[]>(sql);
    prepared.set(sql, statement);
    return statement;
  };

  const records = new Map<string, Kind>();
  /** Pairs as `first second`. */
  const pairs = new Map<string, Kind>();

  const isOnDesk = (record: string): boolean =>
    selectAny.get() !== undefined && selectRows.get(record, 'same') !== undefined;
  const isAgreed = (record: string): boolean => selectAgreed.get(record) !== undefined;
  const idOf = (kind: Kind, row: number): string =>
    fromColumnId(
      prepare(`select id from ${quote(kind.name)} where row = ?`)
        .pluck()
        .get(row),
    );

  function markPair(kind: Kind, a: string, b: string): void {
    pairs.set(a < b ? `${a} ${b}` : `${b} ${a}`, kind);
  }
  function markPairsOf(kind: Kind, record: string): void {
    if (selectAny.get() === undefined) return;
    for (const pair of selectPairsOf.all(record, record) as { subject: string; part: string }[])
      markPair(kind, pair.subject, pair.part);
  }

  function markDecided({ kind, subject, other }: Decided): void {
    const subjectOf = kindsByNumber.get(kind);
    if (subjectOf !== undefined && other !== null) markPair(subjectOf, subject, other);
  }
  /** A decision about two records may have come before one of them. */
  function markDecidedOf(record: string): void {
    if (anyDecided.get() === undefined) return;
    for (const each of selectDecidedOf.all(record, record) as Decided[]) markDecided(each);
  }

  function keyChanged(kind: Kind, record: string, row: number, before: string | null, after: string | null): void {
    if (before === after) return;
    if (before !== null) {
      keys.remove(kind, before, row);
      markPairsOf(kind, record);
    }
    if (after !== null) for (const other of keys.add(kind, after, row)) markPair(kind, record, idOf(kind, other));
  }

  /** What a settlement is about is judged anew. */
  function markSubject({ values }: RecordState): void {
    const { subjectKind, subject, about, other } = values;
    const subjectOf = kindsByNumber.get(Number(subjectKind));
    if (subjectOf === undefined || typeof subject !== 'string') return;
    if (about !== 'same') records.set(subject, subjectOf);
    else if (typeof other === 'string') markPair(subjectOf, subject, other);
  }

  /** The ops of the settlement about something of a record. Mostly there is none, and no row of one, which is quicker to see than in the log. */
  function decisionOps(about: SettlementAbout, subject: string, part: string): Written[] {
    const settlement = derivedId(settlementSeed(about, subject, part));
    return selectSettlement.get(settlement) === undefined ? [] : opsOf(opLog, settlement);
  }

  function judgeRecord(kind: Kind, record: string, ops: readonly Written[]): DeskRow[] {
    const disputes = findDisputes(kind, ops, (about, part) => decisionOps(about, record, part));
    if (disputes.isAgreed) insertAgreed.run(record, kind.number);
    else deleteAgreed.run(record);
    if (!isDisputed(disputes)) return [];
    const at = { subject: record, kind: kind.number, item: record };
    const latest = (authors: readonly { time: number }[]): number =>
      stampMs(authors.reduce((time, author) => Math.max(time, author.time), 0));
    const rows = disputes.fields.map(
      (field): DeskRow => ({
        ...at,
        about: 'field',
        part: String(kind.fields[field.field]?.number ?? 0),
        since: latest([...field.versions, ...field.verdicts]),
      }),
    );
    const { removal } = disputes;
    if (removal === null) return rows;
    const since = latest([...removal.removals, ...removal.edits, ...removal.verdicts]);
    return [...rows, { ...at, about: 'removal', part: '', since }];
  }

  function judgePair(kind: Kind, first: string, second: string): DeskRow[] {
    const load = prepare(selectById(kind, '*'));
    const [a, b] = [load.get(first), load.get(second)] as (Row | undefined)[]; // rows of a table of ours
    if (a === undefined || b === undefined) return []; // not arrived yet; judged again when it does
    const keyOf = (row: Row): string | null => (row.alive === 1 ? naturalKey(kind, rowValues(kind, row)) : null);
    const key = keyOf(a);
    const same = findSame(key !== null && key === keyOf(b), decisionOps('same', first, second));
    if (same === null) return [];
    const since = Math.max(
      Number(a.created_at),
      Number(b.created_at),
      ...same.verdicts.map((verdict) => stampMs(verdict.time)),
    );
    const item = pairItem(kind, key ?? keyOf(b), first, second);
    return [{ subject: first, about: 'same', part: second, kind: kind.number, item, since }];
  }

  /** Puts `rows` in place of `before`; whether that changes anything. */
  function replace(before: readonly DeskRow[], rows: readonly DeskRow[]): boolean {
    if (JSON.stringify(before) === JSON.stringify(rows)) return false;
    for (const row of before) deleteRow.run(row.subject, row.about, row.part);
    for (const row of rows) insertRow.run(row.subject, row.about, row.part, row.kind, row.item, row.since);
    return true;
  }

  const inOrder = (rows: DeskRow[]): DeskRow[] =>
    rows
      .map(({ subject, about, part, kind, item, since }) => ({ subject, about, part, kind, item, since }))
      .sort((a, b) => (`${a.about} ${a.part}` < `${b.about} ${b.part}` ? -1 : 1));

  const self: DeskIndex = {
    watches: (kind) => kind.conflicts === 'desk' || kind.naturalKey !== undefined || kind.name === Settlement.name,

    fieldsOf(kind) {
      if (kind.name === Settlement.name) return Object.keys(kind.fields);
      return kind.conflicts === 'desk' && kind.states !== undefined ? [kind.states.field] : [];
    },
    projected({ kind, op, row, before, after }) {
      if (kind.name === Settlement.name) return markSubject(after);
      if (kind.conflicts === 'desk' && (mayDispute(kind, before, op) || isOnDesk(op.record) || isAgreed(op.record)))
        records.set(op.record, kind);
      if (kind.naturalKey === undefined) return;
      if (before === emptyState) markDecidedOf(op.record);
      const wasAlive = isAlive(before);
      const nowAlive = isAlive(after);
      const { naturalKey: parts } = kind;
      const touches = parts.some(({ field }) => op.set?.[kind.fields[field]?.number ?? 0] !== undefined);
      // An older op from elsewhere may say that the record is older: the pair's place in the list follows.
      if (op.set !== null && wasAlive && nowAlive) markPairsOf(kind, op.record);
      if (wasAlive === nowAlive && !touches) return;
      keyChanged(
        kind,
        op.record,
        row,
        wasAlive ? naturalKey(kind, before.values) : null,
        nowAlive ? naturalKey(kind, after.values) : null,
      );
    },

    placed({ kind, record, ops, row, before, after }) {
      if (kind.name === Settlement.name) return markSubject(after);
      if (kind.conflicts === 'desk') {
        const [first, ...more] = ops();
        if (more.length > 0 || (first !== undefined && mayDispute(kind, before, first)) || isAgreed(record))
          records.set(record, kind);
      }
      if (kind.naturalKey === undefined) return;
      markPairsOf(kind, record);
      markDecidedOf(record);
      const keyOf = (state: RecordState): string | null => (isAlive(state) ? naturalKey(kind, state.values) : null);
      keyChanged(kind, record, row, keyOf(before), keyOf(after));
    },

    refolded(record, kind, before) {
      if (kind.name === Settlement.name) markSubject(before);
      else if (kind.conflicts === 'desk' && isOnDesk(record)) records.set(record, kind);
    },

    removed({ kind, record, row, before }) {
      if (kind.name === Settlement.name) markSubject(before);
      deleteAgreed.run(record);
      if (kind.naturalKey !== undefined && isAlive(before))
        keyChanged(kind, record, row, naturalKey(kind, before.values), null);
    },

    reconsider() {
      const waiting = db.prepare('select subject, about, part, kind from desk').all() as DeskRow[]; // rows of our own table
      for (const { subject, about, part, kind: number } of waiting) {
        const kind = kindsByNumber.get(number);
        if (kind === undefined) continue;
        if (about === 'same') markPair(kind, subject, part);
        else records.set(subject, kind);
      }
    },

    settle() {
      if (records.size === 0 && pairs.size === 0) return false;
      let changed = false;
      const marked = [...records];
      for (let from = 0; from < marked.length; from += recordsAtOnce) {
        const some = marked.slice(from, from + recordsAtOnce);
        const ops = opLog.opsOfRecords(new Set(some.map(([record]) => record)));
        for (const [record, kind] of some) {
          const before = inOrder(selectRows.all(record, 'same') as DeskRow[]); // rows of our own table
          const rows = judgeRecord(kind, record, written(ops.get(record) ?? []));
          changed = replace(before, inOrder(rows)) || changed;
        }
      }
      for (const [pair, kind] of pairs) {
        const [first = '', second = ''] = pair.split(' ');
        const before = inOrder(selectPair.all(first, 'same', second) as DeskRow[]); // rows of our own table
        changed = replace(before, judgePair(kind, first, second)) || changed;
      }
      records.clear();
      pairs.clear();
      return changed;
    },

    clear(kind) {
      keys.clear(kind);
      deleteAgreedOf.run(kind.number);
    },

    rebuild() {
      db.transaction(() => {
        db.exec('delete from desk; delete from desk_agreed');
        keys.clear(null);
        for (const kind of kindsByNumber.values()) {
          if (kind.name === Settlement.name) continue;
          if (kind.conflicts === 'desk') {
            const ids = db.prepare(`select id from ${quote(kind.name)}`).pluck();
            for (const id of ids.all()) records.set(fromColumnId(id), kind);
          }
          if (kind.naturalKey === undefined) continue;
          const page = db.prepare(
            `select * from ${quote(kind.name)} where alive = 1 and row > ? order by row limit ${rowsAtOnce}`,
          );
          let last = 0;
          for (let rows: Row[] = []; last === 0 || rows.length === rowsAtOnce; ) {
            rows = page.all(last) as Row[]; // a table of ours
            for (const row of rows)
              keyChanged(kind, fromColumnId(row.id), Number(row.row), null, naturalKey(kind, rowValues(kind, row)));
            last = Number(rows.at(-1)?.row ?? -1);
          }
        }
        for (const each of selectDecided.all() as Decided[]) markDecided(each);
        self.settle();
        meta.set('desk-rules', rulesVersion);
      }).immediate();
    },
  };
  if (meta.get('desk-rules') !== rulesVersion) self.rebuild();
  return self;
}
