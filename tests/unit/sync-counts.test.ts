/**
 * What is counted of the exchange is said with its name, and each number has one: records wait and are on their way, changes to them are
 * handed over and come. «2 waiting» beside «5 sent» of the same work would be read as a fault.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { locales } from '#shared/i18n/locales.ts';
import { readCatalogues } from '../../scripts/catalogue-files.ts';
import { root } from '../../scripts/runtimes.mjs';

const words = {
  ru: { records: /запис/i, changes: /изменен/i },
  kk: { records: /жазба/i, changes: /өзгеріс/i },
  ky: { records: /жазуу/i, changes: /өзгөртүү/i },
  uz: { records: /yozuv/i, changes: /oʻzgarish/i },
  'uz-Cyrl': { records: /ёзув/i, changes: /ўзгариш/i },
  tg: { records: /сабт/i, changes: /тағйирот/i },
  en: { records: /record/i, changes: /change/i },
} as const;

const counted = {
  records: {
    sync: ['state.onTheWay', 'waiting_other', 'refused', 'path.saved', 'path.sent', 'path.received'],
    stick: ['text.waiting', 'text.refused', 'text.sent', 'text.shutOut', 'text.versions'],
    app: ['badge.waiting_other', 'badge.refusedRecords'],
    access: ['signIn.waiting_other'],
  },
  changes: {
    sync: ['state.progress', 'past.counts', 'past.number', 'hub.done'],
    stick: [
      'dialog.preview',
      'dialog.previewNone',
      'dialog.refusedAll',
      'done.text',
      'taken',
      'takenFiles',
      'takenNone',
    ],
  },
} as const;

const catalogues = readCatalogues(join(root, 'locales'));

test.each(locales)('%s', (locale) => {
  const wrong: string[] = [];
  for (const [notion, domains] of Object.entries(counted)) {
    const own = words[locale][notion as keyof typeof counted];
    const other = words[locale][notion === 'records' ? 'changes' : 'records'];
    for (const [domain, keys] of Object.entries(domains))
      for (const key of keys) {
        const text = catalogues[locale]?.[domain]?.[key] ?? '';
        if (!own.test(text) || other.test(text)) wrong.push(`${domain}:${key} is a count of ${notion}: «${text}»`);
      }
  }
  expect(wrong).toEqual([]);
});
