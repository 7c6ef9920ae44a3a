/** Calls for courses already on this laptop. A course's files are read at `pack://<pack>/<path>`. */
import { z } from 'zod';
import { command, query } from '../contract/define.ts';
import { Id } from '../kernel/ids.ts';
import { Locale } from '../i18n/locale.ts';
import { Course } from './course.ts';

/** Where a person stopped. `done` are lesson ids. */
export const Place = z.object({
  lesson: z.string().max(80).nullable(),
  block: z.int().min(0).nullable(),
  seconds: z.int().min(0).nullable(),
  done: z.array(z.string().max(80)),
  /** Answers of a test not yet handed in, by question id. */
  openAnswers: z.record(z.string(), z.unknown()).nullable(),
  changedAt: z.int().nullable(),
});
export type Place = z.infer<typeof Place>;

export const AttemptView = z.object({
  id: Id,
  test: z.string(),
  correct: z.int(),
  total: z.int(),
  percent: z.int(),
  passed: z.boolean(),
  finishedAt: z.int(),
});
export type AttemptView = z.infer<typeof AttemptView>;

export const CourseRow = z.object({
  id: z.string(),
  pack: z.string(),
  version: z.int(),
  titles: z.partialRecord(Locale, z.string()),
  minutes: z.int(),
  lessons: z.int(),
  tests: z.int(),
  locales: z.array(Locale),
  bytes: z.int(),
  publisher: z.string(),
  /** 0…100 for the signed-in person. */
  percentDone: z.int(),
  lastOpenedAt: z.int().nullable(),
  passed: z.boolean(),
});
export type CourseRow = z.infer<typeof CourseRow>;

export const trainingContract = {
  courses: query(z.object({}), z.object({ rows: z.array(CourseRow) })),
  course: query(
    z.object({ id: z.string().max(80) }),
    z.object({ course: Course, pack: z.string(), place: Place, attempts: z.array(AttemptView) }),
  ),
  /** Text of one file of a course (Markdown, captions), at most 1 MB. Failure `training/no-file`. */
  readText: query(z.object({ course: z.string().max(80), path: z.string().max(300) }), z.object({ text: z.string() })),
  savePlace: command(
    z.object({
      course: z.string().max(80),
      lesson: z.string().max(80).nullable(),
      block: z.int().min(0).nullable(),
      seconds: z.int().min(0).nullable(),
      lessonDone: z.string().max(80).optional(),
      openAnswers: z.record(z.string(), z.unknown()).nullable().optional(),
    }),
    z.object({}),
  ),
  /** Hands a test in; graded by the core. Failure `training/unanswered` {questions}. */
  handIn: command(
    z.object({
      course: z.string().max(80),
      test: z.string().max(80),
      answers: z.record(z.string(), z.unknown()),
      locale: Locale,
    }),
    AttemptView,
  ),
};
