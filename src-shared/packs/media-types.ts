/** What a pack may hold, by extension. Anything else is refused: nothing in a pack is ever run or opened by the system. */

type MediaType = {
  readonly mediaType: string;
  /** Not compressed already, so it is deflated inside the pack. */
  readonly isText: boolean;
};

const mediaTypes: ReadonlyMap<string, MediaType> = new Map([
  ['md', { mediaType: 'text/markdown; charset=utf-8', isText: true }],
  ['txt', { mediaType: 'text/plain; charset=utf-8', isText: true }],
  ['json', { mediaType: 'application/json', isText: true }],
  ['vtt', { mediaType: 'text/vtt; charset=utf-8', isText: true }],
  ['svg', { mediaType: 'image/svg+xml', isText: true }],
  ['png', { mediaType: 'image/png', isText: false }],
  ['jpg', { mediaType: 'image/jpeg', isText: false }],
  ['jpeg', { mediaType: 'image/jpeg', isText: false }],
  ['webp', { mediaType: 'image/webp', isText: false }],
  ['avif', { mediaType: 'image/avif', isText: false }],
  ['gif', { mediaType: 'image/gif', isText: false }],
  ['mp4', { mediaType: 'video/mp4', isText: false }],
  ['webm', { mediaType: 'video/webm', isText: false }],
  ['mp3', { mediaType: 'audio/mpeg', isText: false }],
  ['m4a', { mediaType: 'audio/mp4', isText: false }],
  ['ogg', { mediaType: 'audio/ogg', isText: false }],
  ['opus', { mediaType: 'audio/ogg', isText: false }],
  ['wav', { mediaType: 'audio/wav', isText: false }],
  ['pdf', { mediaType: 'application/pdf', isText: false }],
  // A sealed parcel (age-encryption.org/v1).
  ['age', { mediaType: 'application/octet-stream', isText: false }],
]);

/** The media type of a file by its name; null for one a pack may not hold. */
export function mediaTypeOf(path: string): string | null {
  return find(path)?.mediaType ?? null;
}

/** Whether deflating the file is worth it. */
export function isCompressible(path: string): boolean {
  return find(path)?.isText ?? false;
}

function find(path: string): MediaType | undefined {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? undefined : mediaTypes.get(path.slice(dot + 1).toLowerCase());
}
