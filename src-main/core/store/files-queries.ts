/** Which attachments the records of this store refer to, which of them the hub holds, and this laptop's settings for the line. */
import { type Attachment, attachmentsOf, carriesAttachments } from '#shared/files/attachment.ts';
import { LineSettings } from '#shared/files/contract.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { fromColumnText } from './column-text.ts';
import type { WritableDb } from './database.ts';
import type { Meta } from './meta.ts';
import { hasFiles, quote } from './tables.ts';

export type FilesQueries = {
  /** Every attachment a living record refers to, once each. */
  referred(): Attachment[];
  /** Whether the hub's database of that epoch said it holds a file. */
  isAtHub(sha256: string, epoch: string | null): boolean;
  markAtHub(sha256: string, epoch: string): void;
  line(): LineSettings;
  setLine(settings: LineSettings): void;
};

const usualLine: LineSettings = { metered: false, limit: null };

export function createFilesQueries(db: WritableDb, meta: Meta): FilesQueries {
  const selects = allKinds
    .filter(carriesAttachments)
    .map((kind) => db.prepare(`select f_files, f_sealedFiles from ${quote(kind.name)} where ${hasFiles}`).raw());
  const selectEpoch = db.prepare('select hub_epoch from attachment where sha256 = ?').pluck();
  const mark = db.prepare(
    `insert into attachment (sha256, hub_epoch) values (?, ?)
     on conflict (sha256) do update set hub_epoch = excluded.hub_epoch`,
  );
  return {
    referred() {
      const found = new Map<string, Attachment>();
      for (const select of selects) {
        // A set's column is the JSON of its elements, the other a text: record-rows.ts.
        for (const [files, sealed] of select.all() as [string | null, string | null][]) {
          const sealedFiles = sealed === null ? null : fromColumnText(sealed);
          const list = attachmentsOf({ files: files === null ? [] : (JSON.parse(files) as string[]), sealedFiles });
          for (const file of [...list.own, ...list.late]) found.set(file.sha256, file);
        }
      }
      return [...found.values()];
    },
    isAtHub: (sha256, epoch) => epoch !== null && selectEpoch.get(sha256) === epoch,
    markAtHub: (sha256, epoch) => void mark.run(sha256, epoch),
    line() {
      const stored = meta.get('line-settings');
      const parsed = stored === null ? null : LineSettings.safeParse(JSON.parse(stored));
      return parsed?.success === true ? parsed.data : usualLine;
    },
    setLine: (settings) => meta.set('line-settings', JSON.stringify(settings)),
  };
}
