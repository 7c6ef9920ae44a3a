/** The core without a window: opened on a profile, signed in when a call needs a person, closed afterwards. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Core, createCore } from '#core/core.ts';
import { coreContract } from '#shared/contract/core-contract.ts';
import { createClient } from '#shared/contract/rpc.ts';
import { type Id, Id as IdSchema } from '#shared/kernel/ids.ts';
import { silentLogger } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { ImportJob } from '#shared/packs/contract.ts';
import type { CliConfig } from './config.ts';

/** The project's folder: sources are run from it, they are not bundled. */
export const projectRoot = resolve(import.meta.dirname, '../..');

export function appVersion(): string {
  // package.json always has a version; it is ours.
  return String((JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: unknown }).version);
}

export function openCore(profile: string): Core {
  return createCore({
    directory: resolve(profile),
    time: { now: () => Date.now() },
    random: { bytes: (length) => new Uint8Array(randomBytes(length)) },
    // The answer on stdout is the only output.
    logger: silentLogger,
    // The keychain belongs to the window's process: profiles bound to it are opened with the app only.
    deviceSecret: null,
    resume: null,
    onSession: () => undefined,
    build: { version: appVersion(), allowDevelopmentPublisher: true },
  });
}

/**
 * Signs in unless somebody is: the given slot, or the first on the list, with the PIN of the environment. Failures:
 * `cli/no-profile`, `cli/no-pin` and those of `access.signIn`.
 */
export async function signIn(core: Core, config: CliConfig): Promise<Result<null>> {
  const client = createClient<typeof coreContract>(core.dispatch);
  const state = await client.call('access.state', {});
  if (!state.ok) return state;
  if (state.value.state === 'open') return ok(null);
  if (state.value.state === 'none') return err({ code: 'cli/no-profile' });
  const slot = slotOf(config.slot ?? state.value.rows[0]?.slot);
  if (slot === null) return err({ code: 'access/unknown-person' });
  if (config.pin === undefined) return err({ code: 'cli/no-pin', variable: 'KOMISSIYA_PIN' });
  const session = await client.call('access.signIn', { slot, pin: config.pin });
  return session.ok ? ok(null) : session;
}

/** Shows the core a folder of packs and waits until it has been looked through. */
export async function showPacks(core: Core, path: string, name: string): Promise<Result<null>> {
  const client = createClient<typeof coreContract>(core.dispatch);
  const set = await client.call('packs.setSources', { sources: [{ path: resolve(path), name, type: 'folder' }] });
  if (!set.ok) return set;
  for (;;) {
    const offers = await client.call('packs.offers', {});
    if (!offers.ok) return offers;
    if (offers.value.sources.every((source) => !source.scanning)) return ok(null);
    await pause();
  }
}

/** Waits until no import runs or waits any more; answers the jobs. */
export async function awaitImports(core: Core): Promise<Result<{ jobs: ImportJob[] }>> {
  const client = createClient<typeof coreContract>(core.dispatch);
  const resting: readonly ImportJob['step'][] = ['done', 'paused', 'failed', 'cancelled'];
  for (;;) {
    const jobs = await client.call('packs.jobs', {});
    if (!jobs.ok || jobs.value.jobs.every((job) => resting.includes(job.step))) return jobs;
    await pause();
  }
}

function slotOf(value: string | undefined): Id | null {
  const parsed = IdSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, 50));
}
