/**
 * Profiles full of made-up contacts, made once and kept in .cache/bench/: by the real core and the real write path. The name of a kept
 * profile holds a hash of the sources that decide what is in its file, so a change of kinds, text keys or tables makes a new one.
 */
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createCore } from '#core/core.ts';
import { readVault, unwrapKey } from '#core/access/vault.ts';
import { openStore, type Store, type StoreDeps } from '#core/store/store.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { locales, type Locale } from '#shared/i18n/locales.ts';
import { newId } from '#shared/kernel/ids.ts';
import type { Logger } from '#shared/kernel/ports.ts';
import { cacheDir, root } from '../runtimes.mjs';
import { sampleContact } from './names.ts';

export const benchPin = '482913';

const decisive = [
  'src-shared/access',
  'src-shared/contacts',
  'src-shared/i18n/locales.ts',
  'src-shared/kinds',
  'src-shared/sync/op.ts',
  'src-shared/text',
  'src-main/core/access',
  'src-main/core/store/commit.ts',
  'src-main/core/store/database.ts',
  'src-main/core/store/indexes.ts',
  'src-main/core/store/migrations',
  'src-main/core/store/op-log.ts',
  'src-main/core/store/record-rows.ts',
  'src-main/core/store/tables.ts',
  'scripts/bench/filled-profile.ts',
  'scripts/bench/names.ts',
];
const changesPerCommit = 1000;

const time = { now: () => Date.now() };
const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };
const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Copies a profile with so many contacts, sorted in the given languages, to `target`; makes it first when there is none. */
export async function copyFilledProfile(contacts: number, sortedIn: readonly Locale[], target: string): Promise<void> {
  const folder = join(
    cacheDir,
    'bench',
    `${contacts}-${sortedIn.length === locales.length ? 'all' : sortedIn.join('-')}`,
  );
  const kept = `${folder}-${sourcesHash()}`;
  if (!existsSync(kept)) {
    for (const old of existsSync(join(cacheDir, 'bench')) ? readdirSync(join(cacheDir, 'bench')) : []) {
      if (join(cacheDir, 'bench', old).startsWith(`${folder}-`))
        rmSync(join(cacheDir, 'bench', old), { recursive: true });
    }
    const draft = `${kept}.part`;
    rmSync(draft, { recursive: true, force: true });
    await fill(draft, contacts, sortedIn);
    renameSync(draft, kept);
  }
  cpSync(kept, target, { recursive: true });
}

/** Opens the store of a profile made here, past the sign-in: for measuring the store alone and for its key. */
export async function openFilledStore(directory: string): Promise<{ store: Store; key: Uint8Array }> {
  const vault = readVault(directory);
  const slot = vault === null || vault === 'damaged' ? undefined : vault.slots[0];
  if (vault === null || vault === 'damaged' || slot === undefined || slot.wrapped === null)
    throw new Error('the profile has no vault');
  const key = await unwrapKey(slot.wrapped, benchPin, null);
  if (!(key instanceof Uint8Array)) throw new Error('the profile has another PIN');
  const deps: StoreDeps = { time, random, logger: silent, changed: () => undefined, backUp: () => undefined };
  const opened = openStore({ path: join(directory, 'komissiya.db'), key }, vault.partition, deps);
  if (!opened.ok) throw new Error(opened.error.code);
  return { store: opened.value, key };
}

/** A core over a profile made here, as the app runs it. */
export function openCore(directory: string): ReturnType<typeof createCore> {
  return createCore({
    directory,
    time,
    random,
    logger: silent,
    deviceSecret: null,
    resume: null,
    onSession: () => undefined,
    build: { version: '0.1.0', allowDevelopmentPublisher: false },
  });
}

async function fill(directory: string, contacts: number, sortedIn: readonly Locale[]): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const core = openCore(directory);
  const made = await core.dispatch('access.createProfile', {
    locale: 'ru',
    commission: { from: 'country', country: 'kz', id: 'kz-19-tec_oblast' },
    person: { name: 'Председатель, пример', role: 'chair', label: { show: 'role' }, pin: benchPin },
  });
  if (!made.ok) throw new Error(made.error.code);
  await core.close();

  const { store } = await openFilledStore(directory);
  const person = readVault(directory);
  const actor = person === null || person === 'damaged' ? null : (person.slots[0]?.person ?? null);
  for (const locale of sortedIn) store.indexes.ensureLocale(locale);
  for (let from = 0; from < contacts; from += changesPerCommit) {
    const length = Math.min(changesPerCommit, contacts - from);
    store.commit(
      Array.from({ length }, (_, index) => ({
        kind: Contact,
        id: newId({ time, random }),
        act: 'set' as const,
        values: sampleContact(from + index),
      })),
      actor,
    );
  }
  store.close();
}

function sourcesHash(): string {
  const hash = createHash('sha256');
  const add = (path: string): void => {
    if (/\.\w+$/.test(path)) {
      hash.update(`${path}\n`).update(readFileSync(join(root, path)));
      return;
    }
    for (const name of readdirSync(join(root, path)).sort()) add(`${path}/${name}`);
  };
  for (const path of decisive) add(path);
  return hash.digest('hex').slice(0, 12);
}
