/**
 * Pictures of the app for the README and for people to judge: sample data in all seven languages, into docs/screens. Only with
 * UPDATE_SCREENS=1, as they change with every change of a page. Everything in Russian; in the other languages the pages that a
 * language marks most: Today, contacts, a card, a decision's form with its calendar, its paper.
 */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localeFacts, locales, type Locale } from '#shared/i18n/locales.ts';
import { textIn } from '#shared/training/course.ts';
import { root } from '../../scripts/runtimes.mjs';
import { chooseLanguage, firstRun, isOnToday } from '../lib/walk-access.ts';
import { type Desk, keepEvidence, sitDown, standUp } from '../lib/walk-desk.ts';
import { paintPdf } from '../lib/walk-pdf.ts';
import {
  answer,
  buildCoursePack,
  course,
  courseRow,
  finalTest,
  lessonHeading,
  readLesson,
  source,
  takeCourse,
} from '../lib/walk-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'komissiya-screens-'));
const paper = join(folder, 'pdf');
const drives = join(folder, 'drives');
const countries = { ru: 'kg', kk: 'kz', ky: 'kg', uz: 'uz', 'uz-Cyrl': 'uz', tg: 'tj', en: 'kg' } as const;
/** A trainer of the sample data whose name and post are in the language. */
const people = {
  ru: 'Примерное лицо 22',
  kk: 'Үлгі адам 13',
  ky: 'Үлгү адам 2',
  uz: 'Namunaviy shaxs 31',
  'uz-Cyrl': 'Намунавий шахс 11',
  tg: 'Шахси намунавӣ 20',
  en: 'Үлгү адам 2',
} as const;
/** Whose data are copied. */
const copied = {
  ru: { country: 'kg', search: 'Ош', commission: 'Ошская территориальная избирательная комиссия' },
  tg: { country: 'tj', search: 'Суғд', commission: 'Комиссияи' },
} as const;
let desk: Desk;

keepEvidence();
beforeAll(() => {
  for (const path of [paper, drives, join(root, 'docs/screens')]) mkdirSync(path, { recursive: true });
});
afterAll(async () => {
  await standUp(desk);
  rmSync(folder, { recursive: true, force: true });
});

/** Paints the first page of the PDF that was made as docs/screens/<name>.png; answers that file's name. */
function paintPaper(name: string): string {
  const [file = ''] = readdirSync(paper);
  const out = join(root, 'docs/screens', name);
  paintPdf(join(paper, file), out);
  for (const page of readdirSync(join(root, 'docs/screens')).filter((found) => found.startsWith(`${name}-`))) {
    const path = join(root, 'docs/screens', page);
    if (/-0*1\.png$/.test(page)) renameSync(path, `${out}.png`);
    else rmSync(path);
  }
  rmSync(join(paper, file));
  return readdirSync(join(root, 'docs/screens')).find((found) => found === `${name}.png`) ?? 'none';
}

/** The first record of a kind for which the test holds. */
async function recordId(kind: string, where: object): Promise<string> {
  const list = await desk.call<{ rows: { id: string }[] }>('records.list', { kind, where, locale: desk.words.locale });
  const id = list.ok ? list.value.rows[0]?.id : undefined;
  if (id === undefined) throw new Error(`the sample data has no such ${kind}`);
  return id;
}

async function openSample(locale: Locale): Promise<void> {
  const opened = await desk.call('access.startSample', { locale, country: countries[locale] });
  if (!opened.ok) throw new Error(opened.error.code);
  await desk.page.evaluate(() => (window.location.hash = '#/today'));
  await isOnToday(desk);
}

async function showDecision(locale: Locale): Promise<string> {
  await desk.goToAddress(`records/decisions/${await recordId('decision', { state: 'draft' })}`);
  await desk.page.locator('.decision-editor').waitFor();
  await desk.shot(`${locale}-decision-form`);
  await desk.button(desk.say('app:date.openCalendar')).first().click();
  await desk.page.locator('.calendar').waitFor();
  await desk.shot(`${locale}-date-picker`);
  await desk.page.keyboard.press('Escape');
  const id = await recordId('decision', { state: 'signed' });
  const second = locale === 'ru' ? 'ky' : 'ru';
  const printed = await desk.call('shell.printToPdf', {
    route: `/print/decision/${id}?locales=${locale},${second}`,
    landscape: false,
    fileName: 'paper',
  });
  if (!printed.ok) throw new Error(printed.error.code);
  return paintPaper(`${locale}-decision-paper`);
}

describe('pictures of the app', () => {
  test('ru: first run and sign-in', async () => {
    const start = {
      profile: join(folder, 'first'),
      env: { KOMISSIYA_PDF_DIR: paper, KOMISSIYA_DRIVE_ROOTS: drives },
    };
    desk = await sitDown('ru', start);
    const person = { name: 'Председатель, пример 1', role: 'chair', pin: '507284' } as const;
    await firstRun(
      desk,
      {
        locale: 'ru',
        country: 'kg',
        search: 'Ош',
        commission: 'Ошская территориальная избирательная комиссия',
        person,
      },
      (step) => desk.shot(`ru-${step}`),
    );
    await desk.lock();
    expect(await desk.shot('ru-sign-in')).toContain('docs/screens');
    await desk.button(localeFacts['uz-Cyrl'].ownName).click();
    desk.words = desk.words.of('uz-Cyrl');
    await desk.heading(desk.say('access:signIn.title')).waitFor();
    await desk.shot('uz-Cyrl-sign-in');
    await standUp(desk);
    desk = await sitDown('ru', { ...start, profile: join(folder, 'sample') });
    await chooseLanguage(desk, 'ru');
  });

  test('ru: every page', async () => {
    await openSample('ru');
    await desk.shot('ru-today');
    for (const section of ['contacts', 'commission', 'records', 'sync', 'settings'] as const) {
      await desk.goTo(section);
      await desk.page.locator('main h1').waitFor();
      await desk.shot(`ru-${section}`);
    }
    await desk.goToAddress(`contacts/${await recordId('contact', { name: people.ru })}`);
    await desk.shot('ru-contact');
    expect(await showDecision('ru')).toBe('ru-decision-paper.png');
  });

  test('ru: a course from the stick to the certificate', async () => {
    mkdirSync(join(drives, 'ФЛЕШКА'));
    buildCoursePack(join(drives, 'ФЛЕШКА', 'kurs.kpack'));
    await desk.goTo('training');
    await source(desk, 'ФЛЕШКА').waitFor();
    await takeCourse(desk, 'ФЛЕШКА');
    await desk.shot('ru-training');
    const [first, next] = course.modules.flatMap(({ lessons }) => lessons);
    await desk.button(new RegExp(`^${desk.say('training:course.start')}`), courseRow(desk)).click();
    await readLesson(desk, first?.id ?? '', lessonHeading(desk, next?.id ?? ''));
    await desk.shot('ru-lesson');
    await desk.link(desk.say('training:lesson.leave')).click();
    await desk.link(textIn(finalTest.titles, 'ru')).click();
    for (const [index, question] of finalTest.questions.entries()) {
      await answer(desk, question);
      if (index === 0) await desk.shot('ru-test');
      if (index < finalTest.questions.length - 1) await desk.button(desk.say('training:test.next')).click();
    }
    await desk.button(desk.say('training:test.finish')).click();
    await desk.button(desk.say('training:certificate.save')).click();
    await desk.text(desk.like('training:certificate.saved')).waitFor();
    await desk.shot('ru-test-result');
    expect(paintPaper('ru-certificate')).toBe('ru-certificate.png');
  });

  test.each(locales.filter((locale) => locale !== 'ru'))('%s: what the language marks most', async (locale) => {
    const ended = await desk.call('access.endSample');
    if (!ended.ok) throw new Error(ended.error.code);
    await chooseLanguage(desk, locale);
    await openSample(locale);
    await desk.shot(`${locale}-today`);
    await desk.goTo('contacts');
    await desk.page.locator('main tbody tr').first().waitFor();
    await desk.shot(`${locale}-contacts`);
    await desk.goToAddress(`contacts/${await recordId('contact', { name: people[locale] })}`);
    await desk.shot(`${locale}-contact`);
    expect(await showDecision(locale)).toBe(`${locale}-decision-paper.png`);
  });

  test('ky: a lesson', async () => {
    await desk.call('access.endSample');
    await chooseLanguage(desk, 'ky');
    await openSample('ky');
    await takeCourse(desk, 'ФЛЕШКА');
    const [first, next] = course.modules.flatMap(({ lessons }) => lessons);
    await desk.button(new RegExp(`^${desk.say('training:course.start')}`), courseRow(desk)).click();
    await readLesson(desk, first?.id ?? '', lessonHeading(desk, next?.id ?? ''));
    expect(await desk.shot('ky-lesson')).toContain('docs/screens');
  });

  test.each(['ru', 'tg'] as const)('%s: a copy on a stick, and back on another laptop', async (locale) => {
    await standUp(desk);
    const sticks = join(folder, `sticks ${locale}`);
    mkdirSync(join(sticks, 'ФЛЕШКА'), { recursive: true });
    const start = (profile: string) => ({
      profile: join(folder, `${profile} ${locale}`),
      env: { KOMISSIYA_DRIVE_ROOTS: sticks },
    });
    const person = { name: 'Намуна 1', role: 'chair', pin: '507284' } as const;
    desk = await sitDown('ru', start('kept'));
    const code = await firstRun(desk, { locale, ...copied[locale], person });
    await desk.goTo('settings');
    await desk.button(desk.say('copies:write')).click();
    await desk.choose(desk.say('stick:place.stick', { name: 'ФЛЕШКА' }));
    await desk.field(desk.say('copies:dialog.laptop')).fill('№ 1');
    await desk.text(desk.like('copies:dialog.room')).waitFor();
    await desk.shot(`${locale}-copy-dialog`);
    await desk.button(desk.say('copies:dialog.start')).click();
    await desk.text(desk.say('copies:done')).waitFor();
    const here = desk.page.getByRole('region', { name: desk.say('copies:here.title') });
    await here.evaluate((list) => list.scrollIntoView({ block: 'center' }));
    await desk.shot(`${locale}-copy-here`);
    await standUp(desk);
    desk = await sitDown('ru', start('new'));
    await chooseLanguage(desk, locale);
    await desk.button(desk.say('copies:putBack.action')).click();
    const next = desk.button(desk.say('copies:next.code'));
    await expect.poll(() => next.isEnabled(), { timeout: 15_000 }).toBe(true);
    await desk.shot(`${locale}-put-back-1`);
    await next.click();
    await desk.field(desk.say('access:recover.code')).fill(code.join(''));
    await desk.shot(`${locale}-put-back-2`);
    await desk.button(desk.say('copies:next.person')).click();
    await desk.field(desk.say('access:pin.new')).waitFor();
    expect(await desk.shot(`${locale}-put-back-3`)).toContain('docs/screens');
  });
});
