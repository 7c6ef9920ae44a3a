/** Real hubs and a real PostgreSQL for tests: processes on free ports and temporary folders, ended with the test. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { allKinds } from '#shared/kinds/all-kinds.ts';

const root = resolve(import.meta.dirname, '../..');
const usualEntry = join(root, 'src-hub/main.ts');
const run = promisify(execFile);

export type TestHub = {
  /** What laptops are told: `https://127.0.0.1:<port>`. */
  readonly address: string;
  /** The same port in plain HTTP, as this machine's browser and tools use it. */
  readonly page: string;
  readonly directory: string;
  readonly pid: number;
  /** The environment it runs with: give it to another hub or command on the same data. */
  readonly env: { readonly [name: string]: string };
  /** Its log lines so far. */
  readonly log: readonly string[];
  /**
   * Does `hub <args>` beside the running hub, on the same data; answers what it printed, rejects with what it complained of. In this
   * process: one of its own takes a second or more to start.
   */
  command(...args: string[]): Promise<string>;
  /** The same as an operator does it: in a process of its own. */
  commandProcess(...args: string[]): Promise<string>;
  /** Makes an invitation; answers the code as printed. */
  invite(options?: { partition?: string; roles?: string; laptop?: string; commission?: string }): Promise<string>;
  /** Kills it without a warning. */
  kill(): Promise<void>;
  /** Stops it as an operator would and removes its folder. */
  close(): Promise<void>;
};

export type TestHubOptions = {
  /** Kept data; made new and removed at `close` when not given. */
  readonly directory?: string;
  /** PostgreSQL instead of a file. */
  readonly databaseUrl?: string;
  /** Free one when not given. */
  readonly port?: number;
  readonly env?: { readonly [name: string]: string };
  /** The file that is started: a hub of another version. */
  readonly entry?: string;
};

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a hub process and waits until it answers. Rejects with what it said when it ends before. */
export async function startHub(options: TestHubOptions = {}): Promise<TestHub> {
  const { entry = usualEntry } = options;
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'хаб № '));
  const env = {
    KOMISSIYA_HUB_DIR: directory,
    KOMISSIYA_HUB_NAME: 'Hub, sample',
    // Each command is a process of its own: a third of its time would go into reading the same sources again.
    NODE_COMPILE_CACHE: join(root, '.cache/compile'),
    ...(options.databaseUrl === undefined ? {} : { HUB_DATABASE_URL: options.databaseUrl }),
    ...options.env,
  };
  const child = spawn(process.execPath, [entry, 'start'], {
    cwd: resolve(dirname(entry), '..'),
    env: { ...process.env, ...env, KOMISSIYA_HUB_PORT: String(options.port ?? 0) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const log: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => log.push(...chunk.toString().split('\n').filter(Boolean)));
  const ended = new Promise<void>((done) => {
    child.once('exit', () => {
      running.delete(child);
      done();
    });
  });
  const address = await new Promise<string>((found, fail) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const match = /answers at (https?:\/\/\S+)/.exec(said);
      if (match?.[1] !== undefined) found(match[1]);
    });
    void ended.then(() => fail(new Error(`the hub ended: ${said}`)));
  });

  const commandProcess = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(process.execPath, [entry, ...args], { cwd: root, env: { ...process.env, ...env } });
    return stdout;
  };
  // Only its own file knows the kinds of a hub of another version.
  const command = entry === usualEntry ? (...args: string[]) => commandHere(env, args) : commandProcess;
  return {
    address,
    page: address.replace('https:', 'http:'),
    directory,
    pid: child.pid ?? 0,
    env,
    log,
    command,
    commandProcess,
    async invite(invitation = {}) {
      const { partition = 'kz/kz-19/kz-19-tec_oblast', roles = 'chair,secretary', laptop = 'SAMPLE-01' } = invitation;
      const commission = invitation.commission === undefined ? [] : ['--commission', invitation.commission];
      const args = ['--partition', partition, '--roles', roles, '--laptop', laptop, ...commission];
      const code = /^ +((?:\d{4} ){4}\d{4})$/m.exec(await command('invite', ...args))?.[1];
      if (code === undefined) throw new Error('hub invite printed no code');
      return code;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async close() {
      child.kill('SIGTERM');
      await ended;
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What `hub <name> <args>` does with these settings, without a process. */
async function commandHere(env: { readonly [name: string]: string }, [name = '', ...args]: string[]): Promise<string> {
  // Not before it is asked for: most of what a hub is made of is loaded with it.
  const [{ readConfig }, { createHub }, { runCommand }, { strongRandom }] = await Promise.all([
    import('#hub/config.ts'),
    import('#hub/hub.ts'),
    import('#hub/cli.ts'),
    import('#hub/hub-crypto.ts'),
  ]);
  const deps = {
    time: { now: () => Date.now() },
    random: strongRandom,
    logger: pino({ level: 'silent' }),
    version: '0.0.0',
    kinds: allKinds,
  };
  const [said, complaints]: [string[], string[]] = [[], []];
  const to = { out: (line: string) => void said.push(line), complain: (line: string) => void complaints.push(line) };
  const hub = await createHub(readConfig({ ...env }), deps);
  try {
    if ((await runCommand(hub, name, args, to, deps)) !== 0) throw new Error(complaints.join('\n'));
  } finally {
    await hub.close();
  }
  return said.map((line) => `${line}\n`).join('');
}

export type TestPostgres = {
  /** Makes an empty database; answers its address for HUB_DATABASE_URL. */
  createDatabase(name: string): Promise<string>;
  /** Kills it as a power cut would, and starts it again after `meanwhile`. */
  crash(meanwhile?: () => Promise<void>): Promise<void>;
  close(): void;
};

/**
 * Debian's own PostgreSQL on a temporary folder and a Unix socket; null, saying why on stderr, where there is none. It
 * starts with the first database asked for.
 */
export function startPostgres(): TestPostgres | null {
  const bin = findPostgres();
  if (bin === null) return skip('no /usr/lib/postgresql/*/bin/initdb on this machine (Debian package postgresql)');
  const owner = postgresUser();
  if (owner === 'none') return skip('it refuses to run as root and there is no user postgres');
  let server: { directory: string; pg: (name: string, ...args: string[]) => void; run: () => void } | null = null;

  const start = (): NonNullable<typeof server> => {
    // Short and plain: the path of a Unix socket may have 107 bytes.
    const directory = mkdtempSync(join(tmpdir(), 'kpg-'));
    chmodSync(directory, 0o700);
    if (owner !== 'self') chownSync(directory, owner.uid, owner.gid);
    const user = owner === 'self' ? {} : owner;
    const env = { PATH: '/usr/bin:/bin', LANG: 'C' };
    const pg = (name: string, ...args: string[]): void => {
      execFileSync(join(bin, name), args, { ...user, cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], env });
    };
    const data = ['--pgdata', join(directory, 'data')];
    pg('initdb', ...data, '--username', 'hub', '--auth', 'trust', '--encoding', 'UTF8', '--no-locale', '--no-sync');
    const settings = `-c listen_addresses='' -c unix_socket_directories='${directory}' -c max_connections=60`;
    const log = ['--log', join(directory, 'log')];
    const run = (): void => pg('pg_ctl', ...data, '--wait', '--timeout', '60', ...log, '--options', settings, 'start');
    run();
    process.once('exit', close);
    return { directory, pg, run };
  };
  const close = (): void => {
    if (server === null) return;
    const { directory, pg } = server;
    server = null;
    process.off('exit', close);
    pg('pg_ctl', '--pgdata', join(directory, 'data'), '--wait', '--mode', 'immediate', 'stop');
    rmSync(directory, { recursive: true, force: true });
  };
  return {
    async createDatabase(name) {
      server ??= start();
      server.pg('createdb', '--host', server.directory, '--username', 'hub', name);
      return `postgres://hub@localhost/${name}?host=${encodeURIComponent(server.directory)}`;
    },
    async crash(meanwhile) {
      if (server === null) throw new Error('it does not run');
      const { directory, run } = server;
      const pid = Number(readFileSync(join(directory, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGKILL');
      await meanwhile?.();
      // Its children notice within a second or so; until then the memory they share keeps a new one from starting.
      for (let turn = 1; ; turn += 1) {
        await new Promise((done) => setTimeout(done, 500));
        try {
          return run();
        } catch (error) {
          if (turn === 40) throw error;
        }
      }
    },
    close,
  };
}

function skip(why: string): null {
  console.error(`PostgreSQL tests are skipped: ${why}.`);
  return null;
}

function findPostgres(): string | null {
  const versions = '/usr/lib/postgresql';
  if (!existsSync(versions)) return null;
  const found = readdirSync(versions)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(versions, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
  return found ?? null;
}

/** Who may run it: PostgreSQL refuses root. */
function postgresUser(): 'self' | 'none' | { uid: number; gid: number } {
  if (process.getuid?.() !== 0) return 'self';
  try {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return 'none';
  }
}

/**
 * Both databases of a hub, for tests that must hold on either. Each `url()` is a new one, null for a file of the hub's own; `place()` says
 * the same as options of `startHub`.
 */
export function bothDatabases(postgres: TestPostgres | null, name: string) {
  let made = 0;
  const newDatabase = async (): Promise<string | null> =>
    (await postgres?.createDatabase(`${name}${(made += 1)}`)) ?? null;
  return [
    { name: 'SQLite', skip: false, url: async (): Promise<string | null> => null },
    { name: 'PostgreSQL', skip: postgres === null, url: newDatabase },
  ].map((kind) => ({
    ...kind,
    async place(): Promise<TestHubOptions> {
      const databaseUrl = await kind.url();
      return databaseUrl === null ? {} : { databaseUrl };
    },
  }));
}
