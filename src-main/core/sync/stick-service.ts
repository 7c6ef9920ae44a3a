/**
 * The road by stick: writes parcels and takes them in, with the same store and rules as the exchange with the hub. One
 * thing is done at a time, in small steps; a stick may be pulled at any moment, and nothing is lost by that.
 */
import type { CoreContract } from '#shared/contract/core-contract.ts';
import type { OutputOf } from '#shared/contract/define.ts';
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import type { Attachment } from '#shared/files/attachment.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Logger, Time } from '#shared/kernel/ports.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import { isPackName } from '#shared/packs/pack-place.ts';
import { keyDigits } from '#shared/sync/invitation.ts';
import { parcelTag } from '#shared/sync/parcel-file.ts';
import { lacksBeginnings, type ParcelOrder, standingCredential } from '#shared/sync/parcel-session.ts';
import type { ScopeView } from '#shared/sync/contract.ts';
import type { StickArrival, stickContract, StickState } from '#shared/sync/stick-contract.ts';
import type { CarriedFiles } from '../files/carried-files.ts';
import { sha256 } from '../store/segment-ports.ts';
import { loadSealKey } from './parcel-seal.ts';
import { type ParcelTaking, type TakenFile, takeParcelFile } from './parcel-taking.ts';
import { loadFor, writeLoad } from './parcel-writing.ts';
import { acceptEnrolment, digitsToCompare, newestAnswer, requestEnrolment } from './stick-enrolment.ts';
import { isMountPoint, type StickFolder } from './stick-files.ts';
import { type ScanCache, scanPlace, type StickFile } from './stick-scan.ts';
import { isWaiting, successionOf } from './succeeding.ts';
import { nameProblem } from './sync-status.ts';
import type { SyncProfile } from './sync-profile.ts';
import type { Enrolment } from './sync-store.ts';

export type StickServiceDeps = {
  readonly time: Time;
  readonly logger: Logger;
  readonly changed: (topics: readonly string[]) => void;
  readonly isSample: () => boolean;
  /** What a partition is called by the documents of its country; null where they do not name it. */
  readonly placeNames: (partition: string) => Promise<ScopeView['names']>;
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
  /** The attachments of the open profile; null when nobody is signed in. */
  readonly carried: () => Promise<CarriedFiles | null>;
  /** Told when sticks came or went. */
  readonly placesChanged: () => void;
};

export type StickService = {
  readonly handlers: DomainHandlers<typeof stickContract>;
  /** Where something can be written, whether somebody is signed in or not. */
  places(): readonly StickPlaceHere[];
  /** Somebody signed in. */
  open(profile: SyncProfile): void;
  /** Ends what is under way; resolves when the store is no longer touched. */
  close(): Promise<void>;
};

/** A thousand bytes of an attachment count as one change in what is shown of the progress. */
const weightOf = (bytes: number): number => Math.ceil(bytes / 1000);

function countOf(files: readonly Attachment[]): { files: number; bytes: number } {
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

type Place = { readonly id: string; readonly path: string; readonly name: string; readonly type: 'stick' | 'folder' };
export type StickPlaceHere = Place & StickFolder;
type Opened = SyncProfile & { readonly stop: AbortController };
type Task = { doing: 'write' | 'take'; done: number; total: number };

export function createStickService(deps: StickServiceDeps): StickService {
  const { time, logger } = deps;
  let opened: Opened | null = null;
  let places: readonly Place[] = [];
  let found = new Map<string, readonly StickFile[]>();
  const cache: ScanCache = new Map();
  /** Places that were seen as file systems of their own: what is none any more was pulled. */
  const mounts = new Set<string>();
  let task: Task | null = null;
  let running: Promise<unknown> = Promise.resolve();
  let scanning: Promise<void> = Promise.resolve();
  let looks = 0;
  const changed = (): void => deps.changed(['stick']);

  /** One look after the other; the last one sees the newest list of places. */
  function lookAgain(): Promise<void> {
    looks += 1;
    scanning = scanning
      .then(look)
      .catch((error: unknown) => {
        // Looked at again with the next change; a bug here must not end the core.
        logger.error('stick/scan-failed', { name: error instanceof Error ? error.name : typeof error });
      })
      .finally(() => {
        looks -= 1;
        if (opened !== null) changed();
      });
    return scanning;
  }

  async function look(): Promise<void> {
    const at = opened;
    if (at === null) return;
    const key = await loadSealKey(at.store);
    const seen = new Map<string, readonly StickFile[]>();
    for (const place of places) {
      if (await isMountPoint(place.path)) mounts.add(place.id);
      seen.set(place.id, await scanPlace(place.path, key, cache));
    }
    if (at !== opened) return;
    found = seen;
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

  function orderFor(at: Opened, enrolment: Enrolment, reader: string, everything: boolean): Omit<ParcelOrder, 'blobs'> {
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
  ): Promise<Result<OutputOf<CoreContract, 'stick.write'>>> {
    const { store } = at;
    const enrolment = store.enrolment();
    if (enrolment === null) return err({ code: 'sync/not-enrolled' });
    const place = placeOf(input.place);
    if (!place.ok) return place;
    const reader = readersOf(at, enrolment).find((each) => each.id === input.reader);
    if (reader === undefined) return err({ code: 'stick/no-recipient' });

    const startedAt = time.now();
    const carried = await deps.carried();
    const load = loadFor(store, carried, {
      ...orderFor(at, enrolment, reader.id, input.everything),
      succession: await successionOf(at),
    });
    own.total = load.changes + weightOf(countOf(load.files).bytes);
    const written = await writeLoad({ store, signal: at.stop.signal }, carried, load, {
      folder: { path: place.value.path, isMount: mounts.has(place.value.id) },
      recipient: reader.recipient,
      onProgress(changes, bytes) {
        own.done = changes + weightOf(bytes);
        changed();
      },
    });
    if (!written.ok) return written;
    const { names, bytes, changes, files, left, failure } = written.value;
    store.recordExchange({
      road: 'stick',
      startedAt,
      finishedAt: time.now(),
      sent: changes,
      received: 0,
      problem: failure,
    });
    const counts = { files: names.length, bytes, changes, attachments: files.length, left: left.length };
    logger.info('stick/written', { ...counts, problem: failure?.code ?? null });
    deps.changed(['sync', 'stick']);
    return failure === null ? ok({ ...counts, refused: load.refused, left: countOf(left) }) : err(failure);
  }

  async function take(
    at: Opened,
    own: Task,
    input: { place: string },
  ): Promise<Result<OutputOf<CoreContract, 'stick.take'>>> {
    const { store } = at;
    if (store.enrolment() === null) return err({ code: 'sync/not-enrolled' });
    const place = placeOf(input.place);
    if (!place.ok) return place;
    const key = await loadSealKey(store);
    const files = await scanPlace(place.value.path, key, cache, isExpectedBy(at));
    const parcels = files.filter((file) => file.what === 'parcel');
    const isDamaged = files.some((file) => file.what === 'damaged');
    if (parcels.length === 0) return err({ code: isDamaged ? 'stick/damaged' : 'stick/nothing' });

    const startedAt = time.now();
    const taking: ParcelTaking = {
      store,
      signal: at.stop.signal,
      carried: await deps.carried(),
      key,
      now: time.now,
      logger,
      isOldCopy: deps.isOldCopy,
    };
    const problems = new Map<string, Failure>();
    if (isDamaged) problems.set('stick/damaged', { code: 'stick/damaged' });
    const origins = new Map<string, NonNullable<TakenFile['origin']>>();
    const taken = new Set<string>();
    let [received, attachments] = [0, 0];
    own.total = parcels.length;
    // Parcels come in any order: once more after whatever closed a gap.
    for (let left = parcels, before = -1; left.length > 0 && received + attachments > before; ) {
      before = received + attachments;
      const gaps: typeof left = [];
      for (const file of left) {
        const one = await takeParcelFile(taking, file);
        for (const problem of one.problems) problems.set(problem.code, problem);
        // Where a parcel showed that this store is an old copy, that is what stopped it.
        if (at.stop.signal.aborted) return err(problems.get('sync/old-copy') ?? { code: 'sync/stopped' });
        received += one.received;
        attachments += one.attachments;
        if (one.hasGap) gaps.push(file);
        if (one.origin !== null) origins.set(one.origin.laptop, one.origin);
        if (one.isTaken) taken.add(file.path);
        own.done = taken.size;
        changed();
      }
      left = gaps;
    }
    for (const { laptop, begins } of origins.values())
      if (lacksBeginnings(begins, store.summary()))
        problems.set('stick/needs-hub', { code: 'stick/needs-hub', laptop });
    const [problem = null] = problems.values();
    if (received + attachments > 0 || problem !== null) {
      store.recordExchange({ road: 'stick', startedAt, finishedAt: time.now(), sent: 0, received, problem });
    }
    logger.info('stick/taken', { files: taken.size, received, attachments, problem: problem?.code ?? null });
    deps.changed(['sync', 'stick']);
    const named = await Promise.all([...problems.values()].map((each) => nameProblem(each, store, deps.placeNames)));
    return ok({ files: taken.size, received, attachments, problems: named });
  }

  /** Whether a file is named like a parcel for this laptop, from the hub or from any laptop it knows. */
  function isExpectedBy({ store }: Opened): (name: string) => boolean {
    const writers = ['hub', ...store.credentials().map(({ replica }) => replica)];
    const tags = new Set(writers.map((writer) => parcelTag(writer, store.replica, sha256)));
    return (name) => isPackName(name) && tags.has(name.slice(0, name.lastIndexOf('-')));
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
      return { places: views, isLooking: false, arrivals: [], readers: [], task: null, requested: null };
    const enrolment = at.store.enrolment();
    const pending = at.store.pendingEnrolment();
    return {
      places: views,
      isLooking: looks > 0,
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
      async preview({ reader, everything }) {
        const at = opened;
        const enrolment = at?.store.enrolment() ?? null;
        if (at === null || enrolment === null) return err({ code: 'sync/not-enrolled' });
        const load = loadFor(at.store, await deps.carried(), orderFor(at, enrolment, reader, everything));
        const { changes, refused, needsHub } = load;
        return ok({ changes, refused, attachments: countOf(load.files), needsHub });
      },
      write: (input) => exclusively('write', (at, own) => write(at, own, input)),
      take: (input) => exclusively('take', (at, own) => take(at, own, input)),
      request: ({ place }) =>
        exclusively('write', (at) =>
          inPlace(place, (path) => requestEnrolment(at, { path, isMount: mounts.has(place) }, time.now(), cache)),
        ),
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
        deps.placesChanged();
        return ok({});
      },
    },
    places: () => places.map((place) => ({ ...place, isMount: mounts.has(place.id) })),
    open(profile) {
      opened = { ...profile, stop: new AbortController() };
      // Under a new identity what was sealed to the one before cannot be read.
      cache.clear();
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
