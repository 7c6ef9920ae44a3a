/**
 * Types the keys of `t` from the Russian catalogues. Written by `npm run i18n:check -- --write-types`, which also says when it is out of date.
 */
import 'i18next';
import type access from '#locales/ru/access.json';
import type app from '#locales/ru/app.json';
import type commissions from '#locales/ru/commissions.json';
import type contacts from '#locales/ru/contacts.json';
import type copies from '#locales/ru/copies.json';
import type desk from '#locales/ru/desk.json';
import type failures from '#locales/ru/failures.json';
import type files from '#locales/ru/files.json';
import type help from '#locales/ru/help.json';
import type invitation from '#locales/ru/invitation.json';
import type letters from '#locales/ru/letters.json';
import type records from '#locales/ru/records.json';
import type scopes from '#locales/ru/scopes.json';
import type settings from '#locales/ru/settings.json';
import type shelf from '#locales/ru/shelf.json';
import type stick from '#locales/ru/stick.json';
import type succession from '#locales/ru/succession.json';
import type sync from '#locales/ru/sync.json';
import type today from '#locales/ru/today.json';
import type training from '#locales/ru/training.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'app';
    keySeparator: false;
    nsSeparator: ':';
    returnNull: false;
    resources: {
      access: typeof access;
      app: typeof app;
      commissions: typeof commissions;
      contacts: typeof contacts;
      copies: typeof copies;
      desk: typeof desk;
      failures: typeof failures;
      files: typeof files;
      help: typeof help;
      invitation: typeof invitation;
      letters: typeof letters;
      records: typeof records;
      scopes: typeof scopes;
      settings: typeof settings;
      shelf: typeof shelf;
      stick: typeof stick;
      succession: typeof succession;
      sync: typeof sync;
      today: typeof today;
      training: typeof training;
    };
  }
}
