import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import IconCheck from '@tabler/icons-react/dist/esm/icons/IconCheck.mjs';
import IconChevronRight from '@tabler/icons-react/dist/esm/icons/IconChevronRight.mjs';
import IconVersions from '@tabler/icons-react/dist/esm/icons/IconVersions.mjs';
import { keepers } from '#shared/access/roles.ts';
import { localesAsListed } from '#shared/i18n/locales.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { useSession } from '#renderer/app/profile.ts';
import { useShortcut } from '#renderer/app/shortcuts.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { repairLocale } from '#renderer/i18n/repair-locale.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { DateField } from '#renderer/ui/date-field.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { SelectField, TextArea, TextField } from '#renderer/ui/fields.tsx';
import { FootBar } from '#renderer/ui/foot-bar.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { idFrom, listOf, textOf, textOrNull } from '../records/record-values.ts';
import { useEscape } from '../records/use-escape.ts';
import { contactFaults } from './contact-check.ts';
import { type ContactChanges, useContactDraft } from './contact-draft.ts';
import { consents, contactRoles, countries, messengers, useContactWords } from './contact-words.ts';
import { PassportHint } from './passport-hint.tsx';
import './contacts.css';

/** A new contact, or one that is being edited. */
export function ContactFormPage() {
  const params = useParams({ strict: false });
  const id = idFrom(params['id']);
  const stored = useCall('records.get', { kind: 'contact', id: id ?? noId }, { enabled: id !== null });
  if (id === null) return <ContactForm key="new" stored={null} />;
  if (stored.value !== undefined) return <ContactForm key={id} stored={stored.value} />;
  return (
    <Page>
      <FailureNote failure={stored.failure} />
    </Page>
  );
}

/** Stands in the input of a call that is not made. */
const noId = '00000000-0000-7000-8000-000000000000' as Id;

function ContactForm({ stored }: { stored: RecordView | null }) {
  const { t } = useTranslation('contacts');
  const format = useFormat();
  const words = useContactWords();
  const session = useSession();
  const navigate = useNavigate();
  const notify = useNotify();
  const save = useCommand('records.save');
  const restore = useCommand('records.restore');
  const draft = useContactDraft(stored?.id ?? 'new');
  const [isTried, setIsTried] = useState(false);

  const start: ContactChanges =
    stored === null ? { country: session.country, checkedOn: format.today() } : stored.values;
  const values: ContactChanges = { ...start, ...draft.changes };
  const shown = { values };
  const faults = contactFaults(values, format.today());
  const isDirty = Object.keys(draft.changes).length > 0;
  const errorOf = (field: string) => {
    const fault = faults[field];
    return fault !== undefined && (isTried || fault !== 'nameMissing') ? t(`error.${fault}`) : undefined;
  };
  const close = () =>
    void (stored === null
      ? navigate({ to: '/contacts' })
      : navigate({ to: '/contacts/$id', params: { id: stored.id } }));
  useEscape(close);

  async function submit() {
    setIsTried(true);
    if (Object.keys(faults).length > 0) {
      const wrong = document.querySelector<HTMLElement>('.contacts-form [aria-invalid=true]');
      wrong?.focus();
      // The foot bar must not hide what is wrong.
      wrong?.scrollIntoView({ block: 'center' });
      return;
    }
    const given = stored === null ? values : draft.changes;
    const cleaned = Object.fromEntries(
      Object.entries(given).map(([field, value]) => [
        field,
        typeof value === 'string' && value.trim() === '' ? null : value,
      ]),
    );
    const result = await save.run({ kind: 'contact', ...(stored !== null && { id: stored.id }), values: cleaned });
    if (!result.ok) {
      // What is wrong is said at the head of the form, which may be far above.
      document.querySelector('.contacts-form')?.scrollIntoView({ block: 'start' });
      return;
    }
    draft.clear();
    notify({
      text: stored === null ? 'contacts:form.added' : 'contacts:form.saved',
      values: { name: textOf(result.value, 'name') },
    });
    void navigate({ to: '/contacts/$id', params: { id: result.value.id }, replace: true });
  }
  useShortcut('save', () => void submit());

  async function restoreIt(id: Id) {
    const restored = await restore.run({ kind: 'contact', id });
    // It may have been what the last save failed for.
    if (restored.ok) save.clear();
  }

  /** The frame of a text field bound to its field. */
  const bound = (field: string) => ({
    label: words.labelOf(field),
    value: textOf(shown, field),
    error: errorOf(field),
    onChange: (value: string) => draft.set({ [field]: value }),
  });
  const country = textOrNull(shown, 'country') ?? session.country;
  /** Names and words are written in the contact's country, whatever the window speaks. */
  const written = { repair: repairLocale('', format.locale, country) };
  const bindChoice = (field: string) => ({
    label: words.labelOf(field),
    empty: t('form.notChosen'),
    value: textOrNull(shown, field),
    onChange: (value: string | null) => draft.set({ [field]: value }),
  });
  const bindDate = (field: string) => ({
    label: words.labelOf(field),
    optional: true,
    value: textOrNull(shown, field),
    error: errorOf(field),
    onChange: (value: string | null) => draft.set({ [field]: value }),
  });
  const languages = listOf(shown, 'languages');
  const title = stored === null ? t('form.newTitle') : t('form.editTitle');
  return (
    <Page
      foot={
        <FootBar left={<span className="mut">{t(isDirty ? 'form.kept' : 'form.nothingTyped')}</span>}>
          {isDirty && (
            <Button
              variant="subtle"
              onClick={() => {
                draft.clear();
                setIsTried(false);
              }}
            >
              {t('form.discard')}
            </Button>
          )}
          <Button variant="default" onClick={close}>
            {t('form.close')}
          </Button>
          <Button
            variant="filled"
            icon={IconCheck}
            busy={save.isBusy && t('form.saving')}
            onClick={() => void submit()}
          >
            {stored === null ? t('form.add') : t('form.save')}
          </Button>
        </FootBar>
      }
    >
      <PageTitle
        title={title}
        crumb={
          <>
            <Link to="/contacts">{t('list.title')}</Link>
            <Icon of={IconChevronRight} size={16} />
            {stored === null ? (
              <span>{title}</span>
            ) : (
              <Link to="/contacts/$id" params={{ id: stored.id }}>
                {textOf(stored, 'name')}
              </Link>
            )}
          </>
        }
      />
      <form
        className="contacts-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <FailureNote
          // Somebody may remove it while it is being edited: said before anybody saves, with the way back.
          failure={stored?.removed === true ? { code: 'records/removed' } : (save.failure ?? restore.failure)}
          actions={
            stored?.removed === true &&
            keepers.includes(session.role) && (
              <Button
                size="small"
                busy={restore.isBusy && t('card.restoring')}
                onClick={() => void restoreIt(stored.id)}
              >
                {t('card.restore')}
              </Button>
            )
          }
        />
        <section aria-label={t('form.person')}>
          <div>
            <TextField {...bound('name')} {...written} letters autoFocus={stored === null} hint={t('form.nameHint')} />
            {stored === null && <PerhapsThere name={textOf(shown, 'name')} />}
          </div>
          <div>
            <TextField {...bound('nameLatin')} repair="en" optional hint={t('form.nameLatinHint')} lang="en" />
            {textOf(shown, 'nameLatin') === '' && (
              <PassportHint
                name={textOf(shown, 'name')}
                country={country}
                onPick={(spelling) => draft.set({ nameLatin: spelling })}
              />
            )}
          </div>
        </section>
        <section aria-labelledby="contact-work">
          <h2 id="contact-work">{t('form.work')}</h2>
          <div className="contacts-pair">
            <SelectField
              {...bindChoice('role')}
              optional
              options={contactRoles.map((value) => ({ value, label: words.role(value) }))}
            />
            <SelectField
              {...bindChoice('country')}
              optional
              options={countries.map((value) => ({ value, label: format.country(value) ?? value }))}
            />
          </div>
          <TextField {...bound('position')} {...written} optional letters />
          <TextField {...bound('organisation')} {...written} optional letters />
        </section>
        <section aria-labelledby="contact-reach">
          <h2 id="contact-reach">{t('form.reach')}</h2>
          <div className="contacts-pair">
            <TextField {...bound('phone')} optional type="tel" />
            <SelectField
              {...bindChoice('messenger')}
              optional
              options={messengers.map((value) => ({ value, label: words.messenger(value) }))}
            />
            <TextField {...bound('phoneSecond')} optional type="tel" />
            <TextField {...bound('email')} optional type="email" />
          </div>
          <TextArea {...bound('address')} {...written} optional rows={2} />
          <fieldset>
            <legend className="lb">
              {words.labelOf('languages')} <span className="opt">({t('form.optional')})</span>
            </legend>
            <div className="contacts-languages">
              {localesAsListed.map((locale) => (
                <label key={locale}>
                  <input
                    type="checkbox"
                    checked={languages.includes(locale)}
                    onChange={(event) =>
                      draft.set({
                        languages: event.currentTarget.checked
                          ? [...languages, locale].toSorted()
                          : languages.filter((other) => other !== locale),
                      })
                    }
                  />
                  <Icon of={IconCheck} size={16} />
                  {format.language(locale)}
                </label>
              ))}
            </div>
          </fieldset>
        </section>
        <section aria-labelledby="contact-consent">
          <h2 id="contact-consent">{t('form.consent')}</h2>
          <p className="sm mut">{t('form.consentHint')}</p>
          <div className="contacts-pair">
            <SelectField
              {...bindChoice('consent')}
              onChange={(value) =>
                draft.set({
                  consent: value,
                  ...(value === 'given' && textOrNull(shown, 'consentOn') === null && { consentOn: format.today() }),
                })
              }
              options={consents.map((value) => ({ value, label: words.consent(value) }))}
            />
            <DateField {...bindDate('consentOn')} />
          </div>
        </section>
        <section aria-labelledby="contact-more">
          <h2 id="contact-more">{t('form.more')}</h2>
          <div className="contacts-pair">
            <DateField {...bindDate('checkedOn')} />
          </div>
          <TextArea {...bound('note')} {...written} optional rows={3} />
        </section>
        <button type="submit" hidden />
      </form>
    </Page>
  );
}

/** Says while the name is typed that such a person may be there already. */
function PerhapsThere({ name }: { name: string }) {
  const { t } = useTranslation('contacts');
  const format = useFormat();
  const words = useContactWords();
  const isEnough = name.trim().length >= 3;
  const found = useCall(
    'contacts.list',
    { group: 'all', search: name.trim().slice(0, 300), country: null, locale: format.locale, offset: 0, limit: 3 },
    { enabled: isEnough, keepPrevious: true },
  );
  const rows = isEnough ? (found.value?.rows ?? []) : [];
  return (
    <div aria-live="polite">
      {rows.length > 0 && (
        <div className="note paper contacts-double">
          <Icon of={IconVersions} />
          <div className="grow">
            <p className="b">{t('form.perhapsThere')}</p>
            {rows.map((row) => (
              <p key={row.id}>
                <Link to="/contacts/$id" params={{ id: row.id }}>
                  {textOf(row, 'name')}
                </Link>
                <span className="sm mut">
                  {' '}
                  {[words.role(row.values['role']), textOf(row, 'organisation')]
                    .filter((part) => part !== '')
                    .join(', ')}
                </span>
              </p>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}
