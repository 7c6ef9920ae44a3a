/**
 * Search as a person sees it: from the key press to the painted list, in the real window over 100,000 contacts. A target of time, not of a
 * ratio: the baseline is the 50 ms within which an answer feels immediate.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { locales } from '#shared/i18n/locales.ts';
import { startElectron } from './electron-run.ts';
import { type Figure, figure } from './figure.ts';
import { copyFilledProfile } from './filled-profile.ts';
import { typedSearches } from './names.ts';
import { pinIsUsable, signIn, drawn } from './start.ts';
import { median, percentile } from './statistics.ts';

const contacts = 100_000;
const presses = 120;
const immediateMs = 50;
/** Long after any answer to a key. */
const settleMs = 250;

/** Figures: `search.window-p95` and `search.window-median` (ms). */
export async function benchSearchWindow(dist: string): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'komissiya-bench-'));
  const profile = join(folder, 'Профиль 1');
  await copyFilledProfile(contacts, locales, profile);
  const run = await startElectron(folder, profile, dist);
  try {
    await run.evaluate(drawn(pinIsUsable));
    await signIn(run);
    await run.evaluate(
      `(location.hash = '#/contacts', ${drawn(`document.querySelectorAll('tr[data-opens]').length > 5`)})`,
    );
    await pause(1500);
    await run.evaluate(recorder);
    const times: number[] = [];
    for (const search of typedSearches(presses)) {
      // Each name is typed letter by letter into an empty field.
      if (search.length === 1) {
        await run.evaluate('bench.clear()');
        await pause(settleMs);
      }
      await run.evaluate('bench.arm()');
      await run.type(search.slice(-1));
      await pause(settleMs);
      const took = await run.evaluate<number | null>('bench.read()');
      if (took !== null) times.push(took);
    }
    if (times.length < presses / 2) throw new Error(`only ${times.length} of ${presses} keys were answered`);
    const bench = 'search';
    const baseline = immediateMs;
    return [
      figure({ bench, figure: 'window-median', value: median(times), baseline, target: 1 }),
      figure({ bench, figure: 'window-p95', value: percentile(times, 0.95), baseline, target: 1 }),
    ];
  } finally {
    await run.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * In the page: notes the key press and, each time a change of the list has been painted, how long ago that was. The last change before
 * the list comes to rest is the answer to the key. A message posted as a frame begins is heard once the frame's layout and paint are
 * done: https://html.spec.whatwg.org/multipage/webappapis.html#update-the-rendering. (A second frame would add a whole beat of the
 * screen in which the list already stands there.)
 */
const recorder = `(() => {
  const input = document.querySelector('.contacts-filters input');
  const state = { pressedAt: 0, drawnAt: 0 };
  addEventListener('keydown', () => { if (state.pressedAt === 0) state.pressedAt = performance.now(); }, true);
  const painted = new MessageChannel();
  painted.port1.onmessage = () => { state.drawnAt = performance.now(); };
  new MutationObserver(() => {
    requestAnimationFrame(() => painted.port2.postMessage(null));
  }).observe(document.querySelector('.contacts-list'), { subtree: true, childList: true, characterData: true });
  globalThis.bench = {
    clear() {
      input.focus();
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, '');
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    },
    arm() { state.pressedAt = 0; state.drawnAt = 0; },
    read() {
      // A key that changes nothing in the list has nothing to draw.
      return state.pressedAt === 0 || state.drawnAt === 0 ? null : state.drawnAt - state.pressedAt;
    },
  };
})()`;
