/**
 * What the exchange needs of a laptop's store. The desktop's is core/store/log-store.ts; a test may run two of them
 * against each other. Every method is one short transaction, but for those called within `together`: any interruption between two
 * calls is harmless.
 */
import type { Result } from '../kernel/result.ts';
import type { Credential, Heads, Summary } from './messages.ts';

export type AppliedSegment = {
  readonly log: string;
  readonly from: number;
  readonly to: number;
  /** Ops that were new here. */
  readonly applied: number;
  /**
   * The log went on otherwise here and was ended where both part. Others' logs end with a whole segment, so that what came before this
   * one may have to come again.
   */
  readonly branched: boolean;
};

/** Which side a segment comes from: of two continuations of one log the hub's stands. */
export type SegmentSource = 'hub' | 'laptop';

/** What is about to be done: segments to apply, logs to end behind a seq. */
export type Coming = { readonly segments: readonly Uint8Array[] } | { readonly ends: Summary };

export type ReplicaStore = {
  /** This installed copy's id. */
  readonly replica: string;
  /** Whether this laptop wrote a log, under its identity now or under one it had before. */
  isOwn(log: string): boolean;
  /** Whether a log of this laptop's was erased with its partition: then it is taken back from the hub. */
  isErased(log: string): boolean;
  /**
   * Every log held, own and others', with its highest seq. Of a log that is known to go on otherwise at the hub, only as far as both
   * are sure to hold the same, so that the hub sends the rest.
   */
  summary(): Summary;
  /** The name of a summary, see `summaryDigest`. */
  digestOf(summary: Summary): string;
  /** Head of the chain of a log after `seq`, hex; null where it is not held or no link ends there. */
  headAt(log: string, seq: number): string | null;
  /**
   * Sealed segments beyond what the other side holds, oldest first within a log, together at most `maxBytes` (but always
   * at least one if there is any): own logs first, then others' as the bytes that came. Left out are logs that go on otherwise at the
   * hub, and what is written under this identity while the other side lacks something of an earlier one in the same partition.
   * Marks them as on their way once `markSent` is called.
   */
  segmentsBeyond(
    held: Summary,
    maxBytes: number,
  ): { readonly bytes: Uint8Array; readonly log: string; readonly from: number; readonly to: number }[];
  /** What was handed over, not yet acknowledged: `sent` on the road. */
  markSent(log: string, seq: number): void;
  /**
   * What the hub says it holds durably: `received` on the road. A summary that goes back (a restored hub) moves the
   * mark back too, so that everything missing is sent again.
   */
  markReceived(summary: Summary): void;
  /**
   * Compares logs by their heads after these seqs, as the hub holds them, and remembers the logs that go on otherwise there. True when one of this laptop's own does, or reaches further there than here: then this store is
   * an old copy, and has to take a new identity (`sync/old-copy`).
   */
  compareHeads(summary: Summary, heads: Heads): boolean;
  /**
   * Whether this laptop's own log is another one after `seq` than the head (hex) that it has signed there, so that this store is an old
   * copy; remembered as by `compareHeads`. The signature is the caller's to check.
   */
  contradicts(log: string, seq: number, head: string): boolean;
  /** Remembers that the hub refused a log's continuation as forked. */
  distrust(log: string): void;
  /** Whether the writer of a log goes on under another identity: nothing that it was not allowed is ever allowed it any more. */
  isSucceeded(log: string): boolean;
  /**
   * Ends a log behind `after`, where the hub's ends, because the hub will never take what follows. What this laptop wrote there, under an
   * earlier identity, is written again under the one of now, together with what it has written since under others and the hub has not
   * got, which may name it; what another wrote is kept as strays for it (stray.ts). Answers how many ops
   * were written again; null where nothing was done: the log goes on otherwise at the hub, or has no segments there any more.
   */
  endLog(log: string, after: number): number | null;
  /**
   * Ends a log that goes on otherwise at the hub where both are sure to hold the same, because the hub's continuation will not come: this
   * laptop may not see it any more. What was here beyond is kept as `endLog` keeps it. Answers how many ops were written again.
   */
  endForked(log: string): number;
  /**
   * Writes again, at the end of this laptop's own log, what others have kept of its logs as strays (stray.ts) and none of them says any
   * more; the strays are removed. Answers how many ops that were. Waits while a log of its own is not mended.
   */
  takeBack(): number;
  /**
   * Proves and applies one segment of another replica in one transaction. Already held ops are skipped. Where the log goes on
   * otherwise here, the hub's stands, and this laptop's own ops are written again behind it, under its identity of now.
   * Failures: those of `openSegment`, `segment/gap`, `segment/forked`, those of `checkSegmentAllowed`, `store/disk-full`.
   */
  applySegment(bytes: Uint8Array, source?: SegmentSource): Result<AppliedSegment>;
  /**
   * Does beforehand, in short steps, what applying these segments of the hub's, or ending these logs, would do in one long one: writing much again.
   * Nothing counts before they are applied or ended, and they do whatever was not done.
   */
  prepare?(coming: Coming): Promise<void>;
  /** Runs `work` as one transaction. Where it answers a failure, or the disk does, nothing of it is kept; that failure is answered. */
  together(work: () => Result<null>): Result<null>;
  /** All credentials held. */
  credentials(): Credential[];
  /** Serials of the credentials held that reach into these partitions, sorted, and their name (`serialsDigest`). */
  credentialSerials(partitions: readonly string[]): string[];
  credentialsDigest(partitions: readonly string[]): string;
  /** Takes new ones; their signatures are checked against the enrolled hub's key. Failure: `sync/bad-credential`. */
  addCredentials(credentials: readonly Credential[]): Result<null>;
};
