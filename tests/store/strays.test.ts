/** Strays (#shared/sync/stray.ts): what a laptop takes back of its own log, and what nobody can make it write. */
import { expect, onTestFinished, test } from 'vitest';
import { derivedId } from '#core/store/derived-id.ts';
import { segmentPorts } from '#core/store/segment-ports.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import { logKey } from '#shared/sync/messages.ts';
import { emptyHead, type Op } from '#shared/sync/op.ts';
import { sealSegment } from '#shared/sync/segment.ts';
import { Stray } from '#shared/sync/stray.ts';
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
