/** What a laptop makes of an answer in a turn of an exchange (exchange.ts). */
import { canVouch } from './exchange-request.ts';
import type { Begun, ExchangeOptions, Session } from './exchange.ts';
import { isKept, isOfBefore, othersIn } from './hand-over.ts';
import { parseLogKey, type Refusal, type Summary, type SyncResponse } from './messages.ts';
import type { ReplicaStore } from './replica-store.ts';
import { takeForeignSegment } from './take-segment.ts';

/** What an answer says, its segments apart: what the hub holds now, and what it would not take. */
export function takeAnswer(
  store: ReplicaStore,
  session: Session,
  asked: Pick<Begun, 'sent' | 'vouchedFor'>,
  header: SyncResponse,
  options: ExchangeOptions,
): Session {
  const { summary } = header;
  const { sent } = asked;
  const forgotten = new Set(session.forgotten);
  const refusals = header.refusals.filter((refusal) => refusal.reason !== 'gap');
  for (const { log, reason } of refusals) if (reason === 'forked') store.distrust(log);
  const acknowledged = acknowledgedBy(store, session, header);
  // An old copy must not be told that its other self has handed everything over.
  if (store.compareHeads(acknowledged, header.heads)) return { ...session, failure: { code: 'sync/old-copy' } };
  store.markReceived(summary);
  let reissued = 0;
  for (const log of Object.keys(acknowledged)) if (!isKept(options, log)) reissued += store.endForked(log);

  const blocked = new Set(session.blocked);
  const unwanted = { ...session.unwanted };
  let acknowledgedOps = 0;
  for (const log of new Set(sent.map((segment) => segment.log))) {
    const offered = sent.filter((segment) => segment.log === log);
    const from = Math.min(...offered.map((segment) => segment.from));
    const to = Math.max(...offered.map((segment) => segment.to));
    const now = acknowledged[log] ?? 0;
    acknowledgedOps += Math.max(0, Math.min(now, to) - from + 1);
    const refusal = refusals.find((each) => each.log === log);
    if (refusal?.reason === 'no-credential' && canVouch(store, session, asked, log)) {
      forgotten.add(parseLogKey(log).replica);
      continue;
    }
    const again = refusal !== undefined && isFinal(store, refusal) ? store.endLog(log, now) : null;
    if (again !== null) reissued += again;
    // Standing still means refused. Less than was offered from means a gap: go on from there.
    else if (now === from - 1) {
      blocked.add(log);
      if (!store.isOwn(log) && refusal?.reason !== 'forked') unwanted[log] = to;
    }
  }
  return {
    ...session,
    turns: session.turns + 1,
    epoch: header.epoch,
    acknowledged,
    hubSummary: acknowledged,
    unwanted,
    reissued: session.reissued + reissued,
    laptops: header.laptops,
    hubTime: header.time,
    sent: session.sent + acknowledgedOps,
    refusals: [
      ...session.refusals,
      ...refusals.filter((refusal) => parseLogKey(refusal.log).replica === store.replica),
    ],
    blocked: [...blocked],
    forgotten: session.forgotten === null ? null : [...forgotten],
    credentials: nextPage(session, header.credentialsAfter),
    isTold: true,
  };
}

function acknowledgedBy(store: ReplicaStore, session: Session, { epoch, summary }: SyncResponse): Summary {
  return epoch === session.epoch ? { ...othersIn(store, session.acknowledged), ...summary } : summary;
}

/** Which of this laptop's logs an answer ends, and behind what. */
export function endsIn(store: ReplicaStore, session: Session, header: SyncResponse): Summary {
  const acknowledged = acknowledgedBy(store, session, header);
  const ended = header.refusals.filter((refusal) => store.isOwn(refusal.log) && isFinal(store, refusal));
  return Object.fromEntries(ended.map(({ log }) => [log, acknowledged[log] ?? 0]));
}

/** What the hub did not want of somebody's log is offered once more when something new is said of its writer. */
export function heardOf(session: Session, credentials: SyncResponse['credentials']): Session {
  const spokenOf = new Set(credentials.flatMap(({ replica, succeeds }) => [replica, succeeds]));
  const isAnew = (log: string): boolean =>
    spokenOf.has(parseLogKey(log).replica) && session.unwanted[log] !== undefined;
  const unwanted = Object.fromEntries(Object.entries(session.unwanted).filter(([log]) => !isAnew(log)));
  return { ...session, unwanted, blocked: session.blocked.filter((log) => !isAnew(log)) };
}

/** Pages go forward only, whatever the hub says. */
function nextPage({ credentials }: Session, after: string | null): Session['credentials'] {
  if (after === null || credentials === null) return null;
  return credentials === 'digest' || after > credentials.after ? { after } : null;
}

/**
 * Whether the hub will never take this under the identity that wrote it, and its writer goes on under another one. Of others' logs only what
 * was not allowed: a hub that was put back may hear of a writer again, and what it takes from nobody any more the writer itself may bring.
 */
function isFinal(store: ReplicaStore, { log, reason }: Refusal): boolean {
  if (['expired', 'wrong-partition', 'wrong-role'].includes(reason))
    return isOfBefore(store, log) || (!store.isOwn(log) && store.isSucceeded(log));
  return ['no-credential', 'revoked'].includes(reason) && isOfBefore(store, log);
}

/** Takes one of an answer's segments. */
export function takeSegment(
  store: ReplicaStore,
  session: Session,
  bytes: Uint8Array,
  options: ExchangeOptions,
): Session {
  const { refusedHere } = session;
  const taken = takeForeignSegment(
    store,
    bytes,
    options.partitions,
    (log) => refusedHere.some((refused) => refused.log === log),
    'hub',
  );
  if (taken.failure === null) {
    const branched = session.branched + (taken.branched ? 1 : 0);
    return { ...session, received: session.received + taken.applied, branched };
  }
  // The hub's summary says from where to go on.
  if (taken.failure.code === 'segment/gap') return session;
  // No disk, no exchange: the store is as before this segment.
  if (taken.failure.code === 'store/disk-full') return { ...session, failure: taken.failure };
  return { ...session, refusedHere: [...refusedHere, { log: taken.log, failure: taken.failure }] };
}

/** A log that parts here may have waited for another that has come since; null where there is none, or nothing has come. */
export function tryingAgain(session: Session): Session | null {
  const left = session.refusedHere.filter(({ failure }) => failure.code !== 'segment/forked');
  if (left.length === session.refusedHere.length || session.received === session.triedAt) return null;
  return { ...session, refusedHere: left, triedAt: session.received };
}
