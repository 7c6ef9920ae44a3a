/** Courses: from the stick to the certificate, as pages to walk through. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { Course, type CourseTest, type Question, textIn } from '#shared/training/course.ts';
import { root } from '../../scripts/runtimes.mjs';
import type { Desk } from './walk-desk.ts';

export const courseFolder = join(root, 'assets/courses/receiving-complaints');
export const course: Course = Course.parse(JSON.parse(readFileSync(join(courseFolder, 'course.json'), 'utf8')));

/** Builds the sample course with the command line into a pack file. */
export function buildCoursePack(out: string): void {
  const cli = join(root, 'src-main/cli/komissiya-cli.ts');
  const answer = execFileSync(process.execPath, [cli, 'pack', 'build', courseFolder, '--out', out], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(JSON.parse(answer)).toMatchObject({ ok: true, value: { id: expect.any(String), file: out } });
}

function courseTitle(desk: Desk): string {
  return textIn(course.titles, desk.words.locale);
}

/** The sheet of a stick or folder on the page of courses. */
export function source(desk: Desk, name: string): Locator {
  return desk.page.getByRole('region', { name: desk.say('training:source.stick', { name }), exact: true });
}

/** The row of a file that was refused. */
export function refusedRow(desk: Desk, stick: string, file: string): Locator {
  return source(desk, stick).locator('tbody tr', { hasText: file });
}

/** Presses the one «take to the laptop» of a stick. */
export async function takeOffer(desk: Desk, stick: string): Promise<void> {
  await desk.button(new RegExp(`^${desk.say('training:offer.take')}`), source(desk, stick)).click();
}

/** Takes the course of a stick to the laptop and waits until it is in the list. */
export async function takeCourse(desk: Desk, stick: string): Promise<void> {
  await desk.goTo('training');
  await takeOffer(desk, stick);
  await courseRow(desk).waitFor();
  await desk.text(desk.say('training:import.safe.done')).first().waitFor();
}

export function courseRow(desk: Desk): Locator {
  return desk.page
    .getByRole('table', { name: desk.say('training:courses.title') })
    .locator('tbody tr', { hasText: courseTitle(desk) });
}

export async function openCourse(desk: Desk): Promise<void> {
  await desk.goTo('training');
  await desk.link(courseTitle(desk)).click();
  await desk.page.getByRole('heading', { level: 1, name: courseTitle(desk), exact: true }).waitFor();
}

export function lessonHeading(desk: Desk, lesson: string): Locator {
  const found = course.modules.flatMap((module) => module.lessons).find(({ id }) => id === lesson);
  return desk.page.getByRole('heading', {
    level: 1,
    name: textIn(found?.titles ?? {}, desk.words.locale),
    exact: true,
  });
}

/** Scrolls the lesson to its end and goes on. */
export async function readLesson(desk: Desk, lesson: string, next: Locator): Promise<void> {
  await lessonHeading(desk, lesson).waitFor();
  await desk.page.locator('.lesson-end').scrollIntoViewIfNeeded();
  await expect.poll(() => desk.page.getByText(desk.say('training:lesson.readToEnd'), { exact: true }).count()).toBe(0);
  await desk.page
    .getByRole('button', {
      name: new RegExp(`^(${desk.say('training:lesson.next')}|${desk.say('training:lesson.finish')})`),
    })
    .click();
  await next.waitFor();
}

/** The final test. */
export const finalTest: CourseTest = (() => {
  const test = course.tests.find(({ kind }) => kind === 'final');
  if (test === undefined) throw new Error('the sample course has no final test');
  return test;
})();

/** Answers one question, rightly or, where it is a single choice, wrongly, and checks it. */
export async function answer(desk: Desk, question: Question, isRight = true): Promise<void> {
  const locale = desk.words.locale;
  const prompt = desk.page.getByRole('heading', { level: 1, name: textIn(question.prompt, locale), exact: true });
  await prompt.waitFor();
  const optionText = (id: string): string => {
    const option = 'options' in question ? question.options.find((candidate) => candidate.id === id) : undefined;
    return textIn(option?.text ?? {}, locale);
  };
  const pick = (id: string): Promise<void> =>
    desk.page
      .locator('label.test-option', { hasText: optionText(id) })
      .first()
      .click();
  if (question.kind === 'single') {
    const wrong = question.options.find(({ id }) => id !== question.correct)?.id ?? '';
    await pick(isRight ? question.correct : wrong);
  } else if (question.kind === 'multiple') for (const id of question.correct) await pick(id);
  else if (question.kind === 'number')
    await desk.field(desk.say('training:test.number')).fill(String(question.correct.value));
  else {
    for (const [place, id] of question.correct.entries()) {
      const row = desk.page.locator(`[data-option="${id}"]`);
      const placeNow = async (): Promise<number> => Number(await row.locator('.test-place').textContent()) - 1;
      while ((await placeNow()) > place) {
        const before = await placeNow();
        await row.focus();
        await desk.page.keyboard.press('ArrowUp');
        await expect.poll(placeNow).toBe(before - 1);
      }
    }
  }
  await desk.button(desk.say('training:test.check')).click();
  await desk.text(desk.say(isRight ? 'training:test.isRight' : 'training:test.isWrong')).waitFor();
}
