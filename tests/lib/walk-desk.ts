/**
 * A desk: the running app with a person's hands and eyes. Everything is found as a person or a screen reader finds it, by role and
 * words, and nothing waits for time, only for what must come to be seen.
 */
import { rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterEach } from 'vitest';
import { localeFacts, type Locale } from '#shared/i18n/locales.ts';
import type { Result } from '#shared/kernel/result.ts';
import { root } from '../../scripts/runtimes.mjs';
import { type LaunchedApp, launchApp, type LaunchOptions, screenshot } from './electron-app.ts';
import { escapeRegExp, type Words, wordsOf } from './walk-words.ts';

/** What is not on screen by then does not come: a slow and busy machine with two such apps included. */
const patienceMs = 90_000;

export type Desk = {
  readonly launched: LaunchedApp;
  readonly page: Page;
  /** Of the window's language; `switchTo` changes them. */
  words: Words;
  readonly say: Words['say'];
  readonly like: Words['like'];
  readonly button: (name: string | RegExp, inside?: Locator) => Locator;
  readonly link: (name: string | RegExp, inside?: Locator) => Locator;
  readonly heading: (name: string | RegExp) => Locator;
  /** An input, select or text area by its label, with or without «(optional)». */
  readonly field: (label: string, inside?: Locator) => Locator;
  /** Picks a radio row or card by the beginning of its words. */
  readonly choose: (label: string, inside?: Locator) => Promise<void>;
  readonly text: (words: string | RegExp, inside?: Locator) => Locator;
  /** The page of a section of the navigation. */
  readonly goTo: (section: Section) => Promise<void>;
  /** Changes the language in the header. */
  readonly switchTo: (locale: Locale) => Promise<void>;
  readonly lock: () => Promise<void>;
  /** Calls the contract over the page's own bridge: for looking at what no screen shows. */
  readonly call: <T>(name: string, input?: unknown) => Promise<Result<T>>;
  /** Opens a page by its address and waits until it stands in place of the one before. */
  readonly goToAddress: (address: string) => Promise<void>;
  readonly shot: (name: string) => Promise<string>;
};

export type Section = 'today' | 'training' | 'contacts' | 'commission' | 'records' | 'sync' | 'settings' | 'help';

const open = new Set<Desk>();

/** Starts the app and sits down at it. `catalogues`: the folder its texts were built from, where it is not the project's. */
export async function sitDown(locale: Locale, options: LaunchOptions & { catalogues?: string }): Promise<Desk> {
  // A locale that every machine has: without one of UTF-8 Chromium waits seconds for its own files below a Cyrillic path.
  const launched = await launchApp({ locale: 'C', ...options });
  const { page } = launched;
  page.setDefaultTimeout(patienceMs);
  const whole = page.locator('body');
  const desk: Desk = {
    launched,
    page,
    words: wordsOf(locale, options.catalogues),
    say: (key, values) => desk.words.say(key, values),
    like: (key, values) => desk.words.like(key, values),
    button: (name, inside = whole) => inside.getByRole('button', { name, exact: true }),
    link: (name, inside = whole) => inside.getByRole('link', { name, exact: true }),
    heading: (name) => page.getByRole('heading', { name }),
    field: (label, inside = whole) =>
      inside
        .getByLabel(new RegExp(`^${escapeRegExp(label)}(\\s*\\(.*\\))?$`))
        .and(page.locator('input:not([type=radio], [type=checkbox]), select, textarea')),
    choose: async (label, inside = whole) => {
      const radios = inside.getByRole('radio', { name: new RegExp(`^${escapeRegExp(label)}`) });
      await radios.first().waitFor();
      // A name may begin another: «Rais», «Rais oʻrinbosari».
      const exact = inside.getByRole('radio', { name: label, exact: true });
      const radio = (await exact.count()) > 0 ? exact : radios;
      await radio.locator('xpath=ancestor::label').click();
    },
    text: (words, inside = whole) => inside.getByText(words, { exact: true }),
    goTo: async (section) => {
      const navigation = page.getByRole('navigation', { name: desk.say('app:nav.label'), exact: true });
      await navigation
        .getByRole('link', { name: new RegExp(`^${escapeRegExp(desk.say(`app:nav.${section}`))}`) })
        .click();
    },
    switchTo: async (wanted) => {
      const label = `${desk.say('app:language.label')}: ${localeFacts[desk.words.locale].ownName}`;
      await page.getByRole('button', { name: label, exact: true }).click();
      await page.getByRole('menuitemradio', { name: localeFacts[wanted].ownName, exact: true }).click();
      desk.words = desk.words.of(wanted);
      await page.locator(`html[lang="${localeFacts[wanted].htmlLang}"]`).waitFor({ state: 'attached' });
    },
    lock: async () => {
      await page.keyboard.press('Control+KeyL');
      await page.locator('[data-screen="sign-in"]').waitFor();
    },
    call: (name, input = {}) =>
      page.evaluate(
        // The preload put it there; the page's own types are not those of this file.
        ([name, input]) => (window as unknown as { komissiya: Bridge }).komissiya.call(name, input) as Promise<never>,
        [name, input] as const,
      ),
    goToAddress: async (address) => {
      await page.evaluate((address) => {
        document.querySelector('main h1')?.setAttribute('data-before', '');
        window.location.hash = `#/${address}`;
      }, address);
      await page.locator('main h1:not([data-before])').waitFor();
    },
    shot: (name) => screenshot(page, name),
  };
  open.add(desk);
  page.on(
    'console',
    (message) => message.type() === 'error' && errors.push(`${launched.page.url()}: ${message.text()}`),
  );
  page.on('pageerror', (error) => errors.push(`${error.message}\n${error.stack ?? ''}`));
  return desk;
}

type Bridge = { call(name: unknown, input: unknown): Promise<unknown> };

const errors: string[] = [];

/** What the pages of all desks have complained about so far: a walk ends with none. */
export function pageErrors(): readonly string[] {
  return errors;
}

/** Waits for something to be seen; throws, saying what, when it does not come. */
export async function isSeen(what: Locator): Promise<boolean> {
  await what.waitFor();
  return what.isVisible();
}

/** Ends the app as a person would. */
export async function standUp(desk: Desk | undefined): Promise<void> {
  if (desk === undefined || !open.delete(desk)) return;
  await desk.launched.close();
}

/** Ends the app as a power cut would. */
export async function cutPower(desk: Desk): Promise<void> {
  open.delete(desk);
  await desk.launched.kill();
}

/** After a failed test: a picture of every open window and the app's output in out/screens. Call it once in a test file. */
export function keepEvidence(): void {
  afterEach(async (context) => {
    if (context.task.result?.state !== 'fail') return;
    const folder = join(root, 'out/screens');
    mkdirSync(folder, { recursive: true });
    const name = context.task.name.replaceAll(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60);
    for (const [index, desk] of [...open].entries()) {
      const path = join(folder, `failed-${name}-${index + 1}`);
      rmSync(`${path}.png`, { force: true });
      await desk.page.screenshot({ path: `${path}.png`, timeout: 5000 }).catch(() => undefined);
      writeFileSync(`${path}.log`, `${desk.page.url()}\n${desk.launched.output()}\n${errors.join('\n')}`);
    }
  });
}
