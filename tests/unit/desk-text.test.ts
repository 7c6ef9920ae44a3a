/** What the empty desk says comes there is what the kinds declare. */
import { expect, test } from 'vitest';
import { Settlement } from '#shared/desk/settlement.ts';
import { locales } from '#shared/i18n/locales.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { wordsOf } from '#tests/lib/walk-words.ts';

/** The beginning of the word each language has for the kind. */
const stems = {
  ru: { commission: 'комисси', membership: 'состав', decision: 'решени' },
  kk: { commission: 'комисси', membership: 'құрам', decision: 'шешім' },
  ky: { commission: 'комисси', membership: 'курам', decision: 'чечим' },
  uz: { commission: 'komissiya', membership: 'tarkib', decision: 'qaror' },
  'uz-Cyrl': { commission: 'комиссия', membership: 'таркиб', decision: 'қарор' },
  tg: { commission: 'комисси', membership: 'ҳайат', decision: 'қарор' },
  en: { commission: 'commission', membership: 'composition', decision: 'decision' },
} as const;

test.each(locales)(
  '%s: names every kind whose versions come to the desk, and those that only may be entered twice',
  (locale) => {
    const shown = allKinds.filter(({ name }) => name !== Settlement.name);
    const named = shown.filter(({ conflicts }) => conflicts === 'desk').map(({ name }) => name);
    expect(named.toSorted()).toEqual(Object.keys(stems[locale]).toSorted());
    const { say } = wordsOf(locale);
    const text = say('desk:empty.text').toLowerCase();
    for (const stem of Object.values(stems[locale])) expect(text).toContain(stem);
    const twiceOnly = shown.filter(({ conflicts, naturalKey }) => conflicts !== 'desk' && naturalKey !== undefined);
    expect(twiceOnly.map(({ name }) => name)).toEqual(['contact']);
    expect(text).toContain(say('app:kind.contact').toLowerCase());
  },
);
