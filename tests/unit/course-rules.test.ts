/** The rules of courses: what the check finds, in which language a course is shown, how answers are graded. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Course, type CourseTest, contentLocale, parseCourse, type Question } from '#shared/training/course.ts';
import { checkCourse, courseFiles } from '#shared/training/course-check.ts';
import { type Answer, type Answers, gradeAnswer, gradeTest } from '#shared/training/grading.ts';

const both = (text: string) => ({ ru: text, en: text });
const options = (...ids: string[]) => ids.map((id) => ({ id, text: both(id) }));
const base = { prompt: both('?'), why: both('!'), topic: 'rules', rule: 'first' };
const single: Question = { ...base, kind: 'single', id: 'one', options: options('a', 'b'), correct: 'b' };
const multiple: Question = {
  ...base,
  kind: 'multiple',
  id: 'many',
  options: options('a', 'b', 'c'),
  correct: ['a', 'c'],
};
const order: Question = {
  ...base,
  kind: 'order',
  id: 'row',
  options: options('a', 'b', 'c'),
  correct: ['c', 'a', 'b'],
};
const number: Question = {
  ...base,
  kind: 'number',
  id: 'count',
  correct: { value: 0.3, tolerance: 0 },
  unit: both('h'),
};

function sample(): Course {
  return {
    format: 1,
    id: 'sample',
    version: 1,
    titles: both('Sample'),
    summaries: both('Sample'),
    minutes: 15,
    countries: 'any',
    locales: ['ru', 'en'],
    topics: [{ id: 'rules', titles: both('Rules') }],
    modules: [
      {
        id: 'only',
        titles: both('Only'),
        lessons: [
          {
            id: 'first',
            titles: both('First'),
            minutes: 10,
            blocks: [
              { kind: 'text', id: 'words', path: 'text/first-1.{locale}.md' },
              {
                kind: 'picture',
                id: 'line',
                path: 'pictures/line.svg',
                width: 10,
                height: 10,
                alt: both('Line'),
                caption: null,
              },
            ],
          },
        ],
      },
    ],
    tests: [
      {
        id: 'final',
        kind: 'final',
        titles: both('Final'),
        minutes: 5,
        passPercent: 50,
        questions: [single, multiple, order, number],
      },
    ],
  };
}
const files = ['text/first-1.ru.md', 'text/first-1.en.md', 'pictures/line.svg'];
const lesson = (course: Course) => course.modules[0]?.lessons[0] ?? expect.unreachable();
const finalTest = (course: Course): CourseTest => course.tests[0] ?? expect.unreachable();

describe('checkCourse', () => {
  test('finds nothing in a whole course', () => {
    expect(parseCourse(sample())).toEqual({ ok: true, value: sample() });
    expect(checkCourse(sample(), files)).toEqual([]);
    expect(courseFiles(sample()).sort()).toEqual([...files].sort());
  });

  const faults: [string, (course: Course) => void, object][] = [
    [
      'a missing translation',
      (course) => {
        lesson(course).titles = { ru: 'Только по-русски' };
      },
      { code: 'training/missing-translation', where: 'lessons.first', locale: 'en' },
    ],
    [
      'a language nobody declared',
      (course) => {
        course.titles = { ...both('Sample'), kk: 'Үлгі' };
      },
      { code: 'training/undeclared-locale', where: 'titles', locale: 'kk' },
    ],
    [
      'a missing file',
      (course) => {
        lesson(course).blocks.push({ kind: 'text', id: 'more', path: 'text/absent.md' });
      },
      { code: 'training/missing-file', where: 'lessons.first.more', path: 'text/absent.md' },
    ],
    [
      'an id used twice',
      (course) => {
        lesson(course).blocks.push({ kind: 'text', id: 'words', path: 'text/first-1.{locale}.md' });
      },
      { code: 'training/duplicate-id', where: 'lessons.first', id: 'words' },
    ],
    [
      'a test called like a lesson',
      (course) => {
        finalTest(course).id = 'first';
      },
      { code: 'training/duplicate-id', where: 'lessons-and-tests', id: 'first' },
    ],
    [
      'a right answer that is no option',
      (course) => {
        finalTest(course).questions[0] = { ...single, correct: 'z' };
      },
      { code: 'training/unknown-option', where: 'tests.final.one', id: 'z' },
    ],
    [
      'an order that leaves an option out',
      (course) => {
        finalTest(course).questions[2] = { ...order, correct: ['c', 'a'] };
      },
      { code: 'training/incomplete-order', where: 'tests.final.row', id: 'b' },
    ],
    [
      'an order that is already right',
      (course) => {
        finalTest(course).questions[2] = { ...order, correct: ['a', 'b', 'c'] };
      },
      { code: 'training/order-already-correct', where: 'tests.final.row' },
    ],
    [
      'an unknown topic',
      (course) => {
        finalTest(course).questions[0] = { ...single, topic: 'other' };
      },
      { code: 'training/unknown-topic', where: 'tests.final.one', id: 'other' },
    ],
    [
      'a rule in a lesson that does not exist',
      (course) => {
        finalTest(course).questions[0] = { ...single, rule: 'second' };
      },
      { code: 'training/unknown-lesson', where: 'tests.final.one', id: 'second' },
    ],
    [
      'minutes that do not add up',
      (course) => {
        course.minutes = 99;
      },
      { code: 'training/minutes-differ', where: 'minutes', stated: 99, sum: 15 },
    ],
  ];
  test.each(faults)('finds %s', (_, plant, problem) => {
    const course = sample();
    plant(course);
    expect(checkCourse(course, files)).toEqual([problem]);
  });
});

describe('parseCourse', () => {
  test.each(['../secret.md', '/etc/passwd', 'text\\a.md', 'text/../a.md', 'C:/a.md', 'text/{locale}/a.md', 'text/a'])(
    'refuses the path %s',
    (path) => {
      const course = sample();
      lesson(course).blocks[0] = { kind: 'text', id: 'words', path };
      const read = parseCourse(course);
      const problems = [{ where: 'modules.0.lessons.0.blocks.0.path' }];
      expect(read).toMatchObject({ ok: false, error: { code: 'training/course-unreadable', problems } });
    },
  );

  test('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(parseCourse(value).ok).toBe(false);
      }),
    );
  });
});

describe('contentLocale', () => {
  test('takes the language asked for, then its declared fallbacks, then the source of the course', () => {
    expect(contentLocale(['ru', 'kk'], 'kk')).toBe('kk');
    expect(contentLocale(['ru', 'uz-Cyrl'], 'uz')).toBe('uz-Cyrl');
    expect(contentLocale(['ru', 'uz'], 'uz-Cyrl')).toBe('uz');
    expect(contentLocale(['en', 'ru'], 'tg')).toBe('ru');
    expect(contentLocale(['tk'], 'kk')).toBe('tk');
  });
});

describe('grading', () => {
  const right: Answers = {
    one: { kind: 'single', option: 'b' },
    many: { kind: 'multiple', options: ['c', 'a'] },
    row: { kind: 'order', options: ['c', 'a', 'b'] },
    count: { kind: 'number', value: 0.1 + 0.2 },
  };
  const answerOf = (id: string): Answer => right[id] ?? expect.unreachable();

  test.each([single, multiple, order, number])('knows the right answer of a $kind question', (question) => {
    expect(gradeAnswer(question, answerOf(question.id))).toBe(true);
    expect(gradeAnswer(question, undefined)).toBe(false);
    const others = [single, multiple, order, number].filter((other) => other !== question);
    expect(others.filter((other) => gradeAnswer(question, answerOf(other.id)))).toEqual([]);
  });

  test('gives nothing for a part of the right answer or for more than it', () => {
    expect(gradeAnswer(multiple, { kind: 'multiple', options: ['a'] })).toBe(false);
    expect(gradeAnswer(multiple, { kind: 'multiple', options: ['a', 'b', 'c'] })).toBe(false);
    expect(gradeAnswer(multiple, { kind: 'multiple', options: ['a', 'c', 'c'] })).toBe(true);
    expect(gradeAnswer(order, { kind: 'order', options: ['c', 'a'] })).toBe(false);
    expect(gradeAnswer(order, { kind: 'order', options: ['c', 'b', 'a'] })).toBe(false);
  });

  test('a number is right up to its tolerance and not beyond', () => {
    const question: Question = { ...number, correct: { value: 100, tolerance: 2.5 } };
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), (value) => {
        const distance = Math.abs(value - 100);
        fc.pre(Math.abs(distance - 2.5) > 1e-6);
        expect(gradeAnswer(question, { kind: 'number', value })).toBe(distance < 2.5);
      }),
    );
    expect(gradeAnswer(question, { kind: 'number', value: Number.NaN })).toBe(false);
  });

  test('sums, percent and passing agree for every choice of right answers and every pass mark', () => {
    const questions: Question[] = Array.from({ length: 30 }, (_, index) => ({
      ...single,
      id: `q-${index}`,
      topic: `t-${index % 4}`,
    }));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('right', 'wrong', 'none'), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 100 }),
        (choices, passPercent) => {
          const test = { ...finalTest(sample()), passPercent, questions: questions.slice(0, choices.length) };
          const answers: Answers = { stranger: { kind: 'single', option: 'b' } };
          for (const [index, choice] of choices.entries()) {
            if (choice !== 'none') answers[`q-${index}`] = { kind: 'single', option: choice === 'right' ? 'b' : 'a' };
          }
          const grade = gradeTest(test, answers);
          const correct = choices.filter((choice) => choice === 'right').length;
          expect(grade.correct).toBe(correct);
          expect(grade.total).toBe(choices.length);
          expect(grade.passed).toBe(correct * 100 >= passPercent * choices.length);
          expect(grade.passed).toBe(grade.percent >= passPercent);
          expect(grade.byTopic.reduce((sum, topic) => sum + topic.correct, 0)).toBe(correct);
          expect(grade.byTopic.reduce((sum, topic) => sum + topic.total, 0)).toBe(choices.length);
          expect(grade.byTopic[0]?.topic).toBe('t-0');
        },
      ),
    );
  });

  test('a question named like a member of every object finds no answer by accident', () => {
    const question: Question = { ...single, id: 'constructor' };
    expect(gradeTest({ ...finalTest(sample()), questions: [question] }, {}).correct).toBe(0);
  });
});
