/**
 * A certificate on paper: A4 landscape, in the language chosen for it, whatever the window's language. The space for the code that verifies
 * it offline stays free until a laptop can sign it.
 */
import { useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { isLocale, type Locale, localeFacts, sourceLocale } from '#shared/i18n/locales.ts';
import { createTranslate, type Translate } from '#shared/i18n/translate.ts';
import { localizedField } from '#shared/kinds/define-kind.ts';
import { certificateNumber } from '#shared/training/certificate-number.ts';
import type { AttemptView } from '#shared/training/contract.ts';
import { contentLocale, type Course, textIn } from '#shared/training/course.ts';
import { useCall } from '#renderer/app/api.ts';
import { usePrintReady } from '#renderer/app/print-ready.ts';
import { useProfile, useSession } from '#renderer/app/profile.ts';
import { loadCatalogues } from '#renderer/i18n/catalogues.ts';
import { createFormats, type Formats } from '#renderer/i18n/use-format.ts';
import { htmlLangOf } from './course-texts.ts';
import './certificate.css';

type Words = { readonly t: Translate; readonly format: Formats; readonly locale: Locale };

export function CertificatePrintPage() {
  const params = useParams({ strict: false });
  const search: Record<string, unknown> = useSearch({ strict: false });
  const locale = isLocale(search['locale']) ? search['locale'] : sourceLocale;
  // The router reads a course named «2026» as a number.
  const course = search['course'];
  const id = typeof course === 'string' || typeof course === 'number' ? String(course) : '';
  const found = useCall('training.course', { id });
  const attempt = found.value?.attempts.find(({ id }) => id === params.attempt);
  const words = useWords(locale);
  const heads = useHeads(locale, attempt?.finishedAt ?? null, words?.format ?? null);
  const isReady = words !== null && found.value !== undefined && attempt?.passed === true && heads !== null;
  usePrintReady(isReady);
  if (!isReady) return null;
  return <Certificate course={found.value.course} attempt={attempt} words={words} heads={heads} />;
}

function Certificate({
  course,
  attempt,
  words: { t, format, locale },
  heads,
}: {
  course: Course;
  attempt: AttemptView;
  words: Words;
  heads: Heads;
}) {
  const session = useSession();
  const { state } = useProfile();
  const shown = contentLocale(course.locales, locale);
  const day = format.dayOf(attempt.finishedAt);
  const number = certificateNumber(attempt.id, session.country, Number(day.slice(0, 4)));
  // The sentence puts the course where its language wants it; the title itself may be in another language.
  const [before = '', after = ''] = t('certificate.text', { course: '\u0000' }).split('\u0000');
  const country = session.country === null ? null : format.country(session.country);
  return (
    <main className="certificate" lang={localeFacts[locale].htmlLang}>
      <WeaveBand at="top" />
      <WeaveBand at="bottom" />
      <div className="certificate-head">
        <div>
          {heads.commission !== null && (
            <>
              <b>{heads.commission}</b>
              <br />
            </>
          )}
          {country}
        </div>
        <div className="certificate-number">
          <b>№ {number}</b>
          <br />
          {format.date(day, 'official')}
          {state.sample && (
            <>
              <br />
              <span className="certificate-sample">{t('certificate.sample')}</span>
            </>
          )}
        </div>
      </div>
      <div className="certificate-middle">
        <h1>{t('certificate.heading')}</h1>
        <p className="certificate-name">{session.name}</p>
        <p className="certificate-role">{t(`role.${session.role}`)}</p>
        <p className="certificate-text">
          {before}
          <b lang={shown === locale ? undefined : htmlLangOf(shown)}>{textIn(course.titles, shown)}</b>
          {after}
        </p>
        <p className="certificate-result">
          {[
            t('certificate.length', { length: format.duration(course.minutes) }),
            t('certificate.correct', {
              correct: attempt.correct,
              total: attempt.total,
              percent: format.percent(attempt.percent / 100),
            }),
          ].join(' ')}
        </p>
      </div>
      <div className="certificate-signatures">
        <div>
          <div className="line" />
          <p>
            <b>{t('certificate.chair')}</b>
            <br />
            {heads.chair}
          </p>
        </div>
        <div>
          <div className="line" />
          <p>
            <b>{t('certificate.trainer')}</b>
            <br />
          </p>
        </div>
        <div className="certificate-stamp">{t('certificate.stamp')}</div>
        <div className="certificate-code" />
      </div>
    </main>
  );
}

/** The line of rhombi as shapes, so that a printer gets lines and not a picture of them. */
function WeaveBand({ at }: { at: 'top' | 'bottom' }) {
  const figures = 26;
  return (
    <svg
      className={`certificate-weave ${at}`}
      viewBox={`0 0 ${figures * 28} 14`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {Array.from({ length: figures }, (_, index) => (
        <g
          key={index}
          transform={`translate(${index * 28} 0)`}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.3"
          strokeLinejoin="round"
        >
          <path d="M0 7L7 .9 14 7l7 6.1L28 7" />
          <path d="M0 7l7 6.1L14 7 21 .9 28 7" />
          <path d="M7 4.4L9.6 7 7 9.6 4.4 7zM21 4.4L23.6 7 21 9.6 18.4 7z" fill="currentColor" stroke="none" />
        </g>
      ))}
    </svg>
  );
}

/** The certificate's own language, loaded beside the window's. */
function useWords(locale: Locale): Words | null {
  const [words, setWords] = useState<Words | null>(null);
  useEffect(() => {
    let isWanted = true;
    void loadCatalogues(locale).then((catalogues) => {
      const catalogue = { ...catalogues.get('app'), ...catalogues.get('training') };
      if (isWanted) setWords({ t: createTranslate(catalogue, locale), format: createFormats(locale), locale });
    });
    return () => {
      isWanted = false;
    };
  }, [locale]);
  return words;
}

type Heads = { readonly commission: string | null; readonly chair: string };

/** The commission and who chaired it on the day; both empty for a trainer or hub staff. Null until known. */
function useHeads(locale: Locale, finishedAt: number | null, format: Formats | null): Heads | null {
  const session = useSession();
  const { state } = useProfile();
  const isMember = session.commission !== null;
  const day = finishedAt === null || format === null ? null : format.dayOf(finishedAt);
  const own = useCall('commissions.own', { on: day ?? '2000-01-01' }, { enabled: isMember && day !== null });
  if (!isMember) return { commission: null, chair: '' };
  if (own.value === undefined && own.failure === null) return null;
  const chair = own.value?.members.find(({ membership }) => membership.values['role'] === 'chair')?.contact.values[
    'name'
  ];
  const values = own.value?.commission.values ?? {};
  const names = state.commissionNames ?? {};
  const wanted = localeFacts[locale].contentFallback;
  const name = wanted
    .map((code) => values[localizedField('name', code)] ?? names[code])
    .find((candidate) => typeof candidate === 'string' && candidate !== '');
  return { commission: typeof name === 'string' ? name : null, chair: typeof chair === 'string' ? chair : '' };
}
