/**
 * Takes a snapshot (#shared/sync/snapshot.ts) chunk by chunk, each in short transactions, one after the other, with the place it has come
 * to: an interruption does no harm, and whatever else is read or written goes on between two of them. With the last chunk the logs
 * begin where the snapshot ends.
 *
 * Until then the logs it names take nothing from elsewhere (`segment/gap`): a log half told by a snapshot and half by its ops would
 * say things twice. Given up, what has come stays in the rows, where the logs say it again.
 */
import { isWithin } from '#shared/access/partitions.ts';
import { bytesToHex, hexToBytes, idInPlanes } from '#shared/kernel/ids.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { LooseColumns } from '#shared/sync/loose-ops.ts';
import type { Credential } from '#shared/sync/messages.ts';
import { checkSnapshotLogs, openChunk, openSnapshotHead, type SnapshotHeader } from '#shared/sync/snapshot.ts';
import type { Archive, Loading } from './archive.ts';
import type { Committer } from './commit.ts';
import { databaseFailure, type WritableDb } from './database.ts';
import { verifySignature } from './identity.ts';
import type { Meta } from './meta.ts';
import type { OpLog } from './op-log.ts';
import { recordPlacesInPlanes } from './record-places.ts';
import { segmentPorts } from './segment-ports.ts';

export type SnapshotLoader = {
  /** The snapshot that is coming; null when there is none. */
  loading(): Loading | null;
  /**
   * Begins with what stands before a snapshot's chunks; one that was coming is given up. `sha256`: the whole file's, by which it is
   * fetched again. `partitions`: those asked for.
   * Failures: those of `openSnapshotHead` and `checkSnapshotLogs`, `snapshot/not-asked`, `snapshot/no-hub` (not enrolled),
   * `snapshot/forked` (a log here went on in another way), `snapshot/older` (less than is held in an earlier one), `sync/bad-credential`,
   * those of a database (`store/disk-full`), which leave all as it was.
   */
  begin(head: Uint8Array, sha256: string, partitions: readonly string[]): Result<Loading>;
  /**
   * Takes the next chunk, or as much of it as nobody has to wait for: the same chunk is given again until `next` moves on. Null when that
   * was the last. A chunk that is not right leaves all as it was.
   * Failures: those of `openChunk`, `snapshot/given-up` (none is coming any more), `store/disk-full`.
   */
  take(chunk: Uint8Array): Result<Loading | null>;
  /** Gives up the coming snapshot. */
  giveUp(): void;
  /** The snapshots that partitions here began with and that stand as they came, so that they can be handed on with the logs behind them. */
  toHandOn(): HeldSnapshot[];
};

export type HeldSnapshot = {
  /** Of the whole file. */
  readonly sha256: string;
  readonly head: Uint8Array;
  readonly header: SnapshotHeader;
  /** Reads them, in order. */
  readonly chunks: readonly (() => Uint8Array)[];
};
/** As it is kept, by partition. */
type KeptHead = { readonly sha256: string; readonly head: string };

export type SnapshotLoaderDeps = {
  readonly db: WritableDb;
  readonly meta: Meta;
  readonly log: OpLog;
  readonly archive: Archive;
  readonly committer: Committer;
  readonly hubKey: () => string | null;
  readonly addCredentials: (credentials: readonly Credential[]) => Result<null>;
};

export function createSnapshotLoader(deps: SnapshotLoaderDeps): SnapshotLoader {
  const { db, meta, log: opLog, archive } = deps;
  /** A chunk of which a part has been taken, so that it need not be read again. */
  let open: { readonly chunk: Uint8Array; readonly header: SnapshotHeader; readonly columns: LooseColumns } | null =
    null;

  /** Proves and reads the chunk at a place. */
  function read(chunk: Uint8Array, place: number, header: SnapshotHeader): Result<LooseColumns> {
    if (open !== null && open.chunk === chunk && open.header === header) return ok(open.columns);
    const opened = openChunk(chunk, place, header, segmentPorts);
    if (opened.ok) open = { chunk, header, columns: opened.value };
    return opened;
  }

  /** One transaction; what the log holds in memory goes back with it. */
  function transact(work: () => void): void {
    try {
      db.transaction(work).immediate();
    } catch (error) {
      opLog.reload();
      throw error;
    }
  }

  function giveUp(): void {
    if (archive.loading() !== null) transact(() => opLog.giveUpComing());
  }

  /** Whether it goes on from what is held here. */
  function checkPlace(header: SnapshotHeader): Result<null> {
    const { partition } = header;
    const seqs = new Map(header.logs.map((log) => [log.replica, log]));
    for (const log of opLog.logs()) {
      if (log.partition !== partition) continue;
      const covered = seqs.get(log.replica);
      const base = opLog.base(log);
      if (base > (covered?.seq ?? 0)) return err({ code: 'snapshot/older' });
      if (covered === undefined || covered.seq === base) continue;
      const held = opLog.head(log).seq;
      const isOwn = opLog.isOwn(log.replica);
      if (held < covered.seq) {
        // Nobody else can have written on.
        if (isOwn) return err({ code: 'snapshot/forked' });
        continue;
      }
      const head = opLog.headAt(log, covered.seq);
      if (head === null || bytesToHex(head) !== covered.head) return err({ code: 'snapshot/forked' });
    }
    return ok(null);
  }

  return {
    loading: archive.loading,

    begin(head, sha256, partitions) {
      const hubKey = deps.hubKey();
      if (hubKey === null) return err({ code: 'snapshot/no-hub' });
      const verify = (data: Uint8Array, signature: Uint8Array): boolean => verifySignature(hubKey, data, signature);
      const opened = openSnapshotHead(head, verify, segmentPorts);
      if (!opened.ok) return opened;
      const header = opened.value;
      if (!partitions.some((prefix) => isWithin(header.partition, prefix))) return err({ code: 'snapshot/not-asked' });
      const added = deps.addCredentials(header.credentials);
      if (!added.ok) return added;
      const proved = checkSnapshotLogs(header, (replica) => opLog.publicKeyOf(replica) || null, verifySignature);
      if (!proved.ok) return proved;
      const placed = checkPlace(header);
      if (!placed.ok) return placed;
      const loading: Loading = { sha256, header, next: 0, offset: head.length, within: 0 };
      try {
        giveUp();
        transact(() => {
          for (const { replica } of header.logs) opLog.logOf(replica, header.partition);
          archive.setLoading(loading);
          const kept: KeptHead = { sha256, head: Buffer.from(head).toString('base64') };
          meta.set(comingHead, JSON.stringify(kept));
        });
      } catch (error) {
        const failure = databaseFailure(error);
        if (failure === null) throw error;
        return err(failure);
      }
      return ok(loading);
    },

    take(chunk) {
      const loading = archive.loading();
      if (loading === null) return err({ code: 'snapshot/given-up' });
      const { header, next, within } = loading;
      const { partition } = header;
      const opened = read(chunk, next, header);
      if (!opened.ok) return opened;
      const columns = opened.value;
      const { planes, ends } = columns;
      const count = ends.length;
      const isLast = next + 1 === header.chunks.length;
      let after: Loading | null = loading;
      try {
        deps.committer.applySqueezed({
          columns,
          from: within,
          logOf: (replica) => opLog.logOf(replica, partition),
          keep() {
            if (within === 0)
              archive.add({
                partition,
                isLoading: true,
                squeezedAt: header.madeAt,
                first: idInPlanes(planes, count, 0),
                last: idInPlanes(planes, count, count - 1),
                places: recordPlacesInPlanes(planes, count),
                bytes: chunk,
              });
          },
          done(to) {
            const isWhole = to === count;
            const moved = { ...loading, next: next + 1, offset: loading.offset + chunk.length, within: 0 };
            after = isWhole ? moved : { ...loading, within: to };
            if (isWhole && isLast) after = null;
            archive.setLoading(after);
            if (after !== null) return;
            for (const { replica, seq, head } of header.logs)
              opLog.setBase(opLog.logOf(replica, partition), { seq, head: hexToBytes(head) });
            archive.settle(partition);
            meta.set(headKey(partition), meta.get(comingHead) ?? '');
            meta.remove(comingHead);
          },
          isLast,
        });
      } catch (error) {
        const failure = databaseFailure(error);
        if (failure === null) throw error;
        return err(failure);
      }
      if (after === null || after.next > next) open = null;
      return ok(after);
    },

    giveUp,

    toHandOn() {
      const partitions = new Set(opLog.logs().map(({ partition }) => partition));
      return [...partitions].flatMap((partition) => {
        const text = meta.get(headKey(partition));
        const hubKey = deps.hubKey();
        if (text === null || text === '' || hubKey === null) return [];
        const kept = JSON.parse(text) as KeptHead; // written above
        const head = Buffer.from(kept.head, 'base64');
        const opened = openSnapshotHead(
          head,
          (data, signature) => verifySignature(hubKey, data, signature),
          segmentPorts,
        );
        if (!opened.ok) return [];
        const chunks = archive.squeezedChunks(partition);
        const standsAsItCame =
          chunks.length === opened.value.chunks.length &&
          opened.value.logs.every(({ replica, seq }) => opLog.base(opLog.logOf(replica, partition)) === seq);
        return standsAsItCame ? [{ sha256: kept.sha256, head, header: opened.value, chunks }] : [];
      });
    },
  };
}

const comingHead = 'snapshot-head';
const headKey = (partition: string): string => `snapshot-head ${partition}`;
