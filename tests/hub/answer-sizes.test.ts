/** How much an answer of the hub may bring: less after one that did not arrive, more again after those that did. */
import { expect, test } from 'vitest';
import { createAnswerSizes } from '#hub/answer-sizes.ts';

const most = 1024 * 1024;

test('a laptop that asks from the same place again gets a quarter, down to a least size, and more as it arrives', () => {
  const sizes = createAnswerSizes();
  const held = { 'a kz': 1 };
  expect(sizes.next('one', held).limit).toBe(most);
  sizes.next('one', held).answered(800_000);
  expect(sizes.next('two', held).limit, 'another laptop').toBe(most);
  expect(sizes.next('one', held).limit).toBe(200_000);
  sizes.next('one', held).answered(190_000);
  expect(sizes.next('one', held).limit).toBe(47_500);
  sizes.next('one', held).answered(40_000);
  for (const further of [2, 3, 4, 5, 6, 7, 8]) {
    const before = sizes.next('one', { 'a kz': further }).limit;
    sizes.next('one', { 'a kz': further }).answered(40_000);
    expect(sizes.next('one', { 'a kz': further + 1 }).limit).toBe(Math.min(most, before * 2));
  }
  for (let turn = 0; turn < 10; turn += 1) sizes.next('one', held).answered(40_000);
  expect(sizes.next('one', held).limit).toBe(16 * 1024);
});

test('answers without segments change nothing', () => {
  const sizes = createAnswerSizes();
  for (let turn = 0; turn < 3; turn += 1) sizes.next('one', {}).answered(0);
  expect(sizes.next('one', {}).limit).toBe(most);
});
