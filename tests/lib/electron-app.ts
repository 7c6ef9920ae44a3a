/**
 * Starts the real app for a test and closes it again. From dist/ through playwright's Electron driver; or, where
 * KOMISSIYA_E2E_PACKAGED=1 (the `packaged` stage of `npm test`) or `packaged: true` says so, the packaged folder over its
 * debugging port, as its fuses refuse that driver. Needs a build, or a package, that is already there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { _electron, type Browser, chromium, type ElectronApplication, type Page } from 'playwright-core';
import { electronBinary, root, sandboxArgs, startDisplay } from '../../scripts/runtimes.mjs';

export type LaunchOptions = {
  /** Folder of the profile; made when absent. */
  profile: string;
  /** Language of the operating system, as in `ru_RU`; the machine's own when not given. */
  locale?: string;
  args?: string[];
  env?: Record<string, string>;
  packaged?: boolean;
  /** Folder of another build than the project's: with package.json and dist/. */
  build?: string;
};

export type LaunchedApp = {
  /** The driver's view of the main process; null for the packaged app, which allows none. */
  app: ElectronApplication | null;
  /** The first window. */
  page: Page;
  /** What the app has written to stdout and stderr so far. */
  output: () => string;
  /** Ends the app as a person would and waits until it is gone. */
  close: () => Promise<void>;
  /** Ends the app as a power cut would. */
  kill: () => Promise<void>;
};

/** The packaged app that `npm run package:linux` makes. */
export const packagedBinary = join(root, 'out/package/linux-unpacked/komissiya');

/** Size of the window's content, in CSS pixels: the smallest common office laptop. */
export const windowSize = { width: 1366, height: 768 };

const startTimeoutMs = 90_000;
/** An app is reached in a second or two, also on a slow machine in ten. */
const driverTimeoutMs = 30_000;
const driverTurns = 3;
const closeTimeoutMs = 60_000;

/** What Electron is told before the app's folder, so that the app waits for the driver. */
export const heldStart = ['-r', join(root, 'tests/lib/held-start.cjs')];

export async function launchApp(options: LaunchOptions): Promise<LaunchedApp> {
  mkdirSync(options.profile, { recursive: true });
  const display = await startDisplay();
  const env = { ...appEnvironment(options), ...display.env };
  const packaged = options.packaged ?? process.env['KOMISSIYA_E2E_PACKAGED'] === '1';
  try {
    const launched = packaged ? await launchPackaged(options, env) : await launchBuilt(options, env);
    const ended = (end: () => Promise<void>) => async (): Promise<void> => {
      await end();
      display.close();
    };
    return { ...launched, close: ended(launched.close), kill: ended(launched.kill) };
  } catch (error) {
    display.close();
    throw error;
  }
}

async function launchBuilt(options: LaunchOptions, env: Record<string, string>): Promise<LaunchedApp> {
  if (!existsSync(join(options.build ?? root, 'dist/shell.js'))) throw new Error('dist/ is missing: npm run build');
  const app = await launchDriven(options, env);
  const child = app.process();
  const output = collectOutput(child);
  const page = await app.firstWindow({ timeout: startTimeoutMs });
  await app.evaluate(({ BrowserWindow }, size) => {
    BrowserWindow.getAllWindows()[0]?.setContentBounds({ x: 0, y: 0, ...size });
  }, windowSize);
  return { app, page, output, close: () => closeWithin(child, () => app.close()), kill: () => killNow(child) };
}

async function launchPackaged(options: LaunchOptions, env: Record<string, string>): Promise<LaunchedApp> {
  if (!existsSync(packagedBinary)) throw new Error(`${packagedBinary} is missing: npm run package:linux`);
  const args = [...sandboxArgs, '--remote-debugging-port=0', ...(options.args ?? [])];
  const child = spawn(packagedBinary, args, { env: { ...env, KOMISSIYA_ALLOW_REMOTE_DEBUGGING: '1' } });
  const output = collectOutput(child);
  try {
    const endpoint = await until(
      'the debugging port',
      () => /DevTools listening on (ws:\S+)/.exec(output())?.[1],
      child,
    );
    await windowAt(new URL(endpoint).port);
    const browser = await connect(endpoint);
    const page = await until('the first window', () => browser.contexts()[0]?.pages()[0], child);
    const close = (): Promise<void> =>
      closeWithin(child, async () => {
        child.kill('SIGTERM');
        await browser.close();
      });
    return { app: null, page, output, close, kill: () => killNow(child) };
  } catch (error) {
    await killNow(child);
    throw new Error(`the packaged app did not start:\n${output()}`, { cause: error });
  }
}

/** Waits until the app has its window: a driver that attaches while the window is being made may wait for ever. */
async function windowAt(port: string): Promise<void> {
  const endsAt = Date.now() + startTimeoutMs;
  while (Date.now() < endsAt) {
    const targets: unknown = await fetch(`http://127.0.0.1:${port}/json/list`).then(
      (answer) => answer.json(),
      () => [],
    );
    if (JSON.stringify(targets).includes('app://')) return;
    await sleep(100);
  }
  throw new Error('the packaged app has no window');
}

async function connect(endpoint: string): Promise<Browser> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await chromium.connectOverCDP(endpoint, { timeout: driverTimeoutMs / 2 });
    } catch (error) {
      if (turn === driverTurns) throw error;
      console.warn(`the driver did not attach to the packaged app, turn ${turn}`);
    }
  }
}

/**
 * Where the driver does not reach the app it is asked again, and said, with what the app had logged by then, so that an app which hangs by
 * itself does not pass for it.
 */
async function launchDriven(options: LaunchOptions, env: Record<string, string>): Promise<ElectronApplication> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await _electron.launch({
        executablePath: await electronBinary(),
        args: [...heldStart, options.build ?? root, ...(options.args ?? [])],
        chromiumSandbox: sandboxArgs.length === 0,
        cwd: root,
        env,
        timeout: driverTimeoutMs,
      });
    } catch (error) {
      if (turn === driverTurns) throw error;
      const log = join(options.profile, 'logs/komissiya.log');
      const said = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-5).join('\n') : 'nothing';
      console.warn(
        `the driver did not reach the app in ${driverTimeoutMs / 1000} s, turn ${turn}; the app's log ends:\n${said}`,
      );
    }
  }
}

/** The test runner's environment without what would change the app, with the profile and the OS language. */
function appEnvironment({ profile, locale, env }: LaunchOptions): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(NODE_|VITEST|ELECTRON_|LANG|LC_|TEST$|DEV$|PROD$|MODE$)/.test(entry[0]),
  );
  const language = locale === undefined ? machineLanguage() : osLanguage(locale);
  return { ...Object.fromEntries(inherited), ...language, KOMISSIYA_PROFILE: profile, ...env };
}

function pick(source: NodeJS.ProcessEnv, names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]]])));
}

/**
 * The machine's own language, with letters of UTF-8: without them Chromium waits seconds for its own files when the path of a
 * profile is not plain ASCII, at every start.
 */
function machineLanguage(): Record<string, string> {
  const own = pick(process.env, ['LANG', 'LC_ALL', 'LANGUAGE']);
  return /utf-?8/i.test(own['LC_ALL'] ?? own['LANG'] ?? '') ? own : { LANG: 'C.UTF-8' };
}

function osLanguage(locale: string): Record<string, string> {
  return { LANG: `${locale}.UTF-8`, LC_ALL: `${locale}.UTF-8`, LANGUAGE: locale };
}

function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}

/** Waits for a value to be there while the app lives. */
async function until<T>(what: string, read: () => T | undefined, child: ChildProcess): Promise<T> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    const value = read();
    if (value !== undefined) return value;
    if (hasEnded(child))
      throw new Error(`the app ended (${child.exitCode ?? child.signalCode}) before ${what} was there`);
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${what} was not there in ${startTimeoutMs / 1000} s`);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function closeWithin(child: ChildProcess, ask: () => Promise<void>): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const tooLate = setTimeout(() => child.kill('SIGKILL'), closeTimeoutMs);
  await ask();
  await ended;
  clearTimeout(tooLate);
  if (child.signalCode === 'SIGKILL') throw new Error(`the app did not close within ${closeTimeoutMs / 1000} s`);
}

async function killNow(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGKILL');
  await ended;
}

/**
 * Takes a picture of the window for people to judge: into out/screens/, or with UPDATE_SCREENS=1 into docs/screens/.
 * @param name file name without its ending, as in `sign-in-ru`
 * @returns the path written
 */
export async function screenshot(page: Page, name: string): Promise<string> {
  const folder = process.env['UPDATE_SCREENS'] === '1' ? 'docs/screens' : 'out/screens';
  const path = join(root, folder, `${name}.png`);
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  return path;
}
