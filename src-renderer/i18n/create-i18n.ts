/**
 * The i18next of the window: our catalogues, our plural rules, our number format, one language loaded at a time.
 *
 * i18next asks `Intl.PluralRules`, which in Electron knows neither Kyrgyz nor Tajik and answers for the system's language; its
 * resolver is therefore given our rules. The locale tag 'uz-Cyrl' is used as it is (`load: 'currentOnly'`).
 */
import { createInstance } from 'i18next';
import type { FormatterModule, i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { isLocale, localeFacts, sourceLocale } from '#shared/i18n/locales.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import { pluralCategories, pluralCategory } from '#shared/i18n/plural.ts';
import type { PluralCategory } from '#shared/i18n/plural.ts';
import { formatPlaceholder } from '#shared/i18n/translate.ts';
import type { Catalogue } from '#shared/i18n/translate.ts';

/** Reads all catalogues of a locale, by domain. In the app: `loadCatalogues` of catalogues.ts. */
export type CatalogueLoader = (locale: Locale) => Promise<ReadonlyMap<string, Catalogue>>;

export type CreateI18nDeps = {
  loadCatalogues: CatalogueLoader;
  locale: Locale;
  /** Shows the Russian string where a translation is missing. Only while developing: i18n:check keeps released catalogues complete. */
  fallBackToSource?: boolean;
};

/** What i18next's plural resolver asks of a rule: the part of `Intl.PluralRules` it uses. */
type PluralRule = {
  select: (n: number) => PluralCategory;
  resolvedOptions: () => { pluralCategories: PluralCategory[] };
};

function pluralRule(code: string): PluralRule {
  const locale = isLocale(code) ? code : sourceLocale;
  return {
    select: (n) => pluralCategory(locale, n),
    // A copy: the resolver sorts the list in place.
    resolvedOptions: () => ({ pluralCategories: [...pluralCategories[locale]] }),
  };
}

/** Takes the place of i18next's formatter, which calls Intl: the same rule for placeholders as in printed documents and menus. */
const numberFormatter: FormatterModule = {
  type: 'formatter',
  init: () => undefined,
  add: () => undefined,
  addCached: () => undefined,
  format: (value, format, lng, options) =>
    formatPlaceholder(value, String(options?.interpolationkey ?? ''), format, isLocale(lng) ? lng : sourceLocale),
};

/** Sets up i18next with the catalogues of one locale loaded. Rejects if they cannot be read. */
export async function createI18n(deps: CreateI18nDeps): Promise<i18n> {
  const instance = createInstance();
  const catalogues = await deps.loadCatalogues(deps.locale);
  const fallBack = deps.fallBackToSource === true && deps.locale !== sourceLocale;
  const sourceCatalogues = fallBack ? await deps.loadCatalogues(sourceLocale) : null;
  await instance
    .use(numberFormatter)
    .use(initReactI18next)
    .init({
      lng: deps.locale,
      fallbackLng: deps.fallBackToSource === true ? sourceLocale : false,
      load: 'currentOnly',
      ns: [...catalogues.keys()],
      defaultNS: 'app',
      resources: {
        [deps.locale]: Object.fromEntries(catalogues),
        ...(sourceCatalogues === null ? {} : { [sourceLocale]: Object.fromEntries(sourceCatalogues) }),
      },
      initAsync: false,
      keySeparator: false,
      nsSeparator: ':',
      returnNull: false,
      interpolation: {
        // React escapes what it renders; native dialogs and documents must not show &amp;.
        escapeValue: false,
        alwaysFormat: true,
      },
      react: { useSuspense: false },
    });
  // The one seam through which every plural form of i18next passes.
  instance.services.pluralResolver.getRule = pluralRule;
  return instance;
}

/**
 * Switches the language of the window in place: loads the catalogues if this is the first time, changes every rendered string, and tells
 * the browser the language of the page (hyphenation, screen readers, fonts). Rejects if the catalogues cannot be read; then nothing changes.
 */
export async function switchLocale(instance: i18n, loadCatalogues: CatalogueLoader, locale: Locale): Promise<void> {
  const missing = !instance.hasResourceBundle(locale, instance.options.defaultNS?.toString() ?? 'app');
  if (missing) {
    for (const [domain, catalogue] of await loadCatalogues(locale)) {
      instance.addResourceBundle(locale, domain, catalogue);
    }
  }
  await instance.changeLanguage(locale);
  document.documentElement.lang = localeFacts[locale].htmlLang;
}
