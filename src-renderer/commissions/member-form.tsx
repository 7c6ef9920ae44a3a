import { localizedText } from '#shared/records/record-title.ts';
import { useState } from 'react';
import IconCheck from '@tabler/icons-react/dist/esm/icons/IconCheck.mjs';
import IconUserPlus from '@tabler/icons-react/dist/esm/icons/IconUserPlus.mjs';
import IconX from '@tabler/icons-react/dist/esm/icons/IconX.mjs';
import { addDays } from '#shared/i18n/dates.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { useCountry } from '#renderer/app/country.ts';
import { useSession } from '#renderer/app/profile.ts';
import { useShortcut } from '#renderer/app/shortcuts.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { DateField } from '#renderer/ui/date-field.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { SelectField, TextField } from '#renderer/ui/fields.tsx';
import { FootBar } from '#renderer/ui/foot-bar.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { numberOf, textOf, textOrNull } from '../records/record-values.ts';
import { useEscape } from '../records/use-escape.ts';
import { leftReasons, optionOf, type SeatRole, seatRoles, useCommissionWords } from './commission-words.ts';
import { type FoundContact, MemberSearch } from './member-search.tsx';
import type { Member } from './members-table.tsx';

type Seat = {
  role: SeatRole;
  nominatedBy: string;
  appointmentAct: string;
  startsOn: string | null;
  endsOn: string | null;
  leftOn: string | null;
  leftReason: string | null;
};

/** A new member, or the seat of one who is there; its end too. */
export function MemberForm({
  commission,
  members,
  member,
  onDone,
}: {
  commission: RecordView;
  members: readonly Member[];
  member: Member | null;
  onDone: () => void;
}) {
  const { t } = useTranslation('commissions');
  const format = useFormat();
  const words = useCommissionWords();
  const session = useSession();
  const country = useCountry(session.country);
  const notify = useNotify();
  const saveTogether = useCommand('records.saveTogether');
  const save = useCommand('records.save');
  const remove = useCommand('records.remove');
  const [person, setPerson] = useState<FoundContact | null>(null);
  const [typedName, setTypedName] = useState('');
  const [isTried, setIsTried] = useState(false);
  const [seat, setSeat] = useState<Seat>(() => startSeat(commission, members, member, format.today()));
  const change = (changes: Partial<Seat>) => setSeat({ ...seat, ...changes });
  useEscape(onDone);
  useShortcut('save', () => void submit());

  const name = member === null ? (person?.name ?? typedName.trim()) : textOf(member.contact, 'name');
  const errors = {
    name:
      name === ''
        ? t('memberForm.nameMissing')
        : members.some((other) => other.contact.id === person?.id)
          ? t('memberForm.alreadyMember')
          : undefined,
    startsOn: seat.startsOn === null ? t('memberForm.startMissing') : undefined,
    endsOn:
      seat.startsOn !== null && seat.endsOn !== null && seat.endsOn < seat.startsOn
        ? t('memberForm.endBeforeStart')
        : undefined,
    leftOn:
      seat.leftOn !== null && seat.startsOn !== null && seat.leftOn < seat.startsOn
        ? t('memberForm.endBeforeStart')
        : seat.leftOn === null && seat.leftReason !== null
          ? t('memberForm.leftMissing')
          : undefined,
  };

  async function submit() {
    setIsTried(true);
    if (Object.values(errors).some((error) => error !== undefined) || seat.startsOn === null) return;
    const values = {
      role: seat.role,
      nominatedBy: seat.nominatedBy.trim() || null,
      appointmentAct: seat.appointmentAct.trim() || null,
      startsOn: seat.startsOn,
      endsOn: seat.endsOn,
      leftOn: seat.leftOn,
      leftReason: seat.leftReason,
    };
    if (member !== null) {
      const result = await save.run({
        kind: 'membership',
        id: member.membership.id,
        values: changed(values, member.membership.values),
      });
      if (!result.ok) return;
      notify({
        text: seat.leftOn === null ? 'commissions:memberForm.saved' : 'commissions:memberForm.ended',
        values: { name },
      });
    } else {
      const organisation = localizedText(commission, 'name', format.locale)?.text ?? null;
      const result = await saveTogether.run({
        items: [
          ...(person === null
            ? [
                {
                  kind: 'contact' as const,
                  key: 'contact',
                  values: { name, role: seat.role, organisation, country: session.country, checkedOn: format.today() },
                },
              ]
            : []),
          {
            kind: 'membership' as const,
            values: { ...values, commission: commission.id, contact: person?.id ?? '@contact' },
          },
        ],
      });
      if (!result.ok) return;
      notify({ text: 'commissions:memberForm.added', values: { name } });
    }
    onDone();
  }

  async function removeSeat(id: Id) {
    const result = await remove.run({ kind: 'membership', id });
    if (!result.ok) return;
    notify({ text: 'commissions:memberForm.removed', values: { name } });
    onDone();
  }

  const failure = saveTogether.failure ?? save.failure ?? remove.failure;
  const errorOf = (field: keyof typeof errors) => (isTried || field === 'endsOn' ? errors[field] : undefined);
  const bodies =
    country?.nominatingBodies
      .map((body) => body.names[format.locale] ?? body.names.ru ?? '')
      .filter((body) => body !== '') ?? [];
  return (
    <Page
      foot={
        <FootBar left={<span className="mut">{t('memberForm.note')}</span>}>
          <Button variant="default" icon={IconX} onClick={onDone}>
            {t('memberForm.close')}
          </Button>
          <Button
            variant="filled"
            icon={member === null ? IconUserPlus : IconCheck}
            busy={(save.isBusy || saveTogether.isBusy) && t('memberForm.saving')}
            onClick={() => void submit()}
          >
            {member === null ? t('addMember') : t('memberForm.save')}
          </Button>
        </FootBar>
      }
    >
      <PageTitle title={member === null ? t('memberForm.newTitle') : name} crumb={<span>{t('composition')}</span>} />
      <div className="commissions-form">
        <FailureNote failure={failure} />
        {member === null && (
          <MemberSearch
            person={person}
            typed={typedName}
            onType={setTypedName}
            onPick={setPerson}
            error={errorOf('name')}
          />
        )}
        <div className="commissions-three">
          <SelectField
            label={t('memberForm.role')}
            value={seat.role}
            onChange={(value) => change({ role: optionOf(seatRoles, value) ?? seat.role })}
            options={seatRoles.map((value) => ({ value, label: words.role(value) }))}
          />
        </div>
        <div className="commissions-three">
          <DateField
            label={t('memberForm.startsOn')}
            value={seat.startsOn}
            error={errorOf('startsOn')}
            onChange={(value) => change({ startsOn: value })}
          />
          <DateField
            label={t('memberForm.endsOn')}
            optional
            value={seat.endsOn}
            error={errorOf('endsOn')}
            onChange={(value) => change({ endsOn: value })}
          />
        </div>
        <TextField
          label={t('column.nominatedBy')}
          optional
          letters
          value={seat.nominatedBy}
          list="nominating-bodies"
          onChange={(value) => change({ nominatedBy: value })}
        />
        <datalist id="nominating-bodies">
          {bodies.map((body) => (
            <option key={body} value={body} />
          ))}
        </datalist>
        <TextField
          label={t('field.appointmentAct')}
          optional
          value={seat.appointmentAct}
          onChange={(value) => change({ appointmentAct: value })}
        />
        {member !== null && (
          <fieldset className="commissions-end">
            <legend className="b">{t('memberForm.end')}</legend>
            <p className="sm mut">{t('memberForm.endHint')}</p>
            <div className="commissions-three">
              <DateField
                label={t('memberForm.leftOn')}
                optional
                value={seat.leftOn}
                error={errorOf('leftOn')}
                onChange={(value) => change({ leftOn: value })}
              />
              <SelectField
                label={t('memberForm.leftReason')}
                optional
                empty={t('memberForm.notChosen')}
                value={seat.leftReason}
                onChange={(value) => change({ leftReason: value })}
                options={leftReasons.map((value) => ({ value, label: words.reason(value) }))}
              />
            </div>
          </fieldset>
        )}
        {member !== null && (
          <div className="row g3 wrap">
            <Button
              variant="subtle"
              busy={remove.isBusy && t('memberForm.saving')}
              onClick={() => void removeSeat(member.membership.id)}
            >
              <Icon of={IconX} />
              {t('memberForm.remove')}
            </Button>
            <span className="sm mut">{t('memberForm.removeHint')}</span>
          </div>
        )}
      </div>
    </Page>
  );
}

/** A new seat starts where the law and the composition suggest: a free role, the term of the others. */
function startSeat(commission: RecordView, members: readonly Member[], member: Member | null, today: string): Seat {
  if (member !== null) {
    const { membership } = member;
    return {
      role: optionOf(seatRoles, membership.values['role']) ?? 'member',
      nominatedBy: textOf(membership, 'nominatedBy'),
      appointmentAct: textOf(membership, 'appointmentAct'),
      startsOn: textOrNull(membership, 'startsOn'),
      endsOn: textOrNull(membership, 'endsOn'),
      leftOn: textOrNull(membership, 'leftOn'),
      leftReason: textOrNull(membership, 'leftReason'),
    };
  }
  const taken = new Set(members.map((other) => other.membership.values['role']));
  const seats = numberOf(commission, 'seats');
  const isFirst = members.length === 0;
  const role = isFirst
    ? 'chair'
    : seats === null
      ? 'member'
      : (seatRoles.find((candidate) => !taken.has(candidate)) ?? 'member');
  const ends = members
    .map((other) => textOrNull(other.membership, 'endsOn'))
    .filter((day) => day !== null && day > addDays(today, 60));
  return {
    role,
    nominatedBy: '',
    appointmentAct: '',
    startsOn: today,
    endsOn: ends[0] ?? null,
    leftOn: null,
    leftReason: null,
  };
}

/** Only what differs: an action should say what it changed. */
function changed<T extends { [field: string]: RecordView['values'][string] }>(
  values: T,
  stored: RecordView['values'],
): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([field, value]) => value !== (stored[field] ?? null)),
  ) as Partial<T>; // a part of the same object
}
