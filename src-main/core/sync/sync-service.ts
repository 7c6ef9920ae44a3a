/**
 * Exchanges with the hub without being asked: after sign-in, a second after something was written here, when the hub says
 * there is news, and every ten minutes. No network is a state, not an error: it is tried again, ever more slowly. At most
 * one exchange runs at a time, in small steps; `close` ends it at once, and nothing is lost by that.
 */
import { setImmediate } from 'node:timers/promises';
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import type { Logger, Random, Time } from '#shared/kernel/ports.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import type { ScopeView, syncContract } from '#shared/sync/contract.ts';
import { exchange, nothingDone, type ExchangeOutcome, type ExchangeProgress } from '#shared/sync/exchange.ts';
import { protocolVersion } from '#shared/sync/messages.ts';
import { databaseFailure } from '../store/database.ts';
import { beginWithSnapshots, mayBeCold } from './cold-start.ts';
import { createCompacting } from './compacting.ts';
import { emptyMemory, isLineAway, keepOutcome, problemOf } from './exchange-outcome.ts';
import { afterErasing, dropPartition, followScopes } from './follow-scopes.ts';
import type { HubBlobs } from './hub-blobs.ts';
import { listenToHub } from './hub-listening.ts';
import { isOnline, opsToHandOver } from './exchange-due.ts';
import { enrolOverLine, type TypedInvitation } from './line-enrolment.ts';
import { createHubTransport, type HubTiming, type HubTransport, type HubTransportDeps } from './hub-transport.ts';
import { type OpenedSync, openSync } from './opened-sync.ts';
import type { SyncProfile } from './sync-profile.ts';
import { createSchedule, jitter, regularDelay, retryDelay, signInDelay } from './sync-schedule.ts';
import { giveUp, isFinal, isForgotten, isWaiting, succeedAtHub } from './succeeding.ts';
import { answerCame, nameProblem, nameScopes, progressed, syncStatus } from './sync-status.ts';
import type { Enrolment, SyncMemory } from './sync-store.ts';

export type SyncServiceDeps = {
  readonly time: Time;
  readonly random: Random;
  readonly logger: Logger;
  readonly changed: (topics: readonly string[]) => void;
  readonly isSample: () => boolean;
  /** What a partition is called by the documents of its country; null where they do not name it. */
  readonly placeNames: (partition: string) => Promise<ScopeView['names']>;
  /** Told when the hub showed that this store is an old copy: it has to take a new identity. */
  readonly isOldCopy: () => void;
  readonly appVersion: string;
  readonly timing?: HubTiming;
  /** Told after each exchange that reached the hub: blobs may follow the records. */
  readonly reached: (hub: { readonly blobs: HubBlobs; readonly epoch: string }) => void;
  /** Whether something large is on the line, which goes on by itself where that breaks. */
  readonly isLineTaken: () => boolean;
};

export type SyncService = {
  readonly handlers: DomainHandlers<typeof syncContract>;
  /** Somebody signed in. */
  open(profile: SyncProfile): void;
  /** Ends what is under way; resolves when the store is no longer touched. */
  close(): Promise<void>;
  /** Something was written here: hand it over soon. Cheap, may be called often. */
  localChange(): void;
  /** Nothing large is on the line any more: listen to the hub again, or find out when it is back. */
  lineFree(): void;
  /** Epoch of the hub last heard of; null before enrolment. */
  hubEpoch(): string | null;
  /** The enrolment came by another way than a call to this service: exchange if there is an address. */
  enrolmentChanged(): void;
};

const afterChangeMs = 1000;
/** After a line broke: who listened, soon; and later while what is large has to go on over it first. */
const afterBreakMs = 3000;
const afterBreakBesideMs = 60_000;
const progressEveryMs = 500;

/** An enrolment whose hub has an address. */
type OnlineEnrolment = Enrolment & { readonly address: string };

export function createSyncService(deps: SyncServiceDeps): SyncService {
  const { time, random, logger } = deps;
  let opened: OpenedSync | null = null;
  const schedule = createSchedule(() => {
    if (opened !== null) void run(opened);
  }, time);
  const changed = (): void => deps.changed(['sync']);

  /** The road to the enrolled hub; its line is kept for the next exchange. */
  function transportOf(at: OpenedSync, enrolment: OnlineEnrolment): HubTransport {
    at.transport ??= createHubTransport({
      ...transportDeps(at, enrolment.address),
      hubKey: enrolment.hubKey,
      tlsKey: enrolment.tlsKey,
      onTlsKey(tlsKey) {
        const now = at.store.enrolment();
        if (now?.hubKey === enrolment.hubKey) at.store.setEnrolment({ ...now, tlsKey });
      },
    });
    return at.transport;
  }

  function transportDeps(at: OpenedSync, address: string): HubTransportDeps {
    return {
      address,
      replica: at.store.replica,
      sign: at.sign,
      random,
      appVersion: deps.appVersion,
      signal: at.stop.signal,
      onCome(bytes, length) {
        if (at.running === null) return;
        at.progress = answerCame(at.progress, { bytes, length }, time.now());
        tellProgress(at);
      },
      ...(deps.timing === undefined ? {} : { timing: deps.timing }),
    };
  }

  function tellProgress(at: OpenedSync): void {
    if (time.now() - at.toldAt < progressEveryMs) return;
    at.toldAt = time.now();
    changed();
  }

  /** The exchange under way, or a new one. */
  function run(at: OpenedSync): Promise<ExchangeOutcome> {
    at.running ??= runOnce(at)
      .catch((error: unknown) => failed(at, error))
      .finally(() => {
        at.running = null;
        at.progress = null;
        if (at === opened) {
          plan(at);
          // An exchange may have brought whom a parcel can be written for.
          deps.changed(['sync', 'stick']);
        }
      });
    return at.running;
  }

  /** One that was asked for: what is under way may have asked the hub before what is awaited came there. */
  async function runAfresh(at: OpenedSync): Promise<ExchangeOutcome> {
    const earlier = (await at.running) ?? nothingDone;
    // What ended it, such as that this store is an old copy, says more than that it was ended.
    if (at !== opened) return { ...earlier, failure: earlier.failure ?? { code: 'sync/stopped' } };
    const { sent, received, ...outcome } = await run(at);
    return { ...outcome, sent: earlier.sent + sent, received: earlier.received + received };
  }

  async function runOnce(at: OpenedSync): Promise<ExchangeOutcome> {
    const { store } = at;
    const enrolment = store.enrolment();
    if (enrolment === null || enrolment.address === null) throw new Error('an exchange needs an enrolment');
    schedule.clear();
    if (!(await afterErasing(store, at.stop.signal))) return { ...nothingDone, failure: { code: 'sync/stopped' } };
    const startedAt = time.now();
    at.lastTryAt = startedAt;
    at.offered = opsToHandOver(store);
    const memory = store.syncMemory() ?? emptyMemory;
    changed();
    at.toldAt = startedAt;
    const { partitions } = enrolment.credential;
    const transport = transportOf(at, { ...enrolment, address: enrolment.address });
    const options = {
      partitions,
      leaving: store.scopes.leaving(partitions).map(({ partition }) => partition),
      epoch: enrolment.epoch,
      acknowledged: memory.acknowledged,
      unwanted: at.unwanted,
      signal: at.stop.signal,
      breathe: () => setImmediate(undefined),
      onProgress(progress: ExchangeProgress) {
        at.progress = progressed(at.progress, progress, time.now());
        tellProgress(at);
      },
    };
    const refused = await succeedFirst(at, transport);
    if (refused !== null) {
      const outcome = { ...nothingDone, failure: refused };
      finish(at, enrolment, memory, startedAt, outcome);
      return outcome;
    }
    const exchangeOnce = async (): Promise<ExchangeOutcome> => {
      const begun = mayBeCold(store, memory.lastContactAt, startedAt)
        ? await beginWithSnapshots({ store, transport, exchange: options, refused: at.refusedSnapshots, time, logger })
        : { received: 0, covered: {}, failure: null, begun: null };
      if (begun.failure !== null) return { ...nothingDone, failure: begun.failure };
      const acknowledged = { ...memory.acknowledged, ...begun.covered };
      const done = await exchange(store, transport, { ...options, acknowledged, begun: begun.begun });
      return { ...done, received: done.received + begun.received };
    };
    let outcome = await exchangeOnce();
    // A hub that was put back may know this laptop under an earlier identity only.
    if (outcome.failure !== null && isForgotten(outcome.failure) && (await succeedNow(at, transport)) === 'let-in')
      outcome = await exchangeOnce();
    finish(at, enrolment, memory, startedAt, outcome);
    const now = store.enrolment();
    if (outcome.failure === null && at.transport !== null && now !== null && at === opened) {
      deps.reached({ blobs: at.transport.blobs, epoch: now.epoch });
      at.compacting.reached({ store, blobs: at.transport.blobs, partitions });
    }
    return outcome;
  }

  /** Under a new identity the hub has to let this laptop in before anything else; answers why it does not. */
  async function succeedFirst(at: OpenedSync, transport: HubTransport): Promise<Failure | null> {
    if (!isWaiting(at.store)) return null;
    const answer = await succeedNow(at, transport);
    if (typeof answer === 'string') return null;
    if (isFinal(answer)) giveUp(at.store, answer);
    return answer;
  }

  /** Asks the hub to go on with this laptop in the place of the one it was; `nothing` where it never was another. */
  async function succeedNow(at: OpenedSync, transport: HubTransport): Promise<'let-in' | 'nothing' | Failure> {
    const answer = await succeedAtHub(at, transport, (address) => transportDeps(at, address));
    if (answer === null) return 'nothing';
    if (!answer.ok) return answer.error;
    followScopes(at.store, time.now());
    logger.info('sync/succeeded', { serial: answer.value.serial });
    return 'let-in';
  }

  /** The store could not be written, or a bug: the core goes on, the exchange is tried again later. */
  function failed(at: OpenedSync, error: unknown): ExchangeOutcome {
    const failure = databaseFailure(error) ?? { code: 'sync/failed' };
    logger.error('sync/failed', { problem: failure.code, name: error instanceof Error ? error.name : typeof error });
    at.problem = failure;
    at.failures += 1;
    return { ...nothingDone, failure };
  }

  function finish(
    at: OpenedSync,
    enrolment: Enrolment,
    memory: SyncMemory,
    startedAt: number,
    outcome: ExchangeOutcome,
  ): void {
    const problem = problemOf(at.store, outcome);
    if (problem?.code === 'sync/stopped') return;
    const isNews = problem !== null && !isLineAway(problem) && problem.code !== at.problem?.code;
    at.problem = problem;
    at.failures = problem !== null && outcome.turns === 0 ? at.failures + 1 : 0;
    at.unwanted = outcome.unwanted;
    if (outcome.turns > 0) {
      keepOutcome(at.store, enrolment, memory, outcome, { startedAt, now: time.now() });
      const renewed = followScopes(at.store, time.now());
      if (renewed !== null) {
        logger.info('sync/credential-renewed', { serial: renewed.serial });
        // Other partitions may be fetched now.
        schedule.within(afterChangeMs);
      }
    }
    // A line that is away all day would fill the list with the same words.
    if (outcome.sent > 0 || outcome.received > 0 || isNews) {
      at.store.recordExchange({
        road: 'hub',
        startedAt,
        finishedAt: time.now(),
        sent: outcome.sent,
        received: outcome.received,
        problem,
      });
    }
    if (outcome.failure?.code === 'sync/old-copy') deps.isOldCopy();
    logger.info('sync/finished', {
      sent: outcome.sent,
      received: outcome.received,
      turns: outcome.turns,
      problem: problem?.code ?? null,
    });
  }

  /** What comes after an exchange: listen to the hub, and the next try by the clock. */
  function plan(at: OpenedSync): void {
    if (!isOnline(at.store)) return;
    if (at.problem === null || at.failures === 0) listen(at);
    schedule.within(at.failures > 0 ? retryDelay(at.failures, random) : regularDelay(random));
    // It broke off in the middle: the rest waits for no clock.
    if (at.failures === 0 && at.problem !== null && isLineAway(at.problem)) schedule.within(afterChangeMs);
    if (opsToHandOver(at.store) > at.offered) schedule.within(afterChangeMs);
  }

  /** Hears of news at the hub until the line breaks. */
  function listen(at: OpenedSync): void {
    at.listening ??= listenToHub({
      signal: at.stop.signal,
      async ask() {
        const enrolment = at.store.enrolment();
        if (enrolment === null || enrolment.address === null || isWaiting(at.store)) return null;
        const transport = transportOf(at, { ...enrolment, address: enrolment.address });
        const { partitions } = enrolment.credential;
        return transport.wait({ protocol: protocolVersion, partitions, summary: at.store.summary() });
      },
      exchange: () => run(at),
      lineBroke() {
        // An exchange finds out what it was, and starts this anew when the hub is back.
        if (at === opened) schedule.within(jitter(deps.isLineTaken() ? afterBreakBesideMs : afterBreakMs, 0.5, random));
      },
      random,
    }).finally(() => {
      at.listening = null;
    });
  }

  async function enrol(input: TypedInvitation): Promise<Result<Record<string, never>>> {
    if (deps.isSample()) return err({ code: 'sync/sample' });
    const at = opened;
    if (at === null) return err({ code: 'sync/not-enrolled' });
    const enrolled = await enrolOverLine(at, input, (address) => transportDeps(at, address), time.now);
    if (!enrolled.ok) {
      logger.warn('sync/enrol-failed', { problem: enrolled.error.code });
      return enrolled;
    }
    logger.info('sync/enrolled', { serial: enrolled.value.serial });
    beginAnew(at);
    return ok({});
  }

  /** Forgets what the line before led to. */
  function beginAnew(at: OpenedSync): void {
    at.transport?.close();
    at.transport = null;
    at.problem = null;
    at.failures = 0;
    if (isOnline(at.store)) void run(at);
  }

  return {
    handlers: {
      async status() {
        const store = opened?.store ?? null;
        const status = syncStatus(opened, schedule.nextAt(), time.now());
        const scopes = await nameScopes(status.scopes, deps.placeNames);
        return ok({ ...status, scopes, problem: await nameProblem(status.problem, store, deps.placeNames) });
      },
      exchanges: ({ limit }) => ok({ items: (opened?.store.exchanges(limit) ?? []).map((row) => ({ ...row })) }),
      enrol,
      async dropPartition({ partition }) {
        // What the exchange under way hands over need not be given up.
        await opened?.running;
        if (opened === null) return err({ code: 'sync/not-enrolled' });
        dropPartition(opened.store, partition, time.now());
        // What the hub did not take of it is no matter any more.
        if (opened.problem?.['reason'] === 'wrong-partition') opened.problem = null;
        if (isOnline(opened.store)) schedule.within(afterChangeMs);
        changed();
        return ok({});
      },
      async now() {
        if (deps.isSample()) return err({ code: 'sync/sample' });
        const enrolment = opened?.store.enrolment() ?? null;
        if (opened === null || enrolment === null) return err({ code: 'sync/not-enrolled' });
        if (enrolment.address === null) return err({ code: 'sync/stick-only' });
        const { failure, sent, received } = await runAfresh(opened);
        return failure === null ? ok({ sent, received }) : err(failure);
      },
    },
    open(profile) {
      opened = openSync(profile, createCompacting(deps));
      if (isOnline(profile.store)) schedule.within(signInDelay(random));
    },
    async close() {
      const at = opened;
      opened = null;
      schedule.clear();
      if (at === null) return;
      at.stop.abort();
      await Promise.allSettled([at.running, at.listening, at.compacting.close()]);
      at.transport?.close();
    },
    lineFree() {
      if (opened === null || opened.running !== null || opened.listening !== null || !isOnline(opened.store)) return;
      schedule.within(jitter(afterBreakMs, 0.5, random));
    },
    hubEpoch: () => opened?.store.enrolment()?.epoch ?? null,
    enrolmentChanged() {
      if (opened === null) return;
      beginAnew(opened);
      changed();
    },
    localChange() {
      if (opened === null || opened.running !== null || !isOnline(opened.store)) return;
      // Called for what the exchange itself moved, too: only ops it has not offered count.
      if (opsToHandOver(opened.store) > opened.offered) schedule.within(afterChangeMs);
    },
  };
}
