/** A real core on a temporary profile, with a clock the test moves and seeded randomness. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Core, createCore, type SessionResume } from '#core/core.ts';
import { coreContract, type CoreContract } from '#shared/contract/core-contract.ts';
import type { CallName, InputOf, OutputOf } from '#shared/contract/define.ts';
import { type Client, createClient } from '#shared/contract/rpc.ts';
import type { LogFields, Random } from '#shared/kernel/ports.ts';
import type { Result } from '#shared/kernel/result.ts';

export const testPin = '482913';
export const startOfTime = Date.UTC(2026, 10, 23, 9, 0);

/** Bytes that depend on the seed and the call's number only. */
export function seededRandom(seed: string): Random {
  let counter = 0;
  return {
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let offset = 0; offset < length; offset += 32) {
        counter += 1;
        bytes.set(
          createHash('sha256')
            .update(`${seed}|${counter}`)
            .digest()
            .subarray(0, length - offset),
          offset,
        );
      }
      return bytes;
    },
  };
}

/** Numbers from 0 to 1, the same ones for a seed. */
export function seededNumbers(seed: string): () => number {
  const random = seededRandom(seed);
  return () => new DataView(random.bytes(4).buffer).getUint32(0) / 2 ** 32;
}

export type TestCore = Client<CoreContract> & {
  readonly core: Core;
  readonly directory: string;
  readonly clock: { now: number };
  readonly log: { level: string; event: string; fields: LogFields | undefined }[];
  readonly session: () => SessionResume | null;
  /** The value of a call that must succeed. */
  value<N extends CallName<CoreContract>>(name: N, input: InputOf<CoreContract, N>): Promise<OutputOf<CoreContract, N>>;
  /** The code of a call that must fail. */
  code(name: string, input: unknown): Promise<string>;
  close(): Promise<void>;
};

const folders = new Set<string>();

/** A folder that is removed when the test process ends; its name has Cyrillic letters and a space on purpose. */
export function temporaryFolder(): string {
  if (folders.size === 0)
    process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  const folder = mkdtempSync(join(tmpdir(), 'Комиссия № '));
  folders.add(folder);
  return folder;
}

export function startCore(
  options: { directory?: string; seed?: string; resume?: SessionResume; deviceSecret?: Uint8Array } = {},
): TestCore {
  const directory = options.directory ?? temporaryFolder();
  const clock = { now: startOfTime };
  const log: TestCore['log'] = [];
  const write = (level: string) => (event: string, fields?: LogFields) => void log.push({ level, event, fields });
  let session: SessionResume | null = null;
  const core = createCore({
    directory,
    time: { now: () => clock.now },
    random: seededRandom(options.seed ?? directory),
    logger: { info: write('info'), warn: write('warn'), error: write('error') },
    deviceSecret: options.deviceSecret ?? null,
    resume: options.resume ?? null,
    onSession: (resume) => {
      session = resume;
    },
    build: { version: '0.1.0', allowDevelopmentPublisher: true },
  });
  const client = createClient<CoreContract>(core.dispatch);
  return {
    ...client,
    core,
    directory,
    clock,
    log,
    session: () => session,
    async value(name, input) {
      const result = await client.call(name, input);
      if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result.error)}`);
      return result.value;
    },
    async code(name, input) {
      const result: Result<unknown> = await core.dispatch(name, input);
      return result.ok ? 'ok' : result.error.code;
    },
    close: () => core.close(),
  };
}

/** A core whose first run is done: the chair of the Almaty oblast commission is signed in, or of another one in Kazakhstan. */
export async function startSignedIn(
  options: Parameters<typeof startCore>[0] & { commission?: string } = {},
): Promise<TestCore & { slot: string; recovery: string }> {
  const core = startCore(options);
  const { recoveryCode } = await core.value('access.createProfile', {
    locale: 'ru',
    commission: { from: 'country', country: 'kz', id: options.commission ?? 'kz-19-tec_oblast' },
    person: { name: 'Председатель, пример 1', role: 'chair', label: { show: 'role' }, pin: testPin },
  });
  const { rows } = await core.value('access.state', {});
  return { ...core, slot: String(rows[0]?.slot), recovery: recoveryCode.groups.join(' ') };
}

export { coreContract };
