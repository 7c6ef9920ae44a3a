import { expect, test } from 'vitest';
import { keepStatements } from '#core/store/kept-statements.ts';
import { openTestStore } from '#tests/lib/open-store.ts';

test('a statement asked for again and again is made once, and what nobody asks for any more is let go', () => {
  const store = openTestStore(':memory:');
  const made: string[] = [];
  const kept = keepStatements(3);
  const value = (key: string): unknown =>
    kept(key, () => {
      made.push(key);
      return store.db.prepare(`select '${key}'`).pluck();
    }).get();
  try {
    for (const key of ['a', 'b', 'a', 'c', 'd', 'a', 'e', 'f', 'a', 'g', 'h', 'a']) expect(value(key)).toBe(key);
    expect(made).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    value('b');
    expect(made.at(-1)).toBe('b');
  } finally {
    store.close();
  }
});
