/**
 * Packs dist/ into a folder for one platform, then reads the outcome back: fuses, native binaries, sizes.
 * An unofficial Electron is refused unless KOMISSIYA_ALLOW_UNOFFICIAL_ELECTRON=1, and such a package says what it is.
 * Usage: node scripts/package.ts <linux|win32> [--test-build]
 */
import { lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { listPackage } from '@electron/asar';
import fuses from '@electron/fuses';
import builder from 'electron-builder';
import { buildIfStale } from './build.ts';
import { type ElectronTarget, ensureElectron, root } from './runtimes.mjs';

// Both are CommonJS whose named exports Node cannot see.
const { FuseV1Options, getCurrentFuseWire } = fuses;
const { Arch, build, Platform } = builder;

const targets = {
  linux: { platform: Platform.LINUX, folder: 'linux-unpacked', binary: 'komissiya' },
  win32: { platform: Platform.WINDOWS, folder: 'win-unpacked', binary: 'Komissiya.exe' },
};

/** Every fuse a released app has set, read back from the binary. */
const wantedFuses: [fuses.FuseV1Options, boolean][] = [
  [FuseV1Options.RunAsNode, false],
  [FuseV1Options.EnableCookieEncryption, true],
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable, false],
  [FuseV1Options.EnableNodeCliInspectArguments, false],
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, true],
  [FuseV1Options.OnlyLoadAppFromAsar, true],
];

/** The most a package may weigh: blank Electron × this, plus the native binary. */
const sizeLimit = 1.15;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}

function bytesOf(files: string[]): number {
  return files.reduce((sum, file) => sum + lstatSync(file).size, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Checks a packed folder; answers what is wrong with it. */
async function problemsOf(folder: string, target: ElectronTarget, electronFolder: string): Promise<string[]> {
  const problems: string[] = [];
  const wire = await getCurrentFuseWire(join(folder, targets[target].binary));
  for (const [fuse, on] of wantedFuses) {
    // The wire holds the characters 1 and 0.
    if (Number(wire[fuse]) !== (on ? '1' : '0').charCodeAt(0))
      problems.push(`fuse ${FuseV1Options[fuse]} is not ${on}`);
  }

  const files = filesBelow(folder);
  const natives = files.filter((file) => file.endsWith('.node'));
  const wanted = `resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds/${target}-x64.node`;
  const found = natives.map((file) => relative(folder, file).replaceAll('\\', '/'));
  if (found.join() !== wanted) problems.push(`native binaries are [${found.join()}] instead of ${wanted}`);
  const packed = listPackage(join(folder, 'resources/app.asar'), { isPack: false }).map((file) =>
    file.replaceAll('\\', '/'),
  );
  const strangers = packed.filter(
    (file) =>
      !/^\/(dist|package\.json|node_modules|node_modules\/better-sqlite3(\/(lib|prebuilds|package\.json|LICENSE).*)?)(\/|$)/.test(
        file,
      ),
  );
  const sources = packed.filter((file) => /\.(c|cpp|h|hpp|gyp|map)$/.test(file));
  for (const file of [...strangers, ...sources]) problems.push(`app.asar holds ${file}`);

  const size = bytesOf(files);
  const blank = bytesOf(filesBelow(electronFolder));
  const limit = blank * sizeLimit + bytesOf(natives);
  const share = ((size / blank) * 100).toFixed(1);
  console.log(`size: ${megabytes(size)}, blank Electron ${megabytes(blank)} (${share} %), at most ${megabytes(limit)}`);
  console.log(
    `app.asar: ${megabytes(bytesOf([join(folder, 'resources/app.asar')]))}, native: ${megabytes(bytesOf(natives))}`,
  );
  if (size > limit) problems.push(`the folder weighs ${megabytes(size)}, more than ${megabytes(limit)}`);
  return problems;
}

const target = process.argv[2];
if (target !== 'linux' && target !== 'win32') throw new Error('package: name linux or win32');
const testBuild = process.argv.includes('--test-build');

const electron = await ensureElectron(target);
if (!electron.official && process.env['KOMISSIYA_ALLOW_UNOFFICIAL_ELECTRON'] !== '1') {
  console.error(
    `The official Electron could not be fetched, and the substitute (${electron.version}) must not reach users.\n` +
      'Run again where the Electron release site can be reached (delete .cache/electron-*.json first),\n' +
      'or set KOMISSIYA_ALLOW_UNOFFICIAL_ELECTRON=1 for a package that never leaves this machine.',
  );
  process.exit(1);
}

await buildIfStale('production');
const { platform, folder: folderName } = targets[target];
const folder = join(root, 'out/package', folderName);
rmSync(folder, { recursive: true, force: true });
await build({
  projectDir: root,
  targets: platform.createTarget('dir', Arch.x64),
  publish: 'never',
  config: {
    extends: join(root, 'electron-builder.yml'),
    electronDist: electron.folder,
    electronVersion: electron.version,
    extraMetadata: { testBuild },
  },
});
if (testBuild || !electron.official) {
  const kind = electron.official ? 'the official' : 'an UNOFFICIAL repackaging of';
  writeFileSync(
    join(folder, 'TEST-BUILD.txt'),
    `This folder was packed for tests, with ${kind} Electron ${electron.version}. It must not be given to users.\n`,
  );
}

const problems = await problemsOf(folder, target, electron.folder);
console.log(`packed ${relative(root, folder)} for ${target}-x64 with Electron ${electron.version}`);
for (const problem of problems) console.error(`package: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
