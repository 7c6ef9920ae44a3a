import { useNavigate, useParams } from '@tanstack/react-router';
import IconArrowLeft from '@tabler/icons-react/dist/esm/icons/IconArrowLeft.mjs';
import IconArrowRight from '@tabler/icons-react/dist/esm/icons/IconArrowRight.mjs';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { AttemptView, Place } from '#shared/training/contract.ts';
import { type Course, type Lesson, lessonsOf, textIn } from '#shared/training/course.ts';
import { neighbours, type Step } from '#shared/training/course-way.ts';
import { useCall } from '#renderer/app/api.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { ButtonLink } from '#renderer/ui/button-link.tsx';
import { FailureLine, FailureNote } from '#renderer/ui/failure-note.tsx';
import { RecordRoad } from '#renderer/ui/road.tsx';
import { openTest } from './answer-draft.ts';
import { useContentLocale } from './content-locale.ts';
import { htmlLangOf } from './course-texts.ts';
import { LessonClip } from './lesson-clip.tsx';
import { FallbackNote } from './fallback-note.tsx';
import { LessonFrame } from './lesson-frame.tsx';
import { LessonPicture } from './lesson-picture.tsx';
import { type LessonPiece, useLessonPieces } from './lesson-pieces.ts';
import { MarkdownText } from './markdown-text.tsx';
import { useOpenStep } from './open-step.ts';
import { usePlace } from './use-place.ts';

/** One lesson: it opens where it was left, keeps the place, and is done when its end was read and the next step taken. */
export function LessonPage() {
  const params = useParams({ strict: false });
  const id = params.course ?? '';
  const found = useCall('training.course', { id });
  const course = found.value?.course;
  const lesson =
    course === undefined ? undefined : lessonsOf(course).find((row) => row.lesson.id === params.lesson)?.lesson;
  if (found.value === undefined || course === undefined || lesson === undefined) {
    return <NotThere failure={found.failure ?? (course === undefined ? null : { code: 'training/unknown-lesson' })} />;
  }
  return (
    <OpenLesson
      key={`${course.id} ${lesson.id}`}
      course={course}
      lesson={lesson}
      pack={found.value.pack}
      place={found.value.place}
      attempts={found.value.attempts}
    />
  );
}

/** A course or lesson that cannot be opened, with the way back. */
export function NotThere({ failure }: { failure: { code: string } | null }) {
  const { t } = useTranslation('training');
  if (failure === null) return null;
  return (
    <main className="lesson-not-there">
      <FailureNote failure={failure} actions={<ButtonLink to="/training">{t('lesson.toCourses')}</ButtonLink>} />
    </main>
  );
}

function OpenLesson({
  course,
  lesson,
  pack,
  place,
  attempts,
}: {
  course: Course;
  lesson: Lesson;
  pack: string;
  place: Place;
  attempts: readonly AttemptView[];
}) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const navigate = useNavigate();
  const open = useOpenStep();
  const content = useContentLocale(course);
  const read = useLessonPieces(course.id, lesson, content.locale);
  const { moveTo, markDone } = usePlace(course.id, lesson.id);
  const scroller = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  /** Where the lesson was left before it was opened now; later saves of our own do not move the reader. */
  const [start] = useState(() => ({
    block: place.lesson === lesson.id ? (place.block ?? 0) : 0,
    seconds: place.lesson === lesson.id ? (place.seconds ?? 0) : 0,
  }));
  const isDone = place.done.includes(lesson.id);
  const { isAtEnd, end } = useReading(scroller, read?.pieces ?? null, start.block, (block) => moveTo({ block }));
  const hasRead = isAtEnd || isDone;
  const { before, after } = neighbours(course, lesson.id);
  const begunTest = openTest(place.openAnswers);
  const titleOf = (step: Step): string => {
    const part = [...lessonsOf(course).map((row) => row.lesson), ...course.tests].find(({ id }) => id === step.id);
    return part === undefined ? '' : textIn(part.titles, content.locale);
  };
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);

  const onNext = async () => {
    if (hasRead) await markDone();
    if (after === null) await navigate({ to: '/training/course/$course', params: { course: course.id } });
    else open(course.id, after);
  };
  const shown = read?.locale ?? content.locale;
  return (
    <LessonFrame
      course={course}
      done={place.done}
      attempts={attempts}
      current={lesson.id}
      locale={content.locale}
      onLocale={content.choose}
      scroller={scroller}
      foot={
        <>
          {begunTest !== null && (
            <Button
              variant="default"
              icon={IconArrowLeft}
              onClick={() => open(course.id, { kind: 'test', id: begunTest })}
            >
              {t('lesson.backToTest')}
            </Button>
          )}
          {begunTest === null && (
            <Button
              variant="default"
              icon={IconArrowLeft}
              onClick={() =>
                before === null
                  ? void navigate({ to: '/training/course/$course', params: { course: course.id } })
                  : open(course.id, before)
              }
            >
              {t('lesson.back')}
            </Button>
          )}
          <FootMiddle>
            <RecordRoad road="saved" />
            {!hasRead && read !== null && <span className="sm mut">{t('lesson.readToEnd')}</span>}
          </FootMiddle>
          <Button
            size="big"
            variant={hasRead ? 'filled' : 'outline'}
            iconAfter={IconArrowRight}
            onClick={() => void onNext()}
          >
            <span className="lesson-next">
              {after === null ? t('lesson.finish') : t('lesson.next')}
              {after !== null && (
                <span className="lesson-next-title" lang={htmlLangOf(content.locale)}>
                  : {titleOf(after)}
                </span>
              )}
            </span>
          </Button>
        </>
      }
    >
      <article className="lesson-text" lang={htmlLangOf(shown)}>
        <p className="sm mut" lang={htmlLangOf(format.locale)}>
          {format.duration(lesson.minutes)}
          {isDone && ` · ${t('course.lessonDone')}`}
        </p>
        <h1 ref={heading} tabIndex={-1}>
          {textIn(lesson.titles, shown)}
        </h1>
        {content.isFallback && <FallbackNote shown={content.locale} />}
        {read?.pieces.map((piece, index) => (
          <div key={piece.key} data-piece={index} className={`lesson-piece ${piece.kind}`}>
            <Piece
              piece={piece}
              course={course}
              pack={pack}
              locale={shown}
              startAt={index === start.block ? start.seconds : 0}
              onSeconds={(seconds) => moveTo({ block: index, seconds })}
            />
          </div>
        ))}
        {read !== null && <div ref={end} className="lesson-end" />}
      </article>
    </LessonFrame>
  );
}

/** The middle of the foot: what is safe, told politely when it changes. */
export function FootMiddle({ children }: { children: ReactNode }) {
  return (
    <div className="lesson-foot-middle grow" aria-live="polite">
      {children}
    </div>
  );
}

function Piece({
  piece,
  course,
  pack,
  locale,
  startAt,
  onSeconds,
}: {
  piece: LessonPiece;
  course: Course;
  pack: string;
  locale: string;
  startAt: number;
  onSeconds: (seconds: number) => void;
}) {
  if (piece.kind === 'text') return <MarkdownText block={piece.text} />;
  if (piece.kind === 'picture') return <LessonPicture pack={pack} block={piece.block} locale={locale} />;
  if (piece.kind === 'clip')
    return (
      <LessonClip
        course={course.id}
        pack={pack}
        block={piece.block}
        locale={locale}
        startAt={startAt}
        onSeconds={onSeconds}
      />
    );
  return <FailureLine failure={piece.failure} />;
}

/**
 * Follows the reader: scrolls to the piece where the lesson was left, tells which piece is read, and when the end was seen.
 * A line at a fifth of the window's height counts as where one reads.
 */
function useReading(
  scroller: React.RefObject<HTMLElement | null>,
  pieces: readonly LessonPiece[] | null,
  start: number,
  onPiece: (index: number) => void,
) {
  const [isAtEnd, setIsAtEnd] = useState(false);
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(onPiece);
  const hasResumed = useRef(false);
  useEffect(() => {
    latest.current = onPiece;
  });
  useEffect(() => {
    const root = scroller.current;
    if (root === null || pieces === null) return undefined;
    const elements = [...root.querySelectorAll<HTMLElement>('[data-piece]')];
    if (!hasResumed.current) {
      hasResumed.current = true;
      const target = elements[Math.min(start, elements.length - 1)];
      if (start > 0 && target !== undefined)
        root.scrollTop +=
          target.getBoundingClientRect().top - root.getBoundingClientRect().top - root.clientHeight * 0.15;
      latest.current(start);
    }
    const crossing = new Set<number>();
    let hasMoved = false;
    const reading = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          const index = Number(entry.target instanceof HTMLElement ? entry.target.dataset['piece'] : -1);
          if (entry.isIntersecting) crossing.add(index);
          else crossing.delete(index);
        }
        // The first report only says what the resumed place looks like.
        if (hasMoved && crossing.size > 0) latest.current(Math.min(...crossing));
        hasMoved = true;
      },
      { root, rootMargin: '-15% 0px -75% 0px' },
    );
    for (const element of elements) reading.observe(element);
    const ending = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setIsAtEnd(true),
      { root },
    );
    if (end.current !== null) ending.observe(end.current);
    return () => {
      reading.disconnect();
      ending.disconnect();
    };
  }, [scroller, pieces, start]);
  return { isAtEnd, end };
}
