import { useMemo, useState } from 'react';
import IconDeviceLaptop from '@tabler/icons-react/dist/esm/icons/IconDeviceLaptop.mjs';
import { Link } from '@tanstack/react-router';
import { pickContentLocale, type Locale } from '#shared/i18n/locales.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useCall } from '#renderer/app/api.ts';
import { useProfile, useSession } from '#renderer/app/profile.ts';
import { kindIcon, recordAddress } from '#renderer/app/record-address.ts';
import { ButtonLink } from '#renderer/ui/button-link.tsx';
import { Chip } from '#renderer/ui/chip.tsx';
import { EmptyState, Skeleton } from '#renderer/ui/empty-state.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { ProgressBar } from '#renderer/ui/tabs.tsx';
import { ClockNote } from '../sync/clock-note.tsx';
import { useSyncWords } from '../sync/sync-words.ts';
import { DueList } from './due-list.tsx';
import { useDue } from './use-due.ts';
import './today.css';

const monthMs = 30 * 86_400_000;

/** What is due, where one stopped, what changed, what is safe. */
export function TodayPage() {
  const { t } = useTranslation('today');
  const format = useFormat();
  const today = format.today();
  const due = useDue(today);
  return (
    <Page>
      <PageTitle
        title={t('title', { date: format.date(today, 'weekdayDayMonth') })}
        under={due.count === 0 ? t('under.quiet') : t('under.due', { count: due.count })}
      />
      <div className="today-columns">
        <div className="col g4">
          <Sheet
            title={t('due.title')}
            side={due.overdue > 0 && <Chip tone="brick">{t('due.overdue', { count: due.overdue })}</Chip>}
          >
            {due.isLoading && <Skeleton lines={3} />}
            {due.failure !== null && (
              <div className="bd">
                <FailureNote failure={due.failure} />
              </div>
            )}
            {due.isKnown && due.items.length === 0 ? (
              <EmptyState title={t('due.emptyTitle')} text={due.next ?? t('due.emptyText')} />
            ) : (
              <DueList items={due.items} today={today} />
            )}
          </Sheet>
          <Changes />
        </div>
        <div className="col g4">
          <Continue />
          <SavedHere />
        </div>
      </div>
    </Page>
  );
}

function Changes() {
  const { t } = useTranslation('today');
  const { t: tApp } = useTranslation('app');
  const format = useFormat();
  const session = useSession();
  // Fixed at opening: «since» must not creep forward while the page is open.
  const [since] = useState(() => session.previousSignInAt ?? Date.now() - monthMs);
  const { value, failure, isLoading } = useCall('records.recentChanges', { since, limit: 6, locale: format.locale });
  const title =
    session.previousSignInAt === null
      ? t('changes.titleFirst')
      : t('changes.title', { date: format.date(format.dayOf(session.previousSignInAt), 'short') });
  return (
    <Sheet title={title}>
      {isLoading && <Skeleton lines={2} />}
      {failure !== null && (
        <div className="bd">
          <FailureNote failure={failure} />
        </div>
      )}
      {value !== undefined && value.items.length === 0 && <p className="sm mut today-quiet">{t('changes.none')}</p>}
      <ul className="rows">
        {value?.items.map((item) => (
          <li key={`${item.id}-${item.at}`}>
            <Icon of={kindIcon(item.kind)} />
            <span className="grow">
              <Link {...recordAddress(item.kind, item.id)}>
                {item.title === '' ? tApp(`kind.${item.kind}`) : item.title}
              </Link>
              <span className="mut">
                {' · '}
                {tApp(`act.${item.act}`)}
                {item.byName !== null && ` · ${item.byName}`}
              </span>
            </span>
            <span className="sm mut num nw">{format.recent(item.at)}</span>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}

function Continue() {
  const { t } = useTranslation('today');
  const { locale, percent } = useFormat();
  const { value } = useCall('training.courses', {});
  const course = useMemo(() => {
    const open = value?.rows.filter((row) => !row.passed) ?? [];
    return open.toSorted((a, b) => (b.lastOpenedAt ?? 0) - (a.lastOpenedAt ?? 0))[0];
  }, [value]);
  if (value === undefined) return null;
  if (course === undefined) {
    const isNothing = value.rows.length === 0;
    return (
      <Sheet>
        <div className="today-card">
          <p className="b">{t(isNothing ? 'course.noneTitle' : 'course.allTitle')}</p>
          <p className="sm mut">{t(isNothing ? 'course.noneText' : 'course.allText')}</p>
          <div style={{ marginTop: 10 }}>
            <ButtonLink to="/training" size="small">
              {t('course.openTraining')}
            </ButtonLink>
          </div>
        </div>
      </Sheet>
    );
  }
  // Object.keys of a record keyed by locales gives locales.
  const lang = pickContentLocale(locale, Object.keys(course.titles) as Locale[]);
  const isStarted = course.lastOpenedAt !== null;
  return (
    <Sheet>
      <div className="today-card">
        <p className="sm mut">{t(isStarted ? 'course.stopped' : 'course.waiting')}</p>
        <p className="b" lang={lang ?? undefined} style={{ margin: '2px 0 8px' }}>
          {lang === null ? course.id : course.titles[lang]}
        </p>
        <div className="row g3">
          <ProgressBar percent={course.percentDone} label={t('course.progress')} />
          <span className="sm num mut nw">{percent(course.percentDone / 100, { fractionDigits: 0 })}</span>
          <ButtonLink to="/training/course/$course" params={{ course: course.id }} variant="filled" size="small">
            {t(isStarted ? 'course.continue' : 'course.start')}
          </ButtonLink>
        </div>
      </div>
    </Sheet>
  );
}

function SavedHere() {
  const { t } = useTranslation('today');
  const words = useSyncWords();
  const { state } = useProfile();
  const { value } = useCall('sync.status', {});
  if (value === undefined) return null;
  const { title, text } = words(value, state.sample);
  return (
    <Sheet>
      <div className="today-card row g3 top">
        <Icon of={IconDeviceLaptop} size={24} />
        <div className="grow">
          <p className="b">{title}</p>
          <p className="sm mut">{text}</p>
          <ClockNote brief />
          {value.enrolled === null && !state.sample && <LastCopy />}
          <p className="sm" style={{ marginTop: 8 }}>
            <Link to="/sync">{t('saved.more')}</Link>
          </p>
        </div>
      </div>
    </Sheet>
  );
}

/** Where no hub holds what is written here, a copy on a stick does. */
function LastCopy() {
  const { t } = useTranslation('copies');
  const format = useFormat();
  const { value } = useCall('copies.state', {});
  if (value === undefined) return null;
  return (
    <p className="sm" style={{ marginTop: 8 }}>
      <Link to="/settings">
        {value.last === null ? t('never') : t('last', { when: format.ago(value.last.madeAt) })}
      </Link>
    </p>
  );
}
