import { choice, date, defineKind, integer, localized, text } from '../kinds/define-kind.ts';
import { keepers } from '../access/roles.ts';

/** A commission as it describes itself. The one this laptop belongs to has an id worked out from its partition. */
export const Commission = defineKind({
  name: 'commission',
  number: 3,
  domain: 'commissions',
  partition: 'commission',
  rights: { write: keepers, remove: [] },
  conflicts: 'desk',
  naturalKey: [{ field: 'partitionPath', as: 'exact' }],
  fields: {
    country: choice(1, ['kz', 'kg', 'uz', 'tj'], { required: true }),
    /** The partition whose papers this commission keeps, e.g. `kz/kz-19/kz-19-tec_oblast`. */
    partitionPath: text(2, { required: true, max: 260 }),
    /** The level's id in the country data; null where the person typed the commission in. */
    level: text(3, { max: 80 }),
    ...localized('name', 10, { searchable: true }),
    formedOn: date(20),
    appointedBy: text(21),
    appointmentAct: text(22),
    address: text(23),
    phone: text(24, { max: 60 }),
    email: text(25, { verbatim: true, max: 200 }),
    seats: integer(26, { max: 500 }),
    quorum: integer(27, { max: 500 }),
    /** Where papers are issued: printed at the head of a decision. */
    place: text(28),
    /** The same where a language writes it otherwise. */
    ...localized('place', 30),
  },
});
