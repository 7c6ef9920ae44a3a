/** Which attachments the records of this store refer to, which of them the hub holds, and this laptop's settings for the line. */
import { type Attachment, attachmentsOf, carriesAttachments, parseAttachment } from '#shared/files/attachment.ts';
import { LineSettings } from '#shared/files/contract.ts';
import type { OpValue, SetChange } from '#shared/sync/op.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { fromColumnId } from './column-id.ts';
import { fromColumnText } from './column-text.ts';
import type { WritableDb } from './database.ts';
import type { Meta } from './meta.ts';
import type { OpLog } from './op-log.ts';
import { columnName, hasFiles, quote } from './tables.ts';

export type FilesQueries = {
  /** Every attachment a living record refers to, once each. */
  referred(): Attachment[];
  /** The same of the records in partitions that pass. */
  referredWithin(covers: (partition: string) => boolean): Attachment[];
  /** Whether the hub's database of that epoch said it holds a file. */
  isAtHub(sha256: string, epoch: string | null): boolean;
  markAtHub(sha256: string, epoch: string): void;
  /** Digests another laptop last said it holds, by stick. */
  heldBy(replica: string): readonly string[];
  setHeldBy(replica: string, digests: readonly string[]): void;
  /** Digests that the histories of signed records name: one reader a record, each a short read. */
  signedHistories(): (() => string[])[];
  /** Since when files are not needed (ms UTC), by their names on the disk. */
  unneededSince(): ReadonlyMap<string, number>;
  setUnneededSince(since: ReadonlyMap<string, number>): void;
  line(): LineSettings;
  setLine(settings: LineSettings): void;
};

const heldKey = (replica: string): string => `files-at ${replica}`;
const usualLine: LineSettings = { metered: false, limit: null };

export function createFilesQueries(db: WritableDb, meta: Meta, log: OpLog): FilesQueries {
  const selects = allKinds
    .filter(carriesAttachments)
    .map((kind) => db.prepare(`select id, f_files, f_sealedFiles from ${quote(kind.name)} where ${hasFiles}`).raw());
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
  const selectEpoch = db.prepare('select hub_epoch from attachment where sha256 = ?').pluck();
  const mark = db.prepare(
    `insert into attachment (sha256, hub_epoch) values (?, ?)
     on conflict (sha256) do update set hub_epoch = excluded.hub_epoch`,
  );

  function referredBy(isWanted: (record: string) => boolean): Attachment[] {
    const found = new Map<string, Attachment>();
    for (const select of selects) {
      // A set's column is the JSON of its elements, the other a text: record-rows.ts.
      for (const [id, files, sealed] of select.all() as [unknown, string | null, string | null][]) {
        if (!isWanted(fromColumnId(id))) continue;
        const sealedFiles = sealed === null ? null : fromColumnText(sealed);
        const list = attachmentsOf({ files: files === null ? [] : (JSON.parse(files) as string[]), sealedFiles });
        for (const file of [...list.own, ...list.late]) found.set(file.sha256, file);
      }
    }
    return [...found.values()];
  }

  return {
    referred: () => referredBy(() => true),
    referredWithin(covers) {
      // Most laptops keep one partition: nothing need be looked up.
      if (log.logs().every(({ partition }) => covers(partition))) return referredBy(() => true);
      return referredBy((id) => {
        const partition = log.opsOfRecord(id)[0]?.log.partition;
        return partition !== undefined && covers(partition);
      });
    },
    isAtHub: (sha256, epoch) => epoch !== null && selectEpoch.get(sha256) === epoch,
    markAtHub: (sha256, epoch) => void mark.run(sha256, epoch),
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

function isSetChange(value: OpValue | undefined): value is SetChange {
  return typeof value === 'object' && value !== null;
}
