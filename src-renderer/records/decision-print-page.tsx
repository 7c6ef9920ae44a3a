import { useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { isLocale, type Locale } from '#shared/i18n/locales.ts';
import type { Translate } from '#shared/i18n/translate.ts';
import { usePrintReady } from '#renderer/app/print-ready.ts';
import { DecisionPaper, type PaperFacts, paperFoot } from './decision-paper.tsx';
import { usePaperFeet } from './paper-pages.ts';
import { usePaperFacts } from './paper-facts.ts';
import { usePaperWords } from './paper-words.ts';
import { idFrom } from './record-values.ts';

/** A decision on white paper, in the languages of the address, one after the other. */
export function DecisionPrintPage() {
  const params = useParams({ strict: false });
  const search: { locales?: unknown } = useSearch({ strict: false });
  const id = idFrom(params['id']);
  const wanted = (typeof search.locales === 'string' ? search.locales : '').split(',').filter(isLocale);
  const facts = usePaperFacts(id);
  const words = usePaperWords(wanted);
  if (facts === null || words === null) return null;
  return <Papers facts={facts} locales={wanted} words={words} />;
}

function Papers({
  facts,
  locales,
  words,
}: {
  facts: PaperFacts;
  locales: readonly Locale[];
  words: ReadonlyMap<Locale, Translate>;
}) {
  const papers = locales.flatMap((locale) => {
    const t = words.get(locale);
    return t === undefined ? [] : [{ locale, t }];
  });
  const [feet] = useState(() => papers.map(({ locale, t }) => paperFoot(facts, locale, t)));
  usePaperFeet(feet);
  usePrintReady(papers.length > 0);
  return (
    <main className="a4-pages">
      {papers.map(({ locale, t }) => (
        <DecisionPaper key={locale} facts={facts} locale={locale} t={t} />
      ))}
    </main>
  );
}
