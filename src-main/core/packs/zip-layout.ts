/**
 * The one zip layout of a `.kpack` (see src-shared/packs/manifest.ts for why there is only one). Sizes and CRCs stand in
 * the local headers, names are UTF-8, times are 1980-01-01, there are no extra fields, descriptors or comments.
 *
 * Field order after APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end record).
 */
import { crc32 } from 'node:zlib';
import { manifestPath, signaturePath } from '#shared/packs/pack-path.ts';
import type { PackManifest } from '#shared/packs/manifest.ts';

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
export type PlacedEntry = ZipEntry & { readonly header: Buffer; readonly headerAt: number; readonly dataAt: number };

export type ZipLayout = {
  readonly entries: readonly PlacedEntry[];
  /** Central directory and end record. */
  readonly tail: Buffer;
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
export function localHeader(entry: ZipEntry): Buffer {
  const name = Buffer.from(entry.path, 'utf8');
  const header = Buffer.alloc(localHeaderBytes + name.length);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(versionNeeded, 4);
  writeCommonFields(header, 6, entry, name.length);
  name.copy(header, localHeaderBytes);
  return header;
}

/** An entry stored as it is, from its content. */
export function storedEntry(path: string, content: Uint8Array): ZipEntry {
  return { path, isDeflated: false, bytes: content.length, storedBytes: content.length, crc32: crc32(content) };
}

function zipLayout(zipEntries: readonly ZipEntry[]): ZipLayout {
  const entries: PlacedEntry[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of zipEntries) {
    const header = localHeader(entry);
    const placed = { ...entry, header, headerAt: at, dataAt: at + header.length };
    entries.push(placed);
    directory.push(centralHeader(placed));
    at = placed.dataAt + entry.storedBytes;
  }
  const directoryBytes = directory.reduce((sum, header) => sum + header.length, 0);
  const end = Buffer.alloc(endRecordBytes);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  // Past 4 GB the number no longer fits; such a layout is never written or accepted (maxPackBytes), only measured.
  end.writeUInt32LE(Math.min(directoryBytes, 0xffff_ffff), 12);
  end.writeUInt32LE(Math.min(at, 0xffff_ffff), 16);
  return {
    entries,
    tail: Buffer.concat([...directory, end]),
    tailAt: at,
    bytes: at + directoryBytes + endRecordBytes,
  };
}

function centralHeader(entry: PlacedEntry): Buffer {
  const name = Buffer.from(entry.path, 'utf8');
  const header = Buffer.alloc(centralHeaderBytes + name.length);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(versionMadeBy, 4);
  header.writeUInt16LE(versionNeeded, 6);
  writeCommonFields(header, 8, entry, name.length);
  header.writeUInt32LE((regularFile << 16) >>> 0, 38);
  header.writeUInt32LE(Math.min(entry.headerAt, 0xffff_ffff), 42);
  name.copy(header, centralHeaderBytes);
  return header;
}

/** Flags to name length: the same run of fields in both headers. */
function writeCommonFields(header: Buffer, at: number, entry: ZipEntry, nameBytes: number): void {
  header.writeUInt16LE(utf8Names, at);
  header.writeUInt16LE(entry.isDeflated ? 8 : 0, at + 2);
  header.writeUInt16LE(0, at + 4);
  header.writeUInt16LE(fixedDate, at + 6);
  header.writeUInt32LE(entry.crc32, at + 8);
  header.writeUInt32LE(entry.storedBytes, at + 12);
  header.writeUInt32LE(entry.bytes, at + 16);
  header.writeUInt16LE(nameBytes, at + 20);
}
