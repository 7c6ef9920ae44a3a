/** Country documents as bundled with the app, one lazy chunk each. */
import { useEffect, useState } from 'react';
import type { Country, CountryCode } from '#shared/commissions/country.ts';

const files = import.meta.glob<Country>('../../assets/country/{kz,kg,uz,tj}.json', { import: 'default' });

/** The document of a country. It was checked when the app was built; parsing it again would only cost time. Null if it cannot be read. */
async function loadCountry(code: CountryCode): Promise<Country | null> {
  const load = files[`../../assets/country/${code}.json`];
  return load === undefined ? null : load().catch(() => null);
}

/** The same for a screen: null until it is there. */
export function useCountry(code: CountryCode | null): Country | null {
  const [country, setCountry] = useState<Country | null>(null);
  useEffect(() => {
    let isWanted = true;
    setCountry((now) => (now?.code === code ? now : null));
    if (code !== null) void loadCountry(code).then((loaded) => isWanted && setCountry(loaded));
    return () => {
      isWanted = false;
    };
  }, [code]);
  return country;
}
