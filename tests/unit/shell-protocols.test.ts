/** The two schemes over real files; the session is Electron's, here only the place where handlers are left. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { err, ok } from '#shared/kernel/result.ts';
import { serveProtocols } from '#shell/protocols.ts';

type Handler = (request: Request) => Response | Promise<Response>;

const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 251);
let folder = '';
let handlers = new Map<string, Handler>();
let isLocked = false;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'komissiya-protocols-'));
  mkdirSync(join(folder, 'renderer/assets'), { recursive: true });
  writeFileSync(join(folder, 'renderer/index.html'), '<head></head><h1>Комиссия</h1>');
  writeFileSync(join(folder, 'renderer/assets/index.js'), 'export {}');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'blob'), bytes);
  handlers = new Map();
  isLocked = false;
  const session = { protocol: { handle: (scheme: string, handler: Handler) => handlers.set(scheme, handler) } };
  // The two members that are used.
  serveProtocols(session as unknown as Parameters<typeof serveProtocols>[0], {
    rendererDirectory: join(folder, 'renderer'),
    locale: () => 'uz-Cyrl',
    dispatch: async (name, input) => {
      if (isLocked) return err({ code: 'rpc/locked' });
      expect(name).toBe('packs.locate');
      const { pack, path } = input as { pack: string; path: string };
      if (pack !== 'complaints' || path !== 'media/Клип 1.webm') return err({ code: 'packs/no-such-file' });
      return ok({ file: join(folder, 'blob'), bytes: bytes.length, mediaType: 'video/webm' });
    },
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function get(url: string, init: RequestInit = {}): Promise<Response> {
  const handler = handlers.get(new URL(url).protocol.slice(0, -1));
  if (handler === undefined) throw new Error(`nobody serves ${url}`);
  return await handler(new Request(url, init));
}

describe('app://', () => {
  test('serves the renderer with its type and a policy without inline scripts or network', async () => {
    const answer = await get('app://komissiya/');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|wss?:|\*|unsafe-eval/);
    const page = await answer.text();
    expect(page).toContain('Комиссия');
    expect(page).toContain('<link rel="modulepreload" crossorigin href="./assets/locale-uz-Cyrl.js"></head>');
    const script = await get('app://komissiya/assets/index.js');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  test.each([
    'app://komissiya/..%2fsecret.txt',
    'app://komissiya/%2e%2e%2fsecret.txt',
    'app://komissiya/assets',
    'app://komissiya/absent.js',
    'app://stranger/index.html',
  ])('%s is not found', async (url) => expect((await get(url)).status).toBe(404));

  test('answers reading only', async () => {
    expect((await get('app://komissiya/index.html', { method: 'POST', body: 'x' })).status).toBe(404);
  });
});

describe('pack://', () => {
  const clip = 'pack://complaints/media/%D0%9A%D0%BB%D0%B8%D0%BF%201.webm';

  test('streams a whole file, never to be run', async () => {
    const answer = await get(clip);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('video/webm');
    expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
    expect(answer.headers.get('access-control-allow-origin')).toBe('app://komissiya');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
  });

  test('streams a part, as seeking in a clip asks for', async () => {
    const answer = await get(clip, { headers: { range: 'bytes=990-' } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe('bytes 990-999/1000');
    expect(answer.headers.get('content-length')).toBe('10');
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes.slice(990));
    const beyond = await get(clip, { headers: { range: 'bytes=1000-' } });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe('bytes */1000');
  });

  test('tells the size alone', async () => {
    const answer = await get(clip, { method: 'HEAD' });
    expect(answer.headers.get('content-length')).toBe('1000');
    expect(await answer.text()).toBe('');
  });

  test('gives nothing before sign-in and nothing the core does not know', async () => {
    expect((await get('pack://complaints/absent.svg')).status).toBe(404);
    expect((await get('pack://complaints/..%2f..%2fblob')).status).toBe(404);
    isLocked = true;
    expect((await get(clip)).status).toBe(403);
  });
});
