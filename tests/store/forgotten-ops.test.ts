/** Ops set aside of a log that parts again before the laptop may write those of the first time. */
import { expect, onTestFinished, test } from 'vitest';
import { createForgottenOps } from '#core/store/forgotten-ops.ts';
import { recordPlaces } from '#core/store/record-places.ts';
import { segmentPorts } from '#core/store/segment-ports.ts';
import type { LooseOp } from '#shared/sync/loose-ops.ts';
import { sealChunk } from '#shared/sync/snapshot.ts';
import { newContact, openTestStore } from '#tests/lib/open-store.ts';

test('what waits of a log stays beside what is set aside of it later, also of the same seq', () => {
  const store = openTestStore(':memory:');
  onTestFinished(() => store.close());
  for (const name of ['Первый, пример', 'Второй, пример']) store.commit([newContact(name)], null);
  const { replica } = store.identity();
  const [log] = store.log.logs();
  if (log === undefined) throw new Error('no log');
  const [first, second] = store.log
    .opsAfter(log, 0, 2)
    .map((op): LooseOp => ({ op: { ...op, seq: 1, group: 1 }, replica }));
  if (first === undefined || second === undefined) throw new Error('too few ops');
  const { partition } = store;
  const key = `${replica} ${partition}`;
  const forgotten = createForgottenOps(store);
  const setAside = (entry: LooseOp): void => {
    const { record } = entry.op;
    store.archive.add({
      partition,
      isLoading: false,
      squeezedAt: null,
      first: record,
      last: record,
      places: recordPlaces([record]),
      bytes: sealChunk([entry], segmentPorts),
    });
    const aside = new Map([...store.archive.chunksOf(partition)].map(({ ref }) => [ref, { [key]: 1 }]));
    forgotten.take(partition, [], aside);
    store.archive.empty(partition);
  };
  setAside(first);
  forgotten.heard({ [key]: 7 });
  setAside(second);
  // How far the continuation reaches that parted now is told with its next word.
  expect(forgotten.comparable()).toEqual([]);
  expect(forgotten.countIn(partition)).toBe(2);
  forgotten.heard({ [key]: 9 });
  const comparable = forgotten.comparable();
  expect(comparable.map(({ until }) => until)).toEqual([9, 9]);
  expect(comparable.flatMap((part) => forgotten.asideOps(part)).map(({ record }) => record)).toEqual([
    first.op.record,
    second.op.record,
  ]);
});
