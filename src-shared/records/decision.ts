import { choice, date, defineKind, integer, localized, reference, set, text } from '../kinds/define-kind.ts';
import { attachments } from '../files/attachment.ts';
import { keepers } from '../access/roles.ts';
import { locales } from '../i18n/locales.ts';

/** What a paper says beside its title and text, in its own language: see `paperText`. */
export const paperFields = ['place', 'basis', 'chair', 'secretary'] as const;

/** A decision of the commission. Drafted, then signed; from then on frozen and corrected only by a new one. */
export const Decision = defineKind({
  name: 'decision',
  number: 5,
  domain: 'records',
  partition: 'commission',
  rights: { write: keepers, remove: keepers },
  conflicts: 'desk',
  naturalKey: [{ field: 'number', as: 'words' }],
  states: { field: 'state', initial: 'draft', moves: { draft: ['signed'], signed: [] }, frozen: ['signed'] },
  fields: {
    state: choice(1, ['draft', 'signed'], { required: true, filtered: true }),
    /** Text, never a number: `24/1`, `98/798`, `1457-son`, `№139`. */
    number: text(2, { searchable: true, sortable: true, max: 60, merge: 'final' }),
    decidedOn: date(3, { filtered: true, merge: 'final' }),
    /** These of `paperFields` stand for all languages; below, where a language writes it otherwise. */
    place: text(4, { merge: 'final' }),
    basis: text(5, { searchable: true, max: 1000, merge: 'final' }),
    /** The languages this paper is written in. */
    languages: set(6, locales),
    ...localized('title', 10, { searchable: true, max: 1000, merge: 'final' }),
    /** Markdown: bold, one level of heading, numbered and plain lists, tables. */
    ...localized('body', 20, { searchable: true, long: true, merge: 'final' }),
    votesFor: integer(30, { max: 500, merge: 'final' }),
    votesAgainst: integer(31, { max: 500, merge: 'final' }),
    votesAbstained: integer(32, { max: 500, merge: 'final' }),
    present: integer(33, { max: 500, merge: 'final' }),
    chair: text(34, { personal: true, merge: 'final' }),
    secretary: text(35, { personal: true, merge: 'final' }),
    signedAt: integer(36, { merge: 'final' }),
    signedBy: reference(37, 'person', { merge: 'final' }),
    /** The signed decision that this one corrects. */
    corrects: reference(38, 'decision', { filtered: true, merge: 'final' }),
    ...localized('place', 40, { merge: 'final' }),
    ...localized('chair', 50, { personal: true, merge: 'final' }),
    ...localized('secretary', 60, { personal: true, merge: 'final' }),
    ...localized('basis', 70, { searchable: true, max: 1000, merge: 'final' }),
    ...attachments(80),
  },
});
