/** What the first run was told of the commission is kept for who may not write its record, and for nobody else. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commissionRecordId, foundingOf } from '#core/access/first-run.ts';
import { foundingBy, foundOrTell, toldCommission } from '#core/access/told-commission.ts';
import { newId } from '#shared/kernel/ids.ts';
import { seededRandom, startOfTime, temporaryFolder } from '#tests/lib/core.ts';
import { openTestStore } from '#tests/lib/open-store.ts';

test.each(['chair', 'member'] as const)('the first run of a %s', async (role) => {
  const store = openTestStore(join(temporaryFolder(), 'store.db'));
  onTestFinished(() => store.close());
  const person = newId({ time: { now: () => startOfTime }, random: seededRandom('person') });
  const founding = await foundingOf({ from: 'country', country: 'kz', id: 'kz-19-tec_oblast' }, 'ru', person);
  if (founding?.commission === null || founding === null) throw new Error('no commission');
  const { commission } = founding;
  const mayFound = role === 'chair';
  expect(foundOrTell(role, store, commission, startOfTime)).toEqual(mayFound ? [commission] : []);
  // As if the record had gone: what was told years ago must not stand in its place, nor found it again.
  expect(toldCommission(store, commissionRecordId(founding.partition))?.values['country'] ?? null).toBe(
    mayFound ? null : 'kz',
  );
  expect(foundingBy('chair', store)).toHaveLength(mayFound ? 0 : 1);
});
