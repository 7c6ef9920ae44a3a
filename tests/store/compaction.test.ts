/** Compaction: what goes, what stays, and that nobody can tell from records, history or desk. */
import { expect, test } from 'vitest';
import { createCompactor, keptMs } from '#core/store/compaction.ts';
import { derivedId } from '#core/store/derived-id.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { hexToBytes } from '#shared/kernel/ids.ts';
import { Decision } from '#shared/records/decision.ts';
import { openSegment, readSegmentHeader } from '#shared/sync/segment.ts';
import { verifySignature } from '#core/store/identity.ts';
import { segmentPorts } from '#core/store/segment-ports.ts';
import { createRelay, createReplica, introduce, type Replica, settle } from '#tests/lib/replicas.ts';
import { load, makeSnapshot } from '#tests/lib/snapshots.ts';

const contact = (index: number): string => derivedId(`compacted ${index}`);
const paper = derivedId('compacted paper');

/** Two laptops of one office: the first has written 3,500 ops, and both have an edit of a paper the other had not seen. */
function office() {
  const [a, b] = [createReplica('writer'), createReplica('reader', 5000)];
  introduce([a, b]);
  const relay = createRelay();
  a.store.commit(
    [{ kind: Decision, id: paper, act: 'set', values: { state: 'draft', number: '1', place: 'г. Тестов' } }],
    null,
  );
  for (let from = 0; from < 3500; from += 500)
    a.store.commit(
      Array.from({ length: 500 }, (_, index) => ({
        kind: Contact,
        id: contact((from + index) % 2000),
        act: 'set' as const,
        values: { name: `Пример ${from + index}` },
      })),
      null,
    );
  settle([a, b], relay);
  for (const [replica, place] of [
    [a, 'г. Первый'],
    [b, 'г. Второй'],
  ] as const)
    replica.store.commit([{ kind: Decision, id: paper, act: 'set', values: { place } }], null);
  settle([a, b], relay);
  const covered = Object.fromEntries([...relay.segments.keys()].map((log) => [log, 1e9]));
  return { a, b, relay, covered };
}

function seen({ store }: Replica): unknown {
  return {
    rows: store.db.prepare('select id, alive, created_at, changed_at, f_name from contact order by id').all(),
    histories: [0, 1, 999, 1999].map((index) => store.queries.history(Contact, contact(index))),
    paper: store.queries.history(Decision, paper),
    desk: store.db.prepare('select * from desk').all(),
  };
}

const compactorOf = ({ store, clock }: Replica) => createCompactor({ ...store, time: { now: () => clock.now } });
const segmentsOf = ({ store }: Replica): number =>
  Number(store.db.prepare('select count(*) from segment').pluck().get());

test('old segments of others go, own and young ones stay, and records, history and desk are as before', () => {
  const { a, b, relay, covered } = office();
  const before = seen(b);
  expect(b.store.db.prepare('select count(*) from desk').pluck().get()).toBe(1);
  // Young, or not covered by a snapshot: nothing goes.
  expect(compactorOf(b).step(covered)).toBe(false);
  b.clock.now += keptMs + 1000;
  expect(compactorOf(b).step({})).toBe(false);
  const compactor = compactorOf(b);
  const segments = segmentsOf(b);
  let steps = 0;
  while (compactor.step(covered)) {
    steps += 1;
    // Any step may be the last before a crash: what is read from the disk is the same.
    b.store.log.reload();
    expect(seen(b)).toEqual(before);
  }
  expect(steps).toBeGreaterThan(1);
  const [log] = b.store.log.logs().filter((each) => each.replica === a.log.replica);
  if (log === undefined) throw new Error('no log');
  expect(b.store.log.base(log)).toBe(2000);
  expect(segmentsOf(b)).toBeLessThan(segments);
  for (const kind of [Contact, Decision]) b.store.committer.rebuild(kind);
  expect(seen(b)).toEqual(before);

  // The chain goes on from the base, and the exchange with it.
  const [first] = b.log.segmentsBeyond(a.log.summary(), 1e9).length === 0 ? [b.store.log.segmentBeyond(log, 2000)] : [];
  const read = first === null || first === undefined ? null : readSegmentHeader(first.bytes);
  if (first === null || first === undefined || read === null || !read.ok) throw new Error('no segment behind the base');
  const base = b.store.db.prepare('select base_head from log where ref = ?').pluck().get(log.ref) as Uint8Array;
  const opened = openSegment(
    first.bytes,
    base,
    (_header, data, signature) => verifySignature(a.credential.publicKey, data, signature),
    segmentPorts,
  );
  expect(opened.ok).toBe(true);
  expect(hexToBytes(read.value.header.before)).toEqual(new Uint8Array(base));
  a.store.commit([{ kind: Contact, id: contact(1), act: 'set', values: { name: 'Пример после' } }], null);
  settle([a, b], relay);
  expect(b.store.queries.get(Contact, contact(1))?.values.name).toBe('Пример после');
  expect(b.store.queries.history(Contact, contact(1)).map((step) => step.changes[0]?.after)).toEqual([
    'Пример после',
    'Пример 2001',
    'Пример 1',
  ]);

  // The writer keeps its own log whole.
  a.clock.now += 2 * keptMs;
  const own = segmentsOf(a);
  while (compactorOf(a).step(covered));
  expect(segmentsOf(a)).toBe(own);
  for (const each of [a, b]) each.store.close();
});

test('a laptop that has compacted takes a snapshot, and whoever lacks what it let go is offered nothing with a gap', () => {
  const { a, b, relay, covered } = office();
  b.clock.now += keptMs + 1000;
  const compactor = compactorOf(b);
  while (compactor.step(covered));
  const fresh = createReplica('fresh', 9000);
  introduce([a, b, fresh]);
  const offered = b.log.segmentsBeyond({}, 1e9).filter(({ log }) => log.startsWith(a.log.replica));
  expect(offered).toEqual([]);
  const snapshot = makeSnapshot(relay, [a, b], null, {}, 1000);
  if (snapshot === null) throw new Error('no snapshot');
  const before = seen(b);
  for (const each of [b, fresh]) expect(load(each, snapshot)).toMatchObject({ ok: true });
  // Older history begins with the snapshot now; the records and the desk are the same.
  expect({ ...(seen(b) as object), histories: 0 }).toEqual({ ...(before as object), histories: 0 });
  expect(fresh.log.summary()).toEqual(b.log.summary());
  for (const each of [a, b, fresh]) each.store.close();
});
