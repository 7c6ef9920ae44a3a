/** Where a person goes on in a course, what a certificate prints, and its number. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Id } from '#shared/kernel/ids.ts';
import { certificateNumber } from '#shared/training/certificate-number.ts';
import type { AttemptView, Place } from '#shared/training/contract.ts';
import type { Course, CourseTest } from '#shared/training/course.ts';
import { certifiedAttempt, lessonsToRead, neighbours, nextStep, stepsOf } from '#shared/training/course-way.ts';

const titles = { ru: 'x' };
const lesson = (id: string) => ({
  id,
  titles,
  minutes: 1,
  blocks: [{ kind: 'text' as const, id: 't', path: 'text/a.{locale}.md' }],
});
const question = (id: string, rule: string | null) => ({
  kind: 'number' as const,
  id,
  prompt: titles,
  why: titles,
  topic: 't',
  rule,
  correct: { value: 1, tolerance: 0 },
  unit: null,
});
const final: CourseTest = {
  id: 'final',
  kind: 'final',
  titles,
  minutes: 1,
  passPercent: 70,
  questions: [question('q1', 'two'), question('q2', 'one'), question('q3', 'two'), question('q4', null)],
};
const course: Course = {
  format: 1,
  id: 'c',
  version: 1,
  titles,
  summaries: titles,
  minutes: 5,
  countries: 'any',
  locales: ['ru'],
  topics: [{ id: 't', titles }],
  modules: [
    { id: 'm1', titles, lessons: [lesson('one')] },
    { id: 'm2', titles, lessons: [lesson('two')] },
  ],
  tests: [{ ...final, id: 'entry', kind: 'entry', passPercent: 0 }, final],
};
const fresh: Place = { lesson: null, block: null, seconds: null, done: [], openAnswers: null, changedAt: null };
const id = Id.parse('0190f3c4-5b7a-7c3d-8e21-0a1b2c3d4e5f');
const attempt = (test: string, percent: number, finishedAt = 1): AttemptView => ({
  id,
  test,
  correct: 1,
  total: 2,
  percent,
  passed: percent >= 70,
  finishedAt,
});

describe('the way through a course', () => {
  test('begins with the entry test, then lessons, then the final test', () => {
    expect(stepsOf(course).map((step) => step.id)).toEqual(['entry', 'one', 'two', 'final']);
    expect(nextStep(course, fresh, [])).toEqual({ kind: 'test', id: 'entry' });
    expect(nextStep(course, fresh, [attempt('entry', 0)])).toEqual({ kind: 'lesson', id: 'one' });
  });

  test('goes back to the lesson or test left in the middle', () => {
    expect(nextStep(course, { ...fresh, lesson: 'two', block: 3 }, [])).toEqual({ kind: 'lesson', id: 'two' });
    const inTest = { ...fresh, lesson: 'final', openAnswers: { q1: {} } };
    expect(nextStep(course, inTest, [])).toEqual({ kind: 'test', id: 'final' });
  });

  test('goes on with the first open lesson once the one left is done, and never back to the entry test', () => {
    expect(nextStep(course, { ...fresh, lesson: 'two', done: ['two'] }, [])).toEqual({ kind: 'lesson', id: 'one' });
  });

  test('asks for the final test until it is passed, then nothing', () => {
    const read = { ...fresh, lesson: 'final', done: ['one', 'two'] };
    expect(nextStep(course, read, [attempt('final', 69)])).toEqual({ kind: 'test', id: 'final' });
    expect(nextStep(course, read, [attempt('final', 69), attempt('final', 70)])).toBeNull();
  });

  test('a place in a lesson that a new version dropped is no place', () => {
    expect(nextStep(course, { ...fresh, lesson: 'gone', done: ['one'] }, [])).toEqual({ kind: 'lesson', id: 'two' });
  });

  test('neighbours end where the course ends', () => {
    expect(neighbours(course, 'one')).toEqual({
      before: { kind: 'test', id: 'entry' },
      after: { kind: 'lesson', id: 'two' },
    });
    expect(neighbours(course, 'final').after).toBeNull();
    expect(neighbours(course, 'gone')).toEqual({ before: null, after: null });
  });

  test('names the lessons to read again in the course’s order, once each', () => {
    expect(lessonsToRead(course, final, () => false)).toEqual(['one', 'two']);
    expect(lessonsToRead(course, final, (asked) => asked !== 'q3')).toEqual(['two']);
    expect(lessonsToRead(course, final, (asked) => asked !== 'q4')).toEqual([]);
  });
});

describe('a certificate', () => {
  test('prints the best passed final attempt, of equals the first, never an entry test', () => {
    const best = attempt('final', 90, 5);
    expect(certifiedAttempt(course, [attempt('entry', 100), attempt('final', 80), attempt('final', 90, 9), best])).toBe(
      best,
    );
    expect(certifiedAttempt(course, [attempt('entry', 100), attempt('final', 69)])).toBeNull();
  });

  test('has a number of figures that depends on the random part of the attempt only', () => {
    const number = certificateNumber(id, 'kz', 2026);
    expect(number).toMatch(/^KZ-2026-\d{4}-\d{4}-\d{4}$/);
    expect(certificateNumber(`0290f3c5${id.slice(8)}`, 'kz', 2026)).toBe(number);
    expect(certificateNumber(id, null, 2026)).toBe(number.slice(3));
    expect(certificateNumber(`${id.slice(0, -1)}e`, 'kz', 2026)).not.toBe(number);
    expect(certificateNumber(`${id.slice(0, 24)}1${id.slice(25)}`, 'kz', 2026)).not.toBe(number);
  });

  test('two attempts do not share a number by being near in time', () => {
    const hex = fc
      .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 12, maxLength: 12 })
      .map((digits) => digits.join(''));
    fc.assert(
      fc.property(hex, hex, (left, right) => {
        const at = (tail: string): string => certificateNumber(`${id.slice(0, 24)}${tail}`, 'kg', 2026);
        fc.pre(left !== right);
        // 48 bits in twelve figures: chance meetings exist, but not among hundreds of random pairs.
        expect(at(left)).not.toBe(at(right));
      }),
    );
  });
});
