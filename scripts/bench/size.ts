/**
 * Weight of the packaged Linux folder against a blank Electron's. Packs it anew, so that the figure is of these sources; the package is
 * for measuring only and may therefore stand on an unofficial Electron.
 */
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { electronDist, root } from '../runtimes.mjs';
import { type Figure, figure } from './figure.ts';

/** Figure: `size.linux` (bytes; the ratio leaves out the one native binary, which is allowed on top). */
export async function benchSize(): Promise<Figure[]> {
  execFileSync(process.execPath, [join(root, 'scripts/package.ts'), 'linux'], {
    cwd: root,
    env: { ...process.env, KOMISSIYA_ALLOW_UNOFFICIAL_ELECTRON: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const value = bytesBelow(join(root, 'out/package/linux-unpacked'));
  const baseline = bytesBelow(await electronDist('linux'));
  const native = lstatSync(join(root, 'node_modules/better-sqlite3/prebuilds/linux-x64.node')).size;
  const ratio = (value - native) / baseline;
  return [figure({ bench: 'size', figure: 'linux', value, baseline, ratio, target: 1.15 })];
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0);
}
