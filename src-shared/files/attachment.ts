/**
 * Attachments: files of a record (a scan, a PDF, a photograph). What the record holds is a reference, and only that travels with it; the
 * bytes are a blob, named by their SHA-256, that follows by the same road later.
 *
 * A kind carries attachments by spreading `...attachments(n)` into its fields, and is then served by the one `files` domain. References are
 * elements of an observed-remove set, so files added on two laptops at once are both there. Signing writes the list as it stood into
 * `sealedFiles`: that list, digests and all, is what was signed, and what arrives afterwards stands apart.
 */
import { type Field, type Kind, set, text, type Values } from '../kinds/define-kind.ts';

export type Attachment = {
  /** Of the bytes, lower-case hex. */
  readonly sha256: string;
  /** Length, from 1. */
  readonly bytes: number;
  /** As it was called where it came from, tidied by `tidyFileName`. */
  readonly name: string;
};

/** No attachment is longer: a scan of a hundred pages is not. */
export const maxAttachmentBytes = 100 * 1024 * 1024;
/** No record has more. */
export const maxAttachments = 50;
const longestName = 120;
const longestElement = 64 + 1 + 10 + 1 + longestName;

/** What may be attached, by the name's ending: papers and pictures, nothing that runs. */
export const attachmentEndings: readonly string[] =
  'pdf jpg jpeg png tif tiff webp heic txt csv doc docx xls xlsx odt ods rtf'.split(' ');

/** Whether files of that name may be attached, and opened in the system's programs. */
export function isAttachable(name: string): boolean {
  const ending = /\.([a-z]{2,5})$/i.exec(name)?.[1]?.toLowerCase();
  return ending !== undefined && attachmentEndings.includes(ending);
}

/** A name that is safe to show and to use as a file's on every system; the ending stays. May be empty. */
export function tidyFileName(given: string): string {
  const clean = given
    .normalize('NFC')
    // Characters that are no letters but steer, hide or part paths.
    // oxlint-disable-next-line no-control-regex -- control characters are what must go
    .replace(/[<>:"/\\|?*\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
    .toWellFormed();
  if (clean.length <= longestName) return clean;
  const ending = /\.[a-z]{2,5}$/i.exec(clean)?.[0] ?? '';
  return clean.slice(0, longestName - ending.length).toWellFormed() + ending;
}

/** The reference as an element of the set: `<sha256> <bytes> <name>`. */
export function attachmentText({ sha256, bytes, name }: Attachment): string {
  return `${sha256} ${bytes} ${name}`;
}

/** Reads an element; null for one that this version would not have written. */
export function parseAttachment(element: string): Attachment | null {
  const match = /^([0-9a-f]{64}) ([1-9]\d{0,9}) (.+)$/s.exec(element);
  if (match === null) return null;
  const [, sha256 = '', digits = '', name = ''] = match;
  const bytes = Number(digits);
  return bytes <= maxAttachmentBytes && name === tidyFileName(name) && isAttachable(name)
    ? { sha256, bytes, name }
    : null;
}

/** The two fields of a kind that carries attachments, numbered from `first`. */
export function attachments(first: number): {
  readonly files: Field<readonly string[]>;
  readonly sealedFiles: Field<string | null>;
} {
  return {
    files: set(first, undefined, { max: longestElement, count: maxAttachments }),
    /** One element a line; the empty text where nothing was attached. Written by signing only. */
    sealedFiles: text(first + 1, { long: true, verbatim: true, merge: 'final' }),
  };
}

export function carriesAttachments(kind: Kind): boolean {
  return Object.hasOwn(kind.fields, 'files') && Object.hasOwn(kind.fields, 'sealedFiles');
}

export type AttachmentList = {
  /** What belongs to the record: of a signed one what was signed, else what stands. By name, then digest. */
  readonly own: readonly Attachment[];
  /** Added elsewhere before the signature was known there: not part of the signed record. */
  readonly late: readonly Attachment[];
};

/** The attachments of a record, also of several signatures that did not see each other: the one that stands decides. */
export function attachmentsOf(values: Values): AttachmentList {
  const { files, sealedFiles } = values;
  const standing = (Array.isArray(files) ? (files as readonly string[]) : []).flatMap(parsed).sort(byName);
  if (typeof sealedFiles !== 'string') return { own: standing, late: [] };
  const own = sealedFiles.split('\n').flatMap(parsed).sort(byName);
  return { own, late: standing.filter((file) => !own.some(({ sha256 }) => sha256 === file.sha256)) };
}

/** What signing writes: the list as it stands. */
export function sealedText(values: Values): string {
  return attachmentsOf({ files: values['files'] ?? [] })
    .own.map(attachmentText)
    .join('\n');
}

function parsed(element: string): Attachment[] {
  const attachment = parseAttachment(element);
  return attachment === null ? [] : [attachment];
}

function byName(left: Attachment, right: Attachment): number {
  if (left.name !== right.name) return left.name < right.name ? -1 : 1;
  return left.sha256 < right.sha256 ? -1 : 1;
}
