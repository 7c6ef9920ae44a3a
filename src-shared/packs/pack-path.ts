/**
 * Names of files inside a pack. A pack is never unpacked into a folder by its names (its files become blobs named by
 * their SHA-256), but the names travel into URLs, exports and sticks, so they must be safe on every file system.
 */

/** Longest path, in characters. Contract calls that take a path have the same bound. */
export const maxPathLength = 300;

/** Names the pack itself uses; no file may have them. */
export const manifestPath = 'manifest.json';
export const signaturePath = 'manifest.sig';

/** Windows answers to these names, with any extension, as to devices. */
const deviceName = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
/** Control characters, what Windows forbids, marks that turn the reading direction, and the replacement character. */
const unsafeCharacter = /[\p{Cc}<>:"|?*\\\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]/u;

/**
 * Whether a path is relative, uses forward slashes, is NFC, climbs nowhere and has no segment that a file system would
 * change, hide or treat as a device.
 */
export function isSafePath(path: string): boolean {
  if (path === '' || path.length > maxPathLength) return false;
  if (unsafeCharacter.test(path) || path !== path.normalize('NFC') || !path.isWellFormed()) return false;
  return path
    .split('/')
    .every(
      (segment) =>
        segment !== '' &&
        !segment.startsWith('.') &&
        !segment.endsWith('.') &&
        segment === segment.trim() &&
        !deviceName.test(segment),
    );
}

/** The form in which two paths are one file on Windows and macOS. */
function foldPath(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/**
 * The first path that cannot stand beside the others: unsafe by itself, one of the pack's own names, the same file as
 * another where case does not count, or a file where another path has a folder. Undefined when all is well.
 */
export function findUnsafePath(paths: readonly string[]): string | undefined {
  const files = new Set<string>([manifestPath, signaturePath]);
  const folders = new Set<string>();
  for (const path of paths) {
    if (!isSafePath(path)) return path;
    const folded = foldPath(path);
    if (files.has(folded) || folders.has(folded)) return path;
    files.add(folded);
    for (let slash = folded.indexOf('/'); slash >= 0; slash = folded.indexOf('/', slash + 1)) {
      const folder = folded.slice(0, slash);
      if (files.has(folder)) return path;
      folders.add(folder);
    }
  }
  return undefined;
}
