/**
 * The texts a person sees, by their keys: a walk asks the catalogues for the words of its language, so that the same walk goes in
 * every language and a text that is missing fails it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locale } from '#shared/i18n/locales.ts';
import { type Catalogue, createTranslate, type TranslateValues } from '#shared/i18n/translate.ts';
import { root } from '../../scripts/runtimes.mjs';

export type Words = {
  readonly locale: Locale;
  /** The text of `domain:key`. Throws when the catalogue has none. */
  readonly say: (key: string, values?: TranslateValues) => string;
  /** The same as a pattern: a value that is not given may be anything, and more may stand before and after. */
  readonly like: (key: string, values?: TranslateValues) => RegExp;
  /** Those of another language from the same folder. */
  readonly of: (locale: Locale) => Words;
};

/** Stands for a value the walk does not know: the time of a save, the name of a file. No catalogue has it. */
const anything = '\u{F0000}';

/** The words of a language; `catalogues` is the folder they are read from, where it is not the project's. */
export function wordsOf(locale: Locale, catalogues = join(root, 'locales')): Words {
  const folder = join(catalogues, locale);
  const domains = new Map<string, Catalogue>();
  for (const file of readdirSync(folder)) {
    domains.set(file.replace(/\.json$/, ''), JSON.parse(readFileSync(join(folder, file), 'utf8')));
  }
  function say(address: string, values: TranslateValues = {}): string {
    const [domain = '', key = ''] = address.split(/:(.*)/s);
    const catalogue = domains.get(domain);
    if (catalogue === undefined) throw new Error(`no catalogue ${locale}/${domain}.json`);
    const text = createTranslate(catalogue, locale)(key, values);
    if (text === key) throw new Error(`no text ${address} in ${locale}`);
    return text;
  }
  function like(address: string, values: TranslateValues = {}): RegExp {
    const [domain = '', key = ''] = address.split(/:(.*)/s);
    const names = [...(domains.get(domain)?.[key] ?? say(address, values)).matchAll(/\{\{\s*([\w.]+)/g)];
    const filled = Object.fromEntries(names.map(([, name = '']) => [name, values[name] ?? anything]));
    return new RegExp(escapeRegExp(say(address, { ...filled, ...values })).replaceAll(anything, '.+'));
  }
  return { locale, say, like, of: (other) => wordsOf(other, catalogues) };
}

/** A text as a pattern that matches just it. Blanks match any blank: the page may hold them together. */
export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/\s+/g, String.raw`\s+`);
}
