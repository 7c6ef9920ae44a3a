/**
 * What the exchange needs of a laptop's store. The desktop's is core/store/log-store.ts; a test may run two of them
 * against each other. Every method is one short transaction: any interruption between two calls is harmless.
 */
import type { Result } from '../kernel/result.ts';
import type { Credential, Summary } from './messages.ts';

export type AppliedSegment = {
  readonly log: string;
  readonly from: number;
  readonly to: number;
  /** Ops that were new here. */
  readonly applied: number;
};

export type ReplicaStore = {
  /** This installed copy's id. */
  readonly replica: string;
  /** Every log held, own and others', with its highest seq. */
  summary(): Summary;
  /** The name of a summary, see `summaryDigest`. */
  digestOf(summary: Summary): string;
  /**
   * Sealed segments beyond what the other side holds, oldest first within a log, together at most `maxBytes` (but always
   * at least one if there is any). `own`: of this replica's logs only. `all`: own logs first, then others' segments as the
   * bytes that came, for a road that relays (a stick, a neighbour); those may begin before `held` says, the receiver skips
   * what it has. Marks them as on their way once `markSent` is called.
   */
  segmentsBeyond(
    held: Summary,
    maxBytes: number,
    whose: 'own' | 'all',
  ): { readonly bytes: Uint8Array; readonly log: string; readonly from: number; readonly to: number }[];
  /** What was handed over, not yet acknowledged: `sent` on the road. */
  markSent(log: string, seq: number): void;
  /**
   * What the hub says it holds durably: `received` on the road. A summary that goes back (a restored hub) moves the
   * mark back too, so that everything missing is sent again.
   */
  markReceived(summary: Summary): void;
  /**
   * Proves and applies one segment of another replica in one transaction. Already held ops are skipped.
   * Failures: those of `openSegment`, `segment/gap`, `segment/forked`, `segment/no-credential`, `segment/expired`,
   * `segment/wrong-partition`, `segment/wrong-role`, `store/disk-full`.
   */
  applySegment(bytes: Uint8Array): Result<AppliedSegment>;
  /** Serials of the credentials held, and new ones (their signatures are checked against the enrolled hub's key). */
  credentialSerials(): string[];
  /** Failure: `sync/bad-credential`. */
  addCredentials(credentials: readonly Credential[]): Result<null>;
};
