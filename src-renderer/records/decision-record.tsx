import { paperText } from '#shared/records/record-title.ts';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import IconChevronRight from '@tabler/icons-react/dist/esm/icons/IconChevronRight.mjs';
import IconLock from '@tabler/icons-react/dist/esm/icons/IconLock.mjs';
import IconPencil from '@tabler/icons-react/dist/esm/icons/IconPencil.mjs';
import IconPrinter from '@tabler/icons-react/dist/esm/icons/IconPrinter.mjs';
import { keepers } from '#shared/access/roles.ts';
import { type Locale, localeFacts } from '#shared/i18n/locales.ts';
import type { Id } from '#shared/kernel/ids.ts';
import { localizedField } from '#shared/kinds/define-kind.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { call } from '#renderer/app/bridge.ts';
import { useSession } from '#renderer/app/profile.ts';
import { useShortcut } from '#renderer/app/shortcuts.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Chip } from '#renderer/ui/chip.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { RecordRoad } from '#renderer/ui/road.tsx';
import { Note, Sheet } from '#renderer/ui/sheet.tsx';
import { Tabs } from '#renderer/ui/tabs.tsx';
import { useNavigate } from '@tanstack/react-router';
import { AttachmentsSheet } from '../files/attachments-sheet.tsx';
import { DeskNote } from '../desk/desk-note.tsx';
import { DecisionTextView } from './decision-text-view.tsx';
import { decisionLocales, titleIn, useDecisionWords } from './decision-words.ts';
import { RecordHistory } from './record-history.tsx';
import { numberOf, textOf, textOrNull } from './record-values.ts';
import { useEscape } from './use-escape.ts';

/** A decision to read: signed, or a draft of others. It changes only through a correction. */
export function DecisionRecord({
  decision,
  onPreview,
  onOpen,
}: {
  decision: RecordView;
  onPreview: () => void;
  onOpen: (id: Id) => void;
}) {
  const { t } = useTranslation('records');
  const format = useFormat();
  const session = useSession();
  const navigate = useNavigate();
  const words = useDecisionWords();
  const correct = useCommand('records.correctDecision');
  const isSigned = decision.values['state'] === 'signed';
  const number = textOf(decision, 'number');
  const title = titleIn(decision, format.locale);
  const languages = decisionLocales(decision);
  const [picked, setPicked] = useState<Locale | null>(null);
  const locale = picked ?? languages.find((candidate) => candidate === format.locale) ?? languages[0] ?? format.locale;
  const lang = localeFacts[locale].htmlLang;
  const corrections = useCall('records.list', {
    kind: 'decision',
    where: { corrects: decision.id },
    locale: format.locale,
  });
  const corrected = useCall(
    'records.get',
    { kind: 'decision', id: textOrNull(decision, 'corrects') ?? decision.id },
    { enabled: textOrNull(decision, 'corrects') !== null },
  );
  const decidedOn = textOrNull(decision, 'decidedOn');
  const signedAt = numberOf(decision, 'signedAt');
  useEscape(() => void navigate({ to: '/records/decisions' }));
  useShortcut('print', onPreview);

  async function makeCorrection() {
    const result = await correct.run({ id: decision.id });
    if (result.ok) onOpen(result.value.id);
  }
  const votes = (['present', 'votesFor', 'votesAgainst', 'votesAbstained'] as const).map(
    (field) => [t(`vote.${field}`), numberOf(decision, field)] as const,
  );
  const facts: [string, string | null][] = [
    [t('field.decidedOn'), decidedOn === null ? null : format.date(decidedOn, 'long')],
    [t('field.place'), paperText(decision, 'place', format.locale) || null],
    [t('field.basis'), paperText(decision, 'basis', format.locale) || null],
    ...votes.map(([label, count]): [string, string | null] => [label, count === null ? null : format.number(count)]),
    [t('field.chair'), paperText(decision, 'chair', format.locale) || null],
    [t('field.secretary'), paperText(decision, 'secretary', format.locale) || null],
    [t('field.signedAt'), signedAt === null ? null : format.dateTime(signedAt)],
  ];
  return (
    <Page>
      <PageTitle
        documentTitle={t('form.title', { number })}
        title={
          <>
            {number === '' ? t('form.titleNoNumber') : t('form.title', { number })}
            <span className="records-title-chip">
              {isSigned ? (
                <Chip tone="ink" icon={IconLock}>
                  {t('state.signed')}
                </Chip>
              ) : (
                <Chip>{t('state.draft')}</Chip>
              )}
            </span>
          </>
        }
        crumb={
          <>
            <Link to="/records">{t('crumb')}</Link>
            <Icon of={IconChevronRight} size={16} />
            <Link to="/records/decisions">{t('list.crumb')}</Link>
          </>
        }
        under={title !== null && <span lang={title.lang}>{title.text}</span>}
        actions={
          <>
            {isSigned && keepers.includes(session.role) && (
              <Button
                icon={IconPencil}
                busy={correct.isBusy && t('record.correcting')}
                onClick={() => void makeCorrection()}
              >
                {t('record.correct')}
              </Button>
            )}
            <Button variant="filled" icon={IconPrinter} onClick={onPreview}>
              {t('record.print')}
            </Button>
          </>
        }
      />
      <div className="records-road">
        <RecordRoad road={decision.road} at={format.recent(decision.changedAt)} />
      </div>
      <FailureNote failure={correct.failure} />
      <DeskNote kind="decision" id={decision.id} />
      <div className="records-two">
        <div className="records-side">
          {decision.removed && (
            <Note tone="ochre">
              <p className="b">{t('record.isRemoved')}</p>
              {keepers.includes(session.role) && (
                <Button
                  size="small"
                  onClick={() => void call('records.restore', { kind: 'decision', id: decision.id })}
                >
                  {t('form.restore')}
                </Button>
              )}
            </Note>
          )}
          {isSigned && (
            <Note tone="paper" icon={<Icon of={IconLock} />}>
              {t('record.frozen')}
            </Note>
          )}
          {textOrNull(decision, 'corrects') !== null && corrected.value !== undefined && (
            <Note>
              {t('form.corrects')}{' '}
              <Link to="/records/decisions/$id" params={{ id: corrected.value.id }}>
                {t('form.title', { number: textOf(corrected.value, 'number') })}
              </Link>
            </Note>
          )}
          {corrections.value?.rows.map((row) => (
            <Note key={row.id} tone="ochre">
              {t(row.values['state'] === 'signed' ? 'record.correctedBy' : 'record.correctionDraft')}{' '}
              <Link to="/records/decisions/$id" params={{ id: row.id }}>
                {textOf(row, 'number') === ''
                  ? t('form.titleNoNumber')
                  : t('form.title', { number: textOf(row, 'number') })}
              </Link>
            </Note>
          ))}
          <Sheet>
            {languages.length > 1 && (
              <div className="decision-record-tabs">
                <Tabs
                  label={t('form.languages')}
                  value={locale}
                  onChange={setPicked}
                  tabs={languages.map((value) => ({
                    value,
                    label: <span lang={localeFacts[value].htmlLang}>{localeFacts[value].ownName}</span>,
                  }))}
                />
              </div>
            )}
            <article className="decision-record" lang={lang}>
              <h2>{textOf(decision, localizedField('title', locale))}</h2>
              <DecisionTextView text={textOf(decision, localizedField('body', locale))} />
            </article>
          </Sheet>
        </div>
        <div className="records-side">
          <Sheet title={t('record.facts')} pad>
            <dl className="facts decision-facts">
              {facts
                .filter(([, value]) => value !== null)
                .map(([label, value]) => [
                  <dt key={`${label}-name`}>{label}</dt>,
                  <dd key={label} className="num">
                    {value}
                  </dd>,
                ])}
            </dl>
          </Sheet>
          <AttachmentsSheet kind="decision" id={decision.id} isSealed={isSigned} />
          <RecordHistory kind="decision" id={decision.id} words={words} />
        </div>
      </div>
    </Page>
  );
}
