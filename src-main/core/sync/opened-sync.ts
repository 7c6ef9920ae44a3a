/** What the exchange with a hub knows and does while somebody is signed in; gone with that. */
import type { Failure } from '#shared/kernel/result.ts';
import type { ExchangeOutcome } from '#shared/sync/exchange.ts';
import type { Summary } from '#shared/sync/messages.ts';
import type { Compacting } from './compacting.ts';
import type { HubTransport } from './hub-transport.ts';
import type { SyncProfile } from './sync-profile.ts';
import type { RunningProgress } from './sync-status.ts';

export type OpenedSync = SyncProfile & {
  readonly stop: AbortController;
  readonly compacting: Compacting;
  running: Promise<ExchangeOutcome> | null;
  listening: Promise<void> | null;
  transport: HubTransport | null;
  progress: RunningProgress | null;
  /** When screens were last told of progress, and of the last try. Milliseconds UTC. */
  toldAt: number;
  lastTryAt: number | null;
  problem: Failure | null;
  /** Exchanges in a row that reached no hub. */
  failures: number;
  /** Ops to hand over when the last exchange began: what came after is a reason for another. */
  offered: number;
  /** Snapshots that were not right, by SHA-256; asked again after the next sign-in. */
  readonly refusedSnapshots: Set<string>;
  /** Logs of others that the hub did not take; asked again after the next sign-in. */
  unwanted: Summary;
};

export function openSync(profile: SyncProfile, compacting: Compacting): OpenedSync {
  return {
    ...profile,
    stop: new AbortController(),
    compacting,
    running: null,
    listening: null,
    transport: null,
    progress: null,
    toldAt: 0,
    lastTryAt: null,
    problem: null,
    failures: 0,
    offered: 0,
    refusedSnapshots: new Set(),
    unwanted: {},
  };
}
