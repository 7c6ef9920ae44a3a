/**
 * Calls about attachments. A file comes in pieces: `begin`, `append` …, `attach`; nothing of it is on a record before all of it is on the disk
 * and proved. It leaves by the shell alone (`shell.saveFile`, `shell.openFile`).
 *
 * Failures: `files/too-large` {name, bytes, most}, `files/empty`, `files/wrong-type` {name}, `files/too-many` {limit}, `files/same` (the record has it
 * already), `files/not-here` (its bytes have not come yet), `files/damaged` (what lies on the disk is not what was kept), `files/no-upload` (given up
 * meanwhile), `files/offset` {offset}, `files/changed` {name} (it was written to while it was read), `files/not-written` {reason} (the place it was to be saved at),
 * `files/gone` (the record has no such file), `files/no-blob` (the hub has not got it yet), `files/over-quota` (what this laptop may leave at the hub is used up), `files/hub-refused` {reason}, `records/not-found`, `records/removed`,
 * `records/not-allowed`, `records/frozen`, `files/disk-full` {needed, free, where they are known}, `files/altered` (what came is not what was sent for), `store/disk-error`; of a fetch those of the line (`sync/…`).
 */
import { z } from 'zod';
import { command, query } from '../contract/define.ts';
import { Sha256 } from '../kernel/hex.ts';
import { Id } from '../kernel/ids.ts';
import { KindName } from '../records/contract.ts';

const Problem = z.looseObject({ code: z.string() });
const Upload = z.string().max(40);

/** The longest piece, bytes: in base64 it fits the size of a call. */
export const pieceBytes = 512 * 1024;

export const FileView = z.object({
  sha256: Sha256,
  name: z.string(),
  bytes: z.int(),
  /** Its bytes are on this laptop, whole. */
  here: z.boolean(),
  /** The hub holds it. */
  atHub: z.boolean(),
  /** On its way now, and how many bytes have gone. */
  moving: z.object({ way: z.enum(['up', 'down']), done: z.int() }).nullable(),
  /** Somebody here has asked for it. */
  asked: z.boolean(),
  /** Why the last try to move it ended. */
  problem: Problem.nullable(),
  /** Added elsewhere before the signature was known there: not part of the signed record. */
  late: z.boolean(),
});
export type FileView = z.infer<typeof FileView>;

/** What waits and moves, for the Sync page. Counts are files. */
export const FilesTraffic = z.object({
  /** Here and not yet at the hub; not yet here. */
  toSend: z.object({ files: z.int(), bytes: z.int() }),
  toFetch: z.object({ files: z.int(), bytes: z.int() }),
  /** What is under way: bytes of this turn done and in all, whole seconds left (null while unknown). */
  moving: z
    .object({ way: z.enum(['up', 'down']), done: z.int(), total: z.int(), secondsLeft: z.int().nullable() })
    .nullable(),
  /** Why bytes rest: the line is paid by the byte, the hub is away, or something went wrong. */
  problem: Problem.nullable(),
});
export type FilesTraffic = z.infer<typeof FilesTraffic>;

/** Settings of this laptop for large things on the line to the hub; records are never held back. */
export const LineSettings = z.object({
  /** The line is paid by the byte: files and courses move only when asked for. */
  metered: z.boolean(),
  /** At most so many kilobytes (1,000 bytes) a second; null: no limit. */
  limit: z.int().min(8).max(100_000).nullable(),
});
export type LineSettings = z.infer<typeof LineSettings>;

export const filesContract = {
  list: query(z.object({ kind: KindName, id: Id }), z.object({ items: z.array(FileView) })),
  begin: command(z.object({ name: z.string().min(1).max(400), bytes: z.int().min(0) }), z.object({ upload: Upload })),
  /** `piece` is base64 of at most `pieceBytes`; `offset` is how many bytes went before. */
  append: command(
    z.object({ upload: Upload, offset: z.int().min(0), piece: z.base64().max(Math.ceil(pieceBytes / 3) * 4) }),
    z.object({}),
  ),
  attach: command(z.object({ upload: Upload, kind: KindName, id: Id }), z.object({ sha256: Sha256 })),
  /** Gives an upload up. */
  discard: command(z.object({ upload: Upload }), z.object({})),
  /** Takes a file off a record. Its bytes stay for as long as the history may be asked for them. */
  remove: command(z.object({ kind: KindName, id: Id, sha256: Sha256 }), z.object({})),
  /** Puts a removed file back. */
  restore: command(z.object({ kind: KindName, id: Id, sha256: Sha256, name: z.string().max(400) }), z.object({})),
  /** Fetches a file now, whatever the settings say; answers when it is here. */
  fetch: command(z.object({ sha256: Sha256 }), z.object({})),
  /** Ends a fetch; what has come is kept. */
  stop: command(z.object({ sha256: Sha256 }), z.object({})),
  traffic: query(z.object({}), FilesTraffic),
  /** Moves all that waits once, whatever the settings say. */
  moveAll: command(z.object({}), z.object({})),
  line: query(z.object({}), LineSettings),
  setLine: command(LineSettings, z.object({})),
  /** Writes a file in the clear to a path of this laptop; for the shell only. */
  copyOut: command(
    z.object({ kind: KindName, id: Id, sha256: Sha256, path: z.string().max(4096) }),
    z.object({ bytes: z.int() }),
  ),
};
