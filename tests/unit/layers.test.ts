/** The layers hold: a forbidden import, or a forbidden global, planted in any tree, fails the lint or the type check. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/runtimes.mjs';

type Plant = { file: string; code: string; rule: string };

const restrictedImport = 'eslint(no-restricted-imports)';

/** What each tree must not import: tree, the ways to try it. */
const forbiddenImports: [string, string[]][] = [
  [
    'src-shared/contacts',
    [
      'node:fs',
      'node:fs/promises',
      'electron',
      'react',
      'better-sqlite3',
      '#core/core.ts',
      '#hub/main.ts',
      '../../src-hub/main.ts',
    ],
  ],
  [
    'src-main/core/contacts',
    [
      'electron',
      'react',
      'fastify',
      '#shell/main.ts',
      '#renderer/app/api.ts',
      '#hub/main.ts',
      '../../shell/main.ts',
      '../../cli/x.ts',
    ],
  ],
  ['src-main/cli', ['electron', '#hub/main.ts', '#shell/main.ts', '../shell/main.ts']],
  [
    'src-main/shell',
    ['better-sqlite3', 'react', '#core/core.ts', '../core/core.ts', '#hub/main.ts', '#renderer/app/api.ts'],
  ],
  ['src-main/preload', ['#core/core.ts', '../core/core.ts', 'better-sqlite3']],
  [
    'src-renderer/contacts',
    [
      'node:fs',
      'electron',
      'better-sqlite3',
      '#core/core.ts',
      '#shell/main.ts',
      '#hub/main.ts',
      '../../src-main/core/core.ts',
    ],
  ],
  ['src-hub', ['electron', 'react', '#core/core.ts', '#renderer/app/api.ts', '../src-main/core/core.ts']],
];

/** The same imports in every form a module knows. */
const importForms: ((specifier: string) => string)[] = [
  (specifier) => `import * as x from '${specifier}';\nexport const y = x;\n`,
  (specifier) => `import type { X } from '${specifier}';\nexport type Y = X;\n`,
  (specifier) => `export { x } from '${specifier}';\n`,
  (specifier) => `export const x = import('${specifier}');\n`,
];

const importPlants: Plant[] = forbiddenImports.flatMap(([tree, specifiers]) =>
  specifiers.flatMap((specifier, at) =>
    importForms.map((form, formAt) => ({
      file: `${tree}/planted-${at}-${formAt}.ts`,
      code: form(specifier),
      rule: restrictedImport,
    })),
  ),
);

const otherPlants: Plant[] = [
  { file: 'src-shared/sync/now.ts', code: 'export const x = Date.now();\n', rule: 'eslint(no-restricted-properties)' },
  {
    file: 'src-shared/sync/random.ts',
    code: 'export const x = Math.random();\n',
    rule: 'eslint(no-restricted-properties)',
  },
  {
    file: 'src-main/core/sync/now.ts',
    code: 'export const x = Date.now();\n',
    rule: 'eslint(no-restricted-properties)',
  },
  {
    file: 'src-shared/text/sort.ts',
    code: "export const x = 'а'.localeCompare('б');\n",
    rule: 'eslint(no-restricted-properties)',
  },
  {
    file: 'src-renderer/ui/date.ts',
    code: 'export const x = new Date(0).toLocaleDateString();\n',
    rule: 'eslint(no-restricted-properties)',
  },
  {
    file: 'src-renderer/ui/number.ts',
    code: "export const x = new Intl.NumberFormat('kk');\n",
    rule: 'eslint(no-restricted-globals)',
  },
  {
    file: 'src-shared/text/number.ts',
    code: "export const x = new Intl.NumberFormat('kk');\n",
    rule: 'eslint(no-restricted-globals)',
  },
  { file: 'src-hub/env.ts', code: "export const x = process.env['X'];\n", rule: 'node(no-process-env)' },
  { file: 'src-main/shell/env.ts', code: "export const x = process.env['X'];\n", rule: 'node(no-process-env)' },
  { file: 'src-main/core/log.ts', code: "console.log('name');\n", rule: 'eslint(no-console)' },
  { file: 'src-shared/text/any.ts', code: 'export const x: any = 1;\n', rule: 'typescript(no-explicit-any)' },
  {
    file: 'src-shared/text/bang.ts',
    code: 'export const x = (y: string | null): string => y!;\n',
    rule: 'typescript(no-non-null-assertion)',
  },
  {
    file: 'src-main/core/float.ts',
    code: 'export const f = (p: Promise<void>): void => {\n  p;\n};\n',
    rule: 'typescript(no-floating-promises)',
  },
  {
    file: 'src-shared/text/all.ts',
    code: "export * from './any.ts';\nexport * from './bang.ts';\n",
    rule: 'oxc(no-barrel-file)',
  },
  {
    file: 'src-shared/text/egg.ts',
    code: "import { hen } from './hen.ts';\nexport const egg = (): unknown => hen;\n",
    rule: 'import(no-cycle)',
  },
  {
    file: 'src-shared/text/hen.ts',
    code: "import { egg } from './egg.ts';\nexport const hen = (): unknown => egg;\n",
    rule: 'import(no-cycle)',
  },
];

const everyTree = ['src-shared/text', 'src-main/core/records', 'src-main/shell', 'src-renderer/ui', 'src-hub'];
const byTheSystemsLanguage = [
  'toLocaleString',
  'toLocaleDateString',
  'toLocaleTimeString',
  'toLocaleLowerCase',
  'toLocaleUpperCase',
  'localeCompare',
];

/** Formatting, comparing and folding by the system's language, tried in every tree in each way there is. */
const languagePlants: Plant[] = everyTree.flatMap((tree) => [
  ...byTheSystemsLanguage.map((name) => ({
    file: `${tree}/planted-${name.toLowerCase()}.ts`,
    code: `export const x = (y: { ${name}(): string }): string => y.${name}();\n`,
    rule: 'eslint(no-restricted-properties)',
  })),
  {
    file: `${tree}/planted-intl.ts`,
    code: "export const x = new Intl.Collator('kk');\n",
    rule: 'eslint(no-restricted-globals)',
  },
  {
    file: `${tree}/planted-global-intl.ts`,
    code: "export const x = new globalThis.Intl.Collator('kk');\n",
    rule: 'eslint(no-restricted-properties)',
  },
]);

/** What each tree may import, so that the bans are not simply bans of everything. */
const allowed: Plant[] = [
  {
    file: 'src-shared/a/good.ts',
    code: "export { z } from 'zod';\nexport type { R } from '#shared/kernel/result.ts';\n",
    rule: '',
  },
  {
    file: 'src-main/core/a/good.ts',
    code: "export { readFile } from 'node:fs/promises';\nexport { x } from '#core/store/x.ts';\n",
    rule: '',
  },
  { file: 'src-main/cli/good.ts', code: "export { x } from '#core/core.ts';\nexport { y } from './y.ts';\n", rule: '' },
  {
    file: 'src-main/shell/good.ts',
    code: "export { app } from 'electron';\nexport { x } from '#shared/kernel/x.ts';\n",
    rule: '',
  },
  { file: 'src-main/preload/good.ts', code: "export { contextBridge } from 'electron';\n", rule: '' },
  {
    file: 'src-renderer/a/good.tsx',
    code: "export { create } from 'zustand';\nexport { x } from '../app/api.ts';\n",
    rule: '',
  },
  { file: 'src-hub/good.ts', code: "export { Kysely } from 'kysely';\nexport { x } from '#hub/db/x.ts';\n", rule: '' },
  { file: 'src-hub/config.ts', code: "export const x = process.env['X'];\n", rule: '' },
];

let house = '';

function plant({ file, code }: Plant): void {
  mkdirSync(dirname(join(house, file)), { recursive: true });
  writeFileSync(join(house, file), code);
}

/** Runs a tool of ours in the planted house; answers what it printed. */
function runTool(script: string, args: string[]): string {
  const run = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: house,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return run.stdout;
}

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'komissiya-layers-'));
  for (const file of ['.oxlintrc.json', 'package.json', 'tsconfig.json', 'tsconfig.base.json']) {
    cpSync(join(root, file), join(house, file));
  }
  for (const tree of ['src-shared', 'src-main/core', 'src-main/shell', 'src-renderer', 'src-hub']) {
    cpSync(join(root, tree, 'tsconfig.json'), join(house, tree, 'tsconfig.json'));
  }
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
});

afterAll(() => rmSync(house, { recursive: true, force: true }));

describe('lint', () => {
  type Found = { file: string; rule: string };
  const found: Found[] = [];
  const rulesOf = (file: string): string[] => found.filter((each) => each.file === file).map(({ rule }) => rule);

  beforeAll(() => {
    for (const each of [...importPlants, ...otherPlants, ...languagePlants, ...allowed]) plant(each);
    const output = runTool('node_modules/oxlint/bin/oxlint', ['--format', 'json']);
    // The shape of oxlint's JSON report.
    const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] };
    for (const { code, filename } of diagnostics) {
      found.push({ file: relative(house, join(house, filename)).replaceAll('\\', '/'), rule: code });
    }
  });

  test.each(importPlants)('$file fails', ({ file, code, rule }) => {
    expect(rulesOf(file), code).toContain(rule);
  });

  test.each(otherPlants)('$file fails', ({ file, code, rule }) => {
    expect(rulesOf(file), code).toContain(rule);
  });

  test.each(languagePlants)('$file fails', ({ file, code, rule }) => {
    expect(rulesOf(file), code).toContain(rule);
  });

  test.each(allowed)('$file passes', ({ file, code }) => {
    const banned = rulesOf(file).filter((rule) => /restricted|process-env/.test(rule));
    expect(banned, code).toEqual([]);
  });
});

describe('type check', () => {
  test('src-shared knows neither Node nor the DOM', () => {
    for (const each of [...importPlants, ...otherPlants, ...languagePlants, ...allowed])
      rmSync(join(house, each.file), { force: true });
    plant({ file: 'src-shared/planted/pure.ts', code: 'export const x: number = [1].length;\n', rule: '' });
    plant({ file: 'src-shared/planted/process.ts', code: 'export const x = process.pid;\n', rule: '' });
    plant({ file: 'src-shared/planted/document.ts', code: 'export const x = document.title;\n', rule: '' });
    plant({ file: 'src-shared/planted/node.ts', code: "export { readFileSync } from 'node:fs';\n", rule: '' });
    const output = runTool('node_modules/typescript/bin/tsc', [
      '-p',
      'src-shared/tsconfig.json',
      '--noEmit',
      '--pretty',
      'false',
    ]);
    expect(output).toMatch(/planted\/process\.ts.*Cannot find name 'process'/);
    expect(output).toMatch(/planted\/document\.ts.*Cannot find name 'document'/);
    expect(output).toMatch(/planted\/node\.ts.*Cannot find name 'node:fs'/);
    expect(output).not.toMatch(/planted\/pure\.ts/);
  });

  test('the renderer knows no Node', () => {
    plant({ file: 'src-renderer/planted/process.ts', code: 'export const x = process.pid;\n', rule: '' });
    plant({ file: 'src-renderer/planted/document.ts', code: 'export const x: string = document.title;\n', rule: '' });
    const output = runTool('node_modules/typescript/bin/tsc', [
      '-p',
      'src-renderer/tsconfig.json',
      '--noEmit',
      '--pretty',
      'false',
    ]);
    expect(output).toMatch(/planted\/process\.ts.*Cannot find name 'process'/);
    expect(output).not.toMatch(/planted\/document\.ts/);
  });
});
