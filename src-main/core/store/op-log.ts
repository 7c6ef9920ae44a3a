/** The op log's tables: append, read back, heads. Rows hold an op's varying part as JSON in `body`. */
import { createHash } from 'node:crypto';
import { chainHead, emptyHead, type Hash, type Op } from '#shared/sync/op.ts';
import { logKey, type Summary } from '#shared/sync/messages.ts';
import type { WritableDb } from './database.ts';
import type { Replicas } from './record-rows.ts';

export const sha256: Hash = (data) => createHash('sha256').update(data).digest();

export type Log = { readonly ref: number; readonly replica: string; readonly partition: string };
export type LogHead = { readonly seq: number; readonly head: Uint8Array };

export type OpLog = Replicas & {
  /** This replica's id, so that its own logs are told from others'. */
  ownReplica(): string;
  /** Finds or makes the log of a replica in a partition. */
  logOf(replica: string, partition: string, publicKey?: string): Log;
  publicKeyOf(replica: string): string | null;
  /** Remembers a replica's key. Throws when it already has another one: an id never changes its key. */
  addReplica(replica: string, publicKey: string): void;
  head(log: Log): LogHead;
  /** The chain's head after `seq`, worked out from the nearest remembered one where needed. Null beyond the log's end. */
  headAt(log: Log, seq: number): Uint8Array | null;
  /** Remembers a head so that later look-ups need not walk the chain. */
  rememberHead(log: Log, seq: number, head: Uint8Array): void;
  append(log: Log, op: Op, appliedAt: number): void;
  /** Keeps another replica's segment as it came. */
  keepSegment(log: Log, from: number, to: number, bytes: Uint8Array): void;
  /** The first kept segment that reaches beyond `seq`. */
  keptSegment(log: Log, seq: number): { from: number; to: number; bytes: Uint8Array } | null;
  moveHead(log: Log, head: LogHead): void;
  opsAfter(log: Log, seq: number, limit: number): Op[];
  /** All ops of one record with their logs, in stamp order. */
  opsOfRecord(record: string): { op: Op; log: Log }[];
  /** All ops of a kind in stamp order. */
  opsOfKind(kind: number): { op: Op; log: Log }[];
  logs(): Log[];
  logByRef(ref: number): Log | null;
  summary(): Summary;
  marks(log: Log): { sent: number; received: number };
  setMarks(log: Log, marks: { sent: number; received: number }): void;
};

type OpRow = {
  log: number;
  seq: number;
  time: number;
  kind: number;
  record: string;
  actor: string | null;
  op_group: string;
  act: Op['act'];
  body: string;
};
type Body = Pick<Op, 'set' | 'replaced' | 'seen' | 'salt' | 'digest'>;

export function createOpLog(db: WritableDb, ownReplica: () => string): OpLog {
  const idsByRef = new Map<number, string>();
  const refsById = new Map<string, number>();
  const logsByKey = new Map<string, Log>();
  const logsByRef = new Map<number, Log>();
  // Rows of our own tables, whose columns the statements name.
  for (const row of db.prepare('select ref, id from replica').all() as { ref: number; id: string }[]) {
    idsByRef.set(row.ref, row.id);
    refsById.set(row.id, row.ref);
  }
  const addLog = (ref: number, replica: number, partition: string): Log => {
    const log: Log = { ref, replica: idsByRef.get(replica) ?? '', partition };
    logsByKey.set(logKey(log.replica, partition), log);
    logsByRef.set(ref, log);
    return log;
  };
  for (const row of db.prepare('select ref, replica, partition from log').all() as {
    ref: number;
    replica: number;
    partition: string;
  }[]) {
    addLog(row.ref, row.replica, row.partition);
  }

  const insertReplica = db.prepare('insert into replica (id, public_key) values (?, ?)');
  const updateKey = db.prepare('update replica set public_key = ? where id = ?');
  const selectKey = db.prepare('select public_key from replica where id = ?').pluck();
  const insertLog = db.prepare('insert into log (replica, partition, head) values (?, ?, ?)');
  const selectHead = db.prepare('select head_seq as seq, head from log where ref = ?');
  const selectNearHead = db.prepare(
    'select seq, head from log_head where log = ? and seq <= ? order by seq desc limit 1',
  );
  const insertHead = db.prepare('insert or ignore into log_head (log, seq, head) values (?, ?, ?)');
  const updateHead = db.prepare('update log set head_seq = ?, head = ? where ref = ?');
  const insertOp = db.prepare(
    'insert into op (log, seq, time, kind, record, actor, op_group, act, body, applied_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const insertSegment = db.prepare('insert into segment (log, from_seq, to_seq, bytes) values (?, ?, ?, ?)');
  const selectSegment = db.prepare(
    'select from_seq as "from", to_seq as "to", bytes from segment where log = ? and to_seq > ? order by to_seq limit 1',
  );
  const selectAfter = db.prepare('select * from op where log = ? and seq > ? order by seq limit ?');
  const selectRecord = db.prepare('select * from op where record = ? order by time, log');
  const selectKind = db.prepare('select * from op where kind = ? order by time, log');
  const selectSummary = db.prepare('select ref, head_seq from log where head_seq > 0');
  const selectMarks = db.prepare('select sent_seq as sent, received_seq as received from log where ref = ?');
  const updateMarks = db.prepare('update log set sent_seq = ?, received_seq = ? where ref = ?');

  const self: OpLog = {
    ownReplica,
    idOf: (ref) => idsByRef.get(ref) ?? '',
    refOf(id) {
      if (id === '') return 0;
      const ref = refsById.get(id);
      return ref ?? addReplicaRow(id, '');
    },
    addReplica(replica, publicKey) {
      const known = self.publicKeyOf(replica);
      if (known === null) addReplicaRow(replica, publicKey);
      else if (known === '') updateKey.run(publicKey, replica);
      else if (known !== publicKey) throw new Error('a replica id has two keys');
    },
    publicKeyOf: (replica) => (selectKey.get(replica) as string | undefined) ?? null,
    logOf(replica, partition) {
      const known = logsByKey.get(logKey(replica, partition));
      if (known !== undefined) return known;
      const ref = self.refOf(replica);
      return addLog(Number(insertLog.run(ref, partition, emptyHead).lastInsertRowid), ref, partition);
    },
    head: (log) => selectHead.get(log.ref) as LogHead,
    headAt(log, seq) {
      if (seq === 0) return emptyHead;
      const end = self.head(log);
      if (seq === end.seq) return end.head;
      if (seq > end.seq) return null;
      const near = (selectNearHead.get(log.ref, seq) as LogHead | undefined) ?? { seq: 0, head: emptyHead };
      return chainHead(near.head, self.opsAfter(log, near.seq, seq - near.seq), sha256);
    },
    rememberHead: (log, seq, head) => void insertHead.run(log.ref, seq, head),
    append(log, op, appliedAt) {
      const body: Body = { set: op.set, replaced: op.replaced, seen: op.seen, salt: op.salt, digest: op.digest };
      insertOp.run(
        log.ref,
        op.seq,
        op.time,
        op.kind,
        op.record,
        op.actor,
        op.group,
        op.act,
        JSON.stringify(body),
        appliedAt,
      );
    },
    keepSegment: (log, from, to, bytes) => void insertSegment.run(log.ref, from, to, bytes),
    keptSegment: (log, seq) =>
      (selectSegment.get(log.ref, seq) as { from: number; to: number; bytes: Uint8Array } | undefined) ?? null,
    moveHead: (log, head) => void updateHead.run(head.seq, head.head, log.ref),
    opsAfter: (log, seq, limit) => (selectAfter.all(log.ref, seq, limit) as OpRow[]).map(rowToOp),
    opsOfRecord: (record) => (selectRecord.all(record) as OpRow[]).map(withLog),
    opsOfKind: (kind) => (selectKind.all(kind) as OpRow[]).map(withLog),
    logs: () => [...logsByRef.values()],
    logByRef: (ref) => logsByRef.get(ref) ?? null,
    summary() {
      const summary: { [log: string]: number } = {};
      for (const row of selectSummary.all() as { ref: number; head_seq: number }[]) {
        const log = logsByRef.get(row.ref);
        if (log !== undefined) summary[logKey(log.replica, log.partition)] = row.head_seq;
      }
      return summary;
    },
    marks: (log) => selectMarks.get(log.ref) as { sent: number; received: number },
    setMarks: (log, marks) => void updateMarks.run(marks.sent, marks.received, log.ref),
  };

  function addReplicaRow(id: string, publicKey: string): number {
    const ref = Number(insertReplica.run(id, publicKey).lastInsertRowid);
    idsByRef.set(ref, id);
    refsById.set(id, ref);
    return ref;
  }
  function withLog(row: OpRow): { op: Op; log: Log } {
    const log = logsByRef.get(row.log);
    if (log === undefined) throw new Error('an op without its log');
    return { op: rowToOp(row), log };
  }
  return self;
}

function rowToOp(row: OpRow): Op {
  const body = JSON.parse(row.body) as Body; // written by append
  return {
    seq: row.seq,
    time: row.time,
    actor: row.actor,
    group: row.op_group,
    kind: row.kind,
    record: row.record,
    act: row.act,
    ...body,
  };
}
