/** From the URL of a request to a path inside a folder, and from a Range header to bytes. Pure; refuses what is not plain. */

/**
 * The segments of a URL's path, decoded once. Null for what could leave a folder or name something else on Windows: `..`,
 * an encoded slash, a backslash, a colon, a NUL, an empty segment. A path that ends in `/` gets `index.html`.
 */
export function safeSegments(pathname: string): string[] | null {
  const raw = pathname.replace(/^\//, '').split('/');
  if (raw.at(-1) === '') raw[raw.length - 1] = 'index.html';
  const segments: string[] = [];
  for (const part of raw) {
    let segment: string;
    try {
      segment = decodeURIComponent(part);
    } catch {
      return null;
    }
    if (segment === '' || segment === '.' || segment === '..' || /[/\\:\0]/.test(segment)) return null;
    segments.push(segment);
  }
  return segments;
}

/** First and last byte, both included. */
export type ByteRange = { start: number; end: number };

/**
 * Reads a Range header of one range (RFC 9110 section 14). Null when there is none or it is not understood: the whole file
 * is sent. `unsatisfiable` when it lies beyond the end.
 */
export function parseRange(header: string | null, bytes: number): ByteRange | null | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (match === null) return null;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? 'unsatisfiable' : { start: bytes - length, end: bytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (start >= bytes) return 'unsatisfiable';
  return end < start ? null : { start, end };
}
