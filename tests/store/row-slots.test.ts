/** Whole numbers go to SQLite as they are, up to the last there is. */
import { expect, test } from 'vitest';
import { createSlots } from '#core/store/row-slots.ts';
import { openTestStore } from '#tests/lib/open-store.ts';

test('the greatest whole numbers arrive to the digit', () => {
  const last = Number.MAX_SAFE_INTEGER;
  const values = Float64Array.from({ length: 60 }, (_, index) => (index === 0 ? 0 : last - index + 1));
  const store = openTestStore(':memory:');
  try {
    const slots = createSlots(new Int32Array(0), 0);
    slots.begin(values.length);
    const cell = slots.integers(values, 'sample');
    const read = store.db
      .prepare(
        `with recursive n (i) as (values (0) union all select i + 1 from n where i + 1 < @rows) select ${cell} from n`,
      )
      .pluck()
      .all({ ...slots.parameters(), rows: values.length });
    expect(read).toEqual([...values]);
  } finally {
    store.close();
  }
});
