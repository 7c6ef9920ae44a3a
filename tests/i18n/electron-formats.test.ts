/**
 * Inside the real Electron, under a Russian and an English system: a window and the main process write every value as the table says, and
 * none of them depends on the language of the system. Plain Node proves nothing here: it has the data that Electron lacks.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { electronBinary, sandboxArgs, startDisplay } from '../../scripts/runtimes.mjs';
import { expectedColumns } from './expected-dates.ts';
import { expectedFormats } from './expected-formats.ts';
import type { LanguageReport } from './fixture/cases.ts';

type Answer = { window: LanguageReport; main: LanguageReport };

const fixture = join(import.meta.dirname, 'fixture');
const systems = [
  { flag: 'ru', posix: 'ru_RU.UTF-8' },
  { flag: 'en-US', posix: 'en_US.UTF-8' },
] as const;

let folder = '';
let display: Awaited<ReturnType<typeof startDisplay>> | null = null;
const answers = new Map<string, Answer>();

/** One self-contained file for the window (classic script) and one module for the main process. */
async function bundle(entry: string, format: 'iife' | 'es', fileName: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    root: join(fixture, '../../..'),
    publicDir: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'chrome140',
      lib: { entry: join(fixture, entry), formats: [format], name: 'page', fileName: () => fileName },
    },
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'komissiya-языки '));
  await bundle('page.ts', 'iife', 'page.js');
  await bundle('cases.ts', 'es', 'cases.js');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'page.html'), '<!doctype html><meta charset="utf-8"><script src="page.js"></script>');
  const binary = await electronBinary();
  display = await startDisplay();
  for (const { flag, posix } of systems) {
    const output = join(folder, `${flag}.json`);
    const args = [
      join(fixture, 'electron-main.mjs'),
      `--lang=${flag}`,
      `--user-data-dir=${join(folder, flag)}`,
      ...sandboxArgs,
      folder,
      output,
    ];
    const env = { ...process.env, ...display.env, LANGUAGE: posix, LANG: posix, LC_ALL: posix };
    await promisify(execFile)(binary, args, { env, timeout: 60_000 });
    // Written by our own fixture a moment ago.
    answers.set(flag, JSON.parse(readFileSync(output, 'utf8')) as Answer);
  }
});

afterAll(() => {
  display?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(systems)('Electron under $flag', ({ flag }) => {
  it('really runs under that language', () => {
    expect(answers.get(flag)?.window.systemLocale).toMatch(new RegExp(`^${flag.slice(0, 2)}`));
  });

  it.each(['window', 'main'] as const)('writes every value as the table says, in the %s', (where) => {
    const values = answers.get(flag)?.[where].values ?? {};
    expectedColumns.forEach((locale, column) => {
      const expected = Object.fromEntries(
        Object.entries(expectedFormats).map(([name, row]) => [name, (row[column + 1] ?? '').replaceAll('~', '\u00A0')]),
      );
      expect(values[locale], locale).toEqual(expected);
    });
  });
});

it('has some 40 values for each language, every one with its source', () => {
  const rows = Object.entries(expectedFormats);
  expect(rows.length).toBeGreaterThanOrEqual(40);
  for (const [name, row] of rows) {
    expect(row[0], name).toMatch(/^\[(acts|CLDR|usage|grammar|spelling)\]/);
    expect(row.length, name).toBe(expectedColumns.length + 1);
  }
  expect(answers.get('ru')?.window.values).toEqual(answers.get('en-US')?.main.values);
});

it('is needed: Intl inside Electron answers for the system’s language when asked for Tajik', () => {
  expect(systems.map(({ flag }) => answers.get(flag)?.window.tajikByIntl.slice(0, 2))).toEqual(['ru', 'en']);
});
