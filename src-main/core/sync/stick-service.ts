/**
 * The road by stick: writes parcels and takes them in, with the same store and rules as the exchange with the hub. One
 * thing is done at a time, in small steps; a stick may be pulled at any moment, and nothing is lost by that.
 */
import { setImmediate } from 'node:timers/promises';
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Logger, Time } from '#shared/kernel/ports.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import { keyDigits } from '#shared/sync/invitation.ts';
import type { ExchangeParcel } from '#shared/sync/parcel.ts';
import { parcelName } from '#shared/sync/parcel-file.ts';
import {
  composeParcels,
  heldByReader,
  markOffered,
  opsBeyond,
  type ParcelOrder,
  rememberTaken,
  standingCredential,
  takeParcel,
} from '#shared/sync/parcel-session.ts';
import type { StickArrival, stickContract, StickState } from '#shared/sync/stick-contract.ts';
import { followScopes } from './follow-scopes.ts';
import { loadSealKey, type SealKey, sealTo } from './parcel-seal.ts';
import { acceptEnrolment, digitsToCompare, newestAnswer, requestEnrolment } from './stick-enrolment.ts';
import { removeStickFiles, wrapForStick, writeStickFile } from './stick-files.ts';
import { readParcelFile, type ScanCache, scanPlace, sha256, type StickFile, verify } from './stick-scan.ts';
import { giveUp, isWaiting, refusalByStick, successionOf } from './succeeding.ts';
import type { SyncProfile } from './sync-service.ts';
import type { Enrolment } from './sync-store.ts';

export type StickServiceDeps = {
  readonly time: Time;
  readonly logger: Logger;
  readonly changed: (topics: readonly string[]) => void;
  readonly isSample: () => boolean;
  /** Enrols over the network with an address and a code. */
  readonly enrolOnline: (invitation: {
    address: string;
    code: string;
    hubKey: string;
  }) => Promise<Result<Record<string, never>>>;
  /** Told when an enrolment came from a stick. */
  readonly enrolled: () => void;
  /** Told when a parcel showed that this store is an old copy: it has to take a new identity. */
  readonly isOldCopy: () => void;
};

export type StickService = {
  readonly handlers: DomainHandlers<typeof stickContract>;
  /** Somebody signed in. */
  open(profile: SyncProfile): void;
  /** Ends what is under way; resolves when the store is no longer touched. */
  close(): Promise<void>;
};

type Place = { readonly id: string; readonly path: string; readonly name: string; readonly type: 'stick' | 'folder' };
type Opened = SyncProfile & { readonly stop: AbortController };
type Task = { doing: 'write' | 'take'; done: number; total: number };

export function createStickService(deps: StickServiceDeps): StickService {
  const { time, logger } = deps;
  let opened: Opened | null = null;
  let places: readonly Place[] = [];
  let found = new Map<string, readonly StickFile[]>();
  const cache: ScanCache = new Map();
  let task: Task | null = null;
  let running: Promise<unknown> = Promise.resolve();
  let scanning: Promise<void> = Promise.resolve();
  const changed = (): void => deps.changed(['stick']);

  /** One look after the other; the last one sees the newest list of places. */
  function lookAgain(): Promise<void> {
    scanning = scanning.then(look).catch((error: unknown) => {
      // Looked at again with the next change; a bug here must not end the core.
      logger.error('stick/scan-failed', { name: error instanceof Error ? error.name : typeof error });
    });
    return scanning;
  }

  async function look(): Promise<void> {
    const at = opened;
    if (at === null) return;
    const key = await loadSealKey(at.store);
    const seen = new Map<string, readonly StickFile[]>();
    for (const place of places) seen.set(place.id, await scanPlace(place.path, key, cache));
    if (at !== opened) return;
    found = seen;
    changed();
  }

  /** Runs one task at a time. */
  async function exclusively<T>(
    doing: Task['doing'],
    run: (at: Opened, task: Task) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    if (deps.isSample()) return err({ code: 'sync/sample' });
    const at = opened;
    if (at === null) return err({ code: 'rpc/locked' });
    if (task !== null) return err({ code: 'stick/busy' });
    const own: Task = { doing, done: 0, total: 0 };
    task = own;
    const result = run(at, own).finally(() => {
      task = null;
    });
    running = result.catch(() => undefined);
    changed();
    try {
      return await result;
    } finally {
      await lookAgain();
    }
  }

  function placeOf(id: string): Result<Place> {
    const place = places.find((each) => each.id === id);
    return place === undefined ? err({ code: 'stick/gone' }) : ok(place);
  }

  function inPlace<T>(id: string, run: (path: string) => Promise<Result<T>>): Promise<Result<T>> {
    const place = placeOf(id);
    return place.ok ? run(place.value.path) : Promise.resolve(place);
  }

  function orderFor(at: Opened, enrolment: Enrolment, reader: string, everything: boolean): ParcelOrder {
    const { hubKey, epoch } = enrolment;
    return { reader, hubKey, epoch, now: time.now(), everything, sign: at.sign };
  }

  function readersOf(at: Opened, enrolment: Enrolment): { id: string; name: string; recipient: string }[] {
    const { revoked } = at.store.stickMemory();
    const credentials = at.store.credentials();
    const laptops = [...new Set(credentials.map((each) => each.replica))]
      .filter((replica) => replica !== at.store.replica)
      .flatMap((replica) => {
        const credential = standingCredential(credentials, revoked, replica);
        const recipient = credential?.recipient;
        return credential === null || recipient === undefined
          ? []
          : [{ id: replica, name: credential.laptop, recipient }];
      });
    const { hubRecipient, hubName } = enrolment;
    const hub = hubRecipient === null ? [] : [{ id: 'hub', name: hubName, recipient: hubRecipient }];
    // Nobody but the hub knows who writes under a new identity that was not let in yet.
    return isWaiting(at.store) ? hub : [...hub, ...laptops];
  }

  async function write(
    at: Opened,
    own: Task,
    input: { place: string; reader: string; everything: boolean },
  ): Promise<Result<{ files: number; bytes: number; changes: number }>> {
    const { store } = at;
    const enrolment = store.enrolment();
    if (enrolment === null) return err({ code: 'sync/not-enrolled' });
    const place = placeOf(input.place);
    if (!place.ok) return place;
    const reader = readersOf(at, enrolment).find((each) => each.id === input.reader);
    if (reader === undefined) return err({ code: 'stick/no-recipient' });

    const startedAt = time.now();
    const order = { ...orderFor(at, enrolment, reader.id, input.everything), succession: await successionOf(at) };
    own.total = opsBeyond(store, heldByReader(store, store.stickMemory(), order));
    const names: string[] = [];
    let [bytes, changes] = [0, 0];
    let failure: Failure | null = null;
    for (const parcel of composeParcels(store, store.stickMemory(), order)) {
      await setImmediate();
      if (at.stop.signal.aborted) return err({ code: 'sync/stopped' });
      const file = wrapForStick('parcel.age', await sealTo(reader.recipient, parcel.message));
      const name = parcelName(store.replica, reader.id, names.length + 1, sha256);
      const written = await writeStickFile(place.value.path, name, file);
      if (at.stop.signal.aborted) return err({ code: 'sync/stopped' });
      if (!written.ok) {
        failure = written.error;
        break;
      }
      names.push(name);
      bytes += file.length;
      changes += parcel.ops;
      own.done = changes;
      store.setStickMemory(markOffered(store, store.stickMemory(), parcel.upTo));
      changed();
    }
    const [first] = names;
    if (failure === null && first !== undefined) {
      await removeStickFiles(place.value.path, first.slice(0, first.lastIndexOf('-') + 1), names);
    }
    store.recordExchange({
      road: 'stick',
      startedAt,
      finishedAt: time.now(),
      sent: changes,
      received: 0,
      problem: failure,
    });
    logger.info('stick/written', { files: names.length, bytes, changes, problem: failure?.code ?? null });
    deps.changed(['sync', 'stick']);
    return failure === null ? ok({ files: names.length, bytes, changes }) : err(failure);
  }

  async function take(
    at: Opened,
    own: Task,
    input: { place: string },
  ): Promise<Result<{ files: number; received: number; problems: Failure[] }>> {
    const { store } = at;
    if (store.enrolment() === null) return err({ code: 'sync/not-enrolled' });
    const place = placeOf(input.place);
    if (!place.ok) return place;
    const key = await loadSealKey(store);
    const parcels = (await scanPlace(place.value.path, key, cache)).filter((file) => file.what === 'parcel');
    if (parcels.length === 0) return err({ code: 'stick/nothing' });

    const startedAt = time.now();
    const problems = new Map<string, Failure>();
    const taken = new Set<string>();
    let received = 0;
    own.total = parcels.length;
    // Parcels come in any order: once more after whatever closed a gap.
    for (let left = parcels, before = -1; left.length > 0 && received > before; ) {
      before = received;
      const gaps: typeof left = [];
      for (const file of left) {
        const one = await takeOne(at, file, key);
        if (at.stop.signal.aborted) return err({ code: 'sync/stopped' });
        received += one.received;
        for (const problem of one.problems) problems.set(problem.code, problem);
        if (one.hasGap) gaps.push(file);
        if (one.isTaken) taken.add(file.path);
        own.done = taken.size;
        changed();
      }
      left = gaps;
    }
    const [problem = null] = problems.values();
    if (received > 0 || problem !== null) {
      store.recordExchange({ road: 'stick', startedAt, finishedAt: time.now(), sent: 0, received, problem });
    }
    logger.info('stick/taken', { files: taken.size, received, problem: problem?.code ?? null });
    deps.changed(['sync', 'stick']);
    return ok({ files: taken.size, received, problems: [...problems.values()] });
  }

  async function takeOne(
    at: Opened,
    file: StickFile & { what: 'parcel' },
    key: SealKey,
  ): Promise<{ received: number; isTaken: boolean; hasGap: boolean; problems: Failure[] }> {
    const { store } = at;
    const refused = (failure: Failure) => ({ received: 0, isTaken: false, hasGap: false, problems: [failure] });
    const enrolment = store.enrolment();
    if (enrolment === null) return refused({ code: 'sync/not-enrolled' });
    const read = await readParcelFile(file.path, key);
    if (!read.ok) return refused(read.error);
    const { header, segments } = read.value;
    if (header.what !== 'exchange') return refused({ code: 'stick/garbage' });
    const outcome = await takeParcel(
      store,
      store.stickMemory(),
      { header, segments },
      {
        hubKey: enrolment.hubKey,
        partitions: enrolment.credential.partitions,
        now: time.now(),
        verify,
        breathe: () => setImmediate(undefined),
        signal: at.stop.signal,
      },
    );
    if (!outcome.ok) return refused(outcome.error);
    const { received, refusedHere, refusals, memory, isForked, isRevoked, isSucceeded, failure } = outcome.value;
    if (at.stop.signal.aborted) return refused({ code: 'sync/stopped' });
    store.setStickMemory(failure === null ? rememberTaken(memory, file.digest) : memory);
    if (header.writer === 'hub' && !isForked) rememberHubsWord(at, enrolment, header);
    const renewed = followScopes(store, time.now());
    if (renewed !== null) logger.info('sync/credential-renewed', { serial: renewed.serial });
    const refusal = refusalByStick(store);
    if (refusal !== null) giveUp(store, refusal);
    if (isForked) deps.isOldCopy();
    const isClaim = (each: (typeof refusedHere)[number]): boolean => each.failure.code === 'segment/unproved';
    const real = refusedHere.filter((each) => each.failure.code !== 'segment/gap' && !isClaim(each));
    const problems: (Failure | null)[] = [
      failure,
      isForked ? { code: 'sync/old-copy' } : null,
      refusedHere.some(isClaim) ? { code: 'stick/unproved-claim' } : null,
      isRevoked ? { code: 'sync/revoked' } : null,
      isSucceeded ? { code: 'sync/succeeded' } : refusal,
      refusals[0] === undefined ? null : { code: 'sync/hub-refused', reason: refusals[0].reason },
      real[0] === undefined ? null : { code: 'sync/segment-refused', reason: real[0].failure.code },
    ];
    return {
      received,
      isTaken: failure === null,
      hasGap: refusedHere.some((each) => each.failure.code === 'segment/gap'),
      problems: problems.filter((problem) => problem !== null),
    };
  }

  /** What the page shows of the hub, and where the next exchange over the network begins. */
  function rememberHubsWord(at: Opened, enrolment: Enrolment, header: ExchangeParcel): void {
    const { store } = at;
    const hub = store.stickMemory().peers['hub'];
    if (hub === undefined) return;
    const memory = store.syncMemory();
    store.setSyncMemory({
      acknowledged: hub.summary,
      lastContactAt: Math.max(memory?.lastContactAt ?? 0, Math.min(header.madeAt, time.now())),
      lastTryAt: memory?.lastTryAt ?? null,
      laptops: header.madeAt >= hub.at ? header.laptops : (memory?.laptops ?? []),
    });
    if (hub.epoch !== enrolment.epoch) store.setEnrolment({ ...enrolment, epoch: hub.epoch });
  }

  function arrivals(at: Opened): StickArrival[] {
    const isEnrolled = at.store.enrolment() !== null;
    const { taken } = at.store.stickMemory();
    return [...found].flatMap(([place, files]) => {
      const seen: StickArrival[] = [];
      const fresh = files.filter((file) => file.what === 'parcel' && !taken.includes(file.digest));
      const base = { place, files: 1, hubName: null, digits: null, isOnline: false };
      if (isEnrolled && fresh.length > 0) {
        const bytes = fresh.reduce((sum, file) => sum + file.bytes, 0);
        seen.push({ ...base, what: 'parcels', files: fresh.length, bytes });
      }
      const answer = newestAnswer(files);
      if (!isEnrolled && answer !== null) {
        const digits = digitsToCompare(at, answer);
        seen.push({ ...base, what: 'answer', bytes: 0, hubName: answer.hubName, digits });
      }
      const invitation = files.find((file) => file.what === 'invitation')?.invitation;
      if (!isEnrolled && answer === null && invitation !== undefined) {
        const { hubName, hubKey, address } = invitation;
        const digits = keyDigits(hubKey, sha256);
        seen.push({ ...base, what: 'invitation', bytes: 0, hubName, digits, isOnline: address !== null });
      }
      return seen;
    });
  }

  function state(): StickState {
    const at = opened;
    const views = places.map(({ id, name, type }) => ({ id, name, type }));
    if (at === null || deps.isSample())
      return { places: views, arrivals: [], readers: [], task: null, requested: null };
    const enrolment = at.store.enrolment();
    const pending = at.store.pendingEnrolment();
    return {
      places: views,
      arrivals: arrivals(at),
      readers: enrolment === null ? [] : readersOf(at, enrolment).map(({ id, name }) => ({ id, name })),
      task: task === null ? null : { ...task },
      requested:
        pending === null || enrolment !== null
          ? null
          : { digits: keyDigits(at.publicKey, sha256), writtenAt: pending.writtenAt },
    };
  }

  return {
    handlers: {
      state: () => ok(state()),
      preview({ reader, everything }) {
        const enrolment = opened?.store.enrolment() ?? null;
        if (opened === null || enrolment === null) return err({ code: 'sync/not-enrolled' });
        const { store } = opened;
        const order = orderFor(opened, enrolment, reader, everything);
        return ok({ changes: opsBeyond(store, heldByReader(store, store.stickMemory(), order)) });
      },
      write: (input) => exclusively('write', (at, own) => write(at, own, input)),
      take: (input) => exclusively('take', (at, own) => take(at, own, input)),
      request: ({ place }) =>
        exclusively('write', (at) => inPlace(place, (path) => requestEnrolment(at, path, time.now(), cache))),
      accept: ({ place, confirmed }) =>
        exclusively('take', (at) =>
          inPlace(place, async (path) => {
            const accepted = await acceptEnrolment(at, path, { confirmed, now: time.now() }, cache);
            if (accepted.ok) deps.enrolled();
            return accepted;
          }),
        ),
      async enrol({ place }) {
        const invitation = found.get(place)?.find((file) => file.what === 'invitation')?.invitation;
        if (invitation === undefined || invitation.address === null) return err({ code: 'stick/nothing' });
        const { address, code, hubKey } = invitation;
        return deps.enrolOnline({ address, code, hubKey });
      },
      setPlaces(input) {
        places = input.places.map((place) => ({
          ...place,
          id: bytesToHex(sha256(Buffer.from(place.path))).slice(0, 32),
        }));
        void lookAgain();
        return ok({});
      },
    },
    open(profile) {
      opened = { ...profile, stop: new AbortController() };
      void lookAgain();
    },
    async close() {
      opened?.stop.abort();
      opened = null;
      found = new Map();
      await Promise.allSettled([running, scanning]);
    },
  };
}
