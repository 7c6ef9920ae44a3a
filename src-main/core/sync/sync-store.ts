/**
 * What the sync service needs of the open, encrypted store: the exchange's own port plus a few small reads. The store
 * implements it (core/store/log-store.ts); tests use the same store. All methods are synchronous and short.
 */
import type { Credential, Summary } from '#shared/sync/messages.ts';
import type { Role } from '#shared/access/roles.ts';
import type { Failure } from '#shared/kernel/result.ts';
import type { HubTimeHeard } from '#shared/sync/clock-check.ts';
import type { Compactor } from '../store/compaction.ts';
import type { SnapshotLoader } from '../store/snapshot-loader.ts';
import type { Scopes } from './scopes-port.ts';
import type { StickStore } from './stick-store-port.ts';

/** What this laptop knows of its hub. Kept inside the encrypted store and nowhere else. */
export type Enrolment = {
  /** Origin without a trailing slash: `https://hub.example.org` or `http://127.0.0.1:8470`; null: by stick only. */
  readonly address: string | null;
  readonly hubName: string;
  /** Ed25519 public key, 32 bytes as hex. What `addCredentials` checks signatures against. */
  readonly hubKey: string;
  /**
   * Key of the hub's TLS line (SHA-256, hex) as the hub signed for it; null where the public authorities vouch or the line
   * stays on this machine; absent where it was not asked yet.
   */
  readonly tlsKey?: string | null;
  /** Where parcels for the hub are sealed to; null from a hub of the first builds. */
  readonly hubRecipient: string | null;
  /** Hub epoch of the last answer. */
  readonly epoch: string;
  /** This laptop's own credential. */
  readonly credential: Credential;
  /** Milliseconds UTC. */
  readonly enrolledAt: number;
};

/** What the sync service remembers between two runs. The store keeps it as one JSON text; it need not look inside. */
export type SyncMemory = {
  /** What the hub holds of all logs this laptop may see, by log key, as it last said. */
  readonly acknowledged: { readonly [log: string]: number };
  readonly lastContactAt: number | null;
  readonly lastTryAt: number | null;
  /** Other laptops as the hub last told. */
  readonly laptops: readonly {
    readonly replica: string;
    readonly name: string;
    readonly lastContactAt: number | null;
  }[];
  /** The hub's clock beside this one's, as last heard; absent until then and in what earlier builds kept. */
  readonly clock?: HubTimeHeard | undefined;
  /** Own logs the hub takes no further, by how much of each it held when it said so; absent in what earlier builds kept. */
  readonly refused?: Summary | undefined;
};

/** What became of the last new identity of an enrolled laptop. */
export type SuccessionNote = {
  /** Milliseconds UTC: when it was taken, and when the hub let it in (null: not yet, or never). */
  readonly since: number;
  readonly doneAt: number | null;
  /** Why the hub never will. */
  readonly refused: Failure | null;
};

/** One finished exchange, as the Sync page lists it. */
export type ExchangeRow = {
  readonly road: 'hub' | 'stick';
  readonly startedAt: number;
  readonly finishedAt: number | null;
  /** Ops. */
  readonly sent: number;
  readonly received: number;
  readonly problem: { readonly code: string; readonly [fact: string]: unknown } | null;
};

export type SyncStore = StickStore & {
  /** What this laptop keeps, and what it is to leave. */
  readonly scopes: Scopes;

  /** The partition this laptop writes to, chosen at first run: what an invitation must contain. */
  ownPartition(): string;
  /** Role of the person signed in now, sent with the enrolment so that the operator sees who did it. */
  ownRole(): Role;

  /** Takes the hub's snapshots. */
  readonly snapshots: SnapshotLoader;
  readonly compactor: Compactor;

  /** Null until enrolled. Read on every exchange: keep it cheap. */
  enrolment(): Enrolment | null;
  /** Replaces the enrolment in one transaction. From then on `addCredentials` checks against its `hubKey`. */
  setEnrolment(enrolment: Enrolment | null): void;
  /** Null where no enrolled laptop had to take a new identity. */
  succession(): SuccessionNote | null;
  setSuccession(note: SuccessionNote | null): void;
  /** Null when nothing was ever remembered. */
  syncMemory(): SyncMemory | null;
  setSyncMemory(memory: SyncMemory): void;

  /**
   * Records with at least one op written on this laptop, counted once each by their least advanced op:
   * `saved` not yet handed over, `sent` handed over and not yet acknowledged, `received` all acknowledged by the hub. `refused` are those of
   * `saved` that wait in a log the hub takes no further (`SyncMemory`), handed over or not.
   * Asked often (every `sync.status`): count from the own logs' marks, not by walking the log.
   */
  roadCounts(): {
    readonly saved: number;
    readonly sent: number;
    readonly received: number;
    readonly refused: number;
  };
  /** Records `saved` or `sent`, by kind name; kinds with none are left out. */
  waitingByKind(): { readonly kind: string; readonly count: number }[];
  /** When the oldest own op not yet acknowledged was written, milliseconds UTC; null when nothing waits. */
  waitingSince(): number | null;

  /** Appends to the list of exchanges; the store keeps the newest 200. */
  recordExchange(exchange: ExchangeRow): void;
  /** Newest first. */
  exchanges(limit: number): ExchangeRow[];
};
