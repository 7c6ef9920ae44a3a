/** A copy of the built app to measure, so that a build beside it cannot change it half-way. */
import { cpSync, mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, root } from '../runtimes.mjs';

/** Copies dist/ below the project, where Node still finds node_modules; answers the copy and how to remove it. */
export function copyApp(): { dist: string; remove: () => void } {
  const kept = join(cacheDir, 'bench');
  mkdirSync(kept, { recursive: true });
  const folder = mkdtempSync(join(kept, 'app-'));
  const dist = join(folder, 'dist');
  cpSync(join(root, 'dist'), dist, { recursive: true, filter: (path) => !path.endsWith('.map') });
  return { dist, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
