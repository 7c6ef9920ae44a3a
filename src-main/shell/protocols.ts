/**
 * The two places a page can load from: `app://komissiya/` is the renderer inside the app, `pack://<pack>/<path>` one file of
 * an installed pack, which the core locates. Nothing else answers; both refuse paths that leave their folder.
 */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { CustomScheme, Session } from 'electron';
import type { Dispatch } from '#shared/contract/rpc.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import { packsContract } from '#shared/packs/contract.ts';
import { mediaTypeOf } from './media-types.ts';
import { parseRange, safeSegments } from './url-paths.ts';

export const appOrigin = 'app://komissiya';
export const appPage = `${appOrigin}/index.html`;

/** To be registered before the app is ready. */
export const schemes: CustomScheme[] = [
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  {
    scheme: 'pack',
    privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, stream: true },
  },
];

/**
 * The window's one policy: its own scripts, styles and fonts, pictures and clips of packs, nothing from the network, nothing
 * inline.
 */
const appPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: pack:",
  "media-src 'self' pack:",
  "connect-src 'self' pack:",
  "frame-src 'none'",
  "worker-src 'none'",
  "manifest-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A file of a pack is looked at, never run: scripts are off, and each document has an origin of its own. */
const packPolicy = [
  'sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data: pack:',
  'media-src pack:',
  `frame-ancestors ${appOrigin}`,
].join('; ');

const commonHeaders = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

export type ProtocolDeps = {
  /** Folder of the built renderer. */
  readonly rendererDirectory: string;
  /** The window's probable language. */
  readonly locale: () => Locale;
  /** The core's calls. */
  readonly dispatch: Dispatch;
};

/** Serves both schemes in a session. */
export function serveProtocols(session: Session, deps: ProtocolDeps): void {
  session.protocol.handle('app', (request) => serveApp(request, deps));
  session.protocol.handle('pack', (request) => servePack(request, deps));
}

async function serveApp(request: Request, deps: ProtocolDeps): Promise<Response> {
  const url = new URL(request.url);
  if (url.host !== 'komissiya' || request.method !== 'GET') return plain(404);
  const segments = safeSegments(url.pathname);
  if (segments === null) return plain(404);
  try {
    const file = await readFile(join(deps.rendererDirectory, ...segments));
    const body = segments.join('/') === 'index.html' ? withTexts(file.toString(), deps.locale()) : file;
    const headers = {
      ...commonHeaders,
      'content-type': mediaTypeOf(segments.at(-1) ?? ''),
      'content-security-policy': appPolicy,
      'cross-origin-opener-policy': 'same-origin',
    };
    return new Response(body, { headers });
  } catch {
    return plain(404);
  }
}

/** The page asks for the texts of its probable language together with its script, not after it has run. */
function withTexts(page: string, locale: Locale): string {
  return page.replace('</head>', `<link rel="modulepreload" crossorigin href="./assets/locale-${locale}.js"></head>`);
}

async function servePack(request: Request, deps: ProtocolDeps): Promise<Response> {
  const url = new URL(request.url);
  const segments = safeSegments(url.pathname);
  if (segments === null || (request.method !== 'GET' && request.method !== 'HEAD')) return plain(404);
  const located = await deps.dispatch('packs.locate', { pack: url.host, path: segments.join('/') });
  if (!located.ok) return plain(located.error.code === 'rpc/locked' ? 403 : 404);
  const { file, bytes, mediaType } = packsContract.locate.output.parse(located.value);
  const headers = new Headers({
    ...commonHeaders,
    'content-type': mediaType,
    'content-security-policy': packPolicy,
    'access-control-allow-origin': appOrigin,
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
  });
  const range = parseRange(request.headers.get('range'), bytes);
  if (range === 'unsatisfiable') {
    headers.set('content-range', `bytes */${bytes}`);
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = range ?? { start: 0, end: bytes - 1 };
  headers.set('content-length', String(end - start + 1));
  if (range !== null) headers.set('content-range', `bytes ${start}-${end}/${bytes}`);
  const body = request.method === 'HEAD' || bytes === 0 ? null : fileBody(file, start, end);
  return new Response(body, { status: range === null ? 200 : 206, headers });
}

/** The bytes of a file as a stream; a file that cannot be read any more (stick pulled) ends the response with an error. */
function fileBody(file: string, start: number, end: number): ReadableStream {
  // Node's and the DOM's declarations of the same web stream differ in details that no caller uses.
  return Readable.toWeb(createReadStream(file, { start, end })) as unknown as ReadableStream;
}

function plain(status: number): Response {
  return new Response(null, { status, headers: { ...commonHeaders, 'content-security-policy': "default-src 'none'" } });
}
