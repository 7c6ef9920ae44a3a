/** Whole copies of the laptop's data on sticks, and putting one back. See #shared/copies/contract.ts for calls and failures. */
import { join } from 'node:path';
import { type PinProof, replaceSlot } from '../access/pin-proof.ts';
import type { OpenProfile, Profile } from '../access/profile.ts';
import { unwrapKey, wrapKey } from '../access/vault.ts';
import { parseRecoveryCode } from '#shared/access/recovery-code.ts';
import { signInRow, type Slot, type VaultFile } from '#shared/access/vault-file.ts';
import type { CopiesState, CopyTask, copiesContract } from '#shared/copies/contract.ts';
import type { CopyHead } from '#shared/copies/copy-file.ts';
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import type { Logger, Random, Time } from '#shared/kernel/ports.ts';
import { err, type Failure, ok, type Result } from '#shared/kernel/result.ts';
import { migrations } from '../store/migrate.ts';
import type { StoreDraft } from '../store/backups.ts';
import { freeBytes } from '../sync/stick-files.ts';
import type { StickPlaceHere } from '../sync/stick-service.ts';
import { newCopyMemory, readCopyMemory, writeCopyMemory } from './copy-memory.ts';
import { createCopyTasks, type OwnTask } from './copy-task.ts';
import { copyKeyOf } from './copy-seal.ts';
import { fetchCopy, roomFor } from './fetch-copy.ts';
import {
  copiesUnder,
  type CopyAt,
  findCopies,
  type FoundAt,
  headOf,
  inOrder,
  openedCopy,
  type OpenedCopy,
} from './found-copies.ts';
import { putInPlace } from './put-in-place.ts';
import { removeCopy } from './remove-copy.ts';
import { idOf, problemOf, viewOf } from './view-copies.ts';
import { estimateCopy, writeCopy } from './write-copy.ts';

export type CopiesServiceDeps = {
  readonly profile: Profile;
  readonly proof: PinProof;
  readonly time: Time;
  readonly random: Random;
  readonly logger: Logger;
  readonly deviceSecret: Uint8Array | null;
  readonly appVersion: string;
  readonly changed: (topics: readonly string[]) => void;
  readonly places: () => readonly StickPlaceHere[];
};

export type CopiesService = {
  readonly handlers: DomainHandlers<typeof copiesContract>;
  /** Sticks came or went. */
  lookAgain(): void;
  /** Before the store is closed: ends what reads it. A copy that has the store's draft goes on while the laptop is locked. */
  storeCloses(): Promise<void>;
  /** Ends everything. */
  close(): Promise<void>;
};

/** Everything a page may show once another store is open. */
const allTopics = ['access', 'records', 'contacts', 'commissions', 'training', 'packs', 'sync', 'stick', 'copies'];

export function createCopiesService(deps: CopiesServiceDeps): CopiesService {
  const { profile, time, logger } = deps;
  let found: readonly FoundAt[] = [];
  let looking: Promise<void> = Promise.resolve();
  let looks = 0;
  /** Set while the store is read. */
  let drafting: Promise<unknown> | null = null;
  let problem: Failure | null = null;
  const changed = (): void => deps.changed(['copies']);
  const tasks = createCopyTasks({ time, changed });

  function lookAgain(): Promise<void> {
    looks += 1;
    looking = looking
      .then(look)
      .catch((error: unknown) => {
        logger.error('copies/scan-failed', { name: error instanceof Error ? error.name : typeof error });
      })
      .then(() => {
        looks -= 1;
        changed();
      });
    changed();
    return looking;
  }

  async function look(): Promise<void> {
    const seen: FoundAt[] = [];
    for (const place of deps.places()) {
      for (const at of await findCopies(place.path)) seen.push({ place: place.id, at });
    }
    found = inOrder(seen);
  }

  async function exclusively<T>(
    doing: CopyTask['doing'],
    place: string,
    run: (own: OwnTask) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    try {
      return await tasks.run(doing, place, run);
    } finally {
      await lookAgain();
    }
  }

  const placeOf = (id: string): Result<StickPlaceHere> => {
    const place = deps.places().find((each) => each.id === id);
    return place === undefined ? err({ code: 'stick/gone' }) : ok(place);
  };

  const signedIn = (): OpenProfile => {
    const open = profile.current();
    if (open === null) throw new Error('a person call without a person: the dispatcher checks');
    return open;
  };

  /** What a copy of this profile would hold beside its files. Failures: `sync/sample`, `copies/no-code`, those of the vault. */
  function mayCopy(): Result<{ vault: VaultFile; recovery: CopyHead['recovery'] }> {
    if (profile.isSample()) return err({ code: 'sync/sample' });
    const vault = deps.proof.vault();
    if (!vault.ok) return vault;
    const { recovery } = vault.value;
    if (recovery === null || recovery.device) return err({ code: 'copies/no-code' });
    return ok({ vault: vault.value, recovery: { salt: recovery.salt, box: recovery.box, device: false } });
  }

  async function write(
    own: OwnTask,
    place: StickPlaceHere,
    laptop: string,
  ): Promise<Result<{ madeAt: number; bytes: number; written: number }>> {
    const may = mayCopy();
    if (!may.ok) return may;
    const { vault, recovery } = may.value;
    const { store, key, directory } = signedIn();
    const { signal } = own;
    const memory = { ...(readCopyMemory(directory) ?? newCopyMemory(deps.random)), laptop };
    // Written first: a stick must never hold copies of a laptop that does not know its own folder.
    writeCopyMemory(directory, memory);
    const copyKey = copyKeyOf(key);
    const making = profile.backups().draftBeside(store, key, signal);
    drafting = making.catch(() => undefined);
    const draft: Result<StoreDraft> | null = await making.finally(() => {
      drafting = null;
    });
    if (draft === null) return err({ code: 'copies/stopped' });
    if (!draft.ok) return draft;
    try {
      const madeAt = time.now();
      const { locale, partition, autoLockMinutes, commissionNames } = vault;
      const slots = vault.slots.map(({ slot, person, role, ordinal, label }) => ({
        slot,
        person,
        role,
        ordinal,
        label,
      }));
      const made = await writeCopy({
        stick: place,
        laptop: memory.id,
        directory,
        store: draft.value,
        copyKey,
        random: deps.random,
        head: { laptop, madeAt, commissionNames, app: deps.appVersion, schema: migrations.length, recovery },
        lastTurn: memory.turn,
        body: { locale, partition, autoLockMinutes, slots },
        signal,
        onProgress: own.progress,
      });
      if (!made.ok) return made;
      const { bytes, written, turn } = made.value;
      writeCopyMemory(directory, { ...memory, turn, last: { madeAt, place: place.name, bytes, box: recovery.box } });
      logger.info('copies/written', { bytes, written });
      return ok({ madeAt, bytes, written });
    } finally {
      draft.value.release();
    }
  }

  function foundAt({ place, copy }: { place: string; copy: string }): CopyAt | null {
    return found.find((each) => each.place === place && idOf(each.at) === copy)?.at ?? null;
  }

  /** A copy by its name. Failures: `copies/gone`, `copies/altered`, `copies/from-future`. */
  function copyOf(name: { place: string; copy: string }): Result<{ at: CopyAt; head: CopyHead }> {
    const at = foundAt(name);
    if (at === null) return err({ code: 'copies/gone' });
    const failure = problemOf(at);
    if (at.index === null || at.index === 'from-future' || failure !== null)
      return err({ code: failure === 'from-future' ? 'copies/from-future' : 'copies/altered' });
    return ok({ at, head: at.index.head });
  }

  /** Opens a copy with the recovery code. Failures: those of `copyOf`, `access/mistyped-code`, `copies/wrong-code`, `copies/altered`. */
  async function byCode(input: {
    place: string;
    copy: string;
    code: string;
  }): Promise<Result<OpenedCopy & { key: Uint8Array }>> {
    const digits = parseRecoveryCode(input.code);
    if (digits === null) return err({ code: 'access/mistyped-code' });
    const copy = copyOf(input);
    if (!copy.ok) return copy;
    const key = await unwrapKey(copy.value.head.recovery, digits, null);
    if (key === null || key === 'no-device') return err({ code: 'copies/wrong-code' });
    const opened = openedCopy(copy.value.at, copyKeyOf(key));
    return opened === null ? err({ code: 'copies/altered' }) : ok({ ...opened, key });
  }

  /** A copy is put back where there is no profile, or one whose vault nobody can read. */
  function isFree(): boolean {
    const vault = profile.vault();
    return vault === null || vault === 'damaged';
  }

  const fetch = (own: OwnTask, copy: OpenedCopy, key: Uint8Array): Promise<Result<null>> =>
    fetchCopy(copy, {
      directory: profile.directory(),
      key,
      signal: own.signal,
      onProgress: own.progress,
    });

  const place = (vault: VaultFile): Result<null> =>
    putInPlace(vault, { directory: profile.directory(), backups: profile.backups(), time });

  /** What is remembered of the last copy, once one has been removed: the newest that is still seen. */
  function forget(removed: CopyAt): void {
    const { directory } = signedIn();
    const memory = readCopyMemory(directory);
    if (memory?.last?.madeAt !== headOf(removed)?.madeAt || memory?.id !== removed.laptop) return;
    const newest = found.find(({ at }) => at !== removed && at.laptop === memory.id && problemOf(at) === null);
    const head = newest === undefined ? null : headOf(newest.at);
    const place = deps.places().find(({ id }) => id === newest?.place);
    const last = head && { madeAt: head.madeAt, place: place?.name ?? '', bytes: head.bytes, box: head.recovery.box };
    writeCopyMemory(directory, { ...memory, last });
  }

  function state(): CopiesState {
    const memory = profile.isSample() ? null : readCopyMemory(profile.directory());
    const last = memory?.last ?? null;
    const vault = profile.vault();
    const recovery = vault === null || vault === 'damaged' ? null : vault.recovery;
    return {
      places: deps.places().map(({ id, name, type }) => ({ id, name, type })),
      isLooking: looks > 0,
      copies: viewOf(found, memory?.id ?? null),
      task: tasks.view(),
      last: last === null ? null : { madeAt: last.madeAt, place: last.place, bytes: last.bytes },
      problem,
      laptop: memory?.laptop ?? null,
      code:
        recovery === null
          ? 'none'
          : profile.current()?.session.recoveryConfirmed === false
            ? 'unconfirmed'
            : last !== null && last.box !== recovery.box
              ? 'former'
              : 'ready',
    };
  }

  return {
    handlers: {
      state: () => ok(state()),

      async preview({ place: id }) {
        const at = placeOf(id);
        if (!at.ok) return at;
        const { directory, key } = signedIn();
        const memory = readCopyMemory(directory);
        const folder = join(at.value.path, copiesUnder, memory?.id ?? '-');
        const storeBytes = profile.backups().storeBytes();
        const estimate = await estimateCopy(folder, copyKeyOf(key), directory, storeBytes);
        return ok({ ...estimate, free: await freeBytes(at.value.path) });
      },

      async write({ place: id, laptop }) {
        const at = placeOf(id);
        if (!at.ok) return at;
        const written = await exclusively('write', id, (own) => write(own, at.value, laptop));
        const isEnded = !written.ok && ['copies/stopped', 'copies/busy'].includes(written.error.code);
        if (!isEnded) problem = written.ok ? null : written.error;
        if (!written.ok) logger.warn('copies/not-written', { code: written.error.code });
        changed();
        return written;
      },

      remove: (input) =>
        exclusively('remove', input.place, async () => {
          if (profile.isSample()) return err({ code: 'sync/sample' });
          const at = foundAt(input);
          if (at === null) return err({ code: 'copies/gone' });
          const removed = await removeCopy(at, copyKeyOf(signedIn().key));
          if (!removed.ok) return removed;
          forget(at);
          logger.info('copies/removed', {});
          return ok({});
        }),

      cancel() {
        tasks.stop('cancelled');
        return ok({});
      },

      async persons(input) {
        if (!isFree()) return err({ code: 'access/profile-exists' });
        const copy = await byCode(input);
        if (!copy.ok) return copy;
        const rows = slotsOf(copy.value).map(signInRow);
        return ok({ rows, ...(await roomFor(profile.directory(), copy.value)) });
      },

      putBack: (input) =>
        exclusively('put-back', input.place, async (own) => {
          await profile.switchTo(false);
          if (!isFree()) return err({ code: 'access/profile-exists' });
          const copy = await byCode(input);
          if (!copy.ok) return copy;
          const { head, body, key } = copy.value;
          const slots = slotsOf(copy.value);
          const slot = slots.find((each) => each.slot === input.slot);
          if (slot === undefined) return err({ code: 'access/unknown-person' });
          const fetched = await fetch(own, copy.value, key);
          if (!fetched.ok) return fetched;
          const entering: Slot = { ...slot, wrapped: await wrapKey(key, input.newPin, deps.deviceSecret, deps.random) };
          const vault: VaultFile = {
            format: 1,
            locale: body.locale,
            partition: body.partition,
            commissionNames: head.commissionNames,
            slots,
            recovery: head.recovery,
            recoveryMisses: 0,
            recoveryWaitFrom: null,
            waiting: 0,
            autoLockMinutes: body.autoLockMinutes,
            restored: true,
          };
          const placed = place(replaceSlot(vault, { ...entering, lastSignInAt: time.now() }));
          if (!placed.ok) return placed;
          logger.warn('copies/put-back', { age: time.now() - head.madeAt });
          const opened = await profile.open(key, entering, null, false);
          deps.changed(allTopics);
          return opened;
        }),

      restore: (input) =>
        exclusively('put-back', input.place, async (own) => {
          const copy = copyOf(input);
          if (!copy.ok) return copy;
          const proved = await deps.proof.inTurn(() => deps.proof.prove(input.slot, input.pin));
          if (!proved.ok) return proved;
          const { key, vault } = proved.value;
          const opened = openedCopy(copy.value.at, copyKeyOf(key));
          if (opened === null) return err({ code: 'copies/other-laptop' });
          const fetched = await fetch(own, opened, key);
          if (!fetched.ok) return fetched;
          await profile.close();
          const placed = place({ ...vault, restored: true });
          if (!placed.ok) return placed;
          logger.warn('copies/put-back', { age: time.now() - opened.head.madeAt });
          deps.changed(allTopics);
          return ok({});
        }),
    },
    lookAgain: () => void lookAgain(),
    async storeCloses() {
      if (drafting === null) return;
      tasks.stop('cancelled');
      await drafting;
    },
    async close() {
      tasks.stop('closing');
      await Promise.allSettled([tasks.idle(), looking]);
    },
  };
}

/** Those who sign in by a copy, none of them with a PIN yet. */
function slotsOf({ body }: OpenedCopy): Slot[] {
  return body.slots.map((slot) => ({ ...slot, wrapped: null, lastSignInAt: null, misses: 0, waitFrom: null }));
}
