/** Which attachments the records of this store refer to, which of them the hub holds, and this laptop's settings for the line. */
import { type Attachment, attachmentsOf, carriesAttachments, parseAttachment } from '#shared/files/attachment.ts';
import { LineSettings } from '#shared/files/contract.ts';
import { isSetChange, type Op, type OpValue } from '#shared/sync/op.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import { fromColumnId } from './column-id.ts';
import { fromColumnText } from './column-text.ts';
import type { WritableDb } from './database.ts';
import { createForgottenOps } from './forgotten-ops.ts';
import type { Meta } from './meta.ts';
import type { OpLog } from './op-log.ts';
import type { RecordPartitions } from './record-partitions.ts';
import { columnName, hasFiles, quote } from './tables.ts';

/** An attachment as records of one partition refer to it: from there the hub lets it be read. */
export type PlacedFile = Attachment & { readonly partition: string };
export type FilePlace = Pick<PlacedFile, 'sha256' | 'partition'>;

/** Its name, for maps and sets. */
export function placeName({ sha256, partition }: FilePlace): string {
  return `${sha256} ${partition}`;
}

export type FilesQueries = {
  /** Every attachment a living record refers to, once each. */
  referred(): Attachment[];
  /** Those that pass, once for each partition where a record refers to it. */
  placed(isWanted: (sha256: string) => boolean): PlacedFile[];
  /** Where a record's attachments are referred to from. */
  partitionOf(kind: Kind, record: string): string;
  /** Where all are referred to from; null where records of several partitions are here. */
  onlyPartition(): string | null;
  /** Whether the hub's database of that epoch said it holds a file for who may see the partition. */
  isAtHub(place: FilePlace, epoch: string | null): boolean;
  markAtHub(place: FilePlace, epoch: string): void;
  /** Whether the hub's answer on a stick said that it has no more room for a file of this laptop's; until it holds it. */
  isRefused(sha256: string): boolean;
  markRefused(digests: readonly string[]): void;
  /** Digests another laptop last said it holds, by stick. */
  heldBy(replica: string): readonly string[];
  setHeldBy(replica: string, digests: readonly string[]): void;
  /** Digests that the histories of signed records name: one reader a record, each a short read. */
  signedHistories(): (() => string[])[];
  /** The same of what is set aside where a partition began anew (forgotten-ops.ts): its records come back. */
  setAside(): (() => string[])[];
  /** Since when files are not needed (ms UTC), by their names on the disk. */
  unneededSince(): ReadonlyMap<string, number>;
  setUnneededSince(since: ReadonlyMap<string, number>): void;
  line(): LineSettings;
  setLine(settings: LineSettings): void;
};

const heldKey = (replica: string): string => `files-at ${replica}`;
const usualLine: LineSettings = { metered: false, limit: null };

export function createFilesQueries(deps: {
  readonly db: WritableDb;
  readonly meta: Meta;
  readonly log: OpLog;
  readonly partitions: RecordPartitions;
  /** Where this laptop writes. */
  readonly partition: string;
}): FilesQueries {
  const { db, meta, log, partitions } = deps;
  const forgotten = createForgottenOps(deps);
  const selects = allKinds.filter(carriesAttachments).map((kind) => ({
    kind,
    select: db.prepare(`select id, f_files, f_sealedFiles from ${quote(kind.name)} where ${hasFiles}`).raw(),
  }));
  const signed = allKinds.filter(carriesAttachments).flatMap((kind) => {
    const { states } = kind;
    if (states === undefined) return [];
    const frozen = states.frozen.map((state) => `'${state}'`).join(', ');
    return [
      {
        fields: (['files', 'sealedFiles'] as const).map((name) => String(kind.fields[name]?.number)),
        select: db
          .prepare(`select id from ${quote(kind.name)} where ${quote(columnName(states.field))} in (${frozen})`)
          .pluck(),
      },
    ];
  });
  const carrying = new Set(allKinds.filter(carriesAttachments).map(({ number }) => number));
  const digestsOf = ({ kind, set }: Op): string[] =>
    carrying.has(kind) ? Object.values(set ?? {}).flatMap(digestsIn) : [];
  const selectEpoch = db.prepare('select hub_epoch from attachment where sha256 = ? and partition = ?').pluck();
  const mark = db.prepare(
    `insert into attachment (sha256, partition, hub_epoch) values (?, ?, ?)
     on conflict (sha256, partition) do update set hub_epoch = excluded.hub_epoch`,
  );
  const refused = (): string[] => JSON.parse(meta.get('files-refused') ?? '[]') as string[]; // written below
  const setRefused = (digests: readonly string[]): void => meta.set('files-refused', JSON.stringify(digests));
  /** As the table names it (migration 007). */
  const placeOf = (partition: string): string => (partition === deps.partition ? '' : partition);

  function* references(): Iterable<{ kind: Kind; id: string; file: Attachment }> {
    for (const { kind, select } of selects) {
      // A set's column is the JSON of its elements, the other a text: record-rows.ts.
      for (const [id, files, sealed] of select.all() as [unknown, string | null, string | null][]) {
        const sealedFiles = sealed === null ? null : fromColumnText(sealed);
        const list = attachmentsOf({ files: files === null ? [] : (JSON.parse(files) as string[]), sealedFiles });
        for (const file of [...list.own, ...list.late]) yield { kind, id: fromColumnId(id), file };
      }
    }
  }
  const partitionOf = (kind: Kind, record: string): string =>
    partitions.only() ?? partitions.of(record, kind) ?? deps.partition;

  return {
    referred: () => [...new Map([...references()].map(({ file }) => [file.sha256, file])).values()],
    placed(isWanted) {
      const found = new Map<string, PlacedFile>();
      for (const { kind, id, file } of references()) {
        if (!isWanted(file.sha256)) continue;
        const placed = { ...file, partition: partitionOf(kind, id) };
        found.set(placeName(placed), placed);
      }
      return [...found.values()];
    },
    partitionOf,
    onlyPartition: partitions.only,
    isAtHub: ({ sha256, partition }, epoch) => epoch !== null && selectEpoch.get(sha256, placeOf(partition)) === epoch,
    markAtHub({ sha256, partition }, epoch) {
      mark.run(sha256, placeOf(partition), epoch);
      const digests = refused();
      if (digests.includes(sha256)) setRefused(digests.filter((digest) => digest !== sha256));
    },
    isRefused: (sha256) => refused().includes(sha256),
    markRefused: (digests) => setRefused([...new Set([...refused(), ...digests])]),
    signedHistories: () =>
      signed.flatMap(({ fields, select }) =>
        select
          .all()
          .map(
            (id) => () =>
              log
                .opsOfRecord(fromColumnId(id))
                .flatMap(({ op }) => fields.flatMap((field) => digestsIn(op.set?.[field]))),
          ),
      ),
    setAside: () => forgotten.setAside().map((part) => () => forgotten.asideOps(part).flatMap(digestsOf)),
    unneededSince: () => new Map(JSON.parse(meta.get('files-unneeded') ?? '[]') as [string, number][]), // written below
    setUnneededSince: (since) => meta.set('files-unneeded', JSON.stringify([...since])),
    heldBy: (replica) => JSON.parse(meta.get(heldKey(replica)) ?? '[]') as string[], // written below
    setHeldBy: (replica, digests) => meta.set(heldKey(replica), JSON.stringify(digests)),
    line() {
      const stored = meta.get('line-settings');
      const parsed = stored === null ? null : LineSettings.safeParse(JSON.parse(stored));
      return parsed?.success === true ? parsed.data : usualLine;
    },
    setLine: (settings) => meta.set('line-settings', JSON.stringify(settings)),
  };
}

/** The attachments a value of an op names: a set's additions, or the list a signature froze. */
function digestsIn(value: OpValue | undefined): string[] {
  const elements = typeof value === 'string' ? value.split('\n') : isSetChange(value) ? value.add : [];
  return elements.flatMap((element) => parseAttachment(element)?.sha256 ?? []);
}
