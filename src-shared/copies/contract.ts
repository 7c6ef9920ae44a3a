/**
 * Calls about whole copies on sticks: keeping them, and putting one back on a new laptop or in the place of a damaged store.
 *
 * Failures: `copies/no-code` (no recovery code: nothing a copy could be opened with), `copies/busy`, `copies/stopped`, `copies/changed` (a file was
 * removed while it was copied), `copies/gone` (the copy is not there any more), `copies/altered`, `copies/from-future`, `copies/other-laptop`,
 * `copies/no-room` {needed, free} (on this laptop), `sync/sample`; of the stick `stick/full` {needed, free}, `stick/read-only`, `stick/gone`,
 * `stick/unreliable`; `access/mistyped-code`, `copies/wrong-code`, `access/profile-exists`, `access/unknown-person`, those of `access.signIn`;
 * `store/damaged`, `store/disk-full`, `store/disk-error`, `store/read-only`.
 */
import { z } from 'zod';
import { Pin, Session, SignInRow } from '../access/contract.ts';
import { command, query } from '../contract/define.ts';
import { Locale } from '../i18n/locale.ts';
import { Id } from '../kernel/ids.ts';
import { StickPlace } from '../sync/stick-contract.ts';

export const FoundCopy = z.object({
  place: z.string(),
  /** Unique in its place. */
  copy: z.string(),
  /** Null where the index cannot be read. */
  madeAt: z.int().nullable(),
  commissionNames: z.partialRecord(Locale, z.string()).nullable(),
  laptop: z.string().nullable(),
  bytes: z.int().nullable(),
  /** Why it cannot be put back, as far as that is seen without its code. */
  problem: z.enum(['from-future', 'damaged']).nullable(),
  /** The same for all copies of one laptop. */
  folder: z.string(),
  /** Made by this laptop. */
  isOwn: z.boolean(),
  /** Of several of one laptop that can be put back the one made last, whatever its clock said. */
  isNewest: z.boolean(),
});
export type FoundCopy = z.infer<typeof FoundCopy>;

export const CopyTask = z.object({
  doing: z.enum(['write', 'put-back', 'remove']),
  /** `prepare` and `prove` are not counted in bytes. */
  step: z.enum(['prepare', 'write', 'check', 'read', 'prove']),
  place: z.string(),
  /** Bytes. */
  done: z.int(),
  total: z.int(),
  /** Null until it can be said. */
  secondsLeft: z.int().nullable(),
});
export type CopyTask = z.infer<typeof CopyTask>;

export const CopiesState = z.object({
  places: z.array(StickPlace),
  /** Whether they are being looked through. */
  isLooking: z.boolean(),
  /** Those of one laptop together, its newest first; what cannot be put back behind them. */
  copies: z.array(FoundCopy),
  task: CopyTask.nullable(),
  /** This laptop's last whole copy, wherever its stick is now; `place`: the stick's name. */
  last: z.object({ madeAt: z.int(), place: z.string(), bytes: z.int() }).nullable(),
  /** What became of the last writing, where it is no whole copy. */
  problem: z.looseObject({ code: z.string() }).nullable(),
  /** What this laptop is called on sticks; null until somebody has said. */
  laptop: z.string().nullable(),
  /** `former`: the last copy opens with the code before this one only. */
  code: z.enum(['ready', 'none', 'unconfirmed', 'former']),
});
export type CopiesState = z.infer<typeof CopiesState>;

const Place = z.string().max(64);
const Copy = z.object({ place: Place, copy: z.string().max(64) });
const Code = z.string().max(80);

export const copiesContract = {
  state: query(z.object({}), CopiesState, 'open'),
  /** Bytes a copy would take at most, and those free. */
  preview: query(z.object({ place: Place }), z.object({ needed: z.int(), free: z.int(), total: z.int() })),
  /** Writes a copy beside a person's work, and answers once it has been read back. `laptop`: what it is called on the stick, in the clear. */
  write: command(
    z.object({ place: Place, laptop: z.string().trim().min(1).max(120) }),
    z.object({ madeAt: z.int(), bytes: z.int(), written: z.int() }),
  ),
  /** Takes a copy off its stick for good. Failures: `copies/gone`, `copies/busy`, `sync/sample`, `stick/read-only`, `stick/gone`. */
  remove: command(Copy, z.object({})),
  /** Ends what is under way; what it has written goes. */
  cancel: command(z.object({}), z.object({}), 'open'),
  /** On a laptop without a profile: who signs in by a copy, once the recovery code has opened it. */
  persons: query(
    Copy.extend({ code: Code }),
    z.object({ rows: z.array(SignInRow), needed: z.int(), free: z.int() }),
    'open',
  ),
  /** On a laptop without a profile: takes the copy over whole, and signs one of its persons in under a new PIN. */
  putBack: command(Copy.extend({ code: Code, slot: Id, newPin: Pin }), Session, 'open'),
  /** In the place of this laptop's damaged store, which is kept; its persons keep their PINs. */
  restore: command(Copy.extend({ slot: Id, pin: z.string().max(200) }), z.object({}), 'open'),
};
