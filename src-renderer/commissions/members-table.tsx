import { Link } from '@tanstack/react-router';
import IconClock from '@tabler/icons-react/dist/esm/icons/IconClock.mjs';
import { lastDay } from '#shared/commissions/membership-rules.ts';
import { daysBetween } from '#shared/i18n/dates.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Road } from '#renderer/ui/road.tsx';
import { textOf, textOrNull } from '../records/record-values.ts';
import { useCommissionWords } from './commission-words.ts';

export type Member = {
  readonly membership: RecordView;
  readonly contact: RecordView;
  readonly nextName: string | null;
};

/** A term that ends within so many days is worth a look today. */
const endingDays = 60;

/** The composition of a day as a table: a row for each seat, vacancies last. On a past day nothing can be changed. */
export function MembersTable(props: {
  members: readonly Member[];
  vacancies: readonly { since: string | null }[];
  on: string;
  isToday: boolean;
  mayWrite: boolean;
  onEdit: (member: Member) => void;
  onFill: () => void;
}) {
  const { t } = useTranslation('commissions');
  const mayChange = props.isToday && props.mayWrite;
  return (
    <div className="table-wrap">
      <table className="table" aria-label={t('composition')}>
        <thead>
          <tr>
            <th scope="col">{t('column.member')}</th>
            <th scope="col">{t('column.nominatedBy')}</th>
            <th scope="col">{t('column.term')}</th>
            <th scope="col">{t('column.road')}</th>
            {mayChange && (
              <th scope="col">
                <span className="vh">{t('column.act')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody
          onKeyDown={(event) => {
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
            if (step === undefined || !(event.target instanceof HTMLElement)) return;
            const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a')];
            const next = links[links.indexOf(event.target) + step];
            if (next === undefined) return;
            event.preventDefault();
            next.focus();
          }}
        >
          {props.members.map((member) => (
            <MemberRow
              key={member.membership.id}
              member={member}
              on={props.on}
              isToday={props.isToday}
              onEdit={mayChange ? props.onEdit : null}
            />
          ))}
          {props.vacancies.map((vacancy, index) => (
            // Vacancies have no name of their own: their place is their key.
            <Vacancy
              key={`vacancy-${index}`}
              since={vacancy.since}
              on={props.on}
              isToday={props.isToday}
              mayChange={mayChange}
              onFill={props.onFill}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MemberRow({
  member,
  on,
  isToday,
  onEdit,
}: {
  member: Member;
  on: string;
  isToday: boolean;
  onEdit: ((member: Member) => void) | null;
}) {
  const { t } = useTranslation('commissions');
  const format = useFormat();
  const words = useCommissionWords();
  const { membership, contact } = member;
  const name = textOf(contact, 'name');
  const startsOn = textOf(membership, 'startsOn');
  const last = lastDay({
    startsOn,
    endsOn: textOrNull(membership, 'endsOn'),
    leftOn: textOrNull(membership, 'leftOn'),
  });
  const left = last === null ? null : daysBetween(on, last);
  const isEnding = isToday && left !== null && left <= endingDays;
  return (
    <tr>
      <td>
        <Link className="b" to="/contacts/$id" params={{ id: contact.id }}>
          {name}
        </Link>
        <div className="sm mut">{words.role(membership.values['role'])}</div>
      </td>
      <td>
        <div className="sm">{textOf(membership, 'nominatedBy')}</div>
      </td>
      <td>
        <span className="num nw">{format.dateRange(startsOn, last)}</span>
        {isEnding && (
          <span className="row g1 sm ochre b">
            <Icon of={IconClock} size={16} />
            {format.deadline(last ?? on)}
          </span>
        )}
        {!isToday && last !== null && last < format.today() && (
          <div className="sm mut">
            {member.nextName === null ? t('nextNobody') : t('next', { name: member.nextName })}
          </div>
        )}
      </td>
      <td>
        <Road road={membership.road} />
      </td>
      {onEdit !== null && (
        <td>
          <Button variant="subtle" size="small" aria-label={t('editMember', { name })} onClick={() => onEdit(member)}>
            {t('edit')}
          </Button>
        </td>
      )}
    </tr>
  );
}

function Vacancy({
  since,
  on,
  isToday,
  mayChange,
  onFill,
}: {
  since: string | null;
  on: string;
  isToday: boolean;
  mayChange: boolean;
  onFill: () => void;
}) {
  const { t } = useTranslation('commissions');
  const format = useFormat();
  return (
    <tr className="ochre">
      <td>
        <span className="b ochre">{t('vacancy')}</span>
        <div className="sm">{t('role.member')}</div>
      </td>
      <td>
        <div className="sm">{isToday ? t('vacancyWaits') : ''}</div>
      </td>
      <td>
        {since === null ? (
          <span className="sm">{t('vacantAlways')}</span>
        ) : (
          <>
            <span className="num nw">{format.dateRange(since, null)}</span>
            {daysBetween(since, on) > 0 && (
              <div className="sm">{t('vacantDays', { count: daysBetween(since, on) })}</div>
            )}
          </>
        )}
      </td>
      <td />
      {mayChange && (
        <td>
          <Button size="small" onClick={onFill}>
            {t('fill')}
          </Button>
        </td>
      )}
    </tr>
  );
}
