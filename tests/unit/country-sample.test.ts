/** The sample data fits the record kinds, refers only to itself, and says everywhere that it is a sample. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Person } from '#shared/access/person.ts';
import { Commission } from '#shared/commissions/commission.ts';
import { Country, type CountryCode, findLevel, findUnit } from '#shared/commissions/country.ts';
import { Membership } from '#shared/commissions/membership.ts';
import { Sample, sampleRecords } from '#shared/commissions/sample.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { locales } from '#shared/i18n/locales.ts';
import { checkValues, type Kind, missingFields } from '#shared/kinds/define-kind.ts';
import { Decision } from '#shared/records/decision.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../assets/country/${name}.json`, import.meta.url), 'utf8'));
const sample = Sample.parse(read('sample'));
const kinds: Readonly<Record<string, Kind>> = {
  person: Person,
  commission: Commission,
  contact: Contact,
  membership: Membership,
  decision: Decision,
};
const someId = '0199c5c2-0000-7000-8000-000000000001';
const saysSample = /пример|үлгі|үлгү|namun|намун|sample|primer|ulgi|ulgu/i;
const codes = ['kz', 'kg', 'uz', 'tj'] as const satisfies readonly CountryCode[];
const every = codes.flatMap((code) => locales.map((locale) => [code, locale] as const));

describe.each(every)('%s in %s', (code, locale) => {
  const country = Country.parse(read(code));
  const records = sampleRecords(sample, country, locale, `${code}/sample`);

  test('fits the kinds', () => {
    for (const { kind, key, values } of records) {
      const declared = kinds[kind];
      if (declared === undefined) throw new Error(kind);
      const resolved = Object.fromEntries(
        Object.entries(values).map(([field, value]) => [
          field,
          typeof value === 'string' && value.startsWith('@') ? someId : value,
        ]),
      );
      expect([key, ...checkValues(declared, resolved), ...missingFields(declared, resolved)]).toEqual([key]);
    }
  });

  test('refers only to records that stand earlier', () => {
    const seen = new Set<string>();
    for (const { key, values } of records) {
      const references = Object.values(values).filter((value) => typeof value === 'string' && value.startsWith('@'));
      expect(references.filter((reference) => !seen.has(String(reference).slice(1)))).toEqual([]);
      expect(seen).not.toContain(key);
      seen.add(key);
    }
  });

  test('every person, contact, commission and decision says that it is a sample', () => {
    const titles = records.flatMap(({ kind, values }) =>
      Object.entries(values).filter(
        ([field, value]) =>
          value !== null &&
          (kind === 'decision' ? field.startsWith('title') : kind !== 'membership' && field.startsWith('name')),
      ),
    );
    expect(titles.length).toBeGreaterThan(60);
    expect(titles.filter(([, value]) => !saysSample.test(String(value)))).toEqual([]);
  });

  test('is of a size worth trying, with an impossible phone everywhere', () => {
    const count = (kind: string) => records.filter((record) => record.kind === kind).length;
    expect([count('person'), count('contact'), count('membership'), count('decision')]).toEqual([2, 52, 12, 6]);
    const phones = records.filter(({ kind }) => kind === 'contact').map(({ values }) => String(values['phone']));
    expect(phones.filter((phone) => !/^\+(7|996|998|992) 00/.test(phone))).toEqual([]);
    expect(findLevel(country, sample.countries[code].level)).not.toBeNull();
    expect(findUnit(country, sample.countries[code].unit)).not.toBeNull();
  });
});

test('signed decisions have number, day, votes within those present and a quorum', () => {
  const signed = sample.decisions.filter(({ state }) => state === 'signed');
  expect(signed).toHaveLength(4);
  for (const decision of signed) {
    const votes = (decision.votesFor ?? 0) + (decision.votesAgainst ?? 0) + (decision.votesAbstained ?? 0);
    expect(decision.number).not.toBeNull();
    expect(decision.decidedOn).not.toBeNull();
    expect(votes).toBe(decision.present);
    expect(votes).toBeGreaterThanOrEqual(sample.commission.quorum);
    expect(votes).toBeLessThanOrEqual(sample.commission.seats);
  }
});

test('contacts are in several languages and scripts', () => {
  const names = sample.contacts.map(({ name }) => name);
  expect(new Set(names).size).toBe(40);
  expect(names.filter((name) => /^[a-zʻʼ0-9 ]+$/i.test(name)).length).toBeGreaterThan(3);
  for (const word of ['Үлгі', 'Үлгү', 'Намунавий', 'намунавӣ', 'Примерное'])
    expect(names.some((name) => name.includes(word))).toBe(true);
});
