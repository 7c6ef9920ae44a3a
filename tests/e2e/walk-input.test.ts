/** Typing in a language the keyboard does not know, and days and numbers as people write them, in the real window. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localeFacts } from '#shared/i18n/locales.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { chooseLanguage, isOnToday } from '../lib/walk-access.ts';
import { newDecision, pickLanguage, bodyField } from '../lib/walk-decisions.ts';
import { type Desk, keepEvidence, pageErrors, sitDown, standUp } from '../lib/walk-desk.ts';

const folder = mkdtempSync(join(tmpdir(), 'komissiya-input-'));
let desk: Desk;
keepEvidence();
beforeAll(async () => {
  desk = await sitDown('ru', { profile: join(folder, 'Профиль 1') });
  await chooseLanguage(desk, 'ru');
  const opened = await desk.call('access.startSample', { locale: 'ru', country: 'kz' });
  if (!opened.ok) throw new Error(opened.error.code);
  await desk.page.evaluate(() => (window.location.hash = '#/today'));
  await isOnToday(desk);
});
afterAll(async () => {
  await standUp(desk);
  rmSync(folder, { recursive: true, force: true });
  expect(pageErrors()).toEqual([]);
});

const palette = (): Locator => desk.page.locator('[data-letters="palette"]');
const chip = (): Locator => desk.page.locator('[data-letters="chip"]');
const row = (near: Locator): Locator =>
  near
    .locator('xpath=ancestor::*[contains(@class, "form-field") or contains(@class, "decision-editor")][1]')
    .locator('[data-letters="row"]');

describe('letters that the keyboard lacks, in a Russian window in Kazakhstan', () => {
  test('below the field, by button; the browser can undo them', async () => {
    await desk.goToAddress('contacts/new');
    const name = desk.field(desk.say('contacts:field.name'));
    await expect
      .poll(() => row(name).locator('button').allTextContents())
      .toEqual([...localeFacts.kk.extraLetters, desk.say('app:letters.hide')]);
    await name.focus();
    await row(name).getByRole('button', { name: 'ә', exact: true }).click();
    await desk.page.keyboard.type('бдол ');
    await row(name).getByRole('button', { name: 'қ', exact: true }).click();
    expect(await name.inputValue()).toBe('Әбдол Қ');
    await desk.page.keyboard.press('Control+KeyZ');
    // The browser takes a blank typed just before along.
    expect((await name.inputValue()).trim()).toBe('Әбдол');
  });

  test('in any other field, by F2, digits, arrows and Enter, the focus staying in it', async () => {
    const address = desk.field(desk.say('contacts:field.address'));
    await address.focus();
    await chip().waitFor();
    await desk.page.keyboard.type('Т');
    await desk.page.keyboard.press('F2');
    await palette().waitFor();
    await desk.shot('input-letters');
    await desk.page.keyboard.press('Digit7');
    await palette().waitFor({ state: 'detached' });
    await desk.page.keyboard.press('F2');
    await desk.page.keyboard.press('ArrowRight');
    await desk.page.keyboard.press('ArrowRight');
    await desk.page.keyboard.press('Enter');
    await desk.page.keyboard.press('ArrowLeft');
    await desk.page.keyboard.press('Shift+Enter');
    await desk.page.keyboard.press('Escape');
    await palette().waitFor({ state: 'detached' });
    await desk.page.keyboard.type('5');
    // Escape closed the letters and nothing else: the form stands and has the focus.
    expect(await address.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await address.inputValue()).toBe('ТүқҒ5');
  });

  test('in the search of the whole window, which does not close for it', async () => {
    await desk.page.keyboard.press('Control+KeyK');
    const search = desk.page.getByRole('combobox', { name: desk.say('app:search.all') });
    await search.pressSequentially('К');
    await chip().click();
    await palette().getByRole('button', { name: 'ө', exact: true }).click();
    expect(await search.inputValue()).toBe('Кө');
    await desk.page.keyboard.press('F2');
    await palette().waitFor({ state: 'detached' });
  });

  test('those of the text’s own language, not of the window’s', async () => {
    await newDecision(desk, '7/1');
    await pickLanguage(desk, 'tg');
    const body = bodyField(desk);
    await expect
      .poll(() => row(body).locator('button').allTextContents())
      .toEqual([...localeFacts.tg.extraLetters, desk.say('app:letters.hide')]);
    await body.focus();
    await desk.page.keyboard.press('F2');
    await desk.page.keyboard.press('Digit6');
    expect(await body.inputValue()).toBe('ҷ');
    await pickLanguage(desk, 'ru');
    await bodyField(desk).focus();
    await desk.page.keyboard.press('F2');
    expect(await palette().count()).toBe(0);
  });

  test('not unasked any more once the keyboard has typed one of them', async () => {
    await desk.goToAddress('contacts/new');
    const name = desk.field(desk.say('contacts:field.name'));
    await row(name).waitFor();
    await name.focus();
    await desk.page.keyboard.insertText('ң');
    await row(name).waitFor({ state: 'detached' });
    expect(await chip().count()).toBe(0);
    await desk.page.keyboard.press('F2');
    await palette().waitFor();
    await desk.page.keyboard.press('Escape');
  });
});

describe('days and numbers', () => {
  const day = (): Locator => desk.field(desk.say('contacts:field.consentOn'));

  test.each([
    '31.12.2025',
    '31/12/2025',
    '31-12-2025',
    '31,12,2025',
    '31ю12ю2025',
    '31 12 2025',
    '31122025',
    '31/12/25',
    '311225',
    '2025-12-31',
  ])('a day typed as %s', async (typed) => {
    await day().fill('');
    await day().pressSequentially(typed);
    await day().press('Tab');
    await expect.poll(() => day().inputValue()).toBe('31.12.2025');
    expect(await day().getAttribute('aria-invalid')).toBeNull();
  });

  test.each([
    ['31.11.2025', 'app:date.daysInMonth', { count: 30 }],
    ['٣١.١٢.٢٠٢٦', 'app:date.wrong', {}],
    ['31.12', 'app:date.wrong', {}],
  ])('%s is refused in words', async (typed, key, values) => {
    await day().fill(typed);
    await day().blur();
    await desk.text(desk.say(key, values)).waitFor();
    expect(await day().getAttribute('aria-invalid')).toBe('true');
    // What was typed stays to be mended.
    expect(await day().inputValue()).toBe(typed);
  });

  test('a day picked in the calendar with keys only', async () => {
    await day().fill('31.12.2025');
    await day().press('Alt+ArrowDown');
    await desk.page.locator('.calendar').waitFor();
    await desk.page.keyboard.press('ArrowRight');
    await desk.page.locator('.calendar').getByText('Январь 2026').waitFor();
    await desk.page.keyboard.press('Enter');
    await expect.poll(() => day().inputValue()).toBe('01.01.2026');
  });

  test('whole numbers with a blank, not with letters, halves or foreign digits', async () => {
    await newDecision(desk, '7/2');
    const present = desk.field(desk.say('records:vote.present'));
    const wrong = desk.text(desk.say('app:number.wrong', { from: '0', to: '500' }));
    for (const typed of ['1,5', '1.5', '501', '-1', '١٢', 'пять']) {
      await present.fill(typed);
      await wrong.waitFor();
    }
    await present.fill(' 1 2 ');
    await wrong.waitFor({ state: 'detached' });
    await present.blur();
    await expect.poll(() => present.inputValue()).toBe('12');
  });
});

describe('what is typed when somebody removes its record meanwhile', () => {
  const removal = async (kind: 'contact' | 'decision', id: string): Promise<void> => {
    const removed = await desk.call('records.remove', { kind, id });
    if (!removed.ok) throw new Error(removed.error.code);
  };

  const drafts = async (number: string): Promise<readonly RecordView[]> => {
    const asked = { kind: 'decision', locale: 'ru', where: { number } };
    const found = await desk.call<{ rows: readonly RecordView[] }>('records.list', asked);
    return found.ok ? found.value.rows : [];
  };

  test('stays in the form of a contact, which says so, and is saved once it is back', async () => {
    const made = await desk.call<RecordView>('records.save', {
      kind: 'contact',
      values: { name: 'Удалённый, пример' },
    });
    if (!made.ok) throw new Error(made.error.code);
    await desk.goToAddress(`contacts/${made.value.id}/edit`);
    await desk.field(desk.say('contacts:field.note')).fill('Набрано до удаления');
    await removal('contact', made.value.id);
    await desk.text(desk.say('failures:records/removed.title')).waitFor();
    await desk.button(desk.say('contacts:form.save')).click();
    await desk.shot('input-removed-contact');
    await desk.button(desk.say('contacts:card.restore')).click();
    await desk.text(desk.say('failures:records/removed.title')).waitFor({ state: 'detached' });
    await desk.button(desk.say('contacts:form.save')).click();
    await desk.text('Набрано до удаления').first().waitFor();
    const kept = await desk.call<RecordView>('records.get', { kind: 'contact', id: made.value.id });
    expect(kept).toMatchObject({ value: { removed: false, values: { note: 'Набрано до удаления' } } });
  });

  test('stays in the form of a draft', async () => {
    await newDecision(desk, '77/4');
    await desk.text(desk.like('app:draft.saved')).waitFor();
    const [draft] = await drafts('77/4');
    if (draft === undefined) throw new Error('no draft');
    await removal('decision', draft.id);
    await desk.text(desk.say('records:record.isRemoved')).waitFor();
    await bodyField(desk).fill('Набрано после удаления');
    await desk.field(desk.say('records:field.number')).focus();
    await desk.text(`${desk.say('failures:records/removed.title')}.`).waitFor();
    await desk.shot('input-removed-draft');
    await desk.button(desk.say('records:form.restore')).click();
    await desk.text(desk.like('app:draft.saved')).waitFor();
    const [kept] = await drafts('77/4');
    expect(Object.values(kept?.values ?? {})).toContain('Набрано после удаления');
  });
});
