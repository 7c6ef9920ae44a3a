/** The catalogues, their statuses and contexts as they lie in locales/. A file of another shape throws with its name. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Locale, locales } from '#shared/i18n/locales.ts';
import type { Catalogues } from './catalogue-rules.ts';
import { type ContextLists, ContextLists as Contexts } from './catalogue-context.ts';
import type { ReviewLists } from './catalogue-status.ts';

const Strings = z.record(z.string(), z.string());
const ReviewFile = z.record(
  z.string(),
  z.union([z.array(z.string()), z.record(z.string(), z.record(z.string(), z.string()))]),
);

function jsonFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .toSorted();
  } catch {
    return [];
  }
}

export function readJson<T>(file: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** All catalogues below `folder`. */
export function readCatalogues(folder: string): Catalogues {
  const catalogues: Catalogues = {};
  for (const locale of locales) {
    const byDomain: Record<string, Record<string, string>> = {};
    for (const name of jsonFiles(join(folder, locale))) {
      byDomain[name.replace(/\.json$/, '')] = readJson(join(folder, locale, name), Strings);
    }
    catalogues[locale] = byDomain;
  }
  return catalogues;
}

export function readReviewLists(folder: string): ReviewLists {
  const lists: ReviewLists = {};
  for (const name of jsonFiles(join(folder, 'review'))) {
    const { reviewed, ...uncertain } = readJson(join(folder, 'review', name), ReviewFile);
    lists[name.replace(/\.json$/, '')] = {
      uncertain: Object.fromEntries(
        Object.entries(uncertain).flatMap(([locale, keys]) => (Array.isArray(keys) ? [[locale, keys]] : [])),
      ),
      reviewed: reviewed === undefined || Array.isArray(reviewed) ? {} : reviewed,
    };
  }
  return lists;
}

export function readContexts(folder: string): ContextLists {
  return readJson(join(folder, 'contexts.json'), Contexts);
}

/** Writes the catalogues and statuses of one domain; keys stay in the order they are given. */
export function writeCatalogue(folder: string, locale: Locale, domain: string, strings: Record<string, string>): void {
  writeFileSync(join(folder, locale, `${domain}.json`), `${JSON.stringify(strings, null, 2)}\n`);
}

export function writeReviewList(folder: string, domain: string, { uncertain, reviewed }: ReviewLists[string]): void {
  const lists = { ...uncertain, ...(Object.keys(reviewed).length > 0 && { reviewed }) };
  writeFileSync(join(folder, 'review', `${domain}.json`), `${JSON.stringify(lists, null, 2)}\n`);
}
