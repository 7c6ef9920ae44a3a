/**
 * What a language costs, in the real window. The switch: from the click on a language that nobody has used since the start, so that its
 * catalogue comes from the disk, until the whole page speaks it, drawn; and until its lists have also come anew from the core, in
 * the order of that language. The start: how long one catalogue takes from the disk into the program, beside the start of
 * the app; at a real start it is read while the core answers. And that no catalogue hangs on the file that opens the window.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Locale, localeFacts, locales } from '#shared/i18n/locales.ts';
import { type ElectronRun, startElectron } from './electron-run.ts';
import { type Figure, figure } from './figure.ts';
import { benchPin, copyFilledProfile } from './filled-profile.ts';
import { drawn, pinIsUsable } from './start.ts';
import { median } from './statistics.ts';

const contacts = 1000;
const starts = 5;
const imports = 9;
const promptMs = 150;
/** Long after anything that a switch sets going. */
const settleMs = 1200;

/** Figures: `language.switch-*` (ms, median of six languages), `language.catalogue` (ms beside the start), `language.eager` (how many). */
export async function benchLanguage(dist: string): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'komissiya-bench-'));
  const profile = join(folder, 'Профиль 1');
  await copyFilledProfile(contacts, locales, profile);
  const begun: number[] = [];
  const read: number[] = [];
  const figures: Figure[] = [];
  try {
    for (let turn = 0; turn < starts; turn += 1) {
      const run = await startElectron(folder, profile, dist);
      try {
        begun.push((await run.evaluate<number>(drawn(pinIsUsable))) - run.spawnedAt);
        for (const file of cataloguesIn(dist).slice(0, imports))
          read.push(await run.evaluate<number>(importAnew(file)));
      } finally {
        await run.close();
      }
    }
    for (const [page, row] of [
      ['today', '.today-columns .sheet'],
      ['contacts', 'tr[data-opens]'],
    ] as const) {
      const run = await startElectron(folder, profile, dist);
      try {
        await run.evaluate(drawn(pinIsUsable));
        await pause(700);
        await run.type(benchPin);
        await pause(150);
        await run.type('\r');
        await run.evaluate(drawn(`document.querySelector('.head .language') !== null`));
        await run.evaluate(
          `(location.hash = '#/${page}', ${drawn(`document.querySelectorAll(${JSON.stringify(row)}).length > 3`)})`,
        );
        await pause(1500);
        const first: Switch[] = [];
        const again: Switch[] = [];
        for (const locale of order) first.push(await switchTo(run, locale));
        for (const locale of order) again.push(await switchTo(run, locale));
        // The last of the first round is Russian, which the window had at the start.
        first.pop();
        const bench = 'language';
        const baseline = promptMs;
        figures.push(
          figure({
            bench,
            figure: `switch-${page}`,
            value: median(first.map(({ words }) => words)),
            baseline,
            target: 1,
          }),
          figure({
            bench,
            figure: `switch-${page}-slowest`,
            value: Math.max(...first.map(({ words }) => words)),
            baseline,
            target: null,
          }),
          figure({
            bench,
            figure: `switch-${page}-again`,
            value: median(again.map(({ words }) => words)),
            baseline,
            target: 1,
          }),
          figure({
            bench,
            figure: `switch-${page}-with-lists`,
            value: median(first.map(({ whole }) => whole)),
            baseline,
            target: null,
          }),
        );
      } finally {
        await run.close();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return [
    ...figures,
    figure({ bench: 'language', figure: 'catalogue', value: median(read), baseline: median(begun), target: 0.03 }),
    figure({ bench: 'language', figure: 'eager', value: eagerCatalogues(dist), baseline: 1, target: 0 }),
  ];
}

/** The catalogues' files of a build: one per language. */
function cataloguesIn(dist: string): string[] {
  const files = readdirSync(join(dist, 'renderer/assets'));
  const wanted = locales.map((locale) => `locale-${locale}.js`);
  const missing = wanted.filter((name) => !files.includes(name));
  if (missing.length > 0) throw new Error(`the build has no ${missing.join(', ')}`);
  return wanted;
}

/** In the page: ms to read and run a file that the page has perhaps already, as if it had not. */
function importAnew(file: string): string {
  return `(async () => {
    const address = new URL('assets/${file}#' + Math.random(), document.baseURI).href;
    const startedAt = performance.now();
    await import(address);
    return performance.now() - startedAt;
  })()`;
}

/** How many catalogues are read before the window is, because a file of its start imports them. */
function eagerCatalogues(dist: string): number {
  const renderer = join(dist, 'renderer');
  const page = readFileSync(join(renderer, 'index.html'), 'utf8');
  const open = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, file = '']) => file);
  const seen = new Set<string>();
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const source = readFileSync(join(renderer, file), 'utf8');
    for (const [, next = ''] of source.matchAll(/\b(?:import|from)\s*["']\.\/([^"']+\.js)["']/g))
      open.push(`assets/${next}`);
  }
  if (seen.size === 0) throw new Error('index.html names no script');
  return cataloguesIn(dist).filter((name) => seen.has(`assets/${name}`)).length;
}

const order: readonly Locale[] = ['kk', 'ky', 'uz', 'uz-Cyrl', 'tg', 'en', 'ru'];

/** Milliseconds from the click to the page in the new language, and to the last change that follows. */
type Switch = { readonly words: number; readonly whole: number };

/** Picks a language in the header. */
async function switchTo(run: ElectronRun, locale: Locale): Promise<Switch> {
  const { ownName, htmlLang } = localeFacts[locale];
  const took = await run.evaluate<Switch>(`(async () => {
    const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    document.querySelector('.head .language').closest('button').click();
    await frames();
    const item = [...document.querySelectorAll('[role="menuitemradio"]')].find(({ textContent }) => textContent.includes(${JSON.stringify(ownName)}));
    let words = 0;
    let whole = 0;
    // React changes all words in one go: when the navigation has changed, everything has.
    const watch = (element, note) => {
      const watcher = new MutationObserver(() => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => note(performance.now());
        channel.port2.postMessage(null);
      }));
      watcher.observe(element, { subtree: true, childList: true, attributes: true, characterData: true });
      return watcher;
    };
    const watchers = [
      watch(document.querySelector('.frame > .nav'), (at) => { words ||= at; }),
      watch(document, (at) => { whole = at; }),
    ];
    const clickedAt = performance.now();
    item.click();
    await new Promise((done) => setTimeout(done, ${settleMs}));
    for (const watcher of watchers) watcher.disconnect();
    if (document.documentElement.lang !== ${JSON.stringify(htmlLang)}) throw new Error('the window speaks ' + document.documentElement.lang);
    return { words: words - clickedAt, whole: whole - clickedAt };
  })()`);
  if (took.words <= 0) throw new Error(`the page does not change on the way to ${locale}`);
  return took;
}
