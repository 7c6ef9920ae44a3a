/**
 * A copy of a laptop's data on a stick: `<stick>/komissiya/copies/<laptop>/`, `<laptop>` being 16 hex digits drawn at random by each laptop.
 * In it lie pieces of up to 4 MiB, `pieces/<aa>/<SHA-256 of the piece>`, and for each copy one index, `copy-<turn>.json`, written last: without
 * it there is no copy. Pieces are shared between the copies of a laptop, so a second copy writes only what is new. Why not a `.kpack`: that is one
 * file below 4 GB, and would be written whole each time.
 *
 * A file is cut into pieces of its own; many small ones share one, as a stick takes about as long for a small file as for a large one. The copies
 * of a laptop are numbered: its clock may be years off, so the moment a copy was made says nothing about which is the newest.
 *
 * The index has a head that anybody may read and a sealed body. The body names every piece and so binds all of the copy; it is sealed with
 * AES-256-GCM under HKDF-SHA-256(store key, 'komissiya copy 1'), the head's canonical JSON as additional data. Of the store key the head holds
 * one wrapping only, that by the recovery code: a PIN could be guessed by whoever finds the stick.
 */
import { z } from 'zod';
import { PublicLabel } from '../access/contract.ts';
import { Partition } from '../access/partitions.ts';
import { Role } from '../access/roles.ts';
import { WrappedByCode } from '../access/vault-file.ts';
import { Locale } from '../i18n/locale.ts';
import { Sha256 } from '../kernel/hex.ts';
import { Id } from '../kernel/ids.ts';

/** Below `komissiya` of a stick. */
export const copiesFolder = 'copies';
/** Every piece but a file's last one has this length. */
export const copyPieceBytes = 4 * 1024 * 1024;
/** An index longer than this is none of ours. */
export const maxIndexBytes = 64 * 1024 * 1024;

/** Files shorter than this share pieces. */
export const sharesPieceBelow = 1024 * 1024;

/** Written now. In format 1 a copy has no turn, its index is named by the moment, and no two files share a piece. */
export const copyFormat = 2;
const Bytes = z.int().nonnegative();

/** Public on purpose: what the owner knows a copy by. No person's name; the laptop's is the one its people gave it for this. */
const CopyHead = z.strictObject({
  format: z.union([z.literal(1), z.literal(copyFormat)]),
  /** The laptop's copies are numbered in the order they were made, on whichever stick. Those of format 1 have no number and come before. */
  turn: z.int().min(0).max(99_999_999_999_999).optional(),
  laptop: z.string().max(120),
  /** Milliseconds UTC. */
  madeAt: z.int().min(0).max(99_999_999_999_999),
  commissionNames: z.partialRecord(Locale, z.string().max(400)).nullable(),
  /** Of the whole copy, in bytes. */
  bytes: Bytes,
  app: z.string().max(40),
  /** How many migrations its store has had. */
  schema: z.int().nonnegative(),
  recovery: WrappedByCode,
});
export type CopyHead = z.infer<typeof CopyHead>;

const Pieces = { bytes: Bytes, pieces: z.array(Sha256) };
const isCut = ({ bytes, pieces }: { bytes: number; pieces: readonly string[] }): boolean =>
  pieces.length === Math.ceil(bytes / copyPieceBytes);
const isShared = ({ bytes, pieces, from }: { bytes: number; pieces: readonly string[]; from: number }): boolean =>
  pieces.length === 1 && from + bytes <= copyPieceBytes;

/** In the profile's folder: a sealed attachment, or a file of a course. */
const CopiedPath = z.string().regex(/^(attachments\/[0-9a-f]{2}\/[0-9a-f]{40}|blobs\/[0-9a-f]{2}\/[0-9a-f]{64})$/);

/** Whether a file of the profile's folder, its path with `/`, belongs into a copy. */
export function isCopiedPath(path: string): boolean {
  return CopiedPath.safeParse(path).success;
}

const CopiedFile = z
  .strictObject({
    path: CopiedPath,
    /** When it was last changed on the laptop, milliseconds UTC: a file that has not changed is not read again. */
    changedAt: z.int(),
    ...Pieces,
    /** Where it begins in its only piece, in bytes, where it shares that with others. */
    from: Bytes.optional(),
  })
  .refine(({ from, ...file }) => (from === undefined ? isCut(file) : isShared({ ...file, from })));
export type CopiedFile = z.infer<typeof CopiedFile>;

const CopyBody = z.strictObject({
  locale: Locale,
  partition: Partition,
  autoLockMinutes: z.int(),
  /** Who signs in on the laptop, without PINs. */
  slots: z.array(z.strictObject({ slot: Id, person: Id, role: Role, ordinal: z.int(), label: PublicLabel })),
  store: z.strictObject(Pieces).refine(isCut),
  files: z.array(CopiedFile),
});
export type CopyBody = z.infer<typeof CopyBody>;

/** An index as it lies on the stick: `sealed` is base64 of 12 bytes nonce, ciphertext, 16 bytes tag. */
const CopyIndex = z.strictObject({ head: CopyHead, sealed: z.base64() });
export type CopyIndex = z.infer<typeof CopyIndex>;

/** Reads an index's text. `'from-future'`: written by a newer app in another form. Null: damaged, or no index. */
export function parseCopyIndex(text: string): CopyIndex | 'from-future' | null {
  const value = parseJson(text);
  const parsed = CopyIndex.safeParse(value);
  if (parsed.success) return parsed.data;
  const other = z.looseObject({ head: z.looseObject({ format: z.int().gt(copyFormat) }) }).safeParse(value);
  return other.success ? 'from-future' : null;
}

/** Reads the opened body's text; null where it is none. */
export function parseCopyBody(text: string): CopyBody | null {
  const parsed = CopyBody.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The file name of a copy's index. */
export function copyName(turn: number): string {
  return `copy-${String(turn).padStart(14, '0')}.json`;
}

/** Puts the newest of one laptop's copies first: by turn; those without one by their moment. */
export function compareCopies(a: Pick<CopyHead, 'turn' | 'madeAt'>, b: Pick<CopyHead, 'turn' | 'madeAt'>): number {
  const [one, two] = [a.turn ?? 0, b.turn ?? 0];
  return one === two ? b.madeAt - a.madeAt : two - one;
}

export function isCopyName(name: string): boolean {
  return /^copy-\d{14}\.json$/.test(name);
}

/** Whether a folder's name is that of a laptop's copies. */
export function isLaptopFolder(name: string): boolean {
  return /^[0-9a-f]{16}$/.test(name);
}

/** The pieces of a copy, each once. */
export function piecesOf({ store, files }: CopyBody): Set<string> {
  return new Set([...store.pieces, ...files.flatMap(({ pieces }) => pieces)]);
}
