/**
 * Where a string is seen, in words for a reader who knows the app but not its code. `locales/contexts.json` names the page and the
 * picture of each domain and of the parts of its keys; what the parts mean is the same in all domains.
 */
import { z } from 'zod';
import type { Catalogues, Problem } from './catalogue-rules.ts';
import { sourceLocale } from '#shared/i18n/locales.ts';

/** By domain and beginning of a key ('' for the rest): where it is seen, and the picture docs/screens/<locale>-<screen>.png. */
export const ContextLists = z.record(
  z.string(),
  z.record(z.string(), z.strictObject({ where: z.string(), screen: z.string().optional() })),
);
export type ContextLists = z.infer<typeof ContextLists>;

export type StringContext = { readonly where: string; readonly screen: string | null };

/** What the last parts of a key say about the place of its text. */
const roles: readonly [RegExp, string][] = [
  [/(?:^|\.)(?:title|heading|askTitle|newTitle|editTitle)$|Title$/, 'заголовок'],
  [/(?:^|\.)(?:text|askText|emptyText)$|Text$/, 'пояснение'],
  [/(?:hint|Hint)$/, 'подсказка под полем'],
  [/(?:^|\.)column\./, 'заголовок столбца'],
  [/(?:^|\.)(?:label|aria)$|Label$/, 'подпись, её читает и экранный диктор'],
  [/(?:^|\.)placeholder$/, 'образец внутри поля'],
  [/(?:^|\.)(?:wrong|missing)$|Wrong$|(?:^|\.)error\./, 'ошибка у поля'],
  [/(?:^|\.)empty\b/, 'пустой список'],
  [/(?:^|\.)question$/, 'вопрос'],
  [/(?:^|\.)answer$/, 'ответ'],
  [/(?:^|\.)(?:confirm|save|add|edit|remove|cancel|open|restore|print|button|finish|start|resume|again)$/, 'кнопка'],
];

/** Russian plural forms by example, as a translator into a language with other forms needs them. */
const forms: Readonly<Record<string, string>> = {
  one: 'при 1, 21, 101',
  few: 'при 2, 3, 4, 22',
  many: 'при 5, 11, 20',
  other: 'при дробном числе; в языках без форм – при любом',
};

/** The context of a string; its domain alone where nothing is written about it. */
export function contextOf(lists: ContextLists, domain: string, key: string): StringContext {
  const ofDomain = lists[domain] ?? {};
  const prefixes = Object.keys(ofDomain)
    .filter((prefix) => prefix === '' || key === prefix || key.startsWith(`${prefix}.`))
    .toSorted((a, b) => b.length - a.length);
  const found = ofDomain[prefixes[0] ?? ''];
  const form = /_(one|few|many|other)$/.exec(key)?.[1];
  const plain = form === undefined ? key : key.slice(0, -form.length - 1);
  const role = roles.find(([pattern]) => pattern.test(plain))?.[1];
  const parts = [found?.where ?? domain, role, form === undefined ? undefined : `форма ${forms[form]}`];
  return { where: parts.filter((part) => part !== undefined).join('; '), screen: found?.screen ?? null };
}

/** Every domain has a place, every named beginning has a key, every picture exists. `screens`: names like `today`, of Russian. */
export function checkContexts(catalogues: Catalogues, lists: ContextLists, screens: ReadonlySet<string>): Problem[] {
  const source = catalogues[sourceLocale] ?? {};
  const problem = (domain: string, key: string, text: string): Problem => ({
    rule: 'context',
    locale: '',
    domain,
    key,
    text,
  });
  return [
    ...Object.keys(source)
      .filter((domain) => lists[domain]?.[''] === undefined)
      .map((domain) => problem(domain, '', 'locales/contexts.json does not say where its texts are seen')),
    ...Object.entries(lists).flatMap(([domain, prefixes]) =>
      Object.entries(prefixes).flatMap(([prefix, { screen }]): Problem[] => {
        const keys = Object.keys(source[domain] ?? {});
        if (!keys.some((key) => prefix === '' || key === prefix || key.startsWith(`${prefix}.`)))
          return [problem(domain, prefix, 'is in locales/contexts.json, but begins no key')];
        return screen === undefined || screens.has(screen)
          ? []
          : [problem(domain, prefix, `there is no picture docs/screens/ru-${screen}.png`)];
      }),
    ),
  ];
}
