/** What lies on sticks for this laptop: looks at the two ends of each pack and unseals only what is small or its own. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { err, type Result } from '#shared/kernel/result.ts';
import { type InvitationFile, parseInvitationFile } from '#shared/sync/invitation-file.ts';
import { type AnyParcel, type EnrolAnswerParcel, isParcelSigned, readParcel } from '#shared/sync/parcel.ts';
import { unwrapParcel } from '#shared/sync/parcel-file.ts';
import { openPack, readExactly } from '../packs/pack-file.ts';
import { SourceGone } from '../packs/pack-failures.ts';
import { verifyByKey } from '../store/identity.ts';
import { sha256 } from '../store/segment-ports.ts';
import { isSealedTo, type SealKey, unseal } from './parcel-seal.ts';
import { listStickFiles, readStickFile } from './stick-files.ts';

/** A file of a place that concerns this laptop. */
export type StickFile = { readonly path: string; readonly bytes: number } & (
  | { readonly what: 'parcel'; readonly digest: string }
  | { readonly what: 'answer'; readonly answer: EnrolAnswerParcel }
  | { readonly what: 'invitation'; readonly invitation: InvitationFile }
  /** Named like a parcel for this laptop, and none that can be read. */
  | { readonly what: 'damaged' }
);

/** What was seen of a file, as long as its size and time stay the same. */
export type ScanCache = Map<string, { readonly stamp: string; readonly file: StickFile | null }>;

/** A sealed file up to this long may be an answer to an enrolment request: it is unsealed to see. */
const smallBytes = 64 * 1024;
const headBytes = 1024;

/** Reads and unseals a parcel. Failures: those of `unwrapParcel`, `stick/not-for-us`, `stick/garbage`, `sync/protocol`. */
export async function readParcelFile(
  path: string,
  key: SealKey,
): Promise<Result<{ header: AnyParcel; segments: Uint8Array[] }>> {
  const read = await readStickFile(path);
  if (!read.ok) return read;
  const unwrapped = unwrapParcel(read.value, { hash: sha256, verify: verifyByKey });
  if (!unwrapped.ok) return unwrapped;
  const message = await unseal(key, unwrapped.value.content);
  return message === null ? err({ code: 'stick/not-for-us' }) : readParcel(message);
}

/**
 * Looks through one place. What is for others is left out, and what is damaged too, unless its name (`isExpected`) says that it is for
 * this laptop: it cannot be told from what is not for us.
 */
export async function scanPlace(
  place: string,
  key: SealKey,
  cache: Map<string, { stamp: string; file: StickFile | null }>,
  isExpected: (name: string) => boolean = () => false,
): Promise<StickFile[]> {
  const files: StickFile[] = [];
  for (const path of await listStickFiles(place)) {
    const stats = await stat(path).catch(() => null);
    if (stats === null || !stats.isFile()) continue;
    const stamp = `${stats.size} ${stats.mtimeMs}`;
    const known = cache.get(path);
    const file = known?.stamp === stamp ? known.file : await lookAt(path, stats.size, key);
    cache.set(path, { stamp, file });
    if (file !== null) files.push(file);
    else if (isExpected(basename(path))) files.push({ path, bytes: stats.size, what: 'damaged' });
  }
  return files;
}

async function lookAt(path: string, bytes: number, key: SealKey): Promise<StickFile | null> {
  if (path.endsWith('.json')) return readInvitation(path, bytes);
  const opened = await openPack(path);
  if (!opened.ok) return null;
  const pack = opened.value;
  let beginning: Buffer;
  try {
    const [file] = pack.manifest.files;
    const entry = pack.layout.entries[2];
    if (pack.manifest.kind !== 'sync' || file === undefined || entry === undefined) return null;
    if (file.path !== 'parcel.age') return null;
    beginning = Buffer.alloc(Math.min(headBytes, file.bytes));
    await readExactly(pack.handle, beginning, entry.dataAt, beginning.length);
    if (!(await isSealedTo(key, beginning))) return null;
    if (file.bytes <= smallBytes) {
      const parcel = await readParcelFile(path, key);
      if (!parcel.ok) return null;
      const { header } = parcel.value;
      if (header.what === 'enrol-request') return null;
      if (header.what === 'enrol-answer') {
        return isParcelSigned(header, header.hubKey, verifyByKey)
          ? { path, bytes: pack.bytes, what: 'answer', answer: header }
          : null;
      }
    }
    return { path, bytes: pack.bytes, what: 'parcel', digest: file.sha256 };
  } catch (error) {
    if (error instanceof SourceGone) return null;
    throw error;
  } finally {
    await pack.close().catch(() => undefined);
  }
}

async function readInvitation(path: string, bytes: number): Promise<StickFile | null> {
  if (bytes > smallBytes) return null;
  const read = await readStickFile(path);
  const invitation = read.ok ? parseInvitationFile(Buffer.from(read.value).toString('utf8')) : null;
  return invitation === null ? null : { path, bytes, what: 'invitation', invitation };
}
