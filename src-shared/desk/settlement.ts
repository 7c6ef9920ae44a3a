import { choice, defineKind, integer, set, text } from '../kinds/define-kind.ts';
import { keepers } from '../access/roles.ts';

/**
 * A person's decision about one clash. It is an ordinary record, so it travels, merges and has a history by itself. Its id is worked
 * out from what it is about (core/desk), so that two people who decide the same clash meet in one record: where they decided
 * differently, `stands` is overwritten unseen and the clash is back on the desk.
 *
 * `stands` by `about`: `field` the stamp of the write whose value stands, or `both`; `removal` `kept` or `removed`; `same` the id of the
 * record that stays, or `different`.
 */
export const Settlement = defineKind({
  name: 'settlement',
  number: 8,
  domain: 'desk',
  partition: 'commission',
  rights: { write: keepers, remove: [] },
  conflicts: 'desk',
  fields: {
    about: choice(1, ['field', 'removal', 'same'], { required: true }),
    /** Wire number of the kind of the record it is about. */
    subjectKind: integer(2, { required: true }),
    subject: text(3, { required: true, max: 80 }),
    /** Wire number of the field, for `field`. */
    field: integer(4),
    /** The second record, for `same`; its id is the greater one. */
    other: text(5, { max: 80 }),
    stands: text(6, { required: true, max: 80 }),
    /** Stamps of the values, removals and earlier decisions that it has seen and passed over. Concurrent ones are united. */
    over: set(7),
  },
});

export type SettlementAbout = 'field' | 'removal' | 'same';

/** The text its id is worked out from. `part` is the field's number, the second record's id, or ''. */
export function settlementSeed(about: SettlementAbout, subject: string, part: string): string {
  return `settlement|${about}|${subject}|${part}`;
}
