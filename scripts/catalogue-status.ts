/**
 * How far each translated string has come, as `locales/review/<domain>.json` keeps it. A string is `drafted` unless listed: under
 * its locale it is `uncertain` (the translator asks for a native reader); under `reviewed` a native reader has accepted it, with a
 * digest of what was read. Where the string or its Russian source has changed since, it is drafted again.
 */
import { createHash } from 'node:crypto';
import { type Locale, locales, sourceLocale } from '#shared/i18n/locales.ts';
import type { Catalogues, Problem } from './catalogue-rules.ts';

export const statuses = ['reviewed', 'drafted', 'uncertain'] as const;
export type Status = (typeof statuses)[number];

/** By domain. `uncertain`: per locale the keys, a plural also without its form. `reviewed`: per locale and key the digest. */
export type ReviewLists = Record<
  string,
  { uncertain: Record<string, readonly string[]>; reviewed: Record<string, Record<string, string>> }
>;

const pluralSuffix = /_(zero|one|two|few|many|other)$/;

/** What a reader accepted: the translation beside the source it was read with. A plural form stands beside the source's `other`. */
export function reviewDigest(source: string, text: string): string {
  return createHash('sha256').update(`${source}\u0000${text}`).digest('hex').slice(0, 8);
}

/** The Russian text of a key; of a form that Russian has not, its `other` form. */
export function sourceText(catalogues: Catalogues, domain: string, key: string): string {
  const source = catalogues[sourceLocale]?.[domain] ?? {};
  return source[key] ?? source[key.replace(pluralSuffix, '_other')] ?? '';
}

/** The status of one string that exists. */
export function statusOf(
  lists: ReviewLists,
  catalogues: Catalogues,
  locale: Locale,
  domain: string,
  key: string,
): Status {
  const list = lists[domain];
  const text = catalogues[locale]?.[domain]?.[key] ?? '';
  if (list?.reviewed[locale]?.[key] === reviewDigest(sourceText(catalogues, domain, key), text)) return 'reviewed';
  const doubted = list?.uncertain[locale] ?? [];
  return doubted.includes(key) || doubted.includes(key.replace(pluralSuffix, '')) ? 'uncertain' : 'drafted';
}

/** Review lists name existing locales and keys only, and no string is both accepted and doubted. */
export function checkReview(catalogues: Catalogues, lists: ReviewLists): Problem[] {
  return Object.entries(lists).flatMap(([domain, { uncertain, reviewed }]) => {
    const named = [
      ...Object.entries(uncertain).map(([locale, keys]) => [locale, keys, false] as const),
      ...Object.entries(reviewed).map(([locale, keys]) => [locale, Object.keys(keys), true] as const),
    ];
    return named.flatMap(([name, keys, isAccepted]): Problem[] => {
      const locale = locales.find((known) => known === name);
      if (locale === undefined)
        return [{ rule: 'review', locale: name, domain, key: '', text: 'is no locale of ours' }];
      const strings = catalogues[locale]?.[domain] ?? {};
      return keys.flatMap((key): Problem[] => {
        if (!(key in strings) && !Object.keys(strings).some((known) => known.replace(pluralSuffix, '') === key))
          return [{ rule: 'review', locale, domain, key, text: 'is on the review list, but in no catalogue' }];
        return isAccepted && (uncertain[locale] ?? []).includes(key)
          ? [{ rule: 'review', locale, domain, key, text: 'is both reviewed and uncertain' }]
          : [];
      });
    });
  });
}

export type StatusCounts = Record<Status, number>;

/** How many strings of a locale have which status. */
export function countStatuses(lists: ReviewLists, catalogues: Catalogues, locale: Locale): StatusCounts {
  const counts: StatusCounts = { reviewed: 0, drafted: 0, uncertain: 0 };
  for (const [domain, strings] of Object.entries(catalogues[locale] ?? {}))
    for (const key of Object.keys(strings)) counts[statusOf(lists, catalogues, locale, domain, key)] += 1;
  return counts;
}
