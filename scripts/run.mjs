/**
 * The one door to every task: `node scripts/run.mjs <task> [arguments]`, on Node 18 or newer and a bare clone. Sets up what the
 * task needs (see runtimes.mjs), then runs it under Node 24. When all is there this costs a few dozen milliseconds.
 */
import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import * as runtimes from './runtimes.mjs';

/**
 * What each task runs under Node 24, and what it needs beside the npm packages; `displays` are for tests, each app of which opens its own.
 * @type {Record<string, { run: string[], needs?: ('electron' | 'display' | 'displays' | 'tests')[] }>}
 */
const tasks = {
  start: { run: ['scripts/start.ts'], needs: ['electron', 'display'] },
  dev: { run: ['scripts/start.ts', '--watch'], needs: ['electron', 'display'] },
  build: { run: ['scripts/build.ts'] },
  test: { run: ['scripts/verify.ts', 'test'], needs: ['electron', 'displays', 'tests'] },
  'test:sim': { run: ['tests/sim/main.ts'] },
  'test:mutants': { run: ['scripts/mutants.ts'] },
  check: { run: ['scripts/verify.ts', 'check'] },
  e2e: { run: ['scripts/verify.ts', 'e2e'], needs: ['electron', 'displays', 'tests'] },
  bench: { run: ['scripts/bench/main.ts'], needs: ['electron', 'display'] },
  hub: { run: ['src-hub/main.ts'] },
  cli: { run: ['src-main/cli/komissiya-cli.ts'] },
  vitest: { run: ['node_modules/vitest/vitest.mjs', 'run'] },
  'i18n:check': { run: ['scripts/i18n-check.ts'] },
  'i18n:export': { run: ['scripts/i18n-sheet.ts', 'export'] },
  'i18n:import': { run: ['scripts/i18n-sheet.ts', 'import'] },
  'package:linux': { run: ['scripts/package.ts', 'linux'] },
  'package:win': { run: ['scripts/package.ts', 'win32'] },
  format: { run: ['node_modules/@biomejs/biome/bin/biome', 'format', '--write', '.'] },
};

async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  const task = tasks[name];
  if (!task) throw new runtimes.SetupError(`no task "${name}"; there are: ${Object.keys(tasks).join(' ')}`);

  const needs = task.needs ?? [];
  runtimes.ensureNodeModules();
  const node = runtimes.ensureNode();
  if (needs.includes('electron')) await runtimes.ensureElectron();
  runtimes.ensureSystemPackages(needs.filter((need) => need === 'electron' || need === 'tests'));
  if (needs.includes('displays')) runtimes.ensureDisplay();
  const display = needs.includes('display') ? await runtimes.startDisplay() : { env: {}, close() {} };

  const env = {
    ...process.env,
    ...display.env,
    KOMISSIYA_CACHE: runtimes.cacheDir,
    // Tools start `node` by name.
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
  };
  const [script, ...fixed] = task.run;
  const child = spawn(node, [join(runtimes.root, script), ...fixed, ...args], {
    cwd: runtimes.root,
    env,
    stdio: 'inherit',
  });
  // Ctrl+C reaches the child by itself; both are ended by it, so we only wait.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise((done, fail) => {
    child.on('error', fail);
    child.on('exit', (status, signal) => done(status ?? (signal === 'SIGINT' ? 130 : 1)));
  });
  display.close();
  process.exitCode = code;
}

main().catch((error) => {
  console.error(error instanceof runtimes.SetupError ? `komissiya: ${error.message}` : error);
  process.exitCode = 1;
});
