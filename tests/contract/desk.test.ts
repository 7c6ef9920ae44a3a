/** The conflict desk through the contract, as screens call it: one laptop on which a person was entered twice. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSignedIn, type TestCore } from '#tests/lib/core.ts';

let core: TestCore;
beforeAll(async () => {
  core = await startSignedIn();
});
afterAll(() => core.close());

const person = { name: 'Каримов Ойбек, пример', phone: '+7 700 000-00-03' };

test('nothing waits at first; a person entered twice does, and is told of on the records', async () => {
  expect(await core.value('desk.count', {})).toEqual({ count: 0 });
  const first = await core.value('records.save', { kind: 'contact', values: person });
  core.clock.now += 60_000;
  const second = await core.value('records.save', {
    kind: 'contact',
    values: { ...person, phone: '87000000003', email: 'example@example.org' },
  });
  const { lines, total } = await core.value('desk.list', { offset: 0, limit: 10, locale: 'ru' });
  expect(lines).toMatchObject([{ what: 'clash', kind: 'contact', title: person.name }]);
  expect(total).toBe(1);
  const item = String(lines[0]?.item);
  expect(await core.value('desk.ofRecord', { kind: 'contact', id: second.id })).toEqual({ item, mergedInto: null });
  const clash = await core.value('desk.item', { item, again: false });
  expect(clash).toMatchObject({ what: 'clash', mayDecide: true, mayMerge: true, frozen: [] });

  const ids = [first.id, second.id];
  expect(await core.code('desk.merge', { item, ids, survivor: first.id, take: { phone: first.id } })).toBe('ok');
  expect(await core.code('desk.merge', { item, ids, survivor: first.id, take: {} })).toBe('desk/nothing-here');
  const merged = await core.value('records.get', { kind: 'contact', id: first.id });
  expect(merged.values).toMatchObject({ phone: person.phone, email: 'example@example.org' });
  expect(await core.value('desk.ofRecord', { kind: 'contact', id: second.id })).toEqual({
    item: null,
    mergedInto: first.id,
  });

  // The way back: the pair is opened again and declared different.
  const { rows } = await core.value('desk.decided', { limit: 10, locale: 'ru' });
  const pair = String(rows[0]?.item);
  expect(await core.code('desk.item', { item: pair, again: true })).toBe('ok');
  expect(await core.code('desk.declareDifferent', { item: pair, ids })).toBe('ok');
  expect((await core.value('records.get', { kind: 'contact', id: second.id })).removed).toBe(false);
  expect(await core.value('desk.count', {})).toEqual({ count: 0 });
});

test('the sample data brings nothing to the desk', async () => {
  for (const country of ['kz', 'kg', 'uz', 'tj'] as const) {
    await core.value('access.startSample', { locale: 'ru', country });
    expect(await core.value('desk.count', {}), country).toEqual({ count: 0 });
    await core.value('access.endSample', {});
  }
});
