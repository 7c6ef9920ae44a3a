import { defineKind, flag, integer, reference, set, text } from '../kinds/define-kind.ts';
import { everyone } from '../access/roles.ts';

/** How far one person has come in one course. Its id is worked out from both, so two laptops meet in one record. */
export const Progress = defineKind({
  name: 'progress',
  number: 6,
  domain: 'training',
  partition: 'commission',
  rights: { write: everyone, remove: [] },
  keepsHistory: false,
  fields: {
    person: reference(1, 'person', { required: true }),
    course: text(2, { required: true, max: 80 }),
    courseVersion: integer(3, { required: true }),
    /** Lesson (or test) id where the person stopped. */
    lesson: text(4, { max: 80 }),
    /** Index of the piece as read (paragraph, heading, list, table, picture, clip) or of the question, and seconds into a clip. */
    block: integer(5, { max: 10_000 }),
    seconds: integer(6, { max: 86_400 }),
    lessonsDone: set(7),
    /** Answers of a test begun and not yet handed in: canonical JSON by question id. */
    openAnswers: text(8, { long: true, max: 20_000 }),
  },
});

/** One test handed in: a fact, never changed. A passed final one is what a certificate prints. */
export const Attempt = defineKind({
  name: 'attempt',
  number: 7,
  domain: 'training',
  partition: 'commission',
  rights: { write: everyone, remove: [] },
  addOnly: true,
  fields: {
    person: reference(1, 'person', { required: true, filtered: true }),
    course: text(2, { required: true, max: 80 }),
    courseVersion: integer(3, { required: true }),
    test: text(4, { required: true, max: 80 }),
    /** Canonical JSON: question id → answer. */
    answers: text(5, { required: true, long: true, max: 20_000 }),
    correct: integer(6, { required: true, max: 1000 }),
    total: integer(7, { required: true, max: 1000 }),
    percent: integer(8, { required: true, max: 100 }),
    passed: flag(9, { required: true }),
    /** Milliseconds UTC. */
    finishedAt: integer(10, { required: true }),
    locale: text(11, { required: true, max: 10 }),
  },
});
