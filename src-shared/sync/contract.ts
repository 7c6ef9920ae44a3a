/**
 * Calls about the exchange with the hub.
 *
 * Failures: `sync/not-enrolled`, `sync/bad-code`, `sync/code-used`, `sync/code-expired`, `sync/wrong-partition` {invited}, `sync/hub-unreachable`,
 * `sync/hub-slow`, `sync/wrong-certificate`, `sync/certificate-date`, `sync/wrong-hub-key`, `sync/hub-refused` {reason, partition?}, `sync/partition-left` {partition} (of a partition this laptop is to leave the hub takes nothing more), `sync/log-parted` {laptop, partition} (what is here of another's log parts from the hub's for good, or the hub has lost what only that laptop can bring), `sync/revoked`, `sync/succeeded`, `sync/protocol` {hub, app}, `sync/sample` (sample data sends nothing).
 */
import { z } from 'zod';
import { Partition } from '../access/partitions.ts';
import { Locale } from '../i18n/locale.ts';
import { command, query } from '../contract/define.ts';
import { PublicKey } from '../kernel/hex.ts';
import { KindName } from '../records/contract.ts';

const Problem = z.looseObject({ code: z.string() });

/** A partition as screens show it: by the name of its commission, where that is known. */
export const ScopeView = z.object({ partition: Partition, names: z.partialRecord(Locale, z.string()).nullable() });
export type ScopeView = z.infer<typeof ScopeView>;

export const SyncStatus = z.object({
  /** `address` is null where this laptop exchanges by stick only. */
  enrolled: z
    .object({ address: z.string().nullable(), hubName: z.string(), since: z.int(), validUntil: z.int() })
    .nullable(),
  /** `partly`: the last exchange came through, but for what `problem` says or `refused` counts. */
  state: z.enum(['not-enrolled', 'offline', 'waiting', 'syncing', 'up-to-date', 'partly', 'refused']),
  /** Records on each part of the road. */
  saved: z.int(),
  /** Of those saved, what the hub has refused: it takes them by no road while the rights of this laptop are what they are. */
  refused: z.int(),
  sent: z.int(),
  received: z.int(),
  /** The oldest thing still waiting here. */
  waitingSince: z.int().nullable(),
  waitingByKind: z.array(z.object({ kind: KindName, count: z.int() })),
  lastContactAt: z.int().nullable(),
  lastTryAt: z.int().nullable(),
  nextTryAt: z.int().nullable(),
  /**
   * Ops done and to do in the exchange under way, or bytes of the answer that will say how many there are; and seconds left at the speed so
   * far, null while that says little.
   */
  progress: z
    .object({ done: z.int(), total: z.int(), unit: z.enum(['changes', 'bytes']), secondsLeft: z.int().nullable() })
    .nullable(),
  /** One with a `partition` has the `names` of that as well, where they are known. */
  problem: Problem.nullable(),
  /**
   * What the hub has changed of what this laptop keeps. `leaving`: partitions it may not keep any more, with the changes and attachments
   * that still have to be handed over before they are erased here. `changes`: what has happened, the latest first.
   */
  scopes: z.object({
    leaving: z.array(ScopeView.extend({ waiting: z.int(), files: z.int() })),
    changes: z.array(ScopeView.extend({ what: z.enum(['joined', 'left', 'dropped']), at: z.int() })),
  }),
  /** This laptop's clock and the hub's, milliseconds UTC, where they are known to differ by more than a few minutes. */
  clock: z.object({ here: z.int(), hub: z.int() }).nullable(),
  /**
   * Where this laptop's data were put back from a copy: since when it goes on under a new identity, and whether the hub knows (`waiting`,
   * `done`, shown for a month), or will not have it (`refused`: a person needs an invitation).
   */
  succession: z.object({ since: z.int(), state: z.enum(['waiting', 'done', 'refused']) }).nullable(),
  /** Other laptops of this commission as the hub last told. */
  laptops: z.array(
    z.object({ replica: z.string(), name: z.string(), lastContactAt: z.int().nullable(), isThis: z.boolean() }),
  ),
});
export type SyncStatus = z.infer<typeof SyncStatus>;

export const Exchange = z.object({
  road: z.enum(['hub', 'stick']),
  startedAt: z.int(),
  finishedAt: z.int().nullable(),
  sent: z.int(),
  received: z.int(),
  problem: Problem.nullable(),
});

export type SyncExchange = z.infer<typeof Exchange>;

export const syncContract = {
  status: query(z.object({}), SyncStatus, 'open'),
  exchanges: query(z.object({ limit: z.int().min(1).max(100) }), z.object({ items: z.array(Exchange) })),
  /** `code` is the invitation as the hub printed it; `hubKey` (hex) where it came whole, as a file or a link. */
  enrol: command(
    z.object({
      address: z.string().max(300),
      code: z.string().max(100),
      hubKey: PublicKey.optional(),
    }),
    z.object({}),
  ),
  /** Gives up what was not handed over of a partition to be left, and erases it here. Nothing where it is not to be left. */
  dropPartition: command(z.object({ partition: Partition }), z.object({})),
  /** Tries now instead of at the next turn; answers when that exchange has ended. */
  now: command(z.object({}), z.object({ sent: z.int(), received: z.int() })),
};
