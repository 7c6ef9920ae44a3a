/**
 * The one zip layout of a `.kpack` (see manifest.ts for why there is only one). Sizes and CRCs stand in
 * the local headers, names are UTF-8, times are 1980-01-01, there are no extra fields, descriptors or comments.
 *
 * Field order after APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end record).
 */
import { utf8 } from '../kernel/utf8.ts';
import { crc32 } from './crc32.ts';
import type { PackManifest } from './manifest.ts';
import { manifestPath, signaturePath } from './pack-path.ts';

const utf8Names = 0x0800;
const versionNeeded = 20;
/** Made on Unix, so that the mode below is read as such. */
const versionMadeBy = (3 << 8) | versionNeeded;
const regularFile = 0o100644;
/** 1980-01-01, the earliest day zip can name. */
const fixedDate = 0x0021;

export const localHeaderBytes = 30;
const centralHeaderBytes = 46;
const endRecordBytes = 22;

/** One entry of the zip with everything its headers say. */
export type ZipEntry = {
  readonly path: string;
  readonly isDeflated: boolean;
  /** Length of the content. */
  readonly bytes: number;
  /** Length of what lies in the file: of the deflated bytes, or of the content. */
  readonly storedBytes: number;
  readonly crc32: number;
};

/** An entry at its place. */
export type PlacedEntry = ZipEntry & {
  readonly header: Uint8Array;
  readonly headerAt: number;
  readonly dataAt: number;
};

export type ZipLayout = {
  readonly entries: readonly PlacedEntry[];
  /** Central directory and end record. */
  readonly tail: Uint8Array;
  readonly tailAt: number;
  /** Length of the whole file. */
  readonly bytes: number;
};

/** Works out every byte of a pack that is not file data. `entries` of the result: manifest, signature, then the files. */
export function packLayout(manifest: PackManifest, manifestBytes: Uint8Array, signatureBytes: Uint8Array): ZipLayout {
  return zipLayout([
    storedEntry(manifestPath, manifestBytes),
    storedEntry(signaturePath, signatureBytes),
    ...manifest.files.map((file) => ({
      path: file.path,
      isDeflated: file.packed !== undefined,
      bytes: file.bytes,
      storedBytes: file.packed?.bytes ?? file.bytes,
      crc32: file.crc32,
    })),
  ]);
}

/** The local header of an entry, name included. */
function localHeader(entry: ZipEntry): Uint8Array {
  const name = utf8(entry.path);
  const header = new Uint8Array(localHeaderBytes + name.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x04034b50, true);
  view.setUint16(4, versionNeeded, true);
  writeCommonFields(view, 6, entry, name.length);
  header.set(name, localHeaderBytes);
  return header;
}

/** An entry stored as it is, from its content. */
function storedEntry(path: string, content: Uint8Array): ZipEntry {
  return { path, isDeflated: false, bytes: content.length, storedBytes: content.length, crc32: crc32(content) };
}

function zipLayout(zipEntries: readonly ZipEntry[]): ZipLayout {
  const entries: PlacedEntry[] = [];
  let at = 0;
  for (const entry of zipEntries) {
    const header = localHeader(entry);
    const placed = { ...entry, header, headerAt: at, dataAt: at + header.length };
    entries.push(placed);
    at = placed.dataAt + entry.storedBytes;
  }
  const directory = entries.map(centralHeader);
  const directoryBytes = directory.reduce((sum, header) => sum + header.length, 0);
  const tail = new Uint8Array(directoryBytes + endRecordBytes);
  let offset = 0;
  for (const header of directory) {
    tail.set(header, offset);
    offset += header.length;
  }
  const end = new DataView(tail.buffer, directoryBytes);
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, entries.length, true);
  end.setUint16(10, entries.length, true);
  // Past 4 GB the number no longer fits; such a layout is never written or accepted (maxPackBytes), only measured.
  end.setUint32(12, Math.min(directoryBytes, 0xffff_ffff), true);
  end.setUint32(16, Math.min(at, 0xffff_ffff), true);
  return { entries, tail, tailAt: at, bytes: at + tail.length };
}

function centralHeader(entry: PlacedEntry): Uint8Array {
  const name = utf8(entry.path);
  const header = new Uint8Array(centralHeaderBytes + name.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, versionMadeBy, true);
  view.setUint16(6, versionNeeded, true);
  writeCommonFields(view, 8, entry, name.length);
  view.setUint32(38, (regularFile << 16) >>> 0, true);
  view.setUint32(42, Math.min(entry.headerAt, 0xffff_ffff), true);
  header.set(name, centralHeaderBytes);
  return header;
}

/** Flags to name length: the same run of fields in both headers. */
function writeCommonFields(view: DataView, at: number, entry: ZipEntry, nameBytes: number): void {
  view.setUint16(at, utf8Names, true);
  view.setUint16(at + 2, entry.isDeflated ? 8 : 0, true);
  view.setUint16(at + 4, 0, true);
  view.setUint16(at + 6, fixedDate, true);
  view.setUint32(at + 8, entry.crc32, true);
  view.setUint32(at + 12, entry.storedBytes, true);
  view.setUint32(at + 16, entry.bytes, true);
  view.setUint16(at + 20, nameBytes, true);
}
