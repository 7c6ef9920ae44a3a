/**
 * The way through a course: what comes next for a person, and what stands before and after a lesson. Pure rules; the
 * screens only follow them.
 */
import type { AttemptView, Place } from './contract.ts';
import { type Course, type CourseTest, lessonsOf } from './course.ts';

/** A step of the way: a lesson or a test, by its id. */
export type Step = { readonly kind: 'lesson' | 'test'; readonly id: string };

/** Entry tests, then lessons from first to last, then final tests. */
export function stepsOf(course: Course): Step[] {
  const tests = (kind: CourseTest['kind']): Step[] =>
    course.tests.filter((test) => test.kind === kind).map(({ id }) => ({ kind: 'test', id }));
  const lessons = lessonsOf(course).map(({ lesson }): Step => ({ kind: 'lesson', id: lesson.id }));
  return [...tests('entry'), ...lessons, ...tests('final')];
}

/**
 * Where a person goes on: in the lesson or test that was left in the middle, else at the first lesson not done, else at
 * the first final test not passed. Null when all is done. An entry test is offered only at the very beginning, and never twice.
 */
export function nextStep(course: Course, place: Place, attempts: readonly AttemptView[]): Step | null {
  const steps = stepsOf(course);
  const left = steps.find(({ id }) => id === place.lesson);
  if (left?.kind === 'lesson' && !place.done.includes(left.id)) return left;
  if (left?.kind === 'test' && place.openAnswers !== null) return left;
  const hasBegun = place.done.length > 0 || left?.kind === 'lesson';
  const isOpen = ({ kind, id }: Step): boolean => {
    if (kind === 'lesson') return !place.done.includes(id);
    const mine = attempts.filter((attempt) => attempt.test === id);
    if (course.tests.find((test) => test.id === id)?.kind === 'entry') return !hasBegun && mine.length === 0;
    return !mine.some(({ passed }) => passed);
  };
  return steps.find(isOpen) ?? null;
}

/** The step after one, and the one before it; null at the ends and for an id the course does not have. */
export function neighbours(course: Course, id: string): { readonly before: Step | null; readonly after: Step | null } {
  const steps = stepsOf(course);
  const at = steps.findIndex((step) => step.id === id);
  if (at < 0) return { before: null, after: null };
  return { before: steps[at - 1] ?? null, after: steps[at + 1] ?? null };
}

/** The passed final attempt a certificate prints: the best one, of equals the first. Null without one. */
export function certifiedAttempt(course: Course, attempts: readonly AttemptView[]): AttemptView | null {
  const finals = course.tests.filter(({ kind }) => kind === 'final').map(({ id }) => id);
  const passed = attempts
    .filter((attempt) => attempt.passed && finals.includes(attempt.test))
    .toSorted((left, right) => right.percent - left.percent || left.finishedAt - right.finishedAt);
  return passed[0] ?? null;
}

/** The lessons to read again after a test: those that hold the rules of the questions answered wrong, in the course's order. */
export function lessonsToRead(course: Course, test: CourseTest, isRight: (question: string) => boolean): string[] {
  const rules = new Set(test.questions.filter(({ id }) => !isRight(id)).map(({ rule }) => rule));
  return lessonsOf(course)
    .map(({ lesson }) => lesson.id)
    .filter((id) => rules.has(id));
}
