/**
 * The one write path. Local edits and ops from elsewhere go through `project`: log, projection, search and sort index
 * move together in one immediate transaction; then listeners hear which domains changed. What fails leaves no trace.
 */
import type { Id } from '#shared/kernel/ids.ts';
import type { Logger, Time } from '#shared/kernel/ports.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import type { LooseColumns } from '#shared/sync/loose-ops.ts';
import { emptyState } from '#shared/sync/merge.ts';
import { dropsOf } from '#shared/sync/moved-drops.ts';
import type { Op } from '#shared/sync/op.ts';
import { freezes, opContent, withUnsaid } from '#shared/sync/op-content.ts';
import { nextTime, observe } from '#shared/sync/stamp.ts';
import type { Authors } from './authors.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { WritableDb } from './database.ts';
import type { DeskIndex } from './desk-index.ts';
import { createDropFollower } from './drop-follower.ts';
import type { ForgottenOps } from './forgotten-ops.ts';
import { type Batch, createGatheredOps } from './gathered-ops.ts';
import type { Indexes } from './indexes.ts';
import type { Log, OpLog } from './op-log.ts';
import { type Change, seenBy } from './change.ts';
import { type RecordOfKind, recordsOf } from './short-steps.ts';
import { createChunkPlacer } from './place-chunk.ts';
import { createRecordPlacer } from './place-record.ts';
import { createRecordTable, type RecordTable } from './record-rows.ts';
import { createSeldomTeller } from './seldom-teller.ts';
import { createTransactions } from './transactions.ts';

export type CommitDeps = {
  readonly db: WritableDb;
  readonly log: OpLog;
  readonly indexes: Indexes;
  readonly desk: DeskIndex;
  readonly authors: Authors;
  readonly checkpoints: Checkpoints;
  readonly forgotten: Pick<ForgottenOps, 'mayBeStale'>;
  readonly kinds: readonly Kind[];
  readonly time: Time;
  readonly logger: Logger;
  /** Called after the transaction with the domains whose queries may answer otherwise now. */
  readonly changed: (topics: readonly string[]) => void;
};

export type Committer = {
  /**
   * Writes changes as one action of one person into the replica's own logs, each into the partition it belongs to. Returns how many
   * ops that made: a change that changes nothing makes none.
   */
  commit(
    changes: readonly Change[],
    author: { replica: string; partitionOf: (change: Change) => string; actor: Id | string | null },
  ): number;
  /** Applies a proved segment of another replica's log: those of its ops that are beyond the head held. `ops` are all of them. */
  applyRemote(log: Log, ops: readonly Op[], bytes: Uint8Array): void;
  /**
   * Makes the rows of whole records from a chunk of squeezed ops, of those at place `from` and behind, as many as nobody has to wait for.
   * `keep` stores the ops before, in the same transaction, and `done` ends it, told the place of the first record that is left. `logOf`: a
   * writer's log. Listeners hear of it twice a second, and of the end of the last.
   */
  applySqueezed(chunk: {
    readonly columns: LooseColumns;
    readonly from: number;
    readonly logOf: (replica: string) => Log;
    readonly keep: () => void;
    readonly done: (to: number) => void;
    readonly isLast: boolean;
  }): void;
  /** Runs several calls of `applyRemote` as one transaction; nothing of them is kept where `work` answers false or throws. */
  together(work: () => boolean): void;
  /** Seals what own logs have not yet sealed, so that it can be handed over; only those named, where a test is given. */
  seal(isWanted?: (log: Log) => boolean): void;
  /**
   * One transaction in which `work`, told the time now, takes ops out of their logs: the rows are yet to be made anew of what is left (`refold`).
   * What it answers is written into the own log of the partition.
   */
  rearrange(partition: string, work: (now: number) => readonly Change[]): void;
  /**
   * Makes the rows of these records anew of what the logs say now; `done` ends the same transaction. Listeners hear of it twice a second, and of
   * the end of the last.
   */
  refold(partition: string, records: readonly RecordOfKind[], done: () => void, isLast: boolean): void;
  /** Appends to this laptop's own log in a partition what `write` makes of a writer's ops to stand behind its end; answers how many ops. */
  takeBack(partition: string, writer: string, write: (into: Log, after: number) => readonly Op[]): number;
  /**
   * Takes the rows of these records away, and makes them anew of what other partitions' logs say of them; `done` takes away the ops that said
   * it, in the same transaction.
   */
  withdraw(partition: string, records: readonly RecordOfKind[], done: () => void): void;
  /** Forgets the logs of a partition whose records are gone; `done` ends the same transaction. */
  forget(partition: string, done: () => void): void;
  /** Builds a kind's table anew from the log: after an upgrade that knows more fields. */
  rebuild(kind: Kind): void;
};

export function createCommitter(deps: CommitDeps): Committer {
  const { db, log: opLog, indexes, desk } = deps;
  const kindsByNumber = new Map(deps.kinds.map((kind) => [kind.number, kind]));
  const tables = new Map<number, RecordTable>();
  const tableOf = (kind: Kind): RecordTable => {
    let table = tables.get(kind.number);
    if (table === undefined) {
      table = createRecordTable(db, kind, opLog, deps.authors);
      tables.set(kind.number, table);
    }
    return table;
  };

  const transactions = createTransactions(deps);
  const tellSeldom = createSeldomTeller(deps);

  const placer = createRecordPlacer({ log: opLog, indexes, desk });
  const chunkPlacer = createChunkPlacer({ ...deps, kinds: kindsByNumber, tableOf, placer });

  /** Projects what `applyRemote` has gathered. */
  function projectGathered({ gathered }: Batch): void {
    gathered.empty((kind, ops) => placer.project(kind, tableOf(kind), ops, false));
  }

  function rebuildTable(kind: Kind): void {
    opLog.giveUpComing();
    db.exec(`delete from "${kind.name}"`);
    indexes.clear(kind);
    desk.clear(kind);
    opLog.forEachOp((op, log) => {
      if (op.kind === kind.number) placer.project(kind, tableOf(kind), [{ op, log }], opLog.isOwn(log.replica));
    });
    desk.settle();
  }

  /** Makes the rows of records anew of what the logs say now; answers their kinds. */
  function refoldAll(records: readonly RecordOfKind[]): Kind[] {
    const ops = opLog.opsOfRecords(new Set(records.map(({ record }) => record)));
    return records.flatMap(({ kind: number, record }) => {
      const kind = kindsByNumber.get(number);
      if (kind === undefined) return [];
      const about = (ops.get(record) ?? []).filter(({ op }) => op.kind === number);
      placer.refold(kind, tableOf(kind), record, about);
      return [kind];
    });
  }

  /**
   * The row is made anew first: an edit may name as replaced only what some log still says. What its author saw and nothing says any more is
   * written along.
   */
  function onRebuiltRow<T extends Change>(change: T): T {
    const load = () => tableOf(change.kind).load(change.id, Object.keys(change.kind.fields))?.state ?? emptyState;
    const shown = load();
    refoldAll([{ kind: change.kind.number, record: change.id }]);
    return withUnsaid(change, shown, load());
  }

  const writeAsApp = (partition: string, changes: readonly Change[]): number =>
    self.commit(changes, { replica: opLog.ownReplica(), partitionOf: () => partition, actor: null });
  const followDrops = createDropFollower({ log: opLog, kinds: kindsByNumber, tableOf, write: writeAsApp });

  /** The transaction of `together` while it runs. */
  let batch: Batch | null = null;

  const self: Committer = {
    commit(changes, author) {
      const topics = new Set<string>();
      const count = transactions.lasting(() => {
        const now = deps.time.now();
        const written = new Map<Log, Op[]>();
        let clock = opLog.clock();
        const mayBeStale = deps.forgotten.mayBeStale();
        for (const wish of changes) {
          // Where its row lies: it may be gone when it is made anew.
          const partition = author.partitionOf(wish);
          const change = mayBeStale?.(wish.id) === true ? onRebuiltRow(wish) : wish;
          const names = Object.keys(change.values);
          const before = change.isNew === true ? null : tableOf(change.kind).load(change.id, names);
          const wanted = opContent(change, before?.state ?? emptyState);
          if (wanted === null) continue;
          const moved = nextTime(clock, now, wanted.seenTime);
          clock = moved.clock;
          const log = opLog.logOf(author.replica, partition);
          const ops = written.get(log) ?? [];
          if (ops.length === 0) written.set(log, ops);
          const group = opLog.head(log).seq + 1;
          const seq = group + ops.length;
          const op: Op = {
            seq,
            time: moved.time,
            actor: author.actor,
            group,
            kind: change.kind.number,
            record: change.id,
            act: change.act,
            set: wanted.set,
            replaced: wanted.replaced,
            seen: change.act === 'remove' || freezes(change) ? seenBy(opLog, log, seq) : null,
            digest: null,
          };
          placer.project(change.kind, tableOf(change.kind), [{ op, log }], true, before);
          ops.push(op);
          topics.add(change.kind.domain);
        }
        if (written.size === 0) return 0;
        let made = 0;
        for (const [log, ops] of written) {
          opLog.append(log, ops, clock, now);
          made += ops.length;
        }
        if (desk.settle()) topics.add('desk');
        return made;
      });
      if (count > 0) deps.changed([...topics, 'records', 'sync']);
      return count;
    },

    applyRemote(log, ops, bytes) {
      if (batch === null) {
        self.together(() => {
          self.applyRemote(log, ops, bytes);
          return true;
        });
        return;
      }
      try {
        const now = deps.time.now();
        const held = opLog.head(log).seq;
        let clock = opLog.clock();
        const mayNameMoved = opLog.ownReplicas().length > 1;
        for (const op of ops) {
          if (op.seq <= held) continue;
          clock = observe(clock, op.time, now);
          const kind = kindsByNumber.get(op.kind);
          if (kind === undefined) continue; // stays in the log for the version that knows it
          batch.gathered.add(kind, { op, log });
          batch.topics.add(kind.domain);
          if (mayNameMoved && dropsOf(op, opLog.isOwn)) batch.drops.push({ op, log });
        }
        if (batch.gathered.isFull()) projectGathered(batch);
        opLog.take(log, bytes, ops, now);
        opLog.setClock(clock);
        batch.topics.add('records').add('sync');
      } catch (error) {
        // Half of a segment is in the transaction: it must not end well, whoever catches this.
        batch.failure = error;
        throw error;
      }
    },

    together(work) {
      if (batch !== null) throw new Error('one transaction within another');
      const current: Batch = { topics: new Set(), gathered: createGatheredOps(), drops: [], failure: null };
      batch = current;
      try {
        // It can be fetched again: no need to wait for the disk as for a person's edit.
        transactions.repeatable(() => {
          const isKept = work();
          if (current.failure !== null) throw current.failure;
          if (!isKept) throw new Undone();
          projectGathered(current);
          for (const { op, log } of current.drops) followDrops(log.partition, [op], opLog.isOwn);
          if (desk.settle()) current.topics.add('desk');
        });
      } catch (error) {
        if (error instanceof Undone) return;
        throw error;
      } finally {
        batch = null;
      }
      if (current.topics.size > 0) deps.changed([...current.topics]);
    },

    applySqueezed({ columns, from, logOf, keep, done, isLast }) {
      const now = deps.time.now();
      const topics = new Set(['records', 'sync']);
      const isEnd = transactions.repeatable(() => {
        keep();
        const { kinds, to } = chunkPlacer.place(columns, from, logOf);
        for (const { domain } of kinds) topics.add(domain);
        // Once for the whole chunk, with its first part.
        if (from === 0) opLog.setClock(columns.times.reduce((clock, time) => observe(clock, time, now), opLog.clock()));
        done(to);
        if (desk.settle()) topics.add('desk');
        return to === columns.ends.length;
      });
      tellSeldom(topics, isLast && isEnd);
    },

    seal(isWanted = () => true) {
      transactions.lasting(() => {
        for (const log of opLog.logs()) if (opLog.isOwn(log.replica) && isWanted(log)) opLog.seal(log, deps.time.now());
      });
    },

    rearrange(partition, work) {
      transactions.lasting(() => {
        if (batch !== null) projectGathered(batch);
        writeAsApp(partition, work(deps.time.now()));
      });
      deps.logger.warn('store/rearranged');
      deps.changed(['records', 'sync']);
    },

    refold(partition, records, done, isLast) {
      const topics = new Set(['records']);
      // Begun again after a power cut.
      transactions.repeatable(() => {
        for (const { domain } of refoldAll(records)) topics.add(domain);
        followDrops(partition, records, opLog.isOwn);
        done();
        if (desk.settle()) topics.add('desk');
      });
      tellSeldom(topics, isLast);
    },

    takeBack(partition, writer, write) {
      return transactions.lasting(() => {
        const into = opLog.logOf(opLog.ownReplica(), partition);
        const now = deps.time.now();
        opLog.seal(into, now);
        const ops = write(into, opLog.head(into).seq);
        for (const op of ops) {
          const kind = kindsByNumber.get(op.kind);
          if (kind !== undefined) placer.project(kind, tableOf(kind), [{ op, log: into }], true);
        }
        // It was this laptop that gave these stamps: it must not give one of them again.
        const clock = ops.reduce((at, { time }) => observe(at, time, now), opLog.clock());
        if (ops.length > 0) opLog.append(into, ops, clock, now);
        followDrops(partition, recordsOf(ops), (replica) => replica === writer || opLog.isOwn(replica));
        desk.settle();
        return ops.length;
      });
    },

    withdraw(partition, records, done) {
      transactions.erasing(() => {
        const elsewhere = opLog.recordsElsewhere(partition, new Set(records.map(({ record }) => record)));
        for (const { kind: number, record } of records) {
          const kind = kindsByNumber.get(number);
          if (kind === undefined) continue;
          const table = tableOf(kind);
          placer.takeAway(kind, table, record);
          const rest = elsewhere.has(record) ? opLog.opsOfRecord(record) : [];
          const others = rest.filter(({ op, log }) => op.kind === number && log.partition !== partition);
          if (others.length > 0) placer.place(kind, table, others);
        }
        done();
        desk.settle();
      });
    },

    forget(partition, done) {
      transactions.erasing(() => {
        opLog.erase(partition);
        done();
        desk.reconsider();
        desk.settle();
      });
      deps.logger.warn('store/partition-erased');
      deps.changed([...deps.kinds.map((kind) => kind.domain), 'records', 'desk', 'sync']);
    },

    rebuild(kind) {
      transactions.lasting(() => rebuildTable(kind));
      deps.logger.info('store/rebuilt', { kind: kind.name });
    },
  };
  return self;
}

/** Takes a transaction back without an error. */
class Undone extends Error {}
