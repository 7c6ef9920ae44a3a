/** The exchange against a hub that breaks off, forgets, refuses or lies; the laptop's side is the real store. */
import { expect, test } from 'vitest';
import { err, ok } from '#shared/kernel/result.ts';
import type { Transport } from '#shared/sync/exchange.ts';
import { logKey, protocolVersion, type Refusal } from '#shared/sync/messages.ts';
import { newLaptop, sampleOps, samplePartition, seal } from '#tests/lib/hub-laptop.ts';
import { credentialFor, logStoreOf, run, storesForEachTest, tinyHub, writeContacts } from '#tests/lib/tiny-hub.ts';

const newStore = storesForEachTest();

test('equal sides need one turn; what the hub acknowledged is not sent again', async () => {
  const { store, replicaStore, log } = newStore();
  writeContacts(store, 5);
  const { transport, turns, briefs } = tinyHub(
    (_header, seen) => ({ summary: { [log]: Math.max(5, ...seen.map((each) => each.to)) } }),
    () => replicaStore.digestOf({ [log]: 5 }),
  );
  const first = await run(replicaStore, transport);
  expect(first).toMatchObject({ sent: 5, turns: 1, failure: null, acknowledged: { [log]: 5 } });
  const second = await run(replicaStore, transport, { acknowledged: first.acknowledged, epoch: first.epoch });
  expect(second).toMatchObject({ sent: 0, turns: 1, failure: null, acknowledged: { [log]: 5 } });
  expect([turns.length, briefs.length]).toEqual([1, 1]);
  // Under another epoch the hub has to say what it holds, though the digest is the same.
  const renewed = await run(replicaStore, transport, { acknowledged: first.acknowledged, epoch: 'before' });
  expect(renewed).toMatchObject({ sent: 0, turns: 2, failure: null, epoch: 'one' });
  expect(turns[1]?.segments).toEqual([]);
  expect(store.queries.roadCounts()).toMatchObject({ saved: 0, sent: 0, received: 5 });
});

test('a lost answer is harmless: nothing is taken as received, and all is offered again', async () => {
  const { store, replicaStore, log } = newStore();
  writeContacts(store, 3);
  let held = 0;
  const hub = tinyHub((_header, seen) => {
    held = Math.max(held, ...seen.map((each) => each.to));
    return { summary: { [log]: held } };
  });
  const lossy: Transport = {
    async send(message) {
      await hub.transport.send(message);
      return err({ code: 'sync/hub-unreachable' });
    },
  };
  expect((await run(replicaStore, lossy)).failure?.code).toBe('sync/hub-unreachable');
  expect(store.queries.roadCounts().received).toBe(0);
  expect(await run(replicaStore, hub.transport)).toMatchObject({ failure: null, acknowledged: { [log]: 3 } });
  expect(store.queries.roadCounts()).toMatchObject({ saved: 0, sent: 0, received: 3 });
});

test('a hub that holds less than it said gets the rest again, in the same exchange', async () => {
  const { store, replicaStore, log } = newStore();
  writeContacts(store, 10);
  let held = 4;
  const { transport } = tinyHub((_header, seen) => {
    const refusals = seen
      .filter((each) => each.from > held + 1)
      .map((each) => ({ log: each.log, from: each.from, reason: 'gap' as const }));
    if (refusals.length === 0) held = Math.max(held, ...seen.map((each) => each.to));
    return { epoch: 'two', summary: { [log]: held }, refusals };
  });
  writeContacts(store, 2);
  const outcome = await run(replicaStore, transport, { acknowledged: { [log]: 10 }, epoch: 'one' });
  expect(outcome).toMatchObject({ failure: null, epoch: 'two', acknowledged: { [log]: 12 }, refusals: [], turns: 2 });
});

test('a restored hub gets everything again though there is nothing new to send', async () => {
  const { store, replicaStore, log } = newStore();
  writeContacts(store, 6);
  let held = 2;
  const { transport } = tinyHub((_header, seen) => {
    held = Math.max(held, ...seen.map((each) => each.to));
    return { epoch: 'two', summary: { [log]: held } };
  });
  const outcome = await run(replicaStore, transport, { acknowledged: { [log]: 6 }, epoch: 'one' });
  expect(outcome).toMatchObject({ failure: null, sent: 4, acknowledged: { [log]: 6 }, turns: 3 });
});

test('a refused log is offered once, and the refusal is told', async () => {
  const { store, replicaStore, log } = newStore();
  writeContacts(store, 2);
  const { transport, turns } = tinyHub((_header, seen) => ({
    refusals: seen.map((each) => ({ log: each.log, from: each.from, reason: 'wrong-role' as const })),
  }));
  const outcome = await run(replicaStore, transport);
  expect(outcome).toMatchObject({ failure: null, sent: 0, refusals: [{ log, reason: 'wrong-role' }] });
  expect(turns).toHaveLength(1);
  expect(store.queries.roadCounts()).toMatchObject({ saved: 2, received: 0 });
});

/** Hands over two ops of an identity before, is refused one: how far that identity's log goes then, and the one of now. */
async function refusedOfBefore(reason: Refusal['reason']): Promise<{ before: number; now: number }> {
  const { store } = newStore();
  const before = logKey(store.identity().replica, samplePartition);
  writeContacts(store, 2);
  store.renewIdentity();
  const replicaStore = logStoreOf(store);
  const now = logKey(replicaStore.replica, samplePartition);
  const { transport } = tinyHub((_header, seen) => {
    const taken = seen.filter(({ log }) => log === now).map(({ log, to }) => [log, to]);
    const refusals = seen.filter(({ log }) => log === before).map(({ log, from }) => ({ log, from, reason }));
    return { summary: Object.fromEntries(taken), refusals };
  });
  const outcome = await run(replicaStore, transport);
  const held = replicaStore.summary();
  expect(outcome).toMatchObject({ failure: null, reissued: held[now] ?? 0 });
  return { before: held[before] ?? 0, now: held[now] ?? 0 };
}

test('what the hub never takes of an identity before is written again under the one of now', async () => {
  for (const reason of ['expired', 'wrong-partition', 'wrong-role', 'no-credential', 'revoked'] as const)
    expect(await refusedOfBefore(reason)).toEqual({ before: 0, now: 2 });
  // Of these none says that another identity may.
  for (const reason of ['too-large', 'altered'] as const)
    expect(await refusedOfBefore(reason)).toEqual({ before: 2, now: 0 });
});

test('others’ segments are applied and proved; forged, foreign and not asked for ones are not', async () => {
  const { store, replicaStore } = newStore();
  const other = newLaptop();
  const ops = sampleOps(1, 4);
  const good = seal(other, ops.slice(0, 2));
  const next = seal(other, ops.slice(2, 4), ops.slice(0, 2));
  const forger = newLaptop();
  const forged = seal({ ...forger, replica: other.replica }, ops.slice(2, 4), ops.slice(0, 2));
  const notAsked = seal(other, ops, [], 'kz/kz-11/kz-11-tec_oblast');
  const ownLog = seal({ ...forger, replica: replicaStore.replica }, ops);
  const credentials = [credentialFor(other)];
  const summary = { [logKey(other.replica, samplePartition)]: 2 };
  const bytes = [good, forged, notAsked, ownLog, new Uint8Array(20)];
  const { transport } = tinyHub(() => ({ credentials, summary, bytes }));
  const outcome = await run(replicaStore, transport);
  expect(outcome.received).toBe(2);
  expect(outcome.refusedHere.map((each) => each.failure.code)).toEqual([
    'segment/bad-signature',
    'segment/not-asked',
    'segment/own-log',
    'segment/garbage',
  ]);
  const after = await run(replicaStore, tinyHub(() => ({ bytes: [good, next] })).transport);
  expect(after).toMatchObject({ received: 2, refusedHere: [], failure: null });
  const count = store.db.prepare('select count(*) from contact where alive = 1').pluck().get();
  expect(count).toBe(4);
});

test('a credential the hub did not sign ends the exchange before anything is applied', async () => {
  const { replicaStore } = newStore();
  const other = newLaptop();
  const credential = { ...credentialFor(other), roles: ['staff' as const] };
  const { transport } = tinyHub(() => ({ credentials: [credential], bytes: [seal(other, sampleOps(1, 2))] }));
  expect(await run(replicaStore, transport)).toMatchObject({ received: 0, failure: { code: 'sync/bad-credential' } });
});

test('a hub of another version, garbage, and a hub that never ends are named', async () => {
  const { replicaStore } = newStore();
  const newer = tinyHub(() => ({ protocol: protocolVersion + 1 }));
  expect((await run(replicaStore, newer.transport)).failure).toEqual({
    code: 'sync/protocol',
    hub: protocolVersion + 1,
    app: protocolVersion,
  });
  const garbage: Transport = { send: async () => ok(new Uint8Array([1, 2, 3])) };
  expect((await run(replicaStore, garbage)).failure?.code).toBe('sync/garbage');
  const endless = tinyHub(() => ({ more: true }));
  expect((await run(replicaStore, endless.transport)).failure).toMatchObject({
    code: 'sync/protocol',
    reason: 'no-progress',
  });
  expect(endless.turns).toHaveLength(1);
  // Page after page of credentials, with nothing on them.
  let pages = 0;
  const pagesOnly = tinyHub(() => ({ credentialsAfter: String((pages += 1)).padStart(9, '0') }));
  expect((await run(replicaStore, pagesOnly.transport)).failure).toMatchObject({
    code: 'sync/protocol',
    reason: 'no-progress',
  });
});

test('more than one answer’s worth is fetched turn by turn, and may be stopped between', async () => {
  const { replicaStore } = newStore();
  const other = newLaptop();
  const ops = sampleOps(1, 30);
  const pieces = [0, 10, 20].map((from) => seal(other, ops.slice(from, from + 10), ops.slice(0, from)));
  const log = logKey(other.replica, samplePartition);
  const hub = tinyHub((header) => {
    const held = header.summary[log] ?? 0;
    const piece = pieces[held / 10];
    return {
      credentials: [credentialFor(other)],
      summary: { [log]: 30 },
      bytes: piece === undefined ? [] : [piece],
      more: held < 20,
    };
  });
  const progress: number[] = [];
  const signal = { aborted: false };
  const stopped = await run(replicaStore, hub.transport, {
    signal,
    onProgress: ({ done, total }) => {
      expect(total).toBe(30);
      progress.push(done);
      if (done === 10) signal.aborted = true;
    },
  });
  expect(stopped).toMatchObject({ received: 10, failure: { code: 'sync/stopped' } });
  expect(await run(replicaStore, hub.transport)).toMatchObject({ received: 20, turns: 2, failure: null });
  expect(progress.at(-1)).toBe(10);
});

test('while an answer is applied the next request, which counts it as held, is on its way', async () => {
  const { replicaStore } = newStore();
  const other = newLaptop();
  const ops = sampleOps(1, 30);
  const pieces = [0, 10, 20].map((from) => seal(other, ops.slice(from, from + 10), ops.slice(0, from)));
  const forged = seal({ ...newLaptop(), replica: other.replica }, ops.slice(0, 10));
  const log = logKey(other.replica, samplePartition);
  const asked: { counted: number; held: number }[] = [];
  let first = forged;
  const hub = tinyHub((header) => {
    const counted = header.summary[log] ?? 0;
    asked.push({ counted, held: replicaStore.summary()[log] ?? 0 });
    const piece = counted === 0 ? first : pieces[counted / 10];
    const bytes = piece === undefined ? [] : [piece];
    return { credentials: [credentialFor(other)], summary: { [log]: 30 }, bytes, more: counted < 20 };
  });
  // What was counted too early is asked for by the next exchange: only what is held lasts.
  const refused = await run(replicaStore, hub.transport);
  expect(refused).toMatchObject({ received: 0, failure: null });
  expect(refused.refusedHere.map(({ failure }) => failure.code)).toEqual(['segment/bad-signature']);
  [first = forged] = pieces;
  asked.length = 0;
  expect(await run(replicaStore, hub.transport)).toMatchObject({ received: 30, turns: 3, failure: null });
  expect(asked).toEqual([
    { counted: 0, held: 0 },
    { counted: 10, held: 0 },
    { counted: 20, held: 10 },
  ]);
});

test('of much to hand over one segment goes ahead where the hub may have something, and nothing twice', async () => {
  const { store, replicaStore, log } = newStore();
  writeContacts(store, 1);
  let held = 0;
  const handed: string[] = [];
  const hub = tinyHub((_header, seen) => {
    for (const { from, to } of seen) handed.push(`${from}-${to}`);
    held = Math.max(held, ...seen.map(({ to }) => to));
    return { summary: { [log]: held } };
  });
  const { epoch, acknowledged } = await run(replicaStore, hub.transport);
  writeContacts(store, 2500);
  const outcome = await run(replicaStore, hub.transport, { epoch, acknowledged });
  expect(outcome).toMatchObject({ sent: 2500, turns: 2, failure: null });
  expect(handed).toEqual(['1-1', '2-1000', '1001-2000', '2001-2501']);
  expect(hub.turns.map(({ segments }) => segments.length)).toEqual([1, 1, 2]);
});
