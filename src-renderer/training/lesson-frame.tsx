import { Link, useNavigate } from '@tanstack/react-router';
import IconArrowLeft from '@tabler/icons-react/dist/esm/icons/IconArrowLeft.mjs';
import IconChevronDown from '@tabler/icons-react/dist/esm/icons/IconChevronDown.mjs';
import IconCircle from '@tabler/icons-react/dist/esm/icons/IconCircle.mjs';
import IconCircleCheck from '@tabler/icons-react/dist/esm/icons/IconCircleCheck.mjs';
import IconClipboardList from '@tabler/icons-react/dist/esm/icons/IconClipboardList.mjs';
import IconLanguage from '@tabler/icons-react/dist/esm/icons/IconLanguage.mjs';
import IconLetterCase from '@tabler/icons-react/dist/esm/icons/IconLetterCase.mjs';
import IconPlayerPlay from '@tabler/icons-react/dist/esm/icons/IconPlayerPlay.mjs';
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { isLocale, localeFacts } from '#shared/i18n/locales.ts';
import type { AttemptView } from '#shared/training/contract.ts';
import { type ContentLocale, type Course, lessonsOf, textIn } from '#shared/training/course.ts';
import { stepsOf } from '#shared/training/course-way.ts';
import { useAutoLock } from '#renderer/app/auto-lock.ts';
import { call, subscribe } from '#renderer/app/bridge.ts';
import { useProfile } from '#renderer/app/profile.ts';
import { useViewSetting } from '#renderer/app/view-setting.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { buttonClass } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { MenuButton } from '#renderer/ui/menu.tsx';
import { NoticePlace } from '#renderer/ui/notification.tsx';
import { ProgressBar } from '#renderer/ui/tabs.tsx';
import { contentLanguageName, htmlLangOf } from './course-texts.ts';
import './lesson.css';

export type LessonFrameProps = {
  course: Course;
  /** Ids of the lessons done. */
  done: readonly string[];
  attempts: readonly AttemptView[];
  /** The lesson or test on screen. */
  current: string;
  locale: ContentLocale;
  onLocale: (locale: ContentLocale) => void;
  /** The part of the window that scrolls. */
  scroller: RefObject<HTMLElement | null>;
  foot: ReactNode;
  children: ReactNode;
};

/** A lesson or test fills the window: the way out, the outline, the content, the foot with the step forward. */
export function LessonFrame({
  course,
  done,
  attempts,
  current,
  locale,
  onLocale,
  scroller,
  foot,
  children,
}: LessonFrameProps) {
  const { t } = useTranslation('training');
  const app = useTranslation('app');
  const { state } = useProfile();
  const [size, setSize] = useViewSetting<'usual' | 'larger'>('training.size', 'usual');
  useAutoLock(state.autoLockMinutes);
  useLessonKeys(course.id);
  const title = textIn(course.titles, locale);
  const part = [...lessonsOf(course).map(({ lesson }) => lesson), ...course.tests].find(({ id }) => id === current);
  useEffect(() => {
    document.title = `${part === undefined ? title : textIn(part.titles, locale)} · Komissiya`;
  }, [part, title, locale]);
  const outline = <Outline course={course} done={done} attempts={attempts} current={current} locale={locale} />;
  return (
    <div className={`lesson${size === 'larger' ? ' larger' : ''}`}>
      <header className="lesson-head" data-region>
        <Link
          to="/training/course/$course"
          params={{ course: course.id }}
          className={buttonClass({ variant: 'subtle', size: 'small' })}
        >
          <Icon of={IconArrowLeft} />
          <span>{t('lesson.leave')}</span>
        </Link>
        <span className="lesson-rule" />
        <div className="lesson-about">
          <div className="lesson-title" lang={htmlLangOf(locale)} data-gives-way>
            <b className="b lesson-course">{title}</b>
            <ModuleLine course={course} current={current} locale={locale} />
          </div>
          <NoticePlace />
        </div>
        {state.sample && <span className="sample">{app.t('sample.mark')}</span>}
        <LanguageSwitch course={course} locale={locale} onLocale={onLocale} />
        <button
          type="button"
          className="lesson-switch"
          aria-pressed={size === 'larger'}
          onClick={() => setSize(size === 'larger' ? 'usual' : 'larger')}
        >
          <Icon of={IconLetterCase} />
          {t('lesson.larger')}
        </button>
      </header>
      <nav className="lesson-side" aria-label={t('lesson.outline')} data-region>
        {outline}
      </nav>
      <main className="lesson-main" ref={scroller} tabIndex={-1} data-region>
        <details className="lesson-outline-narrow">
          <summary>{t('lesson.outline')}</summary>
          {outline}
        </details>
        {children}
      </main>
      <footer className="lesson-foot" data-region>
        {foot}
      </footer>
    </div>
  );
}

function ModuleLine({ course, current, locale }: { course: Course; current: string; locale: ContentLocale }) {
  const { t } = useTranslation('training');
  const at = course.modules.findIndex((module) => module.lessons.some(({ id }) => id === current));
  const module = course.modules[at];
  const test = course.tests.find(({ id }) => id === current);
  const words =
    module === undefined ? (test === undefined ? '' : textIn(test.titles, locale)) : textIn(module.titles, locale);
  if (words === '') return null;
  return (
    <span className="xs mut lesson-module">
      {module !== undefined && `${t('course.module', { number: at + 1 })} `}
      {words}
    </span>
  );
}

function LanguageSwitch({
  course,
  locale,
  onLocale,
}: {
  course: Course;
  locale: ContentLocale;
  onLocale: (locale: ContentLocale) => void;
}) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const name = contentLanguageName(format, locale);
  return (
    <MenuButton
      className="lesson-switch"
      label={t('lesson.language', { language: name })}
      entries={course.locales.map((code) => ({
        key: code,
        label: isLocale(code) ? localeFacts[code].ownName : code,
        lang: htmlLangOf(code),
        isChosen: code === locale,
        onPick: () => onLocale(code),
      }))}
    >
      <Icon of={IconLanguage} />
      <span className="lesson-language-long">{t('lesson.language', { language: name })}</span>
      <span className="lesson-language-short" lang={htmlLangOf(locale)}>
        {isLocale(locale) ? localeFacts[locale].ownName : locale}
      </span>
      <Icon of={IconChevronDown} size={16} />
    </MenuButton>
  );
}

function Outline({
  course,
  done,
  attempts,
  current,
  locale,
}: Pick<LessonFrameProps, 'course' | 'done' | 'attempts' | 'current' | 'locale'>) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const lessons = lessonsOf(course).map(({ lesson }) => lesson);
  const read = lessons.filter(({ id }) => done.includes(id)).length;
  return (
    <>
      <div className="lesson-progress">
        <div className="row between sm">
          <span className="mut">{t('course.lessons', { count: lessons.length })}</span>
          <b className="b num">
            {read} / {lessons.length}
          </b>
        </div>
        <ProgressBar percent={Math.round((read * 100) / Math.max(1, lessons.length))} label={t('course.lessonsRead')} />
      </div>
      <ol className="lesson-outline">
        {stepsOf(course).map(({ kind, id }) => {
          const lesson = lessons.find((candidate) => candidate.id === id);
          const test = course.tests.find((candidate) => candidate.id === id);
          const titles = lesson?.titles ?? test?.titles;
          if (titles === undefined) return null;
          const isNow = id === current;
          const isDone =
            kind === 'lesson' ? done.includes(id) : attempts.some((attempt) => attempt.test === id && attempt.passed);
          const icon =
            isDone && !isNow
              ? IconCircleCheck
              : kind === 'test'
                ? IconClipboardList
                : isNow
                  ? IconPlayerPlay
                  : IconCircle;
          const content = (
            <>
              <Icon of={icon} />
              <span className="grow">
                <span lang={htmlLangOf(locale)}>{textIn(titles, locale)}</span>
                <span className="xs mut">
                  {test === undefined
                    ? format.duration(lesson?.minutes ?? 0)
                    : t('course.questions', { count: test.questions.length })}
                  {isDone && ` · ${t(kind === 'lesson' ? 'course.lessonDone' : 'course.testPassed')}`}
                </span>
              </span>
            </>
          );
          return (
            <li key={id} className={isNow ? 'now' : isDone ? 'done' : undefined}>
              {kind === 'lesson' ? (
                <Link
                  to="/training/course/$course/lesson/$lesson"
                  params={{ course: course.id, lesson: id }}
                  aria-current={isNow ? 'page' : undefined}
                >
                  {content}
                </Link>
              ) : (
                <Link
                  to="/training/course/$course/test/$test"
                  params={{ course: course.id, test: id }}
                  aria-current={isNow ? 'page' : undefined}
                >
                  {content}
                </Link>
              )}
            </li>
          );
        })}
      </ol>
    </>
  );
}

/** Esc leaves; Ctrl L and the menu's entry lock, as everywhere. F6 goes to the next region. */
function useLessonKeys(course: string): void {
  const navigate = useNavigate();
  const courseId = useRef(course);
  useEffect(() => {
    courseId.current = course;
  }, [course]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const held = event.ctrlKey || event.metaKey;
      if (event.code === 'Escape' && !held && document.fullscreenElement === null && !event.defaultPrevented) {
        void navigate({ to: '/training/course/$course', params: { course: courseId.current } });
      } else if (held && !event.shiftKey && event.code === 'KeyL') void call('access.lock', {});
      else if (event.code === 'F6') nextRegion(event.shiftKey ? -1 : 1);
      else if (event.code === 'F1') void navigate({ to: '/help' });
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    const stop = subscribe((event) => {
      if (event.event !== 'menu') return;
      if (event.command === 'lock') void call('access.lock', {});
      else if (
        event.command === 'help' ||
        event.command === 'settings' ||
        event.command === 'sync' ||
        event.command === 'today'
      )
        void navigate({ to: `/${event.command}` });
    });
    return () => {
      window.removeEventListener('keydown', press);
      stop();
    };
  }, [navigate]);
}

function nextRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    (region) => region.offsetParent !== null,
  );
  const now = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(now + step + regions.length) % regions.length];
  (
    next?.querySelector<HTMLElement>(
      '[aria-current=page], h1[tabindex], a[href], button:not(:disabled), input:not(:disabled)',
    ) ?? next
  )?.focus();
}
