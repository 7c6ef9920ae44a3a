/** The hub's process: reads the settings, runs one command or serves until it is told to stop. */
import { pino } from 'pino';
import { ZodError } from 'zod';
import type { Kind } from '#shared/kinds/define-kind.ts';
import packageJson from '../package.json' with { type: 'json' };
import { helpFor, isCommand, runCommand, usage } from './cli.ts';
import { type HubConfig, readConfig } from './config.ts';
import { createHub, type Hub, type HubDeps } from './hub.ts';
import { strongRandom } from './hub-crypto.ts';

/** Does what `args` say, a command and its arguments. `kinds`: those this version of the hub knows. */
export async function runHub(args: readonly string[], kinds: readonly Kind[]): Promise<void> {
  const [command = 'start', ...rest] = args;
  const config = readConfigOrExit();
  if (command === 'help' || command === '--help' || command === '-h') console.log(helpFor(rest[0] ?? ''));
  else if (rest.includes('--help') || rest.includes('-h')) console.log(helpFor(command));
  else if (command === 'start') await serve(config, kinds);
  else if (isCommand(command)) await operate(config, kinds, command, rest);
  else leave(2, `There is no command "${command}".\n${usage}`);
}

async function serve(config: HubConfig, kinds: readonly Kind[]): Promise<void> {
  const hub = await openOrExit(config, depsFor(config.logLevel, kinds));
  try {
    const address = await hub.listen();
    const place = config.databaseUrl === null ? config.directory : 'PostgreSQL';
    console.error(`Komissiya hub "${hub.identity.name}" answers at ${address} (data: ${place}).`);
    console.error(
      `Status page: http://127.0.0.1:${new URL(address).port} in a browser on this machine. Stop with Ctrl+C.`,
    );
    console.error(
      'Invite a laptop: npm run hub -- invite --partition <commission> --roles chair,secretary --laptop "LAPTOP-01"',
    );
  } catch (error) {
    await hub.close();
    const code = error instanceof Error && 'code' in error ? error.code : null;
    const taken = `Port ${config.port} on ${config.host} is taken: another hub is running? Stop it or set KOMISSIYA_HUB_PORT.`;
    leave(1, code === 'EADDRINUSE' ? taken : String(error));
  }

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void hub.close().then(() => process.exit(0));
    // A connection that never ends must not keep the machine from shutting down.
    setTimeout(() => process.exit(0), 10_000).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

async function operate(
  config: HubConfig,
  kinds: readonly Kind[],
  name: string,
  rest: readonly string[],
): Promise<void> {
  const deps = depsFor('warn', kinds);
  const hub = await openOrExit(config, deps);
  try {
    process.exitCode = await runCommand(hub, name, rest, { out: console.log, complain: console.error }, deps);
  } catch (error) {
    console.error(`${name} could not be done: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
  await hub.close();
}

async function openOrExit(config: HubConfig, deps: HubDeps): Promise<Hub> {
  try {
    return await createHub(config, deps);
  } catch (error) {
    const place = config.databaseUrl === null ? config.directory : 'HUB_DATABASE_URL';
    return leave(
      1,
      `The hub's database (${place}) cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function depsFor(level: HubConfig['logLevel'], kinds: readonly Kind[]): HubDeps {
  return {
    time: { now: () => Date.now() },
    random: strongRandom,
    logger: pino({ level, base: null }, pino.destination({ fd: 1, sync: true })),
    version: packageJson.version,
    kinds,
  };
}

function readConfigOrExit(): HubConfig {
  try {
    return readConfig();
  } catch (error) {
    const issues = error instanceof ZodError ? error.issues : [];
    return leave(2, issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n') || String(error));
  }
}

function leave(code: number, text: string): never {
  console.error(text);
  process.exit(code);
}
