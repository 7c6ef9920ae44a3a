/** The host over real processes: a small core of plain Node that answers, hangs or dies on request. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FromCore } from '#shared/contract/core-messages.ts';
import { silentLogger } from '#shared/kernel/ports.ts';
import { type CoreHost, type CoreProcess, createCoreHost } from '#shell/core-host.ts';

const program = `
let resume = null;
const answer = (id, result) => process.send({ type: 'result', id, result });
process.on('message', (message) => {
  if (message.type === 'init') {
    resume = message.resume;
    if (process.argv[2] === 'sick') process.exit(3);
    process.stdout.write(JSON.stringify({ level: 'warn', event: 'test/started', fields: { answer: 42 } }) + '\\n');
    process.stderr.write('Error: Phone +7 700 000 00 00 of Sample Person\\nFATAL ERROR: out of memory\\n');
    process.send({ type: 'ready' });
  } else if (message.type === 'close') {
    if (process.argv[2] !== 'stubborn') process.send({ type: 'closed' });
  } else if (message.name === 'test.die') process.exit(9);
  else if (message.name === 'test.hang') return;
  else if (message.name === 'test.signIn') {
    process.send({ type: 'session', resume: { key: 'k1' } });
    answer(message.id, { ok: true, value: null });
  } else answer(message.id, { ok: true, value: { input: message.input, resume, pid: process.pid } });
});
`;

let folder = '';
let children: ChildProcess[] = [];
let hosts: CoreHost[] = [];
let logged: string[] = [];
let readies: boolean[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'komissiya-core-host-'));
  writeFileSync(join(folder, 'core.cjs'), program);
  children = [];
  hosts = [];
  logged = [];
  readies = [];
});
afterEach(async () => {
  for (const host of hosts) await host.close(500);
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function spawnNode(mood: string): CoreProcess {
  const child = fork(join(folder, 'core.cjs'), [mood], { silent: true, execArgv: [] });
  children.push(child);
  return {
    // Like Electron's port, it loses what is said to a process that has just ended.
    post: (message) => void child.send(message, () => undefined),
    kill: () => void child.kill(),
    // The program above sends nothing else.
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromCore)),
    onExit: (listener) => void child.on('exit', listener),
    onOutput: (listener) => {
      child.stdout?.on('data', (data: Buffer) => listener('stdout', data.toString()));
      child.stderr?.on('data', (data: Buffer) => listener('stderr', data.toString()));
    },
  };
}

function startHost(mood: string | (() => string) = 'well'): CoreHost {
  const host = createCoreHost({
    spawn: () => spawnNode(typeof mood === 'string' ? mood : mood()),
    directory: folder,
    version: '0.0.0',
    allowDevelopmentPublisher: true,
    deviceSecret: () => Promise.resolve(null),
    time: { now: () => Date.now() },
    logger: silentLogger,
    writeCoreLog: (level, event, fields) => logged.push(`${level} ${event} ${JSON.stringify(fields)}`),
    onEvent: () => undefined,
    onReady: (again) => readies.push(again),
    backOffMs: [0, 10],
  });
  hosts.push(host);
  return host;
}

test('the first call starts the core, and calls made before it is ready are answered', async () => {
  const host = startHost();
  expect(children).toHaveLength(0);
  expect(host.hasBeenReady()).toBe(false);
  const answers = await Promise.all([host.dispatch('test.a', 1), host.dispatch('test.b', { name: 'ы' })]);
  expect(answers).toMatchObject([{ value: { input: 1 } }, { value: { input: { name: 'ы' } } }]);
  expect(readies).toEqual([false]);
  expect(host.hasBeenReady()).toBe(true);
  host.start();
  expect(children).toHaveLength(1);
});

test('a core that dies answers what was on its way, and the next one goes on with the session', async () => {
  const host = startHost();
  await host.dispatch('test.signIn', {});
  expect(host.isSignedIn()).toBe(true);
  const hanging = host.dispatch('test.hang', {});
  children[0]?.kill('SIGKILL');
  expect(await hanging).toEqual({ ok: false, error: { code: 'core/restarted' } });
  expect(await host.dispatch('test.a', 1)).toMatchObject({ ok: true, value: { resume: { key: 'k1' } } });
  expect(host.state()).toEqual({ running: true, restarts: 1 });
  expect(readies).toEqual([false, true]);
});

test('a core that keeps dying is left alone, with every call answered, until it is started again', async () => {
  let mood = 'sick';
  const host = startHost(() => mood);
  const first = await host.dispatch('test.a', 1);
  expect(['core/restarted', 'core/stopped']).toContain(first.ok ? '' : first.error.code);
  while (host.state().running) await new Promise((done) => setTimeout(done, 10));
  expect(children).toHaveLength(5);
  expect(await host.dispatch('test.a', 1)).toEqual({ ok: false, error: { code: 'core/stopped' } });
  mood = 'well';
  host.start();
  expect(await host.dispatch('test.a', 2)).toMatchObject({ ok: true, value: { input: 2 } });
});

test('close waits for the core, but not for ever', async () => {
  const well = startHost();
  await well.dispatch('test.a', 1);
  const hanging = well.dispatch('test.hang', {});
  await well.close(5000);
  expect(await hanging).toEqual({ ok: false, error: { code: 'core/stopped' } });
  expect(well.isSignedIn()).toBe(false);

  const stubborn = startHost('stubborn');
  await stubborn.dispatch('test.a', 1);
  const before = performance.now();
  await stubborn.close(200);
  expect(performance.now() - before).toBeGreaterThan(150);
  expect(children[1]?.killed).toBe(true);
  expect(children).toHaveLength(2);
});

test('of what the core prints, only its log lines and harmless last words reach the log', async () => {
  const host = startHost();
  await host.dispatch('test.a', 1);
  while (logged.length < 2) await new Promise((done) => setTimeout(done, 10));
  expect(logged.sort()).toEqual([
    'error core/stderr {"line":"FATAL ERROR: out of memory"}',
    'warn test/started {"answer":42}',
  ]);
});
