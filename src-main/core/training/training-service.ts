/**
 * The training domain: courses on this laptop, where the signed-in person stopped, and tests handed in. Place and attempts
 * are records like any other: they go through the one write path and travel with the sync.
 */
import type { Change } from '#core/store/change.ts';
import { databaseFailure } from '#core/store/database.ts';
import type { Store } from '#core/store/store.ts';
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import { isLocale } from '#shared/i18n/locales.ts';
import { canonicalJson } from '#shared/kernel/canonical-json.ts';
import { Id, newId } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { checkValues, type Values } from '#shared/kinds/define-kind.ts';
import type { RecordView } from '#shared/records/contract.ts';
import type { AttemptView, CourseRow, Place, trainingContract } from '#shared/training/contract.ts';
import { type Course, lessonsOf, type Texts } from '#shared/training/course.ts';
import { Answers, gradeTest } from '#shared/training/grading.ts';
import { Attempt, Progress } from '#shared/training/progress.ts';
import { type CourseFiles, createCourseLibrary } from './course-library.ts';
import { progressId } from './progress-id.ts';

export type TrainingDeps = {
  /** The open store and who is signed in; null while locked. */
  readonly session: () => { readonly store: Pick<Store, 'queries' | 'commit'>; readonly person: Id } | null;
  readonly files: CourseFiles;
  readonly time: Time;
  readonly random: Random;
};

export type TrainingService = { readonly handlers: DomainHandlers<typeof trainingContract> };

/** More attempts of one person than this are not looked at. */
const maxAttempts = 5000;

export function createTrainingService(deps: TrainingDeps): TrainingService {
  const library = createCourseLibrary(deps.files);
  const locked = err({ code: 'rpc/locked' });
  const noCourse = err({ code: 'training/no-course' });

  /** Records of the signed-in person, newest first. */
  function attemptsOf(store: Pick<Store, 'queries'>, person: Id, course?: string): RecordView[] {
    const where = course === undefined ? { person } : { person, course };
    const sort = { field: 'finishedAt', descending: true };
    return store.queries.list({ kind: Attempt, where, sort, locale: 'ru', limit: maxAttempts }).rows;
  }

  function write(store: Pick<Store, 'commit'>, person: Id, changes: readonly Change[]): Result<Record<string, never>> {
    for (const { kind, values } of changes) {
      const fields = checkValues(kind, values);
      if (fields.length > 0) return err({ code: 'records/invalid', fields, missing: [] });
    }
    try {
      store.commit(changes, person);
      return ok({});
    } catch (error) {
      const failure = databaseFailure(error);
      if (failure === null) throw error;
      return err(failure);
    }
  }

  const handlers: TrainingService['handlers'] = {
    async courses() {
      const session = deps.session();
      if (session === null) return locked;
      const { store, person } = session;
      const attempts = attemptsOf(store, person);
      const rows: CourseRow[] = [];
      for (const pack of deps.files.trainingPacks()) {
        const course = await library.course(pack.id);
        if (course === null) continue;
        const progress = store.queries.get(Progress, progressId(person, course.id));
        const passed = passedTests(attempts.filter((attempt) => attempt.values.course === course.id));
        rows.push({
          id: course.id,
          pack: pack.id,
          version: pack.version,
          titles: localeTexts(course.titles),
          minutes: course.minutes,
          lessons: lessonsOf(course).length,
          tests: course.tests.length,
          locales: course.locales.filter(isLocale),
          bytes: pack.bytes,
          publisher: pack.publisherName,
          percentDone: percentDone(course, lessonsDone(progress), passed),
          lastOpenedAt: progress?.changedAt ?? null,
          passed: isPassed(course, passed),
        });
      }
      return ok({ rows });
    },

    async course({ id }) {
      const session = deps.session();
      if (session === null) return locked;
      const course = await library.course(id);
      if (course === null) return noCourse;
      const { store, person } = session;
      const progress = store.queries.get(Progress, progressId(person, id));
      return ok({ course, pack: id, place: toPlace(progress), attempts: attemptsOf(store, person, id).map(toAttempt) });
    },

    async readText({ course, path }) {
      const text = await library.text(course, path);
      return text === null ? err({ code: 'training/no-file' }) : ok({ text });
    },

    async savePlace({ course: id, lesson, block, seconds, lessonDone, openAnswers }) {
      const session = deps.session();
      if (session === null) return locked;
      const course = await library.course(id);
      if (course === null) return noCourse;
      const parts = new Set([
        ...lessonsOf(course).map((item) => item.lesson.id),
        ...course.tests.map((test) => test.id),
      ]);
      for (const part of [lesson, lessonDone]) {
        if (part !== null && part !== undefined && !parts.has(part)) return err({ code: 'training/unknown-lesson' });
      }
      const { store, person } = session;
      const before = store.queries.get(Progress, progressId(person, id));
      const values: { -readonly [N in keyof Values]: Values[N] } = {
        person,
        course: id,
        courseVersion: course.version,
        lesson,
        block,
        seconds,
      };
      if (lessonDone !== undefined) values.lessonsDone = [...new Set([...lessonsDone(before), lessonDone])].sort();
      if (openAnswers !== undefined) values.openAnswers = openAnswers === null ? null : canonicalJson(openAnswers);
      return write(store, person, [{ kind: Progress, id: progressId(person, id), act: 'set', values }]);
    },

    async handIn({ course: id, test: testId, answers, locale }) {
      const session = deps.session();
      if (session === null) return locked;
      const course = await library.course(id);
      const test = course?.tests.find((candidate) => candidate.id === testId);
      if (course === null || test === undefined) return noCourse;
      const known = Object.fromEntries(test.questions.map(({ id: question }) => [question, answers[question]]));
      const questions = Object.keys(known).filter((question) => (known[question] ?? null) === null);
      if (questions.length > 0) return err({ code: 'training/unanswered', questions });
      const parsed = Answers.safeParse(known);
      if (!parsed.success) return err({ code: 'rpc/bad-input', paths: ['answers'] });
      const grade = gradeTest(test, parsed.data);
      const { store, person } = session;
      const attempt = newId(deps);
      const finishedAt = deps.time.now();
      const values: Values = {
        person,
        course: id,
        courseVersion: course.version,
        test: testId,
        answers: canonicalJson(parsed.data),
        correct: grade.correct,
        total: grade.total,
        percent: grade.percent,
        passed: grade.passed,
        finishedAt,
        locale,
      };
      const place = progressId(person, id);
      const begun = store.queries.get(Progress, place) !== null;
      // One action: the answers in work are gone exactly when the attempt is there.
      const written = write(store, person, [
        { kind: Attempt, id: attempt, act: 'set', values },
        ...(begun ? [{ kind: Progress, id: place, act: 'set' as const, values: { openAnswers: null } }] : []),
      ]);
      if (!written.ok) return written;
      const { correct, total, percent, passed } = grade;
      return ok({ id: attempt, test: testId, correct, total, percent, passed, finishedAt });
    },
  };
  return { handlers };
}

function lessonsDone(progress: RecordView | null): readonly string[] {
  const done = progress?.values.lessonsDone;
  return Array.isArray(done) ? done : [];
}

function passedTests(attempts: readonly RecordView[]): ReadonlySet<string> {
  return new Set(attempts.filter(({ values }) => values.passed === true).map(({ values }) => String(values.test)));
}

/** Lessons read and final tests passed, of all there are in this version. An entry test is no part of the way. */
function percentDone(course: Course, done: readonly string[], passed: ReadonlySet<string>): number {
  const lessons = lessonsOf(course).map(({ lesson }) => lesson.id);
  const finals = finalTests(course);
  const read = lessons.filter((lesson) => done.includes(lesson)).length;
  const taken = finals.filter((test) => passed.has(test)).length;
  return Math.floor(((read + taken) * 100) / (lessons.length + finals.length));
}

/** Whether every final test is passed; a course without one is never passed. */
function isPassed(course: Course, passed: ReadonlySet<string>): boolean {
  const finals = finalTests(course);
  return finals.length > 0 && finals.every((test) => passed.has(test));
}

function finalTests(course: Course): string[] {
  return course.tests.filter(({ kind }) => kind === 'final').map(({ id }) => id);
}

function toPlace(progress: RecordView | null): Place {
  const values: RecordView['values'] = progress?.values ?? {};
  const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  return {
    lesson: typeof values.lesson === 'string' ? values.lesson : null,
    block: number(values.block),
    seconds: number(values.seconds),
    done: [...lessonsDone(progress)],
    openAnswers: openAnswers(values.openAnswers),
    changedAt: progress?.changedAt ?? null,
  };
}

/** Answers in work; null for none and for a text another version wrote in a form this one cannot read. */
function openAnswers(text: unknown): Record<string, unknown> | null {
  if (typeof text !== 'string') return null;
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function toAttempt(record: RecordView): AttemptView {
  const { values } = record;
  return {
    id: Id.parse(record.id),
    test: String(values.test),
    correct: Number(values.correct),
    total: Number(values.total),
    percent: Number(values.percent),
    passed: values.passed === true,
    finishedAt: Number(values.finishedAt),
  };
}

function localeTexts(texts: Texts): CourseRow['titles'] {
  return Object.fromEntries(Object.entries(texts).filter(([locale]) => isLocale(locale)));
}
