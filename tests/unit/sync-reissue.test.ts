/** Ops written again under another identity: stamps that would name two values, actions that were parted, what has seen them. */
import { expect, test } from 'vitest';
import type { Op } from '#shared/sync/op.ts';
import { createReissuer, givenIn, type IsGiven } from '#shared/sync/reissue.ts';
import { writtenAgain } from '#shared/sync/take-back.ts';
import { sampleOps } from '#tests/lib/hub-laptop.ts';

const [before, now, other] = ['aa', 'bb', 'cc'].map((end) => `00000000-0000-7000-8000-0000000000${end}`) as [
  string,
  string,
  string,
];
const record = '00000000-0000-7000-8000-000000000001';
const time = 1_700_000_000_000 * 2048;

/** An op about the one record. */
function op(seq: number, change: Partial<Op> = {}): Op {
  const [made] = sampleOps(seq, seq, 'a', { record, time: time + seq, ...change });
  if (made === undefined) throw new Error('no op');
  return made;
}
type Written = { readonly replica: string; readonly after: number; readonly ops: readonly Op[] };
function reissued({ from, to }: { from: Written; to: Written & { readonly isGiven: IsGiven } }): Op[] {
  const again = createReissuer({ from, to });
  // Some at a time, as a laptop does of much.
  const moved = from.ops.flatMap((each) => again.move([each], to.isGiven));
  return [...moved, ...again.follow(to.ops, to.isGiven)];
}

const seesAll = (seen: NonNullable<Op['seen']>): Partial<Op> => ({ act: 'remove', set: {}, seen });

test('of two that would have one stamp the second is given the next time, and so is what replaced it', () => {
  const [first, second] = [op(1, { time }), op(1, { time })];
  const edit = op(2, { time: time + 1, replaced: { 1: { time, replica: now } } });
  const ops = reissued({
    from: { replica: before, after: 0, ops: [first] },
    to: { replica: now, after: 0, ops: [second, edit], isGiven: givenIn([]) },
  });
  expect(ops.map((each) => each.time)).toEqual([time, time + 1, time + 2]);
  expect(ops[2]?.replaced).toEqual({ 1: { time: time + 1, replica: now } });
});

test('what replaced a value that had to be given another time beats it', () => {
  const value = op(1, { time, set: { 1: 'Sample', 2: 'Sample' } });
  const edit = op(2, { time: time + 1, replaced: { 1: { time, replica: before } } });
  // Another field of the value has no stamp free before that of the edit.
  const standing = [0, 1].map((later) => op(1 + later, { time: time + later, set: { 2: 'Sample, another' } }));
  const [moved, beats] = reissued({
    from: { replica: before, after: 0, ops: [value, edit] },
    to: { replica: now, after: 2, ops: [], isGiven: givenIn(standing) },
  });
  expect(moved?.time).toBe(time + 2);
  expect(beats?.time).toBe(time + 3);
  expect(beats?.replaced).toEqual({ 1: { time: time + 2, replica: now } });
});

test('an action stays one; what is left of one that began before the parting begins anew', () => {
  const ops = reissued({
    from: { replica: before, after: 2, ops: [op(3, { group: 2 }), op(4, { group: 2 }), op(5), op(6, { group: 5 })] },
    to: { replica: now, after: 7, ops: [op(8), op(9, { group: 8 })], isGiven: () => false },
  });
  expect(ops.map(({ seq, group }) => [seq, group])).toEqual([
    [8, 8],
    [9, 8],
    [10, 10],
    [11, 10],
    [12, 12],
    [13, 12],
  ]);
  // Its first op stands elsewhere.
  const [first, second] = reissued({
    from: { replica: before, after: 2, ops: [op(4, { group: 3 }), op(5, { group: 3 })] },
    to: { replica: now, after: 7, ops: [], isGiven: () => false },
  });
  expect([first?.group, second?.group]).toEqual([8, 8]);
});

test('what had seen of the old log has seen what stands for it in the new one, and what was left of the old', () => {
  const [, removal, late] = reissued({
    from: { replica: before, after: 2, ops: [op(3), op(4, seesAll({ [before]: 4, [other]: 9 }))] },
    to: { replica: now, after: 5, ops: [op(6, seesAll({ [before]: 2, [now]: 6 }))], isGiven: () => false },
  });
  expect(removal?.seen).toEqual({ [before]: 2, [now]: 7, [other]: 9 });
  expect(late?.seen).toEqual({ [before]: 2, [now]: 8 });
});

const nothing = { isOwn: (replica: string) => replica !== other, rest: [] };

test('a removal that has seen what was missing is said again behind it, though the log says one like it', () => {
  const [lost, removal] = [op(1), op(2, seesAll({ [before]: 2 }))];
  const held = [{ op: { ...removal, seq: 1 }, replica: now }];
  const run = { replica: before, partition: 'kz', after: 0, head: '', ops: [lost, removal] };
  const ops = writtenAgain(run, { replica: now, after: 1 }, { ...nothing, own: held });
  expect(ops.map(({ act }) => act)).toEqual(['set', 'remove']);
});

test('what was given a later time where it stands is not written again', () => {
  const standing = { op: op(1, { time, set: { 1: 'Sample, another' } }), replica: now };
  const moved = { op: op(2, { time: time + 1 }), replica: now };
  const run = { replica: before, partition: 'kz', after: 0, head: '', ops: [op(1, { time, set: moved.op.set })] };
  expect(writtenAgain(run, { replica: now, after: 2 }, { ...nothing, own: [standing, moved] })).toEqual([]);
});

test('a removal in a forgotten continuation has not seen what its log says since', () => {
  const removal = op(2, seesAll({ [now]: 2 }));
  const run = { replica: now, partition: 'kz', after: 1, head: '', ops: [removal] };
  const own = [op(1), op(2, { set: { 1: 'Sample, since' } })].map((each) => ({ op: each, replica: now }));
  const [again] = writtenAgain(run, { replica: now, after: 2 }, { ...nothing, own });
  expect(again?.seen).toEqual({ [now]: 1 });
  // Where its log says nothing more of the record, it is as it was.
  const [alone] = writtenAgain(run, { replica: now, after: 1 }, { ...nothing, own: own.slice(0, 1) });
  expect(alone?.seen?.[now]).toBeGreaterThan(1);
});
