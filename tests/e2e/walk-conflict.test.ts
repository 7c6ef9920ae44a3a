/**
 * Two laptops in real Electron change the same decision while the hub is away, sign a paper that the other edits, and enter one person
 * twice. When the hub is back both list the same on the conflict desk; what is decided on one is decided on both. Pictures of the desk
 * in three languages on the way. The steps build on each other, in this order.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHub, type TestHub } from '../lib/hub.ts';
import { firstRun } from '../lib/walk-access.ts';
import {
  goToConflictDesk,
  openConflictDesk,
  pickRow,
  saveChoice,
  takeVersion,
  versions,
  waitingRows,
} from '../lib/walk-conflict.ts';
import { addContact, contactRow } from '../lib/walk-contacts.ts';
import {
  bodyField,
  countVotes,
  decisionRow,
  newDecision,
  openDecision,
  savedNote,
  sign,
  writeText,
} from '../lib/walk-decisions.ts';
import { type Desk, isSeen, keepEvidence, pageErrors, sitDown, standUp } from '../lib/walk-desk.ts';
import { badge, enrol, roadMark } from '../lib/walk-sync.ts';

const folder = mkdtempSync(join(tmpdir(), 'komissiya-conflict-'));
const commission = {
  country: 'kz',
  search: 'Almaty',
  commission: 'Алматинская областная территориальная избирательная комиссия',
} as const;
const partition = 'kz/kz-19/kz-19-tec_oblast';
const chair = { name: 'Алиева Мадина (образец)', role: 'chair', pin: '507284' } as const;
const secretary = { name: 'Сериков Данияр (образец)', role: 'secretary', pin: '618395' } as const;
const backMs = 60_000;
/** Two decisions, a draft removed and changed, a person entered twice, and a list of twelve. */
const waiting = 16;
const disputed = '24/3';
const paragraph =
  'Обучить членов участковых избирательных комиссий порядку работы со списками избирателей и с документами участка (образец).';
const start = [
  '1. Утвердить план обучения на 2026 год.',
  `2. ${paragraph}`,
  '3. Контроль возложить на секретаря.',
].join('\n\n');

let desk: Desk;
let second: Desk;
let hub: TestHub;

keepEvidence();
beforeAll(async () => {
  hub = await startHub();
  desk = await sitDown('ru', { profile: join(folder, 'Профиль председателя № 1') });
});
afterAll(async () => {
  await standUp(second);
  await standUp(desk);
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A list of people that both type in: by the contract, as nothing new is to be seen in the forms. */
async function enterTwelve(at: Desk): Promise<void> {
  const items = Array.from({ length: 12 }, (_, index) => ({
    kind: 'contact',
    values: {
      name: `Наблюдатель, пример ${index + 1}`,
      phone: `+7 701 000 00 ${index + 10}`,
      position: at === desk ? 'Наблюдатель' : null,
    },
  }));
  const saved = await at.call('records.saveTogether', { items });
  if (!saved.ok) throw new Error(saved.error.code);
}

async function idOf(at: Desk, number: string): Promise<string> {
  const list = await at.call<{ rows: { id: string }[] }>('records.list', {
    kind: 'decision',
    where: { number },
    locale: 'ru',
  });
  const id = list.ok ? list.value.rows[0]?.id : undefined;
  if (id === undefined) throw new Error(`no decision № ${number}`);
  return id;
}

async function setPlace(at: Desk, number: string, place: string): Promise<void> {
  await openDecision(at, number);
  await at.field(at.say('records:field.place')).fill(place);
  await at.field(at.say('records:field.basis')).focus();
  await savedNote(at).waitFor();
}

test('two laptops of one commission, two drafts, and a desk with nothing on it', async () => {
  await firstRun(desk, { locale: 'ru', ...commission, person: chair });
  await enrol(desk, hub.address, await hub.invite({ partition, laptop: 'Председатель' }));
  for (const number of ['24/1', '24/2']) {
    await newDecision(desk, number);
    await writeText(desk, { locale: 'ru', title: 'Об обучении членов комиссий (образец)', body: start });
    await countVotes(desk, { present: 5, votesFor: 5, votesAgainst: 0, votesAbstained: 0 });
    await savedNote(desk).waitFor();
  }
  const draft = { state: 'draft', number: disputed, languages: ['ru'], title_ru: 'Об отмене обучения (образец)' };
  const saved = await desk.call('records.save', { kind: 'decision', values: draft });
  if (!saved.ok) throw new Error(saved.error.code);
  await desk.goTo('records');
  await roadMark(desk, decisionRow(desk, disputed), 'received').waitFor();
  await goToConflictDesk(desk);
  expect(await isSeen(desk.text(desk.say('desk:empty.title')))).toBe(true);
  await desk.shot('ru-conflict-empty');

  second = await sitDown('ru', { profile: join(folder, 'Профиль секретаря № 2') });
  await firstRun(second, { locale: 'ru', ...commission, person: secretary });
  await enrol(second, hub.address, await hub.invite({ partition, laptop: 'Секретарь' }));
  await second.goTo('records');
  await decisionRow(second, disputed).waitFor();
});

test('while the hub is away both write, and neither is stopped', async () => {
  await hub.kill();
  await badge(desk, desk.say('app:badge.offline')).waitFor({ timeout: backMs });
  await setPlace(desk, '24/1', 'г. Первый (образец)');
  await bodyField(desk).fill(
    start.replace('на 2026 год', 'на 2026 и 2027 годы').replace('на секретаря', 'на заместителя председателя'),
  );
  await desk.field(desk.say('records:field.basis')).focus();
  await savedNote(desk).waitFor();
  await setPlace(second, '24/1', 'г. Второй (образец)');
  await bodyField(second).fill(start.replace('списками избирателей', 'протоколами'));
  await second.field(second.say('records:field.basis')).focus();
  await savedNote(second).waitFor();

  await openDecision(second, '24/2');
  await bodyField(second).fill('1. Отложить обучение (образец).');
  await second.field(second.say('records:field.basis')).focus();
  await savedNote(second).waitFor();
  await openDecision(desk, '24/2');
  await sign(desk, '24/2');

  await setPlace(second, disputed, 'г. Второй (образец)');
  const removed = await desk.call('records.remove', { kind: 'decision', id: await idOf(desk, disputed) });
  expect(removed.ok).toBe(true);
  await enterTwelve(desk);
  await enterTwelve(second);
  await addContact(desk, { name: 'Қаримов Ойбек (образец)', phone: '+7 700 000-00-03' });
  await addContact(second, { name: 'Karimov Oybek (образец)', phone: '8 700 000 00 03' });
  await desk.goTo('contacts');
  expect(await contactRow(desk, 'Karimov').count()).toBe(0);
});

/** How much waits on a desk after an exchange now, not when the app tries again by itself. */
async function waitingAfterSync(at: Desk): Promise<number | string> {
  await at.call('sync.now');
  const count = await at.call<{ count: number }>('desk.count');
  return count.ok ? count.value.count : count.error.code;
}

test('when the hub is back, both are asked the same questions', async () => {
  hub = await startHub({ directory: hub.directory, port: Number(new URL(hub.address).port) });
  for (const at of [desk, second]) {
    await expect.poll(() => waitingAfterSync(at)).toBe(waiting);
  }
  await openConflictDesk(desk, waiting);
  expect(await waitingRows(desk).count()).toBe(waiting);
  await pickRow(desk, desk.say('records:form.title', { number: '24/1' }));
  expect(await versions(desk, desk.say('records:field.place')).count()).toBe(2);
  await desk.shot('ru-conflict');
  await desk.page.locator('.desk-foot').scrollIntoViewIfNeeded();
  await desk.shot('ru-conflict-foot');
  await pickRow(desk, desk.say('records:form.title', { number: '24/2' }));
  await desk.shot('ru-conflict-signed');
  await pickRow(desk, 'Қаримов');
  await desk.choose(desk.say('desk:clash.same'));
  await desk.shot('ru-conflict-clash');
  for (const locale of ['kk', 'uz'] as const) {
    await second.switchTo(locale);
    await goToConflictDesk(second);
    await pickRow(second, second.say('records:form.title', { number: '24/1' }));
    await second.shot(`${locale}-conflict`);
    await pickRow(second, second.say('records:form.title', { number: '24/2' }));
    await second.shot(`${locale}-conflict-signed`);
  }
  await second.switchTo('ru');
});

test('a conflict on a decision is decided field by field, and gone on both laptops', async () => {
  const name = desk.say('records:form.title', { number: '24/1' });
  await pickRow(desk, name);
  expect(await desk.button(desk.say('desk:save')).isDisabled()).toBe(true);
  await takeVersion(desk, desk.say('records:field.place'), 'г. Первый');
  await takeVersion(desk, desk.say('records:field.bodyIn', { language: 'русский' }), 'протоколами');
  await saveChoice(desk);
  await waitingRows(desk).filter({ hasText: name }).waitFor({ state: 'detached' });
  await goToConflictDesk(second);
  await waitingRows(second).filter({ hasText: name }).waitFor({ state: 'detached', timeout: backMs });
  await openDecision(second, '24/1');
  expect(await second.field(second.say('records:field.place')).inputValue()).toBe('г. Первый (образец)');
  expect(await bodyField(second).inputValue()).toContain('протоколами');
});

test('under a signature stands what was signed; the other text becomes a correction', async () => {
  const name = second.say('records:form.title', { number: '24/2' });
  await goToConflictDesk(second);
  await pickRow(second, name);
  await second.choose(second.say('desk:signed.correct'));
  await second.button(second.say('desk:save')).click();
  await second.heading(second.say('records:form.titleNoNumber')).waitFor();
  expect(await bodyField(second).inputValue()).toBe('1. Отложить обучение (образец).');
  await goToConflictDesk(desk);
  await waitingRows(desk).filter({ hasText: name }).waitFor({ state: 'detached', timeout: backMs });
  await openDecision(desk, '24/2');
  expect(await isSeen(desk.text(desk.say('records:record.frozen')))).toBe(true);
  expect(await desk.page.locator('.decision-record').textContent()).toContain('Утвердить план');
});

test('two who decide without knowing of each other are asked once more', async () => {
  await hub.kill();
  for (const [at, choice] of [
    [desk, 'desk:removal.keep'],
    [second, 'desk:removal.remove'],
  ] as const) {
    await goToConflictDesk(at);
    await pickRow(at, at.say('records:form.title', { number: disputed }));
    if (at === desk) await desk.shot('ru-conflict-removal');
    await at.choose(at.say(choice));
    await saveChoice(at);
  }
  hub = await startHub({ directory: hub.directory, port: Number(new URL(hub.address).port) });
  for (const at of [desk, second]) await expect.poll(() => waitingAfterSync(at)).toBe(14);
  await goToConflictDesk(desk);
  await pickRow(desk, desk.say('records:form.title', { number: disputed }));
  expect(await isSeen(desk.text(desk.say('desk:verdict.title')))).toBe(true);
  const verdicts = desk.page.locator('.desk-note li');
  for (const answer of ['desk:removal.keep', 'desk:removal.remove'] as const)
    expect(await verdicts.filter({ hasText: desk.say(answer) }).count()).toBe(1);
  await desk.shot('ru-conflict-differently');
  await desk.choose(desk.say('desk:removal.keep'));
  await saveChoice(desk);
  await expect.poll(() => waitingAfterSync(second)).toBe(13);
  await second.goTo('records');
  await decisionRow(second, disputed).waitFor({ timeout: backMs });
});

test('a whole list entered twice is declared different at once, and one choice is made again', async () => {
  await goToConflictDesk(desk);
  await desk.shot('ru-conflict-many');
  await desk.button(desk.say('desk:all.different')).click();
  await desk.button(desk.say('desk:all.confirm')).click();
  await desk.text(desk.say('desk:all.done', { number: 13 })).waitFor();
  await desk.text(desk.say('desk:list.noneWaiting')).waitFor();
  await desk.page.getByRole('tab', { name: desk.say('desk:list.decided') }).click();
  await pickRow(desk, 'Қаримов');
  await desk.shot('ru-conflict-decided');
  expect(await isSeen(desk.heading('Қаримов Ойбек (образец)'))).toBe(true);
});

test('one person entered twice is merged, and nothing waits any more', async () => {
  await desk.choose(desk.say('desk:clash.same'));
  await desk.button(desk.say('desk:takeAll')).first().click();
  await saveChoice(desk);
  await second.goTo('contacts');
  await expect.poll(() => contactRow(second, 'Ойбек').count()).toBe(1);
  await expect.poll(() => waitingAfterSync(second)).toBe(0);
});

test('a desk with more than a page is turned page by page', async () => {
  const twice = Array.from({ length: 2 * 101 }, (_, index) => ({
    kind: 'contact',
    values: { name: `Дважды, пример ${(index % 101) + 1}`, phone: `+7 702 000 0${100 + (index % 101)}` },
  }));
  const saved = await desk.call('records.saveTogether', { items: twice });
  if (!saved.ok) throw new Error(saved.error.code);
  await goToConflictDesk(desk);
  const firstPage = desk.text(desk.say('desk:list.range', { from: 1, to: 100, total: 101 }));
  const lastPage = desk.text(desk.say('desk:list.rangeOne', { at: 101, total: 101 }));
  await firstPage.waitFor();
  expect(await waitingRows(desk).first().textContent()).toContain('Дважды, пример 1');
  await desk.button(desk.say('desk:list.next')).click();
  await lastPage.waitFor();
  await expect.poll(() => waitingRows(desk).count()).toBe(1);
  expect(await waitingRows(desk).last().textContent()).toContain('Дважды, пример 101');
  await desk.shot('ru-conflict-pages');
  // From the last, put off, the way goes on to the first; from one alone all may be decided at once as well.
  await desk.button(desk.say('desk:later')).click();
  await firstPage.waitFor();
  await desk.button(desk.say('desk:list.next')).click();
  await lastPage.waitFor();
  // What was on the last page is decided: the one before it is shown.
  await desk.button(desk.say('desk:all.different')).click();
  await desk.button(desk.say('desk:all.confirm')).click();
  await desk.text(desk.say('desk:list.noneWaiting')).waitFor();
});

test('the pages complained of nothing', () => {
  expect(pageErrors()).toEqual([]);
});
