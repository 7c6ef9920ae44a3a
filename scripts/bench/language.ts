/**
 * What a language costs, in the real window. The switch: from the click on a language nobody has used since the start, so that its
 * catalogue comes from the disk, to the last thing that changes on the page, drawn. The start: how long one catalogue takes
 * from the disk into the program, beside the start of the app; at a real start it is read while the core answers.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
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
const settleMs = 700;

/** Figures: `language.switch-*` (ms, the slowest language on a page), `language.catalogue` (ms beside the start), `language.loaded` (how many). */
export async function benchLanguage(dist: string): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'komissiya-bench-'));
  const profile = join(folder, 'Профиль 1');
  await copyFilledProfile(contacts, locales, profile);
  const begun: number[] = [];
  const read: number[] = [];
  const loaded: number[] = [];
  const figures: Figure[] = [];
  try {
    for (let turn = 0; turn < starts; turn += 1) {
      const run = await startElectron(folder, profile, dist);
      try {
        begun.push((await run.evaluate<number>(drawn(pinIsUsable))) - run.spawnedAt);
        loaded.push(await run.evaluate<number>(loadedCatalogues));
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
        const first: number[] = [];
        const again: number[] = [];
        const order: Locale[] = ['kk', 'ky', 'uz', 'uz-Cyrl', 'tg', 'en', 'ru'];
        for (const locale of order) first.push(await switchTo(run, locale));
        for (const locale of order) again.push(await switchTo(run, locale));
        // The last of the first round is Russian, which the window had at the start.
        first.pop();
        const bench = 'language';
        const baseline = promptMs;
        figures.push(
          figure({ bench, figure: `switch-${page}`, value: median(first), baseline, target: 1 }),
          figure({ bench, figure: `switch-${page}-slowest`, value: Math.max(...first), baseline, target: null }),
          figure({ bench, figure: `switch-${page}-again`, value: median(again), baseline, target: 1 }),
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
    figure({ bench: 'language', figure: 'loaded', value: median(loaded), baseline: 1, target: 1 }),
  ];
}

/** The catalogues' files of a build: one per language. */
function cataloguesIn(dist: string): string[] {
  const files = readdirSync(join(dist, 'renderer/assets'));
  const found = files.filter((name) => locales.some((locale) => name.startsWith(`${locale}-`)) && name.endsWith('.js'));
  if (found.length < locales.length) throw new Error(`the build has ${found.length} catalogues`);
  return found;
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

const loadedCatalogues = `performance.getEntriesByType('resource').filter(({ name }) => /assets\\/(?:${locales.join('|')})-[^/]*\\.js/.test(name)).length`;

/** Picks a language in the header; answers the ms from the click to the last change, drawn. */
async function switchTo(run: ElectronRun, locale: Locale): Promise<number> {
  const { ownName, htmlLang } = localeFacts[locale];
  const took = await run.evaluate<number>(`(async () => {
    const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    document.querySelector('.head .language').closest('button').click();
    await frames();
    const item = [...document.querySelectorAll('[role="menuitemradio"]')].find(({ textContent }) => textContent.includes(${JSON.stringify(ownName)}));
    let last = 0;
    const watcher = new MutationObserver(() => requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { last = performance.now(); };
      channel.port2.postMessage(null);
    }));
    watcher.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    const clickedAt = performance.now();
    item.click();
    await new Promise((done) => setTimeout(done, ${settleMs}));
    watcher.disconnect();
    if (document.documentElement.lang !== ${JSON.stringify(htmlLang)}) throw new Error('the window speaks ' + document.documentElement.lang);
    return last - clickedAt;
  })()`);
  if (took <= 0) throw new Error(`nothing changed on the way to ${locale}`);
  return took;
}
