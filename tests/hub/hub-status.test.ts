/** The operator's page in a real browser engine: Electron's own Chromium, without the app. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { heldStart, screenshot, windowSize } from '#tests/lib/electron-app.ts';
import { startHub, type TestHub } from '#tests/lib/hub.ts';
import { enrol, newLaptop, sampleOps, seal, turn } from '#tests/lib/hub-laptop.ts';
import { electronBinary, sandboxArgs, startDisplay } from '../../scripts/runtimes.mjs';

let hub: TestHub;
let browser: ElectronApplication;
let page: Page;
let display: { env: Record<string, string>; close: () => void };
const folder = mkdtempSync(join(tmpdir(), 'komissiya-status-'));
const complaints: string[] = [];

beforeAll(async () => {
  hub = await startHub();
  display = await startDisplay();
  // A browser and nothing else: one window that shows what the test asks for.
  writeFileSync(
    join(folder, 'main.js'),
    `const { app, BrowserWindow } = require('electron');
app.whenReady().then(() => new BrowserWindow({ width: ${windowSize.width}, height: ${windowSize.height}, useContentSize: true }).loadURL('about:blank'));`,
  );
  writeFileSync(join(folder, 'package.json'), '{"main":"main.js"}');
  browser = await _electron.launch({
    executablePath: await electronBinary(),
    args: [...heldStart, folder],
    chromiumSandbox: sandboxArgs.length === 0,
    env: { ...process.env, ...display.env } as Record<string, string>, // no variable is undefined once it is there
  });
  page = await browser.firstWindow();
  // Of its first, empty page the browser itself says that it is not a safe one.
  page.on('console', (message) => page.url() !== 'about:blank' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
});
afterAll(async () => {
  await browser.close();
  display.close();
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the page fits the window in both languages, empty and filled, and complains of nothing', async () => {
  for (const [language, title] of [
    ['en', 'The hub is working'],
    ['ru', 'Хаб работает'],
  ]) {
    await page.goto(`${hub.page}/?lang=${language}`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(title);
    expect(await overflow()).toBe(0);
  }
  await screenshot(page, 'hub-status-empty');

  for (const [laptop, commission] of [
    ['SAMPLE-09', 'District commission, sample 9'],
    ['NAMUNA-07', 'Constituency commission, sample 5'],
    ['LAPTOP-01', 'Oblast commission, sample 1, with a name as long as such names are in the law'],
  ]) {
    const voice = newLaptop();
    const code = await hub.invite({ laptop: String(laptop), commission: String(commission), roles: 'member' });
    const enrolled = await enrol(voice, hub.address, code);
    if (!enrolled.ok) throw new Error(enrolled.error.code);
    const at = { address: hub.address, hubKey: enrolled.value.hubKey };
    await turn(voice, at, [seal(voice, sampleOps(1, 3, 'x', { kind: 5 }))]);
  }
  await page.goto(`${hub.page}/?lang=ru`);
  await screenshot(page, 'hub-status-ru');
  expect(await overflow()).toBe(0);
  await page.getByRole('link', { name: 'English' }).click();
  expect(await page.getByRole('row').count()).toBe(4 + 2);
  expect(await page.getByRole('cell', { name: 'SAMPLE-09' }).isVisible()).toBe(true);
  expect(await page.getByText('Not allowed to its role').isVisible()).toBe(true);
  // The style sheet was taken: without it the figures would stand below each other.
  expect(await page.locator('.fig').evaluate((list) => getComputedStyle(list).display)).toBe('grid');
  expect(await overflow()).toBe(0);
  await screenshot(page, 'hub-status-en');
  expect(complaints).toEqual([]);
});

/** Pixels the page is wider than its window. */
function overflow(): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
