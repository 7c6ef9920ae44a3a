/**
 * The logs as this store keeps them: sealed segments, and behind them, for this replica's own logs, a short open tail.
 *
 * - A log's parts follow each other without gap or overlap: segments · tail. What it says up to its base is read from the archive
 *   (archive.ts), and its segments up to there may be let go; own ones stay, so that they can always be handed over again.
 * - Own ops go to the tail, one row an action. When a block of 1,000 seqs is full it is sealed, once, and its tail rows go. What is
 *   handed over earlier is sealed as it is; the small segments of a block are joined when there are many, or the block is full.
 * - Others' segments stay as they came, so that they can be handed on; small ones of a block are joined in the same way.
 * - The chain is worked out when ops are sealed: a person's edit waits for no hash.
 *
 * Heads, tails and the clock are held in memory too. Whoever writes does so in a transaction and calls `reload` when it fails.
 */
import { blockOf, blockOps, emptyHead, type Op } from '#shared/sync/op.ts';
import { fromColumns, toColumns } from '#shared/sync/op-columns.ts';
import { loneOpToColumns } from '#shared/sync/lone-op.ts';
import { logKey, type Summary } from '#shared/sync/messages.ts';
import { cutSegment, readSegmentHeader } from '#shared/sync/segment.ts';
import { hexToBytes } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/ports.ts';
import type { Archive } from './archive.ts';
import type { WritableDb } from './database.ts';
import type { Identity } from './identity.ts';
import type { Meta } from './meta.ts';
import { createLogReading, type LogState } from './op-log-reading.ts';
import { createLogSealing, placesOf, type PreparedSegment, type Sealer } from './op-log-sealing.ts';
import { prepareLogStatements } from './op-log-statements.ts';
import type { Replicas } from './record-rows.ts';
import { segmentPorts } from './segment-ports.ts';

export type Log = { readonly ref: number; readonly replica: string; readonly partition: string };
export type LogHead = { readonly seq: number; readonly head: Uint8Array };
export type LoggedOp = { readonly op: Op; readonly log: Log };
export type StoredSegment = { readonly from: number; readonly to: number; readonly bytes: Uint8Array };

export type OpLog = Replicas & {
  /** This replica's id: where it writes. */
  ownReplica(): string;
  /** Whether this store wrote a replica's logs, under the identity it has now or one it had before. */
  isOwn(replica: string): boolean;
  /** This laptop's identities, the one of now first. */
  ownReplicas(): readonly string[];
  /** Finds or makes the log of a replica in a partition. */
  logOf(replica: string, partition: string): Log;
  publicKeyOf(replica: string): string | null;
  /** Remembers a replica's key. Throws when it already has another one: an id never changes its key. */
  addReplica(replica: string, publicKey: string): void;
  /** The highest seq held without a gap; 0 of an empty log. */
  head(log: Log): { readonly seq: number };
  /** The end of what is sealed. */
  sealedHead(log: Log): LogHead;
  /** Up to where the archive stands for the log; 0 where it does not. */
  base(log: Log): number;
  /** From here on the archive stands for the log up to `base.seq`; a log held less far begins there. */
  setBase(log: Log, base: LogHead): void;
  /** Forgets all that is held of another's log; what the archive has of it is the caller's. */
  restart(log: Log): void;
  /** Whether a snapshot is coming that covers the log: until then it takes nothing else. */
  isComing(log: Log): boolean;
  /** Gives up a snapshot that is coming: tables are made anew of what is settled. */
  giveUpComing(): void;
  /** Lets go of others' segments below their bases, at most `most`; answers how many. */
  dropCovered(most: number): number;
  /** The chain's head after `seq`; null where it is beyond what is sealed, before the first segment, or no link ends there. */
  headAt(log: Log, seq: number): Uint8Array | null;
  /** The stamp clock of this replica. */
  clock(): number;
  /** Remembers the clock after ops from elsewhere. */
  setClock(clock: number): void;
  /** Appends the ops of one action to an own log. */
  append(log: Log, ops: readonly Op[], clock: number, appliedAt: number): void;
  /** Seals the tail of an own log for handing over. */
  seal(log: Log, appliedAt: number): void;
  /** The ops of an own log that are not sealed: nobody else can have them. */
  openOps(log: Log): readonly Op[];
  /**
   * Takes away what is behind `seq`, where a link ends. Of an own log what is kept is signed anew; of another's the whole segment goes
   * in which `seq` lies. Answers where the log ends now.
   */
  cutBack(log: Log, seq: number): number;
  /** Rises whenever ops are taken away from the end of a log, a log is forgotten, or a transaction is rolled back. */
  cuts(): number;
  /** The ops at the end of a log that are kept as one: its tail, else its last segment; null where nothing lies beyond its base. */
  lastPart(log: Log): readonly Op[] | null;
  /** Which of these records the logs of other partitions speak of. */
  recordsElsewhere(partition: string, records: ReadonlySet<string>): ReadonlySet<string>;
  /** Where whatever is to stand behind the sealed end of an own log is sealed beforehand (prepared-end.ts). */
  sealer(log: Log): Sealer;
  /** Takes segments that were sealed beforehand behind the end of an own log, which is sealed. */
  adopt(log: Log, segments: readonly PreparedSegment[], appliedAt: number): void;
  /** Forgets the logs of a partition, and what stands for their beginnings or was to. */
  erase(partition: string): void;
  /** Takes a proved segment of another replica that reaches beyond the head; `ops` are all of its ops. */
  take(log: Log, bytes: Uint8Array, ops: readonly Op[], appliedAt: number): void;
  /** The first sealed segment that reaches beyond `seq`, cut to begin behind it; null when there is none. */
  segmentBeyond(log: Log, seq: number): StoredSegment | null;
  opsAfter(log: Log, seq: number, limit: number): Op[];
  /** All ops of one record with their logs, in stamp order. */
  opsOfRecord(record: string): LoggedOp[];
  /** The same of several: what holds some of them is read once for all. */
  opsOfRecords(records: ReadonlySet<string>): ReadonlyMap<string, readonly LoggedOp[]>;
  /** What a log's segments and its tail say about some records, up to `to`, in order. */
  opsAbout(log: Log, records: ReadonlySet<string>, to?: number): Iterable<Op>;
  /** Shows every op held, log by log. */
  forEachOp(visit: (op: Op, log: Log) => void): void;
  /**
   * Ops that came here after a moment, the latest arrivals first, with that moment (milliseconds UTC): when it was written for own
   * ops, when it arrived for others'; of a joined segment only its writer's clock is known.
   */
  opsSince(since: number): Iterable<LoggedOp & { readonly at: number }>;
  logs(): Log[];
  logByRef(ref: number): Log | null;
  summary(): Summary;
  marks(log: Log): { sent: number; received: number };
  setMarks(log: Log, marks: { sent: number; received: number }): void;
  /** Forgets what is held in memory, after a transaction that was rolled back. */
  reload(): void;
};

export type OpLogDeps = {
  readonly db: WritableDb;
  readonly meta: Meta;
  readonly archive: Archive;
  readonly random: Random;
  readonly identity: () => Identity;
  /** Those this store had before. */
  readonly formers: () => readonly Identity[];
};

export function createOpLog(deps: OpLogDeps): OpLog {
  const { db, meta, archive } = deps;
  // What its rows are cast to below are the columns that op-log-statements.ts names.
  const statements = prepareLogStatements(db);
  const idsByRef = new Map<number, string>();
  const refsById = new Map<string, number>();
  const statesByKey = new Map<string, LogState>();
  const statesByRef = new Map<number, LogState>();
  let clock = 0;
  let cuts = 0;

  function reload(): void {
    cuts += 1;
    for (const map of [idsByRef, refsById, statesByKey, statesByRef]) map.clear();
    archive.reload();
    for (const row of statements.replicas.all() as { ref: number; id: string }[]) {
      idsByRef.set(row.ref, row.id);
      refsById.set(row.id, row.ref);
    }
    for (const row of statements.logs.all() as {
      ref: number;
      replica: number;
      partition: string;
      seq: number;
      head: Uint8Array;
    }[]) {
      const log: Log = { ref: row.ref, replica: idsByRef.get(row.replica) ?? '', partition: row.partition };
      const last = statements.lastSegment.get(row.ref) as LogHead | undefined;
      const sealed = last === undefined || last.seq < row.seq ? { seq: row.seq, head: row.head } : last;
      addState({ log, base: row.seq, sealed, tail: [], seedBlock: null });
    }
    clock = Number(meta.get('clock') ?? 0);
    for (const row of statements.tails.all() as { log: number; from: number; clock: number; ops: Uint8Array }[]) {
      const state = statesByRef.get(row.log);
      if (state === undefined) throw new Error('a tail without its log');
      state.tail.push(...fromColumns(row.ops, row.from, state.log.replica).ops);
      clock = Math.max(clock, row.clock);
    }
  }

  function addState(state: LogState): Log {
    statesByKey.set(logKey(state.log.replica, state.log.partition), state);
    statesByRef.set(state.log.ref, state);
    return state.log;
  }
  function stateOf(log: Log): LogState {
    const state = statesByRef.get(log.ref);
    if (state === undefined) throw new Error('an unknown log');
    return state;
  }
  const identities = (): readonly Identity[] => [deps.identity(), ...deps.formers()];
  const headSeq = (state: LogState): number => state.sealed.seq + state.tail.length;

  const sealing = createLogSealing({ statements, random: deps.random, identities });

  /** Seals the first `count` ops of a tail. */
  function sealFirst(state: LogState, count: number, appliedAt: number): void {
    sealing.sealFirst(state, count, appliedAt);
    // The clock stood in the rows that go now.
    meta.set('clock', String(clock));
    statements.dropTail.run(state.log.ref, state.sealed.seq);
  }

  function addReplicaRow(id: string, publicKey: string): number {
    const ref = Number(statements.insertReplica.run(id, publicKey).lastInsertRowid);
    idsByRef.set(ref, id);
    refsById.set(id, ref);
    return ref;
  }

  const reading = createLogReading({
    statements,
    archive,
    states: statesByRef,
    stateOf,
    logOf: (replica, partition) => self.logOf(replica, partition),
    isOwn: (replica) => self.isOwn(replica),
  });

  const self: OpLog = {
    ownReplica: () => deps.identity().replica,
    isOwn: (replica) => identities().some((identity) => identity.replica === replica),
    ownReplicas: () => identities().map((identity) => identity.replica),
    idOf: (ref) => idsByRef.get(ref) ?? '',
    refOf(id) {
      if (id === '') return 0;
      return refsById.get(id) ?? addReplicaRow(id, '');
    },
    addReplica(replica, publicKey) {
      const known = self.publicKeyOf(replica);
      if (known === null) addReplicaRow(replica, publicKey);
      else if (known === '') statements.updateKey.run(publicKey, replica);
      else if (known !== publicKey) throw new Error('a replica id has two keys');
    },
    publicKeyOf: (replica) => (statements.key.get(replica) as string | undefined) ?? null,
    logOf(replica, partition) {
      const known = statesByKey.get(logKey(replica, partition));
      if (known !== undefined) return known.log;
      const ref = Number(statements.insertLog.run(self.refOf(replica), partition, emptyHead).lastInsertRowid);
      const log: Log = { ref, replica, partition };
      return addState({ log, base: 0, sealed: { seq: 0, head: emptyHead }, tail: [], seedBlock: null });
    },
    head: (log) => ({ seq: headSeq(stateOf(log)) }),
    sealedHead: (log) => stateOf(log).sealed,
    base: (log) => stateOf(log).base,
    setBase(log, { seq, head }) {
      const state = stateOf(log);
      statements.setBase.run(seq, head, log.ref);
      state.base = seq;
      if (state.sealed.seq < seq) state.sealed = { seq, head };
    },
    restart(log) {
      cuts += 1;
      statements.dropCovered.run(log.ref, Number.MAX_SAFE_INTEGER, -1);
      statements.setBase.run(0, emptyHead, log.ref);
      addState({ log, base: 0, sealed: { seq: 0, head: emptyHead }, tail: [], seedBlock: null });
    },
    isComing: ({ replica, partition }) => archive.coming(replica, partition) > 0,
    giveUpComing() {
      archive.dropLoading();
      archive.setLoading(null);
    },
    dropCovered(most) {
      let dropped = 0;
      for (const { log, base } of statesByRef.values())
        if (base > 0 && dropped < most && !self.isOwn(log.replica))
          dropped += statements.dropCovered.run(log.ref, base, most - dropped).changes;
      return dropped;
    },
    clock: () => clock,
    setClock(moved) {
      if (moved === clock) return;
      clock = moved;
      meta.set('clock', String(clock));
    },
    append(log, ops, moved, appliedAt) {
      const state = stateOf(log);
      clock = moved;
      let fresh = ops.length;
      for (const op of ops) state.tail.push(op);
      for (;;) {
        const full = blockOps - (state.sealed.seq % blockOps);
        if (state.tail.length < full) break;
        sealFirst(state, full, appliedAt);
        fresh = Math.min(fresh, state.tail.length);
      }
      const [first] = fresh === 0 ? [] : state.tail.slice(-fresh);
      if (first === undefined) return;
      if (state.seedBlock !== blockOf(first.seq)) sealing.seedOf(state, blockOf(first.seq));
      const rest =
        fresh === 1 ? loneOpToColumns(first, log.replica) : toColumns(state.tail.slice(-fresh), log.replica).bytes;
      statements.insertTail.run(log.ref, first.seq, clock, rest);
    },
    seal(log, appliedAt) {
      const state = stateOf(log);
      if (state.tail.length > 0) sealFirst(state, state.tail.length, appliedAt);
    },
    openOps: (log) => stateOf(log).tail,
    cutBack(log, seq) {
      const state = stateOf(log);
      cuts += 1;
      const kept = state.tail.filter((op) => op.seq <= seq);
      state.tail = [];
      statements.dropTail.run(log.ref, Number.MAX_SAFE_INTEGER);
      if (seq < state.sealed.seq) sealing.cutSealed(state, seq);
      else if (kept.length > 0)
        statements.insertTail.run(log.ref, state.sealed.seq + 1, clock, toColumns(kept, log.replica).bytes);
      state.tail = kept.length > 0 && seq >= state.sealed.seq ? kept : [];
      // The clock may have stood in the rows that are gone.
      meta.set('clock', String(clock));
      const end = headSeq(state);
      const marks = self.marks(log);
      self.setMarks(log, { sent: Math.min(marks.sent, end), received: Math.min(marks.received, end) });
      return end;
    },
    sealer: (log) => sealing.sealer(stateOf(log)),
    adopt(log, segments, appliedAt) {
      for (const segment of segments) sealing.keep(stateOf(log), segment, appliedAt);
    },
    erase(partition) {
      if (archive.loading()?.header.partition === partition) self.giveUpComing();
      meta.set('clock', String(clock));
      for (const statement of statements.erase) statement.run(partition);
      reload();
    },
    take(log, bytes, ops, appliedAt) {
      const state = stateOf(log);
      const fresh = ops.filter((op) => op.seq > state.sealed.seq);
      const read = readSegmentHeader(bytes);
      if (!read.ok || fresh.length === 0) throw new Error('nothing to take');
      const kept = fresh.length === ops.length ? bytes : cutSegment(bytes, state.sealed.seq, segmentPorts);
      const { to, head } = read.value.header;
      const places = placesOf(fresh);
      sealing.keep(state, { from: state.sealed.seq + 1, to, bytes: kept, head: hexToBytes(head), places }, appliedAt);
    },
    cuts: () => cuts,
    ...reading,
    logs: () => [...statesByRef.values()].map((state) => state.log),
    logByRef: (ref) => statesByRef.get(ref)?.log ?? null,
    summary() {
      const summary: { [log: string]: number } = {};
      for (const [key, state] of statesByKey) if (headSeq(state) > 0) summary[key] = headSeq(state);
      return summary;
    },
    marks: (log) => statements.marks.get(log.ref) as { sent: number; received: number },
    setMarks: (log, marks) => void statements.setMarks.run(marks.sent, marks.received, log.ref),
    reload,
  };
  reload();
  return self;
}
