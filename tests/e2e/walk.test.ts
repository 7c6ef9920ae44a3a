/**
 * The way through the whole house in real Electron, as a chair goes it: first run, contacts, commission, a decision on paper, a course
 * from a stick, locks and codes; and what goes wrong on the way. The hub has its own walk. The steps build on each other, in this order.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../scripts/runtimes.mjs';
import { writeBadPacks } from '../lib/bad-packs.ts';
import type { LaunchOptions } from '../lib/electron-app.ts';
import {
  addPerson,
  chooseCommission,
  chooseLanguage,
  fillPerson,
  isOnToday,
  proveCode,
  readCode,
  signIn,
  typeNewPin,
  typePin,
} from '../lib/walk-access.ts';
import {
  addContact,
  addMember,
  contactNames,
  contactRows,
  editContact,
  history,
  lookAtDay,
  memberRow,
  openContact,
  searchContacts,
} from '../lib/walk-contacts.ts';
import {
  bodyField,
  countVotes,
  decisionRow,
  newDecision,
  openDecision,
  pickLanguage,
  printDecision,
  savedNote,
  sign,
  writeText,
} from '../lib/walk-decisions.ts';
import { cutPower, type Desk, isSeen, keepEvidence, pageErrors, sitDown, standUp } from '../lib/walk-desk.ts';
import { paintPdf, readPdf } from '../lib/walk-pdf.ts';
import {
  answer,
  buildCoursePack,
  course,
  courseRow,
  finalTest,
  lessonHeading,
  openCourse,
  readLesson,
  refusedRow,
  source,
  takeCourse,
  takeOffer,
} from '../lib/walk-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'komissiya-walk-'));
const paper = join(folder, 'Документы на печать');
const drives = join(folder, 'drives');
const commission = {
  country: 'kz',
  search: 'Almaty',
  commission: 'Алматинская областная территориальная избирательная комиссия',
} as const;
const chair = { name: 'Алиева Мадина (образец)', role: 'chair', pin: '507284' } as const;
const karimov = { name: 'Қаримов Ойбек (образец)', phone: '+7 700 000-00-01', organisation: 'Образец, область' };

let desk: Desk;
let code: string[] = [];
/** The PIN in force: a forgotten one is replaced on the way. */
let { pin } = chair as { pin: string };

const launch = (profile: string): LaunchOptions => ({
  profile: join(folder, profile),
  env: { KOMISSIYA_PDF_DIR: paper, KOMISSIYA_DRIVE_ROOTS: drives },
});

keepEvidence();
beforeAll(async () => {
  for (const path of [paper, drives]) mkdirSync(path);
  desk = await sitDown('ru', launch('Профиль председателя № 1'));
});
afterAll(async () => {
  await standUp(desk);
  rmSync(folder, { recursive: true, force: true });
});

test('first run: language, commission by search, person, PIN, recovery code', async () => {
  await chooseLanguage(desk, 'ru');
  await desk.button(desk.say('access:next.commission')).click();
  const toPerson = desk.button(desk.say('access:next.person'));
  expect(await toPerson.isEnabled()).toBe(false);
  await chooseCommission(desk, commission);
  await toPerson.click();

  await fillPerson(desk, chair);
  const toCode = desk.button(desk.say('access:next.code'));
  for (const weak of ['111111', '123456', '121212']) {
    await typeNewPin(desk, weak);
    await desk.text(desk.say('access:pin.weak')).waitFor();
    expect(await toCode.isEnabled()).toBe(false);
  }
  await typeNewPin(desk, chair.pin, '507285');
  await desk.text(desk.say('access:pin.different')).waitFor();
  expect(await toCode.isEnabled()).toBe(false);
  await typeNewPin(desk, chair.pin);
  await toCode.click();

  code = await readCode(desk);
  await proveCode(desk, code);
  await desk.button(desk.say('access:code.open')).click();
  await isOnToday(desk);
  await desk.shot('walk-today');
});

test('contacts: three kept, one found in three spellings, each language in its own order', async () => {
  await addContact(desk, { name: 'Shodiyeva Lola (sample)' });
  await addContact(desk, { name: 'Zokirova Nigora (sample)' });
  await addContact(desk, karimov);
  await desk.goTo('contacts');
  await expect.poll(() => contactRows(desk).count()).toBe(3);
  for (const words of ['Қаримов', 'Karimov', 'каримов']) {
    await searchContacts(desk, words);
    await expect.poll(() => contactNames(desk)).toEqual([karimov.name]);
  }
  await desk.shot('walk-contacts-search');
  await searchContacts(desk, '');
  await expect.poll(() => contactRows(desk).count()).toBe(3);

  const latin = async () =>
    (await contactNames(desk)).filter((name) => /^[A-Z]/.test(name)).map((name) => name.slice(0, 2));
  await expect.poll(latin).toEqual(['Sh', 'Zo']);
  // Sh is a letter of its own in Uzbek, behind Z.
  await desk.switchTo('uz');
  await expect.poll(latin).toEqual(['Zo', 'Sh']);
  await desk.switchTo('ru');
  await expect.poll(latin).toEqual(['Sh', 'Zo']);
});

test('a contact: card, edit, and a history of old and new values', async () => {
  await openContact(desk, karimov.name);
  await desk.text(karimov.phone).waitFor();
  await editContact(desk, { phone: '+7 700 000-00-02' });
  const changes = history(desk);
  await desk.text('+7 700 000-00-02', changes).waitFor();
  const old = desk.text(karimov.phone, changes);
  await old.waitFor();
  expect(await old.getAttribute('class')).toContain('struck');
  await desk.text(desk.say('records:act.created'), changes).waitFor();
  await desk.text(chair.name, changes).first().waitFor();
  await desk.shot('walk-contact');
});

test('the language changes in place and keeps what is typed', async () => {
  await desk.goTo('contacts');
  await desk.link(desk.say('contacts:list.add')).first().click();
  await desk.field(desk.say('contacts:field.name')).fill('Недописанное имя');
  await desk.switchTo('tg');
  expect(await desk.field(desk.say('contacts:field.name')).inputValue()).toBe('Недописанное имя');
  await desk.switchTo('ru');
  expect(await desk.field(desk.say('contacts:field.name')).inputValue()).toBe('Недописанное имя');
  await desk.button(desk.say('contacts:form.discard')).click();
});

test('the commission: a member today, and who was there on a past day', async () => {
  await addMember(desk, { name: karimov.name, role: 'member', from: '01.03.2026', nominatedBy: 'Образец партии' });
  await desk.shot('walk-commission');
  await lookAtDay(desk, '15.03.2026');
  await memberRow(desk, karimov.name).waitFor();
  await lookAtDay(desk, '27.02.2026');
  expect(await memberRow(desk, karimov.name).count()).toBe(0);
  await desk.shot('walk-commission-past');
  await desk.button(desk.say('commissions:toToday')).click();
  await memberRow(desk, karimov.name).waitFor();
});

test('the core is killed while the window is open: the window stays, and so does what was kept', async () => {
  const main = desk.launched.app;
  if (main === null) throw new Error('this walk needs the unpackaged app');
  const corePid = () =>
    main.evaluate(({ app }) => app.getAppMetrics().find(({ name }) => name === 'Komissiya core')?.pid);
  await desk.goTo('contacts');
  const before = await corePid();
  if (before === undefined) throw new Error('no core is running');
  process.kill(before, 'SIGKILL');
  await expect.poll(corePid).not.toBe(before);
  await openContact(desk, karimov.name);
  await editContact(desk, { note: 'Записано после падения ядра' });
  await desk.text('Записано после падения ядра').first().waitFor();
});

const number = '24/1';
const russian = {
  locale: 'ru',
  title: 'Об утверждении плана обучения (образец)',
  body: 'Комиссия рассмотрела план обучения.\n\n1. Утвердить план.\n2. Опубликовать решение.',
} as const;
const kazakh = {
  locale: 'kk',
  title: 'Оқыту жоспарын бекіту туралы (үлгі)',
  body: 'Комиссия оқыту жоспарын қарады.\n\n1. Жоспар бекітілсін.\n2. Шешім жариялансын.',
} as const;

test('a decision: the power fails in the middle of typing, the draft is there', async () => {
  await newDecision(desk, number);
  await writeText(desk, kazakh);
  await pickLanguage(desk, 'ru');
  await desk.field(desk.say('records:field.title')).fill(russian.title);
  await bodyField(desk).pressSequentially('Комиссия рассмотрела план обучения.');
  await savedNote(desk).waitFor();
  await bodyField(desk).pressSequentially(' Это ещё не');
  await cutPower(desk);

  desk = await sitDown('ru', launch('Профиль председателя № 1'));
  await signIn(desk, pin);
  await openDecision(desk, number);
  await pickLanguage(desk, 'ru');
  expect(await bodyField(desk).inputValue()).toMatch(/^Комиссия рассмотрела план обучения\./);
  expect(await desk.field(desk.say('records:field.title')).inputValue()).toBe(russian.title);
  await pickLanguage(desk, 'kk');
  expect(await bodyField(desk).inputValue()).toBe(kazakh.body);
});

test('a decision: what is missing is said, signing freezes it', async () => {
  await desk.button(desk.say('records:sign.button')).click();
  await desk.text(desk.say('records:check.votesMissing')).waitFor();
  await writeText(desk, russian);
  await countVotes(desk, { present: 5, votesFor: 4, votesAgainst: 0, votesAbstained: 1 });
  await desk.shot('walk-decision-form');
  await sign(desk, number);
  expect(await desk.field(desk.say('records:field.number')).count()).toBe(0);
  expect(await desk.button(desk.say('records:sign.button')).count()).toBe(0);
  await desk.shot('walk-decision-signed');
  await desk.goTo('records');
  await desk.text(desk.say('records:state.signed'), decisionRow(desk, number)).waitFor();
  // What no screen offers is refused by the core, too.
  const list = await desk.call<{ rows: { id: string }[] }>('records.list', { kind: 'decision', locale: 'ru' });
  const id = list.ok ? list.value.rows[0]?.id : undefined;
  const refused = await desk.call('records.save', { kind: 'decision', id, values: { title_ru: 'Другое' } });
  expect(refused).toMatchObject({ ok: false, error: { code: 'records/frozen' } });
});

test('a decision on paper: a PDF in two languages, with its fonts in it', async () => {
  await openDecision(desk, number);
  await printDecision(desk, 'walk-decision-preview');
  const files = readdirSync(paper).filter((file) => file.endsWith('.pdf'));
  expect(files).toHaveLength(1);
  const pdf = join(paper, files[0] ?? '');
  const { pages, size, text, fonts } = readPdf(pdf);
  expect(pages).toBe(2);
  expect(size).toBe('595 x 842');
  for (const words of [number, russian.title, 'Утвердить план.', kazakh.title, 'Жоспар бекітілсін.'])
    expect(text).toContain(words);
  expect(fonts.length).toBeGreaterThan(0);
  expect(fonts.filter(({ name, embedded }) => !embedded || !/Noto/.test(name))).toEqual([]);
  paintPdf(pdf, join(root, 'out/screens/walk-decision-paper'));
  await desk.button(desk.say('records:preview.back')).click();
});

const stick = 'ФЛЕШКА 16';

test('bad packs are refused with their cause, and nothing comes of them', async () => {
  const bad = 'ФЛЕШКА чужая';
  const place = join(drives, bad);
  const good = join(folder, 'kurs.kpack');
  buildCoursePack(good);
  mkdirSync(place);
  const files = writeBadPacks(good, place);
  await desk.goTo('training');
  for (const failure of ['packs/cut-off', 'packs/unsigned', 'packs/unsafe-name']) {
    const row = refusedRow(desk, bad, files[failure] ?? '');
    expect(await isSeen(desk.text(new RegExp(desk.say(`failures:${failure}.title`)), row))).toBe(true);
  }
  await desk.shot('walk-bad-packs');
  // One wrong byte inside shows only when all of it is read.
  await takeOffer(desk, bad);
  await desk.text(desk.like('failures:packs/damaged.title')).waitFor();
  await desk.shot('walk-damaged-pack');
  rmSync(place, { recursive: true });
  await source(desk, bad).waitFor({ state: 'detached' });
  expect(await courseRow(desk).count()).toBe(0);
});

test('a course comes on a stick and is taken to the laptop', async () => {
  await desk.goTo('training');
  mkdirSync(join(drives, stick, 'komissiya'), { recursive: true });
  buildCoursePack(join(drives, stick, 'komissiya', 'kurs.kpack'));
  await source(desk, stick).waitFor();
  await desk.text(desk.say('training:offer.new'), source(desk, stick)).waitFor();
  await desk.shot('walk-stick');
  await takeCourse(desk, stick);
  expect(await isSeen(desk.heading(desk.say('training:import.title.done', { count: 1 })))).toBe(true);
  await desk.text(desk.say('training:offer.installed'), source(desk, stick)).waitFor();
  await desk.shot('walk-imported');
});

test('a lesson goes on where it was left, after a power cut too', async () => {
  const [first, next] = course.modules.flatMap(({ lessons }) => lessons);
  if (first === undefined || next === undefined) throw new Error('the sample course has two lessons');
  await desk.button(new RegExp(`^${desk.say('training:course.start')}`), courseRow(desk)).click();
  await readLesson(desk, first.id, lessonHeading(desk, next.id));
  await desk.shot('walk-lesson');
  // To the middle, and there until the place is kept.
  const pieces = () => desk.page.locator('[data-piece]');
  const middle = Math.floor((await pieces().count()) / 2);
  await pieces()
    .nth(middle)
    .evaluate((piece) => piece.scrollIntoView({ block: 'start' }));
  const kept = async () => {
    const found = await desk.call<{ place: { lesson: string | null; block: number | null } }>('training.course', {
      id: course.id,
    });
    return found.ok ? [found.value.place.lesson, found.value.place.block] : found.error;
  };
  await expect
    .poll(kept, { timeout: 10_000 })
    .toEqual([next.id, expect.toSatisfy((block: number) => Math.abs(block - middle) <= 1)]);
  await cutPower(desk);

  desk = await sitDown('ru', launch('Профиль председателя № 1'));
  await signIn(desk, pin);
  await desk.goTo('training');
  await desk.button(new RegExp(`^${desk.say('training:course.continue')}`), courseRow(desk)).click();
  await lessonHeading(desk, next.id).waitFor();
  await expect
    .poll(() =>
      pieces()
        .nth(middle)
        .evaluate((piece) => piece.getBoundingClientRect().top < window.innerHeight),
    )
    .toBe(true);
  expect(await desk.page.locator('.lesson-main').evaluate((main) => main.scrollTop)).toBeGreaterThan(0);
  await desk.link(desk.say('training:lesson.leave')).click();
});

test('the test tells what is right and why, and ends in a certificate on paper', async () => {
  await openCourse(desk);
  await desk.link(finalTest.titles.ru ?? '').click();
  for (const [index, question] of finalTest.questions.entries()) {
    await answer(desk, question, index !== 0);
    if (index === 0) {
      await desk.text(desk.say('training:test.mineWrong')).waitFor();
      await desk.text(desk.say('training:test.right')).waitFor();
      await desk.shot('walk-test');
    }
    if (index < finalTest.questions.length - 1) await desk.button(desk.say('training:test.next')).click();
  }
  await desk.button(desk.say('training:test.finish')).click();
  await desk.heading(desk.say('training:result.passed')).waitFor();
  await desk.text(new RegExp(desk.say('training:result.correct', { correct: 9, total: 10 }))).waitFor();
  await desk.shot('walk-result');
  const before = new Set(readdirSync(paper));
  await desk.button(desk.say('training:certificate.save')).click();
  await desk.text(desk.like('training:certificate.saved')).waitFor();
  const pdf = join(paper, readdirSync(paper).find((file) => !before.has(file)) ?? 'no certificate');
  const { pages, size, text, fonts } = readPdf(pdf);
  expect([pages, size]).toEqual([1, '842 x 595']);
  expect(text).toContain(chair.name);
  expect(text).toContain(course.titles.ru);
  expect(fonts.every(({ embedded }) => embedded)).toBe(true);
  paintPdf(pdf, join(root, 'out/screens/walk-certificate'));
  await desk.button(desk.say('training:result.toCourse')).click();
  await desk.link(desk.say('training:title')).first().click();
  await desk.text(desk.say('training:course.passed'), courseRow(desk)).waitFor();
});

test('locked: a wrong PIN is counted, a right one opens, a forgotten one is replaced by the code', async () => {
  await desk.lock();
  await desk.shot('walk-sign-in');
  await typePin(desk, '900900');
  expect(await isSeen(desk.text(desk.like('access:pin.wrong')))).toBe(true);
  await desk.text(/\d/, desk.page.locator('#pin-said')).waitFor();
  await signIn(desk, pin);
  await desk.lock();

  await desk.button(desk.say('access:pin.forgotten')).click();
  const field = desk.field(desk.say('access:recover.code'));
  await field.fill(code.toReversed().join(' '));
  await typeNewPin(desk, '739162');
  await desk.button(desk.say('access:recover.send')).click();
  await desk.page.getByRole('alert').waitFor();
  await field.fill(code.join(''));
  await desk.button(desk.say('access:recover.send')).click();
  await desk.page.getByRole('navigation', { name: desk.say('app:nav.label') }).waitFor();
  pin = '739162';
});

test('a second person signs in on the same laptop', async () => {
  await addPerson(desk, { name: 'Нурланова Айгуль (образец)', role: 'member', pin: '284617' });
  await desk.lock();
  expect(await desk.page.locator('.person-row').count()).toBe(2);
  // Shown by her role: nothing of her name stands before sign-in.
  expect(await desk.page.locator('body').textContent()).not.toContain('Нурланова');
  await desk.shot('walk-two-persons');
  await signIn(desk, '284617', desk.say('app:role.member'));
  await desk.button(`${desk.say('app:person.label')}: Нурланова Айгуль (образец)`).waitFor();
  await desk.lock();
  await signIn(desk, pin, desk.say('app:role.chair'));
});

test('text at 200 %: no page of the app scrolls sideways', async () => {
  await desk.call('shell.setScale', { factor: 2 });
  await expect.poll(() => desk.page.evaluate(() => window.innerWidth)).toBeLessThan(700);
  const wide: string[] = [];
  for (const address of [
    'training',
    `training/course/${course.id}`,
    'contacts',
    'contacts/new',
    'commission',
    'records/decisions',
    'records/decisions/new',
    'sync',
    'settings',
    'help',
  ]) {
    await desk.goToAddress(address);
    const over = await desk.page.evaluate(() =>
      [document.documentElement, document.querySelector('main')].map((part) =>
        part === null ? 0 : part.scrollWidth - part.clientWidth,
      ),
    );
    if (over.some((pixels) => pixels > 0)) wide.push(`${address}: ${over.join(', ')}`);
  }
  await desk.call('shell.setScale', { factor: 1 });
  await expect.poll(() => desk.page.evaluate(() => window.innerWidth)).toBeGreaterThan(1300);
  await desk.goTo('today');
  await isOnToday(desk);
  expect(wide).toEqual([]);
});

test('the pages complained of nothing', () => {
  expect(pageErrors()).toEqual([]);
  expect(statSync(join(folder, 'Профиль председателя № 1')).isDirectory()).toBe(true);
});
