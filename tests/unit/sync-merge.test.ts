/** The short way of a record's first op, which nearly all take, makes the same state as the merge. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Contact } from '#shared/contacts/contact.ts';
import { emptyState, firstState, mergeOp } from '#shared/sync/merge.ts';
import type { Op, OpValue } from '#shared/sync/op.ts';

const value: fc.Arbitrary<OpValue> = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom('member', 'kz', 'given', '2026-01-31'),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.record({
    add: fc.array(fc.constantFrom('ru', 'kk', 'tg'), { maxLength: 3 }),
    drop: fc.dictionary(fc.constantFrom('ru', 'ky'), fc.array(fc.constantFrom('5@a', '6@b'), { maxLength: 2 }), {
      noNullPrototype: true,
    }),
  }),
);
const numbers = Object.values(Contact.fields).map(({ number }) => String(number));

test('as mergeOp on a state that holds nothing', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...numbers, '99'), value, { minKeys: 1, noNullPrototype: true }),
      fc.integer({ min: 1, max: 2 ** 50 }),
      (set, time) => {
        const op: Op = {
          seq: 7,
          time,
          actor: null,
          group: 7,
          kind: Contact.number,
          record: '01890000-0000-7000-8000-000000000c01',
          act: 'set',
          set,
          replaced: {},
          seen: null,
          digest: null,
        };
        expect(firstState(Contact, op, 'replica')).toEqual(mergeOp(Contact, emptyState, op, 'replica'));
      },
    ),
    { numRuns: 300 },
  );
});
