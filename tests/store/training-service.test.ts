/** Courses from an imported pack, the place a person stopped, and tests handed in, on a real store. */
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildCoursePack } from '#core/packs/build-pack.ts';
import { createPacksService } from '#core/packs/packs-service.ts';
import type { Store } from '#core/store/store.ts';
import { progressId } from '#core/training/progress-id.ts';
import { createTrainingService, type TrainingService } from '#core/training/training-service.ts';
import { Id, newId } from '#shared/kernel/ids.ts';
import { silentLogger } from '#shared/kernel/ports.ts';
import type { Result } from '#shared/kernel/result.ts';
import { trainingContract } from '#shared/training/contract.ts';
import type { Question } from '#shared/training/course.ts';
import { Attempt, Progress } from '#shared/training/progress.ts';
import { openTestStore } from '#tests/lib/open-store.ts';
import { publisherKey, publishers, temporaryFolder } from './pack-kit.ts';

const courseId = 'receiving-complaints';
const courseFolder = resolve(import.meta.dirname, '../../assets/courses', courseId);

let folder: string;
let store: Store;
let training: TrainingService;
let packs: ReturnType<typeof createPacksService>;
let person: Id | null;
let now: number;
let seed: number;

beforeEach(async () => {
  folder = temporaryFolder();
  now = 1_750_000_000_000;
  seed = 1;
  const deps = {
    time: { now: () => now },
    random: { bytes: (length: number) => new Uint8Array(length).map(() => (seed = (seed * 48271) % 2147483647) % 256) },
    logger: silentLogger,
    changed: () => undefined,
  };
  const key = new Uint8Array(32).fill(3);
  store = openTestStore(join(folder, 'store.db'), { ...deps, key, partition: 'kg/kg-gb/sample' });
  person = newId(deps);
  packs = createPacksService({
    ...deps,
    appVersion: '0.1.0',
    publishers: () => publishers,
    installed: () => undefined,
  });
  await packs.open({ db: store.db, directory: join(folder, 'packs'), country: 'kg' });
  const built = await buildCoursePack(courseFolder, join(folder, 'course.kpack'), {
    key: publisherKey,
    minimumApp: '0.1.0',
  });
  if (!built.ok) throw new Error(built.error.code);
  training = createTrainingService({
    ...deps,
    files: packs.files,
    session: () => (person === null ? null : { store, person }),
  });
});
afterEach(async () => {
  await packs.closeStore();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
async function importCourse(): Promise<void> {
  value(await packs.handlers.setSources({ sources: [{ path: folder, name: 'stick', type: 'stick' }] }));
  await packs.idle();
  const { offers } = value(await packs.handlers.offers({}));
  value(await packs.handlers.startImport({ offers: offers.map(({ id }) => id) }));
  await packs.idle();
}
async function course() {
  return trainingContract.course.output.parse(value(await training.handlers.course({ id: courseId })));
}
async function row() {
  const { rows } = trainingContract.courses.output.parse(value(await training.handlers.courses({})));
  return rows.find(({ id }) => id === courseId);
}
/** The right answer, or a wrong one of the right kind. */
function answer(question: Question, isRight: boolean): unknown {
  switch (question.kind) {
    case 'single': {
      const other = question.options.find(({ id }) => id !== question.correct)?.id ?? '';
      return { kind: 'single', option: isRight ? question.correct : other };
    }
    case 'multiple':
      return { kind: 'multiple', options: isRight ? question.correct : [] };
    case 'order':
      return { kind: 'order', options: isRight ? question.correct : question.correct.toReversed() };
    case 'number':
      return {
        kind: 'number',
        value: isRight ? question.correct.value : question.correct.value + question.correct.tolerance + 1,
      };
  }
}
async function handIn(test: string, wrong: number) {
  const { course: document } = await course();
  const questions = document.tests.find(({ id }) => id === test)?.questions ?? [];
  const answers = Object.fromEntries(
    questions.map((question, index) => [question.id, answer(question, index >= wrong)]),
  );
  return training.handlers.handIn({ course: courseId, test, answers, locale: 'ky' });
}

test('without packs there are no courses; after an import there is one, untouched', async () => {
  expect(value(await training.handlers.courses({})).rows).toEqual([]);
  expect(await training.handlers.course({ id: courseId })).toEqual({
    ok: false,
    error: { code: 'training/no-course' },
  });
  await importCourse();
  const found = await row();
  expect(found).toMatchObject({
    pack: courseId,
    percentDone: 0,
    lastOpenedAt: null,
    passed: false,
    publisher: publisherKey.name,
  });
  expect(found?.locales).toHaveLength(7);
  const { place, attempts } = await course();
  expect(place).toEqual({ lesson: null, block: null, seconds: null, done: [], openAnswers: null, changedAt: null });
  expect(attempts).toEqual([]);
});

test('the place is kept, lessons add up, and what is not given stays', async () => {
  await importCourse();
  const { course: document } = await course();
  const lessons = document.modules.flatMap((module) => module.lessons.map(({ id }) => id));
  const [first = '', second = ''] = lessons;
  const openAnswers = { q1: { kind: 'single', option: 'a' }, q2: { kind: 'number', value: 2.5 } };
  value(
    await training.handlers.savePlace({ course: courseId, lesson: first, block: 2, seconds: 41, lessonDone: second }),
  );
  now += 60_000;
  value(await training.handlers.savePlace({ course: courseId, lesson: second, block: 0, seconds: null, openAnswers }));
  value(
    await training.handlers.savePlace({ course: courseId, lesson: second, block: 1, seconds: null, lessonDone: first }),
  );
  const { place } = await course();
  expect(place).toMatchObject({ lesson: second, block: 1, seconds: null, done: [first, second].sort(), openAnswers });
  expect(place.changedAt).toBe(now);
  const found = await row();
  const finals = document.tests.filter(({ kind }) => kind === 'final').length;
  expect(found?.percentDone).toBe(Math.floor(200 / (lessons.length + finals)));
  expect(found?.lastOpenedAt).toBe(now);
  // Saying the same again makes no op: a clip that stands still must not fill the log.
  const ops = (): number => Object.values(store.log.summary()).reduce((sum, seq) => sum + seq, 0);
  const before = ops();
  value(
    await training.handlers.savePlace({ course: courseId, lesson: second, block: 1, seconds: null, lessonDone: first }),
  );
  expect(ops()).toBe(before);
  value(
    await training.handlers.savePlace({
      course: courseId,
      lesson: null,
      block: null,
      seconds: null,
      openAnswers: null,
    }),
  );
  expect((await course()).place).toMatchObject({ lesson: null, openAnswers: null, done: [first, second].sort() });
});

test('nonsense places are refused and change nothing', async () => {
  await importCourse();
  const save = training.handlers.savePlace;
  const place = { course: courseId, lesson: null, block: null, seconds: null };
  expect(await save({ ...place, lesson: 'no-such-lesson' })).toEqual({
    ok: false,
    error: { code: 'training/unknown-lesson' },
  });
  expect(await save({ ...place, lessonDone: 'no-such-lesson' })).toEqual({
    ok: false,
    error: { code: 'training/unknown-lesson' },
  });
  expect(await save({ ...place, course: 'no-such-course' })).toEqual({
    ok: false,
    error: { code: 'training/no-course' },
  });
  expect(await save({ ...place, seconds: 1_000_000 })).toMatchObject({
    error: { code: 'records/invalid', fields: ['seconds'] },
  });
  expect(await save({ ...place, openAnswers: { q: 'x'.repeat(30_000) } })).toMatchObject({
    error: { code: 'records/invalid', fields: ['openAnswers'] },
  });
  expect(store.queries.count(Progress)).toBe(0);
});

test('a test handed in is graded here and kept for good', async () => {
  await importCourse();
  const { course: document } = await course();
  const final = document.tests.find(({ kind }) => kind === 'final');
  if (final === undefined) throw new Error('the sample course has a final test');
  const total = final.questions.length;
  value(
    await training.handlers.savePlace({
      course: courseId,
      lesson: final.id,
      block: 3,
      seconds: null,
      openAnswers: { a: 1 },
    }),
  );

  const failed = value(await handIn(final.id, total));
  expect(failed).toMatchObject({ test: final.id, correct: 0, total, percent: 0, passed: false });
  expect((await course()).place.openAnswers).toBeNull();
  expect((await row())?.passed).toBe(false);
  now += 1000;
  const passed = value(await handIn(final.id, 1));
  expect(passed).toMatchObject({
    correct: total - 1,
    percent: Math.floor(((total - 1) * 100) / total),
    passed: true,
    finishedAt: now,
  });
  const { attempts } = await course();
  expect(attempts).toEqual([passed, failed]);
  expect((await row())?.passed).toBe(true);
  expect(store.queries.get(Attempt, passed.id)?.values).toMatchObject({
    course: courseId,
    locale: 'ky',
    courseVersion: document.version,
  });
});

test('a test with open questions, of another course, or with answers of no kind is not taken', async () => {
  await importCourse();
  const { course: document } = await course();
  const [first] = document.tests;
  if (first === undefined) throw new Error('the sample course has a test');
  const base = { course: courseId, test: first.id, locale: 'ru' as const };
  const all = first.questions.map(({ id }) => id);
  expect(await training.handlers.handIn({ ...base, answers: {} })).toEqual({
    ok: false,
    error: { code: 'training/unanswered', questions: all },
  });
  const nonsense = Object.fromEntries(all.map((id) => [id, 'yes']));
  expect(await training.handlers.handIn({ ...base, answers: nonsense })).toMatchObject({
    error: { code: 'rpc/bad-input' },
  });
  expect(await training.handlers.handIn({ ...base, test: 'other', answers: nonsense })).toMatchObject({
    error: { code: 'training/no-course' },
  });
  expect(store.queries.count(Attempt)).toBe(0);
});

test('texts are read; pictures, other files and other names are not', async () => {
  await importCourse();
  const { course: document } = await course();
  const block = document.modules[0]?.lessons[0]?.blocks.find(({ kind }) => kind === 'text');
  if (block === undefined || block.kind !== 'text') throw new Error('the first lesson begins with a text');
  const path = block.path.replace('{locale}', 'tg');
  expect(value(await training.handlers.readText({ course: courseId, path })).text.length).toBeGreaterThan(100);
  for (const other of ['course.json', 'clips/one-day.webm', '../store.db', 'text/none.md', path.toUpperCase()]) {
    expect(await training.handlers.readText({ course: courseId, path: other })).toEqual({
      ok: false,
      error: { code: 'training/no-file' },
    });
  }
});

test('two persons on one laptop have places of their own; one person on two laptops has one', async () => {
  await importCourse();
  const { course: document } = await course();
  const lesson = document.modules[0]?.lessons[0]?.id ?? '';
  const first = person;
  value(await training.handlers.savePlace({ course: courseId, lesson, block: 1, seconds: null }));
  person = newId({ time: { now: () => now }, random: { bytes: (length) => new Uint8Array(length).fill(9) } });
  expect((await course()).place.lesson).toBeNull();
  person = null;
  expect(await training.handlers.courses({})).toEqual({ ok: false, error: { code: 'rpc/locked' } });
  if (first === null) throw new Error('somebody was signed in');
  const id = progressId(first, courseId);
  expect(Id.safeParse(id).success).toBe(true);
  expect(id).toMatch(/^.{14}8.{4}[89ab]/);
  expect(progressId(first, courseId)).toBe(id);
  expect(progressId(first, 'another')).not.toBe(id);
  expect(store.queries.get(Progress, id)?.values.lesson).toBe(lesson);
});
