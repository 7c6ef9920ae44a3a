/** Rows made straight from a chunk's columns are those that folding the ops and writing the state make. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createColumnRows } from '#core/store/column-rows.ts';
import { createAuthors } from '#core/store/authors.ts';
import { foldColumns } from '#core/store/fold-record.ts';
import type { Log } from '#core/store/op-log.ts';
import { createRecordTable } from '#core/store/record-rows.ts';
import { everyone } from '#shared/access/roles.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { choice, date, defineKind, flag, integer, reference, set, text } from '#shared/kinds/define-kind.ts';
import { compareLoose, type LooseOp, readLooseColumns, toLooseColumns } from '#shared/sync/loose-ops.ts';
import { createMerger, type RecordState } from '#shared/sync/merge.ts';
import type { OpValue, OpValues } from '#shared/sync/op.ts';
import { partition } from '#tests/lib/replicas.ts';
import { openTestStore } from '#tests/lib/open-store.ts';

const Everything = defineKind({
  name: 'everything',
  number: 9100,
  domain: 'contacts',
  partition: 'commission',
  rights: { write: everyone, remove: everyone },
  fields: {
    title: text(1, { required: true }),
    note: text(2, { long: true }),
    day: date(3),
    size: integer(4, { min: -5 }),
    isOpen: flag(5),
    role: choice(6, ['chair', 'member']),
    person: reference(7, 'person'),
    tags: set(8),
  },
});

const id = (end: number): string => `01890000-0000-7000-8000-${end.toString(16).padStart(12, '0')}`;
const replicas = [id(0xaa), id(0xbb), id(0xcc)];
const own = id(0xcc);

const odd: fc.Arbitrary<OpValue> = fc.constantFrom<OpValue[]>(
  null,
  '',
  ' ',
  '\u00a0',
  'Пример',
  'ends with a blank ',
  'ends with a zero\0',
  '\uffffbegins like an escaped one',
  '~',
  '😀',
  'x'.repeat(301),
  'я'.repeat(300),
  'long '.repeat(200),
  '2026-02-30',
  '2026-11-26',
  'chair',
  'nobody',
  id(7),
  id(7).toUpperCase(),
  `${id(7)}0`,
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  0,
  -5,
  -6,
  40,
  1.5,
  9_007_199_254_740_991,
  true,
  false,
);
const usual = {
  1: fc.string({ unit: 'binary', maxLength: 12 }),
  2: fc.string({ unit: 'binary', maxLength: 12 }),
  3: fc.constantFrom('2026-11-26', '2025-01-01'),
  4: fc.integer({ min: -5, max: 100_000 }),
  5: fc.boolean(),
  6: fc.constantFrom('chair', 'member'),
  7: fc.nat(300).map(id),
  77: fc.constant('of a newer version'),
};
const tags = { add: ['a'], drop: {} };
const values: fc.Arbitrary<OpValues> = fc
  .tuple(
    fc.tuple(
      ...Object.entries(usual).map(([field, value]) =>
        fc.tuple(
          fc.constant(field),
          fc.option(
            fc.oneof<fc.WeightedArbitrary<OpValue>[]>({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: odd }),
          ),
          fc.boolean(),
        ),
      ),
    ),
    fc.nat(9),
  )
  .map(([given, chance]) =>
    Object.fromEntries([
      ...given.filter(([, , isSet]) => isSet).map(([field, value]): [string, OpValue] => [field, value]),
      ...(chance === 0 ? [['8', tags] as [string, OpValue]] : []),
    ]),
  );
const ops = fc
  .array(
    fc.record({
      who: fc.oneof({ weight: 9, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.constant(2) }),
      record: fc.nat(6),
      act: fc.oneof(
        { weight: 12, arbitrary: fc.constant('set' as const) },
        { weight: 1, arbitrary: fc.constantFrom('remove' as const, 'restore' as const) },
      ),
      set: values,
      isErased: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      actor: fc.option(fc.nat(2).map(id)),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((all) =>
    all
      .map(
        ({ who, record, act, set: given, isErased, actor }, index): LooseOp => ({
          replica: replicas[who] ?? '',
          op: {
            seq: index + 1,
            group: index + 1,
            time: 3_620_030_054_400_000 + index * 5000,
            actor,
            kind: Everything.number,
            record: id(1000 + record),
            act,
            set: isErased ? null : act === 'remove' ? {} : given,
            replaced: {},
            seen: act === 'remove' ? { [replicas[who] ?? '']: index } : null,
            digest: isErased ? new Uint8Array(32) : null,
          },
        }),
      )
      .sort(compareLoose),
  );

const logOf = (replica: string): Log => ({ ref: 9, replica, partition });

function open() {
  const store = openTestStore(':memory:', { partition, kinds: [...allKinds, Everything] });
  const authors = createAuthors(store.db);
  const table = createRecordTable(store.db, Everything, store.log, authors);
  const rows = createColumnRows(store.db, Everything, store.log, authors, (replica) => replica === own);
  const all = (): unknown[] => store.db.prepare('select * from everything order by id').all();
  return { store, table, rows, all };
}

test('a row made of columns is the row that its folded ops make, and what is left to those is whole', () => {
  const [quick, whole] = [open(), open()];
  let made = 0;
  fc.assert(
    fc.property(ops, (entries) => {
      for (const { store } of [quick, whole]) store.db.exec('delete from everything');
      const columns = readLooseColumns(toLooseColumns(entries));
      const fold = (place: number) => {
        const [from, to] = [columns.ends[place - 1] ?? 0, columns.ends[place] ?? 0];
        const ownLog = (writer: number): Log | null => (columns.replicas[writer] === own ? logOf(own) : null);
        return foldColumns(createMerger(Everything), columns, from, to, ownLog);
      };
      const states = new Map<number, RecordState>();
      const places = columns.ids().map((_, place) => place);
      const left = quick.rows.insert(columns, places, (place, row, after) => {
        states.set(place, after);
        expect(quick.store.db.prepare('select id from everything where row = ?').pluck().get(row)).toEqual(
          Buffer.from((columns.ids()[place] ?? '').replaceAll('-', ''), 'hex'),
        );
      });
      expect([...left, ...states.keys()].sort((a, b) => a - b)).toEqual(places);
      made += states.size;
      for (const place of places) {
        const { state, facts } = fold(place);
        if (left.includes(place)) continue;
        whole.table.insert(columns.ids()[place] ?? '', state, facts);
        expect(states.get(place)?.values).toEqual(state.values);
        expect(states.get(place)?.edits).toEqual(state.edits);
      }
      const withoutRow = (all: unknown[]) => all.map((each) => ({ ...(each as object), row: 0 }));
      expect(withoutRow(quick.all())).toEqual(withoutRow(whole.all()));
      // What is here already is left as it is.
      expect(quick.rows.insert(columns, places, null)).toEqual(states.size > 0 ? places : left);
    }),
    { numRuns: 400 },
  );
  expect(made).toBeGreaterThan(500);
});
