import { Link } from '@tanstack/react-router';
import type { RefObject } from 'react';
import type { AttemptView } from '#shared/training/contract.ts';
import { type ContentLocale, type Course, type CourseTest, lessonsOf, textIn } from '#shared/training/course.ts';
import { lessonsToRead } from '#shared/training/course-way.ts';
import { type Answers, gradeAnswer, gradeTest } from '#shared/training/grading.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { CertificatePanel } from './certificate-panel.tsx';
import { htmlLangOf } from './course-texts.ts';

/** What came out: percent, by topic, passed or not, what to read again, the certificate. */
export function TestResult({
  course,
  test,
  attempt,
  answers,
  locale,
  heading,
}: {
  course: Course;
  test: CourseTest;
  attempt: AttemptView;
  answers: Answers;
  locale: ContentLocale;
  heading: RefObject<HTMLHeadingElement | null>;
}) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const lang = htmlLangOf(locale);
  const grade = gradeTest(test, answers);
  const titles = new Map(course.topics.map((topic) => [topic.id, topic.titles]));
  const lessons = new Map(lessonsOf(course).map(({ lesson }) => [lesson.id, lesson.titles]));
  const read = lessonsToRead(course, test, (id) => {
    const question = test.questions.find((candidate) => candidate.id === id);
    return question !== undefined && gradeAnswer(question, answers[id]);
  });
  return (
    <div className="test">
      <p className="sm mut" lang={lang}>
        {textIn(test.titles, locale)}
      </p>
      <h1 ref={heading} tabIndex={-1}>
        {t(attempt.passed ? 'result.passed' : 'result.failed')}
      </h1>
      <p className="test-score">
        <b className="num">{format.percent(attempt.percent / 100)}</b>
        <span>
          {t('result.correct', { correct: attempt.correct, total: attempt.total })}
          {test.passPercent > 0 && (
            <span className="mut"> {t('result.needed', { percent: format.percent(test.passPercent / 100) })}</span>
          )}
        </span>
      </p>
      <div className="test-result-columns">
        <div className="col g4">
          <section className="sheet" aria-labelledby="result-topics">
            <div className="hd">
              <h3 id="result-topics">{t('result.byTopic')}</h3>
            </div>
            <ul className="rows">
              {grade.byTopic.map(({ topic, correct, total }) => (
                <li key={topic}>
                  <span className="grow" lang={lang}>
                    {textIn(titles.get(topic) ?? {}, locale)}
                  </span>
                  <span className="bar test-topic-bar" aria-hidden="true">
                    <i style={{ width: `${(correct * 100) / total}%` }} />
                  </span>
                  <span className="num nw">{t('result.topic', { correct, total })}</span>
                </li>
              ))}
            </ul>
          </section>
          {read.length > 0 && (
            <section className="sheet" aria-labelledby="result-read">
              <div className="hd">
                <h3 id="result-read">{t('result.read')}</h3>
              </div>
              <ul className="rows">
                {read.map((id) => (
                  <li key={id}>
                    <Link
                      to="/training/course/$course/lesson/$lesson"
                      params={{ course: course.id, lesson: id }}
                      lang={lang}
                    >
                      {textIn(lessons.get(id) ?? {}, locale)}
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </div>
        {attempt.passed && test.kind === 'final' && <CertificatePanel course={course} attempt={attempt} isFilled />}
      </div>
    </div>
  );
}
