/** The command line as people script it: one JSON line, an exit code, nothing else. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coreContract } from '#shared/contract/core-contract.ts';
import { callNames } from '#shared/contract/define.ts';
import { temporaryFolder } from './pack-kit.ts';

const root = resolve(import.meta.dirname, '../..');
const cli = join(root, 'src-main/cli/komissiya-cli.ts');
const courseFolder = join(root, 'assets/courses/receiving-complaints');

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Answer = { status: number | null; line: string; result: { ok: boolean; value?: never; error?: { code: string } } };

function run(args: readonly string[], env: { readonly [name: string]: string } = {}, input = ''): Answer {
  const child = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    input,
    env: { ...process.env, ...env },
  });
  expect(child.stdout.split('\n')).toHaveLength(child.stdout === '' ? 1 : 2);
  return {
    status: child.status,
    line: child.stdout,
    result: JSON.parse(child.stdout === '' ? '{"ok":false}' : child.stdout),
  };
}

test('names are the contract’s', () => {
  expect(run(['names']).result).toEqual({ ok: true, value: { names: callNames(coreContract) } });
});

test('a command line that says nothing prints the usage and exits with 2', () => {
  for (const args of [[], ['pack', 'build'], ['--dance']]) {
    expect([args, run(args).status, run(args).line]).toEqual([args, 2, '']);
  }
});

test('nonsense to the contract is an answer with exit code 1, and makes no profile', () => {
  const profile = join(folder, 'none');
  const calls: [string, string, string][] = [
    ['no.such', '{}', 'rpc/unknown-call'],
    ['access', '{}', 'rpc/unknown-call'],
    ['__proto__.toString', '{}', 'rpc/unknown-call'],
    ['records.list', '{', 'rpc/bad-input'],
    ['records.list', '[]', 'rpc/bad-input'],
    ['records.get', '{"kind":"contact","id":"../../etc"}', 'rpc/bad-input'],
    ['training.savePlace', '{"course":"x","lesson":5,"block":-1,"seconds":null}', 'rpc/bad-input'],
    ['records.list', '{"kind":"contact","locale":"ru"}', 'cli/no-profile'],
  ];
  for (const [name, input, code] of calls) {
    const { status, result } = run(['--profile', profile, 'call', name, input]);
    expect([name, input, status, result.error?.code]).toEqual([name, input, 1, code]);
  }
});

test('from an empty folder to an imported course, with one command after another', () => {
  const pack = join(folder, 'course.kpack');
  expect(run(['pack', 'build', courseFolder, '--out', pack])).toMatchObject({ status: 0, result: { ok: true } });
  expect(run(['pack', 'verify', pack]).result).toMatchObject({
    ok: true,
    value: { id: 'receiving-complaints', kind: 'training' },
  });
  writeFileSync(join(folder, 'cut.kpack'), readFileSync(pack));
  truncateSync(join(folder, 'cut.kpack'), 1000);
  expect(run(['pack', 'verify', join(folder, 'cut.kpack')])).toMatchObject({
    status: 1,
    result: { error: { code: 'packs/cut-off' } },
  });
  expect(run(['pack', 'list', folder]).result).toMatchObject({
    ok: true,
    value: {
      packs: [
        { file: 'course.kpack', publisherKnown: true, problem: null },
        { file: 'cut.kpack', problem: { code: 'packs/cut-off' } },
      ],
    },
  });

  const profile = join(folder, 'профиль образец');
  const pin = { KOMISSIYA_PIN: '482913' };
  const person = { name: 'Образец', role: 'trainer', label: { show: 'role' }, pin: '482913' };
  const made = run(
    ['--profile', profile, 'call', 'access.createProfile', '-'],
    {},
    JSON.stringify({
      locale: 'ru',
      commission: { from: 'none', as: 'trainer' },
      person,
    }),
  );
  expect(made).toMatchObject({ status: 0, result: { ok: true } });
  const courses = ['--profile', profile, 'call', 'training.courses'];
  expect(run(courses, { KOMISSIYA_PIN: '' }).result.error?.code).toBe('cli/no-pin');
  expect(run(courses, { KOMISSIYA_PIN: '000000' }).result.error?.code).toBe('access/wrong-pin');
  expect(run(courses, pin).result).toEqual({ ok: true, value: { rows: [] } });
  const imported = run(['--profile', profile, 'pack', 'import', join(folder, 'cut.kpack')], pin);
  expect(imported).toMatchObject({ status: 1, result: { error: { code: 'packs/cut-off' } } });
  expect(run(['--profile', profile, 'pack', 'import', pack], pin)).toMatchObject({
    status: 0,
    result: { value: { step: 'done' } },
  });
  expect(run(courses, pin).result).toMatchObject({ value: { rows: [{ id: 'receiving-complaints', passed: false }] } });
  expect(run(['--profile', profile, '--packs', folder, 'call', 'packs.offers'], pin).result).toMatchObject({
    value: { offers: [{ status: 'installed' }, { status: 'refused' }] },
  });
});

test('a publisher makes a key of their own; the app does not take it for a known one', () => {
  const key = join(folder, 'key.json');
  expect(run(['pack', 'key', '--id', 'my-own', '--name', 'My own (sample)', '--out', key]).result.ok).toBe(true);
  expect(run(['pack', 'key', '--id', 'my-own', '--name', 'My own (sample)', '--out', key]).result).toMatchObject({
    error: { code: 'cli/file-error', reason: 'EEXIST' },
  });
  const pack = join(folder, 'own.kpack');
  expect(run(['pack', 'build', courseFolder, '--out', pack, '--key', key]).result).toMatchObject({
    ok: true,
    value: { publisher: 'my-own' },
  });
  expect(run(['pack', 'verify', pack]).result).toEqual({
    ok: false,
    error: { code: 'packs/unknown-publisher', publisher: 'My own (sample)' },
  });
  const broken = join(folder, 'broken.json');
  const parsed = JSON.parse(readFileSync(key, 'utf8'));
  writeFileSync(broken, JSON.stringify({ ...parsed, privateKey: Buffer.alloc(32, 1).toString('base64') }));
  expect(run(['pack', 'build', courseFolder, '--out', pack, '--key', broken]).result.error?.code).toBe('packs/bad-key');
  expect(run(['pack', 'build', join(folder, 'nowhere'), '--out', pack]).result.error?.code).toBe('packs/no-course');
});
