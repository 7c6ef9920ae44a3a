import { localizedText } from '#shared/records/record-title.ts';
import { useState } from 'react';
import IconHistory from '@tabler/icons-react/dist/esm/icons/IconHistory.mjs';
import IconUserPlus from '@tabler/icons-react/dist/esm/icons/IconUserPlus.mjs';
import { keepers } from '#shared/access/roles.ts';
import { localeFacts } from '#shared/i18n/locales.ts';
import { useCall } from '#renderer/app/api.ts';
import { useCountry } from '#renderer/app/country.ts';
import { useSession } from '#renderer/app/profile.ts';
import { useShortcut } from '#renderer/app/shortcuts.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { ButtonLink } from '#renderer/ui/button-link.tsx';
import { Button } from '#renderer/ui/button.tsx';
import { DateField } from '#renderer/ui/date-field.tsx';
import { Skeleton } from '#renderer/ui/empty-state.tsx';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { RecordRoad, RoadLegend } from '#renderer/ui/road.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { RecordHistory } from '../records/record-history.tsx';
import { textOf, textOrNull } from '../records/record-values.ts';
import { CommissionFacts } from './commission-facts.tsx';
import { CommissionForm } from './commission-form.tsx';
import { useCommissionWords } from './commission-words.ts';
import { CompositionLine } from './composition-line.tsx';
import { MemberForm } from './member-form.tsx';
import { type Member, MembersTable } from './members-table.tsx';
import './commissions.css';

type Mode = { show: 'composition' } | { show: 'facts' } | { show: 'member'; member: Member | null };

/** The own commission: its members on a day, what is known of it, and the ways to change both. */
export function CommissionPage() {
  const { t } = useTranslation('commissions');
  const session = useSession();
  if (session.commission === null) {
    return (
      <Page>
        <PageTitle title={t('title')} />
        <Sheet>
          <EmptyState title={t('none.title')} text={t('none.text')} />
        </Sheet>
      </Page>
    );
  }
  return <OwnCommission />;
}

function OwnCommission() {
  const { t } = useTranslation('commissions');
  const format = useFormat();
  const session = useSession();
  const words = useCommissionWords();
  const country = useCountry(session.country);
  const today = format.today();
  const [day, setDay] = useState<string | null>(null);
  const [mode, setMode] = useState<Mode>({ show: 'composition' });
  const on = day ?? today;
  const own = useCall('commissions.own', { on }, { keepPrevious: true });
  const isToday = on === today;
  const mayWrite = keepers.includes(session.role);
  const back = () => setMode({ show: 'composition' });
  useShortcut('new', () => {
    if (mayWrite && isToday) setMode({ show: 'member', member: null });
  });

  if (own.value === undefined) {
    return (
      <Page>
        {own.isLoading && <Skeleton lines={8} />}
        <FailureNote failure={own.failure} />
      </Page>
    );
  }
  const { commission, isTold, members, vacancies, seats, changedOn } = own.value;
  if (mode.show === 'facts') return <CommissionForm commission={commission} onDone={back} />;
  if (mode.show === 'member')
    return <MemberForm commission={commission} members={members} member={mode.member} onDone={back} />;

  const name = localizedText(commission, 'name', format.locale);
  const level = country?.levels.find((candidate) => candidate.id === textOf(commission, 'level'));
  const formedOn = textOrNull(commission, 'formedOn');
  const under = [
    format.country(textOf(commission, 'country')),
    formedOn === null ? null : t('formed', { date: format.date(formedOn, 'long') }),
  ];
  return (
    <Page>
      <PageTitle
        documentTitle={name?.text ?? t('title')}
        title={name === null ? t('title') : <span lang={localeFacts[name.locale].htmlLang}>{name.text}</span>}
        under={under.filter((part) => part !== null).join(' · ')}
        actions={
          isToday ? (
            mayWrite && (
              <Button variant="filled" icon={IconUserPlus} onClick={() => setMode({ show: 'member', member: null })}>
                {t('addMember')}
              </Button>
            )
          ) : (
            <Button icon={IconHistory} onClick={() => setDay(null)}>
              {t('toToday')}
            </Button>
          )
        }
      />
      {/* What was only told goes nowhere. */}
      {!isTold && (
        <div className="records-road">
          <RecordRoad road={commission.road} at={format.recent(commission.changedAt)} />
        </div>
      )}
      <FailureNote failure={own.failure} />
      <div className="commissions-two">
        <section className={`sheet commissions-composition${isToday ? '' : ' past'}`} aria-labelledby="composition">
          <div className="commissions-day">
            <h2 className="md b nw" id="composition">
              {t('composition')}
            </h2>
            <DateField
              hideLabel
              label={t('onDay')}
              value={on}
              onChange={(value) => setDay(value === null || value === today ? null : value)}
            />
            <CompositionLine
              days={changedOn}
              shown={on}
              today={today}
              onPick={(picked) => setDay(picked === today ? null : picked)}
            />
          </div>
          {!isToday && (
            <p className="commissions-past" role="status">
              <Icon of={IconHistory} />
              <span>
                <b>{t('pastTitle', { date: format.date(on) })}</b> {t('pastText')}
              </span>
            </p>
          )}
          {members.length === 0 && vacancies.length === 0 ? (
            <EmptyState
              title={t('empty.title')}
              text={t(mayWrite ? 'empty.text' : 'empty.textMember')}
              action={
                mayWrite ? (
                  isToday && (
                    <Button icon={IconUserPlus} onClick={() => setMode({ show: 'member', member: null })}>
                      {t('addMember')}
                    </Button>
                  )
                ) : (
                  <ButtonLink to="/sync">{t('empty.sync')}</ButtonLink>
                )
              }
            />
          ) : (
            <MembersTable
              members={members}
              vacancies={vacancies}
              on={on}
              isToday={isToday}
              mayWrite={mayWrite}
              onEdit={(member) => setMode({ show: 'member', member })}
              onFill={() => setMode({ show: 'member', member: null })}
            />
          )}
          <div className="table-foot">
            <span className="grow">
              {seats === null
                ? t('memberCount', { count: members.length })
                : t('seatsTaken', { taken: members.length, seats })}
            </span>
            <RoadLegend />
          </div>
        </section>
        <div className="records-side">
          <CommissionFacts
            commission={commission}
            taken={members.length}
            levelSeats={level?.seats ?? null}
            onEdit={mayWrite && isToday ? () => setMode({ show: 'facts' }) : null}
          />
          {!isTold && <RecordHistory kind="commission" id={commission.id} words={words} />}
        </div>
      </div>
    </Page>
  );
}
