/**
 * The headless face of the core. Prints one `Result` as one JSON line; exit code 0 for ok, 1 for a failure, 2 for a
 * command line that says nothing.
 */
import { parseArgs } from 'node:util';
import type { Core } from '#core/core.ts';
import { coreContract } from '#shared/contract/core-contract.ts';
import { callNames, findCall } from '#shared/contract/define.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { type CliConfig, readConfig } from './config.ts';
import { awaitImports, openCore, showPacks, signIn } from './core-session.ts';
import { buildVerb, importVerb, keyVerb, listVerb, verifyVerb } from './pack-verbs.ts';

const usage = `Komissiya on the command line. Every command prints one JSON line: {"ok":true,"value":…} or {"ok":false,"error":{"code":…}}.

  npm run cli -- names                                        all calls of the contract
  npm run cli -- --profile DIR call <domain.name> '<json>'    one call; '-' reads the JSON from stdin
  npm run cli -- --profile DIR pack import <file>             take a pack over into the profile
  npm run cli -- pack build <course folder> [--out FILE] [--key FILE]
  npm run cli -- pack verify <file>                           check every byte
  npm run cli -- pack list <folder>                           what a stick would show
  npm run cli -- pack key --id ID --name NAME --out FILE      a publisher's key pair

  --profile DIR   folder of the profile; the app must not be running on it
  --slot ID       who signs in (also KOMISSIYA_SLOT); without it the first on the sign-in list
  --packs DIR     for calls about packs: a folder to look through first
  KOMISSIYA_PIN   PIN or passphrase, for calls that need a person
`;

type Options = {
  readonly profile?: string;
  readonly slot?: string;
  readonly packs?: string;
  readonly out?: string;
  readonly key?: string;
  readonly id?: string;
  readonly name?: string;
};

/** Runs a command line; null when it makes no sense. */
async function run(words: readonly string[], options: Options): Promise<Result<unknown> | null> {
  const [verb, first, second] = words;
  if (verb === 'names' && words.length === 1) return ok({ names: callNames(coreContract) });
  if (verb === 'call' && first !== undefined && words.length <= 3) return call(first, second ?? '{}', options);
  if (verb !== 'pack') return null;
  if (first === 'key' && words.length === 2) {
    const { id, name, out } = options;
    return id === undefined || name === undefined || out === undefined ? null : keyVerb(id, name, out);
  }
  if (second === undefined || words.length !== 3) return null;
  if (first === 'build') return buildVerb(second, options.out, options.key);
  if (first === 'verify') return verifyVerb(second);
  if (first === 'list') return listVerb(second);
  if (first === 'import') return withProfile(options, true, (core) => importVerb(core, second));
  return null;
}

async function call(name: string, text: string, options: Options): Promise<Result<unknown>> {
  const found = findCall(coreContract, name);
  if (found === undefined) return err({ code: 'rpc/unknown-call' });
  let input: unknown;
  try {
    input = JSON.parse(text === '-' ? await readInput() : text);
  } catch {
    return err({ code: 'rpc/bad-input', paths: [''] });
  }
  // Before anything is opened: nonsense needs no PIN to be told so.
  const parsed = found.input.safeParse(input);
  if (!parsed.success) {
    return err({ code: 'rpc/bad-input', paths: parsed.error.issues.map((issue) => issue.path.join('.')) });
  }
  return withProfile(options, found.access === 'person', async (core) => {
    if (options.packs !== undefined) {
      const shown = await showPacks(core, options.packs, 'packs');
      if (!shown.ok) return shown;
    }
    const result = await core.dispatch(name, input);
    // An import goes on after its call was answered; closing now would pause it.
    if (result.ok && (name === 'packs.startImport' || name === 'packs.resumeImport')) return awaitImports(core);
    return result;
  });
}

async function withProfile(
  options: Options,
  needsPerson: boolean,
  work: (core: Core) => Promise<Result<unknown>>,
): Promise<Result<unknown>> {
  if (options.profile === undefined) return err({ code: 'cli/no-profile' });
  const environment = readConfig();
  const config: CliConfig = options.slot === undefined ? environment : { ...environment, slot: options.slot };
  const core = openCore(options.profile);
  try {
    if (needsPerson || options.packs !== undefined) {
      const signedIn = await signIn(core, config);
      if (!signedIn.ok) return signedIn;
    }
    return await work(core);
  } finally {
    await core.close();
  }
}

async function readInput(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) text += chunk;
  return text;
}

function parse(args: readonly string[]): { words: string[]; options: Options } | null {
  const text = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { profile: text, slot: text, packs: text, out: text, key: text, id: text, name: text },
    });
    return { words: positionals, options: values };
  } catch {
    return null;
  }
}

const parsed = parse(process.argv.slice(2));
const result = parsed === null ? null : await run(parsed.words, parsed.options);
if (result === null) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = result.ok ? 0 : 1;
}
