/**
 * The catalogues as lazy chunks: one per locale and domain, none of them in the bundle that opens the window.
 */
import { isLocale } from '#shared/i18n/locales.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import type { Catalogue } from '#shared/i18n/translate.ts';

// locales/review/ holds notes for reviewers, and shell.json belongs to the native menus: neither becomes a chunk.
const files = import.meta.glob<Catalogue>(
  ['../../locales/*/*.json', '!../../locales/review/*.json', '!../../locales/*/shell.json'],
  { import: 'default' },
);

type CatalogueFile = { locale: Locale; domain: string; load: () => Promise<Catalogue> };

const catalogueFiles: readonly CatalogueFile[] = Object.entries(files).flatMap(([path, load]) => {
  const [file = '', folder = ''] = path.split('/').toReversed();
  if (!isLocale(folder)) return [];
  return [{ locale: folder, domain: file.replace(/\.json$/, ''), load }];
});

/** The domains that have a catalogue: the i18next namespaces. */
export const domains: readonly string[] = [...new Set(catalogueFiles.map((file) => file.domain))].toSorted();

/** All catalogues of one locale by domain. Rejects if a chunk cannot be read (a damaged installation). */
export async function loadCatalogues(locale: Locale): Promise<ReadonlyMap<string, Catalogue>> {
  const wanted = catalogueFiles.filter((file) => file.locale === locale);
  return new Map(await Promise.all(wanted.map(async (file) => [file.domain, await file.load()] as const)));
}
