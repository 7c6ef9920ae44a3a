/** A real hub in this process, whose clock a test can move, with one signed-in core beside it; both end with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { readConfig } from '#hub/config.ts';
import { createHub } from '#hub/hub.ts';
import { strongRandom } from '#hub/hub-crypto.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { startSignedIn } from './core.ts';

/** `deps` are what the hub was made with: commands of the operator's want them too. `now`: milliseconds UTC. */
export async function startHubHere(now: () => number, env: { readonly [name: string]: string } = {}) {
  const { hub, address, deps, directory, close } = await openHubHere(now, env);
  const core = await startSignedIn();
  onTestFinished(async () => {
    await core.close();
    await close();
  });
  return { hub, address, core, deps, directory };
}

/** A hub that answers until it is closed. `env` are its settings. */
export async function openHubHere(now: () => number, env: { readonly [name: string]: string } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'хаб № '));
  const config = readConfig({ KOMISSIYA_HUB_DIR: directory, KOMISSIYA_HUB_PORT: '0', ...env });
  const logger = pino({ level: 'silent' });
  const deps = { time: { now }, random: strongRandom, logger, version: '0.0.0', kinds: allKinds };
  const hub = await createHub(config, deps);
  const address = await hub.listen();
  return {
    hub,
    address,
    deps,
    directory,
    async close(): Promise<void> {
      await hub.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
