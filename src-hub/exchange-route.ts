/** The hub's side of the exchange (specification: #shared/sync/exchange.ts) and of waiting, apart from HTTP. */
import { z } from 'zod';
import type { Time } from '#shared/kernel/ports.ts';
import { isWithin } from '#shared/access/partitions.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { WaitRequest, WaitResponse } from '#shared/sync/hub-http.ts';
import {
  BriefRequest,
  type BriefResponse,
  type Credential,
  frame,
  logKey,
  protocolVersion,
  type Refusal,
  type Summary,
  summaryDigest,
  SyncRequest,
  type SyncResponse,
  unframe,
} from '#shared/sync/messages.ts';
import { createAnswerSizes } from './answer-sizes.ts';
import type { Credentials, Standing } from './credentials.ts';
import type { LogTable } from './db/schema.ts';
import { sha256 } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';
import { type Ledger, nothingMoved, type Visit } from './ledger-queries.ts';
import { headsOf, type LogArchive, summaryOf } from './log-archive.ts';
import type { LogWatch } from './log-watch.ts';
import type { Metrics } from './metrics.ts';
import type { Visits } from './visits.ts';

export type Asker = {
  readonly replica: string;
  readonly credential: Credential;
  /** All it ever had, this one first. */
  readonly credentials: readonly Credential[];
  readonly appVersion: string | null;
};

/** While credentials have to come first. */
const nothingYet = { segments: [], bytes: 0, more: true };
/** How long a wait is held open. */
const waitMs = 25_000;

export type ExchangeRoute = ReturnType<typeof createExchangeRoute>;

export function createExchangeRoute(deps: {
  archive: LogArchive;
  credentials: Credentials;
  ledger: Ledger;
  visits: Visits;
  watch: LogWatch;
  metrics: Metrics;
  identity: HubIdentity;
  time: Time;
}) {
  const { archive, credentials, ledger, visits, watch, metrics, identity, time } = deps;
  const sizes = createAnswerSizes();

  /** One turn. Failures: `hub/garbage`, `hub/too-large`, `hub/protocol`. */
  async function turn(asker: Asker, message: Uint8Array): Promise<Result<Uint8Array>> {
    const asked = unframe(message, z.union([BriefRequest, SyncRequest]));
    if (!asked.ok) return err({ code: asked.error.code.replace(/^sync/, 'hub') });
    const { header: request, segments: incoming } = asked.value;
    if (request.replica !== asker.replica) return err({ code: 'hub/garbage' });
    if ('digest' in request) return ok(await brief(asker, request));

    await credentials.learn(request.writers ?? []);
    const accepted = await archive.accept(incoming, rememberStandings(credentials, asker), asker.replica);
    for (const [reason, count] of countByReason(accepted.refusals)) {
      metrics.countRefused(reason, count);
      await ledger.countRefusal(asker.replica, reason, count);
    }
    metrics.count('opsIn', accepted.ops);
    // Comes to the asker among the credentials it lacks.
    await credentials.renew(asker.credential);

    const partitions = seenBy(asker, request.partitions);
    const logs = await archive.visible(asker.replica, partitions);
    const told = [...logs, ...(await archive.ofBefore(asker.replica))];
    const lacked = await credentials.lackedBy(request.credentials, partitions);
    const size = sizes.next(asker.replica, request.summary);
    // Without all of their writers' credentials the asker could not take them.
    const outgoing =
      lacked.after === null
        ? await archive.beyond({ replica: asker.replica, partitions }, logs, request.summary, size.limit)
        : nothingYet;
    size.answered(outgoing.bytes);
    const header: SyncResponse = {
      protocol: protocolVersion,
      epoch: identity.epoch,
      // Who may not see a log any more hears of what it brought of it.
      summary: { ...accepted.reached, ...summaryOf(told) },
      heads: headsOf(told),
      refusals: accepted.refusals.slice(0, 1000),
      credentials: lacked.credentials,
      credentialsAfter: lacked.after,
      more: outgoing.more,
      time: time.now(),
      laptops: await credentials.laptopsWithin(partitions),
      segments: outgoing.segments.map((segment) => segment.length),
    };
    visits.note({
      ...visitOf(asker),
      summary: afterwards(request.summary, logs, outgoing.more),
      opsIn: accepted.ops,
      bytesIn: accepted.bytes,
      segmentsOut: outgoing.segments.length,
      bytesOut: outgoing.bytes,
    });
    return ok(frame(header, outgoing.segments));
  }

  /** Whether the asker holds what is held here: all there is to an exchange without news. */
  async function brief(asker: Asker, request: BriefRequest): Promise<Uint8Array> {
    const logs = await archive.visible(asker.replica, seenBy(asker, request.partitions));
    // A credential about to end, or another one, is news too: it comes with the whole answer.
    const { serial } = (await credentials.renew(asker.credential)) ?? asker.credential;
    const same = digestOf(logs, serial) === request.digest;
    visits.note(visitOf(asker));
    const { epoch } = identity;
    const header: BriefResponse = { protocol: protocolVersion, epoch, same, time: time.now(), segments: [] };
    return frame(header, []);
  }

  function visitOf({ replica, appVersion }: Asker): Visit {
    return { replica, at: time.now(), appVersion, summary: null, stickBlobs: null, ...nothingMoved };
  }

  /** Answers when something is there for the asker, or with `moved: false` after 25 seconds. */
  async function wait(asker: Asker, request: WaitRequest, signal: AbortSignal): Promise<WaitResponse> {
    const partitions = seenBy(asker, request.partitions);
    const until = performance.now() + waitMs;
    for (;;) {
      const version = watch.version();
      const logs = await archive.visible(asker.replica, partitions);
      const moved = logs.some(
        (log) =>
          log.replica !== asker.replica && log.head_seq > (request.summary[logKey(log.replica, log.partition)] ?? 0),
      );
      const left = until - performance.now();
      const finished = moved || left <= 0 || signal.aborted || !(await watch.wait(version, left, signal));
      if (finished) return { protocol: protocolVersion, epoch: identity.epoch, moved };
    }
  }

  return { turn, wait };
}

/** What the asker both wants and may see. */
export function seenBy(asker: Asker, wanted: readonly string[]): string[] {
  const granted = asker.credential.partitions;
  return [
    ...wanted.filter((partition) => granted.some((prefix) => isWithin(partition, prefix))),
    ...granted.filter((partition) => wanted.some((prefix) => partition !== prefix && isWithin(partition, prefix))),
  ];
}

/** As the asker makes it of what it holds. */
function digestOf(logs: readonly LogTable[], serial: string): string {
  const heads = new Map(logs.map((log) => [logKey(log.replica, log.partition), log.head]));
  return summaryDigest(summaryOf(logs), (log) => heads.get(log) ?? null, serial, sha256);
}

/**
 * What the asker will hold of these logs once it has applied the answer; with `more` to come, what it said it holds.
 * Only logs that exist: an asker cannot make the hub keep what it likes.
 */
function afterwards(held: Summary, logs: readonly LogTable[], more: boolean): Summary {
  return Object.fromEntries(
    logs.map((log) => {
      const key = logKey(log.replica, log.partition);
      return [key, more ? Math.min(held[key] ?? 0, log.head_seq) : log.head_seq];
    }),
  );
}

function countByReason(refusals: readonly Refusal[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of refusals) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

/** One look-up per laptop and request. */
function rememberStandings(credentials: Credentials, asker: Asker): (replica: string) => Promise<Standing> {
  const { credential, credentials: all } = asker;
  const known = new Map<string, Promise<Standing>>([
    [asker.replica, Promise.resolve({ state: 'valid', credential, credentials: all })],
  ]);
  return (replica) => {
    const found = known.get(replica) ?? credentials.writerOf(replica);
    known.set(replica, found);
    return found;
  };
}
