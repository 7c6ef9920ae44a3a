import { attachmentsOf } from '#shared/files/attachment.ts';
import { localizedText, paperText } from '#shared/records/record-title.ts';
import { countryName, formatDate } from '#shared/i18n/format.ts';
import { type Locale, localeFacts } from '#shared/i18n/locales.ts';
import { localizedField } from '#shared/kinds/define-kind.ts';
import type { RecordView } from '#shared/records/contract.ts';
import type { Translate } from '#shared/i18n/translate.ts';
import { createFormats } from '#renderer/i18n/use-format.ts';
import { DecisionTextView } from './decision-text-view.tsx';
import { type PaperFoot, pageName } from './paper-pages.ts';
import { numberOf, textOf, textOrNull } from './record-values.ts';
import './decision-paper.css';

export type PaperFacts = {
  readonly decision: RecordView;
  readonly commission: RecordView | null;
  /** Members on the day of the decision; null where not known. */
  readonly seats: number | null;
  readonly isSample: boolean;
  /** Who prints, and when (ms UTC). */
  readonly printedBy: string;
  readonly printedAt: number;
};

/** A decision on paper in one language: the commission heads it, our mark stands nowhere. */
export function DecisionPaper({ facts, locale, t }: { facts: PaperFacts; locale: Locale; t: Translate }) {
  const { decision, commission, seats } = facts;
  const name = commission === null ? null : localizedText(commission, 'name', locale);
  const country = commission === null ? null : countryName(locale, textOf(commission, 'country'));
  const decidedOn = textOrNull(decision, 'decidedOn');
  const basis = paperText(decision, 'basis', locale);
  const format = createFormats(locale);
  const attached = attachmentsOf(decision.values).own;
  const isDraft = decision.values['state'] !== 'signed';
  const number = textOf(decision, 'number');
  const present = numberOf(decision, 'present');
  const votes = (['votesFor', 'votesAgainst', 'votesAbstained'] as const).map((field) => ({
    field,
    count: numberOf(decision, field),
  }));
  const hasVotes = votes.some(({ count }) => count !== null);
  return (
    <article className="a4" lang={localeFacts[locale].htmlLang} style={{ page: pageName(locale) }}>
      <header>
        {name !== null && (
          <p className="paper-name" lang={localeFacts[name.locale].htmlLang}>
            {name.text}
          </p>
        )}
        {country !== null && <p>{country}</p>}
      </header>
      {facts.isSample && <p className="paper-mark">{t('paper.sample')}</p>}
      {isDraft && <p className="paper-mark">{t('paper.draft')}</p>}
      <h1>{t('paper.kind')}</h1>
      <div className="paper-line">
        <span>{paperText(decision, 'place', locale)}</span>
        <b>{number === '' ? t('paper.noNumber') : t('paper.number', { number })}</b>
        <span>{decidedOn === null ? '' : formatDate(locale, decidedOn, 'official')}</span>
      </div>
      <h2>{textOf(decision, localizedField('title', locale))}</h2>
      <DecisionTextView text={textOf(decision, localizedField('body', locale))} />
      {basis !== '' && <p className="paper-basis">{t('paper.basis', { basis })}</p>}
      {hasVotes && (
        <table className="paper-votes">
          <thead>
            <tr>
              <th scope="col">{t('vote.present')}</th>
              {votes.map(({ field }) => (
                <th key={field} scope="col">
                  {t(`vote.${field}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>{present === null ? '–' : seats === null || seats < present ? present : `${present} / ${seats}`}</td>
              {votes.map(({ field, count }) => (
                <td key={field}>{count ?? 0}</td>
              ))}
            </tr>
          </tbody>
        </table>
      )}
      {attached.length > 0 && (
        <section className="paper-files">
          <h3>{t('paper.attachments')}</h3>
          <ol>
            {attached.map(({ sha256, name, bytes }) => (
              <li key={sha256}>
                {t('paper.attachment', { name, bytes: format.bytes(bytes), digest: inGroups(sha256.slice(0, 16)) })}
              </li>
            ))}
          </ol>
        </section>
      )}
      <div className="paper-signs">
        <div className="paper-names">
          <span>{t('paper.chair')}</span>
          <i />
          <span>{paperText(decision, 'chair', locale)}</span>
          <span>{t('paper.secretary')}</span>
          <i />
          <span>{paperText(decision, 'secretary', locale)}</span>
        </div>
        <div className="paper-stamp">{t('paper.stamp')}</div>
      </div>
    </article>
  );
}

/** What stands at the foot of each page of this paper. */
export function paperFoot(facts: PaperFacts, locale: Locale, t: Translate): PaperFoot {
  const { decision, commission } = facts;
  const format = createFormats(locale);
  const decidedOn = textOrNull(decision, 'decidedOn');
  const number = textOf(decision, 'number');
  const title = [
    number === ''
      ? `${t('paper.kind')}, ${t('paper.noNumber')}`
      : `${t('paper.kind')} ${t('paper.number', { number })}`,
    decidedOn === null ? '' : formatDate(locale, decidedOn, 'short'),
  ];
  const state = t(decision.values['state'] === 'signed' ? 'paper.version' : 'paper.draftVersion', {
    time: format.dateTime(numberOf(decision, 'signedAt') ?? decision.changedAt),
  });
  return {
    locale,
    left: [
      commission === null ? '' : (localizedText(commission, 'name', locale)?.text ?? ''),
      title.filter((part) => part !== '').join(', '),
      state,
    ].filter((line) => line !== ''),
    middle: [t('paper.code'), recordCode(decision.id)],
    right: [
      t('paper.printed', { time: format.dateTime(facts.printedAt), name: facts.printedBy }),
      t('paper.page', { page: '{page}', pages: '{pages}' }),
      ...(facts.isSample ? [t('paper.sample')] : []),
    ],
  };
}

/** The record's code in four groups: the last sixteen of its id's thirty-two signs, which are chance and not time. */
function recordCode(id: string): string {
  return inGroups(id.replaceAll('-', '').slice(-16).toUpperCase());
}

/** Signs as people compare them: four by four. */
function inGroups(signs: string): string {
  return signs.match(/.{4}/g)?.join(' ') ?? signs;
}
