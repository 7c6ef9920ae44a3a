/**
 * The rules that the seven catalogues must keep, as pure functions from catalogues to problems. `i18n-check.ts` reads the files and prints.
 */
import { alphabets, upperLetter } from '#shared/text/alphabets.ts';
import { normalizeText } from '#shared/text/normalize.ts';
import { localeFacts, locales, sourceLocale } from '#shared/i18n/locales.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import { pluralCategories } from '#shared/i18n/plural.ts';
import { holdsTerm } from './word-forms.ts';

/** Strings by locale, domain (file name) and key. A locale or domain may be absent: that is one of the things checked. */
export type Catalogues = Partial<Record<Locale, Record<string, Record<string, string>>>>;

export type Problem = {
  rule:
    | 'file'
    | 'key'
    | 'plural'
    | 'placeholder'
    | 'empty'
    | 'form'
    | 'script'
    | 'letter'
    | 'untranslated'
    | 'review'
    | 'glyph'
    | 'glossary'
    | 'context'
    | 'fallback'
    | 'types';
  locale: string;
  domain: string;
  key: string;
  text: string;
};

/** Words that may stand in the other script: `latin` in Cyrillic catalogues, `cyrillic` in Latin ones; compared without case. */
export type AllowList = { latin: readonly string[]; cyrillic: readonly string[] };

const pluralSuffix = /_(zero|one|two|few|many|other)$/;
const placeholder = /\{\{\s*([\w.]+)\s*(?:,\s*\w+\s*)?\}\}/g;

type Entry = { domain: string; key: string; text: string };

function entriesOf(catalogues: Catalogues, locale: Locale): Entry[] {
  return Object.entries(catalogues[locale] ?? {}).flatMap(([domain, strings]) =>
    Object.entries(strings).map(([key, text]) => ({ domain, key, text })),
  );
}

/** The key without its plural form, if the source treats it as a plural; else the key itself. */
function baseKey(key: string, source: Readonly<Record<string, string>>): string {
  const base = key.replace(pluralSuffix, '');
  return base !== key && `${base}_other` in source ? base : key;
}

function placeholdersOf(text: string): string[] {
  return [...text.matchAll(placeholder)].map((match) => match[1] ?? '').toSorted();
}

/** Same files, same keys, and of plural keys exactly the forms that the language has. */
export function checkKeys(catalogues: Catalogues): Problem[] {
  const problems: Problem[] = [];
  const domains = [...new Set(locales.flatMap((locale) => Object.keys(catalogues[locale] ?? {})))];
  for (const domain of domains) {
    const source = catalogues[sourceLocale]?.[domain];
    if (source === undefined) {
      problems.push({ rule: 'file', locale: sourceLocale, domain, key: '', text: 'the source file is missing' });
      continue;
    }
    for (const locale of locales) {
      const strings = catalogues[locale]?.[domain];
      if (strings === undefined) {
        problems.push({ rule: 'file', locale, domain, key: '', text: 'the file is missing' });
        continue;
      }
      const wanted = wantedKeys(source, locale);
      for (const key of wanted) {
        if (key in strings) continue;
        const rule = pluralSuffix.test(key) && key.replace(pluralSuffix, '_other') in source ? 'plural' : 'key';
        problems.push({ rule, locale, domain, key, text: 'is missing' });
      }
      for (const key of Object.keys(strings)) {
        if (wanted.has(key)) continue;
        const rule = baseKey(key, source) === key ? 'key' : 'plural';
        problems.push({
          rule,
          locale,
          domain,
          key,
          text: rule === 'key' ? 'is not in the source' : 'is a plural form this language does not have',
        });
      }
    }
  }
  return problems;
}

function wantedKeys(source: Readonly<Record<string, string>>, locale: Locale): Set<string> {
  const wanted = new Set<string>();
  for (const key of Object.keys(source)) {
    const base = baseKey(key, source);
    if (base === key) wanted.add(key);
    else for (const category of pluralCategories[locale]) wanted.add(`${base}_${category}`);
  }
  return wanted;
}

/** Every placeholder of the source and no other; a plural form may leave out `count` («one day»), but not all of the forms. */
export function checkPlaceholders(catalogues: Catalogues): Problem[] {
  const problems: Problem[] = [];
  for (const [domain, source] of Object.entries(catalogues[sourceLocale] ?? {})) {
    for (const locale of locales) {
      const strings = catalogues[locale]?.[domain] ?? {};
      for (const base of new Set(Object.keys(source).map((key) => baseKey(key, source)))) {
        const isForm = (key: string): boolean => key === base || (baseKey(key, source) === base && key !== base);
        const namesIn = (texts: Readonly<Record<string, string>>): Set<string> =>
          new Set(
            Object.keys(texts)
              .filter(isForm)
              .flatMap((key) => placeholdersOf(texts[key] ?? '')),
          );
        const wanted = namesIn(source);
        const present = Object.keys(strings).filter(isForm);
        for (const key of present) {
          const found = placeholdersOf(strings[key] ?? '');
          const isPlural = key !== base;
          const extra = found.filter((name) => !wanted.has(name));
          const missing = [...wanted].filter((name) => !found.includes(name) && !(isPlural && name === 'count'));
          if (extra.length > 0)
            problems.push({ rule: 'placeholder', locale, domain, key, text: `unknown {{${extra.join('}} {{')}}}` });
          if (missing.length > 0)
            problems.push({ rule: 'placeholder', locale, domain, key, text: `lacks {{${missing.join('}} {{')}}}` });
        }
        if (present.length > 0 && wanted.has('count') && !namesIn(strings).has('count')) {
          problems.push({ rule: 'placeholder', locale, domain, key: base, text: 'no form shows {{count}}' });
        }
      }
    }
  }
  return problems;
}

/** No empty strings, no outer or doubled spaces, NFC, and in Uzbek Latin the two proper apostrophes. */
export function checkForm(catalogues: Catalogues): Problem[] {
  return locales.flatMap((locale) =>
    entriesOf(catalogues, locale).flatMap(({ domain, key, text }): Problem[] => {
      if (text.trim() === '') return [{ rule: 'empty', locale, domain, key, text: 'is empty' }];
      if (text !== text.trim() || text.includes('  '))
        return [{ rule: 'form', locale, domain, key, text: `spaces: «${text}»` }];
      if (text !== text.normalize('NFC')) return [{ rule: 'form', locale, domain, key, text: 'is not NFC' }];
      if (locale === 'uz' && text !== normalizeText(text, 'uz')) {
        return [{ rule: 'form', locale, domain, key, text: `apostrophes: write «${normalizeText(text, 'uz')}»` }];
      }
      return [];
    }),
  );
}

const word = /[\p{Letter}\p{Mark}\u02BB\u02BC'’-]+/gu;

/** The words of a string without placeholders, tags and allowed words (a compound like «PIN-код» is judged by its parts). */
function judgedWords(text: string, allowed: ReadonlySet<string>): string[] {
  const bare = text
    .replaceAll(placeholder, ' ')
    .replaceAll(/<\/?\w+\/?>/g, ' ')
    .replaceAll(/\S+@\S+|https?:\S+|\.\w+/g, ' ');
  return [...bare.matchAll(word)].flatMap((match) => {
    if (allowed.has(match[0].toLowerCase())) return [];
    return match[0].split(/[-'’]/).filter((part) => part !== '' && !allowed.has(part.toLowerCase()));
  });
}

/** No word in the other script, and no letter that the language's alphabet lacks (a string left in a sister language). */
export function checkScript(catalogues: Catalogues, allowList: AllowList): Problem[] {
  const problems: Problem[] = [];
  for (const locale of locales) {
    const isCyrillic = localeFacts[locale].script === 'Cyrl';
    const allowed = new Set((isCyrillic ? allowList.latin : allowList.cyrillic).map((entry) => entry.toLowerCase()));
    // Product names such as XLSX stand in Latin catalogues too, where their letters may not be the language's own.
    const allowedLatin = new Set(allowList.latin.map((entry) => entry.toLowerCase()));
    const otherScript = isCyrillic ? /\p{Script=Latin}/u : /\p{Script=Cyrillic}/u;
    const letters = new Set(alphabets[locale].flatMap((letter) => [...letter, ...upperLetter(letter)]));
    if (locale === 'uz') letters.add('ʼ');
    for (const { domain, key, text } of entriesOf(catalogues, locale)) {
      for (const part of judgedWords(text, allowed)) {
        if (otherScript.test(part.replaceAll(/[\u02BB\u02BC]/g, ''))) {
          problems.push({ rule: 'script', locale, domain, key, text: `«${part}» is in the other script: «${text}»` });
        } else if (!allowedLatin.has(part.toLowerCase())) {
          const foreign = [...part].filter(
            (char) => /\p{Letter}/u.test(char) && !letters.has(char) && !letters.has(char.toLowerCase()),
          );
          if (foreign.length > 0) {
            problems.push({
              rule: 'letter',
              locale,
              domain,
              key,
              text: `«${foreign.join('')}» is no letter of the language: «${text}»`,
            });
          }
        }
      }
    }
  }
  return problems;
}

/** Strings of two words or more that are letter for letter the Russian ones, in the four other Cyrillic languages. */
export function checkUntranslated(catalogues: Catalogues, allowList: AllowList): Problem[] {
  const allowed = new Set([...allowList.latin, ...allowList.cyrillic].map((entry) => entry.toLowerCase()));
  return locales.flatMap((locale) => {
    if (locale === sourceLocale || localeFacts[locale].script !== 'Cyrl') return [];
    return entriesOf(catalogues, locale).flatMap(({ domain, key, text }): Problem[] => {
      const source = catalogues[sourceLocale]?.[domain]?.[key];
      return source === text && judgedWords(text, allowed).length >= 2
        ? [{ rule: 'untranslated', locale, domain, key, text: `is the Russian text: «${text}»` }]
        : [];
    });
  });
}

/** Every character of every string can be drawn by the bundled font. `extra`: other texts the app shows, by a name for the report. */
export function checkGlyphs(
  catalogues: Catalogues,
  extra: Readonly<Record<string, string>>,
  coverage: ReadonlySet<number>,
): Problem[] {
  const texts = locales.flatMap((locale) =>
    entriesOf(catalogues, locale).map((entry) => ({ locale: locale as string, ...entry })),
  );
  for (const [name, text] of Object.entries(extra)) texts.push({ locale: '', domain: name, key: '', text });
  return texts.flatMap(({ locale, domain, key, text }): Problem[] => {
    const missing = new Set(
      [...text].filter((char) => !'\n\t'.includes(char) && !coverage.has(char.codePointAt(0) ?? 0)),
    );
    if (missing.size === 0) return [];
    const codes = [...missing].map(
      (char) => `${char} U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
    );
    return [{ rule: 'glyph', locale, domain, key, text: `the font lacks ${codes.join(', ')}` }];
  });
}

/** Terms of the field by id and locale; several renderings are separated by «; ». */
export type Glossary = Record<string, Partial<Record<Locale, string>>>;

/** A string in which a term is rendered otherwise on purpose. `locales` absent: in every language. */
export type GlossaryException = {
  term: string;
  /** `domain:key`; of a plural without its form. */
  key: string;
  locales?: readonly Locale[] | undefined;
  reason: string;
};

/** «form (document form)» is known by its first words; «restore / backup copy» are two renderings. */
function renderingsOf(terms: string): string[] {
  return terms
    .replaceAll(/\(.*?\)/g, '')
    .split(/; |, | \/ /)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

/**
 * The Russian string speaks of a glossary term and the translation holds none of the agreed renderings, nor is it among the
 * exceptions. An exception that excuses nothing is a problem too: the list must not outlive its reasons.
 */
export function checkGlossary(
  catalogues: Catalogues,
  glossary: Glossary,
  exceptions: readonly GlossaryException[],
): Problem[] {
  const problems: Problem[] = [];
  const used = new Set<GlossaryException>();
  for (const { domain, key, text: source } of entriesOf(catalogues, sourceLocale)) {
    const base = baseKey(key, catalogues[sourceLocale]?.[domain] ?? {});
    for (const [id, terms] of Object.entries(glossary)) {
      if (!renderingsOf(terms[sourceLocale] ?? '').some((term) => holdsTerm(sourceLocale, source, term))) continue;
      for (const locale of locales) {
        const wanted = terms[locale];
        const text = catalogues[locale]?.[domain]?.[key];
        if (locale === sourceLocale || wanted === undefined || text === undefined) continue;
        if (renderingsOf(wanted).some((term) => holdsTerm(locale, text, term))) continue;
        const excuse = exceptions.find(
          (exception) =>
            exception.term === id &&
            exception.key === `${domain}:${base}` &&
            (exception.locales === undefined || exception.locales.includes(locale)),
        );
        if (excuse === undefined)
          problems.push({ rule: 'glossary', locale, domain, key, text: `${id} is «${wanted}»: «${text}»` });
        else used.add(excuse);
      }
    }
  }
  for (const exception of exceptions) {
    if (used.has(exception)) continue;
    const [domain = '', key = ''] = exception.key.split(':');
    problems.push({
      rule: 'glossary',
      locale: '',
      domain,
      key,
      text: `the exception for ${exception.term} excuses nothing`,
    });
  }
  return problems;
}

/** Every language declares where its content is looked for: itself first, each once, and one that all officials read in the end. */
export function checkFallbacks(
  facts: Readonly<Record<Locale, { contentFallback: readonly Locale[] }>> = localeFacts,
): Problem[] {
  return locales.flatMap((locale) => {
    const chain = facts[locale].contentFallback;
    const isSound = chain[0] === locale && new Set(chain).size === chain.length && chain.includes(sourceLocale);
    return isSound
      ? []
      : [{ rule: 'fallback', locale, domain: '', key: '', text: `falls back by ${chain.join(' → ')}` }];
  });
}

/** The renderer's list of typed domains (resource-types.ts) names every domain of the window. */
export function checkResourceTypes(domains: readonly string[], typesSource: string): Problem[] {
  return domains
    .filter((domain) => !typesSource.includes(`'#locales/${sourceLocale}/${domain}.json'`))
    .map((domain) => ({
      rule: 'types',
      locale: '',
      domain,
      key: '',
      text: 'is not in src-renderer/i18n/resource-types.ts: run i18n:check -- --write-types',
    }));
}
