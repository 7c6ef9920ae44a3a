/**
 * Opens the app of this working folder: builds it when a source changed, then starts Electron.
 * `--hub` also starts a hub on this machine; `--watch` rebuilds and restarts at every change. Other arguments go to the app.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { buildIfStale, buildInputs } from './build.ts';
import { electronBinary, root, sandboxArgs } from './runtimes.mjs';

const flags = ['--hub', '--watch'];
const appArgs = process.argv.slice(2).filter((arg) => !flags.includes(arg));
const withHub = process.argv.includes('--hub');
const watching = process.argv.includes('--watch');
const children = new Set<ChildProcess>();
const replaced = new Set<ChildProcess>();

/**
 * Where the system names no UTF-8 locale (a bare Debian), Chromium stalls for seconds on a profile path that is not ASCII:
 * the app then gets the one locale every system has.
 */
function environment(): NodeJS.ProcessEnv {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return process.platform !== 'linux' || /utf-?8/i.test(locale) ? process.env : { ...process.env, LC_ALL: 'C.UTF-8' };
}

function run(command: string, args: string[]): ChildProcess {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: environment() });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

function stopAll(): void {
  for (const child of children) child.kill();
}

/** Starts the app; when a person closes it (not we, to start it again), everything ends. */
function startApp(binary: string): ChildProcess {
  const app = run(binary, [...sandboxArgs, '.', ...appArgs]);
  app.on('exit', (code) => {
    if (replaced.has(app)) return;
    stopAll();
    process.exit(code ?? 1);
  });
  return app;
}

// The app's own exit ends us, so that its display and its hub outlive its last write.
process.on('SIGTERM', stopAll);
process.on('SIGINT', () => {});

const mode = watching ? 'development' : 'production';
await buildIfStale(mode);
if (withHub) run(process.execPath, ['src-hub/main.ts']);
const binary = await electronBinary();
let app = startApp(binary);

if (watching) {
  let pending: NodeJS.Timeout | undefined;
  const restart = async (): Promise<void> => {
    try {
      await buildIfStale(mode);
    } catch (error) {
      console.error(error);
      return;
    }
    const old = app;
    replaced.add(old);
    old.once('exit', () => {
      if (app === old) app = startApp(binary);
    });
    old.kill('SIGTERM');
  };
  for (const path of buildInputs.filter((input) => !/\.\w+$/.test(input))) {
    watch(path, { recursive: true }, () => {
      clearTimeout(pending);
      pending = setTimeout(() => void restart(), 200);
    });
  }
}
