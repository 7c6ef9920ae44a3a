/**
 * Laptops that begin with a snapshot hold what those hold that have read every log: rows, natural keys and the desk, also after both
 * have gone on. Records of several kinds are written, removed, restored, signed, entered twice and decided about by laptops that meet
 * seldom; snapshots are made of snapshots; a load is broken off, given up, begun beside own work or over half a log. A history costs
 * ten stores.
 */
import { deepEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { columnName, quote } from '#core/store/tables.ts';
import { derivedId } from '#core/store/derived-id.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { Settlement, settlementSeed } from '#shared/desk/settlement.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import type { Kind, Values } from '#shared/kinds/define-kind.ts';
import { Decision } from '#shared/records/decision.ts';
import { stampToText } from '#shared/sync/op.ts';
import {
  createRelay,
  createReplica,
  download,
  introduce,
  type Relay,
  type Replica,
  settle,
  upload,
} from '#tests/lib/replicas.ts';
import { goOn, load, makeSnapshot, type TestSnapshot } from '#tests/lib/snapshots.ts';

const contacts = ['a', 'b', 'c'].map((name) => derivedId(`contact|${name}`));
const papers = ['p', 'q'].map((name) => derivedId(`paper|${name}`));
const dayMs = 86_400_000;

const write = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('contact' as const),
      record: fc.nat(2),
      field: fc.constantFrom('name', 'phone', 'note'),
      value: fc.nat(2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('languages' as const),
      record: fc.nat(2),
      elements: fc.subarray(['ru', 'kk', 'ky']),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('paper' as const),
      record: fc.nat(1),
      field: fc.constantFrom('number', 'place', 'state'),
      value: fc.nat(1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('remove' as const, 'restore' as const),
      record: fc.nat(4),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('decide' as const), record: fc.nat(1), value: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('different' as const), value: fc.nat(1) }) },
);
const step = fc.record({
  who: fc.nat(2),
  write,
  next: fc.constantFrom('nothing', 'nothing', 'up', 'up', 'down', 'snapshot'),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What is written before the snapshot and after it, and the chunk behind which a load breaks off. */
export type SnapshotHistory = {
  readonly first: readonly Step[];
  readonly second: readonly Step[];
  readonly chunk: number;
};

export const snapshotHistory: fc.Arbitrary<SnapshotHistory> = fc.record({
  first: fc.array(step, { minLength: 4, maxLength: 40 }),
  second: fc.array(step, { maxLength: 12 }),
  chunk: fc.nat(12),
});

/** Plays a history and checks it. Throws AssertionError. */
export function simulateSnapshots({ first, second, chunk }: SnapshotHistory): void {
  const writers = [createReplica('w0', 0), createReplica('w1', 1 + dayMs), createReplica('w2', 2 - dayMs)];
  const cold = ['log', 'whole', 'broken', 'busy', 'behind', 'gave-up'].map((name, index) =>
    createReplica(name, 10 + index),
  );
  const all = [...writers, ...cold];
  try {
    introduce(all);
    const relay = createRelay();
    const made = play(writers, relay, first, null);
    for (const each of writers) upload(each, relay);
    const snapshot = made ?? makeSnapshot(relay, writers);
    if (snapshot !== null) begin(cold, relay, snapshot, chunk);
    settle(all, relay);
    check(all);
    const later = play(writers, relay, second, snapshot);
    // One that began with a snapshot hands on what it has, and takes another over what it holds.
    const [, whole, broken] = cold;
    if (later !== null && broken !== undefined) mustLoad(load(broken, later));
    if (whole !== undefined)
      for (const { bytes } of whole.log.segmentsBeyond(writers[0]?.log.summary() ?? {}, 1e9))
        writers[0]?.log.applySegment(bytes);
    settle(all, relay);
    check(all);
    for (const { store } of all) for (const kind of [Contact, Decision]) store.committer.rebuild(kind);
    check(all);
  } finally {
    for (const { store } of all) store.close();
  }
}

/** Laptops begin: from the log only, with the whole snapshot, after a break, beside own work, over half a log, given up half-way. */
function begin(cold: readonly Replica[], relay: Relay, snapshot: TestSnapshot, chunk: number): void {
  const [, whole, broken, busy, behind, gaveUp] = cold;
  if (!whole || !broken || !busy || !behind || !gaveUp) throw new Error('too few laptops');
  mustLoad(load(whole, snapshot));

  mustLoad(load(broken, snapshot, chunk));
  // What the exchange brings meanwhile waits.
  download(broken, relay);
  mustLoad(goOn(broken, snapshot));

  busy.store.commit([contact(0, { name: 'до начала' })], null);
  mustLoad(load(busy, snapshot, chunk));
  busy.clock.now += 1000;
  busy.store.commit([contact(1, { phone: '55', languages: ['ru'] })], null);
  busy.store.commit([{ kind: Contact, id: String(contacts[2]), act: 'remove', values: {} }], null);
  mustLoad(goOn(busy, snapshot));

  download(behind, relay, (segments) => segments.filter((_, index) => index % 2 === 0));
  mustLoad(load(behind, snapshot));

  mustLoad(load(gaveUp, snapshot, chunk));
  gaveUp.snapshots.giveUp();
}

function mustLoad(result: ReturnType<typeof load>): void {
  if (!result.ok) throw new Error(result.error.code);
}

function contact(record: number, values: Values): { kind: Kind; id: string; act: 'set'; values: Values } {
  return { kind: Contact, id: String(contacts[record]), act: 'set', values };
}

/** Lets the laptops write; answers the last snapshot made on the way. */
function play(
  writers: readonly Replica[],
  relay: Relay,
  steps: readonly Step[],
  earlier: TestSnapshot | null,
): TestSnapshot | null {
  let snapshot = earlier;
  for (const each of steps) {
    const replica = writers[each.who % writers.length];
    if (replica === undefined) continue;
    replica.clock.now += 1000;
    act(replica, each.write);
    if (each.next === 'up' || each.next === 'snapshot') upload(replica, relay);
    if (each.next === 'down') download(replica, relay);
    if (each.next === 'snapshot') snapshot = makeSnapshot(relay, writers, snapshot);
  }
  return snapshot === earlier ? null : snapshot;
}

function act(replica: Replica, each: Step['write']): void {
  const commit = (
    kind: Kind,
    id: string | undefined,
    values: Values,
    how: 'set' | 'remove' | 'restore' = 'set',
  ): void => {
    if (id !== undefined) replica.store.commit([{ kind, id, act: how, values }], null);
  };
  const paper = String(papers[each.do === 'decide' ? each.record : 0]);
  switch (each.do) {
    case 'contact':
      return commit(Contact, contacts[each.record], { [each.field]: `${each.field} ${each.value}` });
    case 'languages':
      return commit(Contact, contacts[each.record], { languages: each.elements });
    case 'paper':
      return commit(Decision, papers[each.record], {
        [each.field]: each.field === 'state' ? (each.value === 0 ? 'draft' : 'signed') : `24/${each.value}`,
      });
    case 'remove':
    case 'restore':
      return each.record < 3
        ? commit(Contact, contacts[each.record], {}, each.do)
        : commit(Decision, papers[each.record - 3], {}, each.do);
    case 'decide': {
      const written = replica.store.log
        .opsOfRecord(paper)
        .map(({ op, log }) => stampToText({ time: op.time, replica: log.replica }));
      const stands = written[each.value];
      if (stands === undefined) return;
      return commit(Settlement, derivedId(settlementSeed('field', paper, String(Decision.fields.place.number))), {
        about: 'field',
        subjectKind: Decision.number,
        subject: paper,
        field: Decision.fields.place.number,
        stands,
        over: written.filter((stamp) => stamp !== stands),
      });
    }
    case 'different': {
      const [one = '', two = ''] = contacts.slice(0, 2).sort();
      return commit(Settlement, derivedId(settlementSeed('same', one, two)), {
        about: 'same',
        subjectKind: Contact.number,
        subject: one,
        other: two,
        stands: each.value === 0 ? 'different' : one,
      });
    }
  }
}

function check(all: readonly Replica[]): void {
  const [first] = all;
  if (first === undefined) return;
  const summary = JSON.stringify(Object.entries(first.log.summary()).sort());
  const expected = contentsOf(first);
  for (const replica of all) {
    deepEqual(contentsOf(replica), expected, `${replica.name}'s rows, keys and desk`);
    deepEqual(JSON.stringify(Object.entries(replica.log.summary()).sort()), summary, `what ${replica.name} holds`);
  }
}

/** What readers and the desk see of everything, by record. */
function contentsOf({ store }: Replica): unknown {
  const rows = allKinds.flatMap((kind) => {
    const columns = Object.keys(kind.fields).map((name) => quote(columnName(name)));
    return store.db
      .prepare(
        `select '${kind.name}' as kind, id, alive, created_at, changed_at, removals is null as stands, ${columns.join(', ')}
         from ${quote(kind.name)} order by id`,
      )
      .all();
  });
  const keys = store.db
    .prepare(
      'select k.kind, k.key, c.id from natural_key k join contact c on k.kind = 2 and c.row = k.row order by 1, 2, 3',
    )
    .all();
  return { rows, keys, desk: store.db.prepare('select * from desk order by subject, about, part').all() };
}
