/**
 * Downloads one official Electron release, checked against the checksums in the `electron` package, into a folder. Ends with
 * code 1 when the release site cannot be reached within seconds, so that runtimes.mjs can fall back.
 * Usage: node download-electron.mjs <version> <linux|win32> <folder> <download cache>
 */
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { extract } from '@electron-internal/extract-zip';
import { downloadArtifact } from '@electron/get';

const [version, platform, folder, cacheRoot] = process.argv.slice(2);
const mirror = process.env.ELECTRON_MIRROR ?? 'https://github.com/electron/electron/releases/download/';
const reachMs = 8000;

try {
  const probe = await fetch(`${mirror}v${version}/SHASUMS256.txt`, {
    method: 'HEAD',
    signal: AbortSignal.timeout(reachMs),
  });
  if (!probe.ok) throw new Error(`answered ${probe.status}`);
  const checksums = JSON.parse(
    readFileSync(new URL('../node_modules/electron/checksums.json', import.meta.url), 'utf8'),
  );
  const zip = await downloadArtifact({
    version,
    artifactName: 'electron',
    platform,
    arch: 'x64',
    cacheRoot,
    checksums,
  });
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  await extract(zip, { dir: partial });
  renameSync(partial, folder);
} catch (error) {
  console.error(`komissiya: no official Electron ${version}: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
