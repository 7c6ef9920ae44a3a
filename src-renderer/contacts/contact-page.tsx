import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import IconCheck from '@tabler/icons-react/dist/esm/icons/IconCheck.mjs';
import IconChevronRight from '@tabler/icons-react/dist/esm/icons/IconChevronRight.mjs';
import IconPencil from '@tabler/icons-react/dist/esm/icons/IconPencil.mjs';
import IconShieldCheck from '@tabler/icons-react/dist/esm/icons/IconShieldCheck.mjs';
import IconAlertCircle from '@tabler/icons-react/dist/esm/icons/IconAlertCircle.mjs';
import { keepers } from '#shared/access/roles.ts';
import { lastDay } from '#shared/commissions/membership-rules.ts';
import { needsCheckBefore } from '#shared/contacts/contact-rules.ts';
import { localeFacts } from '#shared/i18n/locales.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { call } from '#renderer/app/bridge.ts';
import { initialsOf } from '#renderer/app/initials.ts';
import { useSession } from '#renderer/app/profile.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { ButtonLink } from '#renderer/ui/button-link.tsx';
import { Button } from '#renderer/ui/button.tsx';
import { Chip } from '#renderer/ui/chip.tsx';
import { useConfirm } from '#renderer/ui/dialog.tsx';
import { Skeleton } from '#renderer/ui/empty-state.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { RecordRoad } from '#renderer/ui/road.tsx';
import { Note, Sheet } from '#renderer/ui/sheet.tsx';
import { DeskNote } from '../desk/desk-note.tsx';
import { RecordHistory } from '../records/record-history.tsx';
import { idFrom, listOf, textOf, textOrNull } from '../records/record-values.ts';
import { useEscape } from '../records/use-escape.ts';
import { useContactWords } from './contact-words.ts';
import './contacts.css';

/** One contact: facts left, history right. */
export function ContactPage() {
  const params = useParams({ strict: false });
  const id = idFrom(params['id']);
  const navigate = useNavigate();
  useEscape(() => void navigate({ to: '/contacts' }));
  return id === null ? (
    <Page>
      <FailureNote failure={{ code: 'records/not-found' }} />
    </Page>
  ) : (
    <Contact key={id} id={id} />
  );
}

function Contact({ id }: { id: Id }) {
  const contact = useCall('records.get', { kind: 'contact', id });
  if (contact.value !== undefined) return <ContactFacts contact={contact.value} />;
  return (
    <Page>
      {contact.isLoading && <Skeleton lines={6} />}
      <FailureNote failure={contact.failure} />
    </Page>
  );
}

function ContactFacts({ contact }: { contact: RecordView }) {
  const { t } = useTranslation('contacts');
  const format = useFormat();
  const words = useContactWords();
  const session = useSession();
  const navigate = useNavigate();
  const notify = useNotify();
  const save = useCommand('records.save');
  const remove = useCommand('records.remove');
  const restore = useCommand('records.restore');
  const [ask, dialog] = useConfirm();
  const name = textOf(contact, 'name');
  const organisation = textOf(contact, 'organisation');
  const position = textOrNull(contact, 'position') ?? words.role(contact.values['role']);
  const country = textOrNull(contact, 'country');
  const mayRemove = keepers.includes(session.role);

  async function removeContact() {
    const confirmed = await ask({
      title: t('card.removeQuestion', { name }),
      text: t('card.removeText'),
      confirm: t('card.remove'),
      cancel: t('card.keep'),
      danger: true,
    });
    if (!confirmed) return;
    const result = await remove.run({ kind: 'contact', id: contact.id });
    if (!result.ok) return;
    notify({
      text: 'contacts:card.removed',
      values: { name },
      undo: { label: 'contacts:card.restore', onUndo: () => void undoRemove() },
    });
    void navigate({ to: '/contacts' });
  }

  /** Outlives this page: the notification stands on the list. */
  async function undoRemove() {
    const restored = await call('records.restore', { kind: 'contact', id: contact.id });
    if (restored.ok) await navigate({ to: '/contacts/$id', params: { id: contact.id } });
  }

  const phones = (field: string): ReactNode => {
    const phone = textOrNull(contact, field);
    const messenger = field === 'phone' ? words.messenger(contact.values['messenger']) : '';
    return phone === null ? null : (
      <span className="row g3 wrap">
        <span className="num b">{phone}</span>
        {messenger !== '' && <Chip tone="outline">{messenger}</Chip>}
      </span>
    );
  };
  const facts: [string, ReactNode][] = [
    ['phone', phones('phone')],
    ['phoneSecond', phones('phoneSecond')],
    ['email', textOrNull(contact, 'email')],
    ['organisation', textOrNull(contact, 'organisation')],
    ['role', words.role(contact.values['role']) || null],
    ['position', textOrNull(contact, 'position')],
    ['country', country === null ? null : format.country(country)],
    ['languages', listOf(contact, 'languages').length === 0 ? null : words.languages(listOf(contact, 'languages'))],
    [
      'nameLatin',
      textOrNull(contact, 'nameLatin') === null ? null : (
        <span lang={localeFacts.en.htmlLang}>{textOf(contact, 'nameLatin')}</span>
      ),
    ],
    ['address', textOrNull(contact, 'address')],
    ['note', textOrNull(contact, 'note')],
  ];
  const known = facts.filter(([, value]) => value !== null);
  return (
    <Page>
      {dialog}
      <PageTitle
        documentTitle={name}
        title={
          <span className="contacts-head">
            <span className="contacts-initials" aria-hidden="true">
              {initialsOf(name)}
            </span>
            <span>{name}</span>
          </span>
        }
        crumb={
          <>
            <Link to="/contacts">{t('list.title')}</Link>
            {organisation !== '' && (
              <>
                <Icon of={IconChevronRight} size={16} />
                <span>{organisation}</span>
              </>
            )}
          </>
        }
        under={[position, organisation].filter((part) => part !== '').join(', ') || undefined}
        actions={
          !contact.removed && (
            <>
              {mayRemove && (
                <Button
                  variant="subtle"
                  busy={remove.isBusy && t('card.removing')}
                  onClick={() => void removeContact()}
                >
                  {t('card.remove')}
                </Button>
              )}
              <ButtonLink to="/contacts/$id/edit" params={{ id: contact.id }} variant="filled" icon={IconPencil}>
                {t('card.edit')}
              </ButtonLink>
            </>
          )
        }
      />
      <DeskNote kind="contact" id={contact.id} />
      <div className="records-road">
        <RecordRoad road={contact.road} at={format.recent(contact.changedAt)} />
      </div>
      <FailureNote failure={remove.failure ?? save.failure ?? restore.failure} />
      <div className="records-two">
        <div className="records-side">
          {contact.removed && (
            <Note tone="ochre" icon={<Icon of={IconAlertCircle} />}>
              <p className="b">{t('card.isRemoved')}</p>
              <p className="sm">{t('card.isRemovedText')}</p>
              {mayRemove && (
                <Button
                  size="small"
                  busy={restore.isBusy && t('card.restoring')}
                  onClick={() => void restore.run({ kind: 'contact', id: contact.id })}
                >
                  {t('card.restore')}
                </Button>
              )}
            </Note>
          )}
          <Sheet pad>
            {known.length === 0 ? (
              <p className="mut">{t('card.noFacts')}</p>
            ) : (
              <dl className="facts">
                {known.map(([field, value]) => [
                  <dt key={`${field}-name`}>{words.labelOf(field)}</dt>,
                  <dd key={field} className={field === 'note' || field === 'address' ? 'records-value' : ''}>
                    {value}
                  </dd>,
                ])}
              </dl>
            )}
          </Sheet>
          <ConsentSheet contact={contact}>
            {!contact.removed && textOrNull(contact, 'checkedOn') !== format.today() && (
              <Button
                size="small"
                icon={IconCheck}
                busy={save.isBusy && t('form.saving')}
                onClick={() =>
                  void save.run({ kind: 'contact', id: contact.id, values: { checkedOn: format.today() } })
                }
              >
                {t('card.markChecked')}
              </Button>
            )}
          </ConsentSheet>
          <Seats contact={contact} />
        </div>
        <RecordHistory kind="contact" id={contact.id} words={words} />
      </div>
    </Page>
  );
}

/** Consent and last check: two dates that decide whether the entry may be used. */
function ConsentSheet({ contact, children }: { contact: RecordView; children: ReactNode }) {
  const { t } = useTranslation('contacts');
  const format = useFormat();
  const words = useContactWords();
  const consent = textOrNull(contact, 'consent');
  const consentOn = textOrNull(contact, 'consentOn');
  const checkedOn = textOrNull(contact, 'checkedOn');
  const isOld = checkedOn === null || checkedOn < needsCheckBefore(format.today());
  return (
    <section className="sheet contacts-consent" aria-label={t('form.consent')}>
      <Icon of={consent === 'given' ? IconShieldCheck : IconAlertCircle} size={24} />
      <div className="grow">
        <p className={consent === 'given' ? 'b' : 'b ochre'}>
          {t('card.consentLine', { consent: consent === null ? t('card.noConsent') : words.consent(consent) })}
          {consentOn !== null && <span className="num">, {format.date(consentOn)}</span>}
        </p>
        <p className={`contacts-checked sm ${isOld ? 'ochre b' : 'mut'}`}>
          {checkedOn === null ? t('list.neverChecked') : t('card.checkedLine', { date: format.date(checkedOn) })}
        </p>
      </div>
      {children}
    </section>
  );
}

/** The seats this person holds or held in the own commission. */
function Seats({ contact }: { contact: RecordView }) {
  const { t } = useTranslation('contacts');
  const format = useFormat();
  const words = useContactWords();
  const seats = useCall('commissions.ofContact', { contact: contact.id });
  const rows = seats.value?.rows ?? [];
  if (rows.length === 0) return null;
  return (
    <Sheet title={t('card.seats')} side={<Link to="/commission">{t('card.toCommission')}</Link>}>
      <ul className="rows">
        {rows.map((row) => {
          const startsOn = textOf(row, 'startsOn');
          const last = lastDay({ startsOn, endsOn: textOrNull(row, 'endsOn'), leftOn: textOrNull(row, 'leftOn') });
          return (
            <li key={row.id}>
              <span className="grow">
                <span className="b">{words.role(row.values['role'])}</span>
                <span className="sm mut" style={{ display: 'block' }}>
                  {textOf(row, 'nominatedBy')}
                </span>
              </span>
              <span className="num nw sm">{format.dateRange(startsOn, last)}</span>
            </li>
          );
        })}
      </ul>
    </Sheet>
  );
}
