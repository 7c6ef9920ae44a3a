/**
 * The shortest way through the app as it is handed out: the packaged folder, or dist/. Sample data, every section, search, a course from a
 * stick, a decision on paper, lock. Only through the window, as the packaged app shows no other way in.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chooseLanguage, isOnToday } from '../lib/walk-access.ts';
import { card, contactRows } from '../lib/walk-contacts.ts';
import { type Desk, isSeen, keepEvidence, pageErrors, type Section, sitDown, standUp } from '../lib/walk-desk.ts';
import { printDecision } from '../lib/walk-decisions.ts';
import { readPdf } from '../lib/walk-pdf.ts';
import { buildCoursePack, course, lessonHeading, courseRow, source, takeCourse } from '../lib/walk-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'komissiya-smoke-'));
const paper = join(folder, 'Документы');
const drives = join(folder, 'drives');
let desk: Desk;

keepEvidence();
beforeAll(async () => {
  for (const path of [paper, drives]) mkdirSync(path);
  desk = await sitDown('ru', {
    profile: join(folder, 'Профиль образца № 1'),
    env: { KOMISSIYA_PDF_DIR: paper, KOMISSIYA_DRIVE_ROOTS: drives },
  });
});
afterAll(async () => {
  await standUp(desk);
  rmSync(folder, { recursive: true, force: true });
});

test('starts at the first run and opens sample data', async () => {
  await chooseLanguage(desk, 'ru');
  await desk.shot('smoke-first-run');
  await desk.button(desk.say('access:sample.try')).first().click();
  await isOnToday(desk);
  expect(await isSeen(desk.text(desk.say('app:sample.mark')))).toBe(true);
  await desk.shot('smoke-today');
});

test('opens every section', async () => {
  const sections: Section[] = ['training', 'contacts', 'commission', 'records', 'sync', 'settings', 'help', 'today'];
  for (const section of sections) {
    await desk.goTo(section);
    await desk.page.locator('main h1').waitFor();
    await expect.poll(() => desk.page.locator('main .skeleton').count()).toBe(0);
    expect(await desk.page.getByRole('alert').count()).toBe(0);
    await desk.shot(`smoke-${section}`);
  }
});

test('finds a contact from the header and opens it', async () => {
  await desk.goTo('contacts');
  const name = (await contactRows(desk).first().locator('td:first-child a').textContent()) ?? '';
  await desk.page.keyboard.press('Control+KeyK');
  await desk.page.keyboard.insertText(name.split(' ')[0] ?? name);
  await desk.page.getByRole('option').filter({ hasText: name }).first().click();
  expect(await isSeen(card(desk, name))).toBe(true);
  await desk.shot('smoke-contact');
});

test('takes a course from a stick and opens its first lesson', async () => {
  mkdirSync(join(drives, 'ФЛЕШКА'));
  buildCoursePack(join(drives, 'ФЛЕШКА', 'kurs.kpack'));
  await desk.goTo('training');
  await source(desk, 'ФЛЕШКА').waitFor();
  await takeCourse(desk, 'ФЛЕШКА');
  await desk.button(new RegExp(`^${desk.say('training:course.start')}`), courseRow(desk)).click();
  expect(await isSeen(lessonHeading(desk, course.modules[0]?.lessons[0]?.id ?? ''))).toBe(true);
  await desk.shot('smoke-lesson');
  await desk.link(desk.say('training:lesson.leave')).click();
});

test('puts a signed decision on paper', async () => {
  await desk.goTo('records');
  await desk.page
    .getByRole('row')
    .filter({ hasText: desk.say('records:state.signed') })
    .first()
    .getByRole('link')
    .first()
    .click();
  await printDecision(desk);
  const [file = ''] = readdirSync(paper);
  const { pages, text } = readPdf(join(paper, file));
  expect(pages).toBeGreaterThanOrEqual(2);
  expect(text.length).toBeGreaterThan(500);
  await desk.shot('smoke-decision');
});

test('locks, opens again, and erases the sample data', async () => {
  await desk.lock();
  await desk.shot('smoke-sign-in');
  await desk.button(desk.say('access:sample.open')).click();
  await desk.page.getByRole('navigation', { name: desk.say('app:nav.label') }).waitFor();
  await desk.goTo('settings');
  await desk.button(desk.say('app:sample.end.confirm')).click();
  await desk.button(desk.say('app:sample.end.confirm'), desk.page.getByRole('dialog')).click();
  await desk.page.locator('[data-screen="first-run-1"]').waitFor();
  expect(pageErrors()).toEqual([]);
});
