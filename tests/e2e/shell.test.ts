/**
 * The shell in real Electron: the window, the one door to the core, a core that dies, and everything that must stay shut.
 * The profile's path has Cyrillic letters and blanks. What looks into the main process needs the unpackaged app.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ElectronApplication, Page } from 'playwright-core';
import type { Result } from '#shared/kernel/result.ts';
import { electronBinary, root, sandboxArgs, startDisplay } from '../../scripts/runtimes.mjs';
import { type LaunchedApp, launchApp, packagedBinary } from '../lib/electron-app.ts';
import { until } from '../lib/until.ts';

type Bridge = {
  call(name: unknown, input: unknown): Promise<Result<unknown>>;
  subscribe(listener: (event: unknown) => void): () => void;
};
type OurWindow = Window & { komissiya: Bridge; heard?: unknown[] };

const inPackage = process.env['KOMISSIYA_E2E_PACKAGED'] === '1';
let folder = '';
let profile = '';
let launched: LaunchedApp;
let page: Page;
let server: Server;
let port = 0;
let visits = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'komissiya-e2e-'));
  profile = join(folder, 'Комиссия № 1, проба');
  mkdirSync(join(folder, 'pdf'));
  mkdirSync(join(folder, 'drives'));
  server = createServer((_request, response) => {
    visits += 1;
    response.end('reached');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  launched = await launchApp({
    profile,
    env: { KOMISSIYA_PDF_DIR: join(folder, 'pdf'), KOMISSIYA_DRIVE_ROOTS: join(folder, 'drives') },
  });
  page = launched.page;
});

afterAll(async () => {
  await launched.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function call(name: unknown, input: unknown = {}): Promise<Result<unknown>> {
  // The preload put it there; the page's own types are not those of this file.
  return page.evaluate(([name, input]) => (window as unknown as OurWindow).komissiya.call(name, input), [name, input]);
}

function mainProcess(): ElectronApplication {
  if (launched.app === null) throw new Error('this test needs the unpackaged app');
  return launched.app;
}

function failure(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.error.code;
}

function corePid(): Promise<number | undefined> {
  return mainProcess().evaluate(
    ({ app }) => app.getAppMetrics().find((metric) => metric.name === 'Komissiya core')?.pid,
  );
}

test('the page reaches the core and sees one bridge and nothing of Node', async () => {
  expect(page.url()).toContain('app://komissiya/index.html');
  expect(await call('access.state')).toMatchObject({ ok: true });
  expect(await call('shell.about')).toMatchObject({ ok: true, value: { version: '0.1.0' } });
  const seen = await page.evaluate(() => {
    const names = ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'];
    const bridge = (window as unknown as OurWindow).komissiya;
    return { leaks: names.filter((name) => name in window), bridge: Object.keys(bridge).sort() };
  });
  expect(seen).toEqual({ leaks: [], bridge: ['call', 'subscribe'] });
  expect(existsSync(join(profile, 'logs/komissiya.log'))).toBe(true);
});

test('calls a page may not make, and nonsense, are refused', async () => {
  expect(failure(await call('packs.locate', { pack: 'x', path: 'y' }))).toBe('rpc/unknown-call');
  expect(failure(await call('packs.setSources', { sources: [] }))).toBe('rpc/unknown-call');
  expect(failure(await call('shell.nothing'))).toBe('rpc/unknown-call');
  expect(failure(await call('nothing.atAll'))).toBe('rpc/unknown-call');
  expect(failure(await call({ name: 'access.state' }))).toBe('rpc/unknown-call');
  expect(failure(await call('shell.setScale', { factor: 'large' }))).toBe('rpc/bad-input');
  expect(failure(await call('access.setLocale', { locale: 'x'.repeat(3_000_000) }))).toBe('rpc/too-large');
  expect(await call('access.state')).toMatchObject({ ok: true });
});

test('files outside the renderer are not served', async () => {
  const answers = await page.evaluate(() =>
    Promise.all(
      ['/../core.js', '/%2e%2e/core.js', '/..%2fcore.js', '/..%5ccore.js', '//etc/passwd'].map(async (path) => {
        const response = await fetch(`app://komissiya${path}`);
        return response.status;
      }),
    ),
  );
  expect(answers).toEqual([404, 404, 404, 404, 404]);
});

describe('what must stay shut', () => {
  test('navigation, windows and downloads', async () => {
    const before = page.url();
    expect(await page.evaluate((port) => window.open(`http://127.0.0.1:${port}/`), port)).toBeNull();
    for (const url of [`http://127.0.0.1:${port}/`, 'file:///etc/passwd', 'data:text/html,stranger']) {
      await page.evaluate((url) => {
        const link = document.createElement('a');
        link.href = url;
        document.body.append(link);
        link.click();
        link.remove();
      }, url);
      await page.waitForTimeout(100);
    }
    expect(page.url()).toBe(before);
    expect(await call('access.state')).toMatchObject({ ok: true });
    expect(visits).toBe(0);
  });

  test('requests of the page', async () => {
    const answers = await page.evaluate(async (port) => {
      const fetched = await fetch(`http://127.0.0.1:${port}/`).then(
        () => 'reached',
        () => 'blocked',
      );
      const image = await new Promise((resolve) => {
        const element = new Image();
        element.addEventListener('load', () => resolve('reached'));
        element.addEventListener('error', () => resolve('blocked'));
        element.src = `http://127.0.0.1:${port}/a.png`;
      });
      const socket = await new Promise((resolve) => {
        try {
          const opened = new WebSocket(`ws://127.0.0.1:${port}/`);
          opened.addEventListener('open', () => resolve('reached'));
          opened.addEventListener('error', () => resolve('blocked'));
        } catch {
          resolve('blocked');
        }
      });
      return [fetched, image, socket];
    }, port);
    expect(answers).toEqual(['blocked', 'blocked', 'blocked']);
    expect(visits).toBe(0);
  });

  test.skipIf(inPackage)('requests of the session, which no page policy covers', async () => {
    const answer = await mainProcess().evaluate(
      ({ session }, port) =>
        session.defaultSession.fetch(`http://127.0.0.1:${port}/`).then(
          () => 'reached',
          (error: Error) => error.message,
        ),
      port,
    );
    expect(answer).toContain('ERR_BLOCKED_BY_CLIENT');
    expect(visits).toBe(0);
  });

  test('permissions', async () => {
    const answers = await page.evaluate(async () => {
      const names: PermissionName[] = ['camera', 'microphone', 'clipboard-read' as PermissionName];
      const states = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
      const place = await new Promise((resolve) => {
        navigator.geolocation.getCurrentPosition(
          () => resolve('granted'),
          (error) => resolve(error.code === error.PERMISSION_DENIED ? 'denied' : 'failed'),
        );
      });
      return [...states.map((status) => status.state), place, await Notification.requestPermission()];
    });
    expect(answers).toEqual(['denied', 'denied', 'denied', 'denied', 'denied']);
  });

  test('scripts that are not files of the app', async () => {
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.ranInline = true';
      document.body.append(script);
      const blob = document.createElement('script');
      blob.src = URL.createObjectURL(new Blob(['window.ranBlob = true'], { type: 'text/javascript' }));
      document.body.append(blob);
      await new Promise((done) => blob.addEventListener('error', done));
      return ['ranInline' in window, 'ranBlob' in window];
    });
    expect(ran).toEqual([false, false]);
  });

  test.skipIf(inPackage)('the door, to a window that is not ours and to a page that is not ours', async () => {
    const answers = await mainProcess().evaluate(
      async ({ BrowserWindow }, preload) => {
        const ask = async (url: string) => {
          const window = new BrowserWindow({ show: false, webPreferences: { preload } });
          await window.loadURL(url);
          const answer = await window.webContents.executeJavaScript(`komissiya.call('access.state', {})`);
          window.destroy();
          return answer.error?.code ?? 'answered';
        };
        // The same page in a stranger's window, and a stranger's page.
        return [await ask('app://komissiya/index.html'), await ask('data:text/html,stranger')];
      },
      join(root, 'dist/preload.cjs'),
    );
    expect(answers).toEqual(['rpc/refused-sender', 'rpc/refused-sender']);
  });

  test('the door, to a frame inside our page', async () => {
    const seen = await page.evaluate(async () => {
      const frame = document.createElement('iframe');
      frame.srcdoc = '<p>frame</p>';
      const loaded = new Promise((done) => frame.addEventListener('load', done));
      document.body.append(frame);
      await loaded;
      const has = frame.contentWindow !== null && 'komissiya' in frame.contentWindow;
      frame.remove();
      return has;
    });
    expect(seen).toBe(false);
  });
});

describe.skipIf(inPackage)('a core that dies', () => {
  test('is started again; the window and the signed-in person stay, and calls on their way are answered', async () => {
    expect(await call('access.startSample', { locale: 'ru', country: 'kz' })).toMatchObject({ ok: true });
    await page.evaluate(() => {
      const ours = window as unknown as OurWindow;
      ours.heard = [];
      ours.komissiya.subscribe((event) => ours.heard?.push(event));
    });
    const before = await corePid();
    if (before === undefined) throw new Error('no core is running');
    process.kill(before, 'SIGKILL');
    const answers = await Promise.all([1, 2, 3].map(() => call('access.state')));
    for (const answer of answers) expect(['ok', 'core/restarted']).toContain(failure(answer));

    expect(await call('access.state')).toMatchObject({ ok: true, value: { state: 'open' } });
    expect(await corePid()).not.toBe(before);
    expect(await call('shell.coreState')).toEqual({ ok: true, value: { running: true, restarts: 1 } });
    const heard = await page.evaluate(() => (window as unknown as OurWindow).heard);
    expect(heard).toContainEqual({ event: 'core-restarted' });
    expect(await call('access.endSample')).toMatchObject({ ok: true });
  });
});

test('a stick is noticed when it comes and when it goes', async () => {
  expect(await call('access.startSample', { locale: 'ru', country: 'kz' })).toMatchObject({ ok: true });
  const names = async () => {
    const offers = await call('packs.offers');
    // The contract says so; the test asks over the untyped bridge.
    return offers.ok ? (offers.value as { sources: { name: string }[] }).sources.map((source) => source.name) : [];
  };
  mkdirSync(join(folder, 'drives/ФЛЕШКА 16/komissiya'), { recursive: true });
  writeFileSync(join(folder, 'drives/ФЛЕШКА 16/komissiya/damaged.kpack'), 'not a pack');
  await expect.poll(names).toContain('ФЛЕШКА 16');
  rmSync(join(folder, 'drives/ФЛЕШКА 16'), { recursive: true });
  await expect.poll(names).not.toContain('ФЛЕШКА 16');
});

test.skipIf(inPackage)(
  'a folder is chosen in the dialog of the system, and its path does not reach the page',
  async () => {
    const chosen = join(folder, 'Курсы');
    mkdirSync(chosen);
    const choose = (filePaths: string[]) =>
      mainProcess().evaluate(({ dialog }, filePaths) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: filePaths.length === 0, filePaths });
      }, filePaths);
    await choose([]);
    expect(failure(await call('shell.chooseFolder'))).toBe('shell/cancelled');
    await choose([chosen]);
    expect(await call('shell.chooseFolder')).toEqual({ ok: true, value: { name: 'Курсы' } });
    const offers = await call('packs.offers');
    expect(JSON.stringify(offers)).toContain('Курсы');
    expect(JSON.stringify(offers)).not.toContain(folder);
    expect(await call('access.endSample')).toMatchObject({ ok: true });
    const file = { kind: 'decision', id: 'x', sha256: '0'.repeat(64), name: 'x.pdf' };
    expect(failure(await call('shell.openFile', file))).toBe('rpc/locked');
    // Whoever puts a copy back on a new laptop is not signed in.
    expect(await call('shell.chooseFolder')).toEqual({ ok: true, value: { name: 'Курсы' } });
  },
);

test.skipIf(inPackage)('the menu and its keys follow the language', async () => {
  const labels = () =>
    mainProcess().evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map((item) => item.label) ?? []);
  expect(await call('shell.setLocale', { locale: 'kk' })).toEqual({ ok: true, value: {} });
  expect(await labels()).toEqual(['Файл', 'Түзету', 'Көрініс', 'Көмек']);
  await call('shell.setLocale', { locale: 'uz' });
  expect(await labels()).toEqual(['Fayl', 'Tahrir', 'Koʻrinish', 'Yordam']);
  await call('shell.setLocale', { locale: 'ru' });
});

test('text size is a factor of the whole page and goes back', async () => {
  const width = () => page.evaluate(() => window.innerWidth);
  const before = await width();
  await call('shell.setScale', { factor: 2 });
  await expect.poll(width).toBe(Math.floor(before / 2));
  await call('shell.setScale', { factor: 1 });
  await expect.poll(width).toBe(before);
});

test('a second start of the same profile ends, a first one of another profile does not', async () => {
  const start = async (profile: string) => {
    const binary = inPackage ? packagedBinary : await electronBinary();
    const args = inPackage ? [] : [root];
    const display = await startDisplay();
    const env = { ...process.env, ...display.env, KOMISSIYA_PROFILE: profile };
    const child = spawn(binary, [...sandboxArgs, ...args], { env, stdio: 'ignore' });
    const ended = new Promise<number | string | null>((done) =>
      child.once('exit', (code, signal) => done(code ?? signal)),
    );
    const log = join(profile, 'logs/komissiya.log');
    const starts = (): number => (existsSync(log) ? readFileSync(log, 'utf8').split('"shell/started"').length : 1);
    const before = starts();
    const runs = until(() => child.exitCode !== null || child.signalCode !== null || starts() > before).then(
      () => 'runs' as const,
    );
    const result = await Promise.race([ended, runs]);
    child.kill('SIGTERM');
    await ended;
    display.close();
    return result;
  };
  expect(await start(profile)).toBe(0);
  expect(await start(join(folder, 'другой'))).toBe('runs');
});

test('a document whose page never gets ready is refused, and no file is left', async () => {
  const target = { route: '/print/nothing-of-this-name', landscape: false, fileName: 'Акт 1/2' };
  expect(failure(await call('shell.printToPdf', target))).toBe('shell/print-failed');
  expect(readdirSync(join(folder, 'pdf'))).toEqual([]);
});

test('the log holds events and no data', () => {
  const log = readFileSync(join(profile, 'logs/komissiya.log'), 'utf8').trimEnd().split('\n');
  const events = log.map((line) => JSON.parse(line).event as string);
  expect(events).toEqual(expect.arrayContaining(['shell/started', 'core/ready', 'shell/window-shown']));
  expect(log.join('\n')).not.toContain('Комиссия № 1');
});

// Last, because the test's own driver loses a page that died.
test.skipIf(inPackage)('a page that dies is loaded again; one that keeps dying is offered anew', async () => {
  await mainProcess().evaluate(({ dialog }) => {
    // A person who chooses the first button, «open the window again».
    dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false });
  });
  const crash = () =>
    mainProcess().evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (contents === undefined) throw new Error('there is no window');
      const gone = new Promise<void>((done) => contents.once('render-process-gone', () => done()));
      contents.forcefullyCrashRenderer();
      return gone;
    });
  const alive = () =>
    mainProcess().evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (contents === undefined || contents.isCrashed() || contents.isLoading()) return 'not yet';
      const answer = await contents.executeJavaScript(`komissiya.call('access.state', {})`);
      return answer.ok ? 'alive' : answer.error.code;
    });
  const windowId = () => mainProcess().evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.id);
  const first = await windowId();
  for (let death = 1; death <= 3; death += 1) {
    await crash();
    await expect.poll(alive).toBe('alive');
    expect(await windowId()).toBe(first);
  }
  await crash();
  await expect.poll(windowId).not.toBe(first);
  await expect.poll(alive).toBe('alive');
});
