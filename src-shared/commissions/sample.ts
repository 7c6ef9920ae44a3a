/**
 * The sample data a person may try the app with: one commission with members, contacts of four countries and decisions.
 * Every name says in its own language that it is a sample; phones are of a form no network gives out. The document is
 * `assets/country/sample.json`; `sampleRecords` turns it into records for one country and one language.
 */
import { z } from 'zod';
import { locales, type Locale } from '../i18n/locales.ts';
import { localizedField, type Values } from '../kinds/define-kind.ts';
import { type Country, CountryCode, nameIn, Names } from './country.ts';

const Key = z.string().regex(/^[a-z]+-[a-z0-9]+$/);
const Count = z.int().min(0).nullable();
const Day = z.iso.date().nullable();

export const Sample = z.strictObject({
  format: z.literal(1),
  basis: Names,
  countries: z.record(
    CountryCode,
    z.strictObject({ level: z.string(), unit: z.string(), phone: z.string(), names: Names }),
  ),
  commission: z.strictObject({
    formedOn: z.iso.date(),
    seats: z.int(),
    quorum: z.int(),
    email: z.string(),
    appointedBy: Names,
    appointmentAct: Names,
    address: Names,
    place: Names,
  }),
  /** Who signs in; each is also a member with the same name. */
  persons: z.array(z.strictObject({ key: Key, role: z.enum(['chair', 'secretary']), name: Names })),
  members: z.array(
    z.strictObject({
      key: Key,
      role: z.enum(['chair', 'deputy', 'secretary', 'member']),
      name: Names,
      nominatedBy: Names,
      appointmentAct: Names,
      startsOn: z.iso.date(),
      endsOn: z.iso.date(),
      leftOn: Day,
      leftReason: z.enum(['own-wish', 'replaced', 'recalled', 'term-ended', 'other']).nullable(),
    }),
  ),
  /** In one language each, as people write their own names. */
  contacts: z.array(
    z.strictObject({
      key: Key,
      country: CountryCode,
      name: z.string(),
      nameLatin: z.string(),
      role: z.string(),
      position: z.string().nullable(),
      organisation: z.string(),
      phone: z.string(),
      messenger: z.string().nullable(),
      email: z.string().nullable(),
      languages: z.array(z.enum(locales)),
      consent: z.string().nullable(),
      consentOn: Day,
      checkedOn: Day,
    }),
  ),
  decisions: z.array(
    z.strictObject({
      key: Key,
      state: z.enum(['draft', 'signed']),
      number: z.string().nullable(),
      decidedOn: Day,
      title: Names,
      body: Names,
      votesFor: Count,
      votesAgainst: Count,
      votesAbstained: Count,
      present: Count,
      corrects: Key.nullable(),
    }),
  ),
});
export type Sample = z.infer<typeof Sample>;

/** A record to be made. A reference is `@` and the key of another record of the list, which always stands earlier. */
export type SampleRecord = {
  readonly kind: 'person' | 'commission' | 'contact' | 'membership' | 'decision';
  readonly key: string;
  readonly values: Values;
};

/**
 * The records of the sample for a country, in the user's language: `commission` first, then persons (`person-chair`,
 * `person-secretary`), contacts, memberships, decisions. `partitionPath` is the partition of the sample store; `signedAt`
 * of signed decisions is noon UTC of their day.
 */
export function sampleRecords(sample: Sample, country: Country, locale: Locale, partitionPath: string): SampleRecord[] {
  const inLocale = (names: Names) => nameIn(names, locale).text;
  const own = sample.countries[country.code];
  // The paper's languages: those of the country, and the user's where it is none of them, so that they can read it.
  const languages = [...new Set([...country.languages, locale])].toSorted();
  const name = (role: 'chair' | 'secretary') => {
    const person = sample.persons.find((candidate) => candidate.role === role);
    return person?.name ?? {};
  };
  const place = inLocale(sample.commission.place);
  return [
    {
      kind: 'commission',
      key: 'commission',
      values: {
        country: country.code,
        partitionPath,
        level: own.level,
        ...localizedValues('name', own.names, locales),
        formedOn: sample.commission.formedOn,
        appointedBy: inLocale(sample.commission.appointedBy),
        appointmentAct: inLocale(sample.commission.appointmentAct),
        address: inLocale(sample.commission.address),
        phone: own.phone,
        email: sample.commission.email,
        seats: sample.commission.seats,
        quorum: sample.commission.quorum,
        place,
        ...localizedValues('place', sample.commission.place, languages),
      },
    },
    ...sample.persons.map(
      ({ key, role, name: names }): SampleRecord => ({ kind: 'person', key, values: { name: inLocale(names), role } }),
    ),
    ...sample.members.map(
      ({ key, role, name: names }): SampleRecord => ({
        kind: 'contact',
        key: `${key}-contact`,
        values: {
          name: inLocale(names),
          role,
          organisation: inLocale(own.names),
          country: country.code,
          phone: own.phone,
          languages: country.languages.toSorted(),
          consent: 'given',
          consentOn: sample.commission.formedOn,
          checkedOn: sample.commission.formedOn,
        },
      }),
    ),
    ...sample.contacts.map(
      ({ key, ...values }): SampleRecord => ({
        kind: 'contact',
        key,
        values: { ...values, languages: values.languages.toSorted() },
      }),
    ),
    ...sample.members.map(
      ({ key, role, nominatedBy, appointmentAct, startsOn, endsOn, leftOn, leftReason }): SampleRecord => ({
        kind: 'membership',
        key,
        values: {
          commission: '@commission',
          contact: `@${key}-contact`,
          role,
          nominatedBy: inLocale(nominatedBy),
          appointmentAct: inLocale(appointmentAct),
          startsOn,
          endsOn,
          leftOn,
          leftReason,
        },
      }),
    ),
    ...sample.decisions.map(
      ({ key, title, body, corrects, ...decision }): SampleRecord => ({
        kind: 'decision',
        key,
        values: {
          ...decision,
          place,
          basis: inLocale(sample.basis),
          languages,
          ...localizedValues('title', title, languages),
          ...localizedValues('body', body, languages),
          chair: inLocale(name('chair')),
          secretary: inLocale(name('secretary')),
          ...localizedValues('place', sample.commission.place, languages),
          ...localizedValues('basis', sample.basis, languages),
          ...localizedValues('chair', name('chair'), languages),
          ...localizedValues('secretary', name('secretary'), languages),
          signedAt:
            decision.state === 'signed' && decision.decidedOn !== null
              ? Date.parse(`${decision.decidedOn}T12:00:00Z`)
              : null,
          signedBy: decision.state === 'signed' ? '@person-chair' : null,
          corrects: corrects === null ? null : `@${corrects}`,
        },
      }),
    ),
  ];
}

function localizedValues(field: string, names: Names, wanted: readonly Locale[]): Values {
  return Object.fromEntries(wanted.map((locale) => [localizedField(field, locale), names[locale] ?? null]));
}
