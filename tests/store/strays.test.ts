/** Strays (#shared/sync/stray.ts): what a laptop takes back of its own log, and what nobody can make it write. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { derivedId } from '#core/store/derived-id.ts';
import { segmentPorts } from '#core/store/segment-ports.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import type { Kind, Values } from '#shared/kinds/define-kind.ts';
import { Decision } from '#shared/records/decision.ts';
import { logKey } from '#shared/sync/messages.ts';
import { emptyHead, type Op } from '#shared/sync/op.ts';
import { sealSegment } from '#shared/sync/segment.ts';
import { Stray } from '#shared/sync/stray.ts';
import { temporaryFolder } from '#tests/lib/core.ts';
import { openTestStore } from '#tests/lib/open-store.ts';
import { load, makeSnapshot } from '#tests/lib/snapshots.ts';
import { createRelay, createReplica, introduce, partition, type Replica, settle } from '#tests/lib/replicas.ts';

function office(): { a: Replica; b: Replica } {
  const [a, b] = [createReplica('a'), createReplica('b')];
  introduce([a, b]);
  onTestFinished(() => [a, b].forEach(({ store }) => store.close()));
  return { a, b };
}

const contact = (name: string) => derivedId(`stray|${name}`);
function write({ store }: Replica, name: string, act: 'set' | 'remove' = 'set'): void {
  store.commit([{ kind: Contact, id: contact(name), act, values: act === 'set' ? { name } : {} }], null);
}
function stray({ store }: Replica, of: string, segment: string, name: string): void {
  store.commit([{ kind: Stray, id: derivedId(name), act: 'set', values: { log: of, segment } }], null);
}
/** Ops as a laptop says it wrote them, signed by whom you like. */
function sealed(writer: Replica, signer: Replica, ops: readonly Op[]): string {
  const place = { replica: writer.log.replica, partition, before: emptyHead };
  const { bytes } = sealSegment(place, ops, () => new Uint8Array(16), signer.store.identity().sign, segmentPorts);
  return bytesToHex(bytes);
}
const added: Op = {
  seq: 1,
  group: 1,
  time: 4_000_000_000_000_000,
  actor: null,
  kind: Contact.number,
  record: contact('stray'),
  act: 'set',
  set: { [Contact.fields.name.number]: 'Забытый, пример' },
  replaced: {},
  seen: null,
  digest: null,
};

test('what a laptop signed and has forgotten is written again once, and the strays are gone', () => {
  const { a, b } = office();
  write(a, 'Контакт, пример');
  const relay = createRelay();
  settle([a, b], relay);
  const log = logKey(a.log.replica, partition);
  const removal: Op = {
    ...added,
    seq: 2,
    group: 2,
    time: added.time + 1,
    act: 'remove',
    set: {},
    seen: { [a.log.replica]: 2 },
  };
  const segment = sealed(a, a, [added, { ...removal, record: contact('Контакт, пример') }]);
  // Two have kept the same.
  stray(b, log, segment, 'one');
  stray(b, log, segment, 'two');
  settle([a, b], relay);
  expect(a.log.takeBack()).toBe(2);
  expect(a.log.takeBack()).toBe(0);
  settle([a, b], relay);
  for (const { store } of [a, b]) {
    expect(store.queries.get(Contact, added.record)?.values.name).toBe('Забытый, пример');
    // The removal had not seen what stands in the log of now.
    expect(store.queries.get(Contact, contact('Контакт, пример'))?.removed).toBe(false);
    for (const name of ['one', 'two']) expect(store.queries.get(Stray, derivedId(name))?.removed).toBe(true);
  }
});

test('of what a laptop has forgotten only that is written again which stands nowhere, in its action, and names it where it is', () => {
  const { a, b } = office();
  const relay = createRelay();
  const log = logKey(a.log.replica, partition);
  const [first, second] = [contact('первый'), contact('второй')];
  const later = (seq: number, rest: Partial<Op>): Op => ({ ...added, seq, time: added.time + seq, ...rest });
  // The middle one of an action came back before, alone.
  stray(b, log, sealed(a, a, [{ ...later(2, { record: second }), seq: 1 }]), 'middle');
  settle([a, b], relay);
  expect(a.log.takeBack()).toBe(1);
  const action = [
    later(1, { record: first }),
    later(2, { record: second }),
    later(3, { record: first, act: 'remove', set: {}, seen: { [a.log.replica]: 3 } }),
  ];
  stray(b, log, sealed(a, a, action), 'whole');
  settle([a, b], relay);
  expect(a.log.takeBack()).toBe(2);
  settle([a, b], relay);
  for (const { store } of [a, b]) {
    expect(store.queries.get(Contact, first)?.removed).toBe(true);
    expect(store.queries.get(Contact, second)?.values.name).toBe('Забытый, пример');
  }
});

test('nobody makes a laptop write what it has not signed', () => {
  const { a, b } = office();
  write(a, 'Контакт, пример');
  const relay = createRelay();
  settle([a, b], relay);
  const [own, others] = [logKey(a.log.replica, partition), logKey(b.log.replica, partition)];
  const [held] = a.log.segmentsBeyond({}, 1);
  stray(b, own, 'no hex', 'garbage');
  stray(b, own, sealed(a, b, [added]), 'forged');
  stray(b, own, sealed(b, b, [added]), 'of another log');
  stray(b, own, bytesToHex(held?.bytes ?? new Uint8Array()), 'held');
  stray(b, others, sealed(b, b, [added]), 'of another laptop');
  settle([a, b], relay);
  expect(a.log.takeBack()).toBe(0);
  expect(a.store.queries.get(Contact, added.record)).toBeNull();
  for (const name of ['garbage', 'forged', 'of another log', 'held'])
    expect(a.store.queries.get(Stray, derivedId(name))?.removed, name).toBe(true);
  expect(a.store.queries.get(Stray, derivedId('of another laptop'))?.removed).toBe(false);
});

test('another op with the stamp of a forgotten one does not stand for it, and each value has a stamp of its own', () => {
  const { a, b } = office();
  const relay = createRelay();
  const log = logKey(a.log.replica, partition);
  const { name, phone, languages } = Contact.fields;
  // The clock was set back too: what it writes now has the stamps of what it has forgotten.
  const [first, second] = [added.time, added.time + 1];
  const later = (seq: number, time: number, rest: Partial<Op>): Op => ({ ...added, seq, group: seq, time, ...rest });
  const forgotten = [
    later(1, first, { set: { [name.number]: 'Забытый, пример', [phone.number]: '1' } }),
    later(2, second, {
      set: { [name.number]: 'Исправлен, пример', [languages.number]: { add: ['kk'], drop: {} } },
      replaced: { [name.number]: { time: first, replica: a.log.replica } },
    }),
    later(3, second + 1, {
      set: { [languages.number]: { add: [], drop: { kk: [`${second}@${a.log.replica}`] } } },
    }),
  ];
  const instead = [
    later(1, first, { set: { [name.number]: 'Другой, пример' } }),
    later(2, second, { set: { [languages.number]: { add: ['kk', 'ru'], drop: {} } } }),
  ];
  // It wrote them as it would have: by this road it is the same log of now that has them.
  stray(b, log, sealed(a, a, instead), 'instead');
  settle([a, b], relay);
  expect(a.log.takeBack()).toBe(2);
  for (const kept of ['once', 'twice']) {
    stray(b, log, sealed(a, a, forgotten), kept);
    settle([a, b], relay);
    expect(a.log.takeBack(), kept).toBe(kept === 'once' ? 3 : 0);
  }
  settle([a, b], relay);
  for (const { store } of [a, b]) {
    const held = store.queries.get(Contact, added.record)?.values;
    // What replaced the first still beats it; the language that was dropped is the one it had added.
    expect(held).toMatchObject({ name: 'Исправлен, пример', phone: '1', languages: ['kk', 'ru'] });
    const steps = store.queries.history(Contact, added.record);
    expect(steps).toHaveLength(5);
    const unseen = steps.flatMap(({ changes }) =>
      changes.filter(({ overruled }) => overruled).map(({ after }) => after),
    );
    expect(unseen).toEqual(['Другой, пример']);
    store.committer.rebuild(Contact);
    expect(store.queries.get(Contact, added.record)?.values).toEqual(held);
  }
});

test.each(['before', 'after'])(
  'an element dropped by a stamp that stood already where its addition came is dropped, heard of %s that',
  (when) => {
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'again.db');
    const first = createReplica('first', 0, path);
    const former = first.log.replica;
    const forgottenBy = (ops: readonly Op[]): string => sealed(first, first, ops);
    const languages = Contact.fields.languages.number;
    const adding = (add: readonly string[]): Op => ({ ...added, set: { [languages]: { add, drop: {} } } });
    const [instead, forgotten] = [forgottenBy([adding(['ru'])]), forgottenBy([adding(['kk'])])];
    first.store.renewIdentity();
    first.store.close();
    const [again, b, c] = [createReplica('again', 60_000, path), createReplica('b'), createReplica('c')];
    onTestFinished(() => [again, b, c].forEach(({ store }) => store.close()));
    introduce([again, b, c]);
    const relay = createRelay();
    const bring = (segment: string): void => {
      stray(b, logKey(former, partition), segment, segment);
      settle([again, b], relay);
      expect(again.log.takeBack()).toBe(1);
    };
    const seen = `${added.time}@${former}`;
    const drop = { ...added, time: added.time + 5000, set: { [languages]: { add: [], drop: { kk: [seen] } } } };
    const hear = (): void =>
      expect(again.log.applySegment(hexToBytes(sealed(c, c, [drop])))).toMatchObject({ ok: true });
    const spoken = (): unknown => again.store.queries.get(Contact, added.record)?.values.languages;
    bring(instead);
    if (when === 'before') hear();
    bring(forgotten);
    expect(spoken()).toEqual(when === 'before' ? ['ru'] : ['kk', 'ru']);
    if (when === 'after') hear();
    expect(spoken()).toEqual(['ru']);
    again.store.committer.rebuild(Contact);
    expect(spoken()).toEqual(['ru']);
  },
);

test('what a snapshot may have left out is not written again, and what it has not is', () => {
  const { a, b } = office();
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'again.db');
  writeFileSync(path, a.store.db.serialize());
  const relay = createRelay();
  const { name, phone } = Contact.fields;
  const decision = derivedId('stray|decision');
  const write = (kind: Kind, id: string, values: Values, act: 'set' | 'remove' = 'set'): void => {
    a.clock.now += 1000;
    a.store.commit([{ kind, id, act, values }], null);
  };
  write(Contact, contact('один'), { name: 'Первое, пример', phone: '1', languages: ['kk'] });
  write(Contact, contact('один'), { name: 'Второе, пример', languages: [] });
  write(Contact, contact('два'), { name: 'Убран, пример' });
  write(Contact, contact('два'), {}, 'remove');
  write(Contact, contact('два'), { phone: '2' });
  write(Decision, decision, { number: '1' });
  write(Decision, decision, { number: '2' });
  settle([a], relay);
  const snapshot = makeSnapshot(relay, [a]);
  if (snapshot === null) throw new Error('no snapshot');

  // Put back from a copy made before all of that, under another identity.
  const restored = openTestStore(path, { partition });
  restored.renewIdentity();
  restored.close();
  const again = createReplica('again', 60_000, path);
  onTestFinished(() => again.store.close());
  introduce([a, b, again]);
  expect(load(again, snapshot)).toMatchObject({ ok: true });
  settle([again, b], relay);
  const [before, former] = [again.log.summary(), logKey(a.log.replica, partition)];
  const ops = a.store.log.opsAfter(a.store.log.logOf(a.log.replica, partition), 0, 100);
  stray(b, former, sealed(a, a, ops), 'all of it');
  settle([again, b], relay);
  expect(again.log.takeBack()).toBe(0);
  expect(again.store.queries.get(Contact, contact('один'))?.values).toMatchObject({ languages: [] });
  expect(again.log.summary()[former]).toBe(before[former]);

  // What stands nowhere, though the same laptop has said more of the record since.
  const [told, removed, paper] = [0, 3, 5].map((at) => ops[at]);
  if (told === undefined || removed === undefined || paper === undefined) throw new Error('no such op');
  const other = (op: Op, time: number, set: Op['set']): Op => ({ ...op, time, set, replaced: {}, seen: null });
  const lost: Op[] = [
    // Of another field than what stands since.
    other(told, told.time + 1, { [Contact.fields.note.number]: 'Заметка, пример' }),
    // With the stamp of another, of a kind of which everything is kept.
    other(paper, paper.time, { [Decision.fields.number.number]: '3' }),
    // After everything that the snapshot tells.
    other(removed, told.time + 2048 * 100_000, { [name.number]: 'Вернулся, пример', [phone.number]: '3' }),
  ].map((op, index) => ({ ...op, act: 'set' as const, seq: index + 1, group: index + 1 }));
  stray(b, former, sealed(a, a, lost), 'lost');
  settle([again, b], relay);
  expect(again.log.takeBack()).toBe(3);
  expect(again.store.queries.get(Contact, contact('один'))?.values).toMatchObject({ note: 'Заметка, пример' });
  expect(again.store.queries.get(Contact, contact('два'))?.values).toMatchObject({ name: 'Вернулся, пример' });
  const numbers = again.store.queries
    .history(Decision, decision)
    .flatMap(({ changes }) => changes.map(({ after }) => after));
  expect(numbers).toContain('3');
});
