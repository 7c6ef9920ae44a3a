import { Link, useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import IconChevronRight from '@tabler/icons-react/dist/esm/icons/IconChevronRight.mjs';
import IconEye from '@tabler/icons-react/dist/esm/icons/IconEye.mjs';
import IconLock from '@tabler/icons-react/dist/esm/icons/IconLock.mjs';
import { signers } from '#shared/access/roles.ts';
import { type Locale, localeFacts, localesAsListed, pickContentLocale } from '#shared/i18n/locales.ts';
import type { Id } from '#shared/kernel/ids.ts';
import { localizedField } from '#shared/kinds/define-kind.ts';
import { paperText } from '#shared/records/record-title.ts';
import type { RecordView } from '#shared/records/contract.ts';
import type { paperFields } from '#shared/records/decision.ts';
import { normalizeText } from '#shared/text/normalize.ts';
import { missingForSignature } from '#shared/records/decision-rules.ts';
import { useCall } from '#renderer/app/api.ts';
import { useAutosave } from '#renderer/app/autosave.ts';
import { call } from '#renderer/app/bridge.ts';
import { useSession } from '#renderer/app/profile.ts';
import { useShortcut } from '#renderer/app/shortcuts.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { repairLocale } from '#renderer/i18n/repair-locale.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { AutosaveNote } from '#renderer/ui/autosave-note.tsx';
import { Button } from '#renderer/ui/button.tsx';
import { Chip } from '#renderer/ui/chip.tsx';
import { DateField } from '#renderer/ui/date-field.tsx';
import { useConfirm } from '#renderer/ui/dialog.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';

import { FootBar } from '#renderer/ui/foot-bar.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { MenuButton } from '#renderer/ui/menu.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { Note } from '#renderer/ui/sheet.tsx';
import { Tabs } from '#renderer/ui/tabs.tsx';
import { AttachmentsSheet } from '../files/attachments-sheet.tsx';
import { DeskNote } from '../desk/desk-note.tsx';
import { DecisionChecks } from './decision-checks.tsx';
import { DecisionEditor } from './decision-editor.tsx';
import { decisionLocales, titleIn } from './decision-words.ts';
import { DecisionVotes } from './decision-votes.tsx';
import { HeldTextField } from './held-text-field.tsx';
import { givenValues, textOf, textOrNull } from './record-values.ts';
import { useEscape } from './use-escape.ts';

type Values = RecordView['values'];

/**
 * The form of a draft. `stored`: its values as the core has them, or what a new one begins with; `record` is null until the first save.
 * Everything is saved after each field; signing freezes it.
 */
export function DecisionForm({
  stored,
  record,
  onCreated,
  onPreview,
}: {
  stored: Values;
  record: RecordView | null;
  onCreated: (id: Id) => void;
  onPreview: () => void;
}) {
  const { t } = useTranslation('records');
  const format = useFormat();
  const session = useSession();
  const navigate = useNavigate();
  const notify = useNotify();
  const sign = useCommand('records.signDecision');
  const remove = useCommand('records.remove');
  const restore = useCommand('records.restore');
  const [ask, dialog] = useConfirm();
  const [isAsked, setIsAsked] = useState(false);
  const id = useRef<Id | null>(record?.id ?? null);
  const own = useCall('commissions.own', { on: format.today() }, { enabled: session.commission !== null });

  const autosave = useAutosave<Values>(stored, async (changes) => {
    const isNew = id.current === null;
    const values = givenValues(isNew ? { ...stored, ...changes } : changes);
    const result = await call('records.save', {
      kind: 'decision',
      ...(id.current !== null && { id: id.current }),
      values,
    });
    if (result.ok && isNew) {
      id.current = result.value.id;
      onCreated(result.value.id);
    }
    return result;
  });
  const { values, set, flush } = autosave;
  const shown = { values };
  const onBlur = () => void flush();
  const languages = decisionLocales(shown);
  const [picked, setPicked] = useState<Locale | null>(null);
  const locale =
    picked !== null && languages.includes(picked)
      ? picked
      : (pickContentLocale(format.locale, languages) ?? format.locale);
  const lang = localeFacts[locale].htmlLang;
  const titleField = localizedField('title', locale);
  const bodyField = localizedField('body', locale);
  const number = textOf(shown, 'number');
  const missing = missingForSignature(values);
  const maySign = signers.includes(session.role);

  async function close() {
    if (await flush()) await navigate({ to: '/records/decisions' });
  }
  /** What hangs on a record, a page or a file, makes a new decision one. */
  async function recordId(): Promise<Id | null> {
    if (id.current === null) set({ number: values['number'] ?? null });
    return (await flush()) ? id.current : null;
  }
  async function preview() {
    if ((await recordId()) !== null) onPreview();
  }
  useEscape(() => void close());
  useShortcut('save', () => void flush());
  useShortcut('print', () => void preview());

  async function signIt() {
    setIsAsked(true);
    if (!(await flush()) || id.current === null || missing.length > 0) return;
    const title = titleIn(shown, format.locale);
    const confirmed = await ask({
      title: t('sign.question', { number }),
      text: (
        <>
          <span lang={title?.lang} className="b">
            {title?.text}
          </span>
          <br />
          {t('sign.text')}
        </>
      ),
      confirm: t('sign.confirm', { number }),
      cancel: t('sign.cancel'),
    });
    if (!confirmed) return;
    const result = await sign.run({ id: id.current });
    if (!result.ok) return;
    notify({ text: 'records:sign.done', values: { number } });
    void navigate({ to: '/records/decisions/$id', params: { id: result.value.id }, replace: true });
  }

  async function removeDraft() {
    const removed = id.current;
    if (removed === null) {
      void navigate({ to: '/records/decisions' });
      return;
    }
    const result = await remove.run({ kind: 'decision', id: removed });
    if (!result.ok) return;
    notify({
      text: 'records:form.removed',
      values: { number },
      undo: {
        label: 'records:form.restore',
        onUndo: () => void call('records.restore', { kind: 'decision', id: removed }),
      },
    });
    void navigate({ to: '/records/decisions' });
  }

  async function restoreDraft() {
    if (id.current === null) return;
    const restored = await restore.run({ kind: 'decision', id: id.current });
    if (restored.ok) await flush();
  }

  const bound = (field: string) => ({
    value: textOf(shown, field),
    onChange: (value: string) => set({ [field]: value === '' ? null : value }),
    onBlur,
  });
  /** What the paper of the language on show says, or would say where nothing is written for it. */
  const ofPaper = (base: (typeof paperFields)[number]) => (
    <HeldTextField
      key={`${base} ${locale}`}
      label={t(`field.${base}`)}
      optional
      lang={lang}
      {...bound(languages.length > 1 ? localizedField(base, locale) : base)}
      placeholder={paperText(shown, base, locale)}
    />
  );
  const others = localesAsListed.filter((candidate) => !languages.includes(candidate));
  const canDrop = textOf(shown, titleField) === '' && textOf(shown, bodyField) === '' && languages.length > 1;
  return (
    <Page
      foot={
        <FootBar left={<AutosaveNote autosave={autosave} />}>
          <Button variant="subtle" onClick={() => void close()}>
            {t('form.close')}
          </Button>
          <Button icon={IconEye} onClick={() => void preview()}>
            {t('form.preview')}
          </Button>
          {maySign && (
            <Button
              variant={missing.length === 0 ? 'filled' : 'default'}
              icon={IconLock}
              busy={sign.isBusy && t('sign.busy')}
              onClick={() => void signIt()}
            >
              {t('sign.button')}
            </Button>
          )}
        </FootBar>
      }
    >
      {dialog}
      <PageTitle
        documentTitle={t('form.title', { number })}
        title={
          <>
            {number === '' ? t('form.titleNoNumber') : t('form.title', { number })}
            <span className="records-title-chip">
              <Chip>{t('state.draft')}</Chip>
            </span>
          </>
        }
        crumb={
          <>
            <Link to="/records">{t('crumb')}</Link>
            <Icon of={IconChevronRight} size={16} />
            <Link to="/records/decisions">{t('list.crumb')}</Link>
            <Icon of={IconChevronRight} size={16} />
            <span>{t('state.draft')}</span>
          </>
        }
        actions={
          <Button variant="subtle" busy={remove.isBusy && t('form.removing')} onClick={() => void removeDraft()}>
            {t('form.remove')}
          </Button>
        }
      />
      <div className="decision-two">
        <div className="decision-paper">
          {record?.removed === true && (
            <Note tone="ochre">
              <p className="b">{t('record.isRemoved')}</p>
              <Button size="small" onClick={() => void restoreDraft()}>
                {t('form.restore')}
              </Button>
            </Note>
          )}
          <FailureNote failure={sign.failure ?? remove.failure ?? restore.failure} />
          {record !== null && <DeskNote kind="decision" id={record.id} />}
          {textOrNull(shown, 'corrects') !== null && <Corrects id={textOf(shown, 'corrects')} />}
          <div className="decision-head">
            <HeldTextField label={t('field.number')} {...bound('number')} />
            <DateField
              label={t('field.decidedOn')}
              value={textOrNull(shown, 'decidedOn')}
              onChange={(value) => set({ decidedOn: value })}
              onBlur={onBlur}
            />
          </div>
          <div className="decision-languages">
            <Tabs
              label={t('form.languages')}
              value={locale}
              onChange={(value) => setPicked(value)}
              tabs={languages.map((value) => ({
                value,
                label: <span lang={localeFacts[value].htmlLang}>{localeFacts[value].ownName}</span>,
              }))}
            />
            <span className="row g2">
              {others.length > 0 && (
                <MenuButton
                  className="btn subtle small"
                  entries={others.map((value) => ({
                    key: value,
                    label: localeFacts[value].ownName,
                    lang: localeFacts[value].htmlLang,
                    onPick: () => {
                      set({ languages: [...languages, value].toSorted() });
                      setPicked(value);
                    },
                  }))}
                >
                  {t('form.addLanguage')}
                </MenuButton>
              )}
              {canDrop && (
                <Button
                  variant="subtle"
                  size="small"
                  onClick={() => {
                    set({ languages: languages.filter((value) => value !== locale) });
                    setPicked(null);
                  }}
                >
                  {t('form.dropLanguage')}
                </Button>
              )}
            </span>
          </div>
          <HeldTextField
            key={titleField}
            label={t('field.title')}
            lang={lang}
            spellCheck={false}
            letters
            repair={repairLocale(lang, format.locale, session.country)}
            {...bound(titleField)}
          />
          <DecisionEditor
            key={bodyField}
            label={t('field.body')}
            lang={lang}
            value={textOf(shown, bodyField)}
            stored={textOf({ values: stored }, bodyField)}
            tidy={(text) => normalizeText(text, locale === 'uz' ? 'uz' : 'ru')}
            onChange={(text) => set({ [bodyField]: text === '' ? null : text })}
            onBlur={onBlur}
          />
          {ofPaper('basis')}
          <div className="decision-signs">
            {ofPaper('place')}
            {ofPaper('chair')}
            {ofPaper('secretary')}
            {languages.length > 1 && <p className="sm mut">{t('form.signsHint')}</p>}
          </div>
        </div>
        <div className="records-side">
          <DecisionVotes
            values={values}
            set={set}
            onBlur={onBlur}
            commission={own.value?.commission ?? null}
            sitting={own.value?.members.length ?? null}
          />
          <AttachmentsSheet kind="decision" id={record?.id ?? null} isSealed={false} edit={recordId} />
          <DecisionChecks
            id={record?.id ?? null}
            values={values}
            languages={languages}
            commission={own.value?.commission ?? null}
            isAsked={isAsked}
            maySign={maySign}
          />
        </div>
      </div>
    </Page>
  );
}

/** Which signed decision this draft corrects. */
function Corrects({ id }: { id: string }) {
  const { t } = useTranslation('records');
  const signed = useCall('records.get', { kind: 'decision', id });
  if (signed.value === undefined) return null;
  return (
    <p className="sm">
      {t('form.corrects')}{' '}
      <Link to="/records/decisions/$id" params={{ id }}>
        {t('form.title', { number: textOf(signed.value, 'number') })}
      </Link>
    </p>
  );
}
