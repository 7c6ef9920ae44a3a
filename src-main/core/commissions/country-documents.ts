/** The country documents this build ships, loaded when first asked for. */
import { Country, type CountryCode } from '#shared/commissions/country.ts';

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
