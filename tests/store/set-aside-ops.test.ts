/** Ops set aside of a log that parts again before the laptop may write those of the first time. */
import { expect, onTestFinished, test } from 'vitest';
import { createSetAsideOps } from '#core/store/set-aside-ops.ts';
import type { LooseOp } from '#shared/sync/loose-ops.ts';
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
  const key = `${replica} ${store.partition}`;
  const setAside = createSetAsideOps(store.meta);
  setAside.add(key, [first]);
  setAside.heard({ [key]: 7 });
  setAside.add(key, [second]);
  // How far the continuation reaches that parted now is told with its next word.
  expect(setAside.awaited()).toEqual([]);
  expect(setAside.countIn(store.partition)).toBe(2);
  setAside.heard({ [key]: 9 });
  const [awaited, ...others] = setAside.awaited();
  expect(others).toEqual([]);
  expect(awaited?.until).toBe(9);
  expect(
    awaited
      ?.ops()
      .map(({ op }) => op.record)
      .sort(),
  ).toEqual([first, second].map(({ op }) => op.record).sort());
});
