/**
 * The catalogues as one table for native readers who work in a spreadsheet, and the way back. A row per string; beside each language
 * its status. Nothing is lost on the way: a table that nobody has touched changes nothing. A changed cell is taken only
 * if the string keeps the rules of the catalogues; whatever is not taken is told with its row and the reason.
 */
import { normalizeText } from '#shared/text/normalize.ts';
import { type Locale, localesAsListed, sourceLocale } from '#shared/i18n/locales.ts';
import { type ContextLists, contextOf } from './catalogue-context.ts';
import {
  type AllowList,
  type Catalogues,
  checkForm,
  checkPlaceholders,
  checkScript,
  checkUntranslated,
} from './catalogue-rules.ts';
import { type ReviewLists, reviewDigest, sourceText, type Status, statuses, statusOf } from './catalogue-status.ts';

export type Cell = string | null;
/** First the heads, then the strings. */
export type SheetTable = readonly (readonly Cell[])[];

const translated = localesAsListed.filter((locale) => locale !== sourceLocale);
const statusHead = (locale: Locale): string => `${locale} status`;
const fixedHeads = ['domain', 'key', 'context', 'screenshot', sourceLocale] as const;
const pluralSuffix = /_(zero|one|two|few|many|other)$/;

/** All strings beside each other, in the order of the Russian files. `wanted`: only these languages beside Russian. */
export function catalogueTable(
  catalogues: Catalogues,
  lists: ReviewLists,
  contexts: ContextLists,
  wanted: readonly Locale[] = translated,
): SheetTable {
  const shown = translated.filter((locale) => wanted.includes(locale));
  const rows: Cell[][] = [[...fixedHeads, ...shown.flatMap((locale) => [locale, statusHead(locale)])]];
  for (const domain of Object.keys(catalogues[sourceLocale] ?? {})) {
    for (const key of keysOf(catalogues, domain)) {
      const { where, screen } = contextOf(contexts, domain, key);
      rows.push([
        domain,
        key,
        where,
        screen === null ? null : `ru-${screen}.png`,
        catalogues[sourceLocale]?.[domain]?.[key] ?? null,
        ...shown.flatMap((locale) => {
          const text = catalogues[locale]?.[domain]?.[key];
          return text === undefined ? [null, null] : [text, statusOf(lists, catalogues, locale, domain, key)];
        }),
      ]);
    }
  }
  return rows;
}

/** Keys of a domain in the order of the source; plural forms that only other languages have come behind the source's own. */
function keysOf(catalogues: Catalogues, domain: string): string[] {
  const keys = Object.keys(catalogues[sourceLocale]?.[domain] ?? {});
  for (const locale of translated) {
    for (const key of Object.keys(catalogues[locale]?.[domain] ?? {})) if (!keys.includes(key)) keys.push(key);
  }
  return keys;
}

export type Refusal = { row: number; locale: Locale | null; key: string; reason: string };
export type ImportPlan = {
  texts: { row: number; locale: Locale; domain: string; key: string; text: string }[];
  statuses: { locale: Locale; domain: string; key: string; status: Status }[];
  refused: Refusal[];
};

/** What a table that came back changes. Row numbers are those of the spreadsheet: the heads are row 1. */
export function planImport(
  table: SheetTable,
  catalogues: Catalogues,
  lists: ReviewLists,
  allowList: AllowList,
): ImportPlan {
  const plan: ImportPlan = { texts: [], statuses: [], refused: [] };
  const heads = (table[0] ?? []).map((head) => (head ?? '').trim());
  const missing = fixedHeads.filter((head) => head !== 'context' && head !== 'screenshot' && !heads.includes(head));
  if (missing.length > 0) {
    plan.refused.push({ row: 1, locale: null, key: '', reason: `the column ${missing.join(', ')} is missing` });
    return plan;
  }
  const shown = translated.filter((locale) => heads.includes(locale));
  for (const [index, cells] of table.entries()) {
    if (index === 0 || cells.every((cell) => cell === null || cell === '')) continue;
    const cell = (head: string): string => cells[heads.indexOf(head)] ?? '';
    planRow({ row: index + 1, cell, shown, heads }, catalogues, lists, plan);
  }
  refuseBroken(plan, catalogues, allowList);
  return plan;
}

type Row = { row: number; cell: (head: string) => string; shown: readonly Locale[]; heads: readonly string[] };

function planRow({ row, cell, shown, heads }: Row, catalogues: Catalogues, lists: ReviewLists, plan: ImportPlan): void {
  const domain = cell('domain');
  const key = cell('key');
  const refuse = (locale: Locale | null, reason: string) =>
    plan.refused.push({ row, locale, key: `${domain}:${key}`, reason });
  if (!keysOf(catalogues, domain).includes(key)) {
    refuse(null, 'there is no such string: its key was changed here, or it has gone from the app');
    return;
  }
  const isSourceChanged = cell(sourceLocale) !== (catalogues[sourceLocale]?.[domain]?.[key] ?? '');
  if (isSourceChanged)
    refuse(sourceLocale, 'the Russian text differs from the catalogue: it has changed since the export, or here');
  for (const locale of shown) {
    const text = normalizeText(cell(locale), locale);
    const present = catalogues[locale]?.[domain]?.[key];
    if (present === undefined) {
      if (text !== '') refuse(locale, 'the language has no such plural form');
      continue;
    }
    const isChanged = text !== present;
    if (isChanged && isSourceChanged) refuse(locale, 'not taken, as the Russian text beside it differs');
    else if (text === '') refuse(locale, 'the text is empty');
    else if (isChanged) plan.texts.push({ row, locale, domain, key, text });
    if (!heads.includes(statusHead(locale))) continue;
    const wanted = cell(statusHead(locale)).trim().toLowerCase();
    const status = statuses.find((known) => known === wanted);
    if (status === undefined) refuse(locale, `«${wanted}» is no status: write ${statuses.join(', ')}`);
    else if (
      !isSourceChanged &&
      text !== '' &&
      (isChanged || status !== statusOf(lists, catalogues, locale, domain, key))
    )
      plan.statuses.push({ locale, domain, key, status });
  }
}

/** Takes out of the plan what would break a rule. The forms of one plural are judged, and stay or go, together. */
function refuseBroken(plan: ImportPlan, catalogues: Catalogues, allowList: AllowList): void {
  const groups = Map.groupBy(
    plan.texts,
    ({ locale, domain, key }) => `${locale} ${domain}:${key.replace(pluralSuffix, '')}`,
  );
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { locale, domain } = first;
    const base = first.key.replace(pluralSuffix, '');
    const isForm = ([key]: [string, string]): boolean => key === first.key || key.replace(pluralSuffix, '') === base;
    const own = Object.fromEntries(Object.entries(catalogues[locale]?.[domain] ?? {}).filter(isForm));
    for (const { key, text } of group) own[key] = text;
    const small: Catalogues = {
      [sourceLocale]: {
        [domain]: Object.fromEntries(Object.entries(catalogues[sourceLocale]?.[domain] ?? {}).filter(isForm)),
      },
      [locale]: { [domain]: own },
    };
    const problems = [
      ...checkPlaceholders(small),
      ...checkForm(small),
      ...checkScript(small, allowList),
      ...checkUntranslated(small, allowList),
    ].filter((problem) => problem.locale === locale);
    if (problems.length === 0) continue;
    for (const { row, key } of group) {
      const reasons = problems.filter(
        (problem) => problem.key === key || problem.key === base || problems.length === 1,
      );
      plan.refused.push({
        row,
        locale,
        key: `${domain}:${key}`,
        reason: (reasons.length > 0 ? reasons : problems).map(({ rule, text }) => `[${rule}] ${text}`).join('; '),
      });
    }
    const isOut = (entry: { locale: Locale; domain: string; key: string }): boolean =>
      group.some((text) => text.locale === entry.locale && text.domain === entry.domain && text.key === entry.key);
    plan.texts = plan.texts.filter((entry) => !isOut(entry));
    plan.statuses = plan.statuses.filter((entry) => !isOut(entry));
  }
}

/** The catalogues and statuses with the plan carried out; the given ones stay as they are. Answers also which files differ. */
export function applyImport(
  plan: ImportPlan,
  catalogues: Catalogues,
  lists: ReviewLists,
): { catalogues: Catalogues; lists: ReviewLists; changed: { locale: Locale; domain: string }[]; reviewed: string[] } {
  const nextCatalogues = structuredClone(catalogues);
  const nextLists: {
    [domain: string]: { uncertain: Record<string, string[]>; reviewed: Record<string, Record<string, string>> };
  } =
    // A copy is ours to change.
    structuredClone(lists) as never;
  for (const { locale, domain, key, text } of plan.texts) {
    const strings = nextCatalogues[locale]?.[domain];
    if (strings !== undefined) strings[key] = text;
  }
  for (const { locale, domain, key, status } of plan.statuses) {
    const list = (nextLists[domain] ??= { uncertain: {}, reviewed: {} });
    const doubted = new Set(list.uncertain[locale] ?? []);
    // A plural may be listed without its forms: then each of the others stays doubted by itself.
    const base = key.replace(pluralSuffix, '');
    if (base !== key && doubted.delete(base)) {
      for (const form of Object.keys(nextCatalogues[locale]?.[domain] ?? {}))
        if (form.replace(pluralSuffix, '') === base) doubted.add(form);
    }
    if (status === 'uncertain') doubted.add(key);
    else doubted.delete(key);
    list.uncertain[locale] = [...doubted];
    const accepted = (list.reviewed[locale] ??= {});
    if (status === 'reviewed')
      accepted[key] = reviewDigest(
        sourceText(nextCatalogues, domain, key),
        nextCatalogues[locale]?.[domain]?.[key] ?? '',
      );
    else delete accepted[key];
    if (Object.keys(accepted).length === 0) delete list.reviewed[locale];
  }
  const changed = plan.texts.map(({ locale, domain }) => ({ locale, domain }));
  return {
    catalogues: nextCatalogues,
    lists: nextLists,
    changed: [...new Map(changed.map((file) => [`${file.locale} ${file.domain}`, file])).values()],
    reviewed: [...new Set(plan.statuses.map(({ domain }) => domain))],
  };
}
