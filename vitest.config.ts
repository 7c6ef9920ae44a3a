import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Ends what hangs; what is only slow, on a busy machine many times what it takes on an idle one, stays well below. */
const hangs = { testTimeout: 300_000, hookTimeout: 300_000 };
/** Real windows: one test file at a time on one display; two where each app opens a display of its own. */
const windows =
  process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']
    ? { maxWorkers: 2, sequence: { groupOrder: 1 } }
    : { fileParallelism: false, maxWorkers: 1 };

function project(name: string, options: Record<string, unknown> = {}): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      include: [`tests/${name}/**/*.test.{ts,tsx}`],
      // Left to itself the runner keeps one processor core free: half of a build machine.
      maxWorkers: '100%',
      expect: { poll: { timeout: 120_000 } },
      ...hangs,
      ...options,
    },
  };
}

export default defineConfig({
  cacheDir: '.cache/vitest',
  test: {
    projects: [
      project('unit'),
      project('store'),
      project('contract'),
      project('sim'),
      project('hub'),
      project('i18n', windows),
      // The pictures of the README are drawn on demand; they check nothing.
      project('e2e', {
        ...windows,
        exclude: process.env['UPDATE_SCREENS'] === '1' ? [] : ['tests/e2e/screens.test.ts'],
      }),
    ],
  },
});
