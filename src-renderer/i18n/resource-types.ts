/**
 * Types the keys of `t` from the Russian catalogues. One import and one member per domain; `i18n:check` says when one is missing.
 */
import 'i18next';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'app';
    keySeparator: false;
    nsSeparator: ':';
    returnNull: false;
    resources: Record<never, never>;
  }
}
