/** The SQL of op-log.ts, prepared once. */
import type { WritableDb } from './database.ts';

export function prepareLogStatements(db: WritableDb) {
  const segment = 'select ref, log, from_seq as "from", to_seq as "to", applied_at, joined, bytes from segment';
  return {
    replicas: db.prepare('select ref, id from replica'),
    logs: db.prepare('select ref, replica, partition, base_seq as seq, base_head as head from log'),
    erase: [
      db.prepare('delete from segment where log in (select ref from log where partition = ?)'),
      db.prepare('delete from tail where log in (select ref from log where partition = ?)'),
      db.prepare('delete from archive where partition = ?'),
      db.prepare('delete from log where partition = ?'),
    ],
    base: db.prepare('select base_seq as seq, base_head as head from log where ref = ?'),
    lastSegment: db.prepare('select to_seq as seq, head from segment where log = ? order by to_seq desc limit 1'),
    tails: db.prepare('select log, from_seq as "from", clock, ops from tail order by log, from_seq'),
    insertReplica: db.prepare('insert into replica (id, public_key) values (?, ?)'),
    updateKey: db.prepare('update replica set public_key = ? where id = ?'),
    key: db.prepare('select public_key from replica where id = ?').pluck(),
    insertLog: db.prepare('insert into log (replica, partition, base_head) values (?, ?, ?)'),
    setBase: db.prepare('update log set base_seq = ?, base_head = ? where ref = ?'),
    dropCovered: db.prepare(
      'delete from segment where ref in (select ref from segment where log = ? and to_seq <= ? order by to_seq limit ?)',
    ),
    seed: db.prepare('select seed_block as block, seed from log where ref = ?'),
    setSeed: db.prepare('update log set seed_block = ?, seed = ? where ref = ?'),
    insertTail: db.prepare('insert into tail (log, from_seq, clock, ops) values (?, ?, ?, ?)'),
    dropTail: db.prepare('delete from tail where log = ? and from_seq <= ?'),
    insertSegment: db.prepare(
      'insert into segment (log, from_seq, to_seq, head, applied_at, joined, records, bytes) values (?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    dropBehind: db.prepare('delete from segment where log = ? and to_seq > ?'),
    dropSegment: db.prepare('delete from segment where ref = ?'),
    segment: db.prepare(`${segment} where ref = ?`),
    segmentAfter: db.prepare(`${segment} where log = ? and to_seq > ? order by to_seq limit 1`),
    segmentsSince: db
      .prepare('select ref from segment where applied_at > ? order by applied_at desc, ref desc')
      .pluck(),
    pieces: db.prepare(`${segment} where log = ? and from_seq > ? and to_seq <= ? order by to_seq`),
    places: db.prepare('select ref, records from segment'),
    placesOf: db.prepare('select ref, records from segment where log = ? order by from_seq'),
    placesElsewhere: db.prepare(
      'select ref, records from segment where log not in (select ref from log where partition = ?)',
    ),
    marks: db.prepare('select sent_seq as sent, received_seq as received from log where ref = ?'),
    setMarks: db.prepare('update log set sent_seq = ?, received_seq = ? where ref = ?'),
  };
}

export type LogStatements = ReturnType<typeof prepareLogStatements>;
