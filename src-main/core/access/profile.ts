/**
 * The profile folder of this laptop: which store is open and for whom. Holds the only reference to the store's key; lock
 * drops it. The folder `sample` beside it is a whole second profile with sample data and no secret.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '#shared/access/contract.ts';
import { Person } from '#shared/access/person.ts';
import { type Slot, type VaultFile, vaultFileName } from '#shared/access/vault-file.ts';
import { CountryCode } from '#shared/commissions/country.ts';
import { bytesToHex, hexToBytes, type Id } from '#shared/kernel/ids.ts';
import type { Logger, Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { selectById } from '../store/column-id.ts';
import { databaseFailure } from '../store/database.ts';
import { fromColumnText } from '../store/column-text.ts';
import { type Backups, createBackups } from '../store/backups.ts';
import { carryIdentities } from '../store/carried-identities.ts';
import { openStore, type Store } from '../store/store.ts';
import { readVault, writeVault } from './vault.ts';

/** What a restarted core needs to go on; the shell keeps it in memory only. */
export type SessionResume = {
  readonly sample: boolean;
  readonly slot: string;
  readonly key: string;
  readonly session: Session;
};

export type OpenProfile = {
  readonly store: Store;
  readonly session: Session;
  readonly key: Uint8Array;
  readonly directory: string;
  readonly sample: boolean;
};

export type ProfileDeps = {
  readonly directory: string;
  readonly time: Time;
  readonly random: Random;
  readonly logger: Logger;
  readonly changed: (topics: readonly string[]) => void;
  readonly onSession: (resume: SessionResume | null) => void;
  /** Called after a store opened and before it closes, so that services can start and stop. */
  readonly opened: (open: OpenProfile) => void;
  readonly closing: () => Promise<void>;
};

export type Profile = {
  current(): OpenProfile | null;
  isSample(): boolean;
  directory(): string;
  sampleDirectory(): string;
  vault(): VaultFile | null | 'damaged';
  /** Changes the vault durably. */
  saveVault(vault: VaultFile): void;
  /** Takes back a first run that could not be finished. */
  forget(): void;
  backups(): Backups;
  /** Opens the store for a person. Failures: those of `openStore`. */
  open(key: Uint8Array, slot: Slot, name: string | null, isNew: boolean): Promise<Result<Session>>;
  replaceSession(session: Session): void;
  close(): Promise<void>;
  switchTo(sample: boolean): Promise<void>;
  eraseSample(): Promise<void>;
};

export function createProfile(deps: ProfileDeps): Profile {
  let open: OpenProfile | null = null;
  let backups: { readonly directory: string; readonly of: Backups } | null = null;
  const sampleDirectory = join(deps.directory, 'sample');
  // Sample data stays open between starts until somebody leaves it.
  let sample = readVault(deps.directory) === null && existsSync(join(sampleDirectory, vaultFileName));

  const self: Profile = {
    current: () => open,
    isSample: () => sample,
    directory: () => (sample ? sampleDirectory : deps.directory),
    sampleDirectory: () => sampleDirectory,
    vault: () => readVault(self.directory()),
    saveVault(vault) {
      mkdirSync(self.directory(), { recursive: true });
      writeVault(self.directory(), vault);
    },
    forget() {
      for (const name of [vaultFileName, 'komissiya.db', 'komissiya.db-wal'])
        rmSync(join(self.directory(), name), { force: true });
    },
    backups() {
      // One per folder: it keeps hold of the store's file (see `Backups.release`).
      if (backups?.directory !== self.directory()) {
        backups?.of.release();
        backups = { directory: self.directory(), of: createBackups(self.directory(), deps) };
      }
      return backups.of;
    },

    async open(key, slot, name, isNew) {
      const vault = self.vault();
      if (vault === null || vault === 'damaged') throw new Error('a store is opened through its vault');
      await self.close();
      const path = join(self.directory(), 'komissiya.db');
      // SQLite would make a blank store where the file has gone: that would look like lost work.
      if (!isNew && !existsSync(path)) return err({ code: 'store/damaged' });
      const result = openStore({ path, key }, vault.partition, {
        ...deps,
        backUp: () => void self.backups().make(null, key),
      });
      if (!result.ok) {
        self.backups().release();
        return result;
      }
      const store = result.value;
      if (vault.restored && !isNew) {
        const replaced = self.backups().replaced();
        if (replaced !== null) tryCarrying(store, { path: replaced, key }, deps.logger);
        store.renewIdentity();
        self.saveVault({ ...vault, restored: false });
      }
      const session = sessionOf(store, slot, vault, name);
      open = { store, session, key, directory: self.directory(), sample };
      deps.onSession({ sample, slot: slot.slot, key: bytesToHex(key), session });
      deps.opened(open);
      return ok(session);
    },

    replaceSession(session) {
      if (open === null) return;
      open = { ...open, session };
      deps.onSession({ sample, slot: session.slot, key: bytesToHex(open.key), session });
    },

    async close() {
      if (open === null) return;
      const { store } = open;
      open = null; // from here on nobody reads as this person
      await deps.closing();
      const vault = self.vault();
      if (vault !== null && vault !== 'damaged') {
        try {
          const counts = store.queries.roadCounts();
          self.saveVault({ ...vault, waiting: counts.saved + counts.sent });
        } catch (error) {
          if (databaseFailure(error) === null) throw error; // a full disk must not keep the key in memory
        }
      }
      store.close();
      self.backups().release();
      deps.onSession(null);
    },

    async switchTo(next) {
      if (next === sample) return;
      await self.close();
      sample = next;
    },

    async eraseSample() {
      await self.close();
      sample = false;
      rmSync(sampleDirectory, { recursive: true, force: true });
    },
  };
  return self;
}

/** Goes on with a session after the core's process was restarted. */
export async function resumeProfile(profile: Profile, resume: SessionResume): Promise<boolean> {
  await profile.switchTo(resume.sample);
  const vault = profile.vault();
  if (vault === null || vault === 'damaged') return false;
  const slot = vault.slots.find((each) => each.slot === resume.slot);
  if (slot === undefined) return false;
  const opened = await profile.open(hexToBytes(resume.key), slot, null, false);
  if (opened.ok) profile.replaceSession({ ...opened.value, previousSignInAt: resume.session.previousSignInAt });
  return opened.ok;
}

/** What the replaced file does not give is a matter for the hub, and no reason to keep a person out. */
function tryCarrying(store: Store, replaced: { path: string; key: Uint8Array }, logger: Logger): void {
  try {
    carryIdentities(store, replaced);
  } catch (error) {
    logger.warn('store/identities-not-carried', { name: error instanceof Error ? error.name : typeof error });
  }
}

function sessionOf(store: Store, slot: Slot, vault: VaultFile, name: string | null): Session {
  const commission = store.meta.get('own-commission');
  const country = CountryCode.safeParse(vault.partition.split('/')[0]);
  const storedName = store.db.prepare(selectById(Person, 'f_name')).pluck().get(slot.person);
  return {
    person: slot.person,
    slot: slot.slot,
    name: name ?? (typeof storedName === 'string' ? fromColumnText(storedName) : ''),
    role: slot.role,
    partition: vault.partition,
    country: country.success ? country.data : null,
    commission: commission as Id | null, // written by first run
    recoveryConfirmed: store.meta.get('recovery-confirmed') === 'yes',
    previousSignInAt: slot.lastSignInAt,
  };
}
