/**
 * Makes a `.kpack`. The same files, manifest and key give the same bytes, so a pack can be made again from its source
 * and compared. The file appears under its name only when it is whole.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import {
  checkManifest,
  manifestText,
  maxDeflatedBytes,
  maxFiles,
  maxPackBytes,
  type PackFile,
  type PackManifest,
  parseManifest,
} from '#shared/packs/manifest.ts';
import { isCompressible } from '#shared/packs/media-types.ts';
import type { AppVersion } from '#shared/packs/versions.ts';
import { checkCourse, courseFiles } from '#shared/training/course-check.ts';
import { type Course, parseCourse } from '#shared/training/course.ts';
import { chunkBytes, writeFully } from './copy-entry.ts';
import { type PublisherKey, signManifest } from './signature.ts';
import { packLayout } from '#shared/packs/zip-layout.ts';

const deflate = promisify(deflateRaw);

/** Everything of a manifest that is not worked out from files and key. */
export type PackHead = Omit<PackManifest, 'format' | 'publisher' | 'files'>;

export type BuiltPack = {
  readonly manifest: PackManifest;
  /** Length of the pack file. */
  readonly bytes: number;
  /** Files of the folder that nothing refers to and that stayed out. */
  readonly leftOut: readonly string[];
};

export type BuildCourseDeps = {
  readonly key: PublisherKey;
  /** The oldest app that can read the course. */
  readonly minimumApp: AppVersion;
  /** Milliseconds UTC; when not given, the time of the newest file, so that an unchanged folder gives the same pack. */
  readonly madeAt?: number;
};

/**
 * Builds a `training` pack from a course folder. Failures: `packs/no-course` (no readable course.json),
 * `training/course-unreadable`, `training/course-incomplete` {problems}, and those of `writePack`.
 */
export async function buildCoursePack(folder: string, out: string, deps: BuildCourseDeps): Promise<Result<BuiltPack>> {
  const read = await readCourse(folder);
  if (!read.ok) return read;
  const { course, files } = read.value;
  const paths = ['course.json', ...courseFiles(course)];
  const madeAt = deps.madeAt ?? (await newestChange(folder, paths));
  const head: PackHead = {
    kind: 'training',
    id: course.id,
    version: course.version,
    titles: course.titles,
    locales: course.locales,
    countries: course.countries,
    minimumApp: deps.minimumApp,
    madeAt,
  };
  const built = await writePack(folder, paths, head, deps.key, out);
  if (!built.ok) return built;
  const packed = new Set(paths);
  return ok({ ...built.value, leftOut: files.filter((file) => !packed.has(file)) });
}

/**
 * Writes a pack of any kind from files of a folder; they lie in the pack in the order of their paths. Failures:
 * `packs/unsafe-name` {entry}, `packs/too-large` {bytes}, `packs/bad-manifest`, `packs/changed` {entry} (a file changed
 * while it was packed).
 */
export async function writePack(
  folder: string,
  paths: readonly string[],
  head: PackHead,
  key: PublisherKey,
  out: string,
): Promise<Result<Omit<BuiltPack, 'leftOut'>>> {
  if (paths.length > maxFiles) return err({ code: 'packs/too-large', bytes: 0 });
  const files: PackFile[] = [];
  const deflated = new Map<string, Buffer>();
  for (const path of [...paths].sort()) {
    const { file, packed } = await describeFile(folder, path);
    files.push(file);
    if (packed !== null) deflated.set(path, packed);
  }
  const manifest: PackManifest = { format: 1, ...head, publisher: { id: key.id, name: key.name }, files };
  const problem = checkManifest(manifest);
  if (problem !== undefined) return err(problem);
  const text = manifestText(manifest);
  if (!parseManifest(text).ok) return err({ code: 'packs/bad-manifest' });
  const manifestBytes = Buffer.from(text, 'utf8');
  const signatureBytes = signManifest(manifestBytes, key);
  const layout = packLayout(manifest, manifestBytes, signatureBytes);
  if (layout.bytes > maxPackBytes) return err({ code: 'packs/too-large', bytes: layout.bytes });

  const partial = `${out}.new`;
  const handle = await open(partial, 'w');
  try {
    for (const [index, entry] of layout.entries.entries()) {
      await writeFully(handle, entry.header, entry.headerAt);
      const ready = [manifestBytes, signatureBytes][index] ?? deflated.get(entry.path);
      if (ready !== undefined) await writeFully(handle, ready, entry.dataAt);
      else if (!(await copyFile(join(folder, entry.path), handle, entry.dataAt, entry.bytes, files[index - 2]))) {
        return err({ code: 'packs/changed', entry: entry.path });
      }
    }
    await writeFully(handle, layout.tail, layout.tailAt);
    await handle.sync();
    await handle.close();
    await rename(partial, out);
    return ok({ manifest, bytes: layout.bytes });
  } finally {
    await handle.close().catch(() => undefined);
    await rm(partial, { force: true });
  }
}

/** Reads and checks a course folder. `files` are all its files, forward slashes, sorted. */
async function readCourse(folder: string): Promise<Result<{ course: Course; files: string[] }>> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(join(folder, 'course.json'), 'utf8'));
  } catch {
    return err({ code: 'packs/no-course' });
  }
  const course = parseCourse(json);
  if (!course.ok) return course;
  const files = await listFiles(folder);
  const problems = checkCourse(course.value, files);
  if (problems.length > 0) return err({ code: 'training/course-incomplete', problems });
  return ok({ course: course.value, files });
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/').replace(/^\/+/, ''))
    .sort();
}

async function newestChange(folder: string, paths: readonly string[]): Promise<number> {
  let newest = 0;
  for (const path of paths)
    newest = Math.max(newest, Math.trunc((await stat(join(folder, path))).mtimeMs / 1000) * 1000);
  return newest;
}

/** Length and digests of a file, and its deflated bytes where they are worth having. */
async function describeFile(folder: string, path: string): Promise<{ file: PackFile; packed: Buffer | null }> {
  const full = join(folder, path);
  const hash = createHash('sha256');
  let bytes = 0;
  let check = 0;
  for await (const chunk of createReadStream(full, { highWaterMark: chunkBytes })) {
    // A stream without an encoding gives buffers.
    const buffer = chunk as Buffer;
    hash.update(buffer);
    check = crc32(buffer, check);
    bytes += buffer.length;
  }
  const file: PackFile = { path, bytes, sha256: hash.digest('hex'), crc32: check };
  if (!isCompressible(path) || bytes === 0 || bytes > maxDeflatedBytes) return { file, packed: null };
  const packed = await deflate(await readFile(full), { level: 9 });
  if (packed.length >= bytes) return { file, packed: null };
  const sha256 = createHash('sha256').update(packed).digest('hex');
  return { file: { ...file, packed: { bytes: packed.length, sha256 } }, packed };
}

/** Copies a file into the pack; false when it is no longer what was described. */
async function copyFile(
  path: string,
  target: FileHandle,
  position: number,
  bytes: number,
  described: PackFile | undefined,
): Promise<boolean> {
  const hash = createHash('sha256');
  let at = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
    const buffer = chunk as Buffer; // as above
    if (at + buffer.length > bytes) return false;
    await writeFully(target, buffer, position + at);
    hash.update(buffer);
    at += buffer.length;
  }
  return at === bytes && hash.digest('hex') === described?.sha256;
}
