/**
 * Whether a proven segment may be taken: one rule for the hub and for every laptop, so that what the hub accepts no
 * laptop refuses, and the other way round.
 *
 * An op is judged by one credential of its writer. The newest is the last word for everything that comes; but where the hub has
 * changed a laptop's rights, the new credential says how far it held the laptop's logs by then (`heldBefore`), and ops up to there are
 * judged by the credential before, and so on: what was written under old rights stays. For a while (`handOverUntil`) the hub also takes
 * what was written under them and had not been handed over, also where rights changed again or the credential was renewed meanwhile;
 * whether it came in time only the hub judges.
 */
import { err, type Failure, ok, type Result } from '../kernel/result.ts';
import { kindsByNumber } from '../kinds/all-kinds.ts';
import { coversPartition, isValidAt, mayAct, newestFirst, stillHonoured } from './credential.ts';
import type { Credential } from './messages.ts';
import type { Op } from './op.ts';
import type { SegmentHeader } from './segment.ts';
import { leavesNoRoom } from './stamp.ts';

/**
 * `credentials` are all known of the writer. `nowMs` is the judge's clock: the hub's, on the line and by
 * stick; the newest credential must be valid then. A laptop passes null: of what comes from its hub the hub judged the time when it
 * took the segment, and a credential that has run out since does not unmake what was written under it. Of what comes first-hand from
 * another laptop's parcel the parcel's own writer is judged by the clock (parcel-session.ts), the writers of segments it relays
 * are not.
 *
 * Failures: `segment/no-credential`, `segment/expired`, `segment/wrong-partition`, `segment/wrong-role` {seq}; where a time leaves no room
 * to beat it `segment/garbage`: no clock makes one, and the hub takes none.
 */
export function checkSegmentAllowed(
  credentials: readonly Credential[],
  header: Pick<SegmentHeader, 'replica' | 'partition'>,
  ops: readonly Op[],
  nowMs: number | null,
): Result<null> {
  const own = newestFirst(credentials.filter((credential) => credential.replica === header.replica));
  const [newest] = own;
  if (newest === undefined) return err({ code: 'segment/no-credential' });
  if (nowMs !== null && !isValidAt(newest, nowMs)) return err({ code: 'segment/expired' });
  if (ops.some(({ time }) => leavesNoRoom(time, nowMs))) return err({ code: 'segment/garbage' });
  for (const op of ops) {
    const at = own.findIndex((each) => op.seq > (each.heldBefore?.[header.partition] ?? 0));
    const judges = at < 0 ? [] : stillHonoured(own.slice(at), nowMs);
    const why = refusalOf(judges[0], header.partition, op);
    if (why !== null && judges.every((each) => refusalOf(each, header.partition, op) !== null)) return err(why);
  }
  return ok(null);
}

function refusalOf(credential: Credential | undefined, partition: string, op: Op): Failure | null {
  if (credential === undefined || !coversPartition(credential, partition)) return { code: 'segment/wrong-partition' };
  return mayAct(credential, kindsByNumber.get(op.kind), op.act) ? null : { code: 'segment/wrong-role', seq: op.seq };
}
