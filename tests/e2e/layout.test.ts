/**
 * Every page of the sample data at 1366 × 768 in a language two fifths longer than Russian, with the tallest and widest letters:
 * nothing is cut, nothing lies on anything else. Which pages the sample data cannot fill is printed.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { locales } from '#shared/i18n/locales.ts';
import { buildWithCatalogues } from '../../scripts/build.ts';
import { readCatalogues } from '../../scripts/catalogue-files.ts';
import { pseudoCatalogue } from '../../scripts/pseudo-locale.ts';
import { root } from '../../scripts/runtimes.mjs';
import { layoutFaults } from '../lib/layout-faults.ts';
import { chooseLanguage, firstRun, isOnToday } from '../lib/walk-access.ts';
import { windowSize } from '../lib/electron-app.ts';
import { type Desk, keepEvidence, sitDown, standUp } from '../lib/walk-desk.ts';
import { buildCoursePack, course, finalTest, source, takeCourse } from '../lib/walk-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'komissiya-layout-'));
const build = join(root, 'out/pseudo');
const catalogues = join(folder, 'locales');
const drives = join(folder, 'drives');
let desk: Desk;

keepEvidence();
beforeAll(async () => {
  const real = readCatalogues(join(root, 'locales'));
  for (const locale of locales) {
    mkdirSync(join(catalogues, locale), { recursive: true });
    for (const [domain, strings] of Object.entries(real[locale] ?? {})) {
      const others = locales.map((other) => real[other]?.[domain] ?? {});
      const texts = locale === 'ru' ? pseudoCatalogue(strings, others) : strings;
      writeFileSync(join(catalogues, locale, `${domain}.json`), JSON.stringify(texts));
    }
  }
  await buildWithCatalogues(build, catalogues);
  mkdirSync(join(drives, 'ФЛЕШКА'), { recursive: true });
});
afterAll(async () => {
  await standUp(desk);
  rmSync(folder, { recursive: true, force: true });
});

/** Addresses of all pages but the printed ones, as routes.tsx has them; `$` stands for something of the sample data. */
const routes = [...readFileSync(join(root, 'src-renderer/app/routes.tsx'), 'utf8').matchAll(/path: '(\/[^']+)'/g)]
  .map(([, path = '']) => path)
  .filter((path) => !path.startsWith('/print/'));

async function firstOf(kind: string, where: object = {}): Promise<string | null> {
  const list = await desk.call<{ rows: { id: string }[] }>('records.list', { kind, where, locale: 'ru' });
  return list.ok ? (list.value.rows[0]?.id ?? null) : null;
}

/** The real address of a route; null where the sample data has nothing to fill it with. */
async function addressOf(route: string): Promise<string | null> {
  const filled = route
    .replace('$course', course.id)
    .replace('$lesson', course.modules[0]?.lessons[0]?.id ?? '')
    .replace('$test', finalTest.id);
  if (!filled.includes('$')) return filled;
  const kind = { contacts: 'contact', decisions: 'decision' }[/(\w+)\/\$/.exec(filled)?.[1] ?? ''];
  const id = kind === undefined ? null : await firstOf(kind);
  return id === null ? null : filled.replace(/\$\w+/, id);
}

/** Opens a page of the frame or beside it and waits until its data is drawn. */
async function open(address: string): Promise<void> {
  await desk.page.evaluate((to) => {
    document.querySelector('main')?.setAttribute('data-before', '');
    window.location.hash = `#${to}`;
  }, address);
  await desk.page.locator('main :is(h1, h2)').first().waitFor();
  await desk.page.waitForFunction(() => document.querySelector('.skeleton, [aria-busy="true"]') === null);
}

const faults: string[] = [];
async function look(name: string): Promise<void> {
  await desk.page.waitForTimeout(150);
  await desk.shot(`layout-${name}`);
  for (const fault of await layoutFaults(desk.page)) faults.push(`${name}: ${fault}`);
}

/** What was found since the last call. */
function found(): string[] {
  return faults.splice(0);
}

describe('in the pseudo-language', () => {
  test('first run and sign-in', async () => {
    desk = await sitDown('ru', {
      profile: join(folder, 'Профиль 1'),
      build,
      catalogues,
      env: { KOMISSIYA_DRIVE_ROOTS: drives },
    });
    await firstRun(
      desk,
      {
        locale: 'ru',
        country: 'kg',
        search: 'Ош',
        commission: 'Ошская территориальная избирательная комиссия',
        person: { name: 'Председатель, пример 1', role: 'chair', pin: '507284' },
      },
      look,
    );
    await look('empty-today');
    for (const route of ['/contacts', '/commission', '/records/decisions', '/training', '/sync']) {
      await open(route);
      await look(`empty${route.replaceAll('/', '-')}`);
    }
    await desk.lock();
    await look('sign-in');
    expect(found()).toEqual([]);
    await standUp(desk);
  });

  test('every page with sample data', async () => {
    desk = await sitDown('ru', {
      profile: join(folder, 'Профиль 2'),
      build,
      catalogues,
      env: { KOMISSIYA_DRIVE_ROOTS: drives },
    });
    await chooseLanguage(desk, 'ru');
    const opened = await desk.call('access.startSample', { locale: 'ru', country: 'kg' });
    if (!opened.ok) throw new Error(opened.error.code);
    await desk.page.evaluate(() => (window.location.hash = '#/today'));
    await isOnToday(desk);
    buildCoursePack(join(drives, 'ФЛЕШКА', 'kurs.kpack'));
    await desk.goTo('training');
    await source(desk, 'ФЛЕШКА').waitFor();
    await look('offers');
    await takeCourse(desk, 'ФЛЕШКА');
    for (const route of routes) {
      const address = await addressOf(route);
      if (address === null) {
        console.log(`layout: ${route} is not looked at: the sample data has nothing to show there`);
        continue;
      }
      await open(address);
      await look(route.slice(1).replaceAll(/[/$]+/g, '-'));
    }
    expect(found()).toEqual([]);
  });

  test('what opens over a page: menus, calendars, questions, the search', async () => {
    const { page, say } = desk;
    const over = page.locator('dialog[open], .pop, [role="menu"], [role="dialog"]').first();
    const isOver = async (name: string) => {
      await over.waitFor();
      await look(name);
      await page.keyboard.press('Escape');
      await over.waitFor({ state: 'hidden' });
    };
    const contact = await firstOf('contact');
    const draft = await firstOf('decision', { state: 'draft' });
    for (const address of ['/today', `/contacts/${contact}/edit`, `/records/decisions/${draft}`, '/settings']) {
      await open(address);
      const opening = page.locator('button[aria-haspopup="menu"]:enabled, .date-field button:enabled');
      const count = await opening.count();
      expect(count).toBeGreaterThan(1);
      // The header's menus are the same on every page.
      for (
        let index = address === '/today' ? 0 : await page.locator('header button[aria-haspopup="menu"]').count();
        index < count;
        index += 1
      ) {
        await opening.nth(index).click();
        await isOver(`menu${address.replace(/\/[\w-]{20,}/, '').replaceAll('/', '-')}-${index}`);
      }
    }
    for (const [address, button] of [
      [`/contacts/${contact}`, say('contacts:card.remove')],
      ['/settings', say('app:sample.end.confirm')],
    ] as const) {
      await open(address);
      await page.locator('main').getByRole('button', { name: button, exact: true }).first().click();
      await isOver(`question${address.replace(/\/[\w-]{20,}/, '').replaceAll('/', '-')}`);
    }
    await page.keyboard.press('Control+k');
    await page.keyboard.type('прим');
    await page.locator('[role="listbox"] [role="option"]').first().waitFor();
    await look('search');
    expect(found()).toEqual([]);
  });

  test('what was just done is told where it covers nothing, and in the language at hand', async () => {
    const { page, button, say } = desk;
    const lesson = (await addressOf('/training/course/$course/lesson/$lesson')) ?? '';
    const lessonHead = page.locator('.lesson-head');
    await open(lesson);
    const heightOf = async () => (await lessonHead.boundingBox())?.height;
    const before = await heightOf();
    const name = 'Абдурахманова-Константинопольская Александра Владиславовна (пример)';
    const saved = await desk.call<{ id: string }>('records.save', { kind: 'contact', values: { name } });
    if (!saved.ok) throw new Error(saved.error.code);
    await open(`/contacts/${saved.value.id}`);
    await button(say('contacts:card.remove'), page.locator('main')).click();
    await button(say('contacts:card.remove'), page.locator('dialog')).click();
    const told = page.getByText(say('contacts:card.removed', { name }), { exact: true });
    // Under the pointer it stays.
    await told.hover();
    await look('notice');
    await page.setViewportSize({ width: 1024, height: 700 });
    await told.hover();
    await look('notice-1024');
    expect(found()).toEqual([]);
    // Beside it the head of a lesson keeps its height: what is read below would jump.
    await page.setViewportSize(windowSize);
    await open(lesson);
    await told.hover();
    expect(await heightOf()).toBe(before);
    await look('notice-lesson');
    expect(found()).toEqual([]);
    await open('/contacts');
    await told.hover();
    await page.getByRole('button', { name: new RegExp(`^${say('app:language.label')}`) }).dispatchEvent('click');
    await page.getByRole('menuitemradio', { name: 'English', exact: true }).dispatchEvent('click');
    desk.words = desk.words.of('en');
    await desk.text(desk.say('contacts:card.removed', { name })).waitFor();
    await button(desk.say('contacts:card.restore')).waitFor();
  });
});
