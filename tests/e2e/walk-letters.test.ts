/** Letters of old fonts mended in the real window, a passport's spelling offered, and names that break programs shown as they are. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loneSurrogates, naughtyTexts, veryLongName } from '#tests/lib/naughty-text.ts';
import { firstRun } from '../lib/walk-access.ts';
import { contactNames } from '../lib/walk-contacts.ts';
import { type Desk, keepEvidence, pageErrors, sitDown, standUp } from '../lib/walk-desk.ts';

const folder = mkdtempSync(join(tmpdir(), 'komissiya-walk-'));
let open: Desk | undefined;
keepEvidence();
afterAll(async () => {
  await standUp(open);
  rmSync(folder, { recursive: true, force: true });
});

function atDesk(): Desk {
  if (open === undefined) throw new Error('the app did not start');
  return open;
}

test('first run', async () => {
  open = await sitDown('tg', { profile: join(folder, 'Профил № 1') });
  const groups = await firstRun(open, {
    locale: 'tg',
    country: 'tj',
    search: 'Sughd',
    commission: 'Комиссияи интихоботии вилояти Суғд',
    person: { name: 'Ҷӯраева Зарина (намуна)', role: 'chair', pin: '507284' },
  });
  expect(groups).toHaveLength(8);
});

test('letters of an old font are offered, shown, mended, taken back', async () => {
  const desk = atDesk();
  await desk.goTo('contacts');
  await desk.link(desk.say('contacts:list.add')).first().click();
  await desk.heading(desk.say('contacts:form.newTitle')).waitFor();
  const name = desk.field(desk.say('contacts:field.name'));
  const seen = 'Рањмонов Ќодир (намуна)';
  const meant = 'Раҳмонов Қодир (намуна)';
  await name.fill(seen);
  // Offered and shown; nothing has changed.
  await desk.text(desk.say('letters:offer.old-font')).waitFor();
  await desk.text('Раҳмонов').waitFor();
  expect(await name.inputValue()).toBe(seen);
  await desk.shot('walk-letters-offer');
  await desk.button(desk.say('letters:fix')).click();
  expect(await name.inputValue()).toBe(meant);
  await desk.button(desk.say('letters:undo')).click();
  expect(await name.inputValue()).toBe(seen);
  // Put back, it is wanted so: not offered again until the text changes.
  await desk.text(desk.say('letters:offer.old-font')).waitFor({ state: 'detached' });
  await name.fill('');
  await name.fill(seen.toUpperCase());
  await desk.button(desk.say('letters:keep')).click();
  await desk.text(desk.say('letters:offer.old-font')).waitFor({ state: 'detached' });
  await name.fill('Рањмонов');
  await desk.button(desk.say('letters:fix')).click();
  // The browser's own undo takes it back too.
  await name.press('Control+KeyZ');
  expect(await name.inputValue()).toBe('Рањмонов');
  await name.fill(meant);
});

test('a passport’s spelling is offered beside an empty field, and copied by a click', async () => {
  const desk = atDesk();
  const latin = desk.field(desk.say('contacts:field.nameLatin'));
  expect(await latin.inputValue()).toBe('');
  await desk.text(desk.say('letters:passport')).waitFor();
  await desk.button('Rahmonov Qodir (namuna)').click();
  expect(await latin.inputValue()).toBe('Rahmonov Qodir (namuna)');
  await desk.text(desk.say('letters:passport')).waitFor({ state: 'detached' });
  await desk.shot('walk-letters-passport');
  await desk.button(desk.say('contacts:form.add')).click();
  await desk.heading('Раҳмонов Қодир (намуна)').waitFor();
});

test('names that break programs stand on the card and in the list as they are', async () => {
  const desk = atDesk();
  const texts = { ...naughtyTexts, ...loneSurrogates, 'ten thousand characters': veryLongName };
  const shown: Record<string, string> = {};
  for (const [what, text] of Object.entries(texts)) {
    const saved = await desk.call<{ id: string }>('records.save', { kind: 'contact', values: { name: text } });
    if (!saved.ok) throw new Error(`${what}: ${saved.error.code}`);
    await desk.goToAddress(`contacts/${saved.value.id}`);
    // Compared inside the page: not every driver carries a lone surrogate.
    shown[what] = await desk.page.evaluate((escaped) => {
      const wanted = String(JSON.parse(escaped)).normalize('NFC').trim();
      const heading = document.querySelector('main h1')?.textContent ?? '';
      return heading.includes(wanted) ? 'as it is' : JSON.stringify(heading.slice(0, 100));
    }, JSON.stringify(text));
  }
  expect(shown).toEqual(Object.fromEntries(Object.keys(texts).map((what) => [what, 'as it is'])));
  await desk.shot('walk-letters-long-name');
  await desk.goTo('contacts');
  await expect.poll(async () => (await contactNames(desk)).length).toBeGreaterThan(5);
  await desk.shot('walk-letters-list');
  // Only the rows in sight are drawn: read while scrolling from top to bottom.
  const { missing, tallest } = await desk.page.evaluate(
    async (escaped) => {
      const names = new Set<string | null>();
      let tallest = 0;
      const scroller = document.querySelector('.table-wrap');
      if (scroller === null) throw new Error('no table to scroll');
      for (let top = 0; top <= scroller.scrollHeight; top += 150) {
        scroller.scrollTop = top;
        for (let frame = 0; frame < 3; frame += 1) await new Promise((done) => requestAnimationFrame(done));
        for (const link of document.querySelectorAll('tbody td:first-child a')) {
          names.add(link.textContent);
          tallest = Math.max(tallest, link.closest('tr')?.getBoundingClientRect().height ?? 0);
        }
      }
      const wanted = (JSON.parse(escaped) as string[]).map((text) => text.normalize('NFC').trim());
      const missing = wanted.filter((text) => !names.has(text)).map((text) => JSON.stringify(text.slice(0, 60)));
      return { missing, tallest };
    },
    JSON.stringify(Object.values(texts)),
  );
  expect(missing).toEqual([]);
  expect(tallest).toBeLessThan(130);
  // Nothing sticks out of the window, and no markup was run.
  expect(await desk.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  await standUp(desk);
  open = undefined;
  expect(pageErrors()).toEqual([]);
});
