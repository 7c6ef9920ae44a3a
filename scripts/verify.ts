/**
 * Runs the stages of a verification one after another and prints, at the end, a table, every skipped test with its reason and
 * the line `N passed, N failed, N skipped`: tests, plus one failure for each stage without tests that failed.
 * Usage: node scripts/verify.ts <test|check|e2e> [arguments for vitest]
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './runtimes.mjs';
import type { TestReport } from './test-reporter.ts';

type Stage = {
  name: string;
  commands: { args: string[]; env?: Record<string, string> }[];
  /** A stage that must have passed, as this one uses its result. */
  after?: string;
  /** Counts tests through the reporter. */
  tests?: true;
};
type Outcome = Stage & { state: 'passed' | 'failed' | 'not run'; seconds: number; report: TestReport | null };

const vitest = 'node_modules/vitest/vitest.mjs';
const trees = ['src-shared', 'src-main/core', 'src-main/shell', 'src-renderer', 'src-hub', 'tests'];

function testStage(
  name: string,
  vitestArgs: string[],
  more: Partial<Stage> & { env?: Record<string, string> } = {},
): Stage {
  const { env = {}, ...rest } = more;
  const reporters = ['--reporter=default', '--reporter=./scripts/test-reporter.ts'];
  // Native: read by Node as it is, where bundling would write into node_modules, which may be read-only.
  const args = [vitest, 'run', '--configLoader=native', ...reporters, ...vitestArgs];
  return { name, tests: true, commands: [{ args, env: { ...env, KOMISSIYA_TEST_REPORT: reportFile(name) } }], ...rest };
}

const projectStage = (name: string): Stage => testStage(name, ['--project', name]);
const typecheck: Stage = {
  name: 'typecheck',
  commands: trees.map((tree) => ({
    args: ['node_modules/typescript/bin/tsc', '-p', `${tree}/tsconfig.json`, '--noEmit'],
  })),
};
const lint: Stage = { name: 'lint', commands: [{ args: ['node_modules/oxlint/bin/oxlint'] }] };
const format: Stage = {
  name: 'format',
  commands: [{ args: ['node_modules/@biomejs/biome/bin/biome', 'format', '.'] }],
};
const i18nCheck: Stage = { name: 'i18n check', commands: [{ args: ['scripts/i18n-check.ts'] }] };
const build: Stage = { name: 'build', commands: [{ args: ['scripts/build.ts'] }] };
const e2e: Stage = testStage('e2e', ['--project', 'e2e', ...process.argv.slice(3)], { after: 'build' });
const pack: Stage = {
  name: 'package:linux',
  after: 'build',
  // For this test only; the package says of itself that it is one.
  commands: [
    { args: ['scripts/package.ts', 'linux', '--test-build'], env: { KOMISSIYA_ALLOW_UNOFFICIAL_ELECTRON: '1' } },
  ],
};
const packaged = testStage('packaged', ['--project', 'e2e', 'smoke'], {
  after: 'package:linux',
  env: { KOMISSIYA_E2E_PACKAGED: '1' },
});

const plans: Record<string, Stage[]> = {
  check: [typecheck, lint, format, i18nCheck, projectStage('unit')],
  e2e: [build, e2e],
  test: [
    typecheck,
    lint,
    format,
    i18nCheck,
    projectStage('unit'),
    projectStage('store'),
    projectStage('contract'),
    projectStage('sim'),
    projectStage('hub'),
    build,
    { ...projectStage('i18n'), after: 'build' },
    e2e,
    pack,
    packaged,
  ],
};

function reportFile(stage: string): string {
  return join(root, 'out/test', `${stage}.json`);
}

/** Runs one command; answers whether it ended with 0. */
function run(args: string[], env: Record<string, string>): Promise<boolean> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      // No stdin: nothing here may wait for a person.
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, CI: 'true', ...env },
    });
    child.on('error', () => done(false));
    child.on('exit', (code) => done(code === 0));
  });
}

async function runStage(stage: Stage, earlier: Outcome[]): Promise<Outcome> {
  console.log(`\n==== ${stage.name} ====`);
  const needed = earlier.find((outcome) => outcome.name === stage.after);
  if (needed && needed.state !== 'passed') {
    console.log(`not run: ${needed.name} did not pass`);
    return { ...stage, state: 'not run', seconds: 0, report: null };
  }
  rmSync(reportFile(stage.name), { force: true });
  const startedAt = performance.now();
  let passed = true;
  for (const { args, env = {} } of stage.commands) {
    passed = (await run(args, env)) && passed;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const file = reportFile(stage.name);
  const report: TestReport | null = stage.tests && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
  if (stage.tests && (report === null || report.passed + report.failed + report.skipped.length === 0)) {
    console.log(`${stage.name}: no test ran`);
    passed = false;
  }
  console.log(`---- ${stage.name}: ${passed ? 'passed' : 'FAILED'} in ${seconds.toFixed(1)} s`);
  return { ...stage, state: passed ? 'passed' : 'failed', seconds, report };
}

const plan = plans[process.argv[2] ?? ''];
if (!plan) throw new Error(`verify: name one of ${Object.keys(plans).join(', ')}`);

const outcomes: Outcome[] = [];
for (const stage of plan) outcomes.push(await runStage(stage, outcomes));

console.log('\n==== result ====');
for (const { name, state, seconds, report } of outcomes) {
  const tests = report ? `${report.passed} passed, ${report.failed} failed, ${report.skipped.length} skipped` : '';
  console.log(`${name.padEnd(16)} ${state.padEnd(8)} ${seconds.toFixed(1).padStart(7)} s  ${tests}`);
}
const skipped = outcomes.flatMap(({ report }) => report?.skipped ?? []);
for (const { name, reason } of skipped) console.log(`skipped: ${name}: ${reason}`);
for (const { name, again } of outcomes.flatMap(({ report }) => report?.failures ?? []))
  console.log(`failed: ${name}${again === '' ? '' : `: ${again}`}`);
const passed = outcomes.reduce((sum, { report }) => sum + (report?.passed ?? 0), 0);
// A failed stage counts at least once, so that the line never says "0 failed" of a red run.
const failed = outcomes.reduce((sum, o) => sum + (o.state === 'passed' ? 0 : Math.max(1, o.report?.failed ?? 0)), 0);
console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
