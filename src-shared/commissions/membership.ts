import { choice, date, defineKind, reference, text } from '../kinds/define-kind.ts';
import { keepers } from '../access/roles.ts';

/** One person's seat in a commission for one term. */
export const Membership = defineKind({
  name: 'membership',
  number: 4,
  domain: 'commissions',
  partition: 'commission',
  rights: { write: keepers, remove: keepers },
  conflicts: 'desk',
  naturalKey: [
    { field: 'commission', as: 'exact' },
    { field: 'contact', as: 'exact' },
    { field: 'startsOn', as: 'exact' },
  ],
  fields: {
    commission: reference(1, 'commission', { required: true, filtered: true }),
    contact: reference(2, 'contact', { required: true, filtered: true }),
    role: choice(3, ['chair', 'deputy', 'secretary', 'member'], { required: true }),
    nominatedBy: text(4, { searchable: true }),
    appointmentAct: text(5),
    startsOn: date(6, { required: true }),
    /** Last day of the term as appointed. */
    endsOn: date(7),
    /** Day the person really left, where earlier than the term. */
    leftOn: date(8),
    leftReason: choice(9, ['own-wish', 'replaced', 'recalled', 'term-ended', 'other']),
  },
});
