/**
 * Starts Electron for measuring: one small main script watches the page, then opens either our app or a blank window. Both carry the
 * same instrument, which is nothing but a script in the page that notes when something can be seen, and a pipe for the answers.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { electronBinary, root, sandboxArgs } from '../runtimes.mjs';

/** What the main script tells: `page` once a page answers calls, then the answer to each `evaluate` and `type`. */
type Told = { readonly answer: number; readonly value: unknown; readonly error?: string };

export type ElectronRun = {
  /** When it was started, ms since 1970. */
  readonly spawnedAt: number;
  /** Evaluates an expression in the page as soon as there is one; a promise is waited for. */
  evaluate<T>(expression: string): Promise<T>;
  /** Presses keys in the window, one after the other, as a keyboard does. */
  type(text: string): Promise<void>;
  /** Milliseconds of one derivation of a key from a PIN, in this Electron: scrypt as the vault uses it. */
  deriveKey(): Promise<number>;
  /** Proportional set size of all its processes together, in bytes. */
  memory(): number;
  close(): Promise<void>;
};

/** Runs in Electron's main process. Kept in plain JavaScript, as it is written into a folder of its own. */
const mainScript = `
import { app, BrowserWindow } from 'electron';
import { createInterface } from 'node:readline';
import { scrypt } from 'node:crypto';
const tell = (message) => process.stdout.write('\\u0001' + JSON.stringify(message) + '\\n');
let pageReady;
const page = new Promise((done) => { pageReady = done; });
app.on('web-contents-created', (_event, contents) => contents.once('dom-ready', () => pageReady(contents)));
const does = {
  evaluate: async (contents, expression) => contents.executeJavaScript(expression),
  type: async (contents, text) => {
    for (const key of text) {
// A key of another alphabet has the code of the Latin key in its place; its text comes with the char event.
      const keyCode = key === '\\r' ? 'Return' : /^[\\w]$/.test(key) ? key : 'A';
      contents.sendInputEvent({ type: 'keyDown', keyCode });
      contents.sendInputEvent({ type: 'char', keyCode: key === '\\r' ? keyCode : key });
      contents.sendInputEvent({ type: 'keyUp', keyCode });
    }
  },
  derive: async () => {
    const startedAt = performance.now();
    await new Promise((done, fail) => scrypt('482913', Buffer.alloc(16, 7), 32, { N: 65536, r: 8, p: 1, maxmem: 134217728 }, (error) => (error ? fail(error) : done())));
    return performance.now() - startedAt;
  },
};
createInterface({ input: process.stdin }).on('line', async (line) => {
  const { ask, what, text } = JSON.parse(line);
  try {
    tell({ answer: ask, value: (await does[what](await page, text)) ?? null });
  } catch (error) {
    tell({ answer: ask, value: null, error: String(error) });
  }
});
if (process.env.KOMISSIYA_BENCH_APP) await import(process.env.KOMISSIYA_BENCH_APP);
else {
  app.setPath('userData', process.env.KOMISSIYA_PROFILE);
  app.whenReady().then(() => {
    const window = new BrowserWindow({ width: 1366, height: 768, show: false });
    window.once('ready-to-show', () => window.show());
    window.loadFile(process.env.KOMISSIYA_BENCH_PAGE);
  });
}
`;

const blankPage = '<!doctype html><meta charset="utf-8"><title>Blank</title><h1>Blank</h1>';

/** Starts the app of `dist` (a folder with shell.js), or a blank window when null, on a profile folder. */
export async function startElectron(folder: string, profile: string, dist: string | null): Promise<ElectronRun> {
  const place = join(folder, 'instrument');
  mkdirSync(place, { recursive: true });
  mkdirSync(profile, { recursive: true });
  writeFileSync(join(place, 'package.json'), '{"name":"komissiya-bench","type":"module","main":"main.js"}');
  writeFileSync(join(place, 'main.js'), mainScript);
  writeFileSync(join(place, 'blank.html'), blankPage);
  const app = dist === null ? {} : { KOMISSIYA_BENCH_APP: pathToFileURL(join(dist, 'shell.js')).href };
  const env = {
    ...process.env,
    ...app,
    KOMISSIYA_PROFILE: profile,
    KOMISSIYA_BENCH_PAGE: join(place, 'blank.html'),
    // Where the system's locale is not UTF-8, Chromium spends seconds on a profile path with Cyrillic letters.
    LC_ALL: 'C.UTF-8',
  };
  const binary = await electronBinary();
  const spawnedAt = Date.now();
  const child = spawn(binary, [...sandboxArgs, place], { cwd: root, env, stdio: ['pipe', 'pipe', 'ignore'] });
  const ask = questions(child);
  return {
    spawnedAt,
    evaluate: async (expression) => (await ask('evaluate', expression)) as never, // the caller names the expression's type
    type: async (text) => void (await ask('type', text)),
    deriveKey: async () => Number(await ask('derive', '')),
    memory: () => memoryOfTree(child.pid ?? 0),
    close: () => end(child),
  };
}

function questions(child: ChildProcess): (what: string, text: string) => Promise<unknown> {
  const waiting = new Map<number, (told: Told) => void>();
  let asked = 0;
  if (child.stdout === null) throw new Error('Electron was started without a pipe');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('\u0001')) return;
    const told = JSON.parse(line.slice(1)) as Told; // the main script above wrote it
    waiting.get(told.answer)?.(told);
    waiting.delete(told.answer);
  });
  child.once('exit', () => {
    for (const answer of waiting.values()) answer({ answer: 0, value: null, error: 'Electron ended' });
  });
  return (what, text) =>
    new Promise((resolve, reject) => {
      asked += 1;
      waiting.set(asked, ({ value, error }) => (error === undefined ? resolve(value) : reject(new Error(error))));
      child.stdin?.write(`${JSON.stringify({ ask: asked, what, text })}\n`);
    });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const tooLate = setTimeout(() => child.kill('SIGKILL'), 10_000);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(tooLate);
}

/** Linux only: shared pages are counted once over all processes that share them. */
function memoryOfTree(top: number): number {
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readOrNull(`/proc/${name}/stat`);
    // The second field is the program's name in brackets, which may hold spaces.
    const parent = stat === null ? Number.NaN : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (!Number.isNaN(parent)) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)]);
  }
  let bytes = 0;
  const open = [top];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    open.push(...(childrenOf.get(pid) ?? []));
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    bytes += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? Number.NaN) * 1024;
  }
  return bytes;
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // the process has ended meanwhile
  }
}
