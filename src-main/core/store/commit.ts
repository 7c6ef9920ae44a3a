/**
 * The one write path. Local edits and ops from elsewhere go through `applyOp`: log, projection, search and sort index
 * move together in one immediate transaction; then listeners hear which domains changed. What fails leaves no trace.
 */
import { bytesToHex, type Id, newId } from '#shared/kernel/ids.ts';
import type { Logger, Random, Time } from '#shared/kernel/ports.ts';
import { kindsByNumber } from '#shared/kinds/all-kinds.ts';
import type { Kind, Values } from '#shared/kinds/define-kind.ts';
import { emptyState, isAlive, mergeOp, type RecordState, setChange } from '#shared/sync/merge.ts';
import { nextHead, type Op, type OpValue, stampToText } from '#shared/sync/op.ts';
import { nextTime, observe, stampMs } from '#shared/sync/stamp.ts';
import type { WritableDb } from './database.ts';
import type { DeskIndex } from './desk-index.ts';
import type { Indexes } from './indexes.ts';
import type { Meta } from './meta.ts';
import { type Log, type LogHead, type OpLog, sha256 } from './op-log.ts';
import { createRecordTable, type RecordTable, type StoredRecord } from './record-rows.ts';

/** One wanted change of one record. Values are by field name; only given fields are touched. */
export type Change = {
  readonly kind: Kind;
  readonly id: Id | string;
  readonly act: Op['act'];
  readonly values: Values;
};

export type CommitDeps = {
  readonly db: WritableDb;
  readonly log: OpLog;
  readonly meta: Meta;
  readonly indexes: Indexes;
  readonly desk: DeskIndex;
  readonly time: Time;
  readonly random: Random;
  readonly logger: Logger;
  /** Called after the transaction with the domains whose queries may answer otherwise now. */
  readonly changed: (topics: readonly string[]) => void;
};

export type Committer = {
  /**
   * Writes changes as one action of one person into the replica's own log. Returns how many ops that made: a change
   * that changes nothing makes none.
   */
  commit(changes: readonly Change[], author: { replica: string; partition: string; actor: Id | string | null }): number;
  /** Applies proved ops of another replica's log, which must follow the head held, and keeps the segment they came in. */
  applyRemote(log: Log, ops: readonly Op[], head: LogHead, segment: { from: number; bytes: Uint8Array }): void;
  /** Builds a kind's table anew from the log: after an upgrade that knows more fields. */
  rebuild(kind: Kind): void;
};

export function createCommitter(deps: CommitDeps): Committer {
  const { db, log: opLog, meta, indexes, desk } = deps;
  const tables = new Map<number, RecordTable>();
  const tableOf = (kind: Kind): RecordTable => {
    let table = tables.get(kind.number);
    if (table === undefined) {
      table = createRecordTable(db, kind, opLog);
      tables.set(kind.number, table);
    }
    return table;
  };

  /** Merges one op into its record's row and indexes. `own` is null for ops of other replicas. */
  function project(kind: Kind, before: StoredRecord | null, op: Op, log: Log, own: boolean): void {
    const state = mergeOp(kind, before?.state ?? emptyState, op, log.replica);
    const alive = isAlive(state);
    const wrote = stampMs(op.time);
    const newer = before === null || wrote >= Number(before.raw.changed_at);
    const row = tableOf(kind).store(op.record, before, state, {
      alive,
      createdAt: before === null ? wrote : Math.min(wrote, Number(before.raw.created_at)),
      changedAt: newer ? wrote : Number(before.raw.changed_at),
      changedBy: newer ? op.actor : textOrNull(before.raw.changed_by),
      ownLog: own ? log.ref : Number(before?.raw.own_log ?? 0),
      ownSeq: own ? op.seq : Number(before?.raw.own_seq ?? 0),
    });
    const wasAlive = before !== null && Number(before.raw.alive) === 1;
    indexes.update(kind, row, wasAlive ? before.state.values : null, alive ? state.values : null);
    desk.projected({ kind, op, row, before: before?.state ?? emptyState, after: state });
  }

  function clock(): number {
    return Number(meta.get('clock') ?? 0);
  }

  return {
    commit(changes, author) {
      const topics = new Set<string>();
      const written = db
        .transaction(() => {
          const log = opLog.logOf(author.replica, author.partition);
          let { seq, head } = opLog.head(log);
          let last = clock();
          const group = newId(deps);
          const now = deps.time.now();
          const from = seq;
          for (const change of changes) {
            const before = tableOf(change.kind).load(change.id);
            const wanted = opContent(change, before?.state ?? emptyState);
            if (wanted === null) continue;
            const { time, clock: moved } = nextTime(last, now, wanted.seenTime);
            last = moved;
            seq += 1;
            const op: Op = {
              seq,
              time,
              actor: author.actor,
              group,
              kind: change.kind.number,
              record: change.id,
              act: change.act,
              set: wanted.set,
              replaced: wanted.replaced,
              seen: change.act === 'remove' || freezes(change) ? seenBy(opLog, author.partition, log, seq) : null,
              salt: bytesToHex(deps.random.bytes(16)),
              digest: null,
            };
            head = nextHead(head, op, sha256);
            opLog.append(log, op, now);
            project(change.kind, before, op, log, true);
            topics.add(change.kind.domain);
          }
          if (seq === from) return 0;
          opLog.moveHead(log, { seq, head });
          meta.set('clock', String(last));
          if (desk.settle()) topics.add('desk');
          return seq - from;
        })
        .immediate();
      if (written > 0) deps.changed([...topics, 'records', 'sync']);
      return written;
    },

    applyRemote(log, ops, head, segment) {
      const topics = new Set<string>();
      const now = deps.time.now();
      // It can be fetched again: no need to wait for the disk as for a person's edit.
      db.pragma('synchronous = normal');
      try {
        db.transaction(() => {
          let last = clock();
          for (const op of ops) {
            opLog.append(log, op, now);
            last = observe(last, op.time, now);
            const kind = kindsByNumber.get(op.kind);
            if (kind === undefined) continue; // stays in the log for the version that knows it
            project(kind, tableOf(kind).load(op.record), op, log, false);
            topics.add(kind.domain);
          }
          opLog.moveHead(log, head);
          opLog.keepSegment(log, segment.from, head.seq, segment.bytes);
          opLog.rememberHead(log, head.seq, head.head);
          meta.set('clock', String(last));
          if (desk.settle()) topics.add('desk');
        }).immediate();
      } finally {
        db.pragma('synchronous = full');
      }
      deps.changed([...topics, 'records', 'sync']);
    },

    rebuild(kind) {
      db.transaction(() => {
        const ownReplica = meta.get('replica');
        db.exec(`delete from "${kind.name}"`);
        indexes.clear(kind);
        desk.clear(kind);
        for (const { op, log } of opLog.opsOfKind(kind.number)) {
          project(kind, tableOf(kind).load(op.record), op, log, log.replica === ownReplica);
        }
        desk.settle();
      }).immediate();
      deps.logger.info('store/rebuilt', { kind: kind.name });
    },
  };
}

type OpContent = { set: { [number: string]: OpValue }; replaced: { [number: string]: string }; seenTime: number };

/** What an op must say to bring a record from `state` to the wanted values; null where it would say nothing. */
function opContent(change: Change, state: RecordState): OpContent | null {
  const content: OpContent = { set: {}, replaced: {}, seenTime: 0 };
  if (change.act === 'remove') return isAlive(state) ? content : null;
  for (const [name, value] of Object.entries(change.values)) {
    const field = change.kind.fields[name];
    if (field === undefined) throw new Error(`${change.kind.name} has no field ${name}`);
    if (field.merge === 'set') {
      const wanted = setChange(state.sets[name], Array.isArray(value) ? value : []);
      if (wanted !== null) content.set[field.number] = wanted;
      continue;
    }
    if ((state.values[name] ?? null) === value) continue;
    content.set[field.number] = value as OpValue; // lists are sets, handled above
    const clock = state.clocks[name];
    if (clock !== undefined) {
      content.replaced[field.number] = stampToText(clock);
      content.seenTime = Math.max(content.seenTime, clock.time);
    }
  }
  const revives = change.act === 'restore' && !isAlive(state);
  return Object.keys(content.set).length > 0 || revives ? content : null;
}

/** Whether the change signs its record: a signature, like a removal, says what its author had seen. */
function freezes({ kind, values }: Change): boolean {
  return kind.states?.frozen.includes(String(values[kind.states.field] ?? '')) === true;
}

/** What a remover or a signer has seen of the partition: the highest seq of each log, the op itself included. */
function seenBy(opLog: OpLog, partition: string, own: Log, seq: number): { [replica: string]: number } {
  const seen: { [replica: string]: number } = {};
  for (const log of opLog.logs()) if (log.partition === partition) seen[log.replica] = opLog.head(log).seq;
  return { ...seen, [own.replica]: seq };
}

function textOrNull(value: string | number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
