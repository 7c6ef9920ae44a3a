/**
 * Calls about the profile on this laptop: first run, persons, PIN, lock.
 *
 * Failures: `access/wrong-pin` {triesLeft, waitSeconds}, `access/wait` {waitSeconds}, `access/wrong-code` {triesLeft,
 * waitSeconds}, `access/profile-exists`, `access/no-profile`, `access/no-pin`, `access/unknown-person`, `access/not-allowed`,
 * `store/damaged`, `store/from-future`, `store/disk-full`, `store/in-use`.
 */
import { z } from 'zod';
import { CountryCode } from '../commissions/country.ts';
import { command, query } from '../contract/define.ts';
import { Id } from '../kernel/ids.ts';
import { Locale } from '../i18n/locale.ts';
import { Partition } from './partitions.ts';
import { Role } from './roles.ts';

/** A PIN of 6 to 12 digits, or a passphrase of at least 8 characters. Compared after NFC. */
export const Pin = z
  .string()
  .max(200)
  .refine((value) => /^\d{6,12}$/.test(value) || (value.length >= 8 && !/^\d+$/.test(value)));

/** How a person is shown before sign-in. Nothing else about them is readable on the locked disk. */
export const PublicLabel = z.discriminatedUnion('show', [
  z.object({ show: z.literal('role') }),
  z.object({ show: z.literal('initials'), initials: z.string().trim().min(1).max(4) }),
  z.object({ show: z.literal('name'), name: z.string().trim().min(1).max(120) }),
]);
export type PublicLabel = z.infer<typeof PublicLabel>;

/** One row of the sign-in screen. */
export const SignInRow = z.object({
  slot: Id,
  role: Role,
  /** Tells two persons of one role apart: «Член комиссии, 2». Starts at 1. */
  ordinal: z.int(),
  label: PublicLabel,
  lastSignInAt: z.int().nullable(),
  /** False after a copy was put back, until the person has set a PIN with the recovery code. */
  hasPin: z.boolean(),
});
export type SignInRow = z.infer<typeof SignInRow>;

/** The signed-in person. `partition` is where what they write goes. */
export const Session = z.object({
  person: Id,
  slot: Id,
  name: z.string(),
  role: Role,
  partition: Partition,
  country: CountryCode.nullable(),
  /** Record id of the own commission; null for trainers and hub staff. */
  commission: Id.nullable(),
  recoveryConfirmed: z.boolean(),
  /** When this person was last signed in before now: what «changed since» counts from. */
  previousSignInAt: z.int().nullable(),
});
export type Session = z.infer<typeof Session>;

export const ProfileState = z.object({
  /** `none`: first run. `locked`: somebody must sign in. `open`: somebody is signed in. */
  state: z.enum(['none', 'locked', 'open']),
  sample: z.boolean(),
  locale: Locale.nullable(),
  rows: z.array(SignInRow),
  session: Session.nullable(),
  /** Records written here and not yet received by the hub; counted when last locked. */
  waiting: z.int(),
  autoLockMinutes: z.int(),
  /** The commission's name as the profile's maker chose to show it before sign-in: official and public. */
  commissionNames: z.partialRecord(Locale, z.string()).nullable(),
  /** Set when the system date cannot be right (before this build, or decades ahead). */
  implausibleDate: z.string().nullable(),
});
export type ProfileState = z.infer<typeof ProfileState>;

/** The commission chosen at first run. */
export const ChosenCommission = z.discriminatedUnion('from', [
  z.object({ from: z.literal('country'), country: CountryCode, id: z.string().max(80) }),
  z.object({
    from: z.literal('typed'),
    country: CountryCode,
    unit: z.string().max(80).nullable(),
    level: z.string().max(80).nullable(),
    name: z.string().trim().min(3).max(300),
  }),
  z.object({ from: z.literal('none'), as: z.enum(['trainer', 'staff']) }),
]);
export type ChosenCommission = z.infer<typeof ChosenCommission>;

const NewPerson = z.object({
  name: z.string().trim().min(1).max(300),
  role: Role,
  label: PublicLabel,
  pin: Pin,
});
const RecoveryCode = z.object({
  /** Eight groups of four digits; the last two digits check the rest. Shown once, never stored. */
  groups: z.array(z.string()).length(8),
});

export const accessContract = {
  state: query(z.object({}), ProfileState, 'open'),
  /** Makes the encrypted store, the first person and the recovery code; the person is signed in afterwards. */
  createProfile: command(
    z.object({ locale: Locale, commission: ChosenCommission, person: NewPerson }),
    z.object({ recoveryCode: RecoveryCode }),
    'open',
  ),
  /** The person has proved that the code is printed or written down. */
  confirmRecoveryCode: command(z.object({}), z.object({})),
  /** A new code; the old one stops working. */
  renewRecoveryCode: command(z.object({ pin: z.string().max(200) }), z.object({ recoveryCode: RecoveryCode })),
  signIn: command(z.object({ slot: Id, pin: z.string().max(200) }), Session, 'open'),
  /** Locks: the key leaves memory. */
  lock: command(z.object({}), z.object({}), 'open'),
  /** Forgotten PIN: the recovery code opens the store and sets a new PIN for one person, who is signed in. */
  recover: command(z.object({ slot: Id, code: z.string().max(80), newPin: Pin }), Session, 'open'),
  changePin: command(z.object({ pin: z.string().max(200), newPin: Pin }), z.object({})),
  addPerson: command(NewPerson, z.object({ slot: Id })),
  /** Changes how one is shown before sign-in. */
  setLabel: command(z.object({ label: PublicLabel }), z.object({})),
  removePerson: command(z.object({ slot: Id }), z.object({})),
  setLocale: command(z.object({ locale: Locale }), z.object({}), 'open'),
  setAutoLock: command(z.object({ minutes: z.int().min(1).max(240) }), z.object({})),
  /** Opens a second, plainly marked store with sample data; sends nothing, may be erased at any time. */
  startSample: command(z.object({ locale: Locale, country: CountryCode }), Session, 'open'),
  /** Leaves the sample data and erases it. */
  endSample: command(z.object({}), z.object({}), 'open'),
  /** Backups that can replace a damaged store, newest first. */
  backups: query(
    z.object({}),
    z.object({ items: z.array(z.object({ id: z.string(), madeAt: z.int(), bytes: z.int() })) }),
    'open',
  ),
  /** Puts a verified backup in place of the store; the damaged file is kept beside it. */
  restoreBackup: command(z.object({ id: z.string().max(200) }), z.object({}), 'open'),
  /**
   * Without a usable backup: puts the damaged file aside (it is kept) and opens an empty store, to be filled by the hub
   * after a new enrolment. Failure: `access/not-damaged` while the store opens as it should.
   */
  startAfresh: command(z.object({ slot: Id, pin: z.string().max(200) }), Session, 'open'),
};
