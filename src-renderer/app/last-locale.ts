/** The language the window had last, so that its texts are read while the core still starts. The profile has the word that counts. */
import { isLocale, type Locale } from '#shared/i18n/locales.ts';

const key = 'komissiya.locale';

/** Null when there is none or the storage is not readable. */
export function lastLocale(): Locale | null {
  try {
    const value = window.localStorage.getItem(key);
    return isLocale(value) ? value : null;
  } catch {
    return null;
  }
}

export function rememberLastLocale(locale: Locale): void {
  try {
    window.localStorage.setItem(key, locale);
  } catch {
    // Costs a moment at the next start, nothing else.
  }
}

export function forgetLastLocale(): void {
  try {
    window.localStorage.removeItem(key);
  } catch {
    // As above.
  }
}
