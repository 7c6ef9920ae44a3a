/**
 * Moves the bytes of attachments between this laptop and the hub, behind the exchange of records and never in its way. References come with the
 * records at once; their bytes follow here, one file at a time: first what somebody asked for, then what is to be handed over, then what is not
 * here yet. Whatever ends it, what has gone stays gone, and the next turn goes on from that byte.
 *
 * On a line that is paid by the byte only what was asked for moves.
 */
import { Readable } from 'node:stream';
import type { Attachment } from '#shared/files/attachment.ts';
import type { FilesTraffic, FileView } from '#shared/files/contract.ts';
import type { Logger, Random, Time } from '#shared/kernel/ports.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import type { Since } from '#shared/kernel/time-left.ts';
import type { BlobOffer } from '#shared/sync/hub-http.ts';
import { databaseFailure } from '../store/database.ts';
import { type FilePlace, type FilesQueries, placeName, type PlacedFile } from '../store/files-queries.ts';
import { isLineAway } from '../sync/exchange-outcome.ts';
import type { HubBlobs } from '../sync/hub-blobs.ts';
import { createSchedule } from '../sync/sync-schedule.ts';
import type { FileStore } from './file-store.ts';
import { createFileTroubles } from './file-troubles.ts';
import { diskFailure } from './disk-failure.ts';
import { takeIn } from './incoming-file.ts';
import { type Pace, paced } from './pace.ts';
import { SealBroken } from './sealed-file.ts';
import { countOf, type MovingFile, movingView } from './traffic-view.ts';

/** The hub as an exchange has just reached it. */
export type ReachedHub = { readonly blobs: HubBlobs; readonly epoch: string };

export type FileExchangeDeps = {
  readonly time: Time;
  readonly random: Random;
  readonly logger: Logger;
  readonly changed: (topics: readonly string[]) => void;
  readonly queries: FilesQueries;
  readonly store: FileStore;
  /** Shared with whatever else is large on the line. */
  readonly pace: Pace;
  /** The epoch of the hub last heard of; null before enrolment. */
  readonly epoch: () => string | null;
  /** Told when it has left the line, because all has moved or because the line is away. */
  readonly lineFree: () => void;
};

export type FileExchange = {
  /** The hub has answered: go on with what waits. */
  reached(hub: ReachedHub): void;
  /** Something was attached or asked for differently: look again, where the hub is known to be there. */
  lookAgain(): void;
  /** Fetches one file now. Failures: those of the line, `files/no-blob`, `files/gone`, `files/altered`, `files/disk-full`, `sync/stopped`. */
  fetch(sha256: string): Promise<Result<null>>;
  stop(sha256: string): void;
  /** Does something with a file that is coming by another road, while the line leaves it alone; null where the line is bringing it. */
  aside<T>(sha256: string, work: () => Promise<T>): Promise<T | null>;
  /** Moves all that waits now, whatever the settings say. Failure: `sync/hub-unreachable` where the hub was not reached yet. */
  moveAll(): Result<null>;
  /** Whether something is on its way. */
  isMoving(): boolean;
  stateOf(place: FilePlace): Pick<FileView, 'moving' | 'asked' | 'problem' | 'atHub'>;
  traffic(): FilesTraffic;
  /** Files here of a partition's records that the hub does not hold yet. */
  unsentIn(partition: string): number;
  close(): Promise<void>;
};

const progressEveryMs = 400;
/** Offers in one question to the hub; a few are not worth one. */
const mostOffers = 500;
const fewOffers = 4;

/** A file goes up once for each partition it is referred to from; mostly the hub has it already after the first. */
type Job = { readonly way: 'up'; readonly file: PlacedFile } | { readonly way: 'down'; readonly file: Attachment };
type Moving = MovingFile & { readonly stop: AbortController };

export function createFileExchange(deps: FileExchangeDeps): FileExchange {
  const { time, queries, store, logger } = deps;
  const closing = new AbortController();
  /** Asked for by a person, and who waits for the answer. */
  const asked = new Map<string, ((result: Result<null>) => void)[]>();
  /** Files of which another road is bringing something right now: one at a time. */
  const elsewhere = new Set<string>();
  const troubles = createFileTroubles(deps);
  let all = false;
  let hub: ReachedHub | null = null;
  let running: Promise<void> | null = null;
  let moving: Moving | null = null;
  let lineProblem: Failure | null = null;
  /** What the hub was asked about: it is not asked again before something is to be sent. */
  const known = new Set<string>();
  /** Bytes of this turn that have gone. */
  let turnDone = 0;
  /** Which way they go, and since when. */
  let turn: { readonly way: 'up' | 'down'; readonly since: Since } | null = null;
  const schedule = createSchedule(() => start(), time);

  const isAtHub = (place: FilePlace): boolean => queries.isAtHub(place, hub?.epoch ?? deps.epoch());

  function waiting(): { up: PlacedFile[]; down: Attachment[] } {
    return {
      up: queries.placed(store.has).filter((file) => !isAtHub(file)),
      down: queries.referred().filter(({ sha256 }) => !store.has(sha256)),
    };
  }

  function nextJob(): Job | null {
    const { up, down } = waiting();
    const free = down.filter((file) => !elsewhere.has(file.sha256));
    const wanted = free.find((file) => asked.has(file.sha256));
    if (wanted !== undefined) return { file: wanted, way: 'down' };
    if (queries.line().metered && !all) return null;
    const toSend = up.find((file) => !troubles.rests(placeName(file)));
    if (toSend !== undefined) return { file: toSend, way: 'up' };
    const toFetch = free.find((file) => !troubles.rests(file.sha256));
    return toFetch === undefined ? null : { file: toFetch, way: 'down' };
  }

  function start(): void {
    if (hub === null || running !== null || closing.signal.aborted) return;
    running = run(hub)
      .catch((error: unknown) => {
        lineProblem = databaseFailure(error) ?? diskFailure(error) ?? { code: 'sync/failed' };
        logger.error('files/failed', { name: error instanceof Error ? error.name : typeof error });
      })
      .finally(() => {
        running = null;
        moving = null;
        turnDone = 0;
        turn = null;
        for (const sha256 of asked.keys()) settle(sha256, err(lineProblem ?? { code: 'sync/hub-unreachable' }));
        deps.changed(['files']);
        deps.lineFree();
      });
  }

  async function run(at: ReachedHub): Promise<void> {
    lineProblem = null;
    await learnWhatIsThere(at);
    for (let job = nextJob(); job !== null && !closing.signal.aborted; job = nextJob()) {
      const result = await move(at, job);
      const { sha256 } = job.file;
      const way = job.way === 'up' ? placeName(job.file) : sha256;
      if (result.ok) {
        troubles.forget(way);
        logger.info('files/moved', { way: job.way, bytes: job.file.bytes });
      } else {
        if (result.error.code === 'sync/stopped' && closing.signal.aborted) return;
        // A line that is away is nothing wrong with the file.
        if (!isLineAway(result.error)) troubles.add(way, result.error);
        logger.info('files/not-moved', { way: job.way, code: result.error.code });
      }
      if (job.way === 'down') settle(sha256, result);
      deps.changed(['files']);
      if (!result.ok && isOfTheLine(result.error)) {
        // The next exchange finds out when it is back.
        lineProblem = isLineAway(result.error) ? null : result.error;
        hub = null;
        return;
      }
    }
    all = false;
    const next = troubles.nextAt();
    if (next !== null) schedule.within(Math.max(1000, next - time.now()));
  }

  /** One question tells what need not be sent: another laptop may have handed it over. */
  async function learnWhatIsThere(at: ReachedHub): Promise<void> {
    if (queries.line().metered && !all) return;
    const unknown = waiting().up.filter((file) => !known.has(`${at.epoch} ${placeName(file)}`));
    const offers = unknown.slice(0, mostOffers).map(offerOf);
    if (offers.length < fewOffers) return; // sending asks about each itself
    const states = await at.blobs.states(offers);
    if (!states.ok) return;
    for (const [index, { state }] of states.value.entries()) {
      const offer = offers[index];
      if (offer === undefined) continue;
      known.add(`${at.epoch} ${placeName(offer)}`);
      if (state === 'held') queries.markAtHub(offer, at.epoch);
    }
  }

  async function move(at: ReachedHub, job: Job): Promise<Result<null>> {
    const stop = new AbortController();
    const own: Moving = { way: job.way, file: job.file, done: 0, stop };
    moving = own;
    if (turn?.way !== job.way) turn = { way: job.way, since: { at: time.now(), done: turnDone } };
    deps.changed(['files']);
    try {
      return job.way === 'up' ? await send(at, job.file, own) : await bring(at, own);
    } catch (error) {
      const failure = error instanceof SealBroken ? { code: 'files/damaged' } : diskFailure(error);
      if (failure === null) throw error;
      if (failure.code === 'files/damaged') await store.drop(job.file.sha256);
      return err(failure);
    } finally {
      moving = null;
    }
  }

  /** Counts how far a file has come, and tells of it now and then. */
  function counter(own: Moving): (reached: number) => void {
    let toldAt = time.now();
    return (reached) => {
      turnDone += reached - own.done;
      own.done = reached;
      if (time.now() - toldAt < progressEveryMs) return;
      toldAt = time.now();
      deps.changed(['files']);
    };
  }

  async function send(at: ReachedHub, file: PlacedFile, own: Moving): Promise<Result<null>> {
    const { sha256 } = file;
    const offer = offerOf(file);
    const ends = AbortSignal.any([own.stop.signal, closing.signal]);
    const pouring: { content: Readable | null; broken: unknown } = { content: null, broken: null };
    const count = counter(own);
    const contentFrom = (offset: number): Readable | null => {
      const isFirst = pouring.content === null;
      // A line that is given up leaves the rest unread, and the file open.
      pouring.content?.destroy();
      if (pouring.broken !== null || ends.aborted) return null;
      if (isFirst) own.done = offset;
      else count(offset);
      const content = Readable.from(paced(store.read(sha256, offset), deps.pace, () => undefined, ends));
      content.once('error', (error) => {
        pouring.broken = error;
      });
      pouring.content = content;
      return content;
    };
    const sent = await at.blobs.send(offer, contentFrom, count);
    pouring.content?.destroy();
    if (pouring.broken instanceof SealBroken) throw pouring.broken;
    if (ends.aborted) return err({ code: 'sync/stopped' });
    if (sent.ok && sent.value.state === 'held') {
      if (pouring.content !== null) count(file.bytes);
      queries.markAtHub(file, at.epoch);
      return ok(null);
    }
    if (sent.ok) return err({ code: 'sync/hub-refused', reason: 'wrong-offset' });
    // Our own copy gives another digest than it was kept under.
    if (sent.error['reason'] === 'bad-hash') throw new SealBroken();
    return err(sent.error['reason'] === 'over-quota' ? overQuota : sent.error);
  }

  async function bring(at: ReachedHub, own: Moving): Promise<Result<null>> {
    const { sha256, bytes } = own.file;
    const ends = AbortSignal.any([own.stop.signal, closing.signal]);
    const count = counter(own);
    const taken = await takeIn(store, own.file, async (part) => {
      own.done = part.length();
      const got = await at.blobs.get(sha256, part.length(), null);
      if (!got.ok) return got.error['reason'] === 'no-blob' ? err({ code: 'files/no-blob' }) : got;
      const { content, length, failureOf } = got.value;
      try {
        if (part.length() + length !== bytes) return err({ code: 'files/altered' });
        const come = (bytes: number): void => count(own.done + bytes);
        for await (const step of paced(content, deps.pace, come, ends)) await part.append(step);
      } catch (error) {
        return err(diskFailure(error) ?? failureOf(error));
      } finally {
        content.destroy();
      }
      return ends.aborted ? err({ code: 'sync/stopped' }) : ok(null);
    });
    if (!taken.ok) return taken;
    if (!taken.value) return err({ code: 'sync/hub-unreachable', cause: 'cut' });
    // Where records of several partitions are here it is not said from which of them the hub gave it: that is asked, as for own files.
    const partition = queries.onlyPartition();
    if (partition !== null) queries.markAtHub({ sha256, partition }, at.epoch);
    return ok(null);
  }

  function settle(sha256: string, result: Result<null>): void {
    const waiters = asked.get(sha256);
    asked.delete(sha256);
    for (const resolve of waiters ?? []) resolve(result);
  }

  return {
    reached(at) {
      hub = at;
      start();
    },
    lookAgain: start,
    fetch(sha256) {
      if (store.has(sha256)) return Promise.resolve(ok(null));
      if (!queries.referred().some((file) => file.sha256 === sha256))
        return Promise.resolve(err({ code: 'files/gone' }));
      if (hub === null) return Promise.resolve(err({ code: 'sync/hub-unreachable', cause: 'unknown' }));
      return new Promise((resolve) => {
        asked.set(sha256, [...(asked.get(sha256) ?? []), resolve]);
        troubles.forget(sha256);
        start();
        deps.changed(['files']);
      });
    },
    stop(sha256) {
      if (moving?.file.sha256 === sha256) moving.stop.abort();
      else settle(sha256, err({ code: 'sync/stopped' }));
      deps.changed(['files']);
    },
    async aside(sha256, work) {
      if (moving?.file.sha256 === sha256 || closing.signal.aborted) return null;
      elsewhere.add(sha256);
      try {
        return await work();
      } finally {
        elsewhere.delete(sha256);
      }
    },
    moveAll() {
      if (hub === null) return err({ code: 'sync/hub-unreachable', cause: 'unknown' });
      all = true;
      troubles.clear();
      start();
      return ok(null);
    },
    isMoving: () => moving !== null,
    stateOf(place) {
      const { sha256 } = place;
      const isMoving = moving?.file.sha256 === sha256;
      const atHub = isAtHub(place);
      const ofSending = troubles.of(placeName(place)) ?? (queries.isRefused(sha256) ? overQuota : null);
      const failure = troubles.of(sha256) ?? (atHub ? null : ofSending);
      return {
        moving: isMoving && moving !== null ? { way: moving.way, done: moving.done } : null,
        asked: asked.has(sha256),
        problem: isMoving || failure?.code === 'sync/stopped' ? null : failure,
        atHub,
      };
    },
    traffic() {
      const { up, down } = waiting();
      const refused = up.some(({ sha256 }) => queries.isRefused(sha256)) ? overQuota : null;
      const [problem = null] = [lineProblem, ...troubles.all(), refused].filter(
        (each) => each !== null && each.code !== 'files/no-blob' && each.code !== 'sync/stopped',
      );
      const goOn = moving?.way === 'up' ? up : down;
      const isOne = queries.line().metered && !all;
      const since = turn?.since ?? { at: time.now(), done: turnDone };
      const view = moving && movingView(moving, isOne ? [moving.file] : goOn, turnDone, since, time.now());
      return { toSend: countOf(up), toFetch: countOf(down), moving: view, problem };
    },
    unsentIn: (partition) => waiting().up.filter((file) => file.partition === partition).length,
    async close() {
      closing.abort();
      schedule.clear();
      moving?.stop.abort();
      await running;
    },
  };
}

const offerOf = ({ sha256, bytes, partition }: PlacedFile): BlobOffer => ({ sha256, bytes, partition });

/** The operator has set how much a laptop may leave at the hub. */
const overQuota: Failure = { code: 'files/over-quota' };

/** Failures that concern the line or this laptop's right, not the one file. */
function isOfTheLine(failure: Failure): boolean {
  if (failure.code === 'sync/hub-refused') {
    return ['expired', 'unknown-laptop', 'bad-signature', 'too-many-requests', 'trouble'].includes(
      String(failure['reason']),
    );
  }
  if (failure.code === overQuota.code) return true;
  return failure.code.startsWith('sync/') && failure.code !== 'sync/stopped';
}
