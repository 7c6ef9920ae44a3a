import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import IconAlertCircle from '@tabler/icons-react/dist/esm/icons/IconAlertCircle.mjs';
import IconCircleCheck from '@tabler/icons-react/dist/esm/icons/IconCircleCheck.mjs';
import IconClock from '@tabler/icons-react/dist/esm/icons/IconClock.mjs';
import type { Locale } from '#shared/i18n/locales.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { completeLanguages, missingForSignature } from '#shared/records/decision-rules.ts';
import { useCall } from '#renderer/app/api.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Icon } from '#renderer/ui/icon.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { quorumOf } from './decision-votes.tsx';
import { numberOf, textOf } from './record-values.ts';

type Check = { readonly key: string; readonly tone: 'done' | 'soon' | 'missing'; readonly text: ReactNode };

/** «Before signing»: what is checked, what is missing and what that means. */
export function DecisionChecks({
  id,
  values,
  languages,
  commission,
  isAsked,
  maySign,
}: {
  id: Id | null;
  values: RecordView['values'];
  languages: readonly Locale[];
  commission: RecordView | null;
  /** The person pressed «sign»: what is missing now stands in brick. */
  isAsked: boolean;
  maySign: boolean;
}) {
  const { t } = useTranslation('records');
  const format = useFormat();
  const number = textOf({ values }, 'number').trim();
  const free = useCall(
    'records.isDecisionNumberFree',
    { number: number.slice(0, 60), ...(id !== null && { except: id }) },
    { enabled: number !== '', keepPrevious: true },
  );
  const missing = missingForSignature(values);
  const complete = completeLanguages(values);
  const quorum = quorumOf(values, commission);
  const checks: Check[] = [];
  const lacks = (key: string, text: ReactNode) => checks.push({ key, tone: 'missing', text });
  const has = (key: string, text: ReactNode) => checks.push({ key, tone: 'done', text });
  const soon = (key: string, text: ReactNode) => checks.push({ key, tone: 'soon', text });

  if (number === '') lacks('number', t('check.numberMissing'));
  else if (free.value?.free === false) soon('number', t('check.numberTaken', { number }));
  else has('number', t('check.numberFree'));
  if (missing.includes('decidedOn')) lacks('decidedOn', t('check.dateMissing'));
  if (missing.includes('text')) lacks('text', t('check.textMissing'));
  else has('text', t('check.textIn', { languages: format.list(complete.map((locale) => format.language(locale))) }));
  if (!missing.includes('text')) {
    for (const locale of languages) {
      if (!complete.includes(locale))
        soon(`text-${locale}`, t('check.languageMissing', { language: format.language(locale) }));
    }
  }
  if (missing.includes('votesFor')) lacks('votesFor', t('check.votesMissing'));
  else if (quorum?.isThere === false) soon('quorum', t('vote.noQuorum', { count: quorum.needed }));
  else has('votesFor', t('check.votes'));
  const noQuorumKnown = commission !== null && numberOf(commission, 'quorum') === null;
  const icons = { done: IconCircleCheck, soon: IconClock, missing: isAsked ? IconAlertCircle : IconClock };
  const tones = { done: '', soon: 'ochre', missing: isAsked ? 'brick b' : 'ochre b' };
  return (
    <Sheet title={t('check.title')}>
      <ul className="rows decision-checks" aria-live="polite">
        {checks.map((check) => (
          <li key={check.key} className={tones[check.tone]}>
            <Icon of={icons[check.tone]} />
            <span>{check.text}</span>
          </li>
        ))}
        {noQuorumKnown && (
          <li className="ochre">
            <Icon of={IconClock} />
            <span>
              {t('check.quorumUnknown')} <Link to="/commission">{t('check.toCommission')}</Link>
            </span>
          </li>
        )}
        {!maySign && (
          <li className="ochre">
            <Icon of={IconClock} />
            <span>{t('check.notSigner')}</span>
          </li>
        )}
      </ul>
    </Sheet>
  );
}
