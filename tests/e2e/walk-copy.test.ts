/**
 * A laptop without a hub is kept on a stick and lost; another one takes its data over. In real Electron, on Cyrillic paths with blanks. The
 * steps build on each other, in this order.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LaunchOptions } from '../lib/electron-app.ts';
import { addPerson, chooseLanguage, firstRun, isOnToday, signIn, typeNewPin, typePin } from '../lib/walk-access.ts';
import { addContact, contactNames } from '../lib/walk-contacts.ts';
import { type Desk, isSeen, keepEvidence, pageErrors, sitDown, standUp } from '../lib/walk-desk.ts';

const folder = mkdtempSync(join(tmpdir(), 'komissiya-copy-'));
const drives = join(folder, 'Флешки района');
const stick = join(drives, 'КОПИИ 32 ГБ');
const pulled = join(folder, 'вынута');
const plan = {
  locale: 'ru',
  country: 'kg',
  search: 'Ош',
  commission: 'Ошская территориальная избирательная комиссия',
  person: { name: 'Асанова Гульнара (образец)', role: 'chair', pin: '507284' },
} as const;
const secretary = { name: 'Сериков Данияр (образец)', role: 'secretary', pin: '618395' } as const;
const newPin = '940617';

let old: Desk;
let heir: Desk;
let code: string[] = [];

const launch = (profile: string): LaunchOptions => ({
  profile: join(folder, profile),
  env: { KOMISSIYA_DRIVE_ROOTS: drives },
});

keepEvidence();
beforeAll(() => {
  mkdirSync(stick, { recursive: true });
});
afterAll(async () => {
  for (const desk of [old, heir]) await standUp(desk);
  rmSync(folder, { recursive: true, force: true });
});

test('a copy is made on a stick beside other work, and the settings and Today say when', async () => {
  old = await sitDown('ru', launch('Ноутбук председателя № 1'));
  code = await firstRun(old, plan);
  expect(await isSeen(old.link(old.say('copies:never')))).toBe(true);
  await addContact(old, { name: 'Қаримов Ойбек (образец)' });
  await addPerson(old, secretary);
  await old.shot('walk-copy-settings-none');
  await old.button(old.say('copies:write')).click();
  await old.choose(old.say('stick:place.stick', { name: 'КОПИИ 32 ГБ' }));
  await old.text(old.like('copies:dialog.room')).waitFor();
  await old.field(old.say('copies:dialog.laptop')).fill('Ноутбук в кабинете 12');
  await old.shot('walk-copy-dialog');
  await old.button(old.say('copies:dialog.start')).click();
  await old.text(old.say('copies:done')).waitFor();
  expect(await isSeen(old.text(old.like('copies:lastHere')))).toBe(true);
  await old.shot('walk-copy-settings');
  await old.goTo('today');
  expect(await isSeen(old.link(old.like('copies:last')))).toBe(true);
  // A finder of the stick reads nothing of it.
  const files = readdirSync(stick, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    const bytes = readFileSync(join(file.parentPath, file.name));
    for (const personal of ['Қаримов', 'Асанова', 'Сериков', code[0] ?? '-'])
      expect(bytes.includes(personal)).toBe(false);
  }
});

test('a copy is deleted from the stick after a question; the newest is named, and stays', async () => {
  await old.goTo('settings');
  await old.button(old.say('copies:write')).click();
  await old.choose(old.say('stick:place.stick', { name: 'КОПИИ 32 ГБ' }));
  await old.button(old.say('copies:dialog.start')).click();
  const rows = old.page.getByRole('region', { name: old.say('copies:here.title') }).getByRole('listitem');
  await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(2);
  expect(await isSeen(old.text(old.say('copies:copy.newest'), rows.first()))).toBe(true);
  await rows.first().scrollIntoViewIfNeeded();
  await old.shot('walk-copy-here');
  const remove = rows.last().getByRole('button', { name: new RegExp(`^${old.say('copies:remove.button')}`) });
  await expect.poll(() => remove.isEnabled(), { timeout: 20_000 }).toBe(true);
  await remove.click();
  await old.text(old.say('copies:remove.others', { name: 'Ноутбук в кабинете 12' })).waitFor();
  await old.shot('walk-copy-remove');
  await old.button(old.say('copies:remove.confirm')).click();
  await old.text(old.say('copies:remove.done')).waitFor();
  await expect.poll(() => rows.count()).toBe(1);
});

test('the laptop is lost; another one takes the copy over with the code on paper', async () => {
  await standUp(old);
  rmSync(join(folder, 'Ноутбук председателя № 1'), { recursive: true });
  renameSync(stick, pulled);
  heir = await sitDown('ru', launch('Новый ноутбук № 2'));
  await chooseLanguage(heir, 'ru');
  await heir.button(heir.say('copies:putBack.action')).click();
  await heir.text(heir.say('copies:find.none')).waitFor();
  await heir.shot('walk-copy-find-none');
  renameSync(pulled, stick);
  const next = heir.button(heir.say('copies:next.code'));
  await expect.poll(() => next.isEnabled()).toBe(true);
  expect(await isSeen(heir.text(/Ноутбук «Ноутбук в кабинете 12» · .*КОПИИ 32 ГБ/).first())).toBe(true);
  await heir.shot('walk-copy-find');
  await next.click();
  const digits = code.join('');
  const typo = `${(Number(digits[0]) + 1) % 10}${digits.slice(1)}`;
  const field = heir.field(heir.say('access:recover.code'));
  await field.fill(typo);
  await heir.button(heir.say('copies:next.person')).click();
  await heir.text(heir.say('failures:access/mistyped-code.title')).waitFor();
  await heir.shot('walk-copy-code');
  await field.fill(code.join(' '));
  await heir.button(heir.say('copies:next.person')).click();
  await heir.choose(heir.say('app:role.chair'));
  await typeNewPin(heir, newPin);
  await heir.shot('walk-copy-person');
  await heir.button(heir.say('copies:person.start')).click();
  await isOnToday(heir);
  await heir.goTo('contacts');
  await expect.poll(() => contactNames(heir)).toEqual(['Қаримов Ойбек (образец)']);
  await addContact(heir, { name: 'После возврата (образец)' });
});

test('the other person has no PIN there yet, and sets one with the code', async () => {
  await heir.lock();
  await heir.page.locator('.person-row', { hasText: heir.say('app:role.secretary') }).click();
  expect(await isSeen(heir.heading(heir.say('access:recover.titleNew')))).toBe(true);
  await heir.shot('walk-copy-no-pin');
  await heir.field(heir.say('access:recover.code')).fill(code.join(''));
  await typeNewPin(heir, secretary.pin);
  await heir.button(heir.say('access:recover.send')).click();
  await heir.page.getByRole('navigation', { name: heir.say('app:nav.label') }).waitFor();
  await heir.lock();
  await signIn(heir, newPin, heir.say('app:role.chair'));
});

test('a damaged store is put back from the stick with the PIN', async () => {
  await heir.goTo('settings');
  await heir.button(heir.say('copies:write')).click();
  await heir.choose(heir.say('stick:place.stick', { name: 'КОПИИ 32 ГБ' }));
  await heir.button(heir.say('copies:dialog.start')).click();
  await heir.text(heir.say('copies:done')).waitFor();
  await standUp(heir);
  const file = join(folder, 'Новый ноутбук № 2/komissiya.db');
  const bytes = readFileSync(file);
  bytes.fill(7, 0, 4096);
  writeFileSync(file, bytes);
  heir = await sitDown('ru', launch('Новый ноутбук № 2'));
  await heir.page.locator('.person-row', { hasText: heir.say('app:role.chair') }).click();
  await typePin(heir, newPin);
  await heir.heading(heir.say('copies:store.title')).waitFor();
  const restore = heir.button(
    heir.say('access:backup.restore'),
    heir.page.getByRole('region', { name: heir.say('copies:store.title') }),
  );
  await restore.first().waitFor();
  await heir.shot('walk-copy-damaged');
  await restore.first().click();
  await heir.button(heir.say('access:backup.confirm')).click();
  await isOnToday(heir);
  await heir.goTo('contacts');
  const both = ['Қаримов Ойбек (образец)', 'После возврата (образец)'].sort();
  await expect.poll(async () => (await contactNames(heir)).sort()).toEqual(both);
});

test('the pages complained of nothing', () => {
  expect(pageErrors()).toEqual([]);
});
