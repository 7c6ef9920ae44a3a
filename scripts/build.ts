/**
 * Builds the app into dist/ with plain Vite: shell.js, core.js with its thread backup-check.js, hub.js (ESM for Node), preload.cjs (one CommonJS file, as a
 * sandboxed preload must be) and renderer/. Only `electron`, `better-sqlite3` and Node's own modules stay outside the bundles.
 * Usage: node scripts/build.ts [--dev]
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { build, type InlineConfig, type Plugin } from 'vite';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
const stamp = join(dist, '.built');

/** pg's optional parts are looked up in a try block and absent here. */
const external = ['electron', 'better-sqlite3', 'pg-native', 'cloudflare:sockets'];

type Mode = 'development' | 'production';

function baseConfig(mode: Mode): InlineConfig {
  return { configFile: false, mode, logLevel: 'warn', publicDir: false, clearScreen: false };
}

function nodeConfig(mode: Mode, entry: string, fileName: string, format: 'es' | 'cjs'): InlineConfig {
  return {
    ...baseConfig(mode),
    root,
    ssr: { noExternal: true, external, target: 'node' },
    build: {
      ssr: join(root, entry),
      outDir: dist,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      sourcemap: true,
      license: { fileName: `licenses/${fileName}.md` },
      rolldownOptions: { external, output: { format, entryFileNames: fileName, codeSplitting: false } },
    },
  };
}

function rendererConfig(mode: Mode, outDir = join(dist, 'renderer'), plugins: Plugin[] = []): InlineConfig {
  return {
    ...baseConfig(mode),
    root: join(root, 'src-renderer'),
    base: './',
    plugins: [...plugins, react()],
    build: {
      outDir,
      emptyOutDir: false,
      // One known browser: Electron's. Older than it, so that a fallback Electron runs the same files.
      target: 'chrome140',
      // The page asks for what its first script imports while that script is still on its way; later files come when needed.
      modulePreload: {
        polyfill: false,
        resolveDependencies: (_file, dependencies, { hostType }) => (hostType === 'html' ? dependencies : []),
      },
      // The CSP allows no data: fonts or scripts.
      assetsInlineLimit: 0,
      sourcemap: mode === 'development',
      license: { fileName: 'licenses.md' },
      rolldownOptions: {
        output: {
          // The shell names the texts of the last language in the page it serves (shell/protocols.ts).
          chunkFileNames: ({ name }) => (name.startsWith('locale-') ? 'assets/[name].js' : 'assets/[name]-[hash].js'),
          // Every file is a trip through the shell: what a locked laptop needs comes as one, and each language as one.
          codeSplitting: {
            groups: [
              {
                debugName: 'locale',
                name(id) {
                  const locale = /[\\/]locales[\\/]([^\\/]+)[\\/][^\\/]+\.json/.exec(id)?.[1];
                  return locale === undefined ? null : `locale-${locale}`;
                },
              },
              { name: 'gate', tags: ['$initial'] },
            ],
          },
        },
      },
    },
  };
}

const entries: { source: string; config: (mode: Mode) => InlineConfig }[] = [
  { source: 'src-main/shell/main.ts', config: (mode) => nodeConfig(mode, 'src-main/shell/main.ts', 'shell.js', 'es') },
  { source: 'src-main/core/main.ts', config: (mode) => nodeConfig(mode, 'src-main/core/main.ts', 'core.js', 'es') },
  {
    source: 'src-main/core/store/backup-check.ts',
    config: (mode) => nodeConfig(mode, 'src-main/core/store/backup-check.ts', 'backup-check.js', 'es'),
  },
  {
    source: 'src-main/preload/preload.ts',
    config: (mode) => nodeConfig(mode, 'src-main/preload/preload.ts', 'preload.cjs', 'cjs'),
  },
  { source: 'src-hub/main.ts', config: (mode) => nodeConfig(mode, 'src-hub/main.ts', 'hub.js', 'es') },
  { source: 'src-renderer/index.html', config: (mode) => rendererConfig(mode) },
];

/** Builds everything anew; throws naming the entry files that do not exist, after building the rest. */
async function buildAll(mode: Mode = 'production'): Promise<void> {
  process.env['NODE_ENV'] = mode;
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const missing = entries.filter(({ source }) => !existsSync(join(root, source))).map(({ source }) => source);
  for (const { source, config } of entries) {
    if (!missing.includes(source)) await build(config(mode));
  }
  const icons = join(root, 'assets/icons');
  if (existsSync(icons)) cpSync(icons, join(dist, 'icons'), { recursive: true });
  if (missing.length > 0) throw new Error(`build: no entry file ${missing.join(', ')}`);
  writeFileSync(stamp, `${mode}\n`);
}

/**
 * Builds the app a second time into `folder`, with the catalogues of `catalogues` in place of the project's: for tests of layouts. The rest is
 * a copy of dist/, which must be there.
 */
export async function buildWithCatalogues(folder: string, catalogues: string): Promise<void> {
  process.env['NODE_ENV'] = 'production';
  rmSync(folder, { recursive: true, force: true });
  cpSync(dist, join(folder, 'dist'), { recursive: true, filter: (path) => !path.startsWith(join(dist, 'renderer')) });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  const replace: Plugin = {
    name: 'other-catalogues',
    enforce: 'pre',
    load: (id) => {
      const inside = /[\\/]locales[\\/]([^?]+\.json)/.exec(id)?.[1];
      const file = inside === undefined ? null : join(catalogues, inside);
      return file !== null && existsSync(file) ? readFileSync(file, 'utf8') : null;
    },
  };
  await build(rendererConfig('production', join(folder, 'dist/renderer'), [replace]));
}

/** Newest change below a path, in ms since 1970; folders count too, so that a deleted file is noticed. */
function newestChange(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}

/** What a build is made of. */
export const buildInputs = [
  'src-shared',
  'src-main',
  'src-renderer',
  'src-hub',
  'locales',
  'assets/country',
  'assets/icons',
  'package.json',
  'package-lock.json',
  'scripts/build.ts',
].map((path) => join(root, path));

/** Builds only when a source is newer than dist/. */
export async function buildIfStale(mode: Mode = 'production'): Promise<void> {
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? -1;
  if (buildInputs.some((path) => newestChange(path) > built)) await buildAll(mode);
}

if (import.meta.main) {
  const startedAt = performance.now();
  await buildAll(process.argv.includes('--dev') ? 'development' : 'production');
  console.log(`built dist/ in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}
