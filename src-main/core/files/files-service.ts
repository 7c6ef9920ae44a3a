/** Attachments of records: taking in, listing, removing, handing out, and their way to the hub and back. See #shared/files/contract.ts. */
import { createHash, randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import {
  type Attachment,
  attachmentsOf,
  attachmentText,
  carriesAttachments,
  isAttachable,
  maxAttachmentBytes,
  maxAttachments,
  parseAttachment,
  tidyFileName,
} from '#shared/files/attachment.ts';
import { type filesContract, type FileView, pieceBytes } from '#shared/files/contract.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Logger, Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { kindsByName } from '#shared/kinds/all-kinds.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import type { RecordView } from '#shared/records/contract.ts';
import type { OpenProfile } from '../access/profile.ts';
import { createFilesQueries, type FilesQueries } from '../store/files-queries.ts';
import { errorCode, isDiskFull } from '../packs/pack-failures.ts';
import { diskFailure } from './disk-failure.ts';
import { type CarriedFiles, createCarriedFiles } from './carried-files.ts';
import { createFileExchange, type FileExchange, type ReachedHub } from './file-exchange.ts';
import { checkRoom } from './incoming-file.ts';
import { type FileStore, openFileStore } from './file-store.ts';
import { bytesPerSecond, createPace, type Pace } from './pace.ts';
import { sweepFiles } from './sweep.ts';
import { SealBroken, type SealedWriter } from './sealed-file.ts';

export type FilesServiceDeps = {
  readonly time: Time;
  readonly random: Random;
  readonly logger: Logger;
  readonly changed: (topics: readonly string[]) => void;
  /** The open profile; throws when nobody is signed in (the dispatcher has checked). */
  readonly open: () => OpenProfile;
  /** Epoch of the hub last heard of; null before enrolment. */
  readonly hubEpoch: () => string | null;
  readonly isEnrolled: () => boolean;
  /** Told when attachments have left the line to the hub. */
  readonly lineFree: () => void;
  /** When the oldest backup of the store was made; null where there is none. */
  readonly oldestBackup: () => number | null;
};

export type FilesService = {
  readonly handlers: DomainHandlers<typeof filesContract>;
  /** Somebody signed in. */
  open(profile: OpenProfile): void;
  /** Ends what is under way; resolves when store and disk are no longer touched. */
  close(): Promise<void>;
  /** Large things on the line to the hub keep to the limit together. */
  readonly pace: Pace;
  /** An exchange has reached the hub. */
  reached(hub: ReachedHub): void;
  /** Attachments here of a partition's records that the hub does not hold yet; one more while nobody has looked. */
  unsentIn(partition: string): number;
  /** Whether attachments are on their way. */
  isMoving(): boolean;
  /** Attachments as the road by stick sees them; null when nobody is signed in. */
  carried(): Promise<CarriedFiles | null>;
};

/** After sign-in the screen comes first; what nobody needs waits this long. */
const sweepDelayMs = 60_000;
/** Files may be on their way in at once. */
const mostUploads = 20;

type Upload = { readonly name: string; readonly bytes: number; readonly writer: SealedWriter; isBusy: boolean };
type Opened = { readonly queries: FilesQueries; readonly store: FileStore; readonly exchange: FileExchange };

export function createFilesService(deps: FilesServiceDeps): FilesService {
  const { logger } = deps;
  let opening: Promise<Opened> | null = null;
  let opened: Opened | null = null;
  let sweeping = new AbortController();
  let swept: Promise<void> = Promise.resolve();
  const pace = createPace(() => (opened === null ? null : bytesPerSecond(opened.queries.line())));
  const uploads = new Map<string, Upload>();

  const ready = (): Promise<Opened> => {
    if (opening === null) throw new Error('a person call without a person: the dispatcher checks');
    return opening;
  };

  function kindOf(name: string): Kind | null {
    const kind = kindsByName.get(name);
    return kind === undefined || !carriesAttachments(kind) ? null : kind;
  }

  function recordOf(name: string, id: string): Result<{ kind: Kind; record: RecordView }> {
    const kind = kindOf(name);
    const record = kind === null ? null : deps.open().store.queries.get(kind, id);
    return kind === null || record === null ? err({ code: 'records/not-found' }) : ok({ kind, record });
  }

  /** A record whose list of files this person may change. */
  function editable(name: string, id: string): Result<{ kind: Kind; record: RecordView }> {
    const found = recordOf(name, id);
    if (!found.ok) return found;
    const { kind, record } = found.value;
    if (record.removed) return err({ code: 'records/removed' });
    if (!kind.rights.write.includes(deps.open().session.role)) return err({ code: 'records/not-allowed' });
    if (kind.states?.frozen.includes(String(record.values[kind.states.field])) === true)
      return err({ code: 'records/frozen' });
    if (!deps.open().store.mayCommit([{ kind, id, act: 'set', values: {} }]))
      return err({ code: 'records/not-allowed' });
    return found;
  }

  function writeList(kind: Kind, id: string, files: readonly string[]): void {
    const { store, session } = deps.open();
    store.commit([{ kind, id, act: 'set', values: { files } }], session.person);
    deps.changed(['files']);
  }

  const elementsOf = (record: RecordView): readonly string[] => {
    const { files } = record.values;
    return Array.isArray(files) ? (files as readonly string[]) : [];
  };

  function add(kind: Kind, record: RecordView, file: Attachment): Result<null> {
    const list = elementsOf(record);
    if (list.some((element) => parseAttachment(element)?.sha256 === file.sha256)) return err({ code: 'files/same' });
    if (list.length >= maxAttachments) return err({ code: 'files/too-many', limit: maxAttachments });
    writeList(kind, record.id, [...list, attachmentText(file)]);
    return ok(null);
  }

  async function endUpload(at: Opened, id: string): Promise<void> {
    const upload = uploads.get(id);
    if (upload === undefined) return;
    uploads.delete(id);
    await upload.writer.close().catch(() => undefined);
    await at.store.dropPart(id);
  }

  /** Runs work on this laptop's disk; what the disk says becomes a failure. */
  async function onDisk<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SealBroken) return err({ code: 'files/damaged' });
      const failure = diskFailure(error);
      if (failure === null) throw error;
      return err(failure);
    }
  }

  /** Once after sign-in, behind whatever the first screens ask for. */
  async function sweep(signal: AbortSignal): Promise<void> {
    await sleep(sweepDelayMs, undefined, { signal, ref: false }).catch(() => null);
    if (signal.aborted) return;
    try {
      const { store, queries } = await ready();
      const removed = await sweepFiles(store, queries, {
        now: deps.time.now(),
        oldestBackup: deps.oldestBackup(),
        signal,
      });
      if (removed > 0) logger.info('files/swept', { files: removed });
    } catch (error) {
      // Looked at again after the next sign-in.
      logger.error('files/sweep-failed', { name: error instanceof Error ? error.name : typeof error });
    }
  }

  function viewOf(at: Opened, partition: string, file: Attachment, late: boolean): FileView {
    const { sha256 } = file;
    return { ...file, late, here: at.store.has(sha256), ...at.exchange.stateOf({ sha256, partition }) };
  }

  const handlers: FilesService['handlers'] = {
    async list({ kind: name, id }) {
      const found = recordOf(name, id);
      if (!found.ok) return found;
      const at = await ready();
      const { own, late } = attachmentsOf(found.value.record.values);
      const view = (isLate: boolean) => (file: Attachment) =>
        viewOf(at, at.queries.partitionOf(found.value.kind, id), file, isLate);
      return ok({ items: [...own.map(view(false)), ...late.map(view(true))] });
    },

    begin: ({ name: given, bytes }) =>
      onDisk(async () => {
        const at = await ready();
        const name = tidyFileName(given);
        if (!isAttachable(name)) return err({ code: 'files/wrong-type', name });
        if (bytes === 0) return err({ code: 'files/empty', name });
        if (bytes > maxAttachmentBytes) return err({ code: 'files/too-large', name, bytes, most: maxAttachmentBytes });
        const room = await checkRoom(at.store, bytes);
        if (!room.ok) return room;
        if (uploads.size >= mostUploads) return err({ code: 'files/too-many', limit: mostUploads });
        const upload = bytesToHex(deps.random.bytes(16));
        uploads.set(upload, { name, bytes, writer: await at.store.part(upload), isBusy: false });
        return ok({ upload });
      }),

    async append({ upload: id, offset, piece }) {
      const at = await ready();
      const upload = uploads.get(id);
      if (upload === undefined || upload.isBusy) return err({ code: 'files/no-upload' });
      const content = Buffer.from(piece, 'base64');
      if (offset !== upload.writer.length()) return err({ code: 'files/offset', offset: upload.writer.length() });
      if (content.length > pieceBytes || offset + content.length > upload.bytes) {
        await endUpload(at, id);
        return err({ code: 'files/changed', name: upload.name });
      }
      upload.isBusy = true;
      const done = await onDisk(async () => {
        await upload.writer.append(content);
        return ok({});
      });
      upload.isBusy = false;
      // Nothing half-written stays.
      if (!done.ok) await endUpload(at, id);
      return done;
    },

    async attach({ upload: id, kind: name, id: recordId }) {
      const at = await ready();
      const upload = uploads.get(id);
      if (upload === undefined || upload.isBusy) return err({ code: 'files/no-upload' });
      upload.isBusy = true;
      const done = await onDisk<{ sha256: string }>(async () => {
        // The file was written to, or cut, while it was read.
        if (upload.writer.length() !== upload.bytes) return err({ code: 'files/changed', name: upload.name });
        const before = editable(name, recordId);
        if (!before.ok) return before;
        const sha256 = await upload.writer.finish();
        await upload.writer.close();
        if (!at.store.has(sha256)) await at.store.adopt(id, sha256);
        // It took a while: the record as it is now decides.
        const found = editable(name, recordId);
        if (!found.ok) return found;
        const added = add(found.value.kind, found.value.record, { sha256, bytes: upload.bytes, name: upload.name });
        return added.ok ? ok({ sha256 }) : added;
      });
      await endUpload(at, id);
      if (done.ok) logger.info('files/attached', { bytes: upload.bytes });
      return done;
    },

    async discard({ upload }) {
      await endUpload(await ready(), upload);
      return ok({});
    },

    remove({ kind: name, id, sha256 }) {
      const found = editable(name, id);
      if (!found.ok) return found;
      const { kind, record } = found.value;
      const list = elementsOf(record);
      const left = list.filter((element) => parseAttachment(element)?.sha256 !== sha256);
      if (left.length === list.length) return err({ code: 'files/gone' });
      writeList(kind, id, left);
      return ok({});
    },

    async restore({ kind: name, id, sha256, name: fileName }) {
      const { store } = await ready();
      const found = editable(name, id);
      if (!found.ok) return found;
      // Only what this laptop holds: a reference to nothing would promise what nobody can keep.
      if (!store.has(sha256)) return err({ code: 'files/not-here' });
      let bytes = 0;
      for await (const chunk of store.read(sha256)) bytes += chunk.length;
      const file = parseAttachment(attachmentText({ sha256, bytes, name: tidyFileName(fileName) }));
      if (file === null) return err({ code: 'files/wrong-type', name: fileName });
      const added = add(found.value.kind, found.value.record, file);
      return added.ok ? ok({}) : added;
    },

    async fetch({ sha256 }) {
      const fetched = await (await ready()).exchange.fetch(sha256);
      return fetched.ok ? ok({}) : fetched;
    },
    async stop({ sha256 }) {
      (await ready()).exchange.stop(sha256);
      return ok({});
    },
    traffic: async () => ok((await ready()).exchange.traffic()),
    async moveAll() {
      if (!deps.isEnrolled()) return err({ code: 'sync/not-enrolled' });
      const begun = (await ready()).exchange.moveAll();
      return begun.ok ? ok({}) : begun;
    },
    line: async () => ok((await ready()).queries.line()),
    async setLine(settings) {
      const { queries, exchange } = await ready();
      queries.setLine(settings);
      exchange.lookAgain();
      deps.changed(['files']);
      return ok({});
    },

    copyOut: ({ kind: name, id, sha256, path }) =>
      onDisk(async () => {
        const at = await ready();
        const found = recordOf(name, id);
        if (!found.ok) return found;
        const { own, late } = attachmentsOf(found.value.record.values);
        const file = [...own, ...late].find((each) => each.sha256 === sha256);
        if (file === undefined) return err({ code: 'files/gone' });
        if (!at.store.has(sha256)) return err({ code: 'files/not-here' });
        return copyTo(at.store, file, path);
      }),
  };

  return {
    handlers,
    open(profile) {
      const { store, key, directory } = profile;
      const queries = createFilesQueries(store);
      opening = openFileStore(directory, key).then((fileStore) => {
        const exchange = createFileExchange({
          ...deps,
          queries,
          store: fileStore,
          epoch: deps.hubEpoch,
          pace,
        });
        opened = { queries, store: fileStore, exchange };
        return opened;
      });
      sweeping = new AbortController();
      swept = sweep(sweeping.signal);
      opening.catch(() => undefined); // told to whoever calls
    },
    async close() {
      const closing = opening;
      opening = null;
      opened = null;
      const at = await closing?.catch(() => null);
      sweeping.abort();
      await swept;
      if (at === null || at === undefined) return;
      for (const id of uploads.keys()) await endUpload(at, id);
      await at.exchange.close();
    },
    pace,
    reached: (hub) => opened?.exchange.reached(hub),
    unsentIn: (partition) => opened?.exchange.unsentIn(partition) ?? 1,
    isMoving: () => opened?.exchange.isMoving() === true,
    carried: async () => (opening === null ? null : createCarriedFiles({ ...(await opening), changed: deps.changed })),
  };
}

/** The content in the clear under a path: whole and proved, or not there. */
async function copyTo(store: FileStore, file: Attachment, path: string): Promise<Result<{ bytes: number }>> {
  const draft = join(dirname(path), `.komissiya-${randomBytes(6).toString('hex')}.tmp`);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      for await (const chunk of store.read(file.sha256)) {
        hash.update(chunk);
        bytes += chunk.length;
        await handle.writeFile(chunk);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (hash.digest('hex') !== file.sha256) throw new SealBroken();
    await rename(draft, path);
    return ok({ bytes });
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    // What lies here is of no use any more: it may be fetched anew.
    if (error instanceof SealBroken) await store.drop(file.sha256);
    const code = errorCode(error);
    if (code === null) throw error;
    return err({ code: 'files/not-written', reason: isDiskFull(error) ? 'disk-full' : 'other' });
  }
}
