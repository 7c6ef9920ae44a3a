/** Media types of the app's own files, by ending. What is not listed is not shown, only offered as bytes. */
const byEnding: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  ico: 'image/x-icon',
  ttf: 'font/ttf',
  woff2: 'font/woff2',
  md: 'text/plain; charset=utf-8',
  map: 'application/json; charset=utf-8',
};

/** The media type of a file name. */
export function mediaTypeOf(name: string): string {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return byEnding[ending] ?? 'application/octet-stream';
}
