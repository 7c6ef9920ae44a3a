/**
 * Start, unlock and memory of the real app beside a blank Electron window: same binary, same flags, same instrument, in turn.
 * A start is over when the first PIN cell has the focus and its frame is drawn; for the blank window, when its heading is drawn.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ElectronRun, startElectron } from './electron-run.ts';
import { type Figure, figure } from './figure.ts';
import { benchPin, copyFilledProfile } from './filled-profile.ts';
import { median } from './statistics.ts';

const runs = 7;
const contacts = 20_000;
/** What is measured as memory is what stays when the window has come to rest. */
const settleMs = 2500;

/** When the first picture of the page was drawn, ms since 1970. */
const firstPaint = `new Promise((done) => {
  const read = () => {
    const entry = performance.getEntriesByName('first-contentful-paint')[0];
    if (entry) done(performance.timeOrigin + entry.startTime);
    else setTimeout(read, 5);
  };
  read();
})`;

/** When `test` held for the first time and that was drawn, ms since 1970. */
export const drawn = (test: string): string => `new Promise((done, fail) => {
  const late = setTimeout(() => fail(new Error('not there in 30 s: ' + ${JSON.stringify(test)} + ' in ' + document.body.innerText.slice(0, 200))), 30000);
  const look = () => {
    if (!(${test})) return false;
    watcher.disconnect();
    clearTimeout(late);
    removeEventListener('focusin', look, true);
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done(performance.timeOrigin + performance.now());
      channel.port2.postMessage(null);
    });
    return true;
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  addEventListener('focusin', look, true);
  look();
})`;

export const pinIsUsable = `(() => {
  const input = document.querySelector('[data-screen="sign-in"] .pin-input input');
  return input !== null && document.activeElement === input && !input.disabled && input.getClientRects().length > 0;
})()`;
/** Two of Today's four sheets are drawn only when the core has answered. */
const todayIsUsable = `document.querySelectorAll('.today-columns .sheet').length >= 4 && document.querySelector('.today-columns .skeleton') === null`;

/** Figures: `start.sign-in` (ms), `start.unlock` (ms without key derivation), `start.key-derivation` (ms, no target), `start.memory` (bytes). */
export async function benchStart(dist: string): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'komissiya-bench-'));
  const profile = join(folder, 'Профиль 1');
  try {
    await copyFilledProfile(contacts, ['ru'], profile);
    const blank: { start: number; memory: number }[] = [];
    const ours: Awaited<ReturnType<typeof measureApp>>[] = [];
    for (let run = 0; run <= runs; run += 1) {
      const blankRun = await measureBlank(folder);
      const ourRun = await measureApp(folder, profile, dist);
      // The first of each fills the caches of disk and compiled code, as on any laptop that has been used once.
      if (run === 0) continue;
      blank.push(blankRun);
      ours.push(ourRun);
    }
    const baseline = median(blank.map(({ start }) => start));
    const keyDerivation = median(ours.map(({ derived }) => derived));
    const bench = 'start';
    return [
      figure({ bench, figure: 'sign-in', value: median(ours.map(({ start }) => start)), baseline, target: 1.5 }),
      figure({
        bench,
        figure: 'unlock',
        value: median(ours.map(({ unlock, derived }) => unlock - derived)),
        baseline,
        target: 0.4,
      }),
      figure({ bench, figure: 'key-derivation', value: keyDerivation, baseline, target: null }),
      figure({
        bench,
        figure: 'memory',
        value: median(ours.map(({ memory }) => memory)),
        baseline: median(blank.map(({ memory }) => memory)),
        target: 1.6,
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureBlank(folder: string): Promise<{ start: number; memory: number }> {
  const run = await startElectron(folder, join(folder, 'blank'), null);
  try {
    const start = (await run.evaluate<number>(firstPaint)) - run.spawnedAt;
    await pause(settleMs);
    return { start, memory: run.memory() };
  } finally {
    await run.close();
  }
}

async function measureApp(
  folder: string,
  profile: string,
  dist: string,
): Promise<{ start: number; unlock: number; derived: number; memory: number }> {
  const run = await startElectron(folder, profile, dist);
  try {
    const start = (await run.evaluate<number>(drawn(pinIsUsable))) - run.spawnedAt;
    // A person needs longer than this to put the fingers on the keys.
    await pause(700);
    const unlock = await signIn(run);
    await pause(settleMs);
    const memory = run.memory();
    const derived = await run.deriveKey();
    return { start, unlock, derived, memory };
  } finally {
    await run.close();
  }
}

/** Types the PIN; answers the ms from its Enter to Today drawn with its data. */
export async function signIn(run: ElectronRun): Promise<number> {
  const whole = run.evaluate<number>(
    `(() => {
      let pressed = 0;
      addEventListener('keydown', (event) => { if (event.key === 'Enter') pressed = performance.timeOrigin + performance.now(); }, true);
      return ${drawn(todayIsUsable)}.then((at) => {
        if (pressed === 0) throw new Error('Today came before the key was seen');
        return at - pressed;
      });
    })()`,
  );
  await run.type(benchPin);
  await pause(150);
  await run.type('\r');
  return whole;
}
