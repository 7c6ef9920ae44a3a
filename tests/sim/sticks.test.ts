/** Laptops that meet by parcels: single cases of what the simulation plays at random (histories.test.ts). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { derivedId } from '#core/store/derived-id.ts';
import { createErasedLogs } from '#core/store/erased-logs.ts';
import { createStickStore } from '#core/store/stick-store.ts';
import { verifyByKey } from '#core/store/identity.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { Decision } from '#shared/records/decision.ts';
import { segmentPorts } from '#core/store/segment-ports.ts';
import { bytesToHex, hexToBytes } from '#shared/kernel/ids.ts';
import { credentialBytes } from '#shared/sync/credential.ts';
import type { Credential } from '#shared/sync/messages.ts';
import { emptyHead, type Op } from '#shared/sync/op.ts';
import { type ExchangeParcel, makeParcel, readParcel } from '#shared/sync/parcel.ts';
import { sealSegment } from '#shared/sync/segment.ts';
import { composeParcels, markOffered, type ParcelOutcome, takeParcel } from '#shared/sync/parcel-session.ts';
import type { Result } from '#shared/kernel/result.ts';
import { Stray } from '#shared/sync/stray.ts';
import { temporaryFolder } from '#tests/lib/core.ts';
import { createReplica, hubKey, hubSign, introduce, partition, type Replica } from '#tests/lib/replicas.ts';

type Carrier = Replica & { readonly stick: ReturnType<typeof createStickStore> };

function carrier(name: string, path = ':memory:'): Carrier {
  const replica = createReplica(name, 0, path);
  const stick = createStickStore({ ...replica.store, replicaStore: replica.log });
  return { ...replica, stick };
}

/** `to`: another laptop; null for the hub. */
function write(from: Carrier, to: Carrier | null, everything = false): Uint8Array[] {
  const { stick, store, clock } = from;
  const parcels: Uint8Array[] = [];
  const order = {
    reader: to?.stick.replica ?? 'hub',
    hubKey,
    epoch: 'epoch',
    now: clock.now,
    everything,
    blobs: [],
    sign: store.identity().sign,
  };
  for (const { message, upTo } of composeParcels(stick, stick.stickMemory(), order)) {
    parcels.push(message);
    stick.setStickMemory(markOffered(stick, stick.stickMemory(), upTo));
  }
  return parcels;
}

/** Takes a message in; `most` segments of it, where the stick is pulled then. */
async function read(to: Carrier, message: Uint8Array, most = Number.POSITIVE_INFINITY): Promise<Result<ParcelOutcome>> {
  const parcel = readParcel(message);
  if (!parcel.ok) return parcel;
  let segments = 0;
  const signal = {
    get aborted() {
      segments += 1;
      return segments > most;
    },
  };
  const header = parcel.value.header as ExchangeParcel; // nothing else is written here
  const outcome = await takeParcel(
    to.stick,
    to.stick.stickMemory(),
    { header, segments: parcel.value.segments },
    { hubKey, partitions: [partition], now: to.clock.now, verify: verifyByKey, signal },
  );
  // The host keeps what a parcel said only when it was read to its end.
  if (outcome.ok && outcome.value.failure === null) to.stick.setStickMemory(outcome.value.memory);
  return outcome;
}

function contact(at: Carrier, record: string, name: string): void {
  at.store.commit([{ kind: Contact, id: derivedId(record), act: 'set', values: { name } }], null);
}

test('what is not for this laptop, or not from whom it says, is refused whole', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => carrier(name)) as [Carrier, Carrier, Carrier];
  introduce([a, b, c]);
  contact(a, 'one', 'Контакт, пример');
  const [message] = write(a, b);
  if (message === undefined) throw new Error('nothing was written');
  expect(await read(c, message)).toMatchObject({ error: { code: 'stick/not-for-us' } });
  const stranger = carrier('stranger');
  // Whom this laptop does not know gets nothing, and nothing is taken from somebody no hub vouches for.
  const [empty] = write(a, stranger);
  expect(await read(stranger, empty ?? new Uint8Array())).toMatchObject({ ok: true, value: { received: 0 } });
  contact(stranger, 'foreign', 'Чужой, пример');
  const [foreign] = write(stranger, b, true);
  expect(await read(b, foreign ?? new Uint8Array())).toMatchObject({ error: { code: 'stick/unknown-writer' } });
  // Forged by somebody who knows everything but the writer's key.
  const order = { reader: b.stick.replica, hubKey, epoch: 'epoch', now: 0, everything: true, blobs: [] };
  const forgery = [...composeParcels(a.stick, a.stick.stickMemory(), { ...order, sign: c.store.identity().sign })][0];
  expect(await read(b, forgery?.message ?? new Uint8Array())).toMatchObject({ error: { code: 'stick/forged' } });
  const other = [
    ...composeParcels(a.stick, a.stick.stickMemory(), {
      ...order,
      hubKey: '00'.repeat(32),
      sign: a.store.identity().sign,
    }),
  ][0];
  expect(await read(b, other?.message ?? new Uint8Array())).toMatchObject({ error: { code: 'stick/other-hub' } });
  b.stick.setStickMemory({ ...b.stick.stickMemory(), revoked: ['serial-a'] });
  expect(await read(b, message)).toMatchObject({ error: { code: 'stick/revoked-writer' } });
  b.stick.setStickMemory({ ...b.stick.stickMemory(), revoked: [] });
  b.clock.now = 2 ** 46;
  expect(await read(b, message)).toMatchObject({ error: { code: 'stick/expired-writer' } });
  b.clock.now = a.clock.now;
  expect(b.store.queries.get(Contact, derivedId('one'))).toBeNull();
  expect(await read(b, message)).toMatchObject({ ok: true, value: { received: 1 } });
  for (const each of [a, b, c, stranger]) each.store.close();
});

test('only what a laptop has signed itself shows that it is an old copy', async () => {
  const [a, b] = ['a', 'b'].map((name) => carrier(name)) as [Carrier, Carrier];
  introduce([a, b]);
  contact(a, 'one', 'Контакт, пример 1');
  for (const message of write(a, b)) await read(b, message);
  const folder = temporaryFolder();
  const putBack = (name: string): Carrier => {
    const path = join(folder, `${name}.db`);
    writeFileSync(path, image);
    return carrier('a', path);
  };
  const image = a.store.db.serialize();
  contact(a, 'two', 'Контакт, пример 2');
  for (const message of write(a, b)) await read(b, message);
  const [honest = new Uint8Array()] = write(b, a, true);
  expect(await read(a, honest)).toMatchObject({ ok: true, value: { isForked: false, refusedHere: [] } });

  // B wants A to enrol again: it says that it holds more of A's log, without a proof, with a broken one, and with one it signed itself.
  const parcel = readParcel(honest);
  if (!parcel.ok || parcel.value.header.what !== 'exchange') throw new Error('no parcel');
  const { header, segments } = parcel.value;
  const log = `${a.stick.replica} ${partition}`;
  const signB = b.store.identity().sign;
  const op = { ...a.store.log.opsOfRecord(derivedId('two'))[0]?.op, seq: 3, group: 3 } as Op; // it was just written
  const place = { replica: a.stick.replica, partition, before: hexToBytes(a.stick.headAt(log, 2) ?? '') };
  const forged = sealSegment(place, [op], () => new Uint8Array(16), signB, segmentPorts).bytes;
  const broken = segments.map((bytes) => bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)));
  for (const proofs of [[], broken, [forged]]) {
    const lie = makeParcel({ ...header, summary: { ...header.summary, [log]: 3 } }, proofs, signB);
    expect(await read(a, lie)).toMatchObject({
      ok: true,
      value: { isForked: false, refusedHere: [{ log, failure: { code: 'segment/unproved' } }] },
    });
  }
  expect(a.stick.summary()[log]).toBe(2);

  // Two old copies, one that has written on and one that has not, are shown what they have signed.
  const older = putBack('older');
  expect(await read(older, honest)).toMatchObject({ ok: true, value: { isForked: true } });
  const twin = putBack('twin');
  contact(twin, 'two', 'Контакт, пример 3');
  expect(await read(twin, honest)).toMatchObject({ ok: true, value: { isForked: true } });
  for (const each of [a, b, older, twin]) each.store.close();
});

/** What the hub says by stick to a laptop. */
function saidTo({ stick }: Carrier, change: Partial<ExchangeParcel>, segments: readonly Uint8Array[] = []): Uint8Array {
  const nothing = { succession: null, credentials: [], revoked: [], refusals: [], laptops: [], blobs: [], begins: {} };
  const from = { what: 'exchange', hubKey, writer: 'hub', reader: stick.replica, epoch: 'epoch' } as const;
  return makeParcel({ ...nothing, ...from, madeAt: 1, summary: {}, heads: {}, ...change }, segments, hubSign);
}

test('what lies in a parcel for the hub is on its way until the hub’s newest word refuses it, or it is put back', async () => {
  const a = carrier('a');
  introduce([a]);
  contact(a, 'one', 'Контакт, пример 1');
  const log = `${a.stick.replica} ${partition}`;
  const roads = async (
    change: Partial<ExchangeParcel>,
  ): Promise<Partial<ReturnType<typeof a.store.queries.roadCounts>>> => {
    expect(await read(a, saidTo(a, change))).toMatchObject({ ok: true, value: { failure: null, isForked: false } });
    const { saved, sent, received } = a.store.queries.roadCounts();
    return { saved, sent, received };
  };
  const refusals = [{ log, from: 1, reason: 'wrong-role' as const }];
  const onItsWay = { saved: 0, sent: 1, received: 0 };
  write(a, null);
  expect(await roads({ madeAt: 5 })).toEqual(onItsWay);
  // What was refused of an earlier parcel; and what waits for what comes before it.
  expect(await roads({ madeAt: 4, refusals })).toEqual(onItsWay);
  expect(await roads({ madeAt: 6, refusals: [{ log, from: 1, reason: 'gap' }] })).toEqual(onItsWay);
  expect(await roads({ madeAt: 7, refusals })).toEqual({ saved: 1, sent: 0, received: 0 });
  write(a, null);
  expect(await roads({ madeAt: 8 })).toEqual(onItsWay);
  expect(await roads({ madeAt: 9, epoch: 'put back' })).toEqual({ saved: 1, sent: 0, received: 0 });
  // An answer from before that is nobody's word any more.
  write(a, null);
  expect(await roads({ madeAt: 3, refusals })).toEqual(onItsWay);
  a.store.close();
});

/** A credential of a laptop's by which it has other rights from now on. */
function given({ credential }: Carrier, change: Partial<Credential>): Credential {
  const { signature: _s, ...known } = credential;
  const rest = { ...known, ...change };
  return { ...rest, signature: bytesToHex(hubSign(credentialBytes(rest))) };
}

test('what others kept of a laptop’s and waits for rights is taken back when a stick of the hub brings nothing but those', async () => {
  const [a, b] = ['a', 'b'].map((name) => carrier(name)) as [Carrier, Carrier];
  introduce([a, b]);
  const member = given(a, { serial: 'serial-a-2', roles: ['member'], validFrom: 1 });
  expect(a.log.addCredentials([member]).ok).toBe(true);
  const forgotten: Op = {
    seq: 1,
    group: 1,
    time: 4_000_000_000_000_000,
    actor: null,
    kind: Decision.number,
    record: derivedId('forgotten'),
    act: 'set',
    set: { [Decision.fields.place.number]: 'Пример' },
    replaced: {},
    seen: null,
    digest: null,
  };
  const place = { replica: a.stick.replica, partition, before: emptyHead };
  const { sign } = a.store.identity();
  const segment = bytesToHex(sealSegment(place, [forgotten], () => new Uint8Array(16), sign, segmentPorts).bytes);
  const values = { log: `${a.stick.replica} ${partition}`, segment };
  b.store.commit([{ kind: Stray, id: derivedId('stray'), act: 'set', values }], null);
  for (const message of write(b, a)) expect(await read(a, message)).toMatchObject({ value: { received: 1 } });
  expect(a.store.queries.get(Decision, forgotten.record)).toBeNull();
  const chair = given(a, { serial: 'serial-a-3', validFrom: 2 });
  expect(await read(a, saidTo(a, { credentials: [chair] }))).toMatchObject({ value: { received: 0, failure: null } });
  expect(a.store.queries.get(Decision, forgotten.record)?.values.place).toBe('Пример');
  for (const each of [a, b]) each.store.close();
});

test('what may take long of a stick of the hub is prepared before it is done', async () => {
  const [a, b] = ['a', 'b'].map((name) => carrier(name)) as [Carrier, Carrier];
  introduce([a, b]);
  contact(b, 'one', 'Контакт, пример');
  const steps: string[] = [];
  const watched: Carrier = {
    ...a,
    stick: {
      ...a.stick,
      async prepare(coming) {
        steps.push('prepare');
        await a.stick.prepare?.(coming);
      },
      applySegment(bytes, source) {
        steps.push('apply');
        return a.stick.applySegment(bytes, source);
      },
    },
  };
  const segments = b.stick.segmentsBeyond({}, 1).map(({ bytes }) => bytes);
  expect(await read(watched, saidTo(a, {}, segments))).toMatchObject({ value: { received: 1, failure: null } });
  expect(steps).toEqual(['prepare', 'apply']);
  for (const each of [a, b]) each.store.close();
});

test('nothing is taken from who was succeeded; what that wrote is, from others', async () => {
  const [a, b, c, heir] = ['a', 'b', 'c', 'heir'].map((name) => carrier(name)) as [Carrier, Carrier, Carrier, Carrier];
  introduce([a, b, c, heir]);
  contact(a, 'one', 'Контакт, пример');
  const [direct = new Uint8Array()] = write(a, b, true);
  for (const message of write(a, c)) expect(await read(c, message)).toMatchObject({ value: { received: 1 } });
  const succession = given(heir, { serial: 'serial-heir-2', succeeds: a.stick.replica, validFrom: 1 });
  expect(b.log.addCredentials([succession]).ok).toBe(true);
  expect(await read(b, direct)).toMatchObject({ error: { code: 'stick/revoked-writer' } });
  for (const message of write(c, b))
    expect(await read(b, message)).toMatchObject({ value: { received: 1, refusedHere: [] } });
  for (const each of [a, b, c, heir]) each.store.close();
});

test('what a revoked laptop wrote is taken from the hub and from no other laptop', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => carrier(name)) as [Carrier, Carrier, Carrier];
  introduce([a, b, c]);
  contact(a, 'one', 'Контакт, пример');
  for (const message of write(a, c)) expect(await read(c, message)).toMatchObject({ value: { received: 1 } });
  b.stick.setStickMemory({ ...b.stick.stickMemory(), revoked: ['serial-a'] });
  const refusedHere = [{ log: `${a.stick.replica} ${partition}`, failure: { code: 'segment/revoked' } }];
  for (const message of write(c, b))
    expect(await read(b, message)).toMatchObject({ value: { received: 0, refusedHere } });
  const segments = c.stick.segmentsBeyond({}, 1).map(({ bytes }) => bytes);
  expect(await read(b, saidTo(b, {}, segments))).toMatchObject({ value: { received: 1, refusedHere: [] } });
  for (const each of [a, b, c]) each.store.close();
});

test('that another holds more of a log that went with its partition is no claim without a proof', async () => {
  const [a, b] = ['a', 'b'].map((name) => carrier(name)) as [Carrier, Carrier];
  introduce([a, b]);
  contact(a, 'one', 'Контакт, пример');
  for (const message of write(a, b)) expect(await read(b, message)).toMatchObject({ value: { received: 1 } });
  const log = `${a.stick.replica} ${partition}`;
  a.store.committer.forget(partition, () => createErasedLogs(a.store.meta).add(log, 1));
  expect(a.stick.summary()).toEqual({});
  for (const message of write(b, a, true))
    expect(await read(a, message)).toMatchObject({ value: { isForked: false, refusedHere: [] } });
  for (const each of [a, b]) each.store.close();
});

test('an old copy does not take for acknowledged what its other self has handed over', async () => {
  const a = carrier('a');
  introduce([a]);
  contact(a, 'one', 'Контакт, пример');
  const log = `${a.stick.replica} ${partition}`;
  const { received } = a.store.queries.roadCounts();
  const word = saidTo(a, { summary: { [log]: 1 }, heads: { [log]: '0'.repeat(64) } });
  expect(await read(a, word)).toMatchObject({ value: { isForked: true } });
  expect([received, a.store.queries.roadCounts().received]).toEqual([0, 0]);
  a.store.close();
});

test('a parcel holds nothing of a partition that its reader may not see', async () => {
  const [a, b] = ['a', 'b'].map((name) => carrier(name)) as [Carrier, Carrier];
  introduce([a]);
  contact(a, 'one', 'Контакт, пример');
  const { signature: _s, ...known } = b.credential;
  const elsewhere = { ...known, partitions: ['kz/kz-19/another'] };
  expect(a.log.addCredentials([{ ...elsewhere, signature: bytesToHex(hubSign(credentialBytes(elsewhere))) }]).ok).toBe(
    true,
  );
  const [message = new Uint8Array()] = write(a, b, true);
  const parcel = readParcel(message);
  expect(parcel).toMatchObject({ ok: true, value: { header: { summary: {}, begins: {} }, segments: [] } });
  // With a newer one that covers it.
  const granted = { ...known, serial: 'serial-b-2', validFrom: 1 };
  expect(a.log.addCredentials([{ ...granted, signature: bytesToHex(hubSign(credentialBytes(granted))) }]).ok).toBe(
    true,
  );
  const [covered = new Uint8Array()] = write(a, b, true);
  expect(readParcel(covered)).toMatchObject({ ok: true, value: { segments: [expect.anything()] } });
  for (const each of [a, b]) each.store.close();
});
