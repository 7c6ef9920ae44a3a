/**
 * Types the keys of `t` from the Russian catalogues. Written by `npm run i18n:check -- --write-types`, which also says when it is out of date.
 */
import 'i18next';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'app';
    keySeparator: false;
    nsSeparator: ':';
    returnNull: false;
  }
}
