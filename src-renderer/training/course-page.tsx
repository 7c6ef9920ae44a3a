import { Link, useParams } from '@tanstack/react-router';
import IconArrowRight from '@tabler/icons-react/dist/esm/icons/IconArrowRight.mjs';
import IconCircle from '@tabler/icons-react/dist/esm/icons/IconCircle.mjs';
import IconCircleCheck from '@tabler/icons-react/dist/esm/icons/IconCircleCheck.mjs';
import IconClipboardList from '@tabler/icons-react/dist/esm/icons/IconClipboardList.mjs';
import IconPlayerPlay from '@tabler/icons-react/dist/esm/icons/IconPlayerPlay.mjs';
import { isLocale } from '#shared/i18n/locales.ts';
import type { AttemptView, Place } from '#shared/training/contract.ts';
import { contentLocale, type Course, lessonsOf } from '#shared/training/course.ts';
import { certifiedAttempt, nextStep, type Step } from '#shared/training/course-way.ts';
import { useCall } from '#renderer/app/api.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Chip } from '#renderer/ui/chip.tsx';
import { Skeleton } from '#renderer/ui/empty-state.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Sheet } from '#renderer/ui/sheet.tsx';
import { ProgressBar } from '#renderer/ui/tabs.tsx';
import { CertificatePanel } from './certificate-panel.tsx';
import { courseText } from './course-texts.ts';
import { FallbackNote } from './fallback-note.tsx';
import { LanguageChips } from './language-chips.tsx';
import { useOpenStep } from './open-step.ts';
import './training.css';

/** One course: what it is made of, what is done, where to go on, attempts and the certificate. */
export function CoursePage() {
  const { t } = useTranslation('training');
  const params = useParams({ strict: false });
  const found = useCall('training.course', { id: params.course ?? '' });
  const crumb = <Link to="/training">{t('title')}</Link>;
  if (found.value === undefined) {
    return (
      <Page>
        <PageTitle crumb={crumb} title={t('course.title')} />
        <FailureNote failure={found.failure} actions={<Button onClick={found.refresh}>{t('again')}</Button>} />
        {found.isLoading && (
          <Sheet>
            <Skeleton lines={6} />
          </Sheet>
        )}
      </Page>
    );
  }
  return <Loaded course={found.value.course} place={found.value.place} attempts={found.value.attempts} crumb={crumb} />;
}

function Loaded({
  course,
  place,
  attempts,
  crumb,
}: {
  course: Course;
  place: Place;
  attempts: readonly AttemptView[];
  crumb: React.ReactNode;
}) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const title = courseText(course, course.titles, format.locale);
  const summary = courseText(course, course.summaries, format.locale);
  const shown = contentLocale(course.locales, format.locale);
  const next = nextStep(course, place, attempts);
  const certified = certifiedAttempt(course, attempts);
  return (
    <Page>
      <PageTitle
        crumb={crumb}
        title={<span lang={title.lang}>{title.text}</span>}
        under={<span lang={summary.lang}>{summary.text}</span>}
      />
      {shown !== format.locale && <FallbackNote shown={shown} />}
      <div className="training-columns">
        <div className="col g4">
          <Outline course={course} place={place} attempts={attempts} next={next} />
        </div>
        <div className="col g4">
          <Continue course={course} place={place} next={next} attempts={attempts} isFilled />
          {certified !== null && <CertificatePanel course={course} attempt={certified} isFilled={next === null} />}
          <Attempts course={course} attempts={attempts} />
          <Sheet title={t('course.about')} pad>
            <dl className="facts training-about">
              <dt>{t('table.languages')}</dt>
              <dd>
                <LanguageChips locales={course.locales.filter(isLocale)} />
              </dd>
              <dt>{t('course.length')}</dt>
              <dd className="num">{format.duration(course.minutes)}</dd>
              <dt>{t('table.version')}</dt>
              <dd className="num">{course.version}</dd>
            </dl>
          </Sheet>
        </div>
      </div>
    </Page>
  );
}

function Outline({
  course,
  place,
  attempts,
  next,
}: {
  course: Course;
  place: Place;
  attempts: readonly AttemptView[];
  next: Step | null;
}) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const tests = (kind: 'entry' | 'final') => course.tests.filter((test) => test.kind === kind);
  const testRows = (kind: 'entry' | 'final') =>
    tests(kind).map((test) => {
      const title = courseText(course, test.titles, format.locale);
      const best = attempts
        .filter((attempt) => attempt.test === test.id)
        .reduce((most, { percent }) => Math.max(most, percent), -1);
      const isPassed = attempts.some((attempt) => attempt.test === test.id && attempt.passed);
      return (
        <li key={test.id} className={next?.id === test.id ? 'now' : undefined}>
          <Icon of={isPassed ? IconCircleCheck : IconClipboardList} />
          <span className="grow">
            <Link
              to="/training/course/$course/test/$test"
              params={{ course: course.id, test: test.id }}
              lang={title.lang}
            >
              {title.text}
            </Link>
            <span className="sm mut training-facts">
              {[
                t('course.questions', { count: test.questions.length }),
                ...(test.passPercent > 0
                  ? [t('course.passMark', { percent: format.percent(test.passPercent / 100) })]
                  : []),
                ...(best < 0 ? [] : [t('course.best', { percent: format.percent(best / 100) })]),
              ].join(' · ')}
            </span>
          </span>
          {isPassed && <span className="sm mut nw">{t('course.testPassed')}</span>}
        </li>
      );
    });
  return (
    <>
      {tests('entry').length > 0 && (
        <Sheet title={t('course.entryTest')}>
          <ul className="rows training-lessons">{testRows('entry')}</ul>
        </Sheet>
      )}
      {course.modules.map((module, index) => {
        const title = courseText(course, module.titles, format.locale);
        const doneHere = module.lessons.filter(({ id }) => place.done.includes(id)).length;
        return (
          <Sheet
            key={module.id}
            title={
              <>
                {t('course.module', { number: index + 1 })} <span lang={title.lang}>{title.text}</span>
              </>
            }
            side={
              <span className="sm mut num nw">
                {t('course.doneOf', { done: doneHere, total: module.lessons.length })}
              </span>
            }
          >
            <ol className="rows training-lessons">
              {module.lessons.map((lesson) => {
                const text = courseText(course, lesson.titles, format.locale);
                const isDone = place.done.includes(lesson.id);
                return (
                  <li key={lesson.id} className={next?.id === lesson.id ? 'now' : undefined}>
                    <Icon of={isDone ? IconCircleCheck : next?.id === lesson.id ? IconPlayerPlay : IconCircle} />
                    <span className="grow">
                      <Link
                        to="/training/course/$course/lesson/$lesson"
                        params={{ course: course.id, lesson: lesson.id }}
                        lang={text.lang}
                      >
                        {text.text}
                      </Link>
                      <span className="sm mut training-facts">{format.duration(lesson.minutes)}</span>
                    </span>
                    {isDone && <span className="sm mut nw">{t('course.lessonDone')}</span>}
                  </li>
                );
              })}
            </ol>
          </Sheet>
        );
      })}
      {tests('final').length > 0 && (
        <Sheet title={t('course.finalTest')}>
          <ul className="rows training-lessons">{testRows('final')}</ul>
        </Sheet>
      )}
    </>
  );
}

function Continue({
  course,
  place,
  next,
  attempts,
  isFilled,
}: {
  course: Course;
  place: Place;
  next: Step | null;
  attempts: readonly AttemptView[];
  isFilled: boolean;
}) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const open = useOpenStep();
  const lessons = lessonsOf(course).map(({ lesson }) => lesson);
  const part = [...lessons, ...course.tests].find(({ id }) => id === next?.id);
  const done = lessons.filter(({ id }) => place.done.includes(id)).length;
  const hasBegun = place.changedAt !== null || attempts.length > 0;
  const percent = Math.round((done * 100) / Math.max(1, lessons.length));
  const first = lessons[0];
  const title = part === undefined ? null : courseText(course, part.titles, format.locale);
  return (
    <section className="sheet training-continue" aria-labelledby="training-continue">
      <div className="hd">
        <h3 className="grow" id="training-continue">
          {t(next === null ? 'course.allDone' : hasBegun ? 'course.goOn' : 'course.begin')}
        </h3>
      </div>
      <div className="bd col g3">
        <div className="row g3">
          <ProgressBar percent={percent} label={t('course.lessonsRead')} />
          <span className="num nw sm">{t('course.doneOf', { done, total: lessons.length })}</span>
        </div>
        {next !== null && title !== null && (
          <>
            <p>
              <span className="b" lang={title.lang}>
                {title.text}
              </span>
              {place.lesson === next.id && place.changedAt !== null && (
                <span className="sm mut training-facts">
                  {t('course.stopped', { at: format.recent(place.changedAt) })}
                </span>
              )}
            </p>
            <Button
              wide
              size="big"
              variant={isFilled ? 'filled' : 'outline'}
              iconAfter={IconArrowRight}
              onClick={() => open(course.id, next)}
            >
              {t(next.kind === 'test' ? 'course.openTest' : hasBegun ? 'course.continue' : 'course.start')}
            </Button>
          </>
        )}
        {next === null && first !== undefined && (
          <Button wide variant="outline" onClick={() => open(course.id, { kind: 'lesson', id: first.id })}>
            {t('course.readAgain')}
          </Button>
        )}
      </div>
    </section>
  );
}

function Attempts({ course, attempts }: { course: Course; attempts: readonly AttemptView[] }) {
  const { t } = useTranslation('training');
  const format = useFormat();
  if (attempts.length === 0) return null;
  return (
    <Sheet title={t('attempts.title')}>
      <ul className="rows">
        {attempts.map((attempt) => {
          const test = course.tests.find(({ id }) => id === attempt.test);
          const title = test === undefined ? null : courseText(course, test.titles, format.locale);
          return (
            <li key={attempt.id}>
              <span className="grow">
                <span lang={title?.lang}>{title?.text ?? attempt.test}</span>
                <span className="sm mut num training-facts">{format.dateTime(attempt.finishedAt)}</span>
              </span>
              <span className="col end">
                <span className="num nw b">{format.percent(attempt.percent / 100)}</span>
                <Chip tone={attempt.passed ? 'ink' : 'paper'}>
                  {t(attempt.passed ? 'attempts.passed' : 'attempts.failed')}
                </Chip>
              </span>
            </li>
          );
        })}
      </ul>
    </Sheet>
  );
}
