/**
 * Several laptops with wrong clocks edit, remove and restore the same records and exchange through a relay that loses,
 * repeats and reorders. At the end all hold the same, it equals what a naive model says of the set of all ops, no value
 * nobody else touched is lost, and every chain verifies. `KOMISSIYA_SIM_RUNS` sets the number of histories; a failing
 * one prints its seed.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { simulationRuns } from '#tests/lib/config.ts';
import {
  createRelay,
  createReplica,
  download,
  introduce,
  partition,
  type Replica,
  settle,
  upload,
} from '#tests/lib/replicas.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { type FieldValue } from '#shared/kinds/define-kind.ts';
import { emptyHead, type Op, stampToText } from '#shared/sync/op.ts';
import { openSegment } from '#shared/sync/segment.ts';
import { hexToBytes } from '#shared/kernel/ids.ts';
import { compareStamps, type Stamp } from '#shared/sync/stamp.ts';
import { verifySignature } from '#core/store/identity.ts';
import { type Log, segmentPorts } from '#core/store/op-log.ts';
import { derivedId } from '#core/store/derived-id.ts';

const recordIds = ['a', 'b', 'c'].map((name) => derivedId(`simulated|${name}`));
const dayMs = 86_400_000;

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      who: fc.nat(3),
      record: fc.nat(2),
      field: fc.constantFrom('name', 'phone', 'note'),
      value: fc.nat(99),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      who: fc.nat(3),
      record: fc.nat(2),
      elements: fc.subarray(['ru', 'kk', 'ky', 'uz', 'tg']),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), who: fc.nat(3), record: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), who: fc.nat(3), record: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('up' as const), who: fc.nat(3), budget: fc.nat(2) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('down' as const),
      who: fc.nat(3),
      order: fc.constantFrom('as-is', 'reversed', 'twice', 'half'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      who: fc.nat(3),
      days: fc.integer({ min: -3650, max: 3650 }),
    }),
  },
);

test('laptops converge to what the naive model says', () => {
  const runs = simulationRuns();
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -3650, max: 3650 }), { minLength: 2, maxLength: 4 }),
      fc.array(step, { maxLength: 60 }),
      (skews, steps) => {
        const replicas = skews.map((days, index) => createReplica(`laptop-${index}`, days * dayMs));
        try {
          introduce(replicas);
          const relay = createRelay();
          for (const each of steps) act(replicas, relay, each);
          settle(replicas, relay);
          check(replicas);
        } finally {
          for (const replica of replicas) replica.store.close();
        }
      },
    ),
    { numRuns: runs, verbose: 1 },
  );
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function act(replicas: readonly Replica[], relay: ReturnType<typeof createRelay>, each: Step): void {
  const replica = replicas[each.who % replicas.length];
  if (replica === undefined) return;
  replica.clock.now += 1000;
  const id = 'record' in each ? recordIds[each.record] : undefined;
  switch (each.do) {
    case 'edit':
      if (id !== undefined)
        replica.store.commit(
          [{ kind: Contact, id, act: 'set', values: { [each.field]: `${each.field} ${each.value}` } }],
          null,
        );
      break;
    case 'set':
      if (id !== undefined)
        replica.store.commit([{ kind: Contact, id, act: 'set', values: { languages: each.elements } }], null);
      break;
    case 'remove':
    case 'restore':
      if (id !== undefined) replica.store.commit([{ kind: Contact, id, act: each.do, values: {} }], null);
      break;
    case 'up':
      upload(replica, relay, each.budget);
      break;
    case 'down':
      download(replica, relay, (all) => {
        if (each.order === 'reversed') return all.toReversed();
        if (each.order === 'twice') return [...all, ...all];
        return each.order === 'half' ? all.slice(0, Math.ceil(all.length / 2)) : all;
      });
      break;
    case 'clock':
      replica.clock.now += each.days * dayMs;
      break;
  }
}

function check(replicas: readonly Replica[]): void {
  const [first] = replicas;
  if (first === undefined) return;
  const ops = first.store.log
    .logs()
    .flatMap((log) => first.store.log.opsAfter(log, 0, 100_000).map((op) => ({ op, replica: log.replica })));
  const expected = naiveModel(ops);
  for (const replica of replicas) {
    expect(tableOf(replica)).toEqual(expected);
    // Built anew from the log in stamp order the tables are the same as built in the order of arrival.
    replica.store.committer.rebuild(Contact);
    expect(tableOf(replica)).toEqual(expected);
    for (const log of replica.store.log.logs()) {
      const head = replica.store.log.head(log);
      expect(walkedTo(replica, log), `chain of ${log.replica}`).toBe(head.seq);
      expect(replica.store.log.opsAfter(log, 0, 100_000).map((op) => op.seq)).toEqual(
        Array.from({ length: head.seq }, (_, index) => index + 1),
      );
    }
  }
}

/** Opens every segment of a log as a stranger would; answers how far its chain holds. */
function walkedTo(replica: Replica, log: Log): number {
  replica.store.committer.seal();
  let held = { seq: 0, head: emptyHead };
  for (;;) {
    const segment = replica.store.log.segmentBeyond(log, held.seq);
    if (segment === null) return held.seq;
    const key = replica.store.log.publicKeyOf(log.replica) ?? '';
    const opened = openSegment(
      segment.bytes,
      held.head,
      (_header, data, signature) => verifySignature(key, data, signature),
      segmentPorts,
    );
    if (!opened.ok || opened.value.header.from !== held.seq + 1) return held.seq;
    held = { seq: opened.value.header.to, head: hexToBytes(opened.value.header.head) };
  }
}

type Table = { [record: string]: { alive: boolean; values: { [field: string]: FieldValue } } };

function tableOf(replica: Replica): Table {
  const table: Table = {};
  for (const id of recordIds) {
    const view = replica.store.queries.get(Contact, id);
    if (view === null) continue;
    const { name = null, phone = null, note = null, languages = [] } = view.values;
    table[id] = { alive: !view.removed, values: { name, phone, note, languages } };
  }
  return table;
}

/** Says from the set of all ops what the table must be, in the plainest way: no clocks kept, everything looked up anew. */
function naiveModel(all: readonly { op: Op; replica: string }[]): Table {
  const table: Table = {};
  for (const id of new Set(all.map(({ op }) => op.record))) {
    const ops = all.filter(({ op }) => op.record === id);
    const values: { [field: string]: FieldValue } = {};
    for (const name of ['name', 'phone', 'note'] as const) {
      const number = String(Contact.fields[name].number);
      let best: { stamp: Stamp; value: FieldValue } | null = null;
      for (const { op, replica } of ops) {
        const value = op.set?.[number];
        const stamp = { time: op.time, replica };
        if (value === undefined || (typeof value === 'object' && value !== null)) continue;
        if (best === null || compareStamps(stamp, best.stamp) > 0) best = { stamp, value };
      }
      values[name] = best === null ? null : best.value;
    }
    const number = String(Contact.fields.languages.number);
    const dropped = new Set<string>();
    const added = new Set<string>();
    for (const { op, replica } of ops) {
      const change = op.set?.[number];
      if (change === undefined || change === null || typeof change !== 'object') continue;
      for (const element of change.add) added.add(`${stampToText({ time: op.time, replica })} ${element}`);
      for (const [element, stamps] of Object.entries(change.drop))
        for (const stamp of stamps) dropped.add(`${stamp} ${element}`);
    }
    values.languages = [
      ...new Set([...added].filter((entry) => !dropped.has(entry)).map((entry) => entry.slice(entry.indexOf(' ') + 1))),
    ].sort();
    const edits = ops.filter(({ op }) => op.act !== 'remove');
    const removals = ops.filter(({ op }) => op.act === 'remove');
    const alive =
      edits.length > 0 &&
      removals.every(({ op: removal }) => edits.some(({ op, replica }) => op.seq > (removal.seen?.[replica] ?? 0)));
    table[id] = { alive, values };
  }
  return table;
}

test('a value seen is beaten by the next edit, however far ahead its clock was', () => {
  const ahead = createReplica('ahead', 3650 * dayMs);
  const right = createReplica('right');
  introduce([ahead, right]);
  const relay = createRelay();
  const id = recordIds[0];
  if (id === undefined) return;
  ahead.store.commit([{ kind: Contact, id, act: 'set', values: { name: 'из будущего, пример' } }], null);
  settle([ahead, right], relay);
  right.store.commit([{ kind: Contact, id, act: 'set', values: { name: 'исправлено, пример' } }], null);
  settle([ahead, right], relay);
  for (const replica of [ahead, right])
    expect(replica.store.queries.get(Contact, id)?.values.name).toBe('исправлено, пример');
  // Nobody else's clock has moved: a fresh record is stamped with today.
  right.store.commit(
    [{ kind: Contact, id: String(recordIds[1]), act: 'set', values: { name: 'новый, пример' } }],
    null,
  );
  expect(right.store.queries.get(Contact, String(recordIds[1]))?.changedAt).toBeLessThan(right.clock.now + dayMs);
  const history = right.store.queries.history(Contact, id);
  expect(history.map((entry) => entry.changes[0]?.after)).toEqual(['исправлено, пример', 'из будущего, пример']);
  ahead.store.close();
  right.store.close();
});

test('a concurrent overwrite is found and kept, and found alike on both laptops', () => {
  const [a, b] = [createReplica('a'), createReplica('b', 60_000)];
  introduce([a, b]);
  const relay = createRelay();
  const id = String(recordIds[0]);
  a.store.commit([{ kind: Contact, id, act: 'set', values: { name: 'Начало, пример', phone: '1' } }], null);
  settle([a, b], relay);
  a.store.commit([{ kind: Contact, id, act: 'set', values: { name: 'Правка А, пример' } }], null);
  b.store.commit([{ kind: Contact, id, act: 'set', values: { name: 'Правка Б, пример' } }], null);
  a.store.commit([{ kind: Contact, id, act: 'set', values: { phone: '2' } }], null);
  settle([a, b], relay);
  for (const replica of [a, b]) {
    expect(replica.store.queries.get(Contact, id)?.values).toMatchObject({ name: 'Правка Б, пример', phone: '2' });
    const lost = replica.store.queries
      .history(Contact, id)
      .flatMap((entry) => entry.changes.filter((change) => change.overruled));
    expect(lost.map((change) => change.after)).toEqual(['Правка А, пример']);
  }
  a.store.close();
  b.store.close();
});

test('what was altered, forged or not allowed is refused and leaves no trace', () => {
  const [a, b] = [createReplica('a'), createReplica('b')];
  introduce([a, b]);
  const relay = createRelay();
  const id = String(recordIds[0]);
  a.store.commit([{ kind: Contact, id, act: 'set', values: { name: 'Контакт, пример' } }], null);
  upload(a, relay);
  const [sealed] = [...relay.segments.values()].flat();
  if (sealed === undefined) throw new Error('nothing was uploaded');
  for (let at = 0; at < sealed.length; at += 1) {
    const altered = new Uint8Array(sealed); // a Buffer's slice would be no copy
    altered[at] = (altered[at] ?? 0) ^ 1;
    expect(b.log.applySegment(altered).ok, `byte ${at}`).toBe(false);
    expect(b.log.applySegment(sealed.slice(0, at)).ok, `cut at ${at}`).toBe(false);
  }
  expect(b.store.queries.get(Contact, id)).toBeNull();
  expect(b.log.summary()).toEqual({});
  const stranger = createReplica('stranger');
  expect(stranger.log.applySegment(sealed)).toMatchObject({ ok: false, error: { code: 'segment/no-credential' } });
  expect(b.log.applySegment(sealed)).toMatchObject({ ok: true, value: { applied: 1 } });
  expect(b.log.applySegment(sealed)).toMatchObject({ ok: true, value: { applied: 0 } });
  expect(Object.keys(b.log.summary())).toEqual([`${a.log.replica} ${partition}`]);
  for (const replica of [a, b, stranger]) replica.store.close();
});
