/** What the exchange makes of others' logs, with a hub of a few lines; the laptop's side is the real store. */
import { expect, test } from 'vitest';
import { err } from '#shared/kernel/result.ts';
import type { ExchangeOptions, ExchangeOutcome, Transport } from '#shared/sync/exchange.ts';
import { type Credential, logKey, type Refusal, type Summary } from '#shared/sync/messages.ts';
import type { ReplicaStore } from '#shared/sync/replica-store.ts';
import { type Laptop, newLaptop, sampleOps, samplePartition, seal } from '#tests/lib/hub-laptop.ts';
import { credentialFor, logStoreOf, run, storesForEachTest, tinyHub, writeContacts } from '#tests/lib/tiny-hub.ts';

const newStore = storesForEachTest();

/** Hands over what the hub has lost, and is refused that: what is left here under the same log, and what its writer was. */
async function refusedOf(writer: 'succeeded' | 'standing', reason: Refusal['reason']): Promise<number> {
  const { replicaStore } = newStore();
  const [other, heir] = [newLaptop(), newLaptop()];
  const log = logKey(other.replica, samplePartition);
  const ops = sampleOps(1, 4);
  const bytes = [seal(other, ops.slice(0, 2)), seal(other, ops.slice(2), ops.slice(0, 2))];
  const credentials = [credentialFor(other), credentialFor(heir, writer === 'succeeded' ? other : null)];
  const known = await run(replicaStore, tinyHub(() => ({ credentials, summary: { [log]: 4 }, bytes })).transport);
  expect(known.received).toBe(4);
  const putBack = tinyHub((_header, seen) => {
    const summary = Object.fromEntries(seen.map((each) => [each.log, each.to]));
    const refusals = seen.filter((each) => each.log === log).map(({ from }) => ({ log, from, reason }));
    return { epoch: 'two', summary: { ...summary, [log]: 2 }, refusals };
  });
  const { epoch, acknowledged } = known;
  expect(await run(replicaStore, putBack.transport, { epoch, acknowledged })).toMatchObject({ failure: null });
  return replicaStore.summary()[log] ?? 0;
}

test('of another’s log what was not allowed ends where the hub’s does once another identity goes on for its writer', async () => {
  for (const reason of ['expired', 'wrong-partition', 'wrong-role'] as const) {
    expect(await refusedOf('succeeded', reason)).toBe(2);
    // Its writer may be given that right.
    expect(await refusedOf('standing', reason)).toBe(4);
  }
  // The writer itself may bring it, or the hub hear of the writer again.
  for (const reason of ['no-credential', 'revoked', 'too-large'] as const)
    expect(await refusedOf('succeeded', reason)).toBe(4);
});

/** A laptop that holds another's two ops, as the hub has given them, and how that exchange ended. */
async function holdingOthers(): Promise<{ store: ReplicaStore; other: Laptop; log: string; known: ExchangeOutcome }> {
  const { replicaStore: store } = newStore();
  const other = newLaptop();
  const log = logKey(other.replica, samplePartition);
  const given = { credentials: [credentialFor(other)], summary: { [log]: 2 }, bytes: [seal(other, sampleOps(1, 2))] };
  const known = await run(store, tinyHub(() => given).transport);
  expect(known).toMatchObject({ received: 2, failure: null });
  return { store, other, log, known };
}

test('of a log that the hub names no more its last word counts on, until it is put back; where that has to be left too', async () => {
  const { store, log, known } = await holdingOthers();
  const { acknowledged } = known;
  const handedOver = async (more: Partial<ExchangeOptions>): Promise<number[]> => {
    const handed: number[] = [];
    const hub = tinyHub((_header, seen) => {
      for (const each of seen) if (each.log === log) handed.push(each.to);
      return { epoch: 'one', summary: Object.fromEntries(seen.map((each) => [each.log, each.to])) };
    });
    expect(await run(store, hub.transport, { acknowledged, ...more })).toMatchObject({ failure: null });
    return handed;
  };
  expect(await handedOver({ epoch: 'one' })).toEqual([]);
  expect(await handedOver({ epoch: 'before' })).toEqual([2]);
  // What is neither kept nor to be left is none of this hub's business.
  const partitions = ['kz/kz-19/another'];
  expect(await handedOver({ epoch: 'before', partitions })).toEqual([]);
  expect(await handedOver({ epoch: 'before', partitions, leaving: [samplePartition] })).toEqual([2]);
});

test('what the hub did not want of another is offered again when it has grown, or something new is said of its writer', async () => {
  const { store, other, log } = await holdingOthers();
  const handedOver = async (unwanted: Summary, said: Credential[]) => {
    const handed: number[] = [];
    const hub = tinyHub((_header, seen) => {
      for (const each of seen) if (each.log === log) handed.push(each.to);
      const refusals = seen.map((each) => ({ log: each.log, from: each.from, reason: 'too-large' as const }));
      return { epoch: 'two', refusals, credentials: said.splice(0) };
    });
    const outcome = await run(store, hub.transport, { epoch: 'one', unwanted });
    expect(outcome).toMatchObject({ failure: null, unwanted: { [log]: 2 } });
    return handed;
  };
  const [heir, stranger] = [newLaptop(), newLaptop()];
  expect(await handedOver({}, [])).toEqual([2]);
  expect(await handedOver({ [log]: 1 }, [])).toEqual([2]);
  expect(await handedOver({ [log]: 2 }, [])).toEqual([]);
  expect(await handedOver({ [log]: 2 }, [credentialFor(stranger)])).toEqual([]);
  expect(await handedOver({ [log]: 2 }, [credentialFor(other)])).toEqual([2]);
  expect(await handedOver({ [log]: 2 }, [credentialFor(heir, other)])).toEqual([2]);
});

test('whom the hub has not told what it holds yet hands it nothing of others', async () => {
  for (const more of [{}, { epoch: 'one' }]) {
    const { store, log } = await holdingOthers();
    const handed: string[] = [];
    const hub = tinyHub((_header, seen) => {
      handed.push(...seen.map((each) => each.log));
      return { summary: { [log]: 2 } };
    });
    expect(await run(store, hub.transport, more)).toMatchObject({ failure: null, acknowledged: { [log]: 2 } });
    expect(handed).toEqual([]);
  }
});

test('what the hub does not want of another does not make every brief request a whole one', async () => {
  const { store, log } = await holdingOthers();
  const hub = tinyHub(
    () => ({}),
    () => store.digestOf({}),
  );
  const refused = { epoch: 'one', unwanted: { [log]: 2 } };
  expect(await run(store, hub.transport, refused)).toMatchObject({ turns: 1, failure: null });
  expect([hub.briefs.length, hub.turns.length]).toEqual([1, 0]);
});

test('another’s log that goes on otherwise stays until what the hub has of it comes', async () => {
  const { store, log, known } = await holdingOthers();
  const { epoch, acknowledged } = known;
  const hub = tinyHub(() => ({ epoch: 'two', summary: { [log]: 2 }, heads: { [log]: '0'.repeat(16) } }));
  let turns = 0;
  const breaking: Transport = {
    async send(message) {
      turns += 1;
      return turns > 2 ? err({ code: 'sync/hub-unreachable' }) : hub.transport.send(message);
    },
  };
  const broken = await run(store, breaking, { epoch, acknowledged });
  expect(broken).toMatchObject({ failure: { code: 'sync/hub-unreachable' } });
  // It is asked for from the beginning, and here all the same.
  expect(store.summary()[log]).toBeUndefined();
  expect(store.headAt(log, 2)).not.toBeNull();
});

test('what may take long is prepared before it is done: segments that came, and logs that end', async () => {
  const { store } = newStore();
  const before = logKey(store.identity().replica, samplePartition);
  writeContacts(store, 2);
  store.renewIdentity();
  const replicaStore = logStoreOf(store);
  const steps: string[] = [];
  const watched: ReplicaStore = {
    ...replicaStore,
    async prepare(coming) {
      steps.push('ends' in coming ? `prepare ${JSON.stringify(coming.ends)}` : `prepare ${coming.segments.length}`);
      await replicaStore.prepare?.(coming);
    },
    applySegment(bytes, source) {
      steps.push('apply');
      return replicaStore.applySegment(bytes, source);
    },
    endLog(log, after) {
      steps.push('end');
      return replicaStore.endLog(log, after);
    },
  };
  const other = newLaptop();
  const ops = sampleOps(1, 3);
  const bytes = [seal(other, ops.slice(0, 2)), seal(other, ops.slice(2), ops.slice(0, 2))];
  const summary = { [logKey(other.replica, samplePartition)]: 3 };
  const hub = tinyHub((_header, seen) => {
    const refusals = seen
      .filter(({ log }) => log === before)
      .map(({ log, from }) => ({ log, from, reason: 'expired' as const }));
    const taken = seen.filter(({ log }) => log !== before).map(({ log, to }) => [log, to]);
    return {
      credentials: [credentialFor(other)],
      summary: { ...summary, ...Object.fromEntries(taken) },
      refusals,
      bytes,
    };
  });
  expect(await run(watched, hub.transport)).toMatchObject({ received: 3, reissued: 2, failure: null });
  expect(steps.slice(0, 5)).toEqual([`prepare {"${before}":0}`, 'end', 'prepare 2', 'apply', 'apply']);
});

test('what was taken together with something that no longer fitted on the disk is neither kept nor counted', async () => {
  const { replicaStore } = newStore();
  let room = 1;
  const narrow: ReplicaStore = {
    ...replicaStore,
    applySegment(bytes, source) {
      room -= 1;
      return room < 0 ? err({ code: 'store/disk-full' }) : replicaStore.applySegment(bytes, source);
    },
  };
  const other = newLaptop();
  const ops = sampleOps(1, 4);
  const bytes = [seal(other, ops.slice(0, 2)), seal(other, ops.slice(2), ops.slice(0, 2))];
  const log = logKey(other.replica, samplePartition);
  const hub = tinyHub(() => ({ credentials: [credentialFor(other)], summary: { [log]: 4 }, bytes }));
  expect(await run(narrow, hub.transport)).toMatchObject({ received: 0, failure: { code: 'store/disk-full' } });
  expect(replicaStore.summary()[log]).toBeUndefined();
  room = 2;
  expect(await run(narrow, hub.transport)).toMatchObject({ received: 4, failure: null });
});

test('what follows a refused segment of a log is left for another time', async () => {
  const { replicaStore } = newStore();
  const [other, forger] = [newLaptop(), newLaptop()];
  const ops = sampleOps(1, 4);
  const [good, next] = [seal(other, ops.slice(0, 2)), seal(other, ops.slice(2), ops.slice(0, 2))];
  const forged = seal({ ...forger, replica: other.replica }, ops.slice(2), ops.slice(0, 2));
  const given = { credentials: [credentialFor(other)], summary: { [logKey(other.replica, samplePartition)]: 4 } };
  const hub = tinyHub(() => ({ ...given, bytes: [good, forged, next] }));
  const refusedHere = [{ failure: { code: 'segment/bad-signature' } }];
  expect(await run(replicaStore, hub.transport)).toMatchObject({ received: 2, refusedHere });
});
