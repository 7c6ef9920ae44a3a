/** The country documents this build ships, loaded when first asked for. */
import { Country, CountryCode, findCommission, findUnit, type Names } from '#shared/commissions/country.ts';

const load: { readonly [code in CountryCode]: () => Promise<{ default: unknown }> } = {
  kz: () => import('#assets/country/kz.json', { with: { type: 'json' } }),
  kg: () => import('#assets/country/kg.json', { with: { type: 'json' } }),
  uz: () => import('#assets/country/uz.json', { with: { type: 'json' } }),
  tj: () => import('#assets/country/tj.json', { with: { type: 'json' } }),
};

/** Reads and checks one country's document. */
export async function countryDocument(code: CountryCode): Promise<Country> {
  return Country.parse((await load[code]()).default);
}

/**
 * Answers names of what a partition of a country stands for, by its document: the country, a unit, or a permanent commission; null
 * where that names none. A document is read once.
 */
export function createPlaceNames(): (partition: string) => Promise<Names | null> {
  const documents = new Map<CountryCode, Promise<Country>>();
  return async (partition) => {
    const [code, unit, commission] = partition.split('/');
    const known = CountryCode.safeParse(code);
    if (!known.success) return null;
    const reading = documents.get(known.data) ?? countryDocument(known.data);
    documents.set(known.data, reading);
    const country = await reading;
    if (unit === undefined) return country.names;
    if (commission === undefined) return findUnit(country, unit)?.names ?? null;
    return findCommission(country, commission)?.names ?? null;
  };
}
