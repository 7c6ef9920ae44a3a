/**
 * `npm run test:mutants [-- --histories N] [--only WORDS] [--hub]`: plants one fault at a time in merge, stamps, segments, exchange or parcels, in a temporary copy, and plays
 * the histories that failed once and a short simulation against it. A fault that neither finds makes this fail: then the simulation is
 * too weak. `--only`: the faults with these words in their names, and not first whether the histories hold without any. `--hub`: faults in the hub
 * instead (hub-mutants.ts), which histories with the real one have to find.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { hubMutants, type Mutant } from './hub-mutants.ts';

const syncMutants: readonly Mutant[] = [
  {
    name: 'the first value that arrives stands',
    file: 'merge.ts',
    from: 'compareStamps(stamp, draft.clocks[name] ?? zeroStamp) > 0) {',
    to: 'draft.clocks[name] === undefined) {',
  },
  {
    name: 'ties of clocks are not broken by the laptop',
    file: 'stamp.ts',
    from: 'return a.time - b.time || (a.replica < b.replica ? -1 : a.replica > b.replica ? 1 : 0);',
    to: 'return a.time - b.time;',
  },
  {
    name: 'dropping an element drops additions nobody had seen',
    file: 'merge.ts',
    from: 'const left = present.filter((added) => !stamps.includes(added));',
    to: 'const left: string[] = [];',
  },
  {
    name: 'a dropped addition that comes later is added',
    file: 'merge.ts',
    from: 'if (dead.delete(`${stamp} ${element}`)) continue;',
    to: '',
  },
  {
    name: 'a removal wins over an edit its author had not seen',
    file: 'merge.ts',
    from: 'return standing.length === state.removals.length ? state : { ...state, removals: standing };',
    to: 'return state;',
  },
  {
    name: 'an edit does not beat the value it replaced',
    file: 'stamp.ts',
    from: 'if (seen < own || seen >= lastTime) return',
    to: 'if (seen < own || isFarAhead(seen, nowMs)) return',
  },
  {
    name: 'what was sent counts as received',
    file: 'exchange-answer.ts',
    from: 'store.markReceived(summary);',
    to: 'store.markReceived({ ...summary, ...Object.fromEntries(sent.map(({ log, to }) => [log, to])) });',
  },
  {
    name: 'a hub that lost what it held is not sent it again',
    file: 'exchange-answer.ts',
    from: 'epoch: header.epoch,\n    acknowledged,',
    to: 'epoch: header.epoch,\n    acknowledged: { ...acknowledged, ...session.acknowledged },',
  },
  {
    name: 'an exchange ends although the hub has more',
    file: 'exchange.ts',
    from: 'const isEqual = !header.more && left === 0 && !isAsking && lacking === 0;',
    to: 'if (left === 0 && !isAsking) return end(session, null);\n    const isEqual = false;',
  },
  {
    name: 'the same summary under another epoch is no news',
    file: 'exchange.ts',
    from: 'if (!same || epoch !== options.epoch) return',
    to: 'if (!same && epoch === options.epoch) return',
  },
  {
    name: 'partitions that were not asked for are taken',
    file: 'take-segment.ts',
    from: "if (!partitions.some((prefix) => isWithin(partition, prefix))) return refuse({ code: 'segment/not-asked' });",
    to: '',
  },
  {
    name: 'the writer of a segment needs no right to what it wrote',
    file: 'accept.ts',
    from: "return mayAct(credential, kindsByNumber.get(op.kind), op.act) ? null : { code: 'segment/wrong-role', seq: op.seq };",
    to: 'return null;',
  },
  {
    name: 'new rights judge what was written under the old ones',
    file: 'accept.ts',
    from: 'own.findIndex((each) => op.seq > (each.heldBefore?.[header.partition] ?? 0))',
    to: '0',
  },
  {
    name: 'what a restored laptop writes again names the old log',
    file: 'reissue.ts',
    from: 'moves.put(op, { time: op.time, replica }, { time, replica: to.replica });',
    to: '',
  },
  {
    name: 'what is written again is given a stamp that stands already',
    file: 'reissue.ts',
    from: 'isGiven(op, time) || partsOf(op)',
    to: 'partsOf(op)',
  },
  {
    name: 'a removal that stands behind what is written again has not seen its own log',
    file: 'reissue.ts',
    from: 'return replica === to.replica && seq > base ? seq + movedSeqs.length : null;',
    to: 'return null;',
  },
  {
    name: 'what was written under this identity is handed over before what it may name',
    file: 'hand-over.ts',
    from: 'if (isOfBefore(store, log))\n',
    to: 'if (false)\n',
  },
  {
    name: 'a hub that has forgotten a writer hears nothing of whom that one goes on for',
    file: 'credential.ts',
    from: 'if (each.replica === replica && each.succeeds !== undefined) line.add(each.succeeds);',
    to: '',
  },
  {
    name: 'an old copy goes on under its identity',
    file: 'exchange-answer.ts',
    from: "if (store.compareHeads(acknowledged, header.heads)) return { ...session, failure: { code: 'sync/old-copy' } };",
    to: 'store.compareHeads(acknowledged, header.heads);',
  },
  {
    name: 'what an identity before was not allowed stays with those who hold it',
    file: 'exchange-answer.ts',
    from: 'return isOfBefore(store, log) || (!store.isOwn(log) && store.isSucceeded(log));',
    to: 'return isOfBefore(store, log);',
  },
  {
    name: 'the rest of a cut segment forgets the head it begins behind',
    file: 'segment.ts',
    from: 'return encode({ ...content, before, ops: content.ops.slice(count), columns: null }, ports);',
    to: 'return encode({ ...content, ops: content.ops.slice(count), columns: null }, ports);',
  },
  {
    name: 'a parcel for somebody else is taken',
    file: 'parcel-session.ts',
    from: "if (header.reader !== store.replica) return err({ code: 'stick/not-for-us' });",
    to: '',
  },
  {
    name: 'an old parcel of the hub takes back what it acknowledged',
    file: 'parcel-session.ts',
    from: 'all[log] = Math.max(seq, all[log] ?? 0);',
    to: 'all[log] = seq;',
  },
];

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    /** In a round; 1,500, or 150 with the real hub. */
    histories: { type: 'string' },
    only: { type: 'string', default: '' },
    hub: { type: 'boolean', default: false },
  },
});
const { only, hub: isOfHub } = values;
const histories = values.histories ?? (isOfHub ? '150' : '1500');
const tree = isOfHub ? 'src-hub' : 'src-shared/sync';
const mutants = isOfHub ? hubMutants : syncMutants;
const planted = mutants.filter(({ name }) => name.includes(only));

/** A copy of what the simulation runs, apart from the packages. */
function copy(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mutant-'));
  const trees = ['src-shared', 'src-main', 'src-hub', 'tests', 'scripts'];
  for (const name of [...trees, 'package.json', 'tsconfig.base.json', 'vitest.config.ts']) {
    cpSync(join(root, name), join(directory, name), { recursive: true });
  }
  for (const name of ['node_modules', 'locales', 'assets']) symlinkSync(join(root, name), join(directory, name));
  return directory;
}

/** Some faults show in one history of a thousand: what one seed leaves alive the next one tries. */
const seeds = ['1', '3'];
/** What failed once comes first: it is played in a second. */
const rounds: readonly (readonly string[])[] = [
  ['--found', ...(isOfHub ? ['--hub'] : [])],
  ...seeds.map((seed) => ['--histories', histories, '--seed', seed, '--raw', ...(isOfHub ? ['--hub'] : [])]),
];

/** What finds a fault there, and how: a test, where one is named, else a round; null where none does. */
async function findsFault(directory: string, test?: string): Promise<string | null> {
  if (test !== undefined) {
    const found = await run(directory, [vitest, 'run', '--project', 'hub', test]);
    return found === null ? null : `${test}${found}`;
  }
  for (const round of rounds) {
    const found = await run(directory, ['tests/sim/main.ts', ...round]);
    if (found !== null) return `${round.join(' ')}${found}`;
  }
  return null;
}

/** Some ten times as long as a round takes: a fault may also make it go round for ever, and a slow machine is no fault. */
const roundMs = 600_000;

const vitest = join(root, 'node_modules/vitest/vitest.mjs');

/** How it fails; null where it holds. */
function run(directory: string, command: readonly string[]): Promise<string | null> {
  const child = spawn(process.execPath, command, {
    cwd: directory,
    stdio: 'ignore',
    timeout: roundMs,
  });
  return new Promise((done) =>
    child.once('exit', (code) => done(code === 0 ? null : code === null ? ', without end' : '')),
  );
}

async function main(): Promise<void> {
  for (const { name, file, from } of mutants) {
    const places = readFileSync(join(root, tree, file), 'utf8').split(from).length - 1;
    if (places !== 1) throw new Error(`"${name}" fits ${places} places of ${file}: write it anew`);
  }
  const directory = copy();
  const survivors: string[] = [];
  try {
    if (only === '' && (await findsFault(directory)) !== null)
      throw new Error('the simulation fails without any fault: mend that first');
    for (const test of new Set(planted.flatMap((mutant) => mutant.test ?? [])))
      if ((await findsFault(directory, test)) !== null)
        throw new Error(`${test} fails without any fault: mend that first`);
    for (const { name, file, from, to, test } of planted) {
      const path = join(directory, tree, file);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.split(from).join(to));
      const killer = await findsFault(directory, test);
      writeFileSync(path, text);
      console.log(killer === null ? `SURVIVED  ${name}` : `killed    ${name} (${killer})`);
      if (killer === null) survivors.push(name);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  console.log(
    `${planted.length - survivors.length} of ${planted.length} mutants killed by what failed once, ${seeds.length} times ${histories} histories or the test named`,
  );
  if (survivors.length > 0) process.exitCode = 1;
}

await main();
