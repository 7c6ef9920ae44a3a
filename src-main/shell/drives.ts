/**
 * Which drives are mounted and which carry packs. Looks every few seconds for `*.kpack` in the root of each drive and in its folder
 * `komissiya`, and speaks only when something changed. Reads names, sizes and times, never contents; nothing on a drive is
 * trusted or opened here.
 *
 * A drive that does not answer (a dying stick, a lost network share) is left alone until its last question is answered, so
 * that it never holds more than one of the few threads that read disks; network mounts are not asked at all.
 */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Logger } from '#shared/kernel/ports.ts';
import { isPackName, packFolders } from '#shared/packs/pack-place.ts';
import { isInvitationName } from '#shared/sync/invitation-file.ts';

export type Drive = { path: string; name: string };
/** Where drives appear: every folder in it is one (`parent`), every folder in its folders is one, or it is one itself. */
export type DriveRoot = {
  path: string;
  depth: 0 | 1 | 2;
  /** Named in the settings: a folder in it is a drive even if nothing is mounted there. */
  isGiven?: boolean;
};

/** The places of the operating system, and extra folders each of whose folders counts as a drive. */
export function driveRoots(platform: NodeJS.Platform, extra: readonly string[]): DriveRoot[] {
  const added = extra.map((path): DriveRoot => ({ path, depth: 1, isGiven: true }));
  switch (platform) {
    case 'win32':
      // A and B are floppies, C is the system.
      return [
        ...added,
        ...[...'DEFGHIJKLMNOPQRSTUVWXYZ'].map((letter): DriveRoot => ({ path: `${letter}:\\`, depth: 0 })),
      ];
    case 'darwin':
      return [...added, { path: '/Volumes', depth: 1 }];
    default:
      return [...added, { path: '/media', depth: 2 }, { path: '/run/media', depth: 2 }, { path: '/mnt', depth: 1 }];
  }
}

const networkTypes =
  /^(nfs\d?|cifs|smb\w*|afs|9p|davfs|fuse\.(sshfs|rclone|davfs\w*|s3fs|gvfsd-fuse)|autofs|ceph|glusterfs)$/;

/** Mount points of network file systems in the text of Linux's /proc/self/mounts. */
export function networkMounts(mounts: string): Set<string> {
  return new Set(readMounts(mounts).flatMap(({ path, type }) => (networkTypes.test(type) ? [path] : [])));
}

function readMounts(mounts: string): { path: string; type: string }[] {
  return mounts.split('\n').map((line) => {
    const [, path = '', type = ''] = line.split(' ');
    // Blanks and other characters stand there as octal numbers of bytes.
    const bytes = path.replace(/\\(\d{3})/g, (_all, octal) => String.fromCharCode(parseInt(octal, 8)));
    return { path: bytes, type };
  });
}

const mostPacks = 2000;
const mostDrives = 40;

/**
 * The packs of a drive as one text that changes when a file comes, goes, grows or is replaced; empty without packs, null
 * where there is no drive.
 */
export async function packsOn(drive: string): Promise<string | null> {
  const found: string[] = [];
  for (const name of packFolders) {
    const folder = join(drive, name);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => null);
    if (entries === null && name === '') return null;
    if (entries === null) continue;
    for (const entry of entries) {
      if (found.length >= mostPacks || !entry.isFile()) continue;
      if (!isPackName(entry.name) && !isInvitationName(entry.name)) continue;
      const stats = await lstat(join(folder, entry.name)).catch(() => null);
      if (stats !== null) found.push(`${join(folder, entry.name)}\t${stats.size}\t${Math.trunc(stats.mtimeMs)}`);
    }
  }
  return found.sort().join('\n');
}

/** The folders that a root holds as drives. A root that does not exist holds none. */
export async function drivesIn(root: DriveRoot): Promise<Drive[]> {
  if (root.depth === 0) return [{ path: root.path, name: root.path.replace(/\\$/, '') }];
  const entries = await readdir(root.path, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(root.path, entry.name));
  if (root.depth === 1) return folders.map((path) => ({ path, name: basename(path) }));
  const deeper = await Promise.all(folders.map((path) => drivesIn({ path, depth: 1 })));
  return deeper.flat();
}

export type DriveWatchDeps = {
  readonly roots: readonly DriveRoot[];
  readonly platform: NodeJS.Platform;
  readonly logger: Logger;
  /** The drives with packs and all drives that can be read, whenever they or the packs differ from last time. */
  readonly onChange: (withPacks: Drive[], all: Drive[]) => void;
  readonly everyMs?: number;
  /** How long a drive may take to answer before it is left alone. */
  readonly patienceMs?: number;
};

export type DriveWatch = {
  /** Looks now, and waits for the answer. */
  look(): Promise<void>;
  close(): void;
};

const silent = Symbol('silent');

/** Starts looking; the first look comes at once. */
export function watchDrives(deps: DriveWatchDeps): DriveWatch {
  const everyMs = deps.everyMs ?? 3000;
  const patienceMs = deps.patienceMs ?? 2000;
  /** Questions that have not been answered yet, by path. */
  const pending = new Map<string, Promise<unknown>>();
  let known = '';
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  /** Asks unless the last question to this path hangs; `silent` when no answer comes in time. */
  async function ask<T>(path: string, question: () => Promise<T>): Promise<T | typeof silent> {
    if (pending.has(path)) return silent;
    const answer = question().finally(() => pending.delete(path));
    pending.set(path, answer);
    let tooLate: NodeJS.Timeout | undefined;
    const patience = new Promise<typeof silent>((resolve) => {
      tooLate = setTimeout(() => resolve(silent), patienceMs);
    });
    const first = await Promise.race([answer, patience]);
    clearTimeout(tooLate);
    if (first === silent) deps.logger.warn('drives/silent');
    return first;
  }

  async function lookOnce(): Promise<void> {
    const isLinux = deps.platform === 'linux';
    const mounts = isLinux ? await readFile('/proc/self/mounts', 'utf8').catch(() => '') : '';
    const skipped = networkMounts(mounts);
    const mounted = new Set(readMounts(mounts).map(({ path }) => path));
    const drives: (Drive & { isMounted: boolean })[] = [];
    // One after another: a look must never take more than one thread.
    for (const root of deps.roots) {
      const found = await ask(`${root.path}\t*`, () => drivesIn(root));
      if (found === silent) continue;
      for (const drive of found) {
        // Under /mnt there may also be plain folders of this machine's own disk.
        const isMounted = !isLinux || root.isGiven === true || mounted.has(drive.path);
        if (!skipped.has(drive.path)) drives.push({ ...drive, isMounted });
      }
    }
    const withPacks: Drive[] = [];
    const all: Drive[] = [];
    const seen: string[] = [];
    for (const { isMounted, ...drive } of drives.slice(0, mostDrives)) {
      const packs = await ask(drive.path, () => packsOn(drive.path));
      if (packs === silent || packs === null || (packs === '' && !isMounted)) continue;
      all.push(drive);
      seen.push(`${drive.path}\n${packs}`);
      if (packs !== '') withPacks.push(drive);
    }
    const state = seen.sort().join('\n\n');
    if (closed || state === known) return;
    known = state;
    deps.logger.info('drives/changed', { drives: all.length, withPacks: withPacks.length });
    deps.onChange(withPacks, all);
  }

  function look(): Promise<void> {
    running ??= lookOnce().finally(() => {
      running = null;
    });
    return running;
  }

  function again(): void {
    void look().finally(() => {
      if (!closed) timer = setTimeout(again, everyMs);
    });
  }

  again();
  return {
    look,
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
