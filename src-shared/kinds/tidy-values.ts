/**
 * Texts as they are stored: NFC, no outer spaces, and the two Uzbek apostrophes where the text is Uzbek in Latin letters. The store
 * does it to every change it writes, so no form, import or command line can forget it. Idempotent; what is empty then is null.
 */
import type { Locale } from '../i18n/locales.ts';
import { normalizeText } from '../text/normalize.ts';
import type { Field, Kind, Values } from './define-kind.ts';

/**
 * The language a field's text is tidied in. A version of a localized field is in its language. Any other text is taken for Uzbek in records of
 * Uzbekistan (`country`, lower-case alpha-2, or null): only apostrophes among Latin letters differ.
 */
function languageOf(field: Field, country: string | null): Locale {
  if (field.locale !== undefined) return field.locale;
  return country === 'uz' && !field.verbatim ? 'uz' : 'ru';
}

/** The values with their texts tidied; `country` is that of the commission that writes, unless the values name another. */
export function tidyValues(kind: Kind, values: Values, country: string | null): Values {
  const own = values['country'];
  const place = typeof own === 'string' ? own : country;
  const tidy: { [field: string]: Values[string] } = {};
  for (const name in values) {
    const value = values[name] ?? null;
    const field = kind.fields[name];
    if (typeof value !== 'string' || field?.type !== 'text') tidy[name] = value;
    else tidy[name] = normalizeText(value, languageOf(field, place)) || null;
  }
  return tidy;
}
