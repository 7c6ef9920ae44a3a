/**
 * Calls about the packs on the hub's shelf: what lies there, and fetching one. A fetched pack is a file like one from a stick and is
 * imported by the same road (`packs.jobs`), with every check of its signature; until then nothing the hub says of it is believed but its digest.
 *
 * Failures, also as `problem`: those of the line (`sync/…`), `shelf/gone` (the operator took it down or put up another), `shelf/altered` (what
 * came has another digest), `packs/disk-full` {needed, free}, those of packs; `sync/not-enrolled`, `sync/stick-only`.
 */
import { z } from 'zod';
import { command, query } from '../contract/define.ts';
import { Locale } from '../i18n/locale.ts';
import { Sha256 } from '../kernel/hex.ts';

const One = z.object({ sha256: Sha256 });

export const ShelfOffer = z.object({
  /** Of the whole pack file. */
  sha256: Sha256,
  packId: z.string(),
  titles: z.partialRecord(Locale, z.string()),
  publisher: z.string(),
  locales: z.array(Locale),
  bytes: z.int(),
  version: z.int(),
  installedVersion: z.int().nullable(),
  status: z.enum(['new', 'update', 'installed', 'other-country']),
  /** Of a fetch: under way, waiting for its turn or the line, paused by a person; null where there is none. */
  step: z.enum(['fetching', 'waiting', 'paused']).nullable(),
  /** Bytes of it that are here. */
  copied: z.int(),
  /** Whole seconds, null while unknown. */
  secondsLeft: z.int().nullable(),
  problem: z.looseObject({ code: z.string() }).nullable(),
});
export type ShelfOffer = z.infer<typeof ShelfOffer>;

export const shelfContract = {
  /** `state`: whether a hub is known, was reached since sign-in, and has said what lies there. */
  list: query(z.object({}), z.object({ state: z.enum(['no-hub', 'away', 'known']), packs: z.array(ShelfOffer) })),
  /** Asks the hub again. */
  look: command(z.object({}), z.object({})),
  /** Begins or goes on with a fetch; what has come before is not fetched again. */
  fetch: command(One, z.object({})),
  /** Stops a fetch and keeps what has come. */
  pause: command(One, z.object({})),
  /** Stops a fetch and removes what has come. */
  drop: command(One, z.object({})),
};
