/**
 * Whether a proven segment may be taken: one rule for the hub and for every laptop, so that what the hub accepts no
 * laptop refuses.
 */
import { err, ok, type Result } from '../kernel/result.ts';
import { kindsByNumber } from '../kinds/all-kinds.ts';
import { coversPartition, isValidAt, mayAct } from './credential.ts';
import type { Credential } from './messages.ts';
import type { Op } from './op.ts';
import type { SegmentHeader } from './segment.ts';

/**
 * `credential` is the writer's; undefined when none is known. `nowMs` is the judge's clock: the hub's, on the line and by
 * stick. A laptop passes null: of what comes from its hub the hub judged the time when it took the segment, and a
 * credential that has run out since does not unmake what was written under it. Of what comes first-hand from another
 * laptop's parcel the parcel's own writer is judged by the clock (parcel-session.ts), the writers of segments it relays
 * are not.
 *
 * Failures: `segment/no-credential`, `segment/expired`, `segment/wrong-partition`, `segment/wrong-role` {seq}.
 */
export function checkSegmentAllowed(
  credential: Credential | undefined,
  header: Pick<SegmentHeader, 'replica' | 'partition'>,
  ops: readonly Op[],
  nowMs: number | null,
): Result<null> {
  if (credential === undefined || credential.replica !== header.replica) return err({ code: 'segment/no-credential' });
  if (nowMs !== null && !isValidAt(credential, nowMs)) return err({ code: 'segment/expired' });
  if (!coversPartition(credential, header.partition)) return err({ code: 'segment/wrong-partition' });
  const forbidden = ops.find((op) => !mayAct(credential, kindsByNumber.get(op.kind), op.act));
  return forbidden === undefined ? ok(null) : err({ code: 'segment/wrong-role', seq: forbidden.seq });
}
