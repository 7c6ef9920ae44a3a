/**
 * The vault file: what may lie unencrypted beside the store (how it is written and its keys made: core/access/vault.ts), and
 * what the sign-in screen shows of it. Nothing personal: a row shows a role or what its person chose to show.
 */
import { z } from 'zod';
import { Locale } from '../i18n/locale.ts';
import { Id } from '../kernel/ids.ts';
import { type ProfileState, PublicLabel, type SignInRow } from './contract.ts';
import { Partition } from './partitions.ts';
import { Role } from './roles.ts';

/** Its name in the profile's folder. */
export const vaultFileName = 'vault.json';

const Wrapped = z.strictObject({
  salt: z.string(),
  /** AES-256-GCM: 12-byte nonce, ciphertext of 32 bytes, 16-byte tag; hex. */
  box: z.string(),
  /** Whether the OS keychain's device secret is part of the key. */
  device: z.boolean(),
});
export type Wrapped = z.infer<typeof Wrapped>;

/** Wrapped by the recovery code: 16 bytes of salt, 60 of the box, and never the device secret. */
export const WrappedByCode = z.strictObject({
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  box: z.string().regex(/^[0-9a-f]{120}$/),
  device: z.literal(false),
});

const Slot = z.strictObject({
  slot: Id,
  /** Record id of the person; a random number that says nothing. */
  person: Id,
  role: Role,
  ordinal: z.int(),
  label: PublicLabel,
  /** Null until the person has set a PIN on this laptop, where a copy was put back: the recovery code lets them in. */
  wrapped: Wrapped.nullable(),
  lastSignInAt: z.int().nullable(),
  /** Wrong PINs since the last right one, and how long to wait from `waitFrom`. */
  misses: z.int(),
  waitFrom: z.int().nullable(),
});
export type Slot = z.infer<typeof Slot>;

const VaultFile = z.strictObject({
  format: z.literal(1),
  locale: Locale,
  partition: Partition,
  commissionNames: z.partialRecord(Locale, z.string()).nullable(),
  slots: z.array(Slot),
  recovery: Wrapped.nullable(),
  recoveryMisses: z.int(),
  recoveryWaitFrom: z.int().nullable(),
  /** Records not yet received by the hub when the store was last locked. */
  waiting: z.int(),
  autoLockMinutes: z.int(),
  /** Set when a backup was put in place: the next opening takes a new replica identity. */
  restored: z.boolean(),
});
export type VaultFile = z.infer<typeof VaultFile>;

/** Reads the file's text; null when it cannot be understood. */
export function parseVaultFile(text: string): VaultFile | null {
  try {
    return VaultFile.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** A slot as the sign-in screen shows it. */
export function signInRow({ slot, role, ordinal, label, lastSignInAt, wrapped }: Slot): SignInRow {
  return { slot, role, ordinal, label, lastSignInAt, hasPin: wrapped !== null };
}

/** Of a profile that does not say otherwise. */
export const defaultAutoLockMinutes = 10;

/** Dates outside this span cannot be right: before the app was made, or past what its clock can hold. */
const firstPlausible = Date.UTC(2026, 0, 1);
const lastPlausible = Date.UTC(2060, 0, 1);

/**
 * What anybody at this laptop may know of its profile while nobody is signed in; `vault` is null where there is none.
 * @param now milliseconds UTC by the laptop's clock
 */
export function lockedState(vault: VaultFile | null, now: number): ProfileState {
  return {
    state: vault === null ? 'none' : 'locked',
    sample: false,
    locale: vault?.locale ?? null,
    rows: (vault?.slots ?? []).map(signInRow),
    session: null,
    waiting: vault?.waiting ?? 0,
    autoLockMinutes: vault?.autoLockMinutes ?? defaultAutoLockMinutes,
    commissionNames: vault?.commissionNames ?? null,
    implausibleDate: now < firstPlausible || now > lastPlausible ? new Date(now).toISOString().slice(0, 10) : null,
  };
}
