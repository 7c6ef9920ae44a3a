import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Real windows and servers: one test file at a time, with time for a slow machine. */
const slow = { fileParallelism: false, maxWorkers: 1, testTimeout: 120_000, hookTimeout: 120_000 };

function project(name: string, options: Record<string, unknown> = {}): TestProjectInlineConfiguration {
  return {
    test: { name, include: [`tests/${name}/**/*.test.{ts,tsx}`], testTimeout: 20_000, hookTimeout: 20_000, ...options },
  };
}

export default defineConfig({
  cacheDir: '.cache/vitest',
  test: {
    projects: [
      project('unit'),
      project('store'),
      project('contract'),
      // Long computations: on a busy machine several times what they take on an idle one.
      project('sim', { testTimeout: 300_000 }),
      // Their processes wait for each other much of the time.
      project('hub', { ...slow, fileParallelism: true, maxWorkers: 2 }),
      project('i18n', slow),
      // The pictures of the README are drawn on demand; they check nothing.
      project('e2e', {
        ...slow,
        exclude: process.env['UPDATE_SCREENS'] === '1' ? [] : ['tests/e2e/screens.test.ts'],
      }),
    ],
  },
});
