/**
 * The country document: levels, roles, territorial units and permanent commissions of one country, as data.
 *
 * Commission trees differ by country and change with time (Kazakhstan split oblasts in 2022, Kyrgyzstan renamed a city in
 * 2025), so nothing of it is code: `assets/country/<code>.json` is the first version, a signed `country` pack may bring a
 * later one. Identifiers (`kz-19`, `kz-19-tec_oblast`) never change and never get reused, because records refer to them.
 */
import { z } from 'zod';
import { Locale } from '../i18n/locale.ts';
import { locales, pickContentLocale } from '../i18n/locales.ts';

export const CountryCode = z.enum(['kz', 'kg', 'uz', 'tj']);
export type CountryCode = z.infer<typeof CountryCode>;

/**
 * How far a statement may be trusted: `attested` was read in a named source; `common` is general knowledge nobody looked
 * up for us; `derived` was composed by rule (a transliteration, a rendering in a neighbour's language); `uncertain` must
 * be checked before anyone relies on it. All but `attested` wait for a native or legal reader.
 */
export const Certainty = z.enum(['attested', 'common', 'derived', 'uncertain']);
export type Certainty = z.infer<typeof Certainty>;

/** Names by locale. A pack may miss some (a reader falls back, see `nameIn`); the shipped documents have all seven. */
export const Names = z
  .partialRecord(Locale, z.string().trim().min(1).max(300))
  .refine((names) => Object.keys(names).length > 0, { error: 'at least one name' });
export type Names = z.infer<typeof Names>;

/** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`: history is often known only to the year. */
export const PartialDate = z.string().regex(/^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/);
export type PartialDate = z.infer<typeof PartialDate>;

const Slug = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*$/)
  .max(80);

export const FormerName = z.strictObject({
  names: Names,
  /** When the name ceased; null where that is not known. */
  until: PartialDate.nullable(),
  certainty: Certainty,
});
export type FormerName = z.infer<typeof FormerName>;

export const CommissionLevel = z.strictObject({
  /** Unique in the country: `cec`, `tec_oblast`, `dec`, `pec` … */
  id: Slug,
  /** Distance from the centre: 1 is the central commission; levels that stand beside each other may share a number. */
  order: z.number().int().min(1).max(9),
  names: Names,
  shortNames: Names,
  /** Members with a vote; null where the law was not read. */
  seats: z.number().int().min(1).max(100).nullable(),
  /** The share of all members that must be present; null where the law was not read. */
  quorum: z
    .strictObject({ num: z.number().int().min(1), den: z.number().int().min(1), certainty: Certainty })
    .refine((rule) => rule.num <= rule.den, { error: 'quorum above all members' })
    .nullable(),
  termYears: z.number().int().min(1).max(10).nullable(),
  /** Formed for one election and dissolved after it. */
  temporary: z.boolean(),
  certainty: Certainty,
});
export type CommissionLevel = z.infer<typeof CommissionLevel>;

export const CommissionRoleId = z.enum(['chair', 'deputy', 'secretary', 'member']);
export type CommissionRoleId = z.infer<typeof CommissionRoleId>;

export const CommissionRole = z.strictObject({ id: CommissionRoleId, names: Names });
export type CommissionRole = z.infer<typeof CommissionRole>;

/** Who may propose members: a type (a party, a local council), never one organisation. */
export const NominatingBody = z.strictObject({ id: Slug, names: Names, certainty: Certainty });
export type NominatingBody = z.infer<typeof NominatingBody>;

export const UnitKind = z.enum([
  'country',
  'oblast',
  'autonomous_oblast',
  'republic',
  'republican_districts',
  'city_republican',
  'city',
  'district',
]);
export type UnitKind = z.infer<typeof UnitKind>;

export const Unit = z.strictObject({
  id: Slug,
  /** ISO 3166-2 code, or the country's own ISO 3166-1 code; null where there is none. */
  iso: z.string().nullable(),
  parent: Slug.nullable(),
  kind: UnitKind,
  names: Names,
  /** The administrative centre, searched too: people look for their oblast by its city. Null where the unit is a city or has none. */
  centre: z
    .strictObject({ names: Names, formerNames: z.array(FormerName), spellings: z.array(z.string().min(1)) })
    .nullable(),
  formerNames: z.array(FormerName),
  /** Other spellings and abbreviations people type; searched, never shown. */
  spellings: z.array(z.string().min(1)),
  /** First and last day; null means not known or before independence, and still standing. */
  validFrom: PartialDate.nullable(),
  validTo: PartialDate.nullable(),
  certainty: Certainty,
});
export type Unit = z.infer<typeof Unit>;

export const CountryCommission = z.strictObject({
  /** `<unit id>-<level id>`. */
  id: Slug,
  level: Slug,
  unit: Slug,
  parent: Slug.nullable(),
  /** The full official name as a paper is headed; in languages other than the country's own a descriptive rendering. */
  names: Names,
  validFrom: PartialDate.nullable(),
  validTo: PartialDate.nullable(),
  certainty: Certainty,
  /** Locales in which the name was composed and no native reader has confirmed it. */
  review: z.array(Locale),
});
export type CountryCommission = z.infer<typeof CountryCommission>;

/** A remark for whoever maintains the document: what is open, what was left out and why. */
export const CountryNote = z.strictObject({ about: z.string().min(1), text: z.string().min(1), certainty: Certainty });
export type CountryNote = z.infer<typeof CountryNote>;

const CountryShape = z.strictObject({
  format: z.literal(1),
  code: CountryCode,
  /** Rising with every published change. */
  version: z.number().int().min(1),
  asOf: z.iso.date(),
  names: Names,
  /** Languages in which commissions of the country write documents, the state language first. */
  languages: z.array(Locale).min(1),
  levels: z.array(CommissionLevel).min(1),
  roles: z.array(CommissionRole).min(1),
  nominatingBodies: z.array(NominatingBody),
  units: z.array(Unit).min(1),
  commissions: z.array(CountryCommission).min(1),
  sources: z.array(z.string().min(1)),
  notes: z.array(CountryNote),
});

/** The whole document; parsing also checks that identifiers are unique and every reference leads somewhere, without cycles. */
export const Country = CountryShape.superRefine((country, context) => {
  const complain = (message: string) => context.addIssue({ code: 'custom', message });
  for (const group of ['levels', 'roles', 'nominatingBodies', 'units', 'commissions'] as const) {
    for (const id of repeated(country[group].map((row) => row.id))) complain(`${group}: id ${id} is not unique`);
  }
  const units = new Map(country.units.map((unit) => [unit.id, unit.parent]));
  const commissions = new Map(country.commissions.map((commission) => [commission.id, commission.parent]));
  const levels = new Set(country.levels.map((level) => level.id));
  for (const id of danglingOrCyclic(units)) complain(`units: the parents of ${id} do not lead to a root`);
  for (const id of danglingOrCyclic(commissions)) complain(`commissions: the parents of ${id} do not lead to a root`);
  for (const commission of country.commissions) {
    if (!units.has(commission.unit)) complain(`commissions: ${commission.id} is in an unknown unit`);
    if (!levels.has(commission.level)) complain(`commissions: ${commission.id} has an unknown level`);
    if (commission.id !== commissionId(commission.unit, commission.level)) {
      complain(`commissions: ${commission.id} is not <unit>-<level>`);
    }
  }
});
export type Country = z.infer<typeof Country>;

/** The stable identifier of a unit's commission at a level: `kz-19`, `tec_oblast` → `kz-19-tec_oblast`. */
function commissionId(unitId: string, levelId: string): string {
  return `${unitId}-${levelId}`;
}

/** The level with this id, or null. */
export function findLevel(country: Country, levelId: string): CommissionLevel | null {
  return country.levels.find((level) => level.id === levelId) ?? null;
}

/** The unit with this id, or null. */
export function findUnit(country: Country, unitId: string): Unit | null {
  return country.units.find((unit) => unit.id === unitId) ?? null;
}

/** The commission with this id, or null (also for one a person added by hand, which is a record and not in the document). */
export function findCommission(country: Country, id: string): CountryCommission | null {
  return country.commissions.find((commission) => commission.id === id) ?? null;
}

/** The units above this one, nearest first, without the country itself: a district → [its oblast]. */
export function unitsAbove(country: Country, unitId: string): Unit[] {
  const above: Unit[] = [];
  let unit = parentOf(country, unitId);
  while (unit !== null && unit.kind !== 'country') {
    above.push(unit);
    unit = parentOf(country, unit.id);
  }
  return above;
}

/** The oblast-level unit this unit is or lies in (the second step of a partition: `kz/kz-19`); null for the country itself. */
export function oblastOf(country: Country, unitId: string): Unit | null {
  const self = findUnit(country, unitId);
  if (self === null || self.kind === 'country') return null;
  return unitsAbove(country, unitId).at(-1) ?? self;
}

/** A text and the locale it is really in, so that the reader can set `lang`. */
export type LocalizedName = { readonly text: string; readonly locale: Locale };

/** The name in `locale`, else in the next language of its fallback chain (the other script of Uzbek, Russian, English), else any. */
export function nameIn(names: Names, locale: Locale): LocalizedName {
  const found = pickContentLocale(
    locale,
    locales.filter((candidate) => names[candidate] !== undefined),
  );
  const text = found === null ? undefined : names[found];
  if (found === null || text === undefined) throw new Error('names without a name: the schema forbids it');
  return { text, locale: found };
}

function parentOf(country: Country, unitId: string): Unit | null {
  const parent = findUnit(country, unitId)?.parent ?? null;
  return parent === null ? null : findUnit(country, parent);
}

function repeated(ids: readonly string[]): string[] {
  return ids.filter((id, index) => ids.indexOf(id) !== index);
}

/** Ids whose chain of parents meets an unknown id or never ends. */
function danglingOrCyclic(parents: ReadonlyMap<string, string | null>): string[] {
  return [...parents.keys()].filter((start) => {
    const seen = new Set<string>();
    for (let id: string | null = start; id !== null; id = parents.get(id) ?? null) {
      if (seen.has(id) || !parents.has(id)) return true;
      seen.add(id);
    }
    return false;
  });
}
