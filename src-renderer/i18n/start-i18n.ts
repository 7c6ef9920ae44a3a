/**
 * The language of the running window. Called once at start, then `setLocale` when the person chooses another language.
 */
import type { i18n } from 'i18next';
import { localeFacts } from '#shared/i18n/locales.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import { loadCatalogues } from './catalogues.ts';
import { createI18n, switchLocale } from './create-i18n.ts';

export type WindowLanguage = {
  /** For react-i18next's `I18nextProvider`, or for `t` outside React. */
  i18n: i18n;
  /** Loads the language and re-renders every string in place. Rejects if its catalogues cannot be read; then nothing changes. */
  setLocale: (locale: Locale) => Promise<void>;
};

/** Loads the catalogues of `locale` only, and sets the language of the page. */
export async function startI18n(locale: Locale): Promise<WindowLanguage> {
  const instance = await createI18n({ loadCatalogues, locale, fallBackToSource: import.meta.env.DEV });
  document.documentElement.lang = localeFacts[locale].htmlLang;
  return { i18n: instance, setLocale: (next) => switchLocale(instance, loadCatalogues, next) };
}
