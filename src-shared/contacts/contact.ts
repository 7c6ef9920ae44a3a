import { choice, date, defineKind, set, text } from '../kinds/define-kind.ts';
import { everyone, keepers } from '../access/roles.ts';
import { locales } from '../i18n/locales.ts';

/** A person worth knowing: an official of any commission, a trainer, a partner. */
export const Contact = defineKind({
  name: 'contact',
  number: 2,
  domain: 'contacts',
  partition: 'commission',
  rights: { write: everyone, remove: keepers },
  naturalKey: [
    { field: 'name', as: 'name' },
    { field: 'phone', as: 'phone' },
  ],
  fields: {
    /** As the person writes it, in their own script. */
    name: text(1, { required: true, personal: true, searchable: true, sortable: true, max: 10_000 }),
    /** As the passport writes it: data, never recomputed. */
    nameLatin: text(2, { personal: true, searchable: true, verbatim: true }),
    role: choice(3, ['chair', 'deputy', 'secretary', 'member', 'trainer', 'partner', 'other'], { filtered: true }),
    /** Words for the position where `role` is not enough. */
    position: text(4, { searchable: true }),
    /** Name of the commission or organisation as typed. */
    organisation: text(5, { searchable: true }),
    /** The commission's id in the country data, where it is one of them. */
    commission: text(6, { max: 80 }),
    country: choice(7, ['kz', 'kg', 'uz', 'tj'], { filtered: true }),
    phone: text(8, { personal: true, searchable: true, max: 60 }),
    phoneSecond: text(9, { personal: true, searchable: true, max: 60 }),
    messenger: choice(10, ['telegram', 'whatsapp', 'viber', 'signal', 'imo', 'other']),
    email: text(11, { personal: true, searchable: true, verbatim: true, max: 200 }),
    address: text(12, { personal: true, long: true, max: 1000 }),
    languages: set(13, locales),
    consent: choice(14, ['given', 'asked', 'refused'], { filtered: true }),
    consentOn: date(15),
    /** When somebody last made sure that phone and position are right. */
    checkedOn: date(16, { filtered: true }),
    note: text(17, { personal: true, long: true, max: 10_000 }),
  },
});
