import { Link, useNavigate, useParams } from '@tanstack/react-router';
import IconArrowLeft from '@tabler/icons-react/dist/esm/icons/IconArrowLeft.mjs';
import IconArrowRight from '@tabler/icons-react/dist/esm/icons/IconArrowRight.mjs';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { isLocale } from '#shared/i18n/locales.ts';
import type { AttemptView, Place } from '#shared/training/contract.ts';
import { type Course, type CourseTest, textIn } from '#shared/training/course.ts';
import { type Answers, gradeAnswer } from '#shared/training/grading.ts';
import { useCall } from '#renderer/app/api.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureLine } from '#renderer/ui/failure-note.tsx';
import { RecordRoad } from '#renderer/ui/road.tsx';
import { answerOf, choose, type Draft, emptyDraft, keptAnswers, toOpenAnswers } from './answer-draft.ts';
import { useContentLocale } from './content-locale.ts';
import { htmlLangOf } from './course-texts.ts';
import { FallbackNote } from './fallback-note.tsx';
import { LessonFrame } from './lesson-frame.tsx';
import { FootMiddle, NotThere } from './lesson-page.tsx';
import { QuestionAnswer } from './test-question.tsx';
import { TestResult } from './test-result.tsx';

const formId = 'test-answer';

/** A test, one question at a time; each checked answer is kept on this laptop, so that it goes on where it was left. */
export function TestPage() {
  const params = useParams({ strict: false });
  const found = useCall('training.course', { id: params.course ?? '' });
  const test = found.value?.course.tests.find(({ id }) => id === params.test);
  if (found.value === undefined || test === undefined) {
    return (
      <NotThere failure={found.failure ?? (found.value === undefined ? null : { code: 'training/unknown-lesson' })} />
    );
  }
  const { course, place, attempts } = found.value;
  return <OpenTest key={`${course.id} ${test.id}`} course={course} test={test} place={place} attempts={attempts} />;
}

function OpenTest({
  course,
  test,
  place,
  attempts,
}: {
  course: Course;
  test: CourseTest;
  place: Place;
  attempts: readonly AttemptView[];
}) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const navigate = useNavigate();
  const content = useContentLocale(course);
  const { locale } = content;
  const save = useCommand('training.savePlace');
  const handIn = useCommand('training.handIn');
  const scroller = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const forward = useRef<HTMLDivElement>(null);
  const [answers, setAnswers] = useState<Answers>(() => keptAnswers(test, place.openAnswers));
  const [index, setIndex] = useState(() => {
    const open = test.questions.findIndex(({ id }) => !Object.hasOwn(answers, id));
    return open < 0 ? test.questions.length - 1 : open;
  });
  const [draft, setDraft] = useState<Draft | null>(null);
  const [result, setResult] = useState<AttemptView | null>(null);
  const question = test.questions[index];
  const answer = question === undefined ? null : (answers[question.id] ?? null);
  const isLast = index === test.questions.length - 1;
  const isComplete = test.questions.every(({ id }) => Object.hasOwn(answers, id));
  const shownDraft = question === undefined ? { chosen: [], typed: '' } : (draft ?? emptyDraft(question));
  const ready = question === undefined ? null : answerOf(question, shownDraft);

  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    scroller.current?.scrollTo({ top: 0 });
  }, [index, result]);
  const isChecked = answer !== null;
  useEffect(() => {
    // Enter goes on: the step forward has the focus once the answer is checked.
    if (isChecked) forward.current?.querySelector('button')?.focus();
  }, [isChecked, index]);

  const goTo = (next: number) => {
    setIndex(next);
    setDraft(null);
  };
  const check = async () => {
    if (question === undefined || ready === null || answer !== null) return;
    const next = { ...answers, [question.id]: ready };
    setAnswers(next);
    await save.run({
      course: course.id,
      lesson: test.id,
      block: index,
      seconds: null,
      openAnswers: toOpenAnswers(test.id, next),
    });
  };
  const finish = async () => {
    const handedIn = await handIn.run({
      course: course.id,
      test: test.id,
      answers,
      locale: isLocale(locale) ? locale : format.locale,
    });
    if (handedIn.ok) setResult(handedIn.value);
  };
  const again = () => {
    setAnswers({});
    setResult(null);
    goTo(0);
  };
  useOptionKeys(
    question === undefined || answer !== null || result !== null
      ? 0
      : question.kind === 'number'
        ? 0
        : question.options.length,
    (option) => {
      if (question === undefined || question.kind === 'number') return;
      const wanted = question.options[option];
      if (wanted === undefined) return;
      if (question.kind === 'order') scroller.current?.querySelectorAll<HTMLElement>('[data-option]')[option]?.focus();
      else setDraft(choose(question, shownDraft, wanted.id));
    },
  );

  const frame = { course, done: place.done, attempts, current: test.id, locale, onLocale: content.choose, scroller };
  if (result !== null) {
    return (
      <LessonFrame
        {...frame}
        foot={
          <>
            <Button
              variant="default"
              icon={IconArrowLeft}
              onClick={() => void navigate({ to: '/training/course/$course', params: { course: course.id } })}
            >
              {t('result.toCourse')}
            </Button>
            <FootMiddle>
              <RecordRoad road="saved" />
            </FootMiddle>
            {!result.passed && (
              <Button size="big" variant="filled" onClick={again}>
                {t('result.again')}
              </Button>
            )}
          </>
        }
      >
        <TestResult course={course} test={test} attempt={result} answers={answers} locale={locale} heading={heading} />
      </LessonFrame>
    );
  }
  if (question === undefined) return null;
  const isRight = answer !== null && gradeAnswer(question, answer);
  const firstOpen = test.questions.findIndex(({ id }) => !Object.hasOwn(answers, id));
  return (
    <LessonFrame
      {...frame}
      foot={
        <>
          <Button
            variant="default"
            icon={IconArrowLeft}
            onClick={() =>
              index === 0
                ? void navigate({ to: '/training/course/$course', params: { course: course.id } })
                : goTo(index - 1)
            }
          >
            {t(index === 0 ? 'result.toCourse' : 'test.back')}
          </Button>
          <FootMiddle>
            {answer !== null && <RecordRoad road="saved" />}
            {answer === null && ready === null && (
              <span className="sm mut">{t(question.kind === 'number' ? 'test.typeFirst' : 'test.chooseFirst')}</span>
            )}
            <FailureLine failure={save.failure ?? handIn.failure} />
          </FootMiddle>
          {/* Keys: a button that turned into another would be pressed by the same Enter once more. */}
          <div ref={forward}>
            {answer === null ? (
              <Button key="check" size="big" variant="filled" type="submit" form={formId} disabled={ready === null}>
                {t('test.check')}
              </Button>
            ) : isComplete && isLast ? (
              <Button
                key="finish"
                size="big"
                variant="filled"
                iconAfter={IconArrowRight}
                busy={handIn.isBusy && t('test.finishing')}
                onClick={() => void finish()}
              >
                {t('test.finish')}
              </Button>
            ) : (
              <Button
                key="next"
                size="big"
                variant="filled"
                iconAfter={IconArrowRight}
                onClick={() => goTo(isLast ? firstOpen : index + 1)}
              >
                {t('test.next')}
              </Button>
            )}
          </div>
        </>
      }
    >
      <form
        className="test"
        id={formId}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void check();
        }}
      >
        <div className="row between g4 wrap">
          <span className="sm mut">{t('test.counter', { number: index + 1, total: test.questions.length })}</span>
          <Counter test={test} answers={answers} index={index} />
        </div>
        {content.isFallback && <FallbackNote shown={locale} />}
        <h1 className="test-prompt" ref={heading} tabIndex={-1} lang={htmlLangOf(locale)}>
          {textIn(question.prompt, locale)}
        </h1>
        <QuestionAnswer question={question} locale={locale} draft={shownDraft} onDraft={setDraft} answer={answer} />
        <div aria-live="polite">
          {answer !== null && (
            <div className={isRight ? 'test-feedback' : 'test-feedback wrong'}>
              <b className={isRight ? 'b petrol' : 'b ochre'}>{t(isRight ? 'test.isRight' : 'test.isWrong')}</b>{' '}
              <span lang={htmlLangOf(locale)}>{textIn(question.why, locale)}</span>{' '}
              {question.rule !== null && (
                <Link
                  to="/training/course/$course/lesson/$lesson"
                  params={{ course: course.id, lesson: question.rule }}
                  className="nw"
                >
                  {t('test.readRule')}
                </Link>
              )}
            </div>
          )}
        </div>
      </form>
    </LessonFrame>
  );
}

/** One rhombus per question: filled when answered, tinted when asked now. */
function Counter({ test, answers, index }: { test: CourseTest; answers: Answers; index: number }) {
  return (
    <span className="test-counter" aria-hidden="true">
      {test.questions.map(({ id }, at) => {
        const isAnswered = Object.hasOwn(answers, id);
        const fill = isAnswered ? 'var(--accent)' : at === index ? 'var(--accent-tint)' : 'var(--sheet)';
        return (
          <svg key={id} width="16" height="16" viewBox="0 0 16 16">
            <path
              d="M8 2l6 6-6 6-6-6z"
              fill={fill}
              stroke={isAnswered || at === index ? 'var(--accent)' : 'var(--control-line)'}
              strokeWidth="1.5"
            />
          </svg>
        );
      })}
    </span>
  );
}

/** Keys 1 to 9, above the letters or on the pad, choose while no text is typed. `count` 0 switches them off. */
function useOptionKeys(count: number, onOption: (index: number) => void): void {
  const latest = useRef(onOption);
  useEffect(() => {
    latest.current = onOption;
  });
  useEffect(() => {
    if (count === 0) return undefined;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
      const figure = Number(/^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1] ?? 0);
      if (figure > 0 && figure <= count) latest.current(figure - 1);
      else if (
        event.code === 'Enter' &&
        !(event.target instanceof HTMLElement && event.target.closest('a, button, input, summary') !== null)
      ) {
        const form = document.getElementById(formId);
        if (form instanceof HTMLFormElement) form.requestSubmit();
      } else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [count]);
}
