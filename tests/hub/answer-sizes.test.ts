/** How much an answer of the hub may bring: less after one that did not arrive, more again after those that did. */
import { expect, test } from 'vitest';
import { createAnswerSizes } from '#hub/answer-sizes.ts';

const most = 1024 * 1024;

test('a laptop that asks from the same place again gets a quarter, down to a least size, and more as it arrives', () => {
  const sizes = createAnswerSizes();
  const held = { 'a kz': 1 };
  expect(sizes.limitFor('one', held)).toBe(most);
  sizes.answered('one', held, 800_000);
  expect(sizes.limitFor('two', held), 'another laptop').toBe(most);
  expect(sizes.limitFor('one', held)).toBe(200_000);
  sizes.answered('one', held, 190_000);
  expect(sizes.limitFor('one', held)).toBe(47_500);
  sizes.answered('one', held, 40_000);
  for (const further of [2, 3, 4, 5, 6, 7, 8]) {
    const before = sizes.limitFor('one', { 'a kz': further });
    sizes.answered('one', { 'a kz': further }, 40_000);
    expect(sizes.limitFor('one', { 'a kz': further + 1 })).toBe(Math.min(most, before * 2));
  }
  for (let turn = 0; turn < 10; turn += 1) sizes.answered('one', held, 40_000);
  expect(sizes.limitFor('one', held)).toBe(16 * 1024);
});

test('answers without segments change nothing', () => {
  const sizes = createAnswerSizes();
  for (let turn = 0; turn < 3; turn += 1) sizes.answered('one', {}, 0);
  expect(sizes.limitFor('one', {})).toBe(most);
});
