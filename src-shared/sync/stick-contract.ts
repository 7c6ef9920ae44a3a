/**
 * Calls about the exchange by stick.
 *
 * Failures: `stick/full` {needed, free}, `stick/read-only`, `stick/gone`, `stick/unreliable`, `stick/nothing` (no parcel for
 * this laptop), `stick/no-recipient` (the other side has no key to seal to), `stick/other-hub`, `stick/not-for-us`,
 * `stick/forged`, `stick/garbage`, `stick/unknown-writer`, `stick/revoked-writer`, `stick/expired-writer`, `stick/busy`,
 * `stick/wrong-answer`, `stick/damaged` (a parcel for this laptop cannot be read), `stick/needs-hub` {laptop} (it cannot hand on what
 * comes before), also as `problem` of a file; those of packs for a damaged file; `sync/not-enrolled`, `sync/sample`,
 * `sync/protocol` {hub, app}, `sync/bad-credential`, `store/disk-full`.
 */
import { z } from 'zod';
import { command, query } from '../contract/define.ts';

const Problem = z.looseObject({ code: z.string() });

/** Attachments, and their bytes. */
const Count = z.object({ files: z.int(), bytes: z.int() });

export const StickPlace = z.object({
  id: z.string(),
  /** Volume label or folder name. */
  name: z.string(),
  type: z.enum(['stick', 'folder']),
});
export type StickPlace = z.infer<typeof StickPlace>;

/** What lies in a place for this laptop and has not been taken in. */
export const StickArrival = z.object({
  place: z.string(),
  /** `parcels`: records. `answer`: the hub's to an enrolment request. `invitation`: from a hub. */
  what: z.enum(['parcels', 'answer', 'invitation']),
  files: z.int(),
  bytes: z.int(),
  /** Of an answer and an invitation. */
  hubName: z.string().nullable(),
  /** Six digits to compare with hub staff; null where this hub had invited, and nothing need be compared. */
  digits: z.string().nullable(),
  /** Whether the invitation says where the hub answers over the network. */
  isOnline: z.boolean(),
});
export type StickArrival = z.infer<typeof StickArrival>;

export const StickState = z.object({
  places: z.array(StickPlace),
  /** They are being looked through: arrivals are those of the last look. */
  isLooking: z.boolean(),
  arrivals: z.array(StickArrival),
  /** Whom a parcel can be written for. */
  readers: z.array(z.object({ id: z.string(), name: z.string() })),
  /** What is under way; `done` and `total` in files or segments. */
  task: z.object({ doing: z.enum(['write', 'take']), done: z.int(), total: z.int() }).nullable(),
  /** A request was written and is not answered yet; six digits for hub staff, and when. */
  requested: z.object({ digits: z.string(), writtenAt: z.int() }).nullable(),
});
export type StickState = z.infer<typeof StickState>;

const Place = z.string().max(64);

export const stickContract = {
  state: query(z.object({}), StickState),
  /** What there is for a reader. */
  preview: query(
    z.object({ reader: z.string().max(40), everything: z.boolean() }),
    /**
     * `refused`: of the changes, those the hub has refused and will not take from a stick either. `needsHub`: it is not known to hold earlier
     * records that this laptop cannot hand on any more.
     */
    z.object({ changes: z.int(), refused: z.int(), attachments: Count, needsHub: z.boolean() }),
  ),
  write: command(
    z.object({ place: Place, reader: z.string().max(40), everything: z.boolean() }),
    z.object({
      /** Of the parcels. */
      files: z.int(),
      bytes: z.int(),
      changes: z.int(),
      /** Of them, as in a preview. */
      refused: z.int(),
      /** Attachments that went along, and those the stick has no room for. */
      attachments: z.int(),
      left: Count,
    }),
  ),
  /** Takes in all parcels for this laptop. `problems`: what was refused, one of each sort. */
  take: command(
    z.object({ place: Place }),
    z.object({ files: z.int(), received: z.int(), attachments: z.int(), problems: z.array(Problem) }),
  ),
  /** Writes an enrolment request; sealed to the hub where an invitation lies beside it. */
  request: command(z.object({ place: Place }), z.object({ digits: z.string(), isInvited: z.boolean() })),
  /** Uses the hub's answer. `confirmed`: a person has compared its digits. */
  accept: command(z.object({ place: Place, confirmed: z.boolean() }), z.object({ hubName: z.string() })),
  /** Enrols over the network with the invitation that lies there. */
  enrol: command(z.object({ place: Place }), z.object({})),
  /** The mounted drives and chosen folders as the shell sees them. */
  setPlaces: command(
    z.object({
      places: z
        .array(z.object({ path: z.string().max(4096), name: z.string().max(200), type: z.enum(['stick', 'folder']) }))
        .max(50),
    }),
    z.object({}),
    'open',
  ),
};
